"""The sound of rounds, read off the window's thread: samples, waveform pyramid, loudness."""

from __future__ import annotations

import contextlib
import logging
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from engine.audio import Audio, loudness, read
from engine.audio.files import MAX_SAMPLE
from engine.errors import UserError
from instructme_app.model.mapping import let_go, map_wav
from instructme_app.model.pyramid import Pyramid

log = logging.getLogger(__name__)

KEPT_LEAST = 6
"""Rounds that stay open however long they are: the two of a blind comparison, the current one and what it is compared
with, the source that the waveforms are scaled by, and one to come from. All of the first five can be wanted at once:
were fewer kept, each that is read would close another that is wanted, and reading would never end."""

DEFAULT_LIMIT = 400 * 2**20
"""Bytes of samples that stay open; the settings say otherwise."""


@dataclass(frozen=True, eq=False)
class Media:
    """One round, ready to be drawn and played. `loudness` is in LUFS, None for (near) silence; `peak` is its largest
    sample, 1.0 being full scale."""

    audio: Audio
    pyramid: Pyramid
    loudness: float | None
    peak: float = 1.0

    @property
    def bytes(self) -> int:
        """What keeping it open costs."""
        levels = (array for level in self.pyramid.levels for array in (level.low, level.high, level.power))
        return self.audio.samples.nbytes + sum(array.nbytes for array in levels)


@dataclass(frozen=True)
class Thumbnail:
    """A song's form, small enough to be kept for every round: the root mean square of each column. Columns are seconds
    wide, and in every second of a loud song some sample is at full scale: extremes would be a solid block."""

    rms: tuple[float, ...]


THUMBNAIL_COLUMNS = 96


def load(path: Path) -> Media:
    """Raises UserError."""
    mapped = map_wav(path)
    media = _measured(mapped) if mapped is not None else None
    if mapped is not None:
        let_go(mapped.samples)  # measuring went through all of it, and it may never be played
    # Not a number compares as false: `read` then says in a line what is wrong with the file.
    return media if media is not None and media.peak <= MAX_SAMPLE else _measured(read(path))


def _measured(audio: Audio) -> Media:
    pyramid = Pyramid.build(audio.samples)
    coarsest = pyramid.levels[-1]
    peak = max(float(coarsest.high.max()), -float(coarsest.low.min()))
    return Media(audio, pyramid, loudness(audio) if peak <= MAX_SAMPLE else None, peak)


def thumbnail(media: Media) -> Thumbnail:
    columns = media.pyramid.columns(0, media.audio.frames, THUMBNAIL_COLUMNS)
    return Thumbnail(tuple(map(float, columns.rms)))


class _Signals(QObject):
    loaded = Signal(str, Path, object, object)
    failed = Signal(str, Path, str, str)


class _LoadTask(QRunnable):
    def __init__(self, key: str, path: Path, signals: _Signals) -> None:
        super().__init__()
        self._key, self._path, self._signals = key, path, signals

    def run(self) -> None:
        # The window may close, and the signals go, while this is read.
        with contextlib.suppress(RuntimeError):
            try:
                media = load(self._path)
                self._signals.loaded.emit(self._key, self._path, media, thumbnail(media))
            except UserError as error:
                self._signals.failed.emit(self._key, self._path, error.cause, error.remedy)
            except (OSError, ValueError, MemoryError) as error:
                log.exception("reading %s", self._path)
                cause = f"'{self._path.name}' cannot be read ({error})"
                self._signals.failed.emit(self._key, self._path, cause, "open it again")


class MediaLibrary(QObject):
    """Rounds by key. `get` answers at once; what is not here yet is read and told by `loaded`.

    Keys begin anew with every song, so the path decides whether it is the round that is meant.
    """

    loaded = Signal(str)
    failed = Signal(str, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limit = DEFAULT_LIMIT
        self._kept: OrderedDict[str, tuple[Path, Media]] = OrderedDict()
        self.thumbnails: dict[str, Thumbnail] = {}
        self._asked: dict[str, Path] = {}
        self._signals = _Signals()
        self._signals.loaded.connect(self._take)
        self._signals.failed.connect(self._refuse)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    @property
    def limit(self) -> int:
        """Bytes of samples that are kept open. What was not wanted for longest is closed first."""
        return self._limit

    @limit.setter
    def limit(self, value: int) -> None:
        self._limit = value
        self._shrink()

    @property
    def bytes(self) -> int:
        """Of the samples that are open now."""
        return sum(media.bytes for _, media in self._kept.values())

    def get(self, key: str, path: Path) -> Media | None:
        kept = self._kept.get(key)
        if kept is not None and kept[0] == path:
            self._kept.move_to_end(key)
            return kept[1]
        if self._asked.get(key) != path:
            self._asked[key] = path
            self._pool.start(_LoadTask(key, path, self._signals))
        return None

    def clear(self) -> None:
        self._pool.clear()
        self._kept.clear()
        self._asked.clear()
        self.thumbnails.clear()

    def close(self) -> None:
        self._pool.clear()
        self._pool.waitForDone(3000)

    def _take(self, key: str, path: Path, media: Media, picture: Thumbnail) -> None:
        if self._asked.get(key) != path:
            return  # of a song that was closed meanwhile
        del self._asked[key]
        self._kept[key] = (path, media)
        self.thumbnails[key] = picture
        self._shrink()
        self.loaded.emit(key)

    def _shrink(self) -> None:
        total = self.bytes
        while len(self._kept) > KEPT_LEAST and total > self._limit:
            _, (_, oldest) = self._kept.popitem(last=False)
            total -= oldest.bytes

    def _refuse(self, key: str, path: Path, cause: str, remedy: str) -> None:
        if self._asked.get(key) == path:
            del self._asked[key]
            self.failed.emit(key, cause, remedy)
