"""From the model's answer to the user's samples (promise 1 of the design).

The model listens to 24 kHz mono. What it decides is a `Change`: a mask that says which part of the
source is taken, and a new stem. The mask is carried onto the user's own spectrogram, at the file's
own rate and in each channel, so that nothing which stays was ever decoded by a network:

    taken = M * x      remove: x - taken      extract: taken      add: x + stem

Of a stereo file M is a 2 x 2 filter of both channels at each bin, and M * x its product with them.

Remove and extract of the same thing share M, hence sum to the source. Whatever is asked for, the edit is
the source less what was removed and with what was added, and both can be had as stems. Torch-free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from engine.audio import Audio, from_model, scratch, splice, turned
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

    `mask`: (bins, frames) in 0..1, the part of each channel that is taken, or (2, 2, bins, frames), filters of the
    two channels of the source; bin k is at k * 24000 / 2048 Hz (bins = fft_size / 2 + 1 in general), frame t is
    centred on model sample t * 480. None takes nothing.
    `taken`: "dropped" (remove, replace, remix) or "kept" alone (extract).
    `added`: (samples,) float32 at 24 kHz, the new stem at its level in the mix, or None.
    """

    mask: np.ndarray | None = None
    taken: Literal["dropped", "kept"] = "dropped"
    added: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Stems:
    """What left a source and what came to it, at its rate, channels and length; None where nothing did.

    source - removed + added is the edit, to the rounding of float32.
    """

    removed: Audio | None = None
    added: Audio | None = None

    def slice(self, start: int, end: int) -> Stems:
        """Frames `start` to `end`, views."""
        removed, added = self.removed, self.added
        return Stems(removed and removed.slice(start, end), added and added.slice(start, end))

    def turned(self, signs: np.ndarray | None) -> Stems:
        """With each channel times its sign, see engine.audio.polarity."""
        removed, added = self.removed, self.added
        return Stems(removed and turned(removed, signs), added and turned(added, signs))


def apply_change(
    audio: Audio, change: Change, on_progress: Callable[[float], None] | None = None, strength: float = 1.0
) -> Audio:
    """The edited audio: the rate, channels and length of `audio`, as `render` gives it."""
    return render(audio, change, on_progress, strength)[0]


def complement(mask: np.ndarray) -> np.ndarray:
    """The mask of what `mask`, of either kind, leaves; in its place."""
    np.negative(mask, out=mask)
    if mask.ndim == 2:
        mask += 1
    else:
        mask[0, 0] += 1
        mask[1, 1] += 1
    return mask


def taken_level(source: np.ndarray, sample_rate: int, mask: np.ndarray) -> float | None:
    """Level of what a mask takes, in dB of the source (channels, frames); None for a silent source."""
    whole = float(np.vdot(source, source))
    if whole <= 0:
        return None
    taken = sum(float(np.vdot(block, block)) for _, block in masked_blocks(source, sample_rate, mask))
    return 10 * float(np.log10(taken / whole + 1e-12))


def render(
    audio: Audio,
    change: Change,
    on_progress: Callable[[float], None] | None = None,
    strength: float = 1.0,
    keep_stems: bool = False,
) -> tuple[Audio, Stems]:
    """The edited audio, and its stems where they are to be kept.

    `strength` (0-1) scales what changes: at 0 the source comes back bit for bit, at 1 the whole edit, and every
    sample lies on the straight line between. `on_progress` gets the share done, and may raise to stop. Works in
    blocks: what is long lies in temporary files (engine.audio.scratch).
    """
    source, rate = audio.samples, audio.sample_rate
    result = scratch(source.shape)
    removed = scratch(source.shape) if keep_stems and (change.mask is not None or change.taken == "kept") else None
    if change.mask is not None:
        for start, taken in masked_blocks(source, rate, change.mask):
            end = start + taken.shape[1]
            before, kept = source[:, start:end], change.taken == "kept"
            # Of an extract all else goes. Written as a mean, so that at full strength it is what was taken, exactly.
            result[:, start:end] = (1 - strength) * before + strength * taken if kept else before - strength * taken
            if removed is not None:
                removed[:, start:end] = strength * (before - taken if kept else taken)
            if on_progress:
                on_progress(end / audio.frames)
    else:
        share = 1 - strength if change.taken == "kept" else 1.0
        for start, block in audio.blocks():
            result[:, start : start + block.shape[1]] = share * block
            if removed is not None:
                removed[:, start : start + block.shape[1]] = (1 - share) * block
    added = None
    if change.added is not None:
        stem = from_model(change.added, rate, audio.frames)
        stem *= np.float32(strength)
        for start, block in Audio(result, rate).blocks():
            block += stem[start : start + block.shape[1]]
        if keep_stems:
            added = scratch(source.shape)
            for start, block in Audio(added, rate).blocks():
                block[:] = stem[start : start + block.shape[1]]
    return Audio(result, rate), Stems(_sounding(removed, rate), _sounding(added, rate))


def place(audio: Audio, edited: Audio, start: int) -> Audio:
    """`audio` with `edited` in place of as many frames from `start`: a region's edit in its song.

    Cross-fades of 10 ms lie inside the region: every sample outside is the user's, bit for bit.
    """
    result = scratch(audio.samples.shape)
    result[:] = audio.samples
    splice(result, edited.samples, start, round(FADE_SECONDS * audio.sample_rate))
    return Audio(result, audio.sample_rate)


def place_stems(stems: Stems, frames: int, start: int) -> Stems:
    """The stems of a region's edit in a song of `frames`: faded as `place` fades it, and silent outside."""

    def placed(stem: Audio | None) -> Audio | None:
        return stem and place(Audio(scratch((stem.channels, frames)), stem.sample_rate), stem, start)

    return Stems(placed(stems.removed), placed(stems.added))


def _sounding(samples: np.ndarray | None, sample_rate: int) -> Audio | None:
    """None for silence."""
    if samples is None:
        return None
    stem = Audio(samples, sample_rate)
    return stem if any(block.any() for _, block in stem.blocks()) else None


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
        spectra = np.asarray(rfft(cut * window, axis=-1))
        spectra = _filtered(spectra, mask, (first + np.arange(count)) * (hop / sample_rate), sample_rate, size)
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


def _filtered(spectra: np.ndarray, mask: np.ndarray, seconds: np.ndarray, sample_rate: int, size: int) -> np.ndarray:
    """M * x of the spectra (channels, times, bins) at some times. Raises ValueError for filters of other channels."""

    def rows(part: np.ndarray) -> np.ndarray:
        return _carried(_at_times(part, seconds), sample_rate, size)

    if mask.ndim == 2:
        spectra *= rows(mask)
        return spectra
    if mask.shape[:2] != (len(spectra), len(spectra)):
        raise ValueError(f"filters {mask.shape[:2]} do not go with {len(spectra)} channels")
    result = np.zeros_like(spectra)
    for out, filters in zip(result, mask, strict=True):
        for channel, part in zip(spectra, filters, strict=True):
            out += channel * rows(part)
    return result


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
