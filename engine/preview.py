"""What a song looks like while it is being sampled: a small spectrogram, guessed at next to no cost.

Decoding a song takes a good part of the time that sampling it takes. But the loudness of each latent channel tells
much of the spectrum, and what it tells can be learnt from the song in hand, whose latents and samples are both
known: a ridge regression from the one to the other, made once per edit. (On the demo song, learnt from its first
half, it explains 56% of the variance of the second half's spectrogram: tests/benchmarks/test_asking.py.) For
looking at only. Torch-free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.grid import SAMPLE_RATE
from engine.score import KEYS, LOWEST_KEY

BANDS = 48
COLUMNS = 240
"""At most; together with BANDS small enough for one line of the worker's replies."""
FLOOR_DB = 70.0
"""Below the loudest band: black."""
LOWEST_HERTZ = 60.0

_BLOCK_SECONDS = 0.1
_LEARNT_FROM = 800
"""Blocks of the song, evenly spread, that the regression sees."""
_WINDOW = 2048
_HARMONIC = 0.9
"""Of brightness, from one harmonic of a note to the next."""
_RIDGE = 1e-2
_QUIET = 1e-3


@dataclass(frozen=True, eq=False)
class Preview:
    """`image`: uint8 (bands from low to high, columns), 255 for the loudest; `start` to `end`: seconds in the song."""

    image: np.ndarray
    start: float
    end: float


class Guess(Protocol):
    """A state (channels, Z) as it forms -> uint8 (BANDS, up to COLUMNS)."""

    def __call__(self, state: np.ndarray, /) -> np.ndarray: ...


class NoteGuess:
    """The notes that a score holds so far, drawn with a few harmonics into the spectrogram of the source."""

    def __init__(self, audio: np.ndarray) -> None:
        """audio: (T,) at 24 kHz."""
        columns = max(min(round(audio.shape[0] / SAMPLE_RATE / _BLOCK_SECONDS), COLUMNS), 1)
        levels = _levels(audio, np.arange(columns), audio.shape[0] / columns)
        self._source = np.clip((levels - levels.max() + FLOOR_DB) / FLOOR_DB, 0, 1)

    def __call__(self, score: np.ndarray) -> np.ndarray:
        """Score (CHANNELS, Z) of engine.score -> uint8 (BANDS, up to COLUMNS)."""
        sounding = np.maximum(score[:KEYS], score[KEYS : 2 * KEYS]) > 0
        image = np.zeros((BANDS, score.shape[1]))
        octaves = np.log2(SAMPLE_RATE / 2 / LOWEST_HERTZ)
        for key in np.flatnonzero(sounding.any(axis=1)):
            for harmonic in range(1, 7):
                hertz = harmonic * 440 * 2 ** ((key + LOWEST_KEY - 69) / 12)
                band = round((BANDS + 1) * np.log2(hertz / LOWEST_HERTZ) / octaves) - 1
                if 0 <= band < BANDS:
                    image[band] = np.maximum(image[band], sounding[key] * _HARMONIC**harmonic)
        columns = self._source.shape[1]
        edges = np.linspace(0, score.shape[1], columns + 1).astype(np.int64)[:-1]
        image = np.maximum.reduceat(image, np.minimum(edges, score.shape[1] - 1), axis=1)
        return np.clip(np.maximum(self._source, image) * 255, 0, 255).astype(np.uint8)


class SpectrumGuess:
    """Learns from a song what spectrum its latents stand for; call it with other latents of the same length."""

    def __init__(self, audio: np.ndarray, latents: np.ndarray) -> None:
        """audio: (T,) at 24 kHz; latents: (C, Z) of it."""
        frames = latents.shape[1]
        block = min(max(round(_BLOCK_SECONDS * SAMPLE_RATE * frames / max(audio.shape[0], 1)), 1), frames)
        count = max(frames // block, 1)
        chosen = np.unique(np.linspace(0, count - 1, min(count, _LEARNT_FROM)).astype(np.int64))
        energy = np.square(latents[:, : count * block]).reshape(latents.shape[0], count, block).mean(axis=2)[:, chosen]
        features = np.log(energy + _QUIET)
        self._mean, self._scale = features.mean(axis=1, keepdims=True), features.std(axis=1, keepdims=True) + 1e-6
        rows = self._rows(features)
        levels = _levels(audio, chosen, audio.shape[0] / frames * block)
        self._top = float(levels.max())
        ridge = _RIDGE * len(chosen) * np.eye(rows.shape[0])
        ridge[-1, -1] = 1e-9
        self._weights = np.linalg.solve(rows @ rows.T + ridge, rows @ levels.T).T
        self._block = block

    def __call__(self, latents: np.ndarray) -> np.ndarray:
        """State (S * C, Z), the target's latents first -> uint8 (BANDS, up to COLUMNS)."""
        latents = latents[: self._mean.shape[0]]
        frames = latents.shape[1]
        columns = min(max(frames // self._block, 1), COLUMNS)
        edges = np.linspace(0, frames, columns + 1).astype(np.int64)
        sums = np.add.reduceat(np.square(latents), edges[:-1], axis=1)
        levels = self._weights @ self._rows(np.log(sums / np.diff(edges) + _QUIET))
        return np.clip((levels - self._top + FLOOR_DB) * (255 / FLOOR_DB), 0, 255).astype(np.uint8)

    def _rows(self, features: np.ndarray) -> np.ndarray:
        """Standardised, with a row of ones."""
        standard = (features - self._mean) / self._scale
        return np.concatenate([standard, np.ones((1, features.shape[1]))])


def _levels(audio: np.ndarray, blocks: np.ndarray, samples: float) -> np.ndarray:
    """Decibels (BANDS, len(blocks)) of the blocks of so many samples each."""
    begin = np.minimum((blocks * samples + max(samples - _WINDOW, 0) / 2).astype(np.int64), audio.shape[0] - 1)
    padded = np.pad(audio, (0, _WINDOW))
    cut = np.stack([padded[at : at + _WINDOW] for at in begin]) * np.hanning(_WINDOW).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(cut, axis=1)))
    return 10 * np.log10(np.maximum(_bands() @ power.T, 1e-7))


def _bands() -> np.ndarray:
    """(BANDS, bins): triangles, evenly spaced in pitch, each of weight one."""
    hertz = np.arange(_WINDOW // 2 + 1) * (SAMPLE_RATE / _WINDOW)
    edges = np.geomspace(LOWEST_HERTZ, SAMPLE_RATE / 2, BANDS + 2)[:, None]
    rise = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    weights = np.clip(np.minimum(rise, fall), 0, None)
    # Low bands are narrower than a bin: those take the nearest one.
    narrow = weights.sum(axis=1) == 0
    nearest = np.abs(hertz[None] - edges[1:-1]).argmin(axis=1)
    weights[np.flatnonzero(narrow), nearest[narrow]] = 1
    return weights / weights.sum(axis=1, keepdims=True)
