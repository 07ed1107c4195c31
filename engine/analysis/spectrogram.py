"""The spectrogram that the window draws: decibels over time and logarithmic frequency. Torch-free."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LOWEST_HERTZ = 30.0
FLOOR_DB = -100.0
_FRAMES_AT_ONCE = 512
"""So that memory does not grow with the song: at 2048 points this is 8 MB."""


@dataclass(frozen=True)
class Spectrogram:
    """decibels: float32 (rows, columns), low to high, about 0 dB for a full-scale sine. frequencies: Hertz of the rows.
    Column c is centred on c * seconds_per_column."""

    decibels: np.ndarray
    frequencies: np.ndarray
    seconds_per_column: float


def spectrogram(
    samples: np.ndarray, sample_rate: int, *, rows: int = 256, columns_per_second: float = 50.0, fft_size: int = 0
) -> Spectrogram:
    """Samples float32 (frames,) or (channels, frames), at any rate -> Spectrogram of the channels' mean power.

    Power and not samples are averaged: what is heard from two sides shows however its channels stand to each other,
    also where one is the other upside down, and rounds compare whatever an edit did to that.

    Rows are spaced by equal intervals from 30 Hz to the Nyquist frequency, or to 20 kHz. fft_size 0
    takes the power of two nearest to 85 ms. No samples give no columns.
    """
    # Imported by the first picture and not by the window's start. numpy's own transform takes four times as long.
    from scipy.fft import rfft

    samples = np.asarray(samples, dtype=np.float32)
    channels = np.atleast_2d(samples)
    size = fft_size or 1 << round(np.log2(0.085 * sample_rate))
    hop = max(1, round(sample_rate / columns_per_second))
    columns = -(-channels.shape[1] // hop)
    frequencies = _row_frequencies(rows, sample_rate)
    bank = _row_bank(rows, size, sample_rate)
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    window *= 2 / window.sum()
    padded = np.pad(channels, ((0, 0), (size // 2, size // 2 + hop)))
    decibels = np.empty((rows, columns), dtype=np.float32)
    for start in range(0, columns, _FRAMES_AT_ONCE):
        stop = min(start + _FRAMES_AT_ONCE, columns)
        index = np.arange(start, stop)[:, None] * hop + np.arange(size)[None, :]
        power = np.zeros((stop - start, size // 2 + 1), dtype=np.float32)
        # One channel after the other, so that memory does not grow with them either.
        for channel in padded:
            power += np.abs(np.asarray(rfft(channel[index] * window, axis=1))) ** 2
        decibels[:, start:stop] = 10 * np.log10(bank @ (power.T / len(padded)) + 10 ** (FLOOR_DB / 10))
    return Spectrogram(decibels, frequencies, hop / sample_rate)


def _row_frequencies(rows: int, sample_rate: int) -> np.ndarray:
    top = min(20_000.0, sample_rate / 2)
    return LOWEST_HERTZ * (top / LOWEST_HERTZ) ** (np.arange(rows) / max(1, rows - 1))


# Kept: the window asks for tile after tile of one song, and making this takes a third of a small tile's time.
@lru_cache(maxsize=8)
def _row_bank(rows: int, size: int, sample_rate: int) -> csr_array:
    """(rows, bins): low rows interpolate between two bins, high rows sum the power that they span, so that a
    tone is as bright in a wide row as in a narrow one, and music's fall towards the treble is flattened."""
    from scipy.sparse import csr_array

    bins = size // 2 + 1
    position = _row_frequencies(rows, sample_rate) * size / sample_rate
    edges = np.sqrt(position[:-1] * position[1:])
    low = np.concatenate([[2 * position[0] - edges[0]], edges]) if position.size > 1 else position - 0.5
    high = np.concatenate([edges, [2 * position[-1] - edges[-1]]]) if position.size > 1 else position + 0.5
    entries, columns, weights = [], [], []
    for row in range(position.size):
        spanned = np.arange(int(np.ceil(low[row])), min(int(np.floor(high[row])), bins - 1) + 1)
        if spanned.size < 2:
            below = int(np.clip(np.floor(position[row]), 0, bins - 2))
            part = float(np.clip(position[row] - below, 0, 1))
            spanned, weight = np.array([below, below + 1]), np.array([1 - part, part])
        else:
            weight = np.full(spanned.size, max(1.0, high[row] - low[row]) / spanned.size)
        entries.extend([row] * spanned.size)
        columns.extend(spanned)
        weights.extend(weight)
    return csr_array((np.array(weights, dtype=np.float32), (entries, columns)), shape=(position.size, bins))
