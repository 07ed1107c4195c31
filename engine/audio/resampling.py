"""From one sample rate to another: soxr at its very high quality, block by block."""

from __future__ import annotations

import numpy as np
import soxr

from engine.audio.sound import BLOCK, Audio
from engine.audio.storage import scratch
from engine.grid import SAMPLE_RATE


def resample(samples: np.ndarray, from_rate: int, to_rate: int, *, frames: int | None = None) -> np.ndarray:
    """`samples` float32 (channels, frames) at `from_rate` -> (channels, frames) at `to_rate`.

    The result is linear phase and has exactly `frames` frames (by default the input's duration, rounded), and is
    memory-mapped where it is large. Equal rates copy.
    """
    channels, length = samples.shape
    if frames is None:
        frames = frames_at(length, from_rate, to_rate)
    result = scratch((channels, frames))
    stream = None if from_rate == to_rate else soxr.ResampleStream(from_rate, to_rate, channels, "float32", "VHQ")
    done = 0
    for start in range(0, length, BLOCK):
        block = samples[:, start : start + BLOCK]
        if stream is not None:
            ahead = np.ascontiguousarray(block.T, np.float32)
            block = stream.resample_chunk(ahead, last=start + BLOCK >= length).reshape(-1, channels).T
        fits = min(block.shape[1], frames - done)
        result[:, done : done + fits] = block[:, :fits]
        done += fits
    return result


def frames_at(frames: int, from_rate: int, to_rate: int) -> int:
    """How many frames the same duration takes at another rate, rounded half up."""
    return (2 * frames * to_rate + from_rate) // (2 * from_rate)


def model_frames(audio: Audio) -> int:
    """Length of `to_model(audio)`."""
    return frames_at(audio.frames, audio.sample_rate, SAMPLE_RATE)


def to_model(audio: Audio) -> np.ndarray:
    """What the models hear: float32 (frames,), 24 kHz, the mean of the channels."""
    return resample(audio.mono().samples, audio.sample_rate, SAMPLE_RATE)[0]


def sides_to_model(audio: Audio) -> np.ndarray:
    """What can be told apart by where it sits: float32 (2, frames) of stereo, 24 kHz; of all else, also of stereo that
    is the same on both sides, `to_model`, (1, frames)."""
    if audio.channels == 2 and any(not np.array_equal(*block) for _, block in audio.blocks()):
        return resample(audio.samples, audio.sample_rate, SAMPLE_RATE)
    return to_model(audio)[None]


def from_model(samples: np.ndarray, sample_rate: int, frames: int) -> np.ndarray:
    """24 kHz mono (n,) -> float32 (frames,) at `sample_rate`: back to the grid of the user's file."""
    return resample(samples[None], SAMPLE_RATE, sample_rate, frames=frames)[0]
