"""Killed at any moment: the next start opens what was open, with every finished round, and says so calmly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from engine.session import Project
from instructme_app.application import _greet, _open_first
from instructme_app.model.marker import FOLDER, Left, Marker
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

ROOT = Path(__file__).resolve().parent.parent.parent
START = 120
"""Seconds for a whole window to come up on a busy machine."""

VICTIM = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.fake_engine import FakeEngine

app = QApplication([])
engine = FakeEngine()
window = MainWindow(engine, Settings(), Playback(use_device=False))
window.show()
engine.open()
song = sys.argv[1]

def look():
    if window.session.project is None:
        return
    timer.stop()
    if "edit" in sys.argv:
        window.submit("remove drums")
        engine.finish()
        window.submit("add strings")
        # The worker is in the middle of writing this one.
        Path(engine.edits[-1].output).write_bytes(b"RIFF half a round")
    if "close" in sys.argv:
        window.close()
        sys.exit(0)
    print("ready", window.session.project.folder, flush=True)

timer = QTimer()
timer.timeout.connect(look)
timer.start(10)
# A test that went wrong must not leave a process behind.
QTimer.singleShot(120_000, app.quit)
if song != "-":
    window.open_path(Path(song))
else:
    print("ready -", flush=True)
app.exec()
"""


def run_victim(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """A real window in a process of its own, at work; and the project that it has open."""
    process = subprocess.Popen(
        [sys.executable, "-c", VICTIM, *arguments],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert "close" in arguments or line.startswith("ready"), "the window did not come up"
    return process, line.removeprefix("ready").strip()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(START)
    if process.stdout is not None:
        process.stdout.close()


def start(qtbot: QtBot, engine: FakeEngine, file: Path | None = None) -> MainWindow:
    """As the application does it."""
    window = MainWindow(engine, Settings(), Playback(use_device=False))
    window.apply_theme()
    qtbot.addWidget(window)
    window.show()
    engine.open()
    _open_first(window, file)
    _greet(window, file)
    return window


def test_a_killed_window_comes_back_with_its_project_and_every_finished_round(
    qtbot: QtBot, home: Path, song: Path, engine: FakeEngine
) -> None:
    process, folder = run_victim(str(song), "edit")
    half = Path(folder) / "rounds" / "0002.part.wav"
    assert half.exists()
    kill(process)
    window = start(qtbot, engine)
    qtbot.waitUntil(lambda: window.session.project is not None, timeout=WAIT)
    assert window.session.project is not None and window.session.project.folder == Path(folder)
    assert [entry.understood for entry in window.session.rounds[1:]] == ["Remove drums"]
    assert not half.exists()
    assert "'my song' is open again" in window.recovery.notice.title.text()
    assert "Its finished round is here." in window.recovery.notice.text.text()
    assert window.recovery.notice.isVisible() and not window.banner.isVisible()
    assert not window.settings.toured and window.helping.tour.overlay is None, "no tour over somebody's lost work"
    window.recovery.notice.close_button.click()
    assert not window.recovery.notice.isVisible()
    window.close()
    # That run ended well.
    again = start(qtbot, FakeEngine())
    assert again.recovery.project is None and not again.recovery.notice.isVisible()
    qtbot.waitUntil(lambda: again.helping.tour.overlay is not None, timeout=WAIT)
    again.close()


def test_a_round_that_had_all_but_its_name_is_finished_and_told(
    qtbot: QtBot, home: Path, song: Path, engine: FakeEngine
) -> None:
    process, folder = run_victim(str(song), "edit")
    kill(process)
    rounds = Path(folder) / "rounds"
    (rounds / "0001.wav").rename(rounds / "0001.part.wav")
    window = start(qtbot, engine)
    qtbot.waitUntil(lambda: window.recovery.notice.isVisible(), timeout=WAIT)
    assert len(window.session.rounds) == 2
    assert "Put right: round 0001 ('remove drums') was finished" in window.recovery.notice.text.text()
    window.close()


def test_a_window_that_was_closed_is_not_recovered(qtbot: QtBot, home: Path, song: Path, engine: FakeEngine) -> None:
    process, _ = run_victim(str(song), "close")
    assert process.wait(START) == 0
    assert list((home / FOLDER).iterdir()) == []
    window = start(qtbot, engine)
    assert window.recovery.project is None and not window.recovery.notice.isVisible()
    window.close()


def test_a_window_that_still_lives_is_left_alone(qtbot: QtBot, home: Path, song: Path, engine: FakeEngine) -> None:
    process, _ = run_victim(str(song))
    try:
        window = start(qtbot, engine, song)
        assert window.recovery.left is None
        window.close()
        assert len(list((home / FOLDER).iterdir())) == 1, "its marker still stands"
    finally:
        kill(process)


def test_a_file_that_is_named_at_the_start_goes_before_what_was_open(
    qtbot: QtBot, home: Path, song: Path, tmp_path: Path, engine: FakeEngine
) -> None:
    process, _ = run_victim(str(song))
    kill(process)
    window = start(qtbot, engine, song)
    qtbot.waitUntil(lambda: window.session.project is not None, timeout=WAIT)
    assert len(window.session.rounds) == 1
    window.close()


def dead(home: Path, project: str, recovering: bool = False) -> None:
    """The marker of a process that is no more."""
    (home / FOLDER).mkdir(parents=True, exist_ok=True)
    entry = {"process": 2**22 + 1, "began": 1.0, "project": project, "recovering": recovering}
    (home / FOLDER / "1.json").write_text(json.dumps(entry), encoding="utf-8")


def test_a_project_that_brings_the_window_down_twice_is_not_opened_a_third_time(
    qtbot: QtBot, home: Path, song: Path, engine: FakeEngine
) -> None:
    with Project.create(home / "projects" / "bad", song) as project:
        folder = project.folder
    dead(home, str(folder), recovering=True)
    window = start(qtbot, engine)
    qtbot.waitUntil(lambda: window.recovery.notice.isVisible(), timeout=WAIT)
    assert window.recovery.project is None
    assert "twice with 'bad'" in window.recovery.notice.text.text()
    window.close()


def test_a_project_that_is_gone_is_said(qtbot: QtBot, home: Path, engine: FakeEngine) -> None:
    dead(home, str(home / "projects" / "gone"))
    window = start(qtbot, engine)
    qtbot.waitUntil(lambda: window.recovery.notice.isVisible(), timeout=WAIT)
    assert "'gone' is no longer where it was" in window.recovery.notice.text.text()
    window.close()


def test_a_project_that_cannot_be_opened_again_is_told_by_the_banner(
    qtbot: QtBot, home: Path, song: Path, engine: FakeEngine
) -> None:
    with Project.create(home / "projects" / "bad", song) as project:
        folder = project.folder
    (folder / "source.flac").unlink()
    dead(home, str(folder))
    window = start(qtbot, engine)
    qtbot.waitUntil(lambda: window.banner.isVisible(), timeout=WAIT)
    assert "is missing" in window.banner.cause.text()
    assert window.recovery.project is None
    window.close()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"process": "x"}', b"\xff\xfe", b'{"process": 1}'])
def test_a_damaged_marker_is_no_obstacle(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "7.json").write_bytes(content)
    marker = Marker(tmp_path)
    assert marker.take_left() == ()
    marker.write(tmp_path)
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == [f"{os.getpid()}.json"]
    marker.remove()
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_process_number_that_was_given_again_is_not_taken_for_the_window(tmp_path: Path) -> None:
    me = psutil.Process()
    parent = me.parent()
    assert parent is not None
    (tmp_path / FOLDER).mkdir()

    def mark(began: float) -> None:
        entry = {"process": parent.pid, "began": began, "project": "/x", "recovering": False}
        (tmp_path / FOLDER / "p.json").write_text(json.dumps(entry))

    mark(parent.create_time())
    assert Marker(tmp_path).take_left() == ()
    mark(parent.create_time() - 1000)
    assert Marker(tmp_path).take_left() == (Left(parent.pid, parent.create_time() - 1000, "/x", False),)


def test_a_home_that_cannot_be_written_to_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    marker = Marker(tmp_path)
    marker.write(tmp_path)
    assert marker.take_left() == ()
    marker.remove()
