from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engine.errors import UserError
from engine.models.blocks import GroupLinear
from engine.networks import fast_bfloat16
from training.optimizers import SMALLEST, MuonAdamW, optimizer_for, orthogonal
from training.settings import StageSettings

SIZES = st.integers(1, 40)


class Network(nn.Module):
    """One of each kind of weight that our networks have."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(24, 48)
        self.picture = nn.Conv2d(32, 64, 3)
        self.line = nn.Conv1d(32, 16, 5)
        self.groups = GroupLinear(4, 32, 24)
        self.depthwise = nn.Conv1d(32, 32, 7, groups=32)
        self.thin = nn.Linear(64, SMALLEST - 1)
        self.norm = nn.LayerNorm(64)
        self.frozen = nn.Linear(32, 32).requires_grad_(False)


def with_gradients(network: nn.Module, seed: int = 0) -> nn.Module:
    generator = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.randn(parameter.shape, generator=generator)
    return network


@given(stack=st.integers(1, 3), rows=SIZES, columns=SIZES, scale=st.floats(1e-4, 1e4), seed=st.integers(0, 99))
def test_singular_values_come_near_one_and_directions_stay(
    stack: int, rows: int, columns: int, scale: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    # Of known singular values: what is nearly nothing in one direction cannot be made long in five rounds.
    u = torch.linalg.qr(torch.randn(stack, rows, rows, generator=generator)).Q
    v = torch.linalg.qr(torch.randn(stack, columns, columns, generator=generator)).Q
    rank = min(rows, columns)
    values = 0.2 + 0.8 * torch.rand(stack, rank, generator=generator)
    found = orthogonal(scale * (u[..., :rank] * values[:, None]) @ v[..., :rank].mT)
    assert found.shape == (stack, rows, columns)
    turned = u[..., :rank].mT @ found @ v[..., :rank]
    lengths = turned.diagonal(dim1=-2, dim2=-1)
    assert bool((lengths > 0.6).all()) and bool((lengths < 1.3).all())
    exactly = 0.05 if fast_bfloat16(torch.device("cpu")) else 1e-3  # half precision, where it is fast
    assert float((turned - torch.diag_embed(lengths)).abs().max()) < exactly


def test_no_gradient_at_all_moves_nothing() -> None:
    assert not orthogonal(torch.zeros(2, 3, 5)).any()


def test_muon_takes_matrices_and_leaves_the_rest_to_adamw() -> None:
    network = Network()
    optimizer = optimizer_for(network, replace(StageSettings(), optimizer="muon"))
    stacked = [group for group in optimizer.param_groups if group["stacked"] is not None]
    names = {parameter: name for name, parameter in network.named_parameters()}
    shapes = {names[p]: shape for p, shape in zip(stacked[0]["params"], stacked[0]["stacked"], strict=True)}
    assert shapes == {
        "linear.weight": (1, 48),
        "picture.weight": (1, 64),
        "line.weight": (1, 16),
        "groups.weight": (4, 32),
    }
    taken = [names[parameter] for group in optimizer.param_groups for parameter in group["params"]]
    assert sorted(taken) == sorted(name for name in names.values() if not name.startswith("frozen"))


def test_what_muon_leaves_moves_as_torch_moves_it() -> None:
    ours = with_gradients(nn.Sequential(nn.Linear(8, 3), nn.LayerNorm(3)))
    theirs = copy.deepcopy(ours)
    settings = StageSettings()
    mine = MuonAdamW([{"params": list(ours.parameters()), "weight_decay": 0.01}], lr=1e-2, betas=settings.betas)
    torch_s = torch.optim.AdamW(theirs.parameters(), lr=1e-2, betas=settings.betas, weight_decay=0.01)
    for seed in range(5):
        for network, optimizer in ((ours, mine), (theirs, torch_s)):
            with_gradients(network, seed)
            optimizer.step()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_a_weight_in_another_memory_format_takes_the_same_step() -> None:
    plain = nn.Conv2d(32, 32, 3)
    last = copy.deepcopy(plain).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    for network in (plain, last):
        optimizer = optimizer_for(with_gradients(network), replace(StageSettings(), optimizer="muon"))
        optimizer.step()
    torch.testing.assert_close(plain.weight, last.weight)


def test_muon_solves_what_adamw_solves() -> None:
    generator = torch.Generator().manual_seed(3)
    truth, x = torch.randn(32, 32, generator=generator) / 6, torch.randn(256, 32, generator=generator)
    network = nn.Linear(32, 32, bias=False)
    optimizer = optimizer_for(network, replace(StageSettings(), optimizer="muon", weight_decay=0.0))
    for step in range(200):
        optimizer.param_groups[0]["lr"] = 0.05 * (1 - step / 200)
        loss = (network(x) - x @ truth).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 1e-3


def test_an_unknown_optimizer_is_named_with_those_there_are() -> None:
    with pytest.raises(UserError, match="adamw, muon"):
        replace(StageSettings(), optimizer="adam")
