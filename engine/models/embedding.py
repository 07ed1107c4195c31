"""A joint embedding of music and text: E_M and E_L of Eq. 5, the role that MuLan plays in the paper.

The music side hears latents instead of audio, so that guidance costs no decoding at each sampling step.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.blocks import ConvNeXt
from engine.models.configuration import EmbeddingConfiguration


class MusicEncoder(nn.Module):
    """E_M: latents (B, C, F) -> unit vectors (B, channels).

    Dilated ConvNeXt blocks, then each frame votes with a weight of its own. Any F.
    """

    def __init__(self, config: EmbeddingConfiguration, latent_channels: int) -> None:
        super().__init__()
        self.first = nn.Linear(latent_channels, config.width)
        self.blocks = nn.ModuleList(ConvNeXt(config.width, dilation=2 ** (i % 4)) for i in range(config.blocks))
        self.norm = nn.LayerNorm(config.width)
        self.vote = nn.Linear(config.width, 1)
        self.out = nn.Linear(config.width, config.channels)

    def forward(self, latents: Tensor) -> Tensor:
        x = self.first(latents.transpose(1, 2))
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        weights = self.vote(x).softmax(dim=1)
        return F.normalize(self.out((weights * x).sum(dim=1)).float(), dim=-1)


class LanguageEncoder(nn.Module):
    """E_L: a small head over the frozen text encoder's states. (B, L, D) -> unit vectors (B, channels)."""

    def __init__(self, config: EmbeddingConfiguration, text_channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(text_channels)
        self.vote = nn.Linear(text_channels, 1)
        self.hidden = nn.Linear(text_channels, config.width)
        self.out = nn.Linear(config.width, config.channels)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(states)
        weights = self.vote(x).float().masked_fill(~mask[..., None], -1e4).softmax(dim=1)
        x = F.gelu(self.hidden((weights * x).sum(dim=1)))
        return F.normalize(self.out(x).float(), dim=-1)


class MusicTextEmbedding(nn.Module):
    """Both encoders and the learnt temperature of their contrastive loss."""

    def __init__(self, config: EmbeddingConfiguration, latent_channels: int, text_channels: int) -> None:
        super().__init__()
        self.music_encoder = MusicEncoder(config, latent_channels)
        self.language_encoder = LanguageEncoder(config, text_channels)
        self.log_temperature = nn.Parameter(torch.tensor(math.log(0.07)))

    def music(self, latents: Tensor) -> Tensor:
        """E_M: normalised latents (B, C, F) -> unit vectors (B, channels)."""
        return self.music_encoder(latents)

    def language(self, states: Tensor, mask: Tensor) -> Tensor:
        """E_L: text states (B, L, D) and their mask (B, L) -> unit vectors (B, channels)."""
        return self.language_encoder(states, mask)

    def distance(self, latents: Tensor, language: Tensor) -> Tensor:
        """F of Eq. 5: squared distance of each clip to its text, (B,), 0 to 4. language: (B, channels)."""
        return (language - self.music(latents)).square().sum(dim=-1)

    def loss(self, latents: Tensor, states: Tensor, mask: Tensor, groups: Tensor | None = None) -> Tensor:
        """`contrastive_loss` of a batch of clips and their descriptions, at the learnt temperature."""
        temperature = self.log_temperature.exp().clamp(0.01, 1)
        return contrastive_loss(self.music(latents), self.language(states, mask), temperature, groups)


def contrastive_loss(
    music: Tensor, language: Tensor, temperature: Tensor | float = 0.07, groups: Tensor | None = None
) -> Tensor:
    """InfoNCE in both directions: each clip finds its text in the batch, and each text its clip.

    music, language: (B, channels) unit vectors. `groups` (B,) int: examples that share a number share their
    text ("piano, drums" twice in a batch), and count as right answers for each other in equal parts.
    """
    scores = music @ language.t() / temperature
    if groups is None:
        groups = torch.arange(len(scores), device=scores.device)
    right = (groups[:, None] == groups[None, :]).to(scores.dtype)
    right = right / right.sum(dim=1, keepdim=True)
    return 0.5 * (F.cross_entropy(scores, right) + F.cross_entropy(scores.t(), right))
