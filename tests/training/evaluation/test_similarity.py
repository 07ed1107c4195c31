"""Pictures that are alike, and sounds that were left alone, are told from those that are not."""

from __future__ import annotations

import numpy as np
import pytest

from engine.grid import SAMPLE_RATE
from training.evaluation.similarity import (
    PRESERVATION_RANGE,
    log_spectral_distance,
    mel_picture,
    mel_ssim,
    outside_db,
    preservation,
)

pytest.importorskip("torchmetrics", reason="the extra `evaluation` is not installed")


def tone(hertz: float, level: float = 0.1, seconds: float = 2.0) -> np.ndarray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def noise(seed: int, level: float = 0.1, seconds: float = 2.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, level, round(seconds * SAMPLE_RATE)).astype(np.float32)


SILENCE = np.zeros(2 * SAMPLE_RATE, np.float32)


def test_a_full_scale_sine_is_white_and_silence_is_black() -> None:
    picture = mel_picture(tone(1000.0, level=1.0))
    assert 0.95 <= float(picture.max()) <= 1.0
    assert not mel_picture(SILENCE).any()


def test_ssim_is_one_for_the_same_and_less_the_more_it_differs() -> None:
    music = tone(220) + noise(1, 0.01)
    near, far = mel_ssim(music + noise(2, 0.002), music), mel_ssim(noise(3), music)
    assert mel_ssim(music, music) == pytest.approx(1.0, abs=1e-4)
    assert near is not None and far is not None and far < near < 1
    assert mel_ssim(music, SILENCE) is None


def test_the_log_spectral_distance_of_half_the_level_is_the_logarithm_of_two() -> None:
    music = noise(1) + tone(220)
    assert log_spectral_distance(music, music) == 0
    assert log_spectral_distance(0.5 * music, music) == pytest.approx(np.log(2), abs=0.01)
    assert log_spectral_distance(music, SILENCE) is None


def test_sounds_are_preserved_whatever_is_added_to_them() -> None:
    kept, added = noise(1), noise(2)
    assert preservation(kept, kept, []) == PRESERVATION_RANGE[1]
    assert (preservation(kept + added, kept, [added]) or 0) > 50
    # The model's own idea of what to add is not the true one.
    assert (preservation(kept + noise(3), kept, [added]) or 0) > 18


def test_what_was_left_of_another_sound_does_not_count() -> None:
    kept, removed = noise(1), noise(2)
    assert (preservation(kept + 0.5 * removed, kept, [removed]) or 0) > 50


def test_a_kept_sound_at_half_its_level_is_six_decibels_preserved() -> None:
    assert preservation(0.5 * noise(1), noise(1), []) == pytest.approx(6.0, abs=0.1)
    assert preservation(SILENCE, noise(1), []) == pytest.approx(0.0, abs=0.1)
    assert preservation(noise(1), SILENCE, []) is None


def test_only_what_lies_outside_the_region_counts() -> None:
    source = noise(1)
    inside = source.copy()
    inside[SAMPLE_RATE // 2 : SAMPLE_RATE] = 0
    assert outside_db(inside, source, (0.5, 1.0)) <= -90
    assert outside_db(0.9 * source, source, (0.5, 1.0)) == pytest.approx(-20.0, abs=0.1)
