"""The real window, the real worker process and a real (tiny, untrained) model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from engine.audio import probe, read
from engine.bundle import Bundle
from engine.messages import Load
from instructme_app.engine_thread import EngineThread
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.windows.main_window import MainWindow

LOAD = 120_000
"""Milliseconds for the worker to import torch and load a model on a busy machine."""


def test_two_chained_edits_undo_and_an_export(
    qtbot: QtBot, home: Path, song: Path, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    door = EngineThread(Load(str(tiny_bundle.folder), "cpu"))
    window = MainWindow(door, Settings(), Playback(use_device=False))
    window.apply_theme()
    qtbot.addWidget(window)
    window.show()
    door.open()
    try:
        window.open_path(song)
        qtbot.waitUntil(lambda: window.session.ready is not None, timeout=LOAD)
        window.submit("take out the drums and add strings")
        qtbot.waitUntil(lambda: len(window.session.rounds) == 3 or window.banner.isVisible(), timeout=LOAD)
        assert not window.banner.isVisible(), window.banner.cause.text() + window.banner.details.toPlainText()
        assert [entry.understood for entry in window.session.rounds[1:]] == ["Remove drums", "Add strings"]

        current = window.session.current
        assert current is not None
        source, made = probe(song), probe(window.session.path_of(current))
        assert (made.sample_rate, made.channels, made.frames) == (source.sample_rate, source.channels, source.frames)
        qtbot.waitUntil(lambda: window.session.heard(current.id) is not None, timeout=LOAD)

        window.session.undo()
        assert window.filing.export_to(tmp_path / "export.flac")
        undone = window.session.current
        assert undone is not None and undone.understood == "Remove drums"
        np.testing.assert_array_equal(
            read(tmp_path / "export.flac").samples, read(window.session.path_of(undone)).samples
        )
    finally:
        window.close()
