"""Recording: nothing that was played into the microphone is lost, whatever happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.audio import probe, read
from instructme_app.model import recording
from instructme_app.model.failure import Failure
from instructme_app.model.recording import FOLDER, PART, Recorder, Take, recover
from instructme_app.model.wav_writer import WavWriter
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT

SECOND = np.random.default_rng(0).uniform(-0.5, 0.5, (48_000, 2)).astype(np.float32)


def test_what_is_written_reads_back_sample_for_sample(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "take.wav", 48_000, 2)
    for start in range(0, 48_000, 480):
        writer.write(SECOND[start : start + 480])
    writer.close()
    audio = read(tmp_path / "take.wav")
    assert audio.sample_rate == 48_000
    np.testing.assert_array_equal(audio.samples, SECOND.T)


def test_a_file_that_is_still_being_written_is_whole(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "take.wav", 48_000, 2)
    writer.write(SECOND)
    writer.sync()
    # What came after the last sync is beyond what the header promises.
    writer.write(SECOND[:100])
    assert probe(tmp_path / "take.wav").frames == 48_000
    writer.close()
    assert probe(tmp_path / "take.wav").frames == 48_100


def test_a_killed_recording_is_found_again(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    program = (
        "import os, sys; from pathlib import Path; import numpy as np\n"
        "from instructme_app.model.wav_writer import WavWriter\n"
        "w = WavWriter(Path(sys.argv[1]), 48000, 2); w.write(np.full((24000, 2), 0.25, np.float32)); w.sync()\n"
        "w.write(np.ones((10, 2), np.float32)); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(folder / f"Recording{PART}")], cwd=Path.cwd(), check=False)
    (folder / f"Empty{PART}").write_bytes(b"")
    (take,) = recover(tmp_path)
    assert take == Take(folder / "Recording.wav", 0.5)
    audio = read(take.path)
    assert audio.frames == 24_000
    assert (audio.samples == 0.25).all()
    assert [path.name for path in folder.iterdir()] == ["Recording.wav"]
    assert recover(tmp_path) == ()


def test_takes_of_the_same_second_do_not_overwrite_each_other(tmp_path: Path) -> None:
    for name in ("Recording.wav", "Recording 2.wav", f"Recording 3{PART}"):
        (tmp_path / name).touch()
    assert recording._free(tmp_path, "Recording") == "Recording 4"


@pytest.fixture
def no_microphone(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(anew: bool = False) -> None:
        raise RuntimeError("Error querying device -1")

    monkeypatch.setattr(recording, "library", nothing)


@pytest.mark.usefixtures("no_microphone")
def test_without_a_microphone_there_is_one_clear_line(qtbot: QtBot, tmp_path: Path) -> None:
    recorder = Recorder()
    with qtbot.waitSignal(recorder.failed, timeout=WAIT) as said:
        recorder.start(tmp_path)
    (failure,) = said.args or [None]
    assert isinstance(failure, Failure)
    assert failure.cause == "there is no microphone"
    assert not recorder.busy
    assert not list(tmp_path.rglob("*.wav"))


@pytest.mark.usefixtures("no_microphone")
def test_the_recorder_says_that_there_is_no_microphone(qtbot: QtBot, window: MainWindow) -> None:
    window.recording.open.trigger()
    dialog = window.recording.dialog
    assert dialog is not None
    dialog.record.click()
    qtbot.waitUntil(lambda: "There is no microphone" in dialog.state.text(), timeout=WAIT)
    assert dialog.record.text() == "Record"
    assert not dialog.use.isVisible()
    dialog.close()


def test_a_take_becomes_the_song(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    folder = window.settings.projects / FOLDER
    folder.mkdir(parents=True)
    writer = WavWriter(folder / "Recording.wav", 48_000, 2)
    writer.write(SECOND)
    writer.close()
    window.recording.show()
    dialog = window.recording.dialog
    assert dialog is not None
    window.recording.recorder.ticked.emit(0.5, 1.0)
    assert "Too loud" in dialog.state.text()
    window.recording.recorder.finished.emit(Take(writer.path, 1.0))
    assert "Recording" in dialog.state.text()
    dialog.use.click()
    qtbot.waitUntil(lambda: window.session.name == "Recording", timeout=WAIT)
    assert writer.path.exists()
