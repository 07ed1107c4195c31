"""The diffusion's stage: what the music becomes, learnt from triplets (instruction, source, target).

The clean state is what the U-Net's configuration names: the target's latents, and beside them the latents of only
what is new, which the renderer will add to the user's own samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.analysis.chords import UNKNOWN
from engine.diffusion.condition import Condition
from engine.diffusion.objectives import build_objective
from engine.diffusion.sampling import sample
from engine.grid import SAMPLES_PER_FRAME
from engine.instruction import Operation
from training.settings import DiffusionSettings
from training.stages.base import Batch, Metrics, Scene, Stage, evaluation_generator, mean
from training.stages.latents import ChordHearing, FrozenAutoencoder, Texts
from training.stages.mixing import fitted, random_gain, safe_gain, stacked, whole_frames
from training.triplets import Triplet, draw

OPERATIONS = tuple(Operation)


class DiffusionStage(Stage):
    name = "diffusion"
    part = "unet"
    uses = ("autoencoder", "listener")
    pairs = 0.2
    settings: DiffusionSettings

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.autoencoder = FrozenAutoencoder(self.runs.get("autoencoder"), self.name)
        self.hearing = ChordHearing(self.runs.get("listener"))
        self.texts = Texts(self.configuration.text, self.runs.get("text"))
        self.objective = build_objective(self.configuration.diffusion)

    def place(self, device: torch.device) -> None:
        self.autoencoder.place(device)
        self.hearing.place(device)

    @property
    def paired(self) -> int:
        shares = self.settings.operations
        return round(self.settings.clips * shares.get("remix", 0.0) / sum(shares.values()))

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """source, target, added (B, T); chords (B, F); operation (B,); text (B, L, D), text_mask (B, L)."""
        count = self.settings.batch
        # The scenes with a partner come first: a small batch must not be made of them alone.
        order = rng.permutation(len(scenes)) if count < len(scenes) else np.arange(len(scenes))
        triplets = draw(
            [scenes[order[index % len(scenes)]] for index in range(count)],
            self.vocabulary,
            rng,
            seconds=self.settings.seconds,
            weights={Operation(name): share for name, share in self.settings.operations.items()},
            absent=self.settings.absent,
        )
        samples = whole_frames(self.settings.seconds)
        made = [_example(triplet, samples, rng) for triplet in triplets]
        return {**stacked(made), **self.texts.batch([triplet.text for triplet in triplets])}

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        clean, condition = self._encoded(batch)
        null = self.texts.null_on(clean.device)
        condition = condition.with_text_dropped(null, self.configuration.diffusion.text_dropout, generator)
        return self.objective.loss(network, clean, condition, generator), {}

    def _encoded(self, batch: Batch) -> tuple[Tensor, Condition]:
        """The clean state (B, S * C, F), and what the network looks at."""
        source, target, added = self.autoencoder.encode(batch["source"], batch["target"], batch["added"])
        named = {"target": target, "added": added}
        clean = torch.cat([named[name] for name in self.configuration.unet.state], dim=1)
        chords = self.hearing(batch["source"], batch["chords"]) if self.configuration.unet.chords else None
        return clean, Condition(source, batch["text"], batch["text_mask"], chords)

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """The loss at fixed times; and per operation the sampled target's squared error in latents against that of
        doing nothing (below 1 is better than the source), without guidance, which trades error for obedience.
        `added_error` is the error of what is added against its own power: 1 is adding silence."""
        losses: list[float] = []
        ratios: dict[str, list[float]] = {f"{operation}_error": [] for operation in OPERATIONS}
        ratios["added_error"] = []
        latents = self.configuration.autoencoder.latent_channels
        for index, batch in enumerate(self.validation_batches(device)):
            clean, condition = self._encoded(batch)
            losses.append(float(self.objective.loss(network, clean, condition, evaluation_generator(device, index))))
            sampled = sample(
                network,
                self.configuration.diffusion,
                condition,
                self.texts.null_on(device),
                channels=clean.shape[1],
                seed=1000 * index,
                guidance_scale=1.0,
            )
            off = (sampled - clean).square().mean(dim=2)
            nothing = (condition.source - clean[:, :latents]).square().mean(dim=(1, 2))
            target = off[:, :latents].mean(dim=1)
            for one, operation in enumerate(batch["operation"].tolist()):
                if float(nothing[one]) > 1e-3:
                    ratios[f"{OPERATIONS[operation]}_error"].append(float(target[one] / nothing[one]))
            if clean.shape[1] > latents:
                power = clean[:, latents:].square().mean(dim=(1, 2))
                new = off[:, latents:].mean(dim=1)
                ratios["added_error"] += [float(n / p) for n, p in zip(new, power, strict=True) if float(p) > 1e-3]
        return {"loss": mean(losses), **{name: mean(values) for name, values in ratios.items() if values}}


def _example(triplet: Triplet, samples: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The triplet at another level; clips that are too short are padded with silence."""
    loudest = triplet.source if np.abs(triplet.source).max() > np.abs(triplet.target).max() else triplet.target
    gain = safe_gain(loudest, random_gain(rng))
    chords = np.full(samples // SAMPLES_PER_FRAME, UNKNOWN, dtype=np.int64)
    chords[: triplet.chords.size] = triplet.chords[: chords.size]
    return {
        "source": fitted(triplet.source, samples) * gain,
        "target": fitted(triplet.target, samples) * gain,
        "added": fitted(triplet.added, samples) * gain,
        "chords": chords,
        "operation": np.array(OPERATIONS.index(triplet.instruction.operation)),
    }
