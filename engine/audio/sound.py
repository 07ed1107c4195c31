"""Audio: samples with their sample rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real

import numpy as np

from engine.audio.storage import IN_MEMORY, scratch
from engine.errors import UserError

BLOCK = 1 << 17
"""Frames that are worked on at a time, wherever sound is longer than memory should have to hold."""


@dataclass(frozen=True, eq=False)
class Audio:
    """Sound. `samples`: float32 (channels, frames), 1.0 is full scale; `sample_rate` in hertz.

    Treat the samples as read-only: they may be a memory-mapped file. Construction checks type,
    shape and rate, and that the samples are finite where they are few enough for that to cost nothing
    (files are checked when they are read).

    Raises UserError.
    """

    samples: np.ndarray
    sample_rate: int

    def __post_init__(self) -> None:
        samples = self.samples
        if not isinstance(samples, np.ndarray) or samples.dtype != np.float32:
            kind = getattr(samples, "dtype", type(samples).__name__)
            raise UserError(f"audio samples are {kind}", "give a float32 array, with 1.0 as full scale")
        if samples.ndim != 2:
            raise UserError(
                f"audio samples have the shape {samples.shape}", "give (channels, frames), such as (1, frames) for mono"
            )
        if samples.shape[0] < 1:
            raise UserError("the audio has no channels", "give (channels, frames) with at least one channel")
        if samples.shape[0] > 64 and samples.shape[1] < samples.shape[0]:
            raise UserError(
                f"audio samples have the shape {samples.shape}", "give (channels, frames); these look transposed"
            )
        rate = self.sample_rate
        # Only a finite whole number leaves no rest; NaN and infinity leave NaN.
        if not (isinstance(rate, Real) and rate > 0 and rate % 1 == 0):
            raise UserError(f"{rate} is not a sample rate", "give hertz, such as 44100")
        object.__setattr__(self, "sample_rate", int(self.sample_rate))
        if samples.nbytes <= IN_MEMORY // 4 and not np.isfinite(samples).all():
            raise UserError("the audio holds NaN or infinite samples", "repair or replace them first")

    @property
    def channels(self) -> int:
        return self.samples.shape[0]

    @property
    def frames(self) -> int:
        return self.samples.shape[1]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate

    def slice(self, start: int, end: int) -> Audio:
        """Frames `start` to `end` (exclusive), a view; the bounds are clamped to what there is."""
        start = min(max(start, 0), self.frames)
        end = min(max(end, start), self.frames)
        return Audio(self.samples[:, start:end], self.sample_rate)

    def mono(self) -> Audio:
        """The mean of the channels."""
        if self.channels == 1:
            return self
        mixed = scratch((1, self.frames))
        for start, block in self.blocks():
            np.mean(block, axis=0, out=mixed[0, start : start + block.shape[1]])
        return Audio(mixed, self.sample_rate)

    def blocks(self, frames: int = BLOCK) -> Iterator[tuple[int, np.ndarray]]:
        """(first frame, samples (channels, up to `frames`)) from begin to end, as views."""
        for start in range(0, self.frames, frames):
            yield start, self.samples[:, start : start + frames]


def mono(audio: Audio) -> Audio:
    """The mean of the channels, as one channel."""
    return audio.mono()
