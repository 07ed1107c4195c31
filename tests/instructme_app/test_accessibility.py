"""Everything can be named by a screen reader, reached by the keyboard, and seen where the keyboard is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from instructme_app.model.playback import Playback
from instructme_app.views.time_axis import Selection
from instructme_app.windows.about import AboutWindow
from instructme_app.windows.guide import GuideWindow
from instructme_app.windows.listening_test import ListeningTestWindow
from instructme_app.windows.main_window import MainWindow
from instructme_app.windows.shortcut_sheet import ShortcutSheet
from tests.instructme_app.accessibility import controls, spoken, tab_stops, unnamed, without_visible_focus
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture
def busy(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> MainWindow:
    """With everything in sight that a window in use shows: a round, what is heard, a selection, a problem."""
    engine.hear(engine.analyses[0])
    opened.submit("remove drums")
    engine.finish()
    qtbot.waitUntil(lambda: len(opened.media.thumbnails) == 2, timeout=WAIT)
    opened.axis.select(Selection(0.5, 1.0))
    opened.banner.show_problem("the disk is full", "make room", "Traceback", True)
    opened.activateWindow()
    qtbot.waitActive(opened, timeout=WAIT)
    return opened


def test_every_control_of_the_window_has_a_name(busy: MainWindow) -> None:
    assert len(controls(busy)) > 20
    assert not unnamed(busy)


def test_a_control_without_a_name_is_found(busy: MainWindow) -> None:
    """The walk itself: it must not be blind."""
    nameless = QLineEdit(busy.layout_)
    assert len(unnamed(busy)) == 1
    nameless.setAccessibleName("Something")
    assert not unnamed(busy)


def test_every_action_has_words(busy: MainWindow) -> None:
    for _, entries in busy.actions_.sections():
        assert all(entry.action.text().strip() for entry in entries)


@pytest.mark.parametrize("make", [AboutWindow, GuideWindow, lambda: ListeningTestWindow(Playback(use_device=False))])
def test_every_control_of_the_other_windows_has_a_name(qtbot: QtBot, home: Path, make: object) -> None:
    shown = make()  # type: ignore[operator]
    assert isinstance(shown, QWidget)
    qtbot.addWidget(shown)
    assert controls(shown)
    assert not unnamed(shown)


def test_every_control_of_the_shortcut_sheet_has_a_name(qtbot: QtBot, busy: MainWindow) -> None:
    sheet = ShortcutSheet(busy.actions_, busy)
    assert not unnamed(sheet)


def test_tab_reaches_every_control_in_sight_once(busy: MainWindow) -> None:
    stops = tab_stops(busy, busy.bar.edit)
    assert len(stops) == len(set(stops))
    reachable = [widget for widget in controls(busy) if widget.isVisible() and widget.isEnabled()]
    missed = [
        spoken(widget)
        for widget in reachable
        if widget not in stops and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
    ]
    assert not missed


def test_where_the_keyboard_is_can_be_seen(busy: MainWindow) -> None:
    assert not without_visible_focus(busy, tab_stops(busy, busy.bar.edit))


def test_tab_order_goes_down_the_window_and_comes_back(busy: MainWindow) -> None:
    """Header, then stage, then history, then the bar: nobody is thrown about."""
    stops = tab_stops(busy, busy.header.open_button)
    parts = [busy.header, busy.banner, busy.layout_.splitter, busy.bar]
    visited = [next((at for at, part in enumerate(parts) if part.isAncestorOf(stop)), None) for stop in stops]
    order = [at for at in visited if at is not None]
    assert order == sorted(order)


def test_f6_goes_round_the_panels(qtbot: QtBot, busy: MainWindow) -> None:
    def panel() -> int:
        focus = QApplication.focusWidget()
        assert focus is not None
        holding = [at for at, part in enumerate(panels) if part is focus or part.isAncestorOf(focus)]
        return holding[0]

    busy.bar.edit.setFocus()
    panels = list(busy.layout_.panels())
    seen = [panel()]
    for _ in range(len(panels)):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(panel())
    assert seen[0] == seen[-1] or seen[0] in seen[1:]
    assert len(set(seen)) >= 3
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert panel() == seen[-2]
