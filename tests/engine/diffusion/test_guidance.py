"""Guidance: Eq. 4 at its fixed points, and Eq. 5-6 in the direction that helps."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.diffusion.condition import Condition
from engine.diffusion.guidance import ClassifierFreeGuidance, ClassifierGuidance
from engine.models.configuration import EmbeddingConfiguration
from engine.models.embedding import MusicTextEmbedding
from engine.models.text import TextEmbedding

NULL = TextEmbedding(torch.zeros(1, 1, 6), torch.ones(1, 1, dtype=torch.bool))
CONDITION = Condition(torch.full((2, 4, 9), 3.0), torch.ones(2, 2, 6), torch.ones(2, 2, dtype=torch.bool))


class Network:
    """Predicts the mean of its words plus its source, so that each part shows; with or without sigmas."""

    def __init__(self, sigmas: bool = False) -> None:
        self.sigmas = sigmas
        self.batches: list[int] = []

    def __call__(
        self, state: Tensor, time: Tensor, source: Tensor, text: Tensor, text_mask: Tensor, chords: Tensor | None
    ) -> Tensor:
        self.batches.append(len(state))
        words = (text.mean(-1) * text_mask).sum(1) / text_mask.sum(1)
        prediction = source + words[:, None, None]
        return torch.cat([prediction, prediction], dim=1) if self.sigmas else prediction


@pytest.mark.parametrize(("scale", "expected", "batch"), [(1, 4.0, 2), (0, 3.0, 2), (2.5, 5.5, 4)])
def test_equation_four(scale: float, expected: float, batch: int) -> None:
    network = Network()
    prediction = ClassifierFreeGuidance(network, NULL, scale)(torch.zeros(2, 4, 9), 500.0, CONDITION)
    # The source, 3, is in both branches and is not amplified; the text, 1, is.
    assert torch.allclose(prediction, torch.full((2, 4, 9), expected))
    assert network.batches == [batch]


@pytest.mark.parametrize("scale", [1, 2])
def test_learnt_sigmas_are_left_out(scale: float) -> None:
    prediction = ClassifierFreeGuidance(Network(sigmas=True), NULL, scale)(torch.zeros(2, 4, 9), 1.0, CONDITION)
    assert prediction.shape == (2, 4, 9)


@pytest.fixture
def embedding() -> MusicTextEmbedding:
    torch.manual_seed(0)
    return MusicTextEmbedding(EmbeddingConfiguration(width=16, blocks=2, channels=8), 4, 6).eval()


def test_classifier_guidance_brings_music_nearer_to_the_text(embedding: MusicTextEmbedding) -> None:
    text = TextEmbedding(torch.randn(2, 3, 6), torch.ones(2, 3, dtype=torch.bool))
    guidance = ClassifierGuidance(embedding, text, scale=0.5, latent_channels=4)
    clean = torch.randn(2, 8, 40)
    distances = []
    moved = clean
    with torch.no_grad():
        for _ in range(10):
            distances.append(embedding.distance(moved[:, :4], guidance.language).sum().item())
            moved = guidance(moved)
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < distances[0]
    assert torch.equal(moved[:, 4:], clean[:, 4:])
    assert not moved.requires_grad


def test_no_classifier_guidance_costs_nothing(embedding: MusicTextEmbedding) -> None:
    text = TextEmbedding(torch.randn(1, 3, 6), torch.ones(1, 3, dtype=torch.bool))
    clean = torch.randn(1, 4, 10)
    assert ClassifierGuidance(embedding, text, scale=0, latent_channels=4)(clean) is clean
