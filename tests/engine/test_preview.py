"""The look at a song while it is sampled."""

from __future__ import annotations

import numpy as np
import pytest

from engine.grid import SAMPLE_RATE
from engine.preview import BANDS, COLUMNS, SpectrumGuess

FRAMES = 50


def song_and_latents(seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Two tones that take turns, and latents whose channels are as loud as they are."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    low_on = (time % 2) < 1
    audio = np.where(low_on, np.sin(2 * np.pi * 150 * time), np.sin(2 * np.pi * 4000 * time)).astype(np.float32) * 0.3
    frames = np.arange(round(seconds * FRAMES)) / FRAMES
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (2, frames.size))
    loud = np.stack([(frames % 2) < 1, (frames % 2) >= 1]) + 0.05
    return audio, (signs * loud).astype(np.float32)


def test_it_learns_which_latents_sound_high_and_which_low() -> None:
    audio, latents = song_and_latents(20.0)
    guess = SpectrumGuess(audio, latents)
    # Another song in the same latents: low all the time.
    low = np.stack([np.full(latents.shape[1], 1.05), np.full(latents.shape[1], 0.05)]).astype(np.float32)
    image = guess(low)
    loudest = image.mean(axis=1).argmax()
    assert loudest < BANDS // 2
    assert guess(low[::-1]).mean(axis=1).argmax() > BANDS // 2


@pytest.mark.parametrize("frames", [1, 4, 5, 49, 1200, 60_000])
def test_it_is_small_at_any_length(frames: int) -> None:
    rng = np.random.default_rng(1)
    audio = rng.standard_normal(frames * 480).astype(np.float32) * 0.1
    latents = rng.standard_normal((8, frames)).astype(np.float32)
    image = SpectrumGuess(audio, latents)(latents)
    assert image.dtype == np.uint8 and image.shape[0] == BANDS
    assert 1 <= image.shape[1] <= COLUMNS


def test_silence_and_empty_latents_are_seen_too() -> None:
    image = SpectrumGuess(np.zeros(24_000, np.float32), np.zeros((8, 50), np.float32))(np.ones((8, 50), np.float32))
    assert image.shape[0] == BANDS
