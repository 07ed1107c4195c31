"""What a song looks like while it is being sampled: a small spectrogram, guessed from latents at next to no cost.

Decoding a song takes a good part of the time that sampling it takes. But the loudness of each latent channel tells
much of the spectrum, and what it tells can be learnt from the song in hand, whose latents and samples are both
known: a ridge regression from the one to the other, made once per edit. (On the demo song, learnt from its first
half, it explains 56% of the variance of the second half's spectrogram: tests/benchmarks/test_asking.py.) For
looking at only. Torch-free.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.grid import SAMPLE_RATE

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
_RIDGE = 1e-2
_QUIET = 1e-3


@dataclass(frozen=True, eq=False)
class Preview:
    """`image`: uint8 (bands from low to high, columns), 255 for the loudest; `start` to `end`: seconds in the song."""

    image: np.ndarray
    start: float
    end: float


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
        """Latents (C, Z) -> uint8 (BANDS, up to COLUMNS)."""
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
