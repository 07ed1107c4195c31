"""Guidance towards the text while sampling: classifier-free (Eq. 4) and by a joint embedding (Eq. 5-6)."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.diffusion.condition import Condition, Network
from engine.models.embedding import MusicTextEmbedding
from engine.models.text import TextEmbedding


class ClassifierFreeGuidance:
    """Eq. 4: (1 - w) times the prediction without text plus w times the one with it, in one batch of twice the size.

    The source and its chords are in both. w = 1 is the plain conditional model and w = 0 the one without text;
    these cost one evaluation only.
    """

    def __init__(self, network: Network, null_text: TextEmbedding, scale: float) -> None:
        self.network = network
        self.null_text = null_text
        self.scale = scale

    def __call__(self, state: Tensor, time: float, condition: Condition) -> Tensor:
        """state: (B, S * C, F) -> the guided prediction of the same shape, float32; learnt sigmas are left out."""
        if self.scale == 1:
            return self._predict(state, time, condition)
        without = condition.without_text(self.null_text)
        if self.scale == 0:
            return self._predict(state, time, without)
        both = self._predict(torch.cat([state, state]), time, without.joined(condition))
        unconditional, conditional = both.chunk(2)
        return (1 - self.scale) * unconditional + self.scale * conditional

    def _predict(self, state: Tensor, time: float, condition: Condition) -> Tensor:
        times = torch.full((state.shape[0],), time, device=state.device)
        return condition.predict(self.network, state, times)[:, : state.shape[1]].float()


class ClassifierGuidance:
    """Eq. 5-6: the estimated clean latents are moved so that the music comes nearer to a free text.

    F(z, y) = |E_L(y) - E_M(z)|^2. Eq. 6 prints z + s * grad F, which taken literally moves *away* from the text;
    the distance must go down, so the step here is z - s * grad F with s > 0.

    The gradient is taken at the estimate of z0 and not through the U-Net: the encoder E_M knows clean music, and
    the cost is one small network. It is multiplied by the number of frames, because E_M takes a mean over
    them: s then means the same for a clip and for a song.
    """

    def __init__(self, embedding: MusicTextEmbedding, text: TextEmbedding, scale: float, latent_channels: int) -> None:
        """`text` is one text, or one per example. Only the first `latent_channels` of the state, the target, move."""
        self.embedding = embedding
        self.scale = scale
        self.latent_channels = latent_channels
        with torch.no_grad():
            self.language = embedding.language(text.states, text.mask)

    def __call__(self, clean: Tensor) -> Tensor:
        """clean: (B, S * C, F) estimated latents -> the moved ones. With s = 0 nothing is computed."""
        if self.scale == 0:
            return clean
        with torch.enable_grad():
            target = clean[:, : self.latent_channels].detach().requires_grad_()
            distance = self.embedding.distance(target, self.language).sum()
            (gradient,) = torch.autograd.grad(distance, target)
        moved = target.detach() - self.scale * clean.shape[-1] * gradient
        return torch.cat([moved, clean[:, self.latent_channels :]], dim=1)
