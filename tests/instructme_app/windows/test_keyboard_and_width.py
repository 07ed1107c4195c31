"""Without a mouse, and with long names: buttons that Enter presses, and a window that keeps its width."""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.views.queue_panel import QueuePanel, QueueRow
from instructme_app.views.time_axis import Selection
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.accessibility import tab_stops
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

RETURN, ENTER, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space


@pytest.fixture
def active(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> MainWindow:
    engine.hear(engine.analyses[0])
    opened.activateWindow()
    qtbot.waitActive(opened, timeout=WAIT)
    return opened


def press(qtbot: QtBot, window: MainWindow, widget: QWidget, key: Qt.Key = RETURN) -> None:
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.focusWidget() is widget
    qtbot.keyClick(widget, key)


def deafen(button: QAbstractButton) -> None:
    """What it does is another test's: here no dialog may open."""
    with warnings.catch_warnings(), contextlib.suppress(RuntimeError):
        warnings.simplefilter("ignore")  # not every one is connected
        button.clicked.disconnect()


# The keyboard


def test_enter_presses_each_button_that_tab_reaches(qtbot: QtBot, active: MainWindow) -> None:
    active.submit("remove drums")
    clicked: list[QAbstractButton] = []
    stops = [stop for stop in tab_stops(active, active.bar.edit) if isinstance(stop, QAbstractButton)]
    for button in stops:
        deafen(button)
        button.clicked.connect(lambda _=False, button=button: clicked.append(button))
        # A menu would wait for somebody to choose.
        if button.isVisible() and button.isEnabled() and getattr(button, "menu", lambda: None)() is None:
            press(qtbot, active, button)
            assert clicked[-1:] == [button], button.accessibleName() or button.text()
    assert len(clicked) > 12


def test_a_failed_edit_is_tried_again_and_dismissed_without_a_mouse(
    qtbot: QtBot, active: MainWindow, engine: FakeEngine
) -> None:
    active.submit("remove drums")
    engine.fail()
    (row,) = active.instructing.queue._widgets
    press(qtbot, active, row.retry)
    assert len(engine.edits) == 2 and active.editing.queue.running is not None
    engine.fail()
    (row,) = active.instructing.queue._widgets
    press(qtbot, active, row.dismiss, ENTER)
    assert active.editing.queue.failed == ()


def test_a_waiting_edit_is_cancelled_and_a_banner_put_away_without_a_mouse(qtbot: QtBot, active: MainWindow) -> None:
    active.submit("remove drums")
    active.submit("add strings")
    waiting = active.instructing.queue._widgets[-1]
    press(qtbot, active, waiting.cancel)
    assert len(active.editing.queue.jobs) == 1
    active.banner.show_problem("the disk is full", "make room")
    press(qtbot, active, active.banner.close_button)
    assert not active.banner.isVisible()


def test_enter_held_down_presses_once_and_with_ctrl_not_at_all(active: MainWindow) -> None:
    button, clicked = active.header.export_button, []
    deafen(button)
    button.clicked.connect(lambda: clicked.append(True))
    button.setFocus()
    ctrl, none = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
    for keys, repeated in ((none, False), (none, True), (none, True), (ctrl, False)):
        QApplication.sendEvent(button, QKeyEvent(QEvent.Type.KeyPress, RETURN, keys, "\r", repeated))
    assert len(clicked) == 1


def test_space_plays_wherever_the_keyboard_is(qtbot: QtBot, active: MainWindow) -> None:
    button, clicked = active.transport.loop_button, []
    button.clicked.connect(lambda: clicked.append(True))
    press(qtbot, active, button, SPACE)
    assert active.playback.playing and not clicked
    active.playback.pause()


# The queue


def test_a_failure_that_fits_one_line_takes_one_row(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    queue = opened.instructing.queue
    opened.submit("add strings")
    engine.fail(cause="there is no drum in it")
    (row,) = queue._widgets
    qtbot.waitUntil(lambda: row.width() > 500, timeout=WAIT)
    QApplication.processEvents()
    assert queue._scroll.height() == row.height() == row.dismiss.sizeHint().height()
    assert queue.height() < 90


def test_the_queue_is_as_high_as_its_words_at_any_width(qtbot: QtBot) -> None:
    panel = QueuePanel()
    qtbot.addWidget(panel)
    panel.set_rows(
        [QueueRow("1", "Add strings", "It ran out of memory while it was editing this song. " * 3, "failed")]
    )
    panel.resize(1600, 200)
    panel.show()
    (row,) = panel._widgets
    heights = []
    for width in (1600, 700, 1600):
        panel.resize(width, 200)
        QApplication.processEvents()
        heights.append(panel._scroll.height())
        assert heights[-1] == row.heightForWidth(row.width())
    assert heights[0] == heights[2] < heights[1]


# The width


@pytest.mark.parametrize("width", [800, 980, 1360])
def test_no_words_make_the_window_wider(qtbot: QtBot, opened: MainWindow, width: int) -> None:
    opened.resize(width, 860)
    qtbot.waitUntil(lambda: opened.width() == width, timeout=WAIT)
    stage = opened.layout_.lanes_area.width()
    opened.axis.select(Selection(0.5, 1.25))
    opened.header.title.setText("A Very Long Name " * 10)
    opened.header.about.setText(f"Opening {'x' * 150}.flac …")
    opened.banner.show_problem(f"'/home/someone/{'x' * 150}' is open elsewhere", "close it there", "Traceback", True)
    QApplication.processEvents()
    assert (opened.width(), opened.layout_.lanes_area.width()) == (width, stage)
    assert opened.minimumSizeHint().width() <= 800
    drawer = opened.bar.drawer
    alone = drawer.minimumSizeHint().width()
    drawer.set_memory("Takes about 12.3 GB of memory, and only 4.5 GB are free. " * 2, enough=False)
    assert drawer.minimumSizeHint().width() == alone


def test_at_its_usual_width_all_words_are_in_sight(qtbot: QtBot, opened: MainWindow) -> None:
    opened.axis.select(Selection(0.5, 1.25))
    opened.bar.edit.setText("add strings")
    opened.bar.drawer_button.setChecked(True)
    opened.bar.drawer.set_memory("Takes about 0.2 GB of memory, and 17.0 GB are free.")
    labels = (opened.viewing.bar.selection, opened.header.title, opened.header.about, opened.bar.drawer.memory)
    qtbot.waitUntil(
        lambda: all(label.text() and super(type(label), label).text() == label.text() for label in labels), timeout=WAIT
    )


@pytest.mark.parametrize("spoken", ["en", "de"])
def test_every_menu_opens_by_a_letter_of_its_own(
    qtbot: QtBot, home: Path, spoken: str, request: pytest.FixtureRequest
) -> None:
    if spoken == "de":
        request.getfixturevalue("german")
    window = MainWindow(FakeEngine(), Settings(), Playback(use_device=False))
    qtbot.addWidget(window)
    titles = [action.text() for action in window.menuBar().actions()]
    letters = [QKeySequence.mnemonic(title).toString() for title in titles]
    assert all(letters) and len(set(letters)) == len(letters) == 7, titles
    taken = {key.toString() for action in window.actions() for key in action.shortcuts()}
    assert not taken & set(letters)
    window.close()
