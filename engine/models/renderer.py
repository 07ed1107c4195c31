"""The renderer: carries an edit to the user's own samples.

It says of every bin of the source's spectrogram which instrument it belongs to, as shares that sum to one. The mask
of an edit is the sum of the shares of what was asked for: so remove is x - M x and extract is M x, and the two add up
to the source exactly. Who asks for an instrument makes it likelier that it plays: `asked_odds`. `refine` cleans the
decoded stem that an edit adds.

Shapes: B batch, T samples at 24 kHz, N instruments, K = 1025 bins, t = ceil(T / 480) + 1 frames.
The grid of every mask: bin k is k * 24000 / 2048 Hertz, frame t is centred on sample t * 480 (of 24 kHz).
Whoever renders at another sample rate interpolates the mask in Hertz and seconds.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.grid import SAMPLE_RATE
from engine.models.band_unet import BandUNet, band_centres
from engine.models.blocks import ConvNeXt, GroupLinear
from engine.models.configuration import RendererConfiguration
from engine.models.spectral import istft, stft, triangles
from engine.models.wiener import multichannel_wiener

GROUP_BINS = 16
"""Bins that share one small mask network, as in band-split models (Luo and Yu 2023): 188 Hz."""
GROUP_CHANNELS = 32
BAND_CHANNELS = 16
"""Of what the trunk says of each band."""
MARGIN_BINS = 4
"""A group sees its neighbours so far: a partial on its edge must not be cut in two."""
HIDDEN = 128
REFINE_BLOCKS = 3
FLOOR = 1e-3


class Renderer(nn.Module):
    """Shares of all instruments at once: a training example teaches every one that sounds in it, and every one that
    does not."""

    window: Tensor
    to_bands: Tensor
    from_bands: Tensor
    near: Tensor
    asked_odds: Tensor
    """(N,): nepers by which the odds of each instrument rise where it is asked for (training.calibration)."""

    def __init__(self, config: RendererConfiguration, instruments: int, latent_channels: int) -> None:
        super().__init__()
        self.fft_size, self.hop = config.fft_size, config.hop
        self.bins = config.fft_size // 2 + 1
        if config.fft_size % (2 * GROUP_BINS):
            raise ValueError(f"fft_size {config.fft_size} is no multiple of {2 * GROUP_BINS}")
        self.groups = config.fft_size // 2 // GROUP_BINS
        self.classes = instruments + 1
        """The instruments, and what is none of them."""
        self.register_buffer("window", torch.hann_window(config.fft_size), persistent=False)
        self.register_buffer("asked_odds", torch.zeros(instruments))
        # Weights from before there were odds are those of a renderer that has none.
        self.register_load_state_dict_pre_hook(_without_odds)

        bin_hertz = SAMPLE_RATE / config.fft_size
        centres = band_centres(config.bands, bin_hertz, SAMPLE_RATE / 2)
        shapes = triangles(centres, self.bins - 1, bin_hertz)
        self.register_buffer("to_bands", shapes / shapes.sum(dim=0).clamp_min(1e-6), persistent=False)
        self.register_buffer("from_bands", shapes / shapes.sum(dim=1, keepdim=True).clamp_min(1e-6), persistent=False)
        # A group looks at the bands around it: where notes lie close, one for each of its bins.
        middle = (torch.arange(self.groups) + 0.5) * GROUP_BINS * bin_hertz
        nearest = (centres[None] - middle[:, None]).abs().argmin(dim=1)
        first = (nearest - GROUP_BINS // 2).clamp(0, config.bands - GROUP_BINS)
        self.register_buffer("near", first[:, None] + torch.arange(GROUP_BINS), persistent=False)

        self.trunk = BandUNet(1, BAND_CHANNELS, config.bands, config.channels, config.blocks)
        self.share_out = nn.Linear(BAND_CHANNELS, self.classes)
        # The fine structure goes around the trunk, which knows bands and no bins.
        self.group_in = GroupLinear(self.groups, 3 * (GROUP_BINS + 2 * MARGIN_BINS), GROUP_CHANNELS)
        self.group_hidden = GroupLinear(self.groups, GROUP_BINS * BAND_CHANNELS + GROUP_CHANNELS, HIDDEN)
        self.group_out = GroupLinear(self.groups, HIDDEN, GROUP_BINS * self.classes)

        self.cleans = latent_channels > 0
        """Whether it has a `refine`: where no latents are decoded there is nothing to clean."""
        if not self.cleans:
            return
        width = config.refine_width
        self.refine_in = nn.Linear(2 * self.bins + latent_channels, width)
        self.refine_trunk = nn.ModuleList(ConvNeXt(width, dilation=2**index) for index in range(REFINE_BLOCKS))
        self.refine_out = nn.Linear(width, self.bins)
        # An untrained post-filter changes nothing: 2 sigmoid(0) = 1.
        nn.init.zeros_(self.refine_out.weight)
        nn.init.zeros_(self.refine_out.bias)

    def stft(self, audio: Tensor) -> Tensor:
        """(B, T) -> complex (B, K, t). In float32 whatever the precision around it."""
        return stft(audio, self.fft_size, self.hop, self.window)

    def istft(self, spectrum: Tensor, samples: int) -> Tensor:
        """Complex (B, K, t) -> (B, samples)."""
        return istft(spectrum, self.fft_size, self.hop, self.window, samples)

    def apply_mask(self, mask: Tensor, audio: Tensor) -> Tensor:
        """M x: mask (B, K, t) on the audio's own spectrogram, (B, T) -> (B, T)."""
        return self.istft(self.stft(audio) * mask.float(), audio.shape[-1])

    def select(self, audio: Tensor, query: Tensor, extra_odds: float = 0.0) -> Tensor:
        """The part of the audio that is the queried instruments.

        audio: (B, T); query: (B, N), 1 for each instrument asked for; extra_odds: natural logarithm of the odds by
        which those are likelier than `asked_odds` makes them -> mask (B, K, t) in [0, 1].
        Deterministic in its arguments; an empty query selects exactly nothing.
        """
        return self.mask(self.log_shares(self.features(self.stft(audio))), query, extra_odds)

    def select_stereo(self, channels: Tensor, query: Tensor, extra_odds: float = 0.0) -> Tensor:
        """The same between two channels: (2, T) and query (N,) -> filters (2, 2, K, t), see engine.models.wiener."""
        spectrum = self.stft(channels)
        shares = self.log_shares(self.features(spectrum.mean(dim=0, keepdim=True)))[0].exp()
        with torch.autocast(channels.device.type, enabled=False):
            odds = query * (self.asked_odds + extra_odds)
            if odds.any():
                raised = F.pad(odds.exp(), (0, 1), value=1.0)[:, None]
                shares = shares * raised
                shares = shares / shares.sum(dim=1, keepdim=True)
            filters = multichannel_wiener(shares, spectrum[:, :-1], F.pad(query, (0, 1)) > 0)
        return F.pad(filters, (0, 0, 0, 1), mode="replicate")

    def mask(self, log_shares: Tensor, query: Tensor, extra_odds: float = 0.0) -> Tensor:
        """What `log_shares` give the queried instruments (B, N): (B, K, t) in [0, 1]."""
        example, asked = query.nonzero(as_tuple=True)
        nothing = log_shares.new_zeros((query.shape[0], log_shares.shape[1], self.bins - 1))
        shares = log_shares.transpose(1, 2)[example, asked].exp()
        mask = nothing.index_add(0, example, shares).clamp_max(1)
        odds = self.asked_odds[asked] + extra_odds
        if odds.any():
            raised = nothing.index_add(0, example, shares * odds.exp()[:, None, None])
            mask = raised / (1 + raised - mask)  # what was not asked for keeps its proportions
        # The highest bin, at half the sampling rate, goes with the one below it.
        return F.pad(mask, (0, 1), mode="replicate").transpose(1, 2)

    def features(self, spectrum: Tensor) -> tuple[Tensor, Tensor]:
        """What is known of each frame: complex (B, K, t) -> of its bands (B, t, bands, channels), and of the bins in
        each group (B, t, groups, channels)."""
        magnitudes = spectrum.abs()
        bands = torch.matmul(magnitudes[:, :-1].transpose(1, 2), self.to_bands)
        x = self.trunk(_log_level(bands)[:, None])
        return x.permute(0, 2, 3, 1), self.group_in(self._groups(_log_level(magnitudes)))

    def log_shares(self, features: tuple[Tensor, Tensor]) -> Tensor:
        """Logarithms of the shares of all classes in any frames: float32 (B, t, N + 1, K - 1). The last class is
        anything else. Classes stand before bins, so that a softmax over them runs along whole vector registers."""
        bands, groups = features
        near = bands[:, :, self.near.flatten()].unflatten(2, self.near.shape).flatten(-2)
        fine = self.group_out(F.gelu(self.group_hidden(torch.cat([near, groups.to(near.dtype)], dim=-1))))
        fine = fine.unflatten(-1, (self.classes, GROUP_BINS)).transpose(2, 3).flatten(-2)
        # Rows at once: a matrix of stacks would be copied for each.
        rows = self.share_out(bands).transpose(-1, -2).reshape(-1, bands.shape[2])
        coarse = F.linear(rows, self.from_bands).view(fine.shape)
        return (fine + coarse).float().log_softmax(dim=2)

    def refine(self, audio: Tensor, added: Tensor, added_latents: Tensor) -> Tensor:
        """Cleans the decoded stem by a gain of 0 to 2 on each of its bins.

        audio: (B, T) source; added: (B, T) decoded stem; added_latents: (B, C, F), F = ceil(T / 480) -> (B, T).
        Only of a renderer that `cleans`.
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


def _without_odds(module: nn.Module, state: dict[str, Tensor], prefix: str, *_: object) -> None:
    state.setdefault(f"{prefix}asked_odds", torch.zeros_like(module.asked_odds))  # type: ignore[arg-type]


def _log_level(magnitudes: Tensor) -> Tensor:
    """Log magnitudes relative to the clip's own level, about zero mean and unit spread; silence is constant."""
    magnitudes = magnitudes.float()
    level = magnitudes.square().mean(dim=(1, 2), keepdim=True).sqrt()
    return (torch.log(magnitudes / (level + 1e-6) + FLOOR) + 3) / 2.5
