from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training import checkpoints
from training.loop import RunRequest, train
from training.stages.base import Stage

MakeStage = Callable[..., Stage]


def test_what_is_asked_for_is_part_of_the_source(toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("renderer")
    rng = np.random.default_rng(0)
    absent = 0
    for step in range(20):
        batch = stage.batch(step)
        assert batch["query"].sum(dim=1).min() >= 1
        for source, selected in zip(batch["source"], batch["selected"], strict=True):
            if not selected.any():
                absent += 1
            else:
                assert float((source - selected).square().mean()) < float(source.square().mean()) + 1e-6
    assert 1 <= absent <= 20
    assert rng is not None


def test_a_silent_mix_gives_finite_gradients(toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("renderer")
    network = stage.build()
    batch = {key: torch.zeros_like(value) if key != "query" else value for key, value in stage.batch(0).items()}
    loss, _ = stage.loss(network, batch, torch.Generator())
    loss.backward()
    assert bool(torch.isfinite(loss))
    gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
    assert all(bool(torch.isfinite(gradient).all()) for gradient in gradients)


def test_the_post_filter_is_trained_where_an_autoencoder_is_given(tmp_path: Path, toy_stage: MakeStage) -> None:
    options: Any = {"steps": 2, "device": "cpu", "workers": 0, "quiet": True}
    train(toy_stage("autoencoder"), RunRequest(run=tmp_path / "autoencoder", **options))
    stage = toy_stage("renderer", runs={"autoencoder": tmp_path / "autoencoder"})
    report = train(stage, RunRequest(run=tmp_path / "renderer", **options))
    assert {"extract", "extract_unedited", "remove", "remove_unedited", "decoded", "refined"} <= set(report.metrics)
    trained = checkpoints.load_part(tmp_path / "renderer", "renderer").state_dict()
    assert float(trained["refine_out.bias"].abs().max()) > 0
