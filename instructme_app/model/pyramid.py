"""A waveform's minima, maxima and power at many resolutions, so that any zoom draws in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLOCK = 64
"""Samples under one value of the finest level; closer zooms read the samples themselves."""
FACTOR = 4
CHUNK = BLOCK << 14
"""Samples read at once (about a million): an hour of song is never in memory whole."""


@dataclass(frozen=True)
class Level:
    """`block` samples per entry; each array is (entries,) float32."""

    block: int
    low: np.ndarray
    high: np.ndarray
    power: np.ndarray


@dataclass(frozen=True)
class Columns:
    """What to draw in each pixel column: extremes and root mean square, (columns,) float32 each."""

    low: np.ndarray
    high: np.ndarray
    rms: np.ndarray


class Pyramid:
    """Built once per round from samples (channels, frames); channels are drawn over one another."""

    def __init__(self, samples: np.ndarray, levels: tuple[Level, ...]) -> None:
        self.samples = samples
        self.levels = levels

    @property
    def frames(self) -> int:
        return self.samples.shape[1]

    @property
    def peak(self) -> float:
        """The largest sample of all, whatever its sign; 1.0 is full scale."""
        coarsest = self.levels[-1]
        return max(float(coarsest.high.max()), -float(coarsest.low.min()))

    @classmethod
    def build(cls, samples: np.ndarray) -> Pyramid:
        finest = _finest(samples)
        levels = [finest]
        while levels[-1].low.shape[0] > 1024:
            levels.append(_coarser(levels[-1]))
        return cls(samples, tuple(levels))

    def columns(self, start: float, end: float, width: int) -> Columns:
        """`width` columns over the samples [start, end); every sample of the span is in some column."""
        width = max(1, width)
        edges = np.linspace(start, end, width + 1)
        per_column = (end - start) / width
        level = None
        for candidate in self.levels:
            if candidate.block <= per_column:
                level = candidate
        if level is None:
            return self._from_samples(edges)
        first = np.clip((edges[:-1] // level.block).astype(np.int64), 0, level.low.shape[0] - 1)
        last = np.clip(-(-edges[1:] // level.block).astype(np.int64), first + 1, level.low.shape[0])
        return Columns(
            _reduce(np.minimum, level.low, first, last),
            _reduce(np.maximum, level.high, first, last),
            np.sqrt(_reduce(np.add, level.power, first, last) / (last - first)),
        )

    def _from_samples(self, edges: np.ndarray) -> Columns:
        first = np.clip(np.floor(edges[:-1]).astype(np.int64), 0, max(self.frames - 1, 0))
        last = np.clip(np.ceil(edges[1:]).astype(np.int64), first + 1, self.frames)
        span = np.asarray(self.samples[:, int(first[0]) : int(last[-1])], dtype=np.float32)
        low, high = span.min(axis=0), span.max(axis=0)
        power = np.square(span).mean(axis=0)
        first, last = first - first[0], last - int(first[0])
        return Columns(
            _reduce(np.minimum, low, first, last),
            _reduce(np.maximum, high, first, last),
            np.sqrt(_reduce(np.add, power, first, last) / (last - first)),
        )


def _finest(samples: np.ndarray) -> Level:
    lows, highs, powers = [], [], []
    for start in range(0, samples.shape[1], CHUNK):
        chunk = np.asarray(samples[:, start : start + CHUNK], dtype=np.float32)
        whole = chunk.shape[1] // BLOCK * BLOCK
        for part in (chunk[:, :whole].reshape(chunk.shape[0], -1, BLOCK), chunk[:, None, whole:]):
            if part.size:
                lows.append(part.min(axis=(0, 2)))
                highs.append(part.max(axis=(0, 2)))
                powers.append(np.square(part).mean(axis=(0, 2)))
    if not lows:
        lows = highs = powers = [np.zeros(1, dtype=np.float32)]
    return Level(BLOCK, np.concatenate(lows), np.concatenate(highs), np.concatenate(powers))


def _coarser(level: Level) -> Level:
    starts = np.arange(0, level.low.shape[0], FACTOR)
    counts = np.diff(np.append(starts, level.low.shape[0]))
    return Level(
        level.block * FACTOR,
        np.minimum.reduceat(level.low, starts),
        np.maximum.reduceat(level.high, starts),
        (np.add.reduceat(level.power, starts) / counts).astype(np.float32),
    )


def _reduce(operation: np.ufunc, values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """operation.reduce over values[first[i]:last[i]] for each i; spans may overlap or touch."""
    pairs = np.stack([first, last], axis=1).ravel()
    # reduceat may not start at the very end: one neutral value more makes that index legal.
    neutral = {np.minimum: np.inf, np.maximum: -np.inf, np.add: 0.0}[operation]
    return operation.reduceat(np.append(values, np.float32(neutral)), pairs)[::2]
