"""The order of the waiting edits: by dragging, by keys and by buttons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from instructme_app.views.queue_panel import QueuePanel
from instructme_app.views.queue_row import RowWidget
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def queued(qtbot: QtBot, opened: MainWindow) -> MainWindow:
    """One edit runs, three wait, and their rows are laid out."""
    for text in ("remove drums", "add strings", "add organ", "add choir"):
        opened.submit(text)
    opened.activateWindow()
    qtbot.waitActive(opened, timeout=WAIT)
    panel = opened.instructing.queue
    qtbot.waitUntil(lambda: len({widget.y() for widget in panel._widgets}) == 4, timeout=WAIT)
    return opened


def waiting(window: MainWindow) -> list[str]:
    return [job.text for job in window.editing.queue.waiting]


def row(panel: QueuePanel, title: str) -> RowWidget:
    return next(widget for widget in panel._widgets if widget.row.title == title)


def take_hold(qtbot: QtBot, held: RowWidget, over: RowWidget, below: bool) -> QPoint:
    """Press `held` and carry it to the upper or lower part of `over`; where the mouse is then."""
    grip = held.mark.geometry().center()
    qtbot.mousePress(held, LEFT, pos=grip)
    to = QPoint(grip.x(), over.geometry().center().y() - held.y() + (4 if below else -4))
    for step in (grip + QPoint(0, 5), to):
        qtbot.mouseMove(held, step)
        QApplication.processEvents()
    return to


def test_a_waiting_edit_is_dragged_to_another_place(qtbot: QtBot, queued: MainWindow) -> None:
    panel = queued.instructing.queue
    held = row(panel, "Add choir")
    at = take_hold(qtbot, held, row(panel, "Add strings"), below=False)
    assert panel._mark.isVisible(), "a line says where it goes"
    qtbot.mouseRelease(held, LEFT, pos=at)
    assert waiting(queued) == ["Add choir", "Add strings", "Add organ"]
    assert not panel._mark.isVisible()
    held = row(panel, "Add choir")
    qtbot.waitUntil(lambda: row(panel, "Add organ").y() > held.y() > 0, timeout=WAIT)
    at = take_hold(qtbot, held, row(panel, "Add organ"), below=True)
    qtbot.mouseRelease(held, LEFT, pos=at)
    assert waiting(queued) == ["Add strings", "Add organ", "Add choir"]


def test_what_is_dragged_before_the_running_edit_comes_next_after_it(qtbot: QtBot, queued: MainWindow) -> None:
    panel = queued.instructing.queue
    held = row(panel, "Add organ")
    at = take_hold(qtbot, held, row(panel, "Remove drums"), below=False)
    qtbot.mouseRelease(held, LEFT, pos=at)
    assert waiting(queued) == ["Add organ", "Add strings", "Add choir"]
    running = row(panel, "Remove drums")
    take_hold(qtbot, running, row(panel, "Add choir"), below=True)
    qtbot.mouseRelease(running, LEFT)
    assert waiting(queued) == ["Add organ", "Add strings", "Add choir"], "what runs stays where it is"


def test_escape_puts_what_is_held_back_and_cancels_nothing(
    qtbot: QtBot, queued: MainWindow, engine: FakeEngine
) -> None:
    panel = queued.instructing.queue
    held = row(panel, "Add choir")
    at = take_hold(qtbot, held, row(panel, "Add strings"), below=False)
    qtbot.keyClick(queued.bar.edit, Qt.Key.Key_Escape)
    assert not panel._mark.isVisible()
    qtbot.mouseRelease(held, LEFT, pos=at)
    assert waiting(queued) == ["Add strings", "Add organ", "Add choir"]
    assert engine.edits[0].id not in engine.cancelled
    qtbot.keyClick(queued.bar.edit, Qt.Key.Key_Escape)
    assert engine.edits[0].id in engine.cancelled, "let go of, it means the edit that runs again"


def test_an_edit_that_begins_while_it_is_held_is_let_go_of(
    qtbot: QtBot, queued: MainWindow, engine: FakeEngine
) -> None:
    panel = queued.instructing.queue
    held = row(panel, "Add strings")
    take_hold(qtbot, held, row(panel, "Add choir"), below=True)
    engine.finish()
    assert not panel._mark.isVisible()
    assert waiting(queued) == ["Add organ", "Add choir"]


def test_a_click_that_trembles_moves_nothing(qtbot: QtBot, queued: MainWindow) -> None:
    held = row(queued.instructing.queue, "Add choir")
    qtbot.mousePress(held, LEFT, pos=QPoint(20, 10))
    qtbot.mouseMove(held, QPoint(20, 12))
    qtbot.mouseRelease(held, LEFT, pos=QPoint(20, 12))
    assert waiting(queued) == ["Add strings", "Add organ", "Add choir"]


def test_keys_move_an_edit_as_far_as_it_goes_and_keep_the_keyboard_on_it(qtbot: QtBot, queued: MainWindow) -> None:
    panel = queued.instructing.queue
    row(panel, "Add choir").cancel.setFocus()
    for _ in range(3):
        focus = queued.focusWidget()
        assert focus is not None
        QApplication.sendEvent(focus, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Up, ALT))
    assert waiting(queued) == ["Add choir", "Add strings", "Add organ"]
    assert queued.focusWidget() is row(panel, "Add choir").cancel


def test_a_button_pressed_again_moves_the_same_edit_on(qtbot: QtBot, queued: MainWindow) -> None:
    panel = queued.instructing.queue
    row(panel, "Add choir").rise.setFocus()
    for _ in range(2):
        focus = queued.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, Qt.Key.Key_Return)
    assert waiting(queued) == ["Add choir", "Add strings", "Add organ"]
    # It is the first now and cannot rise: the keyboard stays with the edit all the same.
    assert queued.focusWidget() is row(panel, "Add choir").sink
