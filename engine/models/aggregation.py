"""Multi-scale aggregation: the source music seen at every resolution of the U-Net.

Layout of pictures here and in the U-Net: (B, R, T, C), channels last. R rows are the latent channels
when latents are one picture (`dimensions=2`, paper) and 1 when they are channels of a sequence.
Channels-last Linear layers and convolutions are several times faster than Conv1d on a CPU in bfloat16,
and keeping T next to C makes the backward pass of a 1 x 3 convolution five times faster than that of a 3 x 1.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Convolution(nn.Conv2d):
    """A convolution over (B, R, T, C): three frames wide, and three rows high if there are rows."""

    def __init__(self, inputs: int, outputs: int, dimensions: int, stride: int = 1) -> None:
        rows = 3 if dimensions == 2 else 1
        super().__init__(
            inputs,
            outputs,
            (rows, 3),
            stride=(stride if dimensions == 2 else 1, stride),
            padding=(rows // 2, 1),
        )
        self.weight.data = self.weight.data.contiguous(memory_format=torch.channels_last)

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class ResBlock(nn.Module):
    """Norm, SiLU, convolution, twice, around a shortcut; the diffusion time scales and shifts the second norm.

    The norm is over the channels of one frame (LayerNorm), where Stable Diffusion's GroupNorm takes its
    statistics over the whole clip. So a frame's result does not depend on how long the clip is, which
    is what lets a model of 10 s clips run on a song, window by window. Parameters are as many.
    """

    def __init__(self, inputs: int, outputs: int, dimensions: int, time_channels: int = 0) -> None:
        super().__init__()
        self.norm_in = nn.LayerNorm(inputs)
        self.conv_in = Convolution(inputs, outputs, dimensions)
        self.time = nn.Linear(time_channels, 2 * outputs) if time_channels else None
        self.norm_out = nn.LayerNorm(outputs)
        self.conv_out = Convolution(outputs, outputs, dimensions)
        self.shortcut = nn.Linear(inputs, outputs) if inputs != outputs else None
        nn.init.zeros_(self.conv_out.weight)
        if self.conv_out.bias is not None:
            nn.init.zeros_(self.conv_out.bias)

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        """x: (B, R, T, inputs), time: (B, time_channels), already through SiLU -> (B, R, T, outputs)."""
        h = self.norm_out(self.conv_in(F.silu(self.norm_in(x))))
        if self.time is not None and time is not None:
            scale, shift = self.time(time)[:, None, None].to(h.dtype).chunk(2, dim=-1)
            h = torch.addcmul(shift, h, 1 + scale)
        h = self.conv_out(F.silu(h))
        return h + (x if self.shortcut is None else self.shortcut(x))


class SourceEncoder(nn.Module):
    """The multi-layer convolutional encoder of z_s: one map of features per U-Net level."""

    def __init__(self, inputs: int, channels: tuple[int, ...], blocks: tuple[int, ...], dimensions: int) -> None:
        super().__init__()
        self.conv_in = Convolution(inputs, channels[0], dimensions)
        self.levels = nn.ModuleList()
        self.down = nn.ModuleList()
        before = channels[0]
        for width, count in zip(channels, blocks, strict=True):
            widths = [before] + [width] * count
            pairs = zip(widths[:-1], widths[1:], strict=True)
            self.levels.append(nn.Sequential(*(ResBlock(a, b, dimensions) for a, b in pairs)))
            before = width
        for width in channels[:-1]:
            self.down.append(Convolution(width, width, dimensions, stride=2))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for width in channels)

    def forward(self, source: Tensor) -> list[Tensor]:
        """source: (B, R, T, inputs) -> per level (B, R_i, T_i, channels[i]), halved from level to level."""
        x = self.conv_in(source)
        features = []
        for index, (level, norm) in enumerate(zip(self.levels, self.norms, strict=True)):
            x = level(x)
            features.append(norm(x))
            if index < len(self.down):
                x = self.down[index](x)
        return features
