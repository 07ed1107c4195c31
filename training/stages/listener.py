"""The listener's stage: chords, keys, instruments and beats, learnt from exact labels.

Examples are parts of a band, so that every instrument is heard in every company, through random colour and level.
What a clip does not know is masked out of the loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.losses import Labels, listener_loss
from training.settings import ListenerSettings
from training.stages.base import Batch, Metrics, Scene, Stage, mean
from training.stages.mixing import coloured, cut, labels, random_gain, safe_gain, stacked, sub_band, whole_frames

BEAT_TOLERANCE = 2
"""Frames (40 ms) by which a beat may be off in the validation's F measure."""


class ListenerStage(Stage):
    name = "listener"
    part = "listener"
    settings: ListenerSettings

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """audio (B, T); chords, beats (B, F); pitches (B, 88, F); instruments (B, N, F); -1 where unknown."""
        samples = whole_frames(self.settings.seconds)
        made = []
        for index in range(self.settings.batch):
            piece = cut(scenes[index % len(scenes)][0], samples, rng)
            names = list(piece.stems)
            if rng.random() > self.settings.full_band:
                names = sub_band(names, rng)
            audio = piece.mix(names)
            if rng.random() < 0.5:
                audio = coloured(audio, rng)
            audio = audio * safe_gain(audio, random_gain(rng, -20.0, 6.0))
            made.append({"audio": audio, **labels(piece, names, self.vocabulary)})
        return stacked(made)

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        heard = network(batch["audio"])
        parts = listener_loss(heard, Labels(*(batch[key] for key in ("chords", "pitches", "instruments", "beats"))))
        total = (
            self.settings.chord_weight * parts.chords
            + self.settings.pitch_weight * parts.pitches
            + self.settings.instrument_weight * parts.instruments
            + self.settings.beat_weight * parts.beats
        )
        values = {key: getattr(parts, key) for key in ("chords", "pitches", "instruments", "beats")}
        return total, values

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """Chord accuracy over frames, F measures of keys and instruments, F measure of beats within 40 ms."""
        figures: dict[str, list[float]] = {"chords": [], "pitches_f": [], "instruments_f": [], "beats_f": []}
        for batch in self.validation_batches(device):
            heard = network(batch["audio"])
            known = batch["chords"] >= 0
            if known.any():
                right = heard.chords.argmax(1) == batch["chords"]
                figures["chords"].append(float(right[known].float().mean()))
            pitched = batch["pitches"] >= 0
            figures["pitches_f"].append(_f_measure((heard.pitches > 0)[pitched], batch["pitches"][pitched] > 0))
            figures["instruments_f"].append(_f_measure(heard.instruments > 0, batch["instruments"] > 0))
            beaten = (batch["beats"] >= 0).all(dim=1)
            figures["beats_f"].append(_beat_f(heard.beats[beaten, :1], (batch["beats"][beaten] > 0)[:, None].float()))
        return {name: mean(values) for name, values in figures.items()}


def _f_measure(found: Tensor, true: Tensor) -> float:
    hits = float((found & true).sum())
    total = float(found.sum() + true.sum())
    return 2 * hits / total if total else float("nan")


def _beat_f(logits: Tensor, beats: Tensor) -> float:
    """F measure of the peaks above 0.5. logits, beats: (B, 1, F)."""
    if not beats.numel() or not float(beats.sum()):
        return float("nan")
    window = 2 * BEAT_TOLERANCE + 1
    strength = torch.sigmoid(logits.float())
    peaks = (strength > 0.5) & (strength == F.max_pool1d(strength, window, stride=1, padding=BEAT_TOLERANCE))
    near_beat = F.max_pool1d(beats, window, stride=1, padding=BEAT_TOLERANCE) > 0
    near_peak = F.max_pool1d(peaks.float(), window, stride=1, padding=BEAT_TOLERANCE) > 0
    precision = float((peaks & near_beat).sum()) / max(1.0, float(peaks.sum()))
    recall = float((near_peak & (beats > 0)).sum()) / float((beats > 0).sum())
    return 2 * precision * recall / max(1e-9, precision + recall)
