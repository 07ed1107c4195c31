"""Makes the pictures of the guide from the real window: `python docs/screenshots.py FOLDER [--song FILE]`.

With `--rehearse` a scripted engine stands in for the model, so that the pictures take seconds; it is for
looking at the window while working on it, never for the guide. Under no display set QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.resources import DEMO, RESOURCES
from instructme_app.engine_thread import EngineThread
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.views.time_axis import Selection
from instructme_app.windows.main_window import MainWindow

PATIENCE = 900.0
"""Seconds that one picture may wait for the real engine."""


class Photographer:
    def __init__(self, app: QApplication, window: MainWindow, folder: Path, suffix: str) -> None:
        self._app, self.window, self._folder, self._suffix = app, window, folder, suffix

    def until(self, condition: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise SystemExit(f"waited in vain for {what}")
            self._app.processEvents()
            time.sleep(0.005)

    def settle(self) -> None:
        """Everything read, heard and drawn that is going to be."""
        window, session = self.window, self.window.session

        def still() -> bool:
            current = session.current
            read = all(entry.id in window.media.thumbnails for entry in (session.source, current) if entry is not None)
            heard = current is None or session.heard(current.id) is not None
            return (
                session.opening is None
                and read
                and heard
                and session.queue.running is None
                and window.lanes.spectrogram.pending == 0
            )

        self.until(still, "the window to come to rest")
        for _ in range(20):
            self._app.processEvents()
            time.sleep(0.01)
        self.until(still, "the window to come to rest")

    def edit(self, text: str) -> str:
        """Make a round and give its id."""
        self.window.bar.edit.setText(text)
        self.window.submit(text)
        self.settle()
        assert self.window.session.current is not None
        return self.window.session.current.id

    def shoot(self, name: str) -> None:
        window = self.window
        for _ in range(5):
            self._app.processEvents()
        picture = window.grab().toImage()
        # A popup is a window of its own: laid where it stands on the screen.
        popup = window.bar.edit.completer().popup()
        if popup is not None and popup.isVisible():
            painter = QPainter(picture)
            painter.drawPixmap(window.mapFromGlobal(popup.mapToGlobal(QPoint(0, 0))), popup.grab())
            painter.end()
        path = self._folder / f"{name}{self._suffix}.png"
        if not QImage(picture).save(str(path)):
            raise SystemExit(f"{path} cannot be written")
        print(path)


def tour(photographer: Photographer, song: Path, engine: Any) -> None:
    window = photographer.window
    window.open_path(song)
    photographer.settle()
    photographer.shoot("start")

    window.bar.edit.setText("remove the ")
    window.bar.edit.textEdited.emit("remove the ")
    window.bar.edit.completer().complete()
    photographer.shoot("completion")
    popup = window.bar.edit.completer().popup()
    if popup is not None:
        popup.hide()
    window.bar.edit.setText("take out the drums and add strings")
    window.axis.select(Selection(window.axis.duration * 0.25, window.axis.duration * 0.5))
    photographer.shoot("understood")
    window.axis.select(None)

    first = photographer.edit("remove the drums")
    photographer.edit("add strings")
    window.session.jump(first)
    photographer.settle()
    photographer.edit("replace piano with organ")
    window.playback.seek(window.axis.duration * 0.3)
    photographer.shoot("history")

    if engine is not None:
        engine.obliging = False
        window.submit("remix to jazz")
        job = engine.edits[-1]
        engine.progress(job, "sampling", 3, 8)
        photographer.shoot("running")
        engine.fail(job, "the edit needs 9.1 GB of memory and 6.3 GB are free", "Traceback (most recent call last): …")
        engine.obliging = True
    else:
        window.submit("add kazoo")
    photographer.shoot("problem")


def scripted_engine() -> Any:
    """The engine of the window's own tests."""
    path = RESOURCES.parent / "tests" / "instructme_app" / "fake_engine.py"
    spec = importlib.util.spec_from_file_location("fake_engine", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FakeEngine(obliging=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--song", type=Path, default=None)
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--rehearse", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    song = arguments.song or next(iter(sorted(DEMO.glob("*.flac"))))
    with tempfile.TemporaryDirectory() as home:
        os.environ["INSTRUCTME_HOME"] = home
        app = QApplication([])
        settings = Settings()
        settings.theme = arguments.theme
        engine = None
        if arguments.rehearse:
            engine = scripted_engine()
        door = engine or EngineThread()
        window = MainWindow(door, settings, Playback(use_device=False))
        window.apply_theme()
        window.show()
        door.open()
        tour(Photographer(app, window, arguments.folder, f"-{arguments.theme}"), song, engine)
        window.close()


if __name__ == "__main__":
    main()
