"""What is seen before a song is open, and what is said at the window's foot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QStatusBar
from pytestqt.qtbot import QtBot

from instructme_app.views.status_line import StatusLine
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT


def test_an_empty_window_says_what_to_do_in_its_middle(window: MainWindow) -> None:
    assert "Drop a song here" in window.lanes.source.note


def test_nothing_is_said_to_go_on_and_nothing_can_be_played(window: MainWindow) -> None:
    assert {lane.note for lane in window.lanes.stack.lanes if lane is not window.lanes.source} == {""}
    assert not window.transport.play_button.isEnabled() and not window.transport.after.isEnabled()


def test_no_line_goes_through_words_in_a_waveforms_place(window: MainWindow) -> None:
    lane = window.lanes.source
    QApplication.processEvents()
    area = lane.content()
    image = lane.grab().toImage()
    ground = image.pixelColor(area.left() + 10, area.top() + 10)
    assert image.pixelColor(area.left() + 10, area.center().y()) == ground
    assert image.pixelColor(area.left() + 10, area.center().y() + 1) == ground


def test_while_the_first_song_opens_its_name_stands_there(qtbot: QtBot, window: MainWindow, song: Path) -> None:
    window.open_path(song)
    assert "my song.flac" in window.lanes.source.note
    qtbot.waitUntil(lambda: len(window.media.thumbnails) == 1, timeout=WAIT)
    assert "my song" not in window.lanes.source.note
    assert window.transport.play_button.isEnabled()


def test_a_first_song_that_cannot_be_opened_leaves_the_window_as_it_was(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.open_path(tmp_path / "gone.wav")
    qtbot.waitUntil(window.banner.isVisible, timeout=WAIT)
    assert "Drop a song here" in window.lanes.source.note


def first_column(bar: QStatusBar) -> int:
    """The leftmost pixel that differs from the ground."""
    QApplication.processEvents()
    image = bar.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return int(np.flatnonzero((pixels != pixels[0, 0]).any(axis=0))[0])


def test_a_remark_begins_where_the_windows_other_words_begin(qtbot: QtBot, window: MainWindow) -> None:
    line = window.statusBar()

    def begins(words: str) -> int:
        line.showMessage(words) if words else line.clearMessage()
        return first_column(line)

    window.engine_state.setText("Model")
    # Two words with the same first letter, once the style sheet has reached both.
    qtbot.waitUntil(lambda: begins("") == begins("More"), timeout=WAIT)


def test_a_long_remark_is_shortened_and_whole_in_its_tooltip(window: MainWindow) -> None:
    line = window.statusBar()
    assert isinstance(line, StatusLine)
    line.showMessage("What is new follows the song's harmony only loosely yet; " * 8)
    assert QLabel.text(line.said).endswith("…") and line.said.toolTip() == line.currentMessage()
    assert line.said.accessibleName() == line.currentMessage()
    assert window.minimumSizeHint().width() < 1000
    line.showMessage("Short")
    assert QLabel.text(line.said) == "Short" and not line.said.toolTip()
    line.clearMessage()
    assert line.standing.isVisible() and not line.said.isVisible()
