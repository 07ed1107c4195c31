"""The grid that every model works on: 24 kHz mono, fifty frames a second."""

from __future__ import annotations

SAMPLE_RATE = 24_000
"""Hertz of the audio that the models hear (paper, appendix: Data Preprocess). Always mono."""

FRAME_RATE = 50
"""Frames a second of latents, chords, pitches, instruments and beats."""

SAMPLES_PER_FRAME = SAMPLE_RATE // FRAME_RATE


def frames_in(samples: int) -> int:
    """Frames that cover `samples` model-rate samples; a started frame counts."""
    return -(-samples // SAMPLES_PER_FRAME)
