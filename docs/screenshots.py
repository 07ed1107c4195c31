"""Makes every picture of the guide and the README from the real window: `python docs/screenshots.py`.

It goes the way of the guide: from the demo song over three chained edits to a branch, a comparison and an export. With
`--rehearse` a scripted engine stands in for the model, so that the pictures take seconds; it is for looking at the
window while working on it, never for the guide. Under no display set QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, qRgb
from PySide6.QtWidgets import QApplication, QWidget
from scipy.cluster.vq import kmeans2
from scipy.spatial import cKDTree

from engine.resources import DEMO, RESOURCES
from instructme_app.engine_thread import EngineThread
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.views.time_axis import Selection
from instructme_app.windows.main_window import MainWindow

IMAGES = RESOURCES.parent / "docs" / "images"
MOST_BYTES = 200_000
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
            heard = current is None or window.listening.heard(current.id) is not None
            return (
                session.opening is None
                and read
                and heard
                and window.editing.queue.running is None
                and window.lanes.spectrogram.pending == 0
            )

        self.until(still, "the window to come to rest")
        self.rest(0.2)
        self.until(still, "the window to come to rest")

    def rest(self, seconds: float) -> None:
        """Let what was asked for come in: there is nothing else to wait for in a picture."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._app.processEvents()
            time.sleep(0.005)

    def edit(self, text: str) -> str:
        """Make a round and give its id."""
        self.window.bar.edit.setText(text)
        self.window.submit(text)
        self.settle()
        assert self.window.session.current is not None
        return self.window.session.current.id

    def shoot(self, name: str, part: QWidget | None = None, margin: int = 0, tallest: int = 10_000) -> None:
        """The window, or `part` of it with some of what is around it, as docs/images/<name>.png."""
        window = self.window
        for _ in range(5):
            self._app.processEvents()
        picture = window.grab().toImage()
        if part is not None:
            box = QRect(part.mapTo(window, QPoint(0, 0)), part.size())
            box.setHeight(min(box.height(), tallest))
            ratio = picture.devicePixelRatio()
            box = box.adjusted(-margin, -margin, margin, margin).intersected(window.rect())
            # A copied picture is measured in its own pixels, a window in those of the screen's scale.
            sides = (box.x(), box.y(), box.width(), box.height())
            picture = picture.copy(QRect(*(round(side * ratio) for side in sides)))
        self.keep(name, picture)

    def keep(self, name: str, picture: QImage) -> None:
        path = self._folder / f"{name}{self._suffix}.png"
        if not small(picture).save(str(path), quality=0):
            raise SystemExit(f"{path} cannot be written")
        size = path.stat().st_size
        if size > MOST_BYTES and self._folder == IMAGES:
            raise SystemExit(f"{path} has {size} bytes; the guide's pictures have {MOST_BYTES} at most")
        print(path, size)


def small(picture: QImage) -> QImage:
    """With 256 colours that are chosen for it: a third of the size, and no eye sees it."""
    picture = picture.convertToFormat(QImage.Format.Format_RGB888)
    width, height = picture.width(), picture.height()
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(height, picture.bytesPerLine())
    pixels = rows[:, : width * 3].reshape(-1, 3)
    colours, counts = np.unique(pixels, axis=0, return_counts=True)
    if len(colours) > 256:
        # The most frequent colours are those of text and grounds: kept as they are; the rest is gathered.
        order = np.argsort(-counts)
        kept, rest = colours[order[:96]].astype(float), colours[order[96:]].astype(float)
        dice = np.random.default_rng(0)
        centres, _ = kmeans2(rest, rest[dice.choice(len(rest), 160, replace=False)], iter=12, minit="matrix", seed=0)
        palette = np.rint(np.concatenate([kept, centres])).clip(0, 255)
    else:
        palette = colours.astype(float)
    _, nearest = cKDTree(palette).query(pixels.astype(float))
    indices = np.zeros((height, (width + 3) // 4 * 4), np.uint8)
    indices[:, :width] = nearest.reshape(height, width)
    result = QImage(indices.tobytes(), width, height, indices.shape[1], QImage.Format.Format_Indexed8).copy()
    result.setColorTable([qRgb(*map(int, colour)) for colour in palette])
    return result


def tour(photographer: Photographer, song: Path) -> None:
    """The guide's way, and its pictures in its order."""
    window = photographer.window
    window.open_path(song)
    photographer.settle()
    window.bar.edit.setText("take out the drums")
    photographer.shoot("guide-instruction", window.bar, margin=6)
    window.bar.edit.clear()

    photographer.edit("remove the drums")
    second = photographer.edit("add strings")
    photographer.edit("solo the bass")
    window.playback.seek(window.axis.duration * 0.3)
    photographer.shoot("guide-rounds")

    window.session.jump(second)
    photographer.settle()
    photographer.edit("replace piano with organ")
    photographer.shoot("guide-branch", window.layout_.side_panel, tallest=400)
    window.audition.toggle()
    photographer.shoot("guide-compare", window.transport)
    window.audition.toggle()
    dialog = window.filing.exporting.open()
    if dialog is not None:
        photographer.rest(0.5)
        photographer.keep("guide-export", dialog.grab().toImage())
        dialog.close()
    window.playback.seek(window.axis.duration * 0.45)
    window.axis.select(Selection(window.axis.duration * 0.3, window.axis.duration * 0.6))
    photographer.settle()
    photographer.shoot("window")
    window.axis.select(None)


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
    parser.add_argument("folder", type=Path, nargs="?", default=IMAGES)
    parser.add_argument("--song", type=Path, default=None)
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument("--rehearse", action="store_true")
    arguments = parser.parse_args()
    if arguments.rehearse and arguments.folder == IMAGES:
        parser.error("a rehearsal is not for the guide: name another folder")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    song = arguments.song or next(iter(sorted(DEMO.glob("*.flac"))))
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory(prefix="Music-") as music:
        song = Path(shutil.copy(song, music))
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
        suffix = "" if arguments.folder == IMAGES else f"-{arguments.theme}"
        tour(Photographer(app, window, arguments.folder, suffix), song)
        window.close()


if __name__ == "__main__":
    main()
