"""Resampling, loudness and fades."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
import soxr

from engine.audio import (
    Audio,
    crossfade,
    from_model,
    loudness,
    model_frames,
    peak_dbfs,
    ramps,
    resample,
    splice,
    to_model,
)
from engine.audio.measuring import _lufs


def sine(hertz: float, seconds: float, rate: int, channels: int = 1) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)
    return np.tile(wave.astype(np.float32), (channels, 1))


@pytest.mark.parametrize(("start", "end"), [(44_100, 24_000), (24_000, 48_000), (96_000, 24_000), (11_025, 24_000)])
def test_resampling_keeps_time_and_level(start: int, end: int) -> None:
    result = resample(sine(440, 1.0, start, 2), start, end)
    assert result.shape == (2, end) and result.dtype == np.float32
    middle = slice(end // 10, -end // 10)
    assert np.abs(result - sine(440, 1.0, end, 2))[:, middle].max() < 1e-4


def test_resampling_in_blocks_equals_resampling_at_once() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (2, 500_000)).astype(np.float32)
    at_once = soxr.resample(noise.T, 44_100, 24_000, "VHQ").T
    blocks = resample(noise, 44_100, 24_000)
    assert np.abs(blocks - at_once[:, : blocks.shape[1]]).max() < 1e-6


@pytest.mark.parametrize("frames", [1, 100, 44_099, 44_101])
def test_there_and_back_has_exactly_the_length_of_the_file(frames: int) -> None:
    audio = Audio(np.full((2, frames), 0.1, np.float32), 44_100)
    heard = to_model(audio)
    assert heard.shape == (model_frames(audio),) and heard.dtype == np.float32
    assert from_model(heard, 44_100, frames).shape == (frames,)


def test_an_empty_sound_resamples_to_an_empty_sound() -> None:
    assert resample(np.zeros((2, 0), np.float32), 44_100, 24_000).shape == (2, 0)


def test_the_model_hears_the_mean_of_the_channels() -> None:
    left = sine(440, 1.0, 24_000)
    assert np.allclose(to_model(Audio(np.concatenate([left, -left]), 24_000)), 0)
    assert np.allclose(to_model(Audio(np.concatenate([left, left * 0]), 24_000)), left[0] / 2)


@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (48_000, 2), (22_050, 2), (8_000, 5)])
def test_loudness_agrees_with_pyloudnorm(rate: int, channels: int) -> None:
    rng = np.random.default_rng(channels)
    samples = rng.normal(0, 0.1, (channels, rate * 25)).astype(np.float32)
    samples[:, rate * 5 : rate * 9] *= 1e-4
    samples[:, rate * 12 :] *= 0.3
    expected = pyloudnorm.Meter(rate).integrated_loudness(samples.T.astype(np.float64))
    assert loudness(Audio(samples, rate)) == pytest.approx(expected, abs=0.05)


def test_short_and_silent_sounds_have_no_loudness() -> None:
    assert loudness(Audio(sine(440, 0.39, 48_000), 48_000)) is None
    assert loudness(Audio(np.zeros((2, 96_000), np.float32), 48_000)) is None
    assert loudness(Audio(np.zeros((2, 0), np.float32), 48_000)) is None
    assert loudness(Audio(sine(997, 1.0, 48_000), 48_000)) == pytest.approx(_lufs(0.125) + 0.69, abs=0.05)


def test_the_peak_is_in_decibels_of_full_scale() -> None:
    assert peak_dbfs(Audio(np.array([[0.1, -0.5]], np.float32), 8000)) == pytest.approx(-6.02, abs=0.01)
    assert peak_dbfs(Audio(np.zeros((1, 5), np.float32), 8000)) == float("-inf")


def test_ramps_keep_level_or_power() -> None:
    falling, rising = ramps(100)
    assert np.allclose(falling + rising, 1) and 0 < rising[0] < rising[-1] < 1
    falling, rising = ramps(100, "equal_power")
    assert np.allclose(falling**2 + rising**2, 1)
    ones = np.ones((2, 100), np.float32)
    assert np.allclose(crossfade(ones, ones), 1)
    with pytest.raises(ValueError, match="cannot fade"):
        crossfade(ones, ones[:, 1:])


@pytest.mark.parametrize(("start", "frames"), [(0, 50), (20, 50), (50, 50), (0, 100), (99, 1)])
def test_a_splice_changes_nothing_around_it(start: int, frames: int) -> None:
    base = np.zeros((2, 100), np.float32)
    splice(base, np.ones((2, frames), np.float32), start, 10)
    assert not base[:, :start].any() and not base[:, start + frames :].any()
    assert (base[:, start : start + frames] > 0).all()
    assert base[0, start] == (1 if start == 0 or frames == 1 else pytest.approx(1 / 11))
