from __future__ import annotations

import numpy as np
import pytest

from engine.grid import SAMPLE_RATE
from training.synthesis.singer import Voice, random_voice, sing
from training.synthesis.song import sorted_notes


def heard_pitch(sound: np.ndarray) -> float:
    """MIDI pitch by the autocorrelation's highest peak between 70 and 1000 Hz."""
    spectrum = np.fft.rfft(sound, 2 * len(sound))
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: len(sound)]
    lags = np.arange(SAMPLE_RATE // 1000, SAMPLE_RATE // 70)
    # The first peak nearly as high as the highest one: two periods fit as well as one.
    values = correlation[lags]
    peak = (values > np.roll(values, 1)) & (values > np.roll(values, -1)) & (values > 0.93 * values.max())
    lag = int(lags[np.flatnonzero(peak)[0]])
    # A parabola through the peak tells fractions of a sample.
    left, middle, right = correlation[lag - 1 : lag + 2]
    fine = lag + 0.5 * (left - right) / (left - 2 * middle + right)
    return 69 + 12 * np.log2(SAMPLE_RATE / fine / 440)


@pytest.mark.parametrize("tract", [1.0, 1.17])
@pytest.mark.parametrize("pitch", [46, 52, 60, 67, 74, 79])
def test_the_pitch_that_is_sung_is_the_pitch_that_is_asked(pitch: int, tract: float) -> None:
    notes = sorted_notes([(0.2, 1.6, pitch, 100)])
    voice = Voice(tract=tract, vibrato=0.0)
    sound = sing(notes, start=0, seconds=2, rng=np.random.default_rng(pitch), voice=voice)
    assert abs(heard_pitch(sound[round(0.8 * SAMPLE_RATE) : round(1.4 * SAMPLE_RATE)]) - pitch) < 0.25


def test_the_singer_rests_where_no_note_is() -> None:
    notes = sorted_notes([(0.5, 1.5, 60, 100), (3.5, 4.0, 62, 100)])
    sound = sing(notes, start=0, seconds=5, rng=np.random.default_rng(0), voice=Voice())
    loud = np.sqrt(np.mean(sound[round(0.7 * SAMPLE_RATE) : round(1.4 * SAMPLE_RATE)] ** 2))
    rest = np.sqrt(np.mean(sound[round(2.0 * SAMPLE_RATE) : round(3.2 * SAMPLE_RATE)] ** 2))
    assert loud > 0.02 and rest < loud / 300


def test_a_window_without_notes_is_silent_and_as_long_as_asked() -> None:
    sound = sing(sorted_notes([(50, 51, 60, 90)]), start=0, seconds=1.5, rng=np.random.default_rng(0), voice=Voice())
    assert sound.shape == (36_000,) and sound.dtype == np.float32 and not sound.any()


def test_the_same_seed_sings_the_same_and_another_sings_other_words() -> None:
    notes = sorted_notes([(beat * 0.5, beat * 0.5 + 0.45, 60 + beat, 100) for beat in range(8)])
    first, same, other = (
        sing(notes, start=0, seconds=4, rng=np.random.default_rng(seed), voice=Voice()) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, same) and not np.allclose(first, other)


def test_low_melodies_get_men_and_high_ones_women() -> None:
    rng = np.random.default_rng(0)
    low = np.mean([random_voice(48, rng).tract for _ in range(60)])
    high = np.mean([random_voice(72, rng).tract for _ in range(60)])
    assert low + 0.08 < high
