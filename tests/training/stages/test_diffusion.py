from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import UserError
from training.loop import RunRequest, train
from training.stages.base import Scene, Stage
from training.triplets import Triplet, draw

MakeStage = Callable[..., Stage]
OPTIONS: Any = {"steps": 2, "device": "cpu", "workers": 0, "quiet": True}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: tmp_path_factory.mktemp("runs") / name for name in ("autoencoder", "listener")}


@pytest.fixture
def trained(runs: dict[str, Path], toy_stage: MakeStage) -> dict[str, Path]:
    for name, run in runs.items():
        train(toy_stage(name), RunRequest(run=run, **OPTIONS))  # resumed, and so finished at once, after the first
    return runs


def test_without_an_autoencoder_it_says_what_to_do(toy_stage: MakeStage) -> None:
    with pytest.raises(UserError, match="--autoencoder"):
        toy_stage("diffusion")


def test_examples_are_triplets_with_their_words(trained: dict[str, Path], toy_stage: MakeStage) -> None:
    batch = toy_stage("diffusion", runs=trained).batch(0)
    assert batch["source"].shape == batch["target"].shape == batch["added"].shape == (2, 24_000)
    assert batch["chords"].shape == (2, 50)
    assert batch["text"].shape[:2] == batch["text_mask"].shape


def test_a_small_batch_is_not_of_the_paired_clips_alone(trained: dict[str, Path], toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("diffusion", runs=trained)
    stage.settings = replace(stage.settings, batch=1, clips=8, operations={"add": 0.5, "remix": 0.5})
    assert stage.paired == 4
    seen: list[bool] = []

    def watched(scenes: list[Scene], *rest: Any, **options: Any) -> list[Triplet]:
        seen.append(scenes[0][1] is not None)
        return draw(scenes, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.stages.diffusion.draw", watched)
        for step in range(12):
            stage.batch(step)
    assert 0 < sum(seen) < len(seen)


def test_the_state_is_the_target_beside_what_is_new(trained: dict[str, Path], toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("diffusion", runs=trained)
    stage.place(torch.device("cpu"))
    batch = stage.batch(0)
    batch["added"].zero_()
    with torch.no_grad():
        clean, condition = stage._encoded(batch)
    assert clean.shape == (2, 16, 50)
    assert float(clean[:, 8:].abs().max()) == 0  # silence is the zero latent
    assert condition.source.shape == (2, 8, 50)
    assert torch.allclose(condition.chords.sum(dim=1), torch.ones(2, 50), atol=1e-4)


def test_exact_chords_stand_in_for_a_listener(trained: dict[str, Path], toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("diffusion", runs={"autoencoder": trained["autoencoder"]})
    labels = torch.tensor([[5, -1]])
    chords = stage.hearing(torch.zeros(1, 960), labels)
    assert torch.allclose(chords.sum(dim=1), torch.ones(1, 2), atol=1e-5)
    assert int(chords[0, :, 0].argmax()) == 5
    assert float(chords[0, :, 1].max()) == pytest.approx(1 / chords.shape[1])


def test_a_run_validates_each_operation_against_doing_nothing(
    tmp_path: Path, trained: dict[str, Path], toy_stage: MakeStage
) -> None:
    report = train(toy_stage("diffusion", runs=trained), RunRequest(run=tmp_path, **OPTIONS))
    assert report.metrics["loss"] > 0
    assert any(name.endswith("_error") for name in report.metrics)
