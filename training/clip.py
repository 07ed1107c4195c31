"""A clip: some seconds of a song, stem by stem, with everything that is known about it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.grid import FRAME_RATE, SAMPLE_RATE

OTHER = "other"
"""The stem of a recorded song that holds what its other stems do not: any instruments, but no voice. It belongs to the
mix, nobody knows what plays in it, and nothing is asked of it."""


@dataclass(frozen=True)
class Clip:
    """What a corpus gives and triplets are made of.

    Labels lie on the grid of engine.grid (50 frames a second, `label_frames` of them); what a
    corpus does not know is None, and no loss is taken there.
    """

    stems: dict[str, np.ndarray]
    """Instrument of the vocabulary, or `OTHER` -> (samples,) float32, mono at `sample_rate`. Their sum is the mix."""
    sample_rate: int = SAMPLE_RATE
    frame_rate: int = FRAME_RATE
    chords: np.ndarray | None = None
    """(label_frames,) int16: class of engine.analysis.chords, -1 where unknown."""
    beats: np.ndarray | None = None
    """(label_frames,) uint8: 0 nothing, 1 a beat, 2 a downbeat."""
    pitches: dict[str, np.ndarray] = field(default_factory=dict)
    """Instrument -> (88, label_frames) bool, sounding keys A0-C8. Drums have none; absent is unknown."""
    notes: dict[str, np.ndarray] = field(default_factory=dict)
    """Instrument -> its notes as in engine.score, in seconds from the clip's start, where they were written down."""
    genre: str | None = None
    key: str | None = None
    bpm: float | None = None
    origin: str = ""
    """Which song, arrangement, soundfont and seconds: for logs, and to keep held-out songs apart."""
    melody: np.ndarray | None = None
    """(88, label_frames) bool, where the song has one voice that leads."""

    @property
    def samples(self) -> int:
        return next(iter(self.stems.values())).shape[0]

    @property
    def mix(self) -> np.ndarray:
        return np.asarray(sum(self.stems.values()), dtype=np.float32)
