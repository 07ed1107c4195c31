"""Bars are drawn to each other in when they are struck, and in nothing else."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.groove import Groove
from engine.score import CHANNELS, KEYS

BAR = 12


def places(tokens: int, bar: float = BAR, first: float = 0.0) -> np.ndarray:
    return first + (np.arange(tokens) + 0.5) / bar


def unlike(tokens: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, CHANNELS, tokens, generator=torch.Generator().manual_seed(seed))


def test_tokens_at_one_place_in_their_bars_begin_with_one_noise() -> None:
    order = Groove(places(40)).order
    assert torch.equal(order[:BAR], order[BAR : 2 * BAR])
    assert order[:BAR].unique().numel() == BAR


@given(st.integers(1, 90), st.floats(5, 40), st.floats(-3, 3))
def test_any_length_of_music_and_bars_gives_finite_logits_and_an_order_within(
    tokens: int, bar: float, first: float
) -> None:
    groove = Groove(places(tokens, bar, first))
    assert int(groove.order.min()) >= 0 and int(groove.order.max()) < tokens
    assert bool(groove(unlike(tokens)).isfinite().all())


def test_what_is_the_same_in_every_bar_stays_as_it_is() -> None:
    logits = unlike(BAR).repeat(1, 1, 4)
    torch.testing.assert_close(Groove(places(4 * BAR))(logits), logits)


def test_bars_come_closer_in_their_onsets_and_in_nothing_else() -> None:
    logits = unlike(4 * BAR)
    shaped = Groove(places(4 * BAR))(logits)
    assert torch.equal(shaped[:, KEYS:], logits[:, KEYS:])
    before, after = (x[0, :KEYS].unflatten(-1, (4, BAR)) for x in (logits, shaped))
    assert float(after.std(dim=1).mean()) < 0.2 * float(before.std(dim=1).mean())
    torch.testing.assert_close(after.mean(dim=1), before.mean(dim=1))


def test_bars_far_away_say_nothing() -> None:
    logits = torch.zeros(1, CHANNELS, 12 * BAR)
    logits[..., :BAR] = 5.0
    shaped = Groove(places(12 * BAR))(logits)
    assert not shaped[0, :KEYS, 6 * BAR :].any() and bool(shaped[0, :KEYS, BAR : 2 * BAR].any())
