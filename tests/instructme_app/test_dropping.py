"""What is dropped on the window: a song is opened wherever it falls, and nothing that came out of the window is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT, write_song
from tests.instructme_app.fake_engine import FakeEngine

COPY, LEFT, NO_KEYS = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
AT = QPointF(5, 5)


def file(*paths: Path) -> QMimeData:
    """As file managers hand it over: as an address, and as words."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(f"file://{path}" for path in paths))
    return data


def drop(target: QWidget, data: QMimeData) -> bool:
    """Whether it was taken."""
    enter = QDragEnterEvent(AT.toPoint(), COPY, data, LEFT, NO_KEYS)
    QApplication.sendEvent(target, enter)
    QApplication.sendEvent(target, QDropEvent(AT, COPY, data, LEFT, NO_KEYS))
    return enter.isAccepted()


def test_a_round_dragged_a_little_by_a_clumsy_click_is_no_new_song(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    opened.submit("remove drums")
    drag = opened.filing.dragging.drag(opened.session.rounds[0].id)
    assert drag is not None
    assert not drop(opened, drag.mimeData())
    opened.dropEvent(QDropEvent(AT, COPY, drag.mimeData(), LEFT, NO_KEYS))
    assert opened.session.opening is None
    assert opened.editing.queue.running is not None and engine.edits[0].id not in engine.cancelled


def test_what_a_part_of_the_window_drags_is_not_opened(opened: MainWindow, tmp_path: Path) -> None:
    class FromTheHistory(QDropEvent):
        def source(self) -> QObject:
            return opened.history.list

    opened.dropEvent(FromTheHistory(AT, COPY, file(write_song(tmp_path / "other.wav")), LEFT, NO_KEYS))
    assert opened.session.opening is None


def test_a_song_that_falls_on_a_field_is_opened(qtbot: QtBot, opened: MainWindow, tmp_path: Path) -> None:
    assert drop(opened.bar.edit, file(write_song(tmp_path / "other.wav")))
    qtbot.waitUntil(lambda: opened.session.name == "other", timeout=WAIT)
    assert opened.bar.edit.text() == ""


def test_the_edits_that_another_song_takes_back_are_counted(qtbot: QtBot, opened: MainWindow, tmp_path: Path) -> None:
    opened.submit("remove drums and add strings")
    opened.submit("add organ")
    opened.open_path(write_song(tmp_path / "other.wav"))
    qtbot.waitUntil(lambda: opened.session.name == "other", timeout=WAIT)
    assert opened.statusBar().currentMessage() == "3 edits of 'my song' were taken back"
    opened.submit("remove drums")
    opened.open_path(write_song(tmp_path / "third.wav"))
    qtbot.waitUntil(lambda: opened.session.name == "third", timeout=WAIT)
    assert opened.statusBar().currentMessage() == "An edit of 'other' was taken back"


def test_a_song_without_edits_is_left_without_a_word(qtbot: QtBot, opened: MainWindow, tmp_path: Path) -> None:
    opened.open_path(write_song(tmp_path / "other.wav"))
    qtbot.waitUntil(lambda: opened.session.name == "other", timeout=WAIT)
    assert opened.statusBar().currentMessage() == ""


def test_of_several_files_the_first_is_opened_and_the_window_says_so(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    assert drop(opened, file(write_song(tmp_path / "one.wav"), write_song(tmp_path / "two.wav")))
    qtbot.waitUntil(lambda: opened.session.name == "one", timeout=WAIT)
    assert opened.statusBar().currentMessage().startswith("2 files were dropped")
    opened.open_path(tmp_path / "two.wav")
    qtbot.waitUntil(lambda: opened.session.name == "two", timeout=WAIT)
    assert opened.statusBar().currentMessage() == ""
