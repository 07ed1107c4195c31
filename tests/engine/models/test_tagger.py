"""The tagger hears any length and level alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.grid import SAMPLE_RATE
from engine.models.configuration import TaggerConfiguration
from engine.models.tagger import BANDS, BandPower, Tagger

INSTRUMENTS = 5


def tagger() -> Tagger:
    torch.manual_seed(0)
    return Tagger(TaggerConfiguration(width=2), INSTRUMENTS).eval()


def sound(seed: int = 0, seconds: float = 2.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, (1, round(seconds * SAMPLE_RATE))).astype(np.float32)


@pytest.mark.parametrize(("seconds", "segments"), [(0.001, 1), (0.5, 1), (0.51, 2), (2.0, 4)])
def test_every_started_half_second_is_answered(seconds: float, segments: int) -> None:
    probabilities = tagger().probabilities(sound(seconds=seconds))
    assert probabilities.shape == (1, INSTRUMENTS, segments)
    assert ((probabilities > 0) & (probabilities < 1)).all()


def test_a_quiet_sound_is_heard_as_a_loud_one_and_silence_is_no_noise() -> None:
    look = BandPower()
    loud = torch.from_numpy(sound())
    assert torch.allclose(look.picture(look(loud)), look.picture(look(0.05 * loud)), atol=1e-3)
    residue = look.picture(look(1e-6 * loud))
    assert torch.allclose(residue, look.picture(look(0 * loud)), atol=0.2)
    assert float(look.picture(look(loud)).mean()) > 0 > float(residue.max())


def test_the_powers_of_stems_add_up_to_that_of_their_mix() -> None:
    look = BandPower()
    one, other = (look(torch.from_numpy(sound(seed))) for seed in (1, 2))
    mix = look(torch.from_numpy(sound(1) + sound(2)))
    assert mix.shape == (1, 2, BANDS, 4 * 24)
    assert torch.allclose(mix.mean(-1), (one + other).mean(-1), rtol=0.5)
    assert float(mix.sum()) == pytest.approx(float((one + other).sum()), rel=0.05)
