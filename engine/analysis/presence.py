"""Which instruments play, and when, in a piece of any length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.grid import FRAME_RATE, SAMPLES_PER_FRAME, frames_in
from engine.windows import windows

if TYPE_CHECKING:
    from engine.models.tagger import Tagger

WINDOW_SECONDS, OVERLAP_SECONDS = 30, 4
"""What is soft is told by what is loud around it."""
SHORTEST_PRESENCE, LEAST_SHARE = 2.0, 0.05
"""Seconds for which an instrument must be heard in all, and the share of a long song: with two of ten seconds as many
are named as there are (on validation songs F 0.67; with half a second 0.64, and five where four play)."""


def presence(
    tagger: Tagger, audio: np.ndarray, instruments: int, step: Callable[[float], None] | None = None
) -> np.ndarray:
    """Probabilities (N, F) of each instrument in audio (samples,) at 24 kHz, told each half second and between them
    interpolated. `step` gets the share done, and may raise to stop."""
    from engine.models.tagger import SEGMENT

    total = frames_in(audio.shape[0])
    frames = SEGMENT // SAMPLES_PER_FRAME
    segments = -(-total // frames)
    told = np.zeros((instruments, segments), np.float32)
    if not total:
        return told
    per_second = FRAME_RATE // frames
    for window in windows(segments, WINDOW_SECONDS * per_second, OVERLAP_SECONDS * per_second):
        piece = audio[window.start * SEGMENT : window.end * SEGMENT]
        told[:, window.start : window.end] += tagger.probabilities(piece[None])[0] * window.weights
        if step is not None:
            step(window.end / segments)
    # A segment is told of its middle.
    place = (np.arange(total) + 0.5) / frames - 0.5
    low = np.clip(np.floor(place).astype(int), 0, max(segments - 2, 0))
    share = np.clip(place - low, 0, 1).astype(np.float32)
    return told[:, low] * (1 - share) + told[:, np.minimum(low + 1, segments - 1)] * share


def instruments_heard(probabilities: np.ndarray, names: Sequence[str], threshold: float = 0.5) -> tuple[str, ...]:
    """Of probabilities (N, F) the names of those heard for two seconds in all (half of a short clip, a twentieth of a
    long song), the most present first."""
    heard = probabilities >= threshold
    frames = heard.shape[1]
    needed = min(max(SHORTEST_PRESENCE * FRAME_RATE, LEAST_SHARE * frames), 0.5 * frames)
    seconds = heard.sum(axis=1)
    order = np.argsort(-seconds, kind="stable")
    return tuple(names[int(row)] for row in order if seconds[row] >= max(needed, 1))
