from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.grid import SAMPLE_RATE
from tests.training.songs import VOCABULARY, small_song
from training.synthesis.electronics import ROLES
from training.synthesis.performers import Ensemble
from training.synthesis.soundfonts import package_soundfont

FONTS = (package_soundfont(),)
PLAIN = Ensemble(FONTS, VOCABULARY)
ELECTRONIC = Ensemble(FONTS, VOCABULARY, electronic=1.0)


@pytest.mark.parametrize("instrument", VOCABULARY.instrument_names)
def test_who_plays_follows_from_the_instrument(instrument: str) -> None:
    rng = np.random.default_rng(0)
    plain = "singer" if instrument == "vocals" else FONTS[0].name
    assert PLAIN.performer(instrument, rng).name == plain
    could = instrument in ROLES or instrument == "drums"
    assert ELECTRONIC.performer(instrument, rng).name == ("electronics" if could else plain)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from((PLAIN, ELECTRONIC)))
def test_every_performer_plays_the_window_and_the_same_seed_the_same(seed: int, ensemble: Ensemble) -> None:
    for part in small_song().parts:
        rng = np.random.default_rng(seed)
        performer = ensemble.performer(part.instrument or "piano", rng)
        state = rng.bit_generator.state
        one = performer.play(part, 1.0, 1.5, rng)
        rng.bit_generator.state = state
        two = performer.play(part, 1.0, 1.5, rng)
        assert one.shape == (round(1.5 * SAMPLE_RATE),) and np.isfinite(one).all() and one.any()
        np.testing.assert_array_equal(one, two)


def test_electronic_stems_come_as_often_as_they_are_asked_for() -> None:
    ensemble = Ensemble(FONTS, VOCABULARY, electronic=0.3)
    rng = np.random.default_rng(0)
    names = [ensemble.performer("bass", rng).name for _ in range(400)]
    assert 90 < names.count("electronics") < 150
