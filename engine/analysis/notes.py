"""Notes out of what the listener hears: which key is struck when, and for how long it sounds.

As Onsets and Frames reads its two matrices (Hawthorne et al. 2018): a note begins where its key is struck, and nowhere
else; it lasts for as long as the key sounds, and at most until it is struck again.
"""

from __future__ import annotations

import numpy as np

from engine.grid import FRAME_RATE
from engine.score import LOWEST_KEY

STRUCK = 0.5
SOUNDING = 0.4
"""Probabilities. A key that goes on needs less evidence than one that begins."""
NEAR = 2
"""Frames of 20 ms: of two peaks that are no further apart one is the onset, and no shorter gap ends a note."""
SHORTEST = 3
"""Frames that a note lasts at least."""
LOUDNESS = 80
"""MIDI velocity of all notes: how hard a key is struck is not heard."""


def heard_notes(pitches: np.ndarray, onsets: np.ndarray, frame_rate: int = FRAME_RATE) -> np.ndarray:
    """Probabilities (88, F) that keys sound and are struck -> notes (n, 4) of engine.score, in seconds, by start."""
    keys, frames = pitches.shape
    rows: list[tuple[float, float, float, float]] = []
    for key in np.flatnonzero((onsets >= STRUCK).any(axis=1)):
        struck = _peaks(onsets[key])
        silent = np.flatnonzero(_silences(pitches[key] < SOUNDING))
        for first, following in zip(struck, [*struck[1:], frames], strict=True):
            # The key may be sure to sound only a moment after it is struck.
            after = silent[np.searchsorted(silent, first + NEAR) :]
            last = min(int(after[0]) if after.size else frames, following)
            last = max(last, min(first + SHORTEST, following))
            rows.append((first / frame_rate, last / frame_rate, float(key + LOWEST_KEY), float(LOUDNESS)))
    return np.array(sorted(rows), dtype=np.float64).reshape(-1, 4)


def _peaks(row: np.ndarray) -> list[int]:
    """Frames, rising, that are the highest of their surroundings and sure enough."""
    padded = np.pad(row, NEAR, constant_values=-1.0)
    highest = np.max([padded[shift : shift + row.size] for shift in range(2 * NEAR + 1)], axis=0)
    found: list[int] = []
    for frame in np.flatnonzero((row >= STRUCK) & (row == highest)):
        if not found or frame - found[-1] > NEAR:
            found.append(int(frame))
    return found


def _silences(silent: np.ndarray) -> np.ndarray:
    """(F,) bool without the gaps that are too short to end a note."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], silent, [False]]).astype(np.int8)))
    kept = silent.copy()
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first <= NEAR and last < silent.size:
            kept[first:last] = False
    return kept
