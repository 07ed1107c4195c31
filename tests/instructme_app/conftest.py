"""A window on a scripted engine, offscreen, in a home of its own, with a song of some seconds."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.audio import Audio, write
from instructme_app import language
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.fake_engine import FakeEngine

WAIT = 60_000
"""Milliseconds after which something that should happen has not. Opening a song waits for the disk several times, and a
disk that others write to makes each take seconds; who passes waits no longer for it."""


def write_song(path: Path, seconds: float = 3.0, rate: int = 22_050) -> Path:
    time = np.arange(round(seconds * rate)) / rate
    left = 0.4 * np.sin(2 * np.pi * 220 * time) * np.exp(-(time % 0.5) * 4)
    right = 0.3 * np.sin(2 * np.pi * 330 * time)
    write(path, Audio(np.stack([left, right]).astype(np.float32), rate))
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSTRUCTME_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write_song(tmp_path / "my song.flac")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def window(qtbot: QtBot, home: Path, engine: FakeEngine) -> Iterator[MainWindow]:
    """Shown, with a ready engine, and no song yet."""
    window = MainWindow(engine, Settings(), Playback(use_device=False))
    window.apply_theme()
    qtbot.addWidget(window)
    window.show()
    engine.open()
    yield window
    window.close()


@pytest.fixture
def german(qapp: QApplication) -> Iterator[None]:
    before = set(qapp.findChildren(QTranslator))
    locale = QLocale()
    assert language.speak(qapp, "de") == "de"
    yield
    for translator in set(qapp.findChildren(QTranslator)) - before:
        qapp.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(locale)


def exported(qtbot: QtBot, window: MainWindow, folder: Path, what: str = "round") -> Path:
    """The file that the export dialog writes into `folder` for one of its offers."""
    dialog = window.filing.exporting.open()
    assert dialog is not None
    dialog.form.want([what])
    dialog.form.folder.setText(str(folder))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT) as done:
        dialog.export_button.click()
    assert done.args is not None
    return done.args[0][0]


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow, song: Path) -> MainWindow:
    """With the song open and read."""
    window.open_path(song)
    qtbot.waitUntil(lambda: len(window.media.thumbnails) == 1, timeout=WAIT)
    return window
