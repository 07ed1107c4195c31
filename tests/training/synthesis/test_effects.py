from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.grid import SAMPLE_RATE
from training.synthesis import effects


def tone(hertz: float, seconds: float = 1.0, amplitude: float = 0.1) -> np.ndarray:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_a_treated_stem_keeps_its_length_and_stays_finite(seed: int) -> None:
    sound = effects.produce(tone(220), np.random.default_rng(seed))
    assert sound.shape == (SAMPLE_RATE,) and sound.dtype == np.float32 and np.isfinite(sound).all()


def test_silence_stays_silent_and_finite() -> None:
    for seed in range(10):
        assert not effects.produce(np.zeros(SAMPLE_RATE, np.float32), np.random.default_rng(seed)).any()


def test_tone_and_room_are_linear() -> None:
    rng = np.random.default_rng(0)
    curve, room = effects.random_tone(rng), effects.random_room(rng, 0.5)
    one, two = tone(220), tone(1500)
    apart = effects.colour(one, curve, room, 0.3) + effects.colour(two, curve, room, 0.3)
    assert np.allclose(apart, effects.colour(one + two, curve, room, 0.3), atol=1e-5)


def test_a_shelf_lifts_what_lies_below_it_only() -> None:
    shelf = effects.Tone(low_shelf=(200.0, 12.0))
    assert effects.level(effects.colour(tone(50), shelf)) - effects.level(tone(50)) == pytest.approx(12, abs=1.5)
    assert effects.level(effects.colour(tone(5000), shelf)) - effects.level(tone(5000)) == pytest.approx(0, abs=0.5)


def test_a_compressor_brings_loud_and_soft_together() -> None:
    sound = np.concatenate([tone(220, amplitude=0.05), tone(220, amplitude=0.5)])
    after = effects.compress(sound, ratio=4, threshold=-18)
    span = [effects.level(part[:SAMPLE_RATE]) - effects.level(part[SAMPLE_RATE:]) for part in (sound, after)]
    assert span[1] > span[0] + 5


def test_the_level_of_a_part_does_not_depend_on_its_rests() -> None:
    sound = np.concatenate([tone(220), np.zeros(SAMPLE_RATE, np.float32)])
    assert effects.level(sound) == pytest.approx(effects.level(tone(220)), abs=0.5)
    assert effects.sounding_share(sound) == pytest.approx(0.5, abs=0.05)
    assert effects.level(np.zeros(100, np.float32)) == -np.inf
