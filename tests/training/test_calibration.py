"""Odds rise for instruments of which too little is taken, and for no others."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.grid import SAMPLE_RATE
from engine.models.configuration import RendererConfiguration
from engine.models.renderer import Renderer
from training.calibration import GRID, choose_odds
from training.clip import OTHER, Clip

INSTRUMENTS = ("bass", "flute", "organ")
SMALL = RendererConfiguration(bands=64, channels=(8, 16), blocks=(1, 1), refine_width=32)


BINS = 1024
LOW = np.where(np.arange(BINS) < BINS // 2, 1.0, 0.4)
"""Magnitudes of the bass in each bin; the flute's are these from above to below."""


class Knowing(Renderer):
    """Knows how much of each bin is whose, but for the odds of the flute, which are too low by `shy` nepers."""

    def __init__(self, shy: float) -> None:
        super().__init__(SMALL, len(INSTRUMENTS), 0)
        bass, flute = (torch.from_numpy(2 * np.log(level)).float() for level in (LOW, LOW[::-1].copy()))
        nobody = torch.full((BINS,), -12.0)
        self.known = torch.stack([bass, flute - shy, nobody, nobody]).log_softmax(dim=0)

    def log_shares(self, features: tuple[Tensor, Tensor]) -> Tensor:
        return self.known[None, None].expand(1, features[0].shape[1], -1, -1)


def noise(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    spectrum = np.fft.rfft(rng.normal(0, 0.1, SAMPLE_RATE))
    curve = np.interp(np.linspace(0, BINS, spectrum.size), np.arange(BINS), level)
    return np.fft.irfft(spectrum * curve, SAMPLE_RATE).astype(np.float32)


def clips(count: int, *others: str) -> list[Clip]:
    rng = np.random.default_rng(0)
    levels = {"bass": LOW, "flute": LOW[::-1], **dict.fromkeys(others, LOW)}
    return [Clip({name: noise(level, rng) for name, level in levels.items()}) for _ in range(count)]


@pytest.mark.parametrize(("shy", "flute"), [(0.0, 0.0), (0.5, 0.5), (0.75, 0.75), (4.0, max(GRID))])
def test_the_odds_make_good_what_the_shares_lack(shy: float, flute: float) -> None:
    found = choose_odds(Knowing(shy), clips(40), INSTRUMENTS)
    assert found.values.tolist()[1] == pytest.approx(flute, abs=0.25)
    assert found.stems == (40, 40, 0)


def test_what_is_taken_too_much_of_is_left_alone() -> None:
    assert choose_odds(Knowing(-2.0), clips(40), INSTRUMENTS).values.tolist()[1] == 0


def test_clips_that_say_nothing_leave_all_as_it_is() -> None:
    alone = [Clip({"flute": clip.stems["flute"]}) for clip in clips(2)]
    found = choose_odds(Knowing(1.0), [*alone, *clips(2, OTHER)], INSTRUMENTS)
    assert found.values.tolist() == [0, 0, 0] and found.stems == (0, 0, 0)


def test_choosing_leaves_the_renderer_as_it_was() -> None:
    renderer = Knowing(1.0)
    renderer.asked_odds.copy_(torch.tensor([0.25, 0.0, 0.5]))
    seen = []
    choose_odds(renderer, clips(3), INSTRUMENTS, on_clip=lambda: seen.append(1))
    assert renderer.asked_odds.tolist() == [0.25, 0.0, 0.5]
    assert len(seen) == 3
