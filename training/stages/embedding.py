"""The embedding's stage: music and words about it, brought together by contrast (the role of MuLan in Eq. 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.settings import EmbeddingSettings
from training.stages.base import Batch, Metrics, Scene, Stage, mean
from training.stages.latents import FrozenAutoencoder, Texts, description
from training.stages.mixing import cut, random_gain, safe_gain, stacked, sub_band, whole_frames

LATENT_NOISE = 0.3
"""Largest deviation of noise on the latents: guidance asks the encoder about estimates, not about finished music."""


class EmbeddingStage(Stage):
    name = "embedding"
    part = "embedding"
    uses = ("autoencoder",)
    settings: EmbeddingSettings

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.autoencoder = FrozenAutoencoder(self.runs.get("autoencoder"), self.name)
        self.texts = Texts(self.configuration.text, self.runs.get("text"))

    def place(self, device: torch.device) -> None:
        self.autoencoder.place(device)

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """audio (B, T); text (B, L, D), text_mask (B, L); groups (B,): equal for examples with equal words."""
        samples = whole_frames(self.settings.seconds)
        made, texts = [], []
        for index in range(self.settings.batch):
            clip, _ = scenes[index % len(scenes)]
            piece = cut(clip, samples, rng)
            known = [name for name in piece.sounding if name in self.vocabulary.instrument_names]
            band = sub_band(known, rng) if known else list(piece.stems)
            audio = piece.mix(band)
            made.append({"audio": audio * safe_gain(audio, random_gain(rng))})
            texts.append(description(clip.genre, band, rng))
        groups = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        return {**stacked(made), **self.texts.batch(texts), "groups": torch.tensor([groups[text] for text in texts])}

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        (latents,) = self.autoencoder.encode(batch["audio"])
        size = LATENT_NOISE * torch.rand((latents.shape[0], 1, 1), generator=generator, device=latents.device)
        latents = latents + size * torch.randn(latents.shape, generator=generator, device=latents.device)
        loss = network.loss(latents, batch["text"], batch["text_mask"], batch["groups"])
        return loss, {"temperature": network.log_temperature.exp()}

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """Contrastive loss, and the share of clips whose own words are the nearest of the batch (and by chance)."""
        losses, hits, chance = [], [], []
        for batch in self.validation_batches(device):
            (latents,) = self.autoencoder.encode(batch["audio"])
            losses.append(float(network.loss(latents, batch["text"], batch["text_mask"], batch["groups"])))
            scores = network.music(latents).float() @ network.language(batch["text"], batch["text_mask"]).float().t()
            nearest = batch["groups"][scores.argmax(dim=1)]
            hits.append(float((nearest == batch["groups"]).float().mean()))
            chance.append(float((batch["groups"][:, None] == batch["groups"][None, :]).float().mean()))
        return {"loss": mean(losses), "found": mean(hits), "by_chance": mean(chance)}
