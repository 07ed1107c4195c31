"""From the model's answer to the user's samples (promise 1 of the design).

The model listens to 24 kHz mono. What it decides is a `Change`: a mask that says which part of the
source is taken, and a new stem. The mask is carried onto the user's own spectrogram, at the file's
own rate and in each channel, so that nothing which stays was ever decoded by a network:

    taken = M * x      remove: x - taken      extract: taken      add: x + stem

Remove and extract of the same thing share M, hence sum to the source. Torch-free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from engine.audio import Audio, from_model, scratch, splice
from engine.grid import FRAME_RATE, SAMPLE_RATE

WINDOW_SECONDS = 2048 / SAMPLE_RATE
"""Of the model's own short-time spectra; the user's audio is cut as finely in time."""

CARRIED_FROM = 11_000.0
"""Hertz. A file of a higher rate loses the model's uppermost band to the resampling filter, so from here
on the mask's mean over the 2 kHz below is carried on, to the top of the user's spectrum."""

FADE_SECONDS = 0.010
"""A cut clicks; a cross-fade of 5 ms or more does not."""

_BLOCK_FRAMES = 256


@dataclass(frozen=True)
class Change:
    """What one instruction does to its source, on the model's grid.

    `mask`: (bins, frames) in 0..1, the part that is taken; bin k is at k * 24000 / 2048 Hz (bins =
    fft_size / 2 + 1 in general), frame t is centred on model sample t * 480. None takes nothing.
    `taken`: "dropped" (remove, replace, remix) or "kept" alone (extract).
    `added`: (samples,) float32 at 24 kHz, the new stem at its level in the mix, or None.
    """

    mask: np.ndarray | None = None
    taken: Literal["dropped", "kept"] = "dropped"
    added: np.ndarray | None = None


def apply_change(audio: Audio, change: Change, on_progress: Callable[[float], None] | None = None) -> Audio:
    """The edited audio: the rate, channels and length of `audio`. `on_progress` gets the share done, and
    may raise to stop. Works in blocks: what is long lies in temporary files (engine.audio.scratch)."""
    source = audio.samples
    result = scratch(source.shape)
    if change.mask is not None:
        for start, taken in masked_blocks(source, audio.sample_rate, change.mask):
            end = start + taken.shape[1]
            result[:, start:end] = taken if change.taken == "kept" else source[:, start:end] - taken
            if on_progress:
                on_progress(end / audio.frames)
    elif change.taken == "dropped":
        result[:] = source
    if change.added is not None:
        result += from_model(change.added, audio.sample_rate, audio.frames)
    return Audio(result, audio.sample_rate)


def place(audio: Audio, edited: Audio, start: int) -> Audio:
    """`audio` with `edited` in place of as many frames from `start`: a region's edit in its song.

    Cross-fades of 10 ms lie inside the region: every sample outside is the user's, bit for bit.
    """
    result = scratch(audio.samples.shape)
    result[:] = audio.samples
    splice(result, edited.samples, start, round(FADE_SECONDS * audio.sample_rate))
    return Audio(result, audio.sample_rate)


def masked_blocks(samples: np.ndarray, sample_rate: int, mask: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """M * x in order, as (start, (channels, n)) blocks that cover `samples` (channels, frames) once.

    A periodic Hann window for analysis and synthesis at a quarter of its length: the squares sum to
    1.5 everywhere, so that a mask of ones gives back the samples to rounding.
    """
    size = stft_size(sample_rate)
    hop = size // 4
    channels, length = samples.shape
    window = np.sqrt(np.float32(2 / 3)) * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
    # Frame j covers samples [(j - 2) * hop, (j + 2) * hop). Samples are final once no later frame covers them.
    last = -(-length // hop) + 2
    tail = np.zeros((channels, size - hop), np.float32)
    for first in range(-1, last, _BLOCK_FRAMES):
        count = min(_BLOCK_FRAMES, last - first)
        begin = (first - 2) * hop
        piece = _padded(samples, begin, begin + (count + 3) * hop)
        cut = np.lib.stride_tricks.sliding_window_view(piece, size, axis=1)[:, ::hop]
        spectra = rfft(cut * window, axis=-1)
        spectra *= _carried(_at_times(mask, (first + np.arange(count)) * (hop / sample_rate)), sample_rate, size)
        waves = np.asarray(irfft(spectra, size, axis=-1), np.float32) * window
        out = np.zeros((channels, (count + 3) * hop), np.float32)
        out[:, : size - hop] = tail
        for quarter in range(4):
            part = waves[:, :, quarter * hop : (quarter + 1) * hop].reshape(channels, count * hop)
            out[:, quarter * hop : (quarter + count) * hop] += part
        tail = out[:, count * hop :].copy()
        left, right = max(begin, 0), min(begin + count * hop, length)
        if right > left:
            yield left, out[:, left - begin : right - begin]


def stft_size(sample_rate: int) -> int:
    """Samples of the window at the user's rate: as long as the model's, a multiple of 4, quick to transform."""
    return 4 * (next_fast_len(round(sample_rate * WINDOW_SECONDS / 4), real=True) or 1)


def _at_times(mask: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Columns of the mask (bins, frames) at some times, interpolated: (times, bins) float32. Held at its ends."""
    frames = mask.shape[1]
    place = np.clip(seconds * FRAME_RATE, 0, frames - 1)
    low = np.minimum(place.astype(np.int64), max(frames - 2, 0))
    share = (place - low).astype(np.float32)[:, None]
    part = mask[:, low[0] : low[-1] + 2].T.astype(np.float32)
    low -= low[0]
    return part[low] * (1 - share) + part[np.minimum(low + 1, part.shape[0] - 1)] * share


def _carried(rows: np.ndarray, sample_rate: int, size: int) -> np.ndarray:
    """Masks (times, bins of the model) at the frequencies of the user's spectrum: (times, size / 2 + 1)."""
    bins = rows.shape[1]
    width = SAMPLE_RATE / 2 / (bins - 1)
    frequencies = np.arange(size // 2 + 1) * (sample_rate / size)
    place = np.minimum(frequencies / width, bins - 1)
    low = np.minimum(place.astype(np.int64), bins - 2)
    share = (place - low).astype(np.float32)
    carried = rows[:, low] * (1 - share) + rows[:, low + 1] * share
    if sample_rate > SAMPLE_RATE:
        band = rows[:, int((CARRIED_FROM - 2000) / width) : int(CARRIED_FROM / width) + 1]
        carried[:, frequencies >= CARRIED_FROM] = band.mean(axis=1, keepdims=True)
    return carried


def _padded(samples: np.ndarray, start: int, end: int) -> np.ndarray:
    """Samples [start, end), zeros where there are none."""
    left, right = max(start, 0), min(end, samples.shape[1])
    if right <= left:
        return np.zeros((samples.shape[0], end - start), np.float32)
    return np.pad(samples[:, left:right], ((0, 0), (left - start, end - right)))
