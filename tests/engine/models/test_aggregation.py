"""Multi-scale aggregation gives each U-Net level a map of the source at its own resolution."""

from __future__ import annotations

import pytest
import torch

from engine.models.aggregation import ResBlock, SourceEncoder


@pytest.mark.parametrize(("rows", "dimensions"), [(1, 1), (4, 2)])
def test_each_level_gets_its_own_resolution(rows: int, dimensions: int) -> None:
    encoder = SourceEncoder(3, (8, 12, 16), (1, 1, 2), dimensions)
    maps = encoder(torch.randn(2, rows, 37, 3))
    heights = [rows, max(rows // 2, 1), max(rows // 4, 1)]
    assert [tuple(m.shape) for m in maps] == [
        (2, heights[0], 37, 8),
        (2, heights[1], 19, 12),
        (2, heights[2], 10, 16),
    ]


def test_every_level_hears_the_source() -> None:
    encoder = SourceEncoder(3, (8, 12), (1, 1), 1)
    x = torch.randn(1, 1, 16, 3, generator=torch.Generator().manual_seed(0))
    for one, two in zip(encoder(x), encoder(x.flip(2)), strict=True):
        assert not torch.allclose(one, two, atol=1e-3)


def test_a_residual_block_starts_as_its_shortcut() -> None:
    x = torch.randn(1, 1, 9, 8)
    assert torch.equal(ResBlock(8, 8, 1, 4)(x, torch.randn(1, 4)), x)


def test_a_frame_does_not_depend_on_the_length_of_the_clip() -> None:
    encoder = SourceEncoder(3, (8, 12), (1, 1), 1)
    x = torch.randn(1, 1, 64, 3, generator=torch.Generator().manual_seed(0))
    for long, short in zip(encoder(x), encoder(x[:, :, :32]), strict=True):
        assert torch.allclose(long[:, :, :8], short[:, :, :8], atol=1e-5)
