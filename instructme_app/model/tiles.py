"""Spectrogram tiles: values made off the window's thread, kept while they fit, shared by every view of a sound."""

from __future__ import annotations

import contextlib
import logging
import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from engine.analysis.spectrogram import LOWEST_HERTZ, spectrogram
from instructme_app.model.mapping import let_go

log = logging.getLogger(__name__)

TILE = 512
"""Columns of one tile: some 40 ms of work for a stereo song at 44.1 kHz."""
ROWS = 192
HOPS = tuple(256 << power for power in range(12))
"""Samples between columns, from the closest zoom to hours in sight."""
FLOOR_DB, CEILING_DB = -72.0, 0.0
DB_PER_STEP = (CEILING_DB - FLOOR_DB) / 255
WINDOWS = 4
"""Windows that a column of a far zoom looks at, spread over its time: one alone would miss most of the music."""
KEPT = 600
"""Tiles in memory: some 60 MB, and more than two screens of every zoom."""
AT_ONCE = 64
"""Columns of a far zoom that are made at once, so that what their windows take stays a few megabytes."""
WAITING = 64
"""Tiles that wait to be made; what was asked for longest ago is out of sight by then, and is dropped."""


@dataclass(frozen=True)
class Sound:
    """What tiles are made of: `key` names it, `samples` are (channels, frames), memory-mapped as a rule."""

    key: str
    samples: np.ndarray
    sample_rate: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sound) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def frames(self) -> int:
        return self.samples.shape[1]

    def tiles(self, hop: int) -> int:
        """How many tiles cover the sound."""
        return -(-self.frames // (TILE * hop))


@dataclass(frozen=True)
class TileKey:
    sound: str
    hop: int
    index: int


def tile_values(sound: Sound, hop: int, index: int) -> np.ndarray:
    """-> (ROWS, columns) uint8: FLOOR_DB to CEILING_DB on 0-255, low frequencies first.

    Column c of the tile stands for samples [c * hop, (c + 1) * hop) from the tile's first one on.
    """
    rate = sound.sample_rate
    size = fft_size(rate)
    first = index * TILE
    columns = max(0, min(TILE, -(-sound.frames // hop) - first))
    if columns == 0:
        return np.zeros((ROWS, 0), dtype=np.uint8)
    if hop < size:
        # The spectrogram centres its columns on multiples of the hop: half a hop on is the middle of a column.
        before = -(-size // (2 * hop))
        begin = (first - before) * hop + hop // 2
        heard = _window(sound.samples, begin, begin + (columns + 2 * before) * hop)
        decibels = _decibels(heard, rate, hop, size)[:, before : before + columns]
    else:
        spans = [(at, min(AT_ONCE, columns - at)) for at in range(0, columns, AT_ONCE)]
        decibels = np.concatenate([_far(sound, hop, size, first + at, some) for at, some in spans], axis=1)
    scaled = (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)
    return np.rint(np.clip(np.nan_to_num(scaled), 0.0, 1.0) * 255).astype(np.uint8)


def _far(sound: Sound, hop: int, size: int, first: int, columns: int) -> np.ndarray:
    """Decibels (ROWS, columns) of columns that are wider than a window, from the `first` one of the sound on."""
    count = min(hop // size, WINDOWS)
    starts = (first + np.arange(columns * count) / count) * hop + (hop / count - size) / 2
    windows = [_window(sound.samples, begin, begin + size) for begin in np.rint(starts).astype(int).tolist()]
    heard = np.concatenate([np.zeros((sound.samples.shape[0], size // 2), dtype=np.float32), *windows], axis=1)
    decibels = _decibels(heard, sound.sample_rate, size, size)[:, 1 : columns * count + 1]
    power = 10.0 ** (decibels.reshape(ROWS, columns, count) / 10)
    return 10 * np.log10(power.mean(axis=2))


def fft_size(sample_rate: int) -> int:
    """The power of two nearest to 85 ms."""
    return 1 << max(4, round(math.log2(0.085 * sample_rate)))


def top_of(sample_rate: int) -> float:
    """Hertz of the highest row."""
    return min(20_000.0, sample_rate / 2)


def hertz_at(share: float, sample_rate: int) -> float:
    """`share` 0-1 of a spectrogram's height, from the bottom."""
    return LOWEST_HERTZ * (top_of(sample_rate) / LOWEST_HERTZ) ** share


def share_of(hertz: float, sample_rate: int) -> float:
    """Where a frequency stands in a spectrogram, 0 at the bottom and 1 at the top; beyond them it is out of sight."""
    return math.log(hertz / LOWEST_HERTZ) / math.log(top_of(sample_rate) / LOWEST_HERTZ)


def hop_for(samples_per_pixel: float) -> int:
    """The hop whose columns are nearest to a pixel wide, rather wider than much narrower."""
    return next((hop for hop in HOPS if hop >= samples_per_pixel / 1.5), HOPS[-1])


def _decibels(heard: np.ndarray, rate: int, hop: int, size: int) -> np.ndarray:
    return spectrogram(heard, rate, rows=ROWS, columns_per_second=rate / hop, fft_size=size).decibels


def _window(samples: np.ndarray, begin: int, end: int) -> np.ndarray:
    """Frames [begin, end) of every channel, with silence where the song has none."""
    frames = samples.shape[1]
    inside = np.asarray(samples[:, max(begin, 0) : max(min(end, frames), 0)], dtype=np.float32)
    if inside.shape[1] == end - begin:
        return inside
    return np.pad(inside, ((0, 0), (min(max(-begin, 0), end - begin), max(end - max(frames, begin), 0))))


class _Signals(QObject):
    made = Signal(object, object)


class _TileTask(QRunnable):
    def __init__(self, key: TileKey, sound: Sound, out: _Signals) -> None:
        super().__init__()
        self._key, self._sound, self._out = key, sound, out

    def run(self) -> None:
        try:
            values = tile_values(self._sound, self._key.hop, self._key.index)
        except (OSError, ValueError, MemoryError):
            log.exception("a spectrogram tile")
            values = np.zeros((ROWS, 1), dtype=np.uint8)
        let_go(self._sound.samples)
        # The window may close, and the signals go, while this is computed.
        with contextlib.suppress(RuntimeError):
            self._out.made.emit(self._key, values)


class TileStore(QObject):
    """`get` answers at once; what is not here yet is made, the latest wish first, and told by `made`."""

    made = Signal(object)
    """A TileKey."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: OrderedDict[TileKey, np.ndarray] = OrderedDict()
        self._asked: OrderedDict[TileKey, Sound] = OrderedDict()
        self._running: TileKey | None = None
        self._closed = False
        self._signals = _Signals()
        self._signals.made.connect(self._take)
        self._pool = QThreadPool(self)
        # One core computes pictures; the other draws and plays.
        self._pool.setMaxThreadCount(1)

    def get(self, sound: Sound, hop: int, index: int) -> np.ndarray | None:
        key = TileKey(sound.key, hop, index)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        elif key != self._running and not self._closed:
            self._asked[key] = sound
            self._asked.move_to_end(key)
            while len(self._asked) > WAITING:
                self._asked.popitem(last=False)
            self._start()
        return kept

    def peek(self, sound: Sound, hop: int, index: int) -> np.ndarray | None:
        """What is here already; nothing is asked for."""
        return self._kept.get(TileKey(sound.key, hop, index))

    @property
    def pending(self) -> int:
        """Tiles that were asked for and are not here yet."""
        return len(self._asked) + (self._running is not None)

    def clear(self) -> None:
        """Another song: nothing of the old one is wanted any more."""
        self._asked.clear()
        self._kept.clear()

    def close(self) -> None:
        self._closed = True
        self._asked.clear()
        self._pool.waitForDone(3000)

    def _start(self) -> None:
        if self._running is None and self._asked:
            self._running, sound = self._asked.popitem(last=True)
            self._pool.start(_TileTask(self._running, sound, self._signals))

    def _take(self, key: TileKey, values: np.ndarray) -> None:
        self._running = None
        self._kept[key] = values
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._start()
        self.made.emit(key)
