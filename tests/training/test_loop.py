from __future__ import annotations

import json
import math
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.errors import UserError
from engine.vocabulary import Vocabulary
from training import checkpoints
from training.loop import MAX_SKIPPED_IN_A_ROW, RunRequest, train
from training.settings import OPTIMIZERS, StageSettings, TrainingConfiguration
from training.stages.base import Batch, Metrics, Scene, Stage

MakeStage = Callable[..., Stage]


def request(run: Path, **changes: object) -> RunRequest:
    values: dict[str, object] = {"steps": 6, "device": "cpu", "workers": 0, "quiet": True, "log_steps": 1}
    return RunRequest(run=run, **{**values, **changes})  # type: ignore[arg-type]


def weights(run: Path) -> dict[str, Tensor]:
    groups = checkpoints.read(run).groups
    return {f"{group}/{name}": value for group, named in groups.items() for name, value in named.items()}


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


class Line(Stage):
    """y = a x, learnt from one example a step: what the loop does shows in a single number."""

    name = "listener"
    part = "listener"
    poisoned: frozenset[int] = frozenset()
    act: Callable[[int], None] | None = None

    def __init__(self, poisoned: frozenset[int] = frozenset(), act: Callable[[int], None] | None = None) -> None:
        settings = StageSettings(batch=1, learning_rate=0.1, warmup=1)
        source = _Nothing()
        model = TrainingConfiguration.load("tiny").model
        super().__init__(model, settings, Vocabulary.default(), source, source)
        self.poisoned, self.act = poisoned, act

    def build(self) -> nn.Module:
        return nn.Linear(1, 1, bias=False)

    def examples(self, scenes: object, rng: np.random.Generator) -> Batch:
        return {"x": torch.from_numpy(rng.standard_normal((1, 1)).astype(np.float32))}

    def loss(self, network: nn.Module, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        if self.act:
            self.act(self.step)
        loss = (network(batch["x"]) - 2 * batch["x"]).square().mean()
        return (loss * math.nan if self.step in self.poisoned else loss), {}

    def evaluate(self, network: nn.Module, device: torch.device) -> Metrics:
        return {"weight": float(network.state_dict()["weight"])}


class Silent(Line):
    def examples(self, scenes: object, rng: np.random.Generator) -> Batch:
        raise UserError("the songs are silent", "name other --data")


class _Nothing:
    def scenes(self, step: int, count: int, *, paired: int = 0) -> list[Scene]:
        return []


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_six_steps_equal_three_and_three_more_to_the_bit(tmp_path: Path, toy_stage: MakeStage, optimizer: str) -> None:
    def made() -> Stage:
        stage = toy_stage("listener")
        stage.settings = replace(stage.settings, optimizer=optimizer)
        return stage

    train(made(), request(tmp_path / "whole"))

    halves = tmp_path / "halves"
    stage = made()
    loss = stage.loss

    def interrupted(network: nn.Module, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        if stage.step == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return loss(network, batch, generator)

    stage.loss = interrupted  # type: ignore[method-assign]
    first = train(stage, request(halves))
    assert (first.step, first.finished, first.interrupted) == (3, False, signal.SIGTERM)
    second = train(made(), request(halves))
    assert (second.step, second.finished) == (6, True)
    assert_same(weights(tmp_path / "whole"), weights(halves))


@pytest.mark.parametrize("first", OPTIMIZERS)
def test_a_run_can_go_on_with_the_other_optimizer(tmp_path: Path, toy_stage: MakeStage, first: str) -> None:
    (other,) = set(OPTIMIZERS) - {first}
    for optimizer, steps in ((first, 2), (other, 4)):
        stage = toy_stage("listener")
        stage.settings = replace(stage.settings, optimizer=optimizer)
        assert train(stage, request(tmp_path, steps=steps)).step == steps
    kept = {key.rpartition("/")[2] for key in weights(tmp_path) if key.startswith("optimizer/")}
    assert ("momentum" in kept) == (other == "muon")


def test_a_worker_process_changes_nothing(tmp_path: Path, toy_stage: MakeStage) -> None:
    train(toy_stage("listener"), request(tmp_path / "here", steps=2))
    train(toy_stage("listener"), request(tmp_path / "there", steps=2, workers=1))
    assert_same(weights(tmp_path / "here"), weights(tmp_path / "there"))


@pytest.mark.parametrize("workers", [0, 1])
def test_what_a_user_can_mend_is_told_as_such_from_a_worker_too(tmp_path: Path, workers: int) -> None:
    with pytest.raises(UserError, match=r"^the songs are silent; name other --data$"):
        train(Silent(), request(tmp_path, workers=workers))


def test_another_seed_gives_another_run(tmp_path: Path, toy_stage: MakeStage) -> None:
    train(toy_stage("listener"), request(tmp_path / "one", steps=1))
    train(toy_stage("listener", seed=1), request(tmp_path / "two", steps=1, seed=1))
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert not torch.equal(one["weights/trunk_in.weight"], two["weights/trunk_in.weight"])


def test_the_loop_learns_a_line_and_its_average_follows(tmp_path: Path) -> None:
    report = train(Line(), request(tmp_path, steps=300))
    assert report.metrics["weight"] == pytest.approx(2.0, abs=0.05)


def test_a_step_that_is_not_finite_is_skipped_and_counted(tmp_path: Path) -> None:
    report = train(Line(poisoned=frozenset({1, 4})), request(tmp_path, steps=6))
    assert report.skipped == 2
    assert all(bool(torch.isfinite(value).all()) for value in weights(tmp_path).values())


def test_a_run_that_has_blown_up_ends_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not finite"):
        train(Line(poisoned=frozenset(range(1000))), request(tmp_path, steps=1000))
    assert not checkpoints.exists(tmp_path)
    assert MAX_SKIPPED_IN_A_ROW < 1000


def test_ctrl_c_leaves_a_checkpoint(tmp_path: Path) -> None:
    def act(step: int) -> None:
        if step == 1:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    report = train(Line(act=act), request(tmp_path, steps=1000))
    assert report.interrupted == signal.SIGINT
    assert checkpoints.read(tmp_path).state["step"] == 2
    assert signal.getsignal(signal.SIGINT) is before


class SteadyClock:
    """A clock by which everything takes as long on a busy machine as on an idle one."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 0.01
        return self.seconds


def test_a_run_of_minutes_ends_in_time_with_its_rate_at_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.loop.time", SteadyClock())
    report = train(Line(), request(tmp_path, steps=None, minutes=0.2))
    assert report.finished
    assert 6 < report.seconds < 12
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    rates = [line["learning_rate"] for line in lines if line["kind"] == "train"]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.001 * rates[0]


def test_a_paused_run_goes_on_along_the_schedule_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.loop.time", SteadyClock())
    first = train(Line(), request(tmp_path, steps=None, minutes=0.2, pause_minutes=0.1))
    assert not first.finished
    assert first.interrupted is None
    second = train(Line(), request(tmp_path, steps=None, minutes=0.2))
    assert second.finished
    assert first.seconds < second.seconds < 12
    assert first.step < second.step


def test_a_finished_run_is_not_trained_on(tmp_path: Path) -> None:
    train(Line(), request(tmp_path, steps=3))
    before = weights(tmp_path)
    assert train(Line(), request(tmp_path, steps=3)).step == 3
    assert_same(before, weights(tmp_path))


def test_a_run_needs_exactly_one_end(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        train(Line(), request(tmp_path, steps=None))
    with pytest.raises(UserError):
        train(Line(), request(tmp_path, minutes=1.0))


def steps_told(run: Path, kind: str) -> list[int]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line["step"] for line in lines if line["kind"] == kind]


def test_every_step_is_told_once_however_often_a_run_was_killed(tmp_path: Path) -> None:
    train(Line(), request(tmp_path, steps=10))
    with (tmp_path / "metrics.jsonl").open("a") as lines:
        lines.writelines(f'{{"kind": "train", "step": {step}, "loss": 1.0}}\n' for step in (11, 12))
        lines.write('{"kind": "train", "st')  # killed here, and the last checkpoint is of step 10
    train(Line(), request(tmp_path, steps=14))
    assert steps_told(tmp_path, "train") == list(range(1, 15))
    assert steps_told(tmp_path, "validation") == [0, 10, 14]


def test_what_was_told_of_a_run_that_left_no_checkpoint_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"kind": "train", "step": 7, "loss": 1.0}\n')
    train(Line(), request(tmp_path, steps=2))
    assert steps_told(tmp_path, "train") == [1, 2]


def test_a_figure_that_is_no_number_is_null_where_it_is_told_and_missing_where_it_is_kept(tmp_path: Path) -> None:
    stage = Line()
    stage.evaluate = lambda network, device: {"weight": 1.0, "beats_f": math.nan}  # type: ignore[method-assign]
    train(stage, request(tmp_path, steps=1))
    text = (tmp_path / "metrics.jsonl").read_text() + (tmp_path / "state.json").read_text()
    assert "NaN" not in text and '"beats_f": null' in text
    assert checkpoints.read(tmp_path).state["metrics"] == {"weight": 1.0}


def test_what_a_resume_does_differently_is_said_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(Line(), request(tmp_path, steps=3, data={"paths": ["songs"]}))
    assert not checkpoints.read(tmp_path).state["changes"]
    stage = Line()
    stage.settings = replace(stage.settings, learning_rate=0.01)
    train(stage, request(tmp_path, steps=6, seed=4, data={"paths": ["songs"]}, quiet=False))
    (change,) = checkpoints.read(tmp_path).state["changes"]
    assert change == {"step": 3, "learning_rate": [0.1, 0.01], "seed": [0, 4]}
    assert "goes on from step 3 with learning_rate 0.1 -> 0.01, seed 0 -> 4" in capsys.readouterr().err


def test_two_trainings_do_not_share_a_folder(tmp_path: Path) -> None:
    def begin_another(step: int) -> None:
        if step == 2:
            with pytest.raises(UserError, match="another training writes"):
                train(Line(), request(tmp_path / "run"))

    assert train(Line(act=begin_another), request(tmp_path / "run")).step == 6
    assert train(Line(), request(tmp_path / "run", steps=8)).step == 8, "it is free again"


def test_a_run_that_comes_to_nothing_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        train(Line(), request(tmp_path / "run", init_from=tmp_path / "nothing"))
    assert not (tmp_path / "run").exists()


def test_a_folder_of_another_stage_is_refused(tmp_path: Path, toy_stage: MakeStage) -> None:
    train(toy_stage("listener"), request(tmp_path, steps=1))
    with pytest.raises(UserError, match="another stage"):
        train(toy_stage("renderer"), request(tmp_path, steps=1))


def test_weights_of_another_run_can_be_begun_from(tmp_path: Path, toy_stage: MakeStage) -> None:
    train(toy_stage("listener"), request(tmp_path / "old", steps=2))
    poisoned = toy_stage("listener", seed=5)
    train(poisoned, request(tmp_path / "new", steps=1, seed=5, init_from=tmp_path / "old"))
    old, new = weights(tmp_path / "old"), weights(tmp_path / "new")
    name = "trunk_in.weight"
    assert float((old[f"ema/{name}"] - new[f"weights/{name}"]).abs().max()) < 0.01
    assert checkpoints.read(tmp_path / "new").state["step"] == 1


def test_a_run_that_began_from_nothing_does_not_pass_for_one_from_a_model(tmp_path: Path) -> None:
    train(Line(), request(tmp_path / "first", steps=1))
    train(Line(), request(tmp_path / "second", steps=1))
    with pytest.raises(UserError, match="began from nothing"):
        train(Line(), request(tmp_path / "second", steps=2, init_from=tmp_path / "first"))


def test_what_does_not_fit_of_the_weights_to_begin_with_is_said(
    tmp_path: Path, toy_stage: MakeStage, capsys: pytest.CaptureFixture[str]
) -> None:
    train(toy_stage("listener"), request(tmp_path / "old", steps=1))
    wider = toy_stage("listener")
    wider.configuration = replace(wider.configuration, listener=replace(wider.configuration.listener, width=48))
    train(wider, request(tmp_path / "new", steps=1, init_from=tmp_path / "old", quiet=False))
    assert "tensors have other shapes" in capsys.readouterr().err


def test_a_run_remembers_the_run_whose_weights_it_began_with(tmp_path: Path) -> None:
    train(Line(), request(tmp_path / "first", steps=3))
    train(Line(), request(tmp_path / "second", steps=2, init_from=tmp_path / "first"))
    train(Line(), request(tmp_path / "second", steps=4))
    began_with = checkpoints.read(tmp_path / "second").state["began_with"]
    assert began_with["step"] == 3 and began_with["began_with"] is None
