"""What stands in sight can be read: in narrow windows, and in a language whose words are longer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.audio import Audio, write
from instructme_app.model.playback import Playback
from instructme_app.views.drawer import Drawer
from instructme_app.windows.listening_test import ListeningTestWindow
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.accessibility import cut_off
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture(params=["en", "de"])
def spoken(request: pytest.FixtureRequest) -> str:
    if request.param == "de":
        request.getfixturevalue("german")
    return request.param


@pytest.fixture
def speaking(spoken: str, opened: MainWindow) -> MainWindow:
    return opened


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    place = tmp_path / "test" / "01"
    place.mkdir(parents=True)
    (place / "instruction.txt").write_text("remix to jazz", encoding="utf-8")
    for name in ("source", "ours", "theirs"):
        write(place / f"{name}.wav", Audio(np.full((2, 8000), 0.1, dtype=np.float32), 16_000))
    return place.parent


def test_the_drawer_shows_its_numbers_whole(qtbot: QtBot, speaking: MainWindow) -> None:
    drawer = speaking.bar.drawer
    speaking.bar.drawer_button.setChecked(True)
    QApplication.processEvents()
    for number in (drawer.steps, drawer.guidance):
        field = number.lineEdit()
        assert field.text() == number.specialValueText()
        assert field.contentsRect().width() >= field.fontMetrics().horizontalAdvance(field.text())
    assert cut_off(drawer) == []


def test_the_drawer_does_not_hold_a_narrow_window_open(qtbot: QtBot, speaking: MainWindow) -> None:
    drawer: Drawer = speaking.bar.drawer
    speaking.bar.drawer_button.setChecked(True)
    drawer.strength.setValue(50)
    drawer.steps.setValue(12)
    QApplication.processEvents()
    assert drawer.reset.isVisible() and speaking.minimumSizeHint().width() <= 800
    speaking.resize(800, 700)
    QApplication.processEvents()
    assert cut_off(drawer) == [] and drawer.strength.width() >= drawer.strength.minimumWidth()
    speaking.resize(1360, 860)
    QApplication.processEvents()
    assert drawer.strength.width() == drawer.strength.maximumWidth()


def test_the_preferences_are_as_high_as_what_is_in_them(qtbot: QtBot, speaking: MainWindow) -> None:
    page = speaking.preferring.open()
    QApplication.processEvents()
    assert page._scrolled.verticalScrollBar().maximum() == 0
    assert cut_off(page) == []
    page.close()


def test_the_current_round_stays_in_sight_when_the_queue_takes_room(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    opened.resize(1000, 640)
    for text in ("remove drums", "add strings", "add organ", "remove bass"):
        opened.submit(text)
        engine.finish()
    rows = opened.history.list

    def in_sight() -> bool:
        return rows.viewport().rect().contains(rows.visualRect(rows.currentIndex()))

    for text in ("remove drums", "add strings", "add organ"):
        opened.submit(text)
    opened.instructing.toggle_queue()
    QApplication.processEvents()
    rows.scrollTo(rows.currentIndex())
    before = rows.height()
    assert in_sight()
    opened.instructing.toggle_queue()
    qtbot.waitUntil(lambda: rows.height() < before - 60, timeout=WAIT)
    assert in_sight()
    # Who scrolled elsewhere is left there.
    rows.verticalScrollBar().setValue(0)
    assert not in_sight()
    opened.resize(1000, 620)
    QApplication.processEvents()
    assert rows.verticalScrollBar().value() == 0


@pytest.mark.parametrize("height", [480, 760])
def test_the_points_of_the_listening_test_keep_all_their_lines(
    qtbot: QtBot, home: Path, cases: Path, spoken: str, height: int
) -> None:
    window = ListeningTestWindow(Playback(use_device=False))
    qtbot.addWidget(window)
    window.begin(str(cases), "1", 1)
    window.show()
    window.resize(window.minimumSizeHint().width(), height)
    points = [point for card in window.cards.values() for point in card.points]
    qtbot.waitUntil(lambda: len({point.y() for point in points}) >= 5, timeout=WAIT)
    QApplication.processEvents()
    assert window.width() < 800 and window.height() == height
    for point in points:
        assert point.words.height() >= point.words.heightForWidth(point.words.width()), point.words.text()
    window.close()
