"""The synthesizer's stage: learns from single notes of soundfonts and of the singer what every note is made of.

It needs no clips: its notes are rendered and measured once, when the network is built, in about a minute. Every fourth
key at two velocities is learnt; keys and velocities between them are kept apart for validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.configuration import SynthesizerConfiguration
from engine.models.synthesizer import NO_MODE, Controls, Synthesizer
from training.settings import SynthesizerSettings
from training.stages.base import Batch, Metrics, Scene, Stage, mean
from training.synthesis.notes_bank import Bank, Timbre, kit_timbres, measure_kit, measure_timbre, melodic_timbres
from training.synthesis.soundfonts import Soundfont, find_soundfonts

DEPTH = 80.0
"""Decibels below a note's peak at which levels stop to matter."""

_AUDIBLE = 50.0
_TOP = 11_800.0


@dataclass(frozen=True)
class _Heard:
    """A note kept apart, as its soundfont plays it."""

    timbre: int
    note: np.ndarray
    sound: np.ndarray


class SynthesizerStage(Stage):
    name = "synthesizer"
    part = "synthesizer"
    renders = False
    learns_from = "it learns from single notes of soundfonts, named with --soundfont"
    unused = ("clips", "seconds", "window", "renew")
    settings: SynthesizerSettings

    def build(self) -> nn.Module:
        network = Synthesizer(self.shape, len(self.vocabulary.instruments))
        self.fill(network)
        return network

    @property
    def shape(self) -> SynthesizerConfiguration:
        return self.configuration.synthesizer

    @cached_property
    def timbres(self) -> tuple[list[Timbre], list[Timbre]]:
        """Pitched timbres, and drum kits."""
        fonts = self._fonts
        return (
            melodic_timbres(self.vocabulary, fonts, self.shape.timbres),
            kit_timbres(self.vocabulary, fonts, self.shape.kits),
        )

    @cached_property
    def _fonts(self) -> Sequence[Soundfont]:
        return self.soundfonts or find_soundfonts("train")

    def description(self) -> dict[str, Any]:
        return {"found": [f"soundfonts: {', '.join(font.name for font in self._fonts)}"]}

    @cached_property
    def bank(self) -> Bank:
        bank, settings, rng = Bank(), self.settings, np.random.default_rng(7)
        pitched, kits = self.timbres
        between = [(a + b) // 2 for a, b in zip(settings.velocities[:-1], settings.velocities[1:], strict=True)]
        between = between or [settings.velocities[0] + 10]
        for index, timbre in enumerate(pitched):
            keys = range(timbre.low, timbre.high + 1, settings.key_step)
            apart = [(int(rng.choice(keys[:-1])) + 1, int(rng.choice(between))) for _ in range(settings.held_out_notes)]
            measure_timbre(bank, index, timbre, self.shape, keys, settings.velocities, apart)
        for index, kit in enumerate(kits):
            ends = (min(settings.velocities), max(settings.velocities))
            measure_kit(bank, self.shape.timbres + index, kit, self.shape, ends, between[:1])
        return bank

    @cached_property
    def _rows(self) -> Batch:
        bank = self.bank
        return {
            "timbre": torch.tensor(bank.timbre),
            "pitch": torch.tensor(bank.pitch, dtype=torch.float32),
            "velocity": torch.tensor(bank.velocity, dtype=torch.float32),
            "controls": torch.from_numpy(np.array(bank.controls, dtype=np.float16)),
        }

    def fill(self, network: Synthesizer) -> None:
        """Write into the network's buffers what its timbres are."""
        pitched, kits = self.timbres
        bank = self.bank
        first_kit, learnt = self.shape.timbres, set(bank.timbre)
        for index, timbre in [*enumerate(pitched), *enumerate(kits, first_kit)]:
            if index in learnt:
                network.owner[index] = timbre.instrument
            network.program[index] = timbre.program
        for index in range(len(pitched)):
            network.ratios[index] = torch.from_numpy(bank.ratios[index]).float()
            network.vibrato[index] = torch.tensor(bank.vibrato.get(index, (0.0, 0.0)))
            network.fading[index] = torch.tensor(bank.fading.get(index, (0.0, 0.0, 0.0)))
        for (kit, key), hertz in bank.modes.items():
            network.drum_known[kit, key] = True
            octaves = np.where(hertz > 0, np.log2(np.maximum(hertz, 1.0) / 440.0), 2 * NO_MODE)
            network.drum_modes[kit, key] = torch.from_numpy(octaves).float()
        network.centre.copy_(self._rows["controls"].float().mean(dim=0))

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """timbre, pitch, velocity (N,); controls (N, outputs): notes of the bank, whatever the scenes."""
        return self._picked(rng.choice(self._learnt, self.settings.batch))

    def batch(self, step: int) -> Batch:
        return self.examples((), np.random.default_rng([self.seed, 0, *self.name.encode(), step]))

    def validation_batches(self, device: torch.device) -> list[Batch]:
        apart = np.flatnonzero(self.bank.held_out)
        pieces = np.array_split(apart, max(1, min(self.settings.validation_batches, len(apart))))
        return [{key: value.to(device) for key, value in self._picked(rows).items()} for rows in pieces if len(rows)]

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        said, true, exists = self._compared(network, batch)
        peak = _peak(true, exists)
        partials = _level_error(said.partials, true.partials, peak, exists)
        bands = _level_error(said.bands, true.bands, peak, torch.ones_like(true.bands[:, :1], dtype=torch.bool))
        lowest = (true.partials[..., 0] - peak[:, 0] + DEPTH).clamp(min=0) / DEPTH
        drums = (batch["timbre"] >= self.shape.timbres)[:, None] & exists[:, 0, :1]
        weight = lowest.square() * drums
        glide = ((said.glide - true.glide).abs() * weight).sum() / (weight.sum() + 1.0)
        release = (said.release.clamp(min=-DEPTH) - true.release.clamp(min=-DEPTH)).abs().mean()
        total = partials + bands + self.settings.glide_weight * glide + self.settings.release_weight * release
        return total, {"partials": partials, "bands": bands, "glide": glide, "release": release}

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """On notes kept apart. Mean errors in dB of audible partials (not 50 dB below the note's peak), of noise bands
        and of the release; `spectral` is the mean difference of log spectra in dB of notes played and true."""
        figures: dict[str, list[float]] = {"partials": [], "bands": [], "release": [], "spectral": []}
        for batch in self.validation_batches(device):
            said, true, exists = self._compared(network, batch)
            peak = _peak(true, exists)
            for name, exist in (("partials", exists), ("bands", torch.ones_like(exists[..., :1]))):
                level = getattr(true, name)
                heard = (level > peak - _AUDIBLE) & exist
                figures[name].append(float((getattr(said, name) - level).abs()[heard].mean()))
            figures["release"].append(float((said.release - true.release).clamp(-DEPTH, DEPTH).abs().mean()))
        with torch.autocast(device.type, enabled=False):
            for heard in self._heard:
                played = network.play(
                    heard.note, int(network.owner[heard.timbre]), samples=len(heard.sound), seed=0, timbre=heard.timbre
                )
                figures["spectral"].append(log_spectral_distance(played, heard.sound))
        return {name: mean(values) for name, values in figures.items()}

    @cached_property
    def _learnt(self) -> np.ndarray:
        return np.flatnonzero(~np.array(self.bank.held_out))

    @cached_property
    def _heard(self) -> list[_Heard]:
        """One note kept apart of every fourth timbre, let go after 0.8 s."""
        pitched, kits = self.timbres
        bank, seen, heard = self.bank, set(), []
        for row in np.flatnonzero(bank.held_out):
            index = bank.timbre[row]
            if index in seen or index % 4:
                continue
            seen.add(index)
            timbre = pitched[index] if index < self.shape.timbres else kits[index - self.shape.timbres]
            pitch, velocity = bank.pitch[row], bank.velocity[row]
            sound = bank.gain[index] * timbre.sound(pitch, velocity, 0.8, 1.3)
            heard.append(_Heard(index, np.array([[0.0, 0.8, pitch, velocity]]), sound.astype(np.float32)))
        return heard

    def _picked(self, rows: np.ndarray) -> Batch:
        found = {key: value[torch.from_numpy(rows)] for key, value in self._rows.items()}
        return {**found, "controls": found["controls"].float()}

    def _compared(self, network: Synthesizer, batch: Batch) -> tuple[Controls, Controls, Tensor]:
        """What the network says, what is true, and (N, 1, P) which partials exist."""
        timbre, pitch = batch["timbre"], batch["pitch"]
        said = network(timbre, pitch, batch["velocity"])
        true = network.split(batch["controls"])
        return said, true, network.existing(timbre, pitch, _TOP)[:, None]


def log_spectral_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference in dB of the log spectra, over windows of 21 and 85 ms, no deeper than 60 dB below the peak."""
    found = []
    for size in (512, 2048):
        window = np.hanning(size).astype(np.float32)
        spectra = []
        for sound in (one, other):
            view = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float32), size)[:: size // 4]
            spectra.append(20 * np.log10(np.abs(np.fft.rfft(view * window, axis=1)) + 1e-9))
        floor = spectra[1].max() - 60.0
        found.append(float(np.abs(np.maximum(spectra[0], floor) - np.maximum(spectra[1], floor)).mean()))
    return sum(found) / len(found)


def _peak(true: Controls, exists: Tensor) -> Tensor:
    """(N, 1, 1) dB of the loudest partial or band."""
    partials = true.partials.masked_fill(~exists, -200.0).amax(dim=(1, 2))
    return torch.maximum(partials, true.bands.amax(dim=(1, 2)))[:, None, None]


def _level_error(said: Tensor, true: Tensor, peak: Tensor, exists: Tensor) -> Tensor:
    """Mean error in dB, loud ones first; what should be silent counts as much as it is heard."""
    floor = peak - DEPTH
    said, true = torch.maximum(said, floor), torch.maximum(true, floor)
    weight = ((torch.maximum(said.detach(), true) - floor) / DEPTH).clamp(0.05, 1.2).square() * exists
    return ((said - true).abs() * weight).sum() / weight.sum()
