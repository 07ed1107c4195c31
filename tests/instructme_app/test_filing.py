"""Songs and projects in, and rounds out to other programs."""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.audio import read
from engine.errors import UserError
from engine.session import Project
from instructme_app.model import opening
from instructme_app.windows.dragging import KEPT_DAYS, lay_out, sweep
from instructme_app.windows.main_window import MainWindow
from instructme_app.windows.pasting import path_from
from tests.instructme_app.conftest import WAIT, write_song
from tests.instructme_app.fake_engine import FakeEngine


def wav_header(rate: int, data: int) -> bytes:
    """Of 16-bit mono that promises `data` bytes of sound."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2 & 0xFFFFFFFF, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + data) + b"WAVE" + form + b"data" + struct.pack("<I", data)


def empty(folder: Path) -> Path:
    (folder / "empty.wav").touch()
    return folder / "empty.wav"


def text(folder: Path) -> Path:
    (folder / "letter.flac").write_text("Dear all, this is no song.")
    return folder / "letter.flac"


def truncated(folder: Path) -> Path:
    (folder / "cut.wav").write_bytes(wav_header(44_100, 100_000) + bytes(5000))
    return folder / "cut.wav"


def directory(folder: Path) -> Path:
    (folder / "album").mkdir()
    return folder / "album"


def absurd(folder: Path) -> Path:
    (folder / "fast.wav").write_bytes(wav_header(4_000_000, 1000) + bytes(1000))
    return folder / "fast.wav"


def missing(folder: Path) -> Path:
    return folder / "gone.wav"


@pytest.mark.parametrize(
    ("make", "cause", "remedy"),
    [
        (empty, "is empty", "Record or export it again."),
        (text, "cannot be read as audio", "Use a WAV, FLAC, OGG, MP3 or AIFF file."),
        (truncated, "is truncated", "Copy, download or export it again."),
        (directory, "is not a project of InstructME", "Choose a folder that was made by it."),
        (absurd, "has a sample rate of 4000000 Hz", "Convert it to between 8000 and 192000 Hz."),
        (missing, "there is no file", "Check the path."),
    ],
)
def test_a_bad_file_is_one_line_with_a_cause_and_a_remedy(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, make, cause: str, remedy: str
) -> None:
    path = make(tmp_path)
    opened.open_path(path)
    qtbot.waitUntil(opened.banner.isVisible, timeout=WAIT)
    told = opened.banner.cause.text()
    assert cause.lower() in told.lower() and path.name in told and "\n" not in told
    assert opened.banner.remedy.text() == remedy
    assert opened.session.name == "my song" and opened.session.opening is None
    assert [entry.name[:7] for entry in opened.settings.projects.iterdir()] == ["my-song"], "no half project is left"


@pytest.fixture
def nobody() -> Iterator[None]:
    """Someone who may not read everything; root may."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_permission_says_so(nobody: None) -> None:
    from instructme_app.model.opening import open_project

    with tempfile.TemporaryDirectory() as name:
        path = write_song(Path(name) / "secret.wav")
        path.chmod(0)
        with pytest.raises(UserError, match="secret.wav' cannot be read .*permission.*; check the path and its perm"):
            open_project(path, Path(name) / "projects")
        assert not (Path(name) / "projects").exists()


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", "PCM_24"), ("a.flac", "PCM_16"), ("a.ogg", "VORBIS"), ("a.mp3", "MPEG_LAYER_III"), ("a.aiff", "PCM_16")],
)
def test_every_format_opens(qtbot: QtBot, window: MainWindow, tmp_path: Path, name: str, subtype: str) -> None:
    time = np.arange(44_100) / 44_100
    soundfile.write(tmp_path / name, 0.4 * np.sin(2 * np.pi * 220 * time), 44_100, subtype=subtype)
    window.open_path(tmp_path / name)
    qtbot.waitUntil(lambda: len(window.media.thumbnails) == 1, timeout=WAIT)
    assert window.axis.duration == pytest.approx(1.0, abs=0.06)
    assert window.settings.recent[0] == (tmp_path / name).resolve()


def test_recent_songs_are_in_the_menu_and_open(qtbot: QtBot, opened: MainWindow, tmp_path: Path, song: Path) -> None:
    other = write_song(tmp_path / "other.wav")
    opened.open_path(other)
    qtbot.waitUntil(lambda: opened.session.name == "other", timeout=WAIT)
    recent = opened.filing._recent.actions()
    assert [action.text() for action in recent] == ["other.wav", "my song.flac"]
    assert recent[1].toolTip() == str(song.resolve())
    recent[1].trigger()
    qtbot.waitUntil(lambda: opened.session.name == "my song", timeout=WAIT)
    other.unlink()
    opened.filing._fill_recent()
    assert [action.text() for action in opened.filing._recent.actions()] == ["my song.flac"]


# A song that was edited before


def edit(window: MainWindow, engine: FakeEngine, text: str = "remove drums") -> Path:
    """Returns the folder of the project in hand, which has one round more."""
    window.submit(text)
    engine.finish()
    assert window.session.project is not None
    return window.session.project.folder


def reopen(qtbot: QtBot, window: MainWindow, song: Path) -> Path:
    """After another song; returns the folder of the project that it is in."""
    for path in (write_song(song.parent / "between.wav", 0.5), song):
        with qtbot.waitSignal(window.session.song_changed, timeout=WAIT):
            window.open_path(path)
    assert window.session.project is not None
    return window.session.project.folder


def test_a_song_from_the_recent_ones_goes_on_where_it_was(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, song: Path
) -> None:
    folder = edit(opened, engine)
    assert reopen(qtbot, opened, song) == folder
    assert [entry.instruction for entry in opened.session.rounds] == ["", "remove drums"]
    assert opened.session.current is not None and opened.session.current.id == "0001"
    assert "Going on with the round that you made of this song" in opened.statusBar().currentMessage()
    assert opened.settings.recent[0] == song.resolve()


def test_what_was_taken_back_and_what_goes_on_are_both_said(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, song: Path
) -> None:
    edit(opened, engine)
    with qtbot.waitSignal(opened.session.song_changed, timeout=WAIT):
        opened.open_path(write_song(song.parent / "between.wav", 0.5))
    opened.submit("remove drums")
    with qtbot.waitSignal(opened.session.song_changed, timeout=WAIT):
        opened.open_path(song)
    assert opened.statusBar().currentMessage() == (
        "An edit of 'between' was taken back. Going on with the round that you made of this song before"
    )


def test_of_several_projects_of_a_song_the_latest_goes_on(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, song: Path
) -> None:
    """Who opens the song in hand again begins anew, and what was made before stays."""
    first = edit(opened, engine)
    with qtbot.waitSignal(opened.session.song_changed, timeout=WAIT):
        opened.open_path(song)
    assert len(opened.session.rounds) == 1
    second = edit(opened, engine, "add strings")
    assert second != first
    os.utime(first / "manifest.json", (1, 1))
    assert reopen(qtbot, opened, song) == second
    os.utime(second / "manifest.json", (0, 0))
    assert reopen(qtbot, opened, song) == first
    assert [entry.instruction for entry in opened.session.rounds] == ["", "remove drums"]


def test_another_song_under_the_same_name_is_not_mixed_with_what_was_made_before(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, song: Path
) -> None:
    folder = edit(opened, engine)
    write_song(song, 1.5)
    assert reopen(qtbot, opened, song) != folder
    assert len(opened.session.rounds) == 1 and opened.axis.duration == pytest.approx(1.5, abs=0.01)
    assert "Going on" not in opened.statusBar().currentMessage()


def test_a_song_without_rounds_and_one_that_is_open_elsewhere_begin_anew(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, song: Path
) -> None:
    assert opened.session.project is not None
    empty = opened.session.project.folder
    begun = reopen(qtbot, opened, song)
    assert begun != empty
    assert edit(opened, engine) == begun
    reopen(qtbot, opened, write_song(song.parent / "other.wav"))
    with Project.open(begun):
        assert reopen(qtbot, opened, song) not in (empty, begun)
        assert not opened.banner.isVisible()


def test_on_a_drive_without_locks_a_song_begins_anew(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There nothing tells whether somebody has the project open, and opening it would tidy up what they make."""
    folder = edit(opened, engine)
    monkeypatch.setattr(opening, "locked", lambda _: None)
    assert reopen(qtbot, opened, song) != folder


# Paste


def clipboard_of(text: str = "", urls: list[str] | None = None) -> QMimeData:
    data = QMimeData()
    if text:
        data.setText(text)
    if urls:
        data.setUrls([QUrl(url) for url in urls])
    return data


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (clipboard_of("/music/a song.flac"), "/music/a song.flac"),
        (clipboard_of("  '/music/a.flac'\n"), "/music/a.flac"),
        (clipboard_of('"/music/a.flac"'), "/music/a.flac"),
        (clipboard_of("file:///music/a%20song.flac"), "/music/a song.flac"),
        (clipboard_of(urls=["https://example.org/a.flac", "file:///music/b.flac"]), "/music/b.flac"),
        (clipboard_of("/one\n/two"), "/one"),
        (clipboard_of("~/a.flac"), os.path.expanduser("~/a.flac")),
    ],
)
def test_a_path_or_a_file_address_is_taken_from_the_clipboard(data: QMimeData, expected: str) -> None:
    assert path_from(data) == Path(expected)


@pytest.mark.parametrize("text", ["", "remove the drums", "a.flac", "/" * 5000, "\0", "file:"])
def test_other_words_are_no_path(text: str) -> None:
    with pytest.raises(UserError, match="holds no path of a song; copy a sound file"):
        path_from(clipboard_of(text))


def test_an_address_on_the_net_is_not_fetched() -> None:
    with pytest.raises(UserError, match="on the net; download it first"):
        path_from(clipboard_of("https://example.org/song.mp3"))


def test_ctrl_v_opens_what_was_copied_but_not_from_a_text_field(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    other = write_song(tmp_path / "other.wav")
    QGuiApplication.clipboard().setText(str(other))
    opened.bar.edit.setFocus()
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert opened.bar.edit.text() == str(other) and opened.session.opening is None
    opened.history.list.setFocus()
    qtbot.keyClick(opened.history.list, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: opened.session.name == "other", timeout=WAIT)
    QGuiApplication.clipboard().setText("hello")
    opened.filing.pasting.action.trigger()
    assert "holds no path" in opened.banner.cause.text()


# Out to other programs


@pytest.fixture
def edited(opened: MainWindow, engine: FakeEngine) -> MainWindow:
    opened.submit("remove drums")
    engine.finish()
    return opened


def test_a_round_is_handed_over_under_a_name_that_says_what_it_is(edited: MainWindow) -> None:
    current = edited.session.current
    assert current is not None
    drag = edited.filing.dragging.drag(current.id)
    assert drag is not None
    (url,) = drag.mimeData().urls()
    path = Path(url.toLocalFile())
    assert path.name == "my song - Remove drums.wav"
    assert path.samefile(edited.session.path_of(current)), "a link, which costs no space and no time"
    assert path.stat().st_mode & 0o222 == 0, "and whose sound another program cannot change"
    assert edited.filing.dragging.drag("no such round") is None


def test_a_drag_that_begins_on_a_round_takes_that_round(
    qtbot: QtBot, edited: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[str] = []

    def run(self: QDrag, *_: object) -> Qt.DropAction:
        dragged.extend(Path(url.toLocalFile()).name for url in self.mimeData().urls())
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", run)
    panel = edited.history
    stood = edited.session.current
    qtbot.waitUntil(lambda: panel.list.visualRect(panel.list.model().index(0, 0)).height() > 10, timeout=WAIT)
    at = panel.list.visualRect(panel.list.model().index(0, 0)).center()
    left, none, keys = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    small = at + (at - at) + type(at)(2, 0)
    far = at + type(at)(60, 10)
    for kind, place, button, pressed in (
        (QEvent.Type.MouseButtonPress, at, left, left),
        (QEvent.Type.MouseMove, small, none, left),
        (QEvent.Type.MouseMove, far, none, left),
    ):
        place = QPointF(place)
        QApplication.sendEvent(panel.list.viewport(), QMouseEvent(kind, place, place, button, pressed, keys))
        assert len(dragged) == (place == QPointF(far))
    assert dragged == ["my song - source.flac"]
    assert edited.session.current == stood, "a drag is no click"


def test_ctrl_c_in_the_history_copies_the_round_as_a_file(qtbot: QtBot, edited: MainWindow) -> None:
    edited.activateWindow()
    qtbot.waitUntil(edited.isActiveWindow, timeout=WAIT)
    edited.history.list.setFocus()
    qtbot.keyClick(edited.history.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    (url,) = QGuiApplication.clipboard().mimeData().urls()
    path = Path(url.toLocalFile())
    current = edited.session.current
    assert current is not None and path.name == "my song - Remove drums.wav"
    assert np.array_equal(read(path).samples, read(edited.session.path_of(current)).samples)
    QGuiApplication.clipboard().setText("words")
    edited.bar.edit.setFocus()
    qtbot.keyClick(edited.bar.edit, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "words"


def test_where_links_cannot_be_made_the_file_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    source = write_song(tmp_path / "0001.wav")
    place = lay_out(source, "a name", tmp_path / "out")
    assert place.name == "a name.wav" and place.read_bytes() == source.read_bytes() and not place.samefile(source)
    (tmp_path / "blocked").touch()
    with pytest.raises(UserError, match="cannot be handed over .*; export it instead"):
        lay_out(source, "a name", tmp_path / "blocked")


def test_what_was_handed_over_long_ago_is_removed_and_the_round_stays(tmp_path: Path) -> None:
    source = write_song(tmp_path / "0001.wav")
    old, new = (lay_out(source, name, tmp_path / "out") for name in ("old", "new"))
    now = old.stat().st_mtime + (KEPT_DAYS + 1) * 86_400
    os.utime(new.parent, (now, now))
    os.utime(old.parent, (0, 0))
    sweep(tmp_path / "out", now)
    assert not old.exists() and new.exists() and source.exists()
