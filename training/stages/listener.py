"""The listener's stage: chords, keys, onsets, instruments and beats, learnt from exact labels.

Examples are parts of a band, so that every instrument is heard in every company, each stem through a fader and half of
the mixes through an equaliser and with noise: what is heard of an edit has passed through more than a soundfont. What
a clip does not know is masked out of the loss.
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
from training.stages.mixing import (
    Cut,
    coloured,
    cut,
    labels,
    level_db,
    random_gain,
    safe_gain,
    stacked,
    sub_band,
    whole_frames,
)

HEADS = ("chords", "pitches", "onsets", "instruments", "beats")
TOLERANCE = 2
"""Frames (40 ms) by which a beat or an onset may be off in the validation's F measures."""
NOISE_DB = (-50.0, -20.0)
"""Of the mix."""


class ListenerStage(Stage):
    name = "listener"
    part = "listener"
    settings: ListenerSettings

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """audio (B, T); chords, beats (B, F); pitches, onsets (B, 88, F); instruments (B, N, F); -1 where unknown."""
        samples = whole_frames(self.settings.seconds)
        made = []
        for index in range(self.settings.batch):
            piece = cut(scenes[index % len(scenes)][0], samples, rng)
            names = list(piece.stems)
            if rng.random() > self.settings.full_band:
                names = sub_band(names, rng)
            audio = self._mixed(piece, names, rng)
            if rng.random() < 0.5:
                audio = coloured(audio, rng)
            if rng.random() < self.settings.noisy:
                audio = audio + _noise(audio, rng)
            audio = audio * safe_gain(audio, random_gain(rng, -20.0, 6.0))
            made.append({"audio": audio, **labels(piece, names, self.vocabulary)})
        return stacked(made)

    def _mixed(self, piece: Cut, names: Sequence[str], rng: np.random.Generator) -> np.ndarray:
        """(T,), each stem through a fader of its own."""
        audio = np.zeros_like(piece.stems[names[0]])
        for name in names:
            audio += np.float32(10 ** (rng.normal(0.0, self.settings.level_db) / 20)) * piece.stems[name]
        return audio

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        heard = network(batch["audio"])
        parts = listener_loss(heard, Labels(*(batch[key] for key in HEADS)))
        total = (
            self.settings.chord_weight * parts.chords
            + self.settings.pitch_weight * parts.pitches
            + self.settings.onset_weight * parts.onsets
            + self.settings.instrument_weight * parts.instruments
            + self.settings.beat_weight * parts.beats
        )
        return total, {key: getattr(parts, key) for key in HEADS}

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """Chord accuracy over frames; F measures of keys, instruments, and within 40 ms of onsets and beats."""
        figures: dict[str, list[float]] = {
            name: [] for name in ("chords", "pitches_f", "onsets_f", "instruments_f", "beats_f")
        }
        for batch in self.validation_batches(device):
            heard = network(batch["audio"])
            known = batch["chords"] >= 0
            if known.any():
                right = heard.chords.argmax(1) == batch["chords"]
                figures["chords"].append(float(right[known].float().mean()))
            pitched = batch["pitches"] >= 0
            figures["pitches_f"].append(_f_measure((heard.pitches > 0)[pitched], batch["pitches"][pitched] > 0))
            struck = (batch["onsets"] >= 0).flatten(1).all(dim=1)
            figures["onsets_f"].append(_peaks_f(heard.onsets[struck], (batch["onsets"][struck] > 0).float()))
            told = batch["instruments"] >= 0
            figures["instruments_f"].append(_f_measure((heard.instruments > 0)[told], batch["instruments"][told] > 0))
            beaten = (batch["beats"] >= 0).all(dim=1)
            figures["beats_f"].append(_peaks_f(heard.beats[beaten, :1], (batch["beats"][beaten] > 0)[:, None].float()))
        return {name: mean(values) for name, values in figures.items()}


def _f_measure(found: Tensor, true: Tensor) -> float:
    hits = float((found & true).sum())
    total = float(found.sum() + true.sum())
    return 2 * hits / total if total else float("nan")


def _peaks_f(logits: Tensor, marks: Tensor) -> float:
    """F measure of the peaks above 0.5. logits, marks: (B, rows, F)."""
    if not marks.numel() or not float(marks.sum()):
        return float("nan")
    window = 2 * TOLERANCE + 1
    strength = torch.sigmoid(logits.float())
    peaks = (strength > 0.5) & (strength == F.max_pool1d(strength, window, stride=1, padding=TOLERANCE))
    near_mark = F.max_pool1d(marks, window, stride=1, padding=TOLERANCE) > 0
    near_peak = F.max_pool1d(peaks.float(), window, stride=1, padding=TOLERANCE) > 0
    precision = float((peaks & near_mark).sum()) / max(1.0, float(peaks.sum()))
    recall = float((near_peak & (marks > 0)).sum()) / float((marks > 0).sum())
    return 2 * precision * recall / max(1e-9, precision + recall)


def _noise(audio: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(T,) noise with a random tilt, some decibels below `audio`."""
    noise = coloured(rng.standard_normal(audio.size).astype(np.float32), rng, 12.0)
    return noise * np.float32(10 ** ((level_db(audio) - level_db(noise) + rng.uniform(*NOISE_DB)) / 20))
