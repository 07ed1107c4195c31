from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training import checkpoints
from training.loop import RunRequest, train
from training.losses import magnitude_loss
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


def test_the_loss_is_that_of_the_complex_spectra(toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("renderer")
    torch.manual_seed(0)
    network: Any = stage.build()
    batch = stage.batch(0)
    _, values = stage.loss(network, batch, torch.Generator())

    spectrum, wanted = network.stft(batch["source"]), network.stft(batch["selected"])
    taken = network.mask_spectrum(spectrum, batch["query"]) * spectrum
    error = (taken - wanted).abs().square().mean(dim=(1, 2)) / spectrum.abs().square().mean(dim=(1, 2))
    assert float(values["error_db"]) == pytest.approx(float(10 * torch.log10(error + 3e-4).mean()), abs=0.05)
    level = spectrum.abs()
    magnitude = magnitude_loss(taken.abs(), wanted.abs(), level)
    magnitude += magnitude_loss((spectrum - taken).abs(), (spectrum - wanted).abs(), level)
    assert float(values["magnitude"]) == pytest.approx(float(magnitude), rel=1e-3)


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
    trained = checkpoints.load_part(tmp_path / "renderer").state_dict()
    assert float(trained["refine_out.bias"].abs().max()) > 0
