"""The autoencoder that we ship: a spectrogram in, ConvNeXt at frame rate, an inverse transform out.

Shapes: B batch, T samples at 24 kHz, F = T / 480 frames, C latent channels.

    audio (B, 1, T) -> frames (B, F, 1920) -+-> linear ------------------------+-> raw latents (B, C, F)
                                            +-> spectrum -> ConvNeXt -> linear +
    raw latents (B, C, F) -+-> linear ------------------------------------+-> frames -> overlap-add
                           +-> linear -> ConvNeXt -> spectrum -> inverse -+

Latents are meant to be linear (arXiv 2510.23530): decode(g1 z1 + g2 z2) = g1 x1 + g2 x2. The gains hold
by construction (blocks.HomogeneousConvNeXt, no bias on the residual stream); sums are learnt. The
linear paths start as a modified discrete cosine transform of the lowest bands, so that the waveform
there, which carries most of music's energy, is right before the first step of training.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.grid import SAMPLE_RATE
from engine.models.blocks import HomogeneousConvNeXt
from engine.models.configuration import AutoencoderConfiguration
from engine.models.spectral import frame_block, join_blocks

LINEAR_SHARE = 0.75
"""Share of the latent channels that start as waveform, from 0 Hz up; the rest is free for what lies above."""
_CARRIED = 0.7
"""Length of what a path has of a cosine of length 1: 0.9 to 1 after training of its own, 0.3 of the next one."""


@runtime_checkable
class Autoencoder(Protocol):
    """What the diffusion, the editor and training need from either autoencoder."""

    latent_channels: int
    samples_per_frame: int
    latent_mean: Tensor
    latent_std: Tensor

    def encode(self, audio: Tensor) -> Tensor: ...

    def decode(self, latents: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class LatentDistribution:
    """A Gaussian around the encoder's answer. mean: (B, C, F); std: one number for all."""

    mean: Tensor
    std: float

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        noise = torch.randn(self.mean.shape, generator=generator, device=self.mean.device, dtype=self.mean.dtype)
        return self.mean + self.std * noise

    def kl(self) -> Tensor:
        """Divergence from the standard normal per value, up to a constant: it only holds the scale."""
        return 0.5 * self.mean.square().mean()


def build_autoencoder(config: AutoencoderConfiguration) -> Autoencoder:
    """The network that the configuration names."""
    if config.kind == "spectral":
        return SpectralAutoencoder(config)
    from engine.models.waveform_autoencoder import WaveformAutoencoder

    return WaveformAutoencoder(config)


class SpectralAutoencoder(nn.Module):
    """Encodes 24 kHz mono to 50 latent frames a second and back. See the module for the paths."""

    latent_mean: Tensor
    latent_std: Tensor
    window: Tensor
    equalizer: Tensor

    def __init__(self, config: AutoencoderConfiguration) -> None:
        super().__init__()
        self.latent_channels = config.latent_channels
        self.samples_per_frame = config.samples_per_frame
        self.fft_size = config.fft_size
        width, bins = config.width, config.fft_size // 2 + 1

        self.register_buffer("latent_mean", torch.zeros(config.latent_channels))
        self.register_buffer("latent_std", torch.ones(config.latent_channels))
        self.register_buffer("window", torch.hann_window(config.fft_size), persistent=False)
        # Music falls by some 25 dB from 200 Hz to 12 kHz; the network sees and predicts it flat.
        hertz = torch.arange(bins) * SAMPLE_RATE / config.fft_size
        equalizer = (1 + hertz / 200) ** 0.7 * config.fft_size**-0.5
        self.register_buffer("equalizer", equalizer[:, None], persistent=False)

        basis = _cosine_basis(config.latent_channels, config.fft_size, config.samples_per_frame)
        self.linear_in = nn.Parameter(basis.t().contiguous())
        self.linear_out = nn.Parameter(basis.clone())

        self.encoder_in = nn.Linear(2 * bins, width, bias=False)
        self.encoder = nn.Sequential(*(HomogeneousConvNeXt(width) for _ in range(config.encoder_blocks)))
        self.encoder_out = nn.Linear(width, config.latent_channels, bias=False)
        self.decoder_in = nn.Linear(config.latent_channels, width, bias=False)
        self.decoder = nn.Sequential(*(HomogeneousConvNeXt(width) for _ in range(config.decoder_blocks)))
        self.decoder_out = nn.Linear(width, 2 * bins, bias=False)
        nn.init.normal_(self.encoder_out.weight, std=0.1 * width**-0.5)
        nn.init.normal_(self.decoder_out.weight, std=0.1 * width**-0.5)

    def encode(self, audio: Tensor) -> Tensor:
        """(B, 1, T) -> normalised latents (B, C, F); T is padded with silence to whole frames."""
        return (self.encode_raw(audio) - self.latent_mean[:, None]) / self.latent_std[:, None]

    def decode(self, latents: Tensor) -> Tensor:
        """Normalised latents (B, C, F) -> (B, 1, F * 480)."""
        return self.decode_raw(latents * self.latent_std[:, None] + self.latent_mean[:, None])

    def encode_raw(self, audio: Tensor) -> Tensor:
        """(B, 1, T) -> latents before normalisation (B, C, F). Silence is exactly zero."""
        audio = audio[:, 0]
        audio = F.pad(audio, (0, -audio.shape[-1] % self.samples_per_frame))
        with torch.autocast(audio.device.type, enabled=False):
            frames = frame_block(audio.float(), self.fft_size, self.samples_per_frame)
            linear = frames @ self.linear_in
            spectrum = torch.view_as_real(torch.fft.rfft(frames * self.window))
            spectrum = (spectrum * self.equalizer).flatten(-2)
        y = self.encoder_out(self.encoder(self.encoder_in(spectrum)))
        return (linear + y.float()).transpose(1, 2)

    def encode_distribution(self, audio: Tensor, std: float = 0.02) -> LatentDistribution:
        """The raw latents with the noise that training adds, so that near latents sound alike."""
        return LatentDistribution(self.encode_raw(audio), std)

    def decode_raw(self, latents: Tensor) -> Tensor:
        """Latents before normalisation (B, C, F) -> (B, 1, F * 480)."""
        z = latents.transpose(1, 2)
        y = self.decoder_out(self.decoder(self.decoder_in(z)))
        with torch.autocast(z.device.type, enabled=False):
            spectrum = torch.view_as_complex(y.float().unflatten(-1, (-1, 2)) / self.equalizer)
            # Hann windows squared, four to a frame, sum to 3/2.
            frames = torch.fft.irfft(spectrum, n=self.fft_size) * (self.window / 1.5)
            frames = frames + z.float() @ self.linear_out
            return join_blocks(frames, self.samples_per_frame).unsqueeze(1)

    @torch.no_grad()
    def widened(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The weights of an autoencoder with as many latent channels as this or fewer, and otherwise like it, as this
        one's. The new channels are the next cosines of the linear paths; the network need no longer guess those."""
        mine = {name: value.clone() for name, value in self.state_dict().items()}
        old = weights["linear_in"].shape[1]
        first, count = self._cosines_in(weights["linear_in"]), self.latent_channels - old
        for name, value in weights.items():
            mine[name][tuple(slice(size) for size in value.shape)] = value
        if count:
            cosines = _cosines(first + count, self.fft_size, self.samples_per_frame)[first:]
            mine["linear_in"][:, old:] = cosines.t()
            mine["linear_out"][old:] = cosines
            for name in ("encoder_out.weight", "decoder_in.weight"):
                rows = mine[name] if name.startswith("encoder") else mine[name].t()
                rows[old:] = 0
            bins = self.fft_size // (2 * self.samples_per_frame)  # of the decoder's spectrum, to a cosine
            mine["decoder_out.weight"].unflatten(0, (-1, 2))[bins * first : bins * (first + count)] = 0
        return mine

    def _cosines_in(self, linear: Tensor) -> int:
        """How many of the lowest cosines a linear path (size, channels) carries: one that was widened has more than
        LINEAR_SHARE, and training has turned them."""
        span = torch.linalg.qr(linear.float()).Q
        limit = min(linear.shape[1], self.samples_per_frame)
        carried = (_cosines(limit, self.fft_size, self.samples_per_frame) @ span).norm(dim=1)
        lost = (carried < _CARRIED).nonzero()
        return int(lost[0]) if len(lost) else limit

    @torch.no_grad()
    def measure_latents(self, batches: Iterable[Tensor]) -> None:
        """Sets latent_std from batches of audio (B, 1, T), so that normalised latents have unit variance.

        The mean stays zero on purpose: silence is the zero latent, and sums and differences of normalised
        latents are then sums and differences of sounds. Raises ValueError where there is no batch.
        """
        total = torch.zeros_like(self.latent_std, dtype=torch.float64)
        count = 0
        for audio in batches:
            latents = self.encode_raw(audio)
            total += latents.double().square().sum(dim=(0, 2))
            count += latents.shape[0] * latents.shape[2]
        if not count:
            raise ValueError("latents cannot be measured without a batch")
        self.latent_mean.zero_()
        self.latent_std.copy_((total / count).sqrt().clamp_min(1e-4))


def _cosine_basis(channels: int, size: int, hop: int) -> Tensor:
    """(channels, size): the lowest functions of an orthonormal MDCT (Princen and Bradley 1986) with a sine
    window of two hops, in the middle of a frame; its overlap-add reconstructs. The last quarter of
    the channels starts near zero."""
    taken = max(1, round(channels * LINEAR_SHARE))
    basis = 1e-3 * torch.randn(channels, size, generator=torch.Generator().manual_seed(0))
    basis[:taken] = _cosines(taken, size, hop)
    return basis


def _cosines(count: int, size: int, hop: int) -> Tensor:
    """(count, size): the lowest functions of the transform, each half of a frame's rate wide. Raises ValueError where a
    frame has no room for them."""
    n = torch.arange(2 * hop, dtype=torch.float64) + 0.5
    k = torch.arange(count, dtype=torch.float64)[:, None] + 0.5
    functions = math.sqrt(2 / hop) * torch.sin(math.pi * n / (2 * hop)) * torch.cos(math.pi / hop * (n + hop / 2) * k)
    start = (size - 2 * hop) // 2
    if start < 0:
        raise ValueError(f"fft_size {size} is below two frames of {hop} samples")
    basis = torch.zeros(count, size)
    basis[:, start : start + 2 * hop] = functions.float()
    return basis
