"""Blocks that the autoencoder, the listener and the renderer share.

Everything is channels last, (batch, frames, channels): a 1x1 convolution is then a Linear, which is
the one operation that processors of today do in bfloat16 at full speed.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-10
"""Under the norm's root: far below the power of audible sound, so that quiet music is still music."""


class FrameConvolution(nn.Module):
    """Depthwise convolution along time. x: (batch, frames, channels) -> the same shape."""

    def __init__(self, channels: int, kernel: int = 7, dilation: int = 1, bias: bool = True) -> None:
        super().__init__()
        padding = dilation * (kernel // 2)
        self.conv = nn.Conv1d(
            channels, channels, kernel, padding=padding, dilation=dilation, groups=channels, bias=bias
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x.transpose(1, 2)).transpose(1, 2)


class ConvNeXt(nn.Module):
    """ConvNeXt block (Liu et al. 2022, arXiv 2201.03545) over time, with FiLM where it is conditioned.

    x: (batch, frames, channels), condition: (batch, condition_channels) -> (batch, frames, channels).
    FiLM (Perez et al. 2018): the normalised features are scaled and shifted by the condition.
    """

    def __init__(
        self, channels: int, *, kernel: int = 7, dilation: int = 1, expansion: int = 3, condition_channels: int = 0
    ) -> None:
        super().__init__()
        self.time = FrameConvolution(channels, kernel, dilation)
        self.norm = nn.LayerNorm(channels)
        self.up = nn.Linear(channels, channels * expansion)
        self.down = nn.Linear(channels * expansion, channels)
        self.gain = nn.Parameter(torch.full((channels,), 0.1))
        self.film = nn.Linear(condition_channels, 2 * channels) if condition_channels else None
        if self.film is not None:
            nn.init.normal_(self.film.weight, std=0.02)
            nn.init.zeros_(self.film.bias)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        y = self.norm(self.time(x))
        if self.film is not None:
            assert condition is not None
            scale, shift = self.film(condition).to(y.dtype).unsqueeze(1).chunk(2, dim=-1)
            y = torch.addcmul(y + shift, y, scale)
        y = self.down(F.gelu(self.up(y)))
        return torch.addcmul(x.to(y.dtype), y, self.gain.to(y.dtype))


class HomogeneousConvNeXt(nn.Module):
    """A ConvNeXt block that obeys f(g x) = g f(x) for every gain g > 0.

    Each frame is normalised before the MLP and given its level back after it. A network of such
    blocks and bias-free linear maps scales with its input by construction, which is half of what
    linear latents (arXiv 2510.23530) ask for; training has only the additivity left to learn.
    x: (batch, frames, channels) -> the same shape.
    """

    def __init__(self, channels: int, *, kernel: int = 7, expansion: int = 2) -> None:
        super().__init__()
        self.time = FrameConvolution(channels, kernel, bias=False)
        self.up = nn.Linear(channels, channels * expansion)
        self.down = nn.Linear(channels * expansion, channels)
        self.gain = nn.Parameter(torch.full((channels,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.time(x)
        level = torch.linalg.vector_norm(y, dim=-1, keepdim=True, dtype=torch.float32) * y.shape[-1] ** -0.5
        y = F.layer_norm(y, y.shape[-1:], eps=EPSILON)
        y = self.down(F.gelu(self.up(y)))
        return torch.addcmul(x.to(y.dtype), y * self.gain.to(y.dtype), level.to(y.dtype))


class GroupLinear(nn.Module):
    """A Linear of its own for each group. x: (batch, frames, groups, inputs) -> (batch, frames, groups, outputs)."""

    def __init__(self, groups: int, inputs: int, outputs: int) -> None:
        super().__init__()
        bound = inputs**-0.5
        self.weight = nn.Parameter(torch.empty(groups, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(groups, 1, outputs))

    def forward(self, x: Tensor) -> Tensor:
        batch, frames, groups, inputs = x.shape
        rows = x.reshape(batch * frames, groups, inputs).transpose(0, 1)
        y = torch.matmul(rows, self.weight)
        y = y + self.bias.to(y.dtype)
        return y.transpose(0, 1).reshape(batch, frames, groups, -1)
