"""The chunk transformer's promises: nothing lost, nothing leaked, sight of 3K/2 frames, linear cost."""

from __future__ import annotations

from typing import TypeVar

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.models.chunk_transformer import (
    ChunkAttention,
    ChunkTransformer,
    attend,
    chunk_count,
    fuse,
    padding_mask,
    segment,
)

Layer = TypeVar("Layer", bound=torch.nn.Module)


def awake(module: Layer, seed: int = 0) -> Layer:
    """New layers add nothing by design; this gives every weight a value that shows."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2)
    return module.eval()


@given(frames=st.integers(1, 70), half=st.integers(1, 12))
def test_fusing_what_was_segmented_gives_it_back(frames: int, half: int) -> None:
    x = torch.randn(2, frames, 3, generator=torch.Generator().manual_seed(frames))
    assert torch.allclose(fuse(segment(x, 2 * half), frames), x, atol=1e-6)


@given(frames=st.integers(1, 70), half=st.integers(1, 12))
def test_fusion_weights_sum_to_one(frames: int, half: int) -> None:
    ones = torch.ones_like(segment(torch.ones(1, frames, 1), 2 * half))
    assert torch.allclose(fuse(ones, frames), torch.ones(1, frames, 1), atol=1e-6)


def test_chunks_overlap_by_half() -> None:
    chunks = segment(torch.arange(12.0).view(1, 12, 1), 6)[0, :, :, 0]
    assert chunks.tolist() == [[0, 1, 2, 3, 4, 5], [3, 4, 5, 6, 7, 8], [6, 7, 8, 9, 10, 11]]


def test_the_mask_marks_exactly_the_padding() -> None:
    mask = padding_mask(14, 8, torch.device("cpu"))
    assert mask is not None
    assert mask.tolist() == [[True] * 8, [True] * 8, [True] * 6 + [False] * 2]
    assert padding_mask(16, 8, torch.device("cpu")) is None
    assert padding_mask(5, 8, torch.device("cpu")) is None


def test_cost_is_linear_in_length() -> None:
    chunk = 200
    cost = [chunk_count(frames, chunk) * chunk**2 for frames in (10_000, 20_000, 40_000)]
    assert cost[1] / cost[0] == pytest.approx(2, rel=0.02)
    assert cost[2] / cost[1] == pytest.approx(2, rel=0.02)
    assert cost[2] <= 2 * 40_000 * chunk
    assert chunk_count(40_000, 0) == 1


def test_a_frame_sees_three_halves_of_a_chunk_and_no_further() -> None:
    attention = awake(ChunkAttention(8, 8, 4, chunk=8))
    x = torch.randn(1, 40, 8, generator=torch.Generator().manual_seed(1), requires_grad=True)
    frame = 18
    attention(x, x)[0, frame].sum().backward()
    assert x.grad is not None
    seen = x.grad[0].abs().sum(-1).nonzero().flatten().tolist()
    # Frame 18 lies in chunks [12, 20) and [16, 24).
    assert seen == list(range(12, 24))


def test_full_attention_sees_everything() -> None:
    attention = awake(ChunkAttention(8, 8, 4, chunk=0))
    x = torch.randn(1, 40, 8, generator=torch.Generator().manual_seed(1), requires_grad=True)
    attention(x, x)[0, 18].sum().backward()
    assert x.grad is not None
    assert (x.grad[0].abs().sum(-1) > 0).all()


def test_padding_never_leaks() -> None:
    attention = awake(ChunkAttention(8, 8, 4, chunk=8))
    x = torch.randn(1, 14, 8, generator=torch.Generator().manual_seed(1))
    result = attention(x, x)
    # The last chunk alone, without padding, must say the same about its frames.
    alone = attention.attention(x[:, 8:], x[:, 8:], None, positions=True)
    assert torch.allclose(result[:, 12:], alone[:, 4:], atol=1e-5)


def test_attention_does_not_depend_on_where_the_music_lies() -> None:
    attention = awake(ChunkAttention(8, 8, 4, chunk=8))
    x = torch.randn(1, 48, 8, generator=torch.Generator().manual_seed(1))
    shifted = attention(x[:, 8:], x[:, 8:])
    assert torch.allclose(attention(x, x)[:, 16:], shifted[:, 8:], atol=1e-5)


def test_training_and_inference_attend_alike() -> None:
    generator = torch.Generator().manual_seed(0)
    query, key, value = (torch.randn(2, 2, 6, 8, generator=generator) for _ in range(3))
    mask = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])[:, None, None]
    with torch.no_grad():
        inferred = attend(query, key, value, mask)
    trained = attend(query.requires_grad_(), key, value, mask)
    assert torch.allclose(inferred, trained, atol=1e-6)


def test_masked_words_do_not_matter() -> None:
    layer = awake(ChunkTransformer(8, 6, 4, 8))
    generator = torch.Generator().manual_seed(0)
    x, text = torch.randn(1, 20, 8, generator=generator), torch.randn(1, 5, 6, generator=generator)
    mask = torch.tensor([[True, True, True, False, False]])
    other = text.clone()
    other[:, 3:] = 9
    assert torch.allclose(layer(x, text, mask), layer(x, other, mask), atol=1e-6)
    other[:, 0] = 9
    assert not torch.allclose(layer(x, text, mask), layer(x, other, mask), atol=1e-3)


def test_the_source_changes_a_layer_of_the_down_path() -> None:
    layer = awake(ChunkTransformer(8, 6, 4, 8, source_channels=8))
    generator = torch.Generator().manual_seed(0)
    x, text = torch.randn(1, 20, 8, generator=generator), torch.randn(1, 5, 6, generator=generator)
    one = layer(x, text, None, torch.zeros(1, 20, 8))
    two = layer(x, text, None, torch.ones(1, 20, 8))
    assert not torch.allclose(one, two, atol=1e-3)
    with pytest.raises(ValueError, match="features of the source"):
        layer(x, text)


def test_a_chunk_that_cannot_be_halved_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap by half"):
        ChunkAttention(8, 8, 4, chunk=7)
