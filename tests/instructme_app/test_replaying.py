"""What was done in the window, done again on the command line: the real worker, a real (tiny, untrained) model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from engine.bundle import Bundle
from engine.cli import main
from engine.messages import Load
from instructme_app.engine_thread import EngineThread
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.views.time_axis import Selection
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import exported

LOAD = 120_000
"""Milliseconds for the worker to import torch and load a model on a busy machine."""


def test_the_log_of_the_window_gives_the_same_samples_on_the_command_line(
    qtbot: QtBot, home: Path, song: Path, tiny_bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    window = MainWindow(EngineThread(Load(str(tiny_bundle.folder), "cpu")), Settings(), Playback(use_device=False))
    qtbot.addWidget(window)
    window.show()
    window._door.open()
    session = window.session

    def submit(text: str, rounds: int) -> str:
        window.submit(text)
        qtbot.waitUntil(lambda: len(session.rounds) == rounds or window.banner.isVisible(), timeout=LOAD)
        assert session.current is not None and not window.banner.isVisible()
        return session.current.id

    try:
        window.open_path(song)
        qtbot.waitUntil(lambda: window.editing.ready is not None and session.project is not None, timeout=LOAD)
        strings = submit("add strings", 2)
        session.undo()
        window.bar.drawer.strength.setValue(60)
        window.axis.select(Selection(0.5, 1.5))
        region = submit("replace piano with organ", 3)
        window.axis.select(Selection(1.0, 2.0))
        window.rounds.take_region(strings)
        qtbot.waitUntil(lambda: len(session.rounds) == 4, timeout=LOAD)
        assert session.current is not None and session.current.parent == region
        log = exported(qtbot, window, tmp_path, "log")
        wanted = {id: soundfile.read(session.path_of(session.round(id)))[0] for id in (strings, region)}
        wanted[session.current.id] = soundfile.read(session.path_of(session.current))[0]
    finally:
        window.close()
    for id, samples in wanted.items():
        out = tmp_path / f"{id}.wav"
        arguments = [song, "--replay", log, "--until", id, "-o", out]
        model = ["--model", tiny_bundle.folder, "--device", "cpu"]
        assert main(["edit", *map(str, (*arguments, *model))]) == 0
        assert capsys.readouterr().err == "", "the model and the song are those of the log"
        np.testing.assert_array_equal(soundfile.read(out)[0], samples)
