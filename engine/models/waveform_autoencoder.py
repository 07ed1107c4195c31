"""The paper's autoencoder: a convolutional VAE straight on the waveform (Table 7).

Shapes: B batch, T samples at 24 kHz, F = T / r frames, C latent channels; r = 4 * 4 * 3 * 2 = 96 and C = 4.

How Table 7 is read. It gives the channels after each block, 16 to 128 down and 384 to 48 up, and 69.8 M parameters
without the discriminator (which has no row in it). "4 stacked ResNet-style convolutional 1D blocks" is one
block per rate: residual units at the block's full resolution side and a strided convolution of twice its rate. A
down block halves first and then has its units; an up block has its units first, at the channels that it is given
(768 = 2 * 384 at the latents), and then doubles. Six units of two 7-wide convolutions, dilated by 1, 3 and 9 in turn,
give 69.5 M; nearly all of it is in the decoder, at low rates, where it is cheap.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.configuration import AutoencoderConfiguration

KERNEL = 7
DILATIONS = (1, 3, 9)


@dataclass(frozen=True)
class DiagonalGaussian:
    """The posterior q(z | x), before normalisation. mean and log_variance: (B, C, F)."""

    mean: Tensor
    log_variance: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        noise = torch.randn(self.mean.shape, generator=generator, device=self.mean.device, dtype=self.mean.dtype)
        return self.mean + (0.5 * self.log_variance).exp() * noise

    def kl(self) -> Tensor:
        """L_kl of Eq. 11: divergence from the standard normal, the mean over all values."""
        return 0.5 * (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance).mean()


class ResidualUnit(nn.Module):
    """Two convolutions around a shortcut (He et al. 2016), the first one dilated. (B, C, T) -> (B, C, T)."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(channels, channels, KERNEL, padding=dilation * (KERNEL // 2), dilation=dilation)
        self.second = nn.Conv1d(channels, channels, KERNEL, padding=KERNEL // 2)
        # Half a dozen units a block add up; each starts small so that their sum starts tame.
        nn.init.normal_(self.second.weight, std=0.1 / math.sqrt(channels * KERNEL))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.leaky_relu(self.first(F.leaky_relu(x, 0.1)), 0.1))


def _units(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(ResidualUnit(channels, DILATIONS[index % len(DILATIONS)]) for index in range(count)))


class DownBlock(nn.Module):
    """(B, inputs, T) -> (B, outputs, T / rate)."""

    def __init__(self, inputs: int, outputs: int, rate: int, units: int) -> None:
        super().__init__()
        self.rate = rate
        self.down = nn.Conv1d(inputs, outputs, 2 * rate, stride=rate)
        self.units = _units(outputs, units)

    def forward(self, x: Tensor) -> Tensor:
        left = self.rate // 2
        return self.units(self.down(F.pad(F.leaky_relu(x, 0.1), (left, self.rate - left))))


class UpBlock(nn.Module):
    """(B, inputs, T) -> (B, outputs, T * rate)."""

    def __init__(self, inputs: int, outputs: int, rate: int, units: int) -> None:
        super().__init__()
        self.rate = rate
        self.units = _units(inputs, units)
        self.up = nn.ConvTranspose1d(inputs, outputs, 2 * rate, stride=rate)

    def forward(self, x: Tensor) -> Tensor:
        frames = x.shape[-1] * self.rate
        left = self.rate // 2
        return self.up(F.leaky_relu(self.units(x), 0.1))[..., left : left + frames]


class WaveformAutoencoder(nn.Module):
    """Encoder E and decoder D of the paper, with latents normalised to unit variance for the diffusion.

    The decoder gives the waveform directly: no vocoder, and no squashing of its range, so that loud music stays linear.
    """

    latent_mean: Tensor
    latent_std: Tensor

    def __init__(self, config: AutoencoderConfiguration) -> None:
        super().__init__()
        rate = math.prod(config.down_rates)
        if rate != config.samples_per_frame:
            raise ValueError(f"down_rates make {rate} samples a frame, not {config.samples_per_frame}")
        self.latent_channels = config.latent_channels
        self.samples_per_frame = rate
        self.register_buffer("latent_mean", torch.zeros(config.latent_channels))
        self.register_buffer("latent_std", torch.ones(config.latent_channels))

        down = (config.down_channels[0] // 2, *config.down_channels)
        self.encoder_in = nn.Conv1d(1, down[0], KERNEL, padding=KERNEL // 2)
        self.encoder = nn.Sequential(
            *(
                DownBlock(before, after, r, config.encoder_blocks)
                for before, after, r in zip(down[:-1], down[1:], config.down_rates, strict=True)
            )
        )
        self.encoder_out = nn.Conv1d(down[-1], 2 * config.latent_channels, 3, padding=1)

        up = (config.width, *config.up_channels)
        self.decoder_in = nn.Conv1d(config.latent_channels, up[0], KERNEL, padding=KERNEL // 2)
        self.decoder = nn.Sequential(
            *(
                UpBlock(before, after, r, config.decoder_blocks)
                for before, after, r in zip(up[:-1], up[1:], reversed(config.down_rates), strict=True)
            )
        )
        self.decoder_out = nn.Conv1d(up[-1], 1, KERNEL, padding=KERNEL // 2)

    def encode(self, audio: Tensor) -> Tensor:
        """(B, 1, T) -> the mean of normalised latents (B, C, F); T is padded with silence to whole frames."""
        return (self.encode_raw(audio) - self.latent_mean[:, None]) / self.latent_std[:, None]

    def decode(self, latents: Tensor) -> Tensor:
        """Normalised latents (B, C, F) -> (B, 1, F * r)."""
        return self.decode_raw(latents * self.latent_std[:, None] + self.latent_mean[:, None])

    def encode_distribution(self, audio: Tensor) -> DiagonalGaussian:
        """The posterior that the VAE is trained with (Eq. 11). audio: (B, 1, T)."""
        audio = F.pad(audio, (0, -audio.shape[-1] % self.samples_per_frame))
        out = self.encoder_out(F.leaky_relu(self.encoder(self.encoder_in(audio)), 0.1)).float()
        mean, log_variance = out.chunk(2, dim=1)
        return DiagonalGaussian(mean, log_variance.clamp(-20, 5))

    def encode_raw(self, audio: Tensor) -> Tensor:
        """(B, 1, T) -> the posterior's mean before normalisation (B, C, F)."""
        return self.encode_distribution(audio).mean

    def decode_raw(self, latents: Tensor) -> Tensor:
        """Latents before normalisation (B, C, F) -> (B, 1, F * r)."""
        return self.decoder_out(F.leaky_relu(self.decoder(self.decoder_in(latents)), 0.1)).float()

    @torch.no_grad()
    def measure_latents(self, batches: Iterable[Tensor]) -> None:
        """Sets latent_mean and latent_std from batches of audio (B, 1, T); ValueError where there is none."""
        total = torch.zeros_like(self.latent_mean, dtype=torch.float64)
        square = torch.zeros_like(total)
        count = 0
        for audio in batches:
            latents = self.encode_raw(audio).double()
            total += latents.sum(dim=(0, 2))
            square += latents.square().sum(dim=(0, 2))
            count += latents.shape[0] * latents.shape[2]
        if not count:
            raise ValueError("latents cannot be measured without a batch")
        mean = total / count
        self.latent_mean.copy_(mean)
        self.latent_std.copy_((square / count - mean.square()).clamp_min(1e-8).sqrt())


class WaveformDiscriminator(nn.Module):
    """The discriminator of Eq. 11: four ResNet-style 1D blocks that judge each stretch of the waveform.

    It is of use in training only and not part of the count of Table 7. audio (B, 1, T) -> scores (B, 1, T / 256).
    """

    def __init__(self, channels: tuple[int, ...] = (32, 64, 128, 256), rate: int = 4) -> None:
        super().__init__()
        widths = (channels[0] // 2, *channels)
        self.first = nn.Conv1d(1, widths[0], 15, padding=7)
        self.blocks = nn.Sequential(*(DownBlock(a, b, rate, 1) for a, b in zip(widths[:-1], widths[1:], strict=True)))
        self.out = nn.Conv1d(widths[-1], 1, 3, padding=1)

    def forward(self, audio: Tensor) -> Tensor:
        return self.out(F.leaky_relu(self.blocks(self.first(audio)), 0.1))


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Hinge loss by which the discriminator learns; scores of real and of (detached) reconstructed audio."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def adversarial_loss(fake: Tensor) -> Tensor:
    """L_adv of Eq. 11 for the autoencoder: the discriminator's scores of reconstructed audio should rise."""
    return -fake.mean()
