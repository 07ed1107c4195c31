"""The denoising U-Net of InstructME (Figure 3, Table 9).

Down and up levels: ResBlocks, then chunk transformers that attend to the text. The features of the source
enter the transformers of the down path; chords are attended to in the bottleneck, and nowhere else.
Pictures are (B, R, T, C), see engine.models.aggregation.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.aggregation import Convolution, ResBlock, SourceEncoder
from engine.models.chunk_transformer import ChunkTransformer
from engine.models.configuration import UNetConfiguration


class TimeEmbedding(nn.Module):
    """Diffusion time (B,), 0 to 1000, as sines of many speeds through a small network -> (B, 4 * channels)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.layers = nn.Sequential(
            nn.Linear(channels, 4 * channels), nn.SiLU(), nn.Linear(4 * channels, 4 * channels), nn.SiLU()
        )

    def forward(self, time: Tensor) -> Tensor:
        half = self.channels // 2
        speed = torch.exp(torch.arange(half, device=time.device, dtype=torch.float32) * (-math.log(10_000) / half))
        angle = time.float()[:, None] * speed
        return self.layers(torch.cat([angle.cos(), angle.sin()], dim=-1))


class Context:
    """What the blocks look at in one forward pass."""

    def __init__(self, time: Tensor, text: Tensor, text_mask: Tensor, rows: int) -> None:
        self.time = time
        self.text = text
        self.text_mask = text_mask
        self.rows = rows

    def text_for(self, rows: int) -> tuple[Tensor, Tensor]:
        """Text and mask once per row: rows are attended to one by one, as further examples."""
        if rows == 1:
            return self.text, self.text_mask
        return self.text.repeat_interleave(rows, 0), self.text_mask.repeat_interleave(rows, 0)


def _transform(layers: nn.ModuleList, x: Tensor, context: Context, source: Tensor | None = None) -> Tensor:
    """Chunk transformers along time. Rows are folded into the batch; the convolutions mix them."""
    batch, rows = x.shape[:2]
    text, mask = context.text_for(rows)
    x = x.flatten(0, 1)
    flat = None if source is None else source.flatten(0, 1)
    for layer in layers:
        x = layer(x, text, mask, flat)
    return x.unflatten(0, (batch, rows))


class DownLevel(nn.Module):
    """ResBlocks, chunk transformers that merge in the source, and halving of the resolution."""

    def __init__(
        self, inputs: int, outputs: int, blocks: int, layers: nn.ModuleList, time_channels: int, dimensions: int
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            ResBlock(inputs if index == 0 else outputs, outputs, dimensions, time_channels) for index in range(blocks)
        )
        self.transformers = layers
        self.down = Convolution(outputs, outputs, dimensions, stride=2)

    def forward(self, x: Tensor, context: Context, source: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        """-> what goes down, and what is kept for the up path: the input and the output of each block."""
        skips = [x]
        for block in self.blocks:
            x = block(x, context.time)
            skips.append(x)
        x = skips[-1] = _transform(self.transformers, x, context, source)
        return self.down(x), skips


class UpLevel(nn.Module):
    """Doubling of the resolution, one ResBlock per kept feature map of the down path, chunk transformers."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        skips: list[int],
        layers: nn.ModuleList,
        time_channels: int,
        dimensions: int,
    ) -> None:
        super().__init__()
        self.up = Convolution(inputs, inputs, dimensions)
        widths = [inputs] + [outputs] * (len(skips) - 1)
        self.blocks = nn.ModuleList(
            ResBlock(width + skip, outputs, dimensions, time_channels)
            for width, skip in zip(widths, reversed(skips), strict=True)
        )
        self.transformers = layers

    def forward(self, x: Tensor, context: Context, skips: list[Tensor]) -> Tensor:
        rows, frames = skips[-1].shape[1:3]
        if rows > x.shape[1]:
            x = x.repeat_interleave(2, 1)
        # Halving rounds up, so the copy can be one frame longer than what it came from.
        x = self.up(x.repeat_interleave(2, 2)[:, :rows, :frames])
        for block, skip in zip(self.blocks, reversed(skips), strict=True):
            x = block(torch.cat([x, skip], dim=-1), context.time)
        return _transform(self.transformers, x, context)


class Bottleneck(nn.Module):
    """ResBlock, chunk transformer, ResBlock. Chords p are seen here only (Eq. 3); without them, the text is.

    The semantic space of a diffusion model lies in its bottleneck, and harmony is what should move there.
    """

    def __init__(
        self, channels: int, text_channels: int, chord_classes: int, time_channels: int, config: UNetConfiguration
    ) -> None:
        super().__init__()
        self.block_in = ResBlock(channels, channels, config.dimensions, time_channels)
        self.chords = nn.Linear(chord_classes, channels) if config.chords else None
        self.transformers = nn.ModuleList(
            ChunkTransformer(
                channels,
                channels if config.chords else text_channels,
                config.head_channels,
                config.chunk_frames,
                chords=config.chords,
            )
            for _ in range(config.depth)
        )
        self.block_out = ResBlock(channels, channels, config.dimensions, time_channels)

    def forward(self, x: Tensor, context: Context, chords: Tensor | None) -> Tensor:
        x = self.block_in(x, context.time)
        if self.chords is None:
            x = _transform(self.transformers, x, context)
        else:
            if chords is None:
                raise ValueError("this U-Net is conditioned on chords, and none were given")
            batch, rows, frames = x.shape[:3]
            # Chords come at their own rate; the mean over a bottleneck frame is the share of each chord in it.
            probabilities = F.adaptive_avg_pool1d(chords, frames).transpose(1, 2)
            harmony = self.chords(probabilities).repeat_interleave(rows, 0)
            x = x.flatten(0, 1)
            for layer in self.transformers:
                x = layer(x, harmony)
            x = x.unflatten(0, (batch, rows))
        return self.block_out(x, context.time)


class UNet(nn.Module):
    """Predicts noise or velocity of the sampled state from (time, text, chords, source, noisy state).

    With `dimensions=2` latents are one picture of T frames by C rows (paper: one channel in, and two out
    when sigma is learned). Both axes are halved at each of the levels, C = 4 rows only until one is left, so that
    the bottleneck is a plain sequence of frames, as in the paper's h of d_h by T_h. With `dimensions=1` latents
    are the channels of a sequence, which is one row from the start.
    """

    def __init__(
        self,
        config: UNetConfiguration,
        latent_channels: int,
        text_channels: int,
        chord_classes: int,
        source_channels: int | None = None,
        out_channels: int | None = None,
    ) -> None:
        """`source_channels`: of what the source is given as, where that is not z_s; `out_channels`: where they are not
        the state's. Both in 1-D only."""
        super().__init__()
        self.config = config
        self.latent_channels = latent_channels
        self.source_channels = source_channels
        self.state_channels = len(config.state) * latent_channels
        self.out_channels = out_channels or self.state_channels * (2 if config.learn_sigma else 1)
        dimensions, widths = config.dimensions, config.channels
        # Pictures in and out: one per named latent in 2-D, one channel per latent channel in 1-D.
        unit = 1 if dimensions == 2 else latent_channels
        source_unit = source_channels or unit
        joined = config.source == "concatenation"
        time_channels = 4 * widths[0]

        def layers(width: int, source_channels: int = 0) -> nn.ModuleList:
            # z_s merges into the first layer's input; from there on it is in the residual stream.
            return nn.ModuleList(
                ChunkTransformer(
                    width,
                    text_channels,
                    config.head_channels,
                    config.chunk_frames,
                    source_channels=0 if index else source_channels,
                )
                for index in range(config.depth)
            )

        self.time = TimeEmbedding(widths[0])
        self.conv_in = Convolution(len(config.state) * unit + joined * source_unit, widths[0], dimensions)
        self.source = None
        if not joined:
            # Half of a level's ResBlocks are enough for features that no noise hides.
            self.source = SourceEncoder(source_unit, widths, tuple((n + 1) // 2 for n in config.blocks), dimensions)
        self.down = nn.ModuleList()
        self.up = nn.ModuleList()
        before = widths[0]
        for width, count in zip(widths, config.blocks, strict=True):
            merged = layers(width, 0 if joined else width)
            self.down.append(DownLevel(before, width, count, merged, time_channels, dimensions))
            before = width
        self.bottleneck = Bottleneck(before, text_channels, chord_classes, time_channels, config)
        for index in reversed(range(len(widths))):
            width = widths[index]
            skips = [widths[max(index - 1, 0)]] + [width] * config.blocks[index]
            self.up.append(UpLevel(before, width, skips, layers(width), time_channels, dimensions))
            before = width
        self.norm_out = nn.LayerNorm(before)
        self.conv_out = Convolution(before, out_channels or self.out_channels // latent_channels * unit, dimensions)
        nn.init.zeros_(self.conv_out.weight)
        if self.conv_out.bias is not None:
            nn.init.zeros_(self.conv_out.bias)

    def forward(
        self, state: Tensor, time: Tensor, source: Tensor, text: Tensor, text_mask: Tensor, chords: Tensor | None
    ) -> Tensor:
        """One evaluation, at any number F of frames.

        state: (B, S * C, F) noisy latents, S of them side by side. time: (B,), 0 to 1000. source: (B, C, F), z_s, or
        (B, source_channels, F).
        text: (B, L, D) and text_mask (B, L) bool. chords: (B, classes, F') probabilities, F' any rate.
        Returns (B, out_channels, F): the prediction, and with learn_sigma as many channels of sigma after it.
        """
        pictures = self._picture(state)
        context = Context(self.time(time), text, text_mask, pictures.shape[1])
        features: list[Tensor] | list[None]
        if self.source is None:
            pictures = torch.cat([pictures, self._seen(source)], dim=-1)
            features = [None] * len(self.down)
        else:
            features = self.source(self._seen(source))
        x = self.conv_in(pictures)
        kept = []
        for level, feature in zip(self.down, features, strict=True):
            x, skips = level(x, context, feature)
            kept.append(skips)
        x = self.bottleneck(x, context, chords)
        for level in self.up:
            x = level(x, context, kept.pop())
        x = self.conv_out(F.silu(self.norm_out(x)))
        # (B, R, F, channels) -> channels by rows, flattened: latent after latent, then their sigmas.
        return x.permute(0, 3, 1, 2).flatten(1, 2)

    def _picture(self, latents: Tensor) -> Tensor:
        """(B, n * C, F) -> (B, R, F, channels)."""
        rows = self.latent_channels if self.config.dimensions == 2 else 1
        return latents.unflatten(1, (-1, rows)).permute(0, 2, 3, 1)

    def _seen(self, source: Tensor) -> Tensor:
        """The source as pictures: what is no latent is one row of channels."""
        return source.transpose(1, 2)[:, None] if self.source_channels else self._picture(source)
