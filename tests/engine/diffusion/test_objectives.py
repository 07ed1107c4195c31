"""Objectives: a perfect network has no loss, and sampling with it recovers the clean latents."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.diffusion.condition import Condition
from engine.diffusion.objectives import (
    LARGEST_LATENT,
    BinaryFlowObjective,
    EpsilonObjective,
    FlowObjective,
    Objective,
    build_objective,
)
from engine.models.configuration import DiffusionConfiguration

TARGET = torch.randn(2, 4, 30, generator=torch.Generator().manual_seed(5))
EMPTY = Condition(torch.zeros(2, 4, 30), torch.zeros(2, 1, 6), torch.ones(2, 1, dtype=torch.bool))


class Oracle:
    """Knows z0 and the objective, and so predicts exactly; the first call's inputs are kept."""

    def __init__(self, objective: Objective, sigma: float | None = None) -> None:
        self.objective = objective
        self.sigma = sigma
        self.states: list[Tensor] = []
        self.times: list[Tensor] = []

    def __call__(
        self, state: Tensor, time: Tensor, source: Tensor, text: Tensor, text_mask: Tensor, chords: Tensor | None
    ) -> Tensor:
        self.states.append(state)
        self.times.append(time)
        target = TARGET[: len(state), :, : state.shape[-1]]
        if isinstance(self.objective, FlowObjective):
            exact = (state - target) / (time / 1000)[:, None, None]
        else:
            betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
            product = (1 - betas).cumprod(0)[time.long()][:, None, None]
            exact = ((state - product.sqrt() * target) / (1 - product).sqrt()).float()
        return exact if self.sigma is None else torch.cat([exact, torch.full_like(exact, self.sigma)], dim=1)


@pytest.mark.parametrize("objective", [EpsilonObjective(), FlowObjective(), FlowObjective("uniform")])
def test_a_perfect_network_has_no_loss(objective: Objective) -> None:
    loss = objective.loss(Oracle(objective), TARGET, EMPTY, torch.Generator().manual_seed(0))
    assert loss < 1e-4


@pytest.mark.parametrize(("name", "steps"), [("epsilon", 20), ("epsilon", 200), ("flow", 1), ("flow", 4)])
def test_sampling_with_a_perfect_network_recovers_the_latents(name: str, steps: int) -> None:
    objective = build_objective(DiffusionConfiguration(objective=name))  # type: ignore[arg-type]
    oracle, schedule = Oracle(objective), objective.schedule(steps)
    state = torch.randn(TARGET.shape, generator=torch.Generator().manual_seed(1))
    assert len(schedule.times) == steps
    assert schedule.times == sorted(schedule.times, reverse=True)
    for index, time in enumerate(schedule.times):
        prediction = EMPTY.predict(oracle, state, torch.full((2,), time))
        assert torch.allclose(schedule.clean(prediction, index, state), TARGET, atol=5e-3)
        state = schedule.step(prediction, index, state)
    assert torch.allclose(state, TARGET, atol=1e-3)


@pytest.mark.parametrize("name", ["epsilon", "flow"])
def test_predictions_and_clean_estimates_are_two_ways_to_say_the_same(name: str) -> None:
    schedule = build_objective(DiffusionConfiguration(objective=name)).schedule(5)  # type: ignore[arg-type]
    generator = torch.Generator().manual_seed(0)
    state, clean = (torch.randn(1, 4, 8, generator=generator) for _ in range(2))
    for index in range(5):
        back = schedule.clean(schedule.prediction(clean, index, state), index, state)
        assert torch.allclose(back, clean, atol=1e-3)


def test_a_wrong_start_does_not_blow_up_in_ddim() -> None:
    schedule = EpsilonObjective().schedule(20)
    state = torch.randn(1, 4, 8, generator=torch.Generator().manual_seed(0))
    assert schedule.clean(0.5 * state, 0, state).abs().max() == LARGEST_LATENT


def test_noise_is_added_by_the_linear_schedule() -> None:
    objective = EpsilonObjective()
    zeros, ones = torch.zeros(2, 1, 1), torch.ones(2, 1, 1)
    steps = torch.tensor([0, 999])
    signal = objective.noised(ones, zeros, steps).square()
    assert signal.flatten().tolist() == pytest.approx([0.9999, 4.04e-5], rel=1e-2)
    total = signal + objective.noised(zeros, ones, steps).square()
    assert torch.allclose(total, torch.ones(2, 1, 1))


def test_the_right_variance_costs_least() -> None:
    """With an exact mean, the lower bound of the variance is the true posterior's."""
    objective = EpsilonObjective()
    losses = [
        objective.loss(Oracle(objective, sigma), TARGET, EMPTY, torch.Generator().manual_seed(0)).item()
        for sigma in (-1.0, 0.0, 1.0)
    ]
    assert losses == sorted(losses)
    assert abs(losses[0]) < 1e-3


def test_the_bound_trains_sigma_and_not_the_mean() -> None:
    prediction = torch.randn(2, 8, 30, generator=torch.Generator().manual_seed(0), requires_grad=True)

    def network(*_: Tensor | None) -> Tensor:
        return prediction

    objective = EpsilonObjective()
    objective.loss(network, TARGET, EMPTY, torch.Generator().manual_seed(1)).backward()
    assert prediction.grad is not None
    with_bound = prediction.grad[:, :4].clone()
    assert prediction.grad[:, 4:].abs().sum() > 0

    alone = prediction.detach()[:, :4].clone().requires_grad_()

    def mean_only(*_: Tensor | None) -> Tensor:
        return alone

    objective.loss(mean_only, TARGET, EMPTY, torch.Generator().manual_seed(1)).backward()
    assert alone.grad is not None
    assert torch.allclose(with_bound, alone.grad)


@pytest.mark.parametrize("objective", [EpsilonObjective(), FlowObjective()])
def test_weights_choose_which_frames_count(objective: Objective) -> None:
    def wrong_in_the_second_half(state: Tensor, time: Tensor, *rest: Tensor | None) -> Tensor:
        exact = Oracle(objective)(state, time, *rest)  # type: ignore[arg-type]
        return exact + 10 * (torch.arange(state.shape[-1]) >= 15)

    weights = (torch.arange(30) < 15).float().view(1, 1, 30)
    generator = torch.Generator()
    loss = objective.loss(wrong_in_the_second_half, TARGET, EMPTY, generator.manual_seed(0))
    assert loss == pytest.approx(50, rel=1e-3)
    assert objective.loss(wrong_in_the_second_half, TARGET, EMPTY, generator.manual_seed(0), weights) < 1e-4
    assert objective.loss(wrong_in_the_second_half, TARGET, EMPTY, generator, torch.zeros(2, 1, 1)) == 0


@pytest.mark.parametrize("objective", [EpsilonObjective(), FlowObjective()])
def test_the_generator_is_the_only_source_of_chance(objective: Objective) -> None:
    one, two, other = Oracle(objective), Oracle(objective), Oracle(objective)
    objective.loss(one, TARGET, EMPTY, torch.Generator().manual_seed(3))
    torch.rand(7)
    objective.loss(two, TARGET, EMPTY, torch.Generator().manual_seed(3))
    objective.loss(other, TARGET, EMPTY, torch.Generator().manual_seed(4))
    assert torch.equal(one.states[0], two.states[0])
    assert not torch.equal(one.states[0], other.states[0])


def test_flow_times_favour_the_middle() -> None:
    target, many = TARGET[:1].expand(2000, -1, -1), Condition(*(torch.zeros(2000, 1, 1) for _ in range(3)))
    shares = {}
    for kind in ("logit_normal", "uniform"):
        times: list[Tensor] = []

        def network(state: Tensor, time: Tensor, *_: Tensor | None, kept: list[Tensor] = times) -> Tensor:
            kept.append(time)
            return state

        FlowObjective(kind).loss(network, target, many, torch.Generator().manual_seed(0))  # type: ignore[arg-type]
        shares[kind] = ((times[0] > 250) & (times[0] < 750)).float().mean().item()
        assert times[0].min() >= 0
        assert times[0].max() <= 1000
    assert shares["uniform"] == pytest.approx(0.5, abs=0.04)
    # Half a normal's mass within ln 3 of the middle on the logit scale: 0.728.
    assert shares["logit_normal"] == pytest.approx(math.erf(math.log(3) / math.sqrt(2)), abs=0.04)


NONE = torch.zeros(0)
NOTES = torch.where(torch.rand(2, 4, 30, generator=torch.Generator().manual_seed(2)) < 0.1, 1.0, -1.0)


class Certain:
    """Gives logits: of the notes where it knows them, else of how many notes there are, and what the state tells."""

    def __init__(self, knows: bool) -> None:
        self.knows = knows

    def __call__(
        self, state: Tensor, time: Tensor, source: Tensor, text: Tensor, text_mask: Tensor, chords: Tensor | None
    ) -> Tensor:
        if self.knows:
            return 20 * NOTES[..., : state.shape[-1]]
        level = (time / 1000)[:, None, None]
        return math.log(0.1 / 0.9) + 2 * state * (1 - level) / level.square()


def test_logits_of_the_notes_have_no_loss() -> None:
    loss = BinaryFlowObjective().loss(Certain(True), NOTES, EMPTY, torch.Generator().manual_seed(0))
    assert loss < 1e-4


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_sampling_logits_of_the_notes_recovers_them(shift: float) -> None:
    schedule = BinaryFlowObjective(shift=shift).schedule(4)
    state = torch.randn(NOTES.shape, generator=torch.Generator().manual_seed(1))
    for index, time in enumerate(schedule.times):
        logits = Certain(True)(state, torch.full((2,), time), NONE, NONE, NONE, None)
        torch.testing.assert_close(
            schedule.clean(schedule.prediction(NOTES * 0.9, index, state), index, state), NOTES * 0.9
        )
        state = schedule.step(logits, index, state)
    torch.testing.assert_close(state, NOTES, atol=1e-4, rtol=0)


def test_who_knows_only_how_many_notes_there_are_samples_as_many() -> None:
    schedule = BinaryFlowObjective(shift=3.0).schedule(50)
    state = torch.randn(200, 4, 30, generator=torch.Generator().manual_seed(1))
    for index, time in enumerate(schedule.times):
        logits = Certain(False)(state, torch.full((200,), time), NONE, NONE, NONE, None)
        state = schedule.step(logits, index, state)
    assert 0.08 < float((state > 0).float().mean()) < 0.12
    assert float((state.abs() > 0.9).float().mean()) > 0.95


def test_a_shift_moves_times_towards_noise() -> None:
    plain, shifted = (BinaryFlowObjective(shift=shift).schedule(8).times for shift in (1.0, 3.0))
    assert shifted[0] == plain[0] == 1000
    assert all(late > early for late, early in zip(shifted[1:], plain[1:], strict=True))


class Doubtful(Certain):
    """Expects fewer notes the later it is asked, as a network does that has learnt little."""

    def __call__(self, state: Tensor, time: Tensor, *rest: Tensor | None) -> Tensor:
        level = (time / 1000)[:, None, None]
        return -2.2 - 3 * (1 - level) + 2 * state * (1 - level) / level.square()


def sampled(sharpness: float, groups: tuple[int, ...]) -> Tensor:
    schedule = BinaryFlowObjective(shift=3.0, sharpness=sharpness, groups=groups).schedule(8)
    state = torch.randn(100, 4, 30, generator=torch.Generator().manual_seed(1))
    for index, time in enumerate(schedule.times):
        state = schedule.step(Doubtful(False)(state, torch.full((100,), time)), index, state)
    return (state > 0).float()


def test_as_many_notes_come_as_were_expected_at_first() -> None:
    usual = 1 / (1 + math.exp(2.2))
    assert float(sampled(1.0, ()).mean()) < 0.5 * usual
    for sharpness in (1.0, 2.0):
        assert float(sampled(sharpness, (4,)).mean()) == pytest.approx(usual, rel=0.15)


def test_rows_outside_of_the_groups_are_left_as_they_are() -> None:
    torch.testing.assert_close(sampled(2.0, (2,))[:, 2:], sampled(1.0, ())[:, 2:])
