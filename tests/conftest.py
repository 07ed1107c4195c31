"""What all tests share: one thread for torch, and a small model that is built in a second."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.bundle import Bundle
from engine.models.build import build_part
from engine.models.configuration import (
    AutoencoderConfiguration,
    DiffusionConfiguration,
    EmbeddingConfiguration,
    ListenerConfiguration,
    ModelConfiguration,
    RendererConfiguration,
    SynthesizerConfiguration,
    TaggerConfiguration,
    TextConfiguration,
    UNetConfiguration,
)
from engine.score import LOWEST_KEY
from engine.vocabulary import Vocabulary

TINY = ModelConfiguration(
    name="tiny",
    autoencoder=AutoencoderConfiguration(latent_channels=8, width=16, encoder_blocks=1, decoder_blocks=1),
    text=TextConfiguration(kind="hash", channels=16, max_tokens=16),
    unet=UNetConfiguration(channels=(16, 16), blocks=(1, 1), head_channels=8, chunk_frames=20),
    diffusion=DiffusionConfiguration(sample_steps=2),
    listener=ListenerConfiguration(width=16, blocks=1, channels=(8, 16), key_blocks=(1, 1)),
    tagger=TaggerConfiguration(width=2),
    renderer=RendererConfiguration(bands=32, channels=(8, 16), blocks=(1, 1), refine_width=16),
    embedding=EmbeddingConfiguration(width=16, blocks=1, channels=8),
)

TINY_SCORE = replace(
    TINY,
    name="tiny-score",
    unet=replace(TINY.unet, space="score", state=("added",)),
    diffusion=DiffusionConfiguration(objective="binary_flow", shift=3.0, guidance_scale=1.0, sample_steps=2),
    synthesizer=SynthesizerConfiguration(timbres=20, kits=1, embedding=4, width=8, blocks=1, partials=8, bands=8),
)


def pytest_configure(config: pytest.Config) -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A whole model of random, seeded networks: it edits badly, but as fast and as exactly as any."""
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def score_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The same for a model that writes notes and plays them: it writes many, and each instrument has a timbre."""
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny-score", TINY_SCORE)


def write_tiny_bundle(folder: Path, configuration: ModelConfiguration = TINY) -> Bundle:
    vocabulary = Vocabulary.default()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        parts = {name: build_part(name, configuration, vocabulary) for name in configuration.parts}
        # Outputs that start at zero would make every instruction a no-op.
        for network in parts.values():
            for parameter in network.parameters():
                if not parameter.any():
                    torch.nn.init.normal_(parameter, std=0.02)
        if "synthesizer" in parts:
            _give_timbres(parts["synthesizer"], len(vocabulary.instruments))
            _quieten(parts["unet"])
    return Bundle.write(folder, configuration, vocabulary, parts, {"made by": "tests"}, {"remove": {"si_sdr": 1.25}})


def _quieten(unet: torch.nn.Module) -> None:
    """Random networks play half of all keys; a chord and a kick are enough."""
    habit = unet.get_parameter("habit")
    with torch.no_grad():
        habit.fill_(-20)
        habit[..., [key - LOWEST_KEY for key in (36, 60, 64)]] = 3.5
        for layer in ("strike", "key_out"):
            unet.get_parameter(f"{layer}.weight").mul_(0.1)


def _give_timbres(synthesizer: torch.nn.Module, instruments: int) -> None:
    owner = synthesizer.get_buffer("owner")
    owner[:instruments] = torch.arange(instruments)
    synthesizer.get_buffer("drum_known").fill_(True)
    synthesizer.get_buffer("centre").fill_(-30.0)
