"""A U-Net over bands and frames: who plays, and where in the spectrum.

Bands are as wide as a bin at first and a fixed share of an octave (of 160 bands a 26th) above: a chord moved up is
the same picture moved up, and convolutions know it wherever it lies. They are dense and 3 x 3, which processors of
today do in bfloat16 at full speed.

Shapes: B batch, t frames, b bands, C channels; channels last in memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NORM_CHANNELS = 16
"""Channels that are normalised together."""


def band_centres(bands: int, bin_hertz: float, highest: float) -> Tensor:
    """(bands,) Hertz, from one bin up to `highest`: a bin apart, and where that is less, a fixed ratio apart."""

    def centres(ratio: float) -> list[float]:
        found = [bin_hertz]
        while len(found) < bands:
            found.append(max(found[-1] + bin_hertz, found[-1] * ratio))
        return found

    low, high = 1.0, 2.0
    for _ in range(50):
        ratio = (low + high) / 2
        low, high = (ratio, high) if centres(ratio)[-1] < highest else (low, ratio)
    return torch.tensor(centres(low))


class ResidualBlock(nn.Module):
    """Two convolutions on normalised features. x: (B, C, t, b) -> the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(max(1, channels // NORM_CHANNELS), channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.gain = nn.Parameter(torch.full((channels, 1, 1), 0.3))

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(F.gelu(self.first(self.norm(x))))
        return torch.addcmul(x.to(y.dtype), y, self.gain.to(y.dtype))


class Gathering(nn.Module):
    """Tells every place what was heard in all of the clip: who plays at all. x: (B, C, t, b) -> the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(2 * channels, channels)
        self.out = nn.Linear(channels, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean(dim=2)
        heard = torch.cat([means.mean(dim=-1), means.amax(dim=-1)], dim=1)
        return x + self.out(F.gelu(self.hidden(heard)))[:, :, None, None].to(x.dtype)


class BandUNet(nn.Module):
    """(B, inputs, t, b) -> (B, outputs, t, b). t may be anything; b is divisible by 2 ** (levels - 1)."""

    def __init__(self, inputs: int, outputs: int, bands: int, channels: Sequence[int], blocks: Sequence[int]) -> None:
        super().__init__()
        if len(channels) != len(blocks) or bands % 2 ** (len(channels) - 1):
            raise ValueError(f"{bands} bands, {list(channels)} channels and {list(blocks)} blocks do not go together")
        self.stride = 2 ** len(channels)
        """Frames that the lowest level sees as one."""
        self.place = nn.Parameter(0.02 * torch.randn(channels[0], 1, bands))
        # Two frames are one at the highest level already: what is finer goes around, with the bins themselves.
        self.into = nn.Conv2d(2 * inputs, channels[0], 3, padding=1)
        self.down = nn.ModuleList(_blocks(width, count) for width, count in zip(channels[:-1], blocks, strict=False))
        steps = list(zip(channels, channels[1:], strict=False))
        self.smaller = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.middle = nn.ModuleList(ResidualBlock(channels[-1]) for _ in range(blocks[-1]))
        self.gathering = nn.ModuleList(Gathering(channels[-1]) for _ in range(blocks[-1]))
        self.larger = nn.ModuleList(nn.Conv2d(coarse, 4 * fine, 1) for fine, coarse in steps)
        self.up = nn.ModuleList(_blocks(width, count) for width, count in zip(channels[:-1], blocks, strict=False))
        self.out = nn.Conv2d(channels[0], 2 * outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        frames = x.shape[2]
        x = F.pad(x, (0, 0, 0, -frames % self.stride), mode="constant")
        x = x.unflatten(2, (-1, 2)).movedim(3, 2).flatten(1, 2).contiguous(memory_format=torch.channels_last)
        x = self.into(x)
        x = x + self.place.to(x.dtype)
        kept: list[Tensor] = []
        for blocks, smaller in zip(self.down, self.smaller, strict=True):
            x = blocks(x)
            kept.append(x)
            x = smaller(x)
        for block, gathering in zip(self.middle, self.gathering, strict=True):
            x = block(gathering(x))
        for blocks, larger in zip(reversed(self.up), reversed(self.larger), strict=True):
            x = blocks(kept.pop() + F.pixel_shuffle(larger(x), 2))
        x = self.out(x)
        return x.unflatten(1, (-1, 2)).movedim(2, 3).flatten(2, 3)[:, :, :frames]


def _blocks(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(ResidualBlock(channels) for _ in range(count)))
