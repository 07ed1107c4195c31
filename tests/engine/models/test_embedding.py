"""The joint music-text embedding."""

from __future__ import annotations

import torch

from engine.models.configuration import EmbeddingConfiguration
from engine.models.embedding import MusicTextEmbedding, contrastive_loss

TINY = EmbeddingConfiguration(width=16, blocks=2, channels=8)


def test_both_sides_are_unit_vectors_of_one_space() -> None:
    net = MusicTextEmbedding(TINY, latent_channels=4, text_channels=6)
    music = net.music(torch.randn(3, 4, 17))
    language = net.language(torch.randn(3, 5, 6), torch.ones(3, 5, dtype=torch.bool))
    assert music.shape == language.shape == (3, 8)
    for vectors in (music, language):
        assert torch.allclose(vectors.norm(dim=-1), torch.ones(3), atol=1e-5)
    distance = net.distance(torch.randn(3, 4, 17), language)
    assert distance.shape == (3,)
    assert (distance >= 0).all()
    assert (distance <= 4.001).all()


def test_masked_words_do_not_matter() -> None:
    net = MusicTextEmbedding(TINY, 4, 6)
    states, mask = torch.randn(1, 5, 6), torch.tensor([[True, True, False, False, False]])
    assert torch.allclose(net.language(states, mask), net.language(states[:, :2], mask[:, :2]), atol=1e-6)


def test_right_pairs_cost_less_than_wrong_ones() -> None:
    vectors = torch.eye(4)
    assert contrastive_loss(vectors, vectors) < 0.01
    assert contrastive_loss(vectors, vectors.roll(1, 0)) > 5


def test_clips_that_share_a_text_are_not_each_others_wrong_answers() -> None:
    vectors = torch.eye(4)[[0, 0, 1, 2]]
    groups = torch.tensor([0, 0, 1, 2])
    told = contrastive_loss(vectors, vectors, 0.07, groups)
    # Two equally right answers are told apart by nobody: log 2 for half of the batch is the floor.
    assert torch.allclose(told, torch.log(torch.tensor(2.0)) / 2, atol=0.01)


def test_it_learns_which_text_belongs_to_which_music() -> None:
    torch.manual_seed(0)
    net = MusicTextEmbedding(TINY, 4, 6)
    generator = torch.Generator().manual_seed(0)
    kinds = torch.randn(3, 4, 1, generator=generator)
    words = torch.randn(3, 2, 6, generator=generator)
    mask = torch.ones(3, 2, dtype=torch.bool)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(60):
        loss = net.loss(kinds + 0.3 * torch.randn(3, 4, 12, generator=generator), words, mask)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    unseen = kinds + 0.3 * torch.randn(3, 4, 20, generator=generator)
    scores = net.music(unseen) @ net.language(words, mask).t()
    assert scores.argmax(1).tolist() == [0, 1, 2]
