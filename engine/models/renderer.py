"""The renderer: carries an edit to the user's own samples.

`select` says which part of the source's spectrogram belongs to the instruments asked for, as a mask; so
remove is x - M x and extract is M x, and the two add up to the source exactly. `refine` cleans the
decoded stem that an edit adds.

Shapes: B batch, T samples at 24 kHz, N instruments, K = 1025 bins, t = ceil(T / 480) + 1 frames.
The grid of every mask: bin k is k * 24000 / 2048 Hertz, frame t is centred on sample t * 480 (of 24 kHz).
Whoever renders at another sample rate interpolates the mask in Hertz and seconds.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.blocks import ConvNeXt, GroupLinear
from engine.models.configuration import RendererConfiguration
from engine.models.spectral import istft, stft

GROUP_BINS = 16
"""Bins that share one small mask network, as in band-split models (Luo and Yu 2023): 188 Hz."""
GROUP_CHANNELS = 32
MARGIN_BINS = 4
"""A group sees its neighbours so far: a partial on its edge must not be cut in two."""
REFINE_BLOCKS = 3
FLOOR = 1e-3


class Renderer(nn.Module):
    """Masks the source by instrument, and cleans what is added."""

    window: Tensor

    def __init__(self, config: RendererConfiguration, instruments: int, latent_channels: int) -> None:
        super().__init__()
        self.fft_size, self.hop = config.fft_size, config.hop
        self.bins = config.fft_size // 2 + 1
        if config.fft_size % (2 * GROUP_BINS):
            raise ValueError(f"fft_size {config.fft_size} is no multiple of {2 * GROUP_BINS}")
        self.groups = config.fft_size // 2 // GROUP_BINS
        width, flat = config.width, self.groups * GROUP_CHANNELS
        self.register_buffer("window", torch.hann_window(config.fft_size), persistent=False)

        names = nn.Linear(instruments, width)
        # Instruments must differ from the first step on: with the usual small weights the mask learns to ignore them.
        nn.init.normal_(names.weight)
        self.query = nn.Sequential(names, nn.GELU(), nn.Linear(width, width))
        self.group_in = GroupLinear(self.groups, 3 * (GROUP_BINS + 2 * MARGIN_BINS), GROUP_CHANNELS)
        self.trunk_in = nn.Linear(flat, width)
        self.trunk = nn.ModuleList(
            ConvNeXt(width, dilation=2 ** (index % 4), condition_channels=width) for index in range(config.blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.trunk_out = nn.Linear(width, flat)
        self.group_query = nn.Linear(width, flat)
        self.group_hidden = GroupLinear(self.groups, 2 * GROUP_CHANNELS, 2 * GROUP_CHANNELS)
        self.group_out = GroupLinear(self.groups, 2 * GROUP_CHANNELS, GROUP_BINS)
        # One instrument of a band is seldom half of it.
        nn.init.constant_(self.group_out.bias, -1.0)

        refine_width = max(32, width * 2 // 3)
        self.refine_in = nn.Linear(2 * self.bins + latent_channels, refine_width)
        self.refine_trunk = nn.ModuleList(ConvNeXt(refine_width, dilation=2**index) for index in range(REFINE_BLOCKS))
        self.refine_out = nn.Linear(refine_width, self.bins)
        # An untrained post-filter changes nothing: 2 sigmoid(0) = 1.
        nn.init.zeros_(self.refine_out.weight)
        nn.init.zeros_(self.refine_out.bias)

    def stft(self, audio: Tensor) -> Tensor:
        """(B, T) -> complex (B, K, t)."""
        return stft(audio, self.fft_size, self.hop, self.window)

    def istft(self, spectrum: Tensor, samples: int) -> Tensor:
        """Complex (B, K, t) -> (B, samples)."""
        return istft(spectrum, self.fft_size, self.hop, self.window, samples)

    def apply_mask(self, mask: Tensor, audio: Tensor) -> Tensor:
        """M x: mask (B, K, t) on the audio's own spectrogram, (B, T) -> (B, T)."""
        return self.istft(self.stft(audio) * mask.float(), audio.shape[-1])

    def select(self, audio: Tensor, query: Tensor) -> Tensor:
        """The part of the audio that is the queried instruments.

        audio: (B, T); query: (B, N), 1 for each instrument asked for -> mask (B, K, t) in [0, 1].
        Deterministic in its two arguments; an empty query selects exactly nothing.
        """
        return self.mask_spectrum(self.stft(audio), query)

    def mask_spectrum(self, spectrum: Tensor, query: Tensor) -> Tensor:
        """`select` for a spectrum (B, K, t) that is there already, as in training."""
        query = query.to(self.window.dtype)
        condition = self.query(query)
        tokens = F.gelu(self.group_in(self._groups(_log_level(spectrum.abs()))))
        x = self.trunk_in(tokens.flatten(-2))
        for block in self.trunk:
            x = block(x, condition)
        x = self.trunk_out(self.norm(x)).unflatten(-1, (self.groups, GROUP_CHANNELS))
        # The fine structure goes around the trunk, which is too narrow for a thousand bins.
        gate = 1 + self.group_query(condition).unflatten(-1, (self.groups, GROUP_CHANNELS))[:, None]
        x = torch.cat([x, tokens * gate.to(tokens.dtype)], dim=-1)
        x = self.group_out(F.gelu(self.group_hidden(x))).flatten(-2)
        mask = torch.sigmoid(x.float()) * (query > 0).any(dim=-1)[:, None, None]
        return F.pad(mask, (0, 1), mode="replicate").transpose(1, 2)

    def refine(self, audio: Tensor, added: Tensor, added_latents: Tensor) -> Tensor:
        """Cleans the decoded stem by a gain of 0 to 2 on each of its bins.

        audio: (B, T) source; added: (B, T) decoded stem; added_latents: (B, C, F), F = ceil(T / 480) -> (B, T).
        """
        spectrum = self.stft(added)
        features = [_log_level(self.stft(audio).abs()), _log_level(spectrum.abs())]
        # Latent frames lie between spectrogram frames: each of these takes the mean of its two neighbours.
        latents = F.pad(added_latents.float(), (1, 1), mode="replicate")
        features.append(0.5 * (latents[..., :-1] + latents[..., 1:]))
        x = self.refine_in(torch.cat(features, dim=1).transpose(1, 2))
        for block in self.refine_trunk:
            x = block(x)
        mask = 2 * torch.sigmoid(self.refine_out(x).float())
        return self.istft(spectrum * mask.transpose(1, 2), audio.shape[-1])

    def _groups(self, magnitudes: Tensor) -> Tensor:
        """(B, K, t) -> (B, t, groups, 3 * 24): each group's bins with a margin, at the frame and its neighbours."""
        padded = F.pad(magnitudes[:, :-1], (1, 1, MARGIN_BINS, MARGIN_BINS))
        groups = padded.transpose(1, 2).unfold(-1, GROUP_BINS + 2 * MARGIN_BINS, GROUP_BINS)
        return torch.cat([groups[:, :-2], groups[:, 1:-1], groups[:, 2:]], dim=-1)


def _log_level(magnitudes: Tensor) -> Tensor:
    """Log magnitudes relative to the clip's own level, about zero mean and unit spread; silence is constant."""
    magnitudes = magnitudes.float()
    level = magnitudes.square().mean(dim=(1, 2), keepdim=True).sqrt()
    return (torch.log(magnitudes / (level + 1e-6) + FLOOR) + 3) / 2.5
