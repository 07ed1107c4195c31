"""What stays is the user's own sound, at any rate, with any channels and of any length."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import Audio
from engine.rendering import Change, apply_change, complement, place
from engine.windows import windows

RATES = (8_000, 11_025, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)


def noise(sample_rate: int, frames: int, channels: int = 2, seed: int = 0) -> Audio:
    samples = np.random.default_rng(seed).standard_normal((channels, frames), dtype=np.float32) * 0.2
    return Audio(samples, sample_rate)


def random_mask(audio: Audio, seed: int = 1) -> np.ndarray:
    frames = int(audio.duration * 50) + 2
    return np.random.default_rng(seed).random((1025, frames)).astype(np.float16)


@pytest.mark.parametrize("sample_rate", RATES)
@pytest.mark.parametrize("frames", [1, 479, 7_001, 30_011])
def test_a_mask_of_ones_gives_back_the_samples(sample_rate: int, frames: int) -> None:
    audio = noise(sample_rate, frames)
    ones = np.ones((1025, frames * 50 // sample_rate + 2), np.float32)
    taken = apply_change(audio, Change(ones, "kept"))
    assert (taken.sample_rate, taken.samples.shape) == (sample_rate, audio.samples.shape)
    np.testing.assert_allclose(taken.samples, audio.samples, atol=1e-6)


@pytest.mark.parametrize("sample_rate", RATES)
def test_what_is_dropped_and_what_is_kept_sum_to_the_source(sample_rate: int) -> None:
    audio = noise(sample_rate, sample_rate * 2 + 13)
    mask = random_mask(audio)
    total = apply_change(audio, Change(mask)).samples + apply_change(audio, Change(mask, "kept")).samples
    np.testing.assert_allclose(total, audio.samples, atol=1e-6)


def test_long_audio_is_done_in_blocks_without_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    audio = noise(44_100, 44_100 * 4, 1)
    mask = random_mask(audio)
    whole = apply_change(audio, Change(mask, "kept")).samples
    monkeypatch.setattr("engine.rendering._BLOCK_FRAMES", 7)
    np.testing.assert_allclose(apply_change(audio, Change(mask, "kept")).samples, whole, atol=1e-6)


def test_the_mask_acts_at_its_own_frequency() -> None:
    rate = 48_000
    time = np.arange(rate * 2) / rate
    tones = {hertz: np.sin(2 * np.pi * hertz * time).astype(np.float32) * 0.2 for hertz in (440, 3_000, 15_000)}
    audio = Audio(np.stack(list(tones.values())).sum(axis=0, keepdims=True), rate)
    mask = np.zeros((1025, 102), np.float32)
    # At the ends the tones begin at once, which is sound at every frequency.
    inside = slice(rate // 10, -rate // 10)
    mask[: round(1_000 / (12_000 / 1024))] = 1
    low = apply_change(audio, Change(mask, "kept")).samples[0]
    np.testing.assert_allclose(low[inside], tones[440][inside], atol=1e-3)
    mask[:] = 0
    mask[round(8_000 / (12_000 / 1024)) :] = 1
    # Above the model's band its uppermost answer is carried on.
    high = apply_change(audio, Change(mask, "kept")).samples[0]
    np.testing.assert_allclose(high[inside], tones[15_000][inside], atol=1e-3)


def test_the_mask_acts_at_its_own_time() -> None:
    audio = noise(44_100, 44_100 * 2, 1)
    mask = np.zeros((1025, 102), np.float32)
    mask[:, 50:] = 1
    kept = apply_change(audio, Change(mask, "kept")).samples
    assert np.abs(kept[:, : 44_100 - 4_410]).max() == 0
    np.testing.assert_allclose(kept[:, 44_100 + 4_410 :], audio.samples[:, 44_100 + 4_410 :], atol=1e-6)


def test_each_channel_keeps_its_own_sound() -> None:
    audio = noise(44_100, 44_100)
    audio.samples[1] = 0
    kept = apply_change(audio, Change(random_mask(audio), "kept")).samples
    assert np.abs(kept[0]).max() > 0
    assert np.abs(kept[1]).max() == 0


def random_filters(audio: Audio, seed: int = 1) -> np.ndarray:
    frames = int(audio.duration * 50) + 2
    return np.random.default_rng(seed).uniform(-1, 1, (2, 2, 1025, frames)).astype(np.float16)


def test_filters_of_two_channels_mix_them() -> None:
    audio = noise(44_100, 44_100)
    filters = np.zeros((2, 2, 1025, 52), np.float16)
    filters[0, 1], filters[1, 0] = 1, 0.5
    kept = apply_change(audio, Change(filters, "kept")).samples
    np.testing.assert_allclose(kept[0], audio.samples[1], atol=1e-6)
    np.testing.assert_allclose(kept[1], 0.5 * audio.samples[0], atol=1e-6)


@pytest.mark.parametrize("sample_rate", RATES)
def test_what_filters_drop_and_keep_sum_to_the_source(sample_rate: int) -> None:
    audio = noise(sample_rate, sample_rate + 13)
    filters = random_filters(audio)
    kept = apply_change(audio, Change(filters, "kept")).samples
    total = apply_change(audio, Change(filters)).samples + kept
    np.testing.assert_allclose(total, audio.samples, atol=1e-6)
    np.testing.assert_allclose(apply_change(audio, Change(complement(filters))).samples, kept, atol=2e-3)


def test_the_complement_of_a_mask_takes_what_it_leaves() -> None:
    mask = random_mask(noise(24_000, 24_000))
    np.testing.assert_allclose(complement(mask.copy()) + mask, 1, atol=1e-3)


def test_filters_want_the_channels_that_they_were_made_for() -> None:
    audio = noise(44_100, 1_000, 1)
    with pytest.raises(ValueError, match="1 channels"):
        apply_change(audio, Change(random_filters(audio)))


@pytest.mark.parametrize("sample_rate", RATES)
def test_an_added_stem_arrives_at_its_level_in_every_channel(sample_rate: int) -> None:
    audio = Audio(np.zeros((2, sample_rate), np.float32), sample_rate)
    stem = (0.3 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)).astype(np.float32)
    result = apply_change(audio, Change(added=stem)).samples
    expected = 0.3 * np.sin(2 * np.pi * 440 * np.arange(sample_rate) / sample_rate)
    middle = slice(sample_rate // 10, -sample_rate // 10)
    np.testing.assert_allclose(result[0, middle], expected[middle], atol=2e-3)
    assert np.array_equal(result[0], result[1])


def test_an_edit_in_place_leaves_every_other_sample_alone() -> None:
    audio, other = noise(44_100, 44_100), noise(44_100, 10_000, seed=5)
    result = place(audio, other, 20_000).samples
    assert np.array_equal(result[:, :20_000], audio.samples[:, :20_000])
    assert np.array_equal(result[:, 30_000:], audio.samples[:, 30_000:])
    assert np.array_equal(result[:, 20_441:29_559], other.samples[:, 441:-441])


@pytest.mark.parametrize("total", [1, 99, 100, 101, 150, 999, 1000, 1001])
@pytest.mark.parametrize(("length", "overlap"), [(100, 0), (100, 20), (50, 10), (100, 50)])
def test_windows_cover_every_frame_once(total: int, length: int, overlap: int) -> None:
    weights = np.zeros(total)
    for window in windows(total, length, overlap):
        assert window.end - window.start == min(length, total)
        weights[window.start : window.end] += window.weights
    np.testing.assert_allclose(weights, 1, atol=1e-5)
