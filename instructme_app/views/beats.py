"""Beats and bars of a song: where selections snap to, and how a stretch of time is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np


def _sorted(times: Sequence[float] | np.ndarray) -> np.ndarray:
    values = np.asarray(times, dtype=np.float64).ravel()
    return np.unique(values[np.isfinite(values)])


@dataclass(frozen=True, eq=False)
class BeatGrid:
    """`beats` and `downbeats` in seconds, ascending. Without beats there is nothing to snap to."""

    beats: np.ndarray = field(default_factory=lambda: np.zeros(0))
    downbeats: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, beats: Sequence[float] | np.ndarray, downbeats: Sequence[float] | np.ndarray) -> BeatGrid:
        """Any times; those that are not finite are left out."""
        downbeats = _sorted(downbeats)
        return cls(_sorted(np.concatenate([_sorted(beats), downbeats])), downbeats)

    def __bool__(self) -> bool:
        return self.beats.size > 0

    def lines(self, least: float) -> np.ndarray:
        """The finest of beats, bars, and every 2, 4, 8 ... bars, whose lines are `least` seconds apart or more."""
        for times, spacing in zip((self.beats, self.downbeats), self._spacings, strict=True):
            if spacing >= least:
                return times
        every = 2
        while every < self.downbeats.size and every * self._spacings[1] < least:
            every *= 2
        return self.downbeats[::every]

    @cached_property
    def _spacings(self) -> tuple[float, float]:
        return _spacing(self.beats), _spacing(self.downbeats)

    def nearest(self, seconds: float, least: float = 0.0) -> float:
        """The line nearest to `seconds` among those of `lines(least)`; `seconds` itself without any."""
        lines = self.lines(least)
        if lines.size == 0:
            return seconds
        return float(lines[int(np.abs(lines - seconds).argmin())])

    def bar_at(self, seconds: float, duration: float) -> tuple[float, float] | None:
        """The bar that sounds at `seconds`; the last one ends with the song. Ahead of the first bar: up to it."""
        if self.downbeats.size == 0:
            return None
        index = int(np.searchsorted(self.downbeats, seconds, side="right"))
        start = float(self.downbeats[index - 1]) if index else 0.0
        end = float(self.downbeats[index]) if index < self.downbeats.size else self._end_of_last(duration)
        return (start, end) if end > start else None

    def bar_number(self, seconds: float) -> int | None:
        """From 1; 0 for an upbeat ahead of the first bar. None where no bars are known."""
        if self.downbeats.size == 0:
            return None
        return int(np.searchsorted(self.downbeats, seconds + 1e-6, side="right"))

    def bars_between(self, start: float, end: float) -> float | None:
        """How many bars long a stretch is, by its beats; None where no bars are known."""
        if self.downbeats.size < 2 or end <= start:
            return None
        return self._place(end) - self._place(start)

    def _place(self, seconds: float) -> float:
        """Bars from the first downbeat on, with fractions; beyond the ends the bars go on as the nearest one."""
        bars = self.downbeats
        index = int(np.clip(np.searchsorted(bars, seconds, side="right") - 1, 0, bars.size - 2))
        return index + (seconds - bars[index]) / (bars[index + 1] - bars[index])

    def _end_of_last(self, duration: float) -> float:
        if self.downbeats.size < 2:
            return duration
        return min(duration, float(self.downbeats[-1] + np.median(np.diff(self.downbeats))))


def _spacing(times: np.ndarray) -> float:
    return float(np.median(np.diff(times))) if times.size > 1 else (np.inf if times.size else 0.0)
