"""Matrices over time at many resolutions, so that an hour of probabilities draws in a millisecond."""

from __future__ import annotations

import numpy as np

FACTOR = 4
FINEST = 2048
"""Frames from which on a coarser level is worth its memory."""


class MatrixLevels:
    """Each coarser frame keeps the entry of the largest magnitude: a short note stays seen in a far zoom."""

    def __init__(self, matrix: np.ndarray) -> None:
        """`matrix` (rows, frames), in -1 to 1."""
        finest = np.clip(np.nan_to_num(np.asarray(matrix, dtype=np.float32)), -1.0, 1.0)
        self._levels = [finest]
        while self._levels[-1].shape[1] > FINEST:
            last = self._levels[-1]
            self._levels.append(_largest(last, np.arange(0, last.shape[1], FACTOR)))

    @property
    def rows(self) -> int:
        return self._levels[0].shape[0]

    @property
    def frames(self) -> int:
        return self._levels[0].shape[1]

    def columns(self, start: float, end: float, width: int) -> np.ndarray:
        """Frames [start, end) in `width` columns -> (rows, width); what is beyond the matrix is 0."""
        width = max(1, width)
        result = np.zeros((self.rows, width), dtype=np.float32)
        if self.frames == 0 or self.rows == 0 or end <= start:
            return result
        edges = np.linspace(start, end, width + 1)
        inside = np.flatnonzero((edges[1:] > 0) & (edges[:-1] < self.frames))
        if inside.size == 0:
            return result
        per_column = (end - start) / width
        level = block = 0
        for candidate in range(len(self._levels)):
            if FACTOR**candidate <= max(per_column, 1.0):
                level, block = candidate, FACTOR**candidate
        values = self._levels[level]
        first = np.clip(np.floor(edges[inside] / block).astype(np.int64), 0, values.shape[1] - 1)
        if per_column < 1:
            result[:, inside] = values[:, first]
        else:
            base = int(first[0])
            last = int(np.clip(np.ceil(edges[inside[-1] + 1] / block), base + 1, values.shape[1]))
            result[:, inside] = _largest(values[:, base:last], first - base)
        return result


def _largest(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Of each stretch of columns that begins at `starts`, per row the entry that is farthest from 0."""
    high = np.maximum.reduceat(values, starts, axis=1)
    if values.size == 0 or values.min() >= 0:
        return high
    low = np.minimum.reduceat(values, starts, axis=1)
    return np.where(-low > high, low, high)
