"""The sound of rounds, read off the window's thread: samples, waveform pyramid, loudness."""

from __future__ import annotations

import contextlib
import logging
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from engine.audio import Audio, loudness, read
from engine.errors import UserError
from instructme_app.model.pyramid import Pyramid

log = logging.getLogger(__name__)

KEPT = 6
"""Rounds whose samples stay open: the two that are compared and some to jump back to."""


@dataclass(frozen=True)
class Media:
    """One round, ready to be drawn and played. `loudness` is in LUFS, None for (near) silence."""

    audio: Audio
    pyramid: Pyramid
    loudness: float | None


@dataclass(frozen=True)
class Thumbnail:
    """A waveform small enough to be kept for every round: one low and one high per column."""

    low: tuple[float, ...]
    high: tuple[float, ...]


THUMBNAIL_COLUMNS = 96


def load(path: Path) -> Media:
    """Raises UserError."""
    audio = read(path)
    return Media(audio, Pyramid.build(audio.samples), loudness(audio))


def thumbnail(media: Media) -> Thumbnail:
    columns = media.pyramid.columns(0, media.audio.frames, THUMBNAIL_COLUMNS)
    return Thumbnail(tuple(map(float, columns.low)), tuple(map(float, columns.high)))


class _Signals(QObject):
    loaded = Signal(str, object, object)
    failed = Signal(str, str, str)


class _LoadTask(QRunnable):
    def __init__(self, key: str, path: Path, signals: _Signals) -> None:
        super().__init__()
        self._key, self._path, self._signals = key, path, signals

    def run(self) -> None:
        # The window may close, and the signals go, while this is read.
        with contextlib.suppress(RuntimeError):
            try:
                media = load(self._path)
                self._signals.loaded.emit(self._key, media, thumbnail(media))
            except UserError as error:
                self._signals.failed.emit(self._key, error.cause, error.remedy)
            except (OSError, ValueError, MemoryError) as error:
                log.exception("reading %s", self._path)
                self._signals.failed.emit(self._key, f"'{self._path.name}' cannot be read ({error})", "open it again")


class MediaLibrary(QObject):
    """Rounds by key. `get` answers at once; what is not here yet is read and told by `loaded`."""

    loaded = Signal(str)
    failed = Signal(str, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[str, Media] = OrderedDict()
        self.thumbnails: dict[str, Thumbnail] = {}
        self._asked: set[str] = set()
        self._signals = _Signals()
        self._signals.loaded.connect(self._take)
        self._signals.failed.connect(self._refuse)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def get(self, key: str, path: Path) -> Media | None:
        media = self._kept.get(key)
        if media is not None:
            self._kept.move_to_end(key)
        elif key not in self._asked:
            self._asked.add(key)
            self._pool.start(_LoadTask(key, path, self._signals))
        return media

    def clear(self) -> None:
        self._pool.clear()
        self._kept.clear()
        self._asked.clear()
        self.thumbnails.clear()

    def close(self) -> None:
        self._pool.clear()
        self._pool.waitForDone(3000)

    def _take(self, key: str, media: Media, picture: Thumbnail) -> None:
        if key not in self._asked:
            return  # of a song that was closed meanwhile
        self._asked.discard(key)
        self._kept[key] = media
        self.thumbnails[key] = picture
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.loaded.emit(key)

    def _refuse(self, key: str, cause: str, remedy: str) -> None:
        self._asked.discard(key)
        self.failed.emit(key, cause, remedy)
