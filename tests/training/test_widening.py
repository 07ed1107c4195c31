"""A wider network begins as the narrower one, and its copies do not stay alike."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.models.configuration import TaggerConfiguration
from engine.models.tagger import BANDS, Tagger
from training.widening import widened

INSTRUMENTS = 3


def tagger(width: int, seed: int = 0) -> Tagger:
    torch.manual_seed(seed)
    network = Tagger(TaggerConfiguration(width=width), INSTRUMENTS)
    with torch.no_grad():  # as after training: no gain is 1, no mean 0
        for name, value in network.named_buffers():
            if name.endswith("running_mean"):
                value.normal_(std=0.1)
            elif name.endswith("running_var"):
                value.uniform_(0.5, 2)
        for value in network.parameters():
            if value.ndim == 1:
                value.add_(0.1 * torch.randn_like(value))
    return network.eval()


def grown(network: Tagger, width: int, seed: int = 0) -> Tagger:
    wider = tagger(width, seed=9)
    wider.load_state_dict(widened(network.state_dict(), wider.state_dict(), seed=seed))
    return wider


@settings(max_examples=8, deadline=None)
@given(narrow=st.integers(1, 5), more=st.integers(0, 7), seed=st.integers(0, 99))
def test_a_wider_tagger_says_what_the_narrower_one_said(narrow: int, more: int, seed: int) -> None:
    network = tagger(narrow, seed)
    wider = grown(network, narrow + more, seed)
    picture = torch.randn(2, 2, BANDS, 48, generator=torch.Generator().manual_seed(seed))
    with torch.inference_mode():
        assert torch.allclose(wider.judged(picture), network.judged(picture), atol=1e-4)


def test_copies_learn_different_things() -> None:
    network = grown(tagger(4), 8).train()
    picture = torch.randn(4, 2, BANDS, 48, generator=torch.Generator().manual_seed(1))
    network.judged(picture).square().sum().backward()
    found = network.picture.weight.grad
    assert found is not None
    first, copy = found.split(4)
    assert (first - copy).abs().max() > 0.01 * first.abs().max()


def test_the_same_seed_grows_the_same_weights() -> None:
    one, again, other = (grown(tagger(4), 6, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    "wider",
    [
        {"weight": torch.zeros(2, 8)},
        {"weight": torch.zeros(8, 4, 3)},
        {"bias": torch.zeros(8)},
    ],
)
def test_what_is_no_wider_version_is_refused(wider: Mapping[str, Tensor]) -> None:
    with pytest.raises(ValueError, match="weight"):
        widened({"weight": torch.zeros(4, 4)}, wider, seed=0)
