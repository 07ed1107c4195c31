"""What the stages on latents share: the frozen autoencoder and listener under them, and encoded texts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.analysis.chords import CHORD_CLASSES
from engine.errors import UserError
from engine.models.configuration import TextConfiguration
from engine.models.text import TextEmbedding, TextEncoder, build_text_encoder
from training.checkpoints import load_part

CHORD_CONFIDENCE = 0.9
"""Of exact labels, where no listener is given: a network that hears is never sure."""


class FrozenAutoencoder:
    """Encodes on the fly, so that augmentation never ends; under the loop's autocast and without gradients."""

    def __init__(self, run: Path | None, stage: str) -> None:
        if run is None:
            raise UserError(
                f"the {stage} stage stands on an autoencoder",
                "train that stage first, or name its run or a model with --autoencoder",
            )
        self.run = run
        self.network: Any = None

    def place(self, device: torch.device) -> None:
        self.network = load_part(self.run, "autoencoder").to(device)

    @torch.no_grad()
    def encode(self, *audio: Tensor) -> tuple[Tensor, ...]:
        """Each (B, T) -> normalised latents (B, C, F) float32, all in one pass."""
        latents = self.network.encode(torch.cat(audio)[:, None]).float()
        return latents.chunk(len(audio))


class ChordHearing:
    """Chord probabilities (B, classes, F) of a source: what a listener hears, or else what is known."""

    def __init__(self, run: Path | None) -> None:
        self.run = run
        self.listener: Any = None

    def place(self, device: torch.device) -> None:
        self.listener = load_part(self.run, "listener").to(device) if self.run else None

    @torch.no_grad()
    def __call__(self, audio: Tensor, labels: Tensor) -> Tensor:
        """audio: (B, T); labels: (B, F) int64 with -1 where unknown, which stands for "any chord"."""
        if self.listener is not None:
            return self.listener(audio).chords.float().softmax(dim=1)
        exact = F.one_hot(labels.clamp_min(0), CHORD_CLASSES).float()
        smooth = CHORD_CONFIDENCE * exact + (1 - CHORD_CONFIDENCE) / CHORD_CLASSES
        return torch.where((labels >= 0)[..., None], smooth, 1 / CHORD_CLASSES).transpose(1, 2)


class Texts:
    """The frozen text encoder, in the loader's processes: instructions repeat, and it remembers them."""

    def __init__(self, configuration: TextConfiguration, folder: Path | None) -> None:
        # Loaders are forked; the tokenizer's threads would not survive that, and say so on every batch.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        self.encoder: TextEncoder = build_text_encoder(configuration, folder)
        self.null = self.encoder.encode([""])

    def batch(self, texts: Sequence[str]) -> dict[str, Tensor]:
        """text (B, L, D), text_mask (B, L)."""
        found = self.encoder.encode(texts)
        return {"text": found.states, "text_mask": found.mask}

    def null_on(self, device: torch.device) -> TextEmbedding:
        return self.null.to(device)


def listed(names: Sequence[str]) -> str:
    """`drums, bass and piano`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def description(genre: str | None, instruments: Sequence[str], rng: np.random.Generator) -> str:
    """Words for a piece of music as a listener would put them: genre, instruments, or both."""
    band = [instruments[int(index)] for index in rng.permutation(len(instruments))]
    said = listed(band)
    if genre is None:
        return str(rng.choice([said, f"music with {said}", f"a piece with {said}"]))
    if rng.random() < 0.2:
        return str(rng.choice([f"{genre} music", f"a {genre} piece", genre]))
    return str(rng.choice([f"a {genre} piece with {said}", f"{genre} with {said}", f"{said} playing {genre}", said]))
