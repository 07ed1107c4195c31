"""Two channels tell apart what sits in different places."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.models.wiener import multichannel_wiener, places

BINS, FRAMES = 400, 60


def noise(seed: int, bins: int = BINS, frames: int = FRAMES) -> Tensor:
    return torch.randn((bins, frames), generator=torch.Generator().manual_seed(seed), dtype=torch.complex64)


def panned(sound: Tensor, pan: float) -> Tensor:
    """(2, K, t): from -1, left, to 1, right, with equal power."""
    angle = (pan + 1) * np.pi / 4
    return torch.stack([np.cos(angle) * sound, np.sin(angle) * sound])


def shares_of(*parts: Tensor) -> Tensor:
    """(t, C, K): what a network would say that hears how much each part is of a bin, and errs by a half."""
    levels = torch.stack([part.abs().square().sum(dim=0).sqrt() for part in parts])
    shares = levels / levels.sum(dim=0)
    return (0.5 * shares + 0.5 / len(parts)).permute(2, 0, 1)


def filtered(filters: Tensor, spectrum: Tensor) -> Tensor:
    return torch.einsum("ijkt,jkt->ikt", filters.to(spectrum.dtype), spectrum)


def error_db(estimate: Tensor, truth: Tensor) -> float:
    return 10 * float(torch.log10((estimate - truth).abs().square().sum() / truth.abs().square().sum()))


WANTED = torch.tensor([True, False])


def test_parts_in_other_places_are_told_apart_where_a_mask_cannot() -> None:
    one, other = panned(noise(1), -0.6), panned(noise(2), 0.6)
    shares, mix = shares_of(one, other), one + other
    masked = mix * shares[:, 0].T
    assert error_db(filtered(multichannel_wiener(shares, mix, WANTED), mix), one) < error_db(masked, one) - 3


def test_parts_in_one_place_are_masked() -> None:
    one, other = panned(noise(1), 0.2), panned(noise(2), 0.2)
    shares, mix = shares_of(one, other), one + other
    taken = filtered(multichannel_wiener(shares, mix, WANTED), mix)
    torch.testing.assert_close(taken, mix * shares[:, 0].T, atol=1e-3, rtol=1e-3)


def test_a_place_is_read_where_a_part_sounds_alone() -> None:
    left, right = panned(noise(1), -1.0), panned(noise(2), 1.0)
    left[..., FRAMES // 2 :] = 0
    right[..., : FRAMES // 2] = 0
    shares = shares_of(left, right)
    balance, coherence = places(shares, left + right)
    assert balance[0].min() > 0.9
    assert balance[1].max() < -0.9
    assert coherence.abs().max() < 0.1


def test_what_is_taken_and_what_stays_are_all_of_it() -> None:
    mix = panned(noise(1), -0.3) + panned(noise(2), 0.5)
    shares = torch.rand((FRAMES, 2, BINS), generator=torch.Generator().manual_seed(3))
    shares /= shares.sum(dim=1, keepdim=True)
    both = multichannel_wiener(shares, mix, WANTED) + multichannel_wiener(shares, mix, ~WANTED)
    torch.testing.assert_close(both, torch.eye(2)[..., None, None].expand_as(both), atol=1e-4, rtol=0)


def test_nothing_asked_for_takes_nothing() -> None:
    mix = panned(noise(1), -0.3)
    assert not multichannel_wiener(torch.full((FRAMES, 2, BINS), 0.5), mix, torch.zeros(2, dtype=torch.bool)).any()


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**31),
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.sampled_from([0.0, 1e-6, 1.0, 1e3]),
    st.integers(1, 5),
)
def test_no_bin_of_any_sound_is_blown_up(seed: int, a: float, b: float, loud: float, frames: int) -> None:
    mix = loud * panned(noise(seed, 20, frames), a) + panned(noise(seed + 1, 20, frames), b)
    generator = torch.Generator().manual_seed(seed)
    shares = torch.rand((frames, 3, 20), generator=generator).pow(8) + 1e-6
    shares /= shares.sum(dim=1, keepdim=True)
    taken = filtered(multichannel_wiener(shares, mix, torch.tensor([True, False, True])), mix)
    assert (taken.norm(dim=0) <= 2.001 * mix.norm(dim=0) + 1e-6).all()


def test_what_comes_from_where_nothing_sits_is_not_blown_up() -> None:
    mix = panned(noise(1), 0.0) + 0.05 * panned(noise(2), 0.5)
    mix[1, 200, 30] = -mix[0, 200, 30]
    shares = shares_of(panned(noise(1), 0.0), 0.05 * panned(noise(2), 0.5))
    taken = filtered(multichannel_wiener(shares, mix, WANTED), mix)
    assert taken[:, 200, 30].norm() <= 2.001 * mix[:, 200, 30].norm()


@pytest.mark.parametrize("silent", [(0,), (1,), (0, 1)])
def test_silent_channels_stay_silent(silent: tuple[int, ...]) -> None:
    mix = panned(noise(1), 0.0)
    for channel in silent:
        mix[channel] = 0
    shares = torch.full((FRAMES, 2, BINS), 0.5)
    taken = filtered(multichannel_wiener(shares, mix, WANTED), mix)
    assert torch.isfinite(taken.abs()).all()
    for channel in silent:
        assert taken[channel].abs().max() < 1e-3
