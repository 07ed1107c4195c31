"""Starts the application: one window on a file, a project's folder, or the demo song."""

from __future__ import annotations

import gc
import logging
import logging.handlers
import signal
import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from engine.resources import DEMO
from instructme_app import language, sizes, theme
from instructme_app.engine_thread import EngineThread
from instructme_app.model.models import chosen_load
from instructme_app.model.settings import Settings, home
from instructme_app.windows.main_window import MainWindow


def run(file: Path | None = None) -> int:
    """Open the window and stay until it is closed; the exit status."""
    _start_log()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("InstructME")
    app.setApplicationDisplayName("InstructME")
    app.setWindowIcon(QIcon(str(theme.ICONS / "instructme.svg")))
    sizes.follow(app)
    settings = Settings()
    language.speak(app, settings.language)
    door = EngineThread(chosen_load(settings))
    window = MainWindow(door, settings)
    window.apply_theme()
    if settings.geometry is not None:
        window.restoreGeometry(settings.geometry)
    window.show()
    door.open()
    _open_first(window, file)
    _greet(window, file)
    # Not before it can be used: this itself takes as long as one of the stalls that it prevents.
    QTimer.singleShot(QUIET, window, _spare_the_collector)

    # Python sees Ctrl-C only between two of its own instructions: give it some, now and then.
    signal.signal(signal.SIGINT, lambda *_: window.close())
    pulse = QTimer()
    pulse.timeout.connect(lambda: None)
    pulse.start(300)
    return app.exec()


QUIET = 1000
"""Milliseconds after which the window is up."""


def _spare_the_collector() -> None:
    """Modules, widgets and actions live as long as the window: no collection needs to walk through them any more.

    A full one, which comes unasked in the middle of anything, held the window and the audio callback for 60-70 ms.
    """
    gc.collect()
    gc.freeze()


def _greet(window: MainWindow, file: Path | None) -> None:
    """The tour, at the first start of all. Who comes with a song of their own wants to get on with it, and who comes
    from a crash wants to know what became of their work; to both, the Help menu still has it."""
    if window.recovery.left is None and (file is None or file.resolve() == demo_song()):
        window.session.song_changed.connect(window.helping.tour.start_once, Qt.ConnectionType.SingleShotConnection)


def demo_song() -> Path | None:
    return next(iter(sorted(DEMO.glob("*.flac"))), None)


def _open_first(window: MainWindow, file: Path | None) -> None:
    path = file or window.recovery.project or demo_song()
    if path is not None:
        # After the first paint: reading must not hold up the window.
        QTimer.singleShot(0, window, lambda: window.open_path(path))


def _start_log() -> None:
    folder = home() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        folder / "instructme.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
