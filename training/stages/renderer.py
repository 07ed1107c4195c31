"""The renderer's stage: the mask that carries remove and extract, and the post-filter of added stems.

`select` hears a mix and a query and is held against the true stems. The error of what is taken is, sample for
sample, the error of what stays, so one error term serves remove and extract. `refine` is trained along when
an autoencoder's run is given: a stem is encoded, its latents disturbed as sampling would, decoded, and
held against the stem again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.checkpoints import load_part
from training.evaluation.metrics import si_sdr
from training.losses import selection_loss
from training.settings import RendererSettings
from training.stages.base import Batch, Metrics, Scene, Stage, evaluation_generator, mean
from training.stages.mixing import Cut, coloured, cut, random_gain, safe_gain, stacked, sub_band, whole_frames


class RendererStage(Stage):
    name = "renderer"
    part = "renderer"
    uses = ("autoencoder",)
    settings: RendererSettings
    autoencoder: Any = None

    def place(self, device: torch.device) -> None:
        if "autoencoder" in self.runs:
            self.autoencoder = load_part(self.runs["autoencoder"], "autoencoder").to(device)

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """source (B, T), selected (B, T): the part of it that was asked for; query (B, N)."""
        samples = whole_frames(self.settings.seconds)
        made = []
        for index in range(self.settings.batch):
            piece = cut(scenes[index % len(scenes)][0], samples, rng)
            names = piece.sounding or list(piece.stems)
            band = sub_band(names, rng, smallest=min(3, len(names)))
            asked = self._asked(piece, band, rng)
            taken = piece.mix([name for name in band if name in asked])
            source = piece.mix(band)
            if rng.random() < 0.3:
                # One equaliser over the whole mix is linear: the stem's share of it stays true.
                source, taken = coloured(np.stack([source, taken]), rng)
            gain = safe_gain(source, random_gain(rng))
            made.append({"source": source * gain, "selected": taken * gain, "query": self._query(asked)})
        return stacked(made)

    def _asked(self, piece: Cut, band: Sequence[str], rng: np.random.Generator) -> set[str]:
        """One to three instruments of the vocabulary, now and then a family, the vocals, or what is not there."""
        known = [name for name in band if name in self.vocabulary.instrument_names]
        missing = [name for name in self.vocabulary.instrument_names if name not in piece.stems]
        chance = rng.random()
        if missing and (chance < self.settings.absent or not known):
            return {str(rng.choice(missing))}
        chance -= self.settings.absent
        if "vocals" in known and chance < self.settings.vocals:
            return {"vocals"}
        chance -= self.settings.vocals
        families = [term for term in self.vocabulary.families if set(term.members) & set(known)]
        if families and chance < self.settings.families:
            return set(families[int(rng.integers(len(families)))].members)
        count = min(len(known), int(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1])))
        asked = {str(name) for name in rng.choice(known, size=count, replace=False)}
        if missing and rng.random() < 0.1:
            asked.add(str(rng.choice(missing)))
        return asked

    def _query(self, asked: set[str]) -> np.ndarray:
        return np.array([name in asked for name in self.vocabulary.instrument_names], dtype=np.float32)

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        spectrum, wanted = network.stft(batch["source"]), network.stft(batch["selected"])
        mask = network.mask_spectrum(spectrum, batch["query"])
        with torch.autocast(spectrum.device.type, enabled=False):
            terms = selection_loss(mask, spectrum, wanted)
            weight = self.settings.waveform_weight
            total = self.settings.magnitude_weight * terms.magnitude
            total = total + weight * (terms.leak_db - terms.taken_db - 0.5 * terms.rest_db)
            values = {
                "magnitude": terms.magnitude,
                "taken_db": terms.taken_db,
                "rest_db": terms.rest_db,
                "leak_db": terms.leak_db,
            }
        if self.autoencoder is not None:
            refined = self._refine_loss(network, batch, generator)
            total = total + self.settings.refine_weight * refined
            values["refine"] = refined
        return total, values

    def _refine_loss(self, network: Any, batch: Batch, generator: torch.Generator) -> Tensor:
        """On the first half of the batch: what `select` takes is here the stem that an edit adds to the rest."""
        count = max(1, batch["source"].shape[0] // 2)
        stem = batch["selected"][:count]
        rest = batch["source"][:count] - stem
        decoded, latents = self._resampled(stem, generator)
        refined = network.stft(network.refine(rest, decoded, latents))
        with torch.autocast(stem.device.type, enabled=False):
            wanted = network.stft(stem)
            level = wanted.abs().mean(dim=(1, 2))
            sounding = (level > 1e-4).float()
            magnitude = (_magnitude(refined) - wanted.abs()).abs().mean(dim=(1, 2)) / (level + 1e-4)
            power = wanted.abs().square().mean(dim=(1, 2)) + 1e-8
            error = _power(refined - wanted).mean(dim=(1, 2)) / power
            each = magnitude + torch.log10(error + 1e-2)
            return (each * sounding).sum() / sounding.sum().clamp_min(1)

    @torch.no_grad()
    def _resampled(self, stem: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """stem (B, T) -> what sampling would give: (B, T) decoded, (B, C, F) latents, with noise of many sizes."""
        latents = self.autoencoder.encode(stem[:, None]).float()
        size = torch.rand((latents.shape[0], 1, 1), generator=generator, device=latents.device)
        noise = torch.randn(latents.shape, generator=generator, device=latents.device)
        latents = latents + self.settings.latent_noise * size * noise
        return self.autoencoder.decode(latents)[:, 0, : stem.shape[-1]].float(), latents

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """SI-SDR in dB of extract and remove against the truth, and of the unedited source against the same; the
        level of what is taken for an absent instrument, in dB below the source."""
        figures: dict[str, list[float]] = {
            name: []
            for name in ("extract", "extract_unedited", "remove", "remove_unedited", "absent_db", "decoded", "refined")
        }
        for index, batch in enumerate(self.validation_batches(device)):
            source, wanted = batch["source"], batch["selected"]
            taken = network.apply_mask(network.select(source, batch["query"]), source)
            for one in range(source.shape[0]):
                x, y, estimate = (value[one].float().cpu().numpy() for value in (source, wanted, taken))
                whole = float(np.mean(np.square(x))) + 1e-12
                if not y.any():
                    figures["absent_db"].append(10 * float(np.log10(np.mean(np.square(estimate)) / whole + 1e-9)))
                    continue
                if min(np.mean(np.square(y)), np.mean(np.square(x - y))) < 1e-3 * whole:
                    continue  # all of the source, or hardly any of it: one such item would outweigh twenty others
                _note(figures, "extract", estimate, y)
                _note(figures, "extract_unedited", x, y)
                _note(figures, "remove", x - estimate, x - y)
                _note(figures, "remove_unedited", x, x - y)
            if self.autoencoder is not None:
                decoded, latents = self._resampled(wanted, evaluation_generator(device, index))
                refined = network.refine(source - wanted, decoded, latents)
                for one in range(source.shape[0]):
                    y = wanted[one].float().cpu().numpy()
                    _note(figures, "decoded", decoded[one].float().cpu().numpy(), y)
                    _note(figures, "refined", refined[one].float().cpu().numpy(), y)
        return {name: mean(values) for name, values in figures.items() if values}


def _power(spectrum: Tensor) -> Tensor:
    return spectrum.real.square() + spectrum.imag.square()


def _magnitude(spectrum: Tensor) -> Tensor:
    """|x| with a gradient at silence."""
    return (_power(spectrum) + 1e-12).sqrt()


def _note(figures: dict[str, list[float]], name: str, estimate: np.ndarray, reference: np.ndarray) -> None:
    value = si_sdr(estimate, reference)
    if value is not None:
        figures[name].append(value)
