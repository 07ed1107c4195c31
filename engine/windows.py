"""Long signals in overlapping windows: bounded memory, no seams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Window:
    """Frames [start, end) of a signal and their `weights` (end - start,) float32. The weights of all
    windows over a signal sum to one at every frame."""

    start: int
    end: int
    weights: np.ndarray


def windows(total: int, length: int, overlap: int) -> Iterator[Window]:
    """Cover `total` frames by windows of `length` that share `overlap` frames with each neighbour.

    Neighbours are cross-faded over the middle half of what they share; in the outer quarters one of
    them counts alone, so that what a network makes up at the edge of its view is never heard. All
    windows have the same length (the last is moved back), for networks that prefer it.
    """
    if not 0 <= 2 * overlap <= length:
        raise ValueError(f"windows of {length} cannot overlap by {overlap}")
    if total <= length:
        yield Window(0, total, np.ones(total, np.float32))
        return
    hop = length - overlap
    count = -(-(total - overlap) // hop)
    starts = [min(index * hop, total - length) for index in range(count)]
    for index, start in enumerate(starts):
        weights = np.ones(length, np.float32)
        if index:
            shared = starts[index - 1] + length - start
            weights[:shared] = _rise(overlap, shared)
        if index + 1 < count:
            shared = start + length - starts[index + 1]
            weights[length - shared :] *= 1 - _rise(overlap, shared)
        yield Window(start, start + length, weights)


def _rise(overlap: int, shared: int) -> np.ndarray:
    """From 0 to 1 over the middle half of `overlap` frames, in the middle of the `shared` frames."""
    fade = max(overlap // 2, 1)
    rise = (np.arange(shared, dtype=np.float32) - (shared - fade) / 2 + 0.5) / fade
    return np.clip(rise, 0, 1)
