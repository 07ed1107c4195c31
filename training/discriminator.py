"""A small multi-resolution spectrogram discriminator, for the last stretch of the autoencoder's training.

After UnivNet and EnCodec (Defossez et al. 2022): each resolution judges the complex spectrum by a few 2-D
convolutions. Trained with the hinge loss; the autoencoder also matches the features inside.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.spectral import stft

SIZES = (512, 1024, 2048)


class Discriminator(nn.Module):
    """audio (B, 1, T) -> for each resolution a map of scores and the features behind it."""

    def __init__(self, channels: int = 24, sizes: tuple[int, ...] = SIZES) -> None:
        super().__init__()
        self.judges = nn.ModuleList(_SpectrogramJudge(size, channels) for size in sizes)

    def forward(self, audio: Tensor) -> list[tuple[Tensor, list[Tensor]]]:
        return [judge(audio[:, 0]) for judge in self.judges]


class _SpectrogramJudge(nn.Module):
    window: Tensor

    def __init__(self, size: int, channels: int) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("window", torch.hann_window(size), persistent=False)
        strides = [(1, 2), (1, 2), (1, 2), (1, 1)]
        inputs = [2, *[channels] * (len(strides) - 1)]
        self.layers = nn.ModuleList(
            nn.utils.parametrizations.weight_norm(nn.Conv2d(count, channels, (3, 7), stride, padding=(1, 3)))
            for count, stride in zip(inputs, strides, strict=True)
        )
        self.score = nn.utils.parametrizations.weight_norm(nn.Conv2d(channels, 1, 3, padding=1))

    def forward(self, audio: Tensor) -> tuple[Tensor, list[Tensor]]:
        spectrum = stft(audio, self.size, self.size // 4, self.window) * self.size**-0.5
        x = torch.view_as_real(spectrum).permute(0, 3, 2, 1)
        features: list[Tensor] = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.1)
            features.append(x)
        return self.score(x), features


def discriminator_loss(real: list[tuple[Tensor, list[Tensor]]], fake: list[tuple[Tensor, list[Tensor]]]) -> Tensor:
    """Hinge: real above 1, fake below -1; the mean over resolutions."""
    losses = [
        F.relu(1 - wanted.float()).mean() + F.relu(1 + got.float()).mean()
        for (wanted, _), (got, _) in zip(real, fake, strict=True)
    ]
    return torch.stack(losses).mean()


def adversarial_losses(
    real: list[tuple[Tensor, list[Tensor]]], fake: list[tuple[Tensor, list[Tensor]]]
) -> tuple[Tensor, Tensor]:
    """For the autoencoder: (hinge, relative feature distance), each the mean over resolutions."""
    hinge = torch.stack([F.relu(1 - score.float()).mean() for score, _ in fake]).mean()
    distances = [
        (got.float() - wanted.detach().float()).abs().mean() / (wanted.detach().float().abs().mean() + 1e-6)
        for (_, wanted_features), (_, got_features) in zip(real, fake, strict=True)
        for wanted, got in zip(wanted_features, got_features, strict=True)
    ]
    return hinge, torch.stack(distances).mean()
