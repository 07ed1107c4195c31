"""The measures are known values on known signals, and never NaN."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.metrics import (
    SI_SDR_RANGE,
    Hearing,
    bootstrap,
    bootstrap_average,
    bootstrap_median,
    chord_agreement,
    followed,
    hearing,
    instruction_accuracy,
    level_db,
    residual_db,
    si_sdr,
    si_sdr_improvement,
)


def noise(seed: int, samples: int = 4000) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)


def heard(*instruments: str) -> Hearing:
    return Hearing(np.zeros(4, dtype=np.int64), dict.fromkeys(instruments, 5.0))


def test_noise_of_equal_power_is_zero_decibels_from_the_reference() -> None:
    assert si_sdr(noise(1, 200_000) + noise(2, 200_000), noise(1, 200_000)) == pytest.approx(0.0, abs=0.1)


def test_a_tenth_of_noise_is_twenty_decibels_at_any_gain() -> None:
    estimate = noise(1, 200_000) + 0.1 * noise(2, 200_000)
    assert si_sdr(3.0 * estimate, noise(1, 200_000)) == pytest.approx(20.0, abs=0.1)


def test_a_perfect_output_reaches_the_end_of_the_range() -> None:
    assert si_sdr(noise(1), noise(1)) == SI_SDR_RANGE[1]


def test_a_silent_output_is_the_worst_and_a_silent_reference_is_undefined() -> None:
    silence = np.zeros(4000, dtype=np.float32)
    assert si_sdr(silence, noise(1)) == SI_SDR_RANGE[0]
    assert si_sdr(noise(1), silence) is None
    assert si_sdr_improvement(noise(1), noise(2), silence) is None


def test_the_improvement_of_doing_nothing_is_zero() -> None:
    source = noise(1) + noise(2)
    assert si_sdr_improvement(source, source, noise(1)) == 0.0


@given(st.integers(0, 2**16), st.floats(-200, 40), st.floats(-200, 40))
def test_si_sdr_is_never_nan_at_any_level(seed: int, one_db: float, other_db: float) -> None:
    value = si_sdr(noise(seed, 256) * 10 ** (one_db / 20), noise(seed + 1, 256) * 10 ** (other_db / 20))
    assert value is None or math.isfinite(value)


def test_levels_are_decibels_of_full_scale() -> None:
    assert level_db(np.full(100, 0.1)) == pytest.approx(-20.0)
    assert level_db(np.zeros(100)) == -120.0
    assert residual_db(np.full(100, 0.01), np.full(100, 0.1)) == pytest.approx(-20.0)


def test_unknown_chord_frames_are_not_counted() -> None:
    assert chord_agreement(np.array([1, 2, 3, 4]), np.array([1, 0, -1, -1])) == 0.5
    assert chord_agreement(np.array([1]), np.array([-1])) is None


def test_an_instrument_is_heard_after_a_second_of_certainty() -> None:
    instruments = np.zeros((2, 200))
    instruments[0, :60], instruments[1, :40] = 0.9, 0.9
    result = hearing(np.eye(3, 200), instruments, ["bass", "drums"])
    assert result.hears("bass") and not result.hears("drums") and not result.hears("organ")


def test_changes_that_the_listener_hears_are_counted() -> None:
    source, target = heard("bass", "drums"), heard("bass", "strings")
    assert followed(source, target, target, coming=["strings"], going=["drums"]) == 1.0
    assert followed(source, source, target, coming=["strings"], going=["drums"]) == 0.0
    assert followed(source, heard("bass"), target, coming=["strings"], going=["drums"]) == 0.5


def test_a_change_that_the_listener_misses_in_the_truth_is_not_counted() -> None:
    assert followed(heard("bass"), heard("bass"), heard("bass"), coming=[], going=["drums"]) is None


def test_the_interval_holds_the_mean_and_narrows_with_more_cases() -> None:
    few, many = bootstrap(list(noise(1, 10))), bootstrap([*noise(1, 1000), None])
    assert few is not None and many is not None
    assert few.low <= few.mean <= few.high and many.count == 1000
    assert many.high - many.low < few.high - few.low
    assert bootstrap([None]) is None


def test_instruction_accuracy_is_the_shared_tags_over_the_larger_set() -> None:
    assert instruction_accuracy({"bass", "drums"}, {"bass", "drums"}) == 1.0
    assert instruction_accuracy({"bass"}, {"bass", "drums", "piano"}) == pytest.approx(1 / 3)
    assert instruction_accuracy({"bass", "drums", "piano"}, {"bass"}) == pytest.approx(1 / 3)
    assert instruction_accuracy({"bass"}, set()) == 0.0
    assert instruction_accuracy(set(), set()) is None


def test_an_average_weighs_tasks_alike_and_needs_all_of_them() -> None:
    few, many = [(0, 1.0)], [(song, 0.0) for song in range(9)]
    found = bootstrap_average([few, many])
    assert found is not None and found.mean == 0.5 and found.count == 10
    assert bootstrap_average([[(0, None)], many]) is None
    assert bootstrap_average([]) is None


def test_songs_are_drawn_with_all_their_cases() -> None:
    # Two tasks of equal values on the same songs are no more evidence than one of them.
    values = [(song, float(value)) for song, value in enumerate(noise(1, 50))]
    alone, twice = bootstrap_average([values]), bootstrap_average([values, values])
    assert alone is not None and twice is not None
    assert twice.low == pytest.approx(alone.low) and twice.high == pytest.approx(alone.high)


def test_a_median_is_not_decided_by_one_case_that_failed() -> None:
    found = bootstrap_median([5.0, None, 6.0, 4.0, -30.0, 5.5])
    assert found is not None and found.mean == 5.0 and found.count == 5 and found.low <= 5.0 <= found.high
    assert bootstrap_median([None]) is None
