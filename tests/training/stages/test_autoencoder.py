from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from engine.models.autoencoder import SpectralAutoencoder
from training.stages.autoencoder import AutoencoderStage
from training.stages.base import Stage

MakeStage = Callable[..., Stage]


def test_examples_do_not_clip(toy_stage: MakeStage) -> None:
    audio = toy_stage("autoencoder").batch(3)["audio"]
    assert audio.shape == (2, 1, 24_000)
    assert 0 < float(audio.abs().max()) < 1


def test_the_loss_counts_round_trip_and_sums(toy_stage: MakeStage) -> None:
    stage = toy_stage("autoencoder")
    torch.manual_seed(0)
    network = stage.build()
    loss, values = stage.loss(network, stage.batch(0), torch.Generator().manual_seed(0))
    assert float(values["linear"].detach()) > 0
    loss.backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_the_judge_learns_from_its_own_loss_alone(toy_stage: MakeStage) -> None:
    stage = toy_stage("autoencoder")
    assert isinstance(stage, AutoencoderStage)
    stage.settings = replace(stage.settings, discriminator_start=1)
    network, judge = stage.build(), stage.companion
    assert judge is not None
    batch, audio = stage.batch(0), torch.from_numpy(np.zeros((1, 1, 24_000), np.float32))

    loss, values = stage.loss(network, batch, torch.Generator().manual_seed(0))
    assert "judge" not in values
    stage.step = 1
    _, values = stage.loss(network, batch, torch.Generator().manual_seed(0))
    (values["hinge"] + values["features"]).backward()
    assert all(parameter.grad is None for parameter in judge.parameters())
    values["judge"].backward()
    assert any(parameter.grad is not None for parameter in judge.parameters())
    assert judge(audio)


def test_a_run_with_fewer_latent_channels_can_be_begun_from(toy_stage: MakeStage) -> None:
    stage = toy_stage("autoencoder")
    narrow: Any = SpectralAutoencoder(replace(stage.configuration.autoencoder, latent_channels=4))
    network: Any = stage.build()
    network.load_state_dict(stage.begin_from(network, narrow.state_dict()))
    torch.testing.assert_close(network.linear_in[:, :4], narrow.linear_in)
    assert torch.allclose(network.encode_raw(torch.ones(1, 1, 960))[:, :4], narrow.encode_raw(torch.ones(1, 1, 960)))


def test_finished_latents_have_unit_variance(toy_stage: MakeStage) -> None:
    stage = toy_stage("autoencoder")
    network: Any = stage.build()
    with torch.no_grad():
        stage.finish(network, torch.device("cpu"))
        latents = network.encode(stage.validation_batches(torch.device("cpu"))[0]["audio"])
    assert torch.allclose(latents.square().mean(dim=(0, 2)), torch.ones(8), atol=0.05)


def test_validation_is_the_same_each_time(toy_stage: MakeStage) -> None:
    stage = toy_stage("autoencoder")
    network = stage.build()
    with torch.no_grad():
        first = stage.evaluate(network, torch.device("cpu"))
        assert stage.evaluate(network, torch.device("cpu")) == first
    assert set(first) == {"si_sdr", "log_spectral", "sum_si_sdr"}
