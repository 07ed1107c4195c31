"""What all tests share: one thread for torch, and a small model that is built in a second."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import pytest
import torch

from engine.bundle import PARTS, Bundle
from engine.models.build import build_part
from engine.models.configuration import (
    AutoencoderConfiguration,
    DiffusionConfiguration,
    EmbeddingConfiguration,
    ListenerConfiguration,
    ModelConfiguration,
    RendererConfiguration,
    TextConfiguration,
    UNetConfiguration,
)
from engine.vocabulary import Vocabulary

TINY = ModelConfiguration(
    name="tiny",
    autoencoder=AutoencoderConfiguration(latent_channels=8, width=16, encoder_blocks=1, decoder_blocks=1),
    text=TextConfiguration(kind="hash", channels=16, max_tokens=16),
    unet=UNetConfiguration(channels=(16, 16), blocks=(1, 1), head_channels=8, chunk_frames=20),
    diffusion=DiffusionConfiguration(sample_steps=2),
    listener=ListenerConfiguration(width=16, blocks=1),
    renderer=RendererConfiguration(width=16, blocks=1),
    embedding=EmbeddingConfiguration(width=16, blocks=1, channels=8),
)


def pytest_configure(config: pytest.Config) -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A whole model of random, seeded networks: it edits badly, but as fast and as exactly as any."""
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny")


def write_tiny_bundle(folder: Path, configuration: ModelConfiguration = TINY) -> Bundle:
    vocabulary = Vocabulary.default()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        parts = {name: build_part(name, configuration, vocabulary) for name in PARTS}
        # Outputs that start at zero would make every instruction a no-op.
        for network in parts.values():
            for parameter in network.parameters():
                if not parameter.any():
                    torch.nn.init.normal_(parameter, std=0.02)
    return Bundle.write(folder, configuration, vocabulary, parts, {"made by": "tests"}, {"remove": {"si_sdr": 1.25}})
