"""The renderer's stage: the shares of the instruments in a mix, which carry remove and extract.

The network hears a mix and says of each bin whose it is. Two terms teach it. The shares of all stems at once, as a
classification: every example teaches each instrument that sounds, and each that does not. And for one query an
example, as users ask it (one to three instruments, a family, what is not there), the SI-SDR of what the mask takes
and of what it leaves. `refine` is trained along when an autoencoder's run is given: a stem is encoded, its latents
disturbed as sampling would, decoded, and held against the stem again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import soxr
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.grid import SAMPLE_RATE
from engine.vocabulary import VOCALS
from training.checkpoints import load_part
from training.clip import OTHER, Clip
from training.evaluation.metrics import si_sdr
from training.losses import selection_loss, share_loss
from training.settings import RendererSettings
from training.stages.base import Batch, Metrics, Scene, Stage, evaluation_generator, mean
from training.stages.mixing import Cut, coloured, cut, fitted, random_gain, safe_gain, stacked, sub_band, whole_frames

STEMS = 8
"""Of a mix, one by one; what a fuller band has beyond them is summed up in the last as "anything else"."""

VARIED, OWN_WAY = 0.6, 0.15
"""Shares of the examples, and of the stems in an example, whose tape runs at another speed."""

COLOUR_POINTS = 7
"""Of an equaliser's curve, from 47 Hz to 12 kHz: one an octave and a third."""


class RendererStage(Stage):
    name = "renderer"
    part = "renderer"
    uses = ("autoencoder",)
    settings: RendererSettings
    autoencoder: Any = None

    def begin_from(self, network: Any, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Without the odds that were chosen for it: they belong to the weights as they were."""
        return {name: value for name, value in weights.items() if name != "asked_odds"}

    def place(self, device: torch.device) -> None:
        if "autoencoder" in self.runs and self.configuration.unet.space == "audio":
            self.autoencoder = load_part(self.runs["autoencoder"], "autoencoder").to(device)

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """stems (B, STEMS, T), which sum to the mix; owner (B, STEMS) int64, the class of each, -1 where there is
        none, N + 1 where nobody knows it (N is anything else); query (B, N)."""
        samples = whole_frames(self.settings.seconds)
        made = []
        for index in range(self.settings.batch):
            piece = self._cut(scenes[index % len(scenes)][0], samples, rng)
            names = piece.sounding or list(piece.stems)
            band = sub_band(names, rng, smallest=min(3, len(names)))
            asked = self._asked(piece, band, rng)
            stems, owner = self._stems(piece, band)
            if rng.random() < 0.3:
                # One equaliser over the whole mix is linear: each stem's share of it stays true.
                stems = coloured(stems, rng)
            stems = stems * safe_gain(stems.sum(axis=0), random_gain(rng))
            made.append({"stems": stems, "owner": owner, "query": self._query(asked)})
        return stacked(made)

    def _cut(self, clip: Clip, samples: int, rng: np.random.Generator) -> Cut:
        """A window played faster or slower, as a tape is: other keys and tempos, and, where a stem goes its own way,
        instruments with other bodies than those of the soundfonts. The labels of the cut lie where they lay."""

        def ratio() -> float:
            return 2 ** (rng.uniform(-1, 1) * self.settings.varispeed / 12)

        common = ratio() if rng.random() < VARIED else 1.0
        ratios = {name: ratio() if rng.random() < OWN_WAY else common for name in clip.stems}
        piece = cut(clip, min(clip.samples, round(samples * max(ratios.values()))), rng)
        stems = {}
        for (name, stem), speed in zip(piece.stems.items(), ratios.values(), strict=True):
            played = stem if speed == 1 else soxr.resample(stem, speed * SAMPLE_RATE, SAMPLE_RATE, "LQ")
            stems[name] = fitted(played, samples)
        return Cut(clip, stems, piece.frames)

    def _stems(self, piece: Cut, band: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        names = self.vocabulary.instrument_names
        known = [name for name in band if name in names]
        single = known if len(known) == len(band) and len(known) <= STEMS else known[: STEMS - 1]
        stems = np.zeros((STEMS, next(iter(piece.stems.values())).shape[0]), dtype=np.float32)
        owner = np.full(STEMS, -1, dtype=np.int64)
        for slot, name in enumerate(single):
            stems[slot], owner[slot] = piece.stems[name], names.index(name)
        rest = [name for name in band if name not in single]
        if rest:
            stems[-1], owner[-1] = piece.mix(rest), len(names) + (OTHER in rest)
        return stems, owner

    def _asked(self, piece: Cut, band: Sequence[str], rng: np.random.Generator) -> set[str]:
        """One to three instruments of the vocabulary, now and then a family, the vocals, or what is not there. Of a
        band with a stem that nobody knows only the vocals: what else plays in it is not known either."""
        if OTHER in band:
            return {VOCALS}
        known = [name for name in band if name in self.vocabulary.instrument_names]
        missing = [name for name in self.vocabulary.instrument_names if name not in piece.stems]
        chance = rng.random()
        if missing and (chance < self.settings.absent or not known):
            return {str(rng.choice(missing))}
        chance -= self.settings.absent
        if VOCALS in known and chance < self.settings.vocals:
            return {VOCALS}
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
        stems, owner, query = batch["stems"], batch["owner"], batch["query"]
        with torch.no_grad():
            stems, owner = self._guests(stems, owner, generator)
            sounds = owner >= 0
            # Only what sounds is transformed, and only the frames that the loss looks at are kept apart.
            found = network.stft(stems[sounds]) * self._colours(owner, network.bins, generator)[sounds]
            spectrum = found.new_zeros((owner.shape[0], *found.shape[1:]))
            spectrum.index_add_(0, sounds.nonzero()[:, 0], found)
        features = network.features(spectrum)
        # The head looks at single frames: some of them teach it as well, at a fraction of the time.
        frames = self._frames(spectrum.shape[-1], generator, spectrum.device)
        log_shares = network.log_shares(tuple(part[:, frames] for part in features))
        with torch.autocast(spectrum.device.type, enabled=False):
            spectrum = spectrum[..., frames]
            spectra = spectrum.new_zeros((*owner.shape, *spectrum.shape[1:]))
            spectra[sounds] = found[..., frames]
            wanted = (spectra * _chosen(owner, query)[..., None, None]).sum(dim=1)
            shares = share_loss(log_shares, spectra, owner, never=(self.vocabulary.instrument_names.index(VOCALS),))
            terms = selection_loss(network.mask(log_shares, query), spectrum, wanted)
            total = self.settings.share_weight * shares + self.settings.magnitude_weight * terms.magnitude
            total = total + self.settings.waveform_weight * (terms.leak_db - terms.taken_db - 0.5 * terms.rest_db)
        values = {
            "shares": shares,
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
        count = max(1, batch["stems"].shape[0] // 2)
        source, stem = _mix_and_wanted({key: value[:count] for key, value in batch.items()})
        rest = source - stem
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

    def _guests(self, stems: Tensor, owner: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Now and then a stem of the next example plays along: combinations that no song of ours has."""
        chance = torch.rand(owner.shape[0], generator=generator, device=owner.device).tolist()
        lists = owner.tolist()
        stems, owner = stems.clone(), owner.clone()
        for one, others in enumerate(lists):
            guest = (one + 1) % len(lists)
            if chance[one] < self.settings.guests and -1 in others and lists[guest][0] not in (-1, *others):
                slot = others.index(-1)
                stems[one, slot], owner[one, slot] = stems[guest, 0], lists[guest][0]
        return stems, owner

    def _colours(self, owner: Tensor, bins: int, generator: torch.Generator) -> Tensor:
        """(B, STEMS, K, 1): each stem through an equaliser and a fader of its own. A soundfont's piano is one piano; in
        many colours it teaches more of pianos that were never heard."""
        points = torch.randn((*owner.shape, COLOUR_POINTS), generator=generator, device=owner.device)
        levels = torch.randn((*owner.shape, 1), generator=generator, device=owner.device)
        decibels = self.settings.colour_db * points + self.settings.level_db * levels
        octaves = torch.log2(torch.arange(bins, device=owner.device).clamp_min(4) / 4)
        place = octaves / octaves[-1] * (COLOUR_POINTS - 1)
        low = place.long().clamp_max(COLOUR_POINTS - 2)
        curve = torch.lerp(decibels[..., low], decibels[..., low + 1], place - low)
        return (10 ** (curve / 20))[..., None]

    def _frames(self, count: int, generator: torch.Generator, device: torch.device) -> Tensor:
        """A random share of the frames, in order."""
        some = max(1, round(count * self.settings.frames))
        return torch.randperm(count, generator=generator, device=device)[:some].sort().values

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """SI-SDR in dB of extract and remove against the truth, and of the unedited source against the same; the
        level of what is taken for an absent instrument, in dB below the source."""
        figures: dict[str, list[float]] = {
            name: []
            for name in ("extract", "extract_unedited", "remove", "remove_unedited", "absent_db", "decoded", "refined")
        }
        for index, batch in enumerate(self.validation_batches(device)):
            source, wanted = _mix_and_wanted(batch)
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


def _mix_and_wanted(batch: Batch) -> tuple[Tensor, Tensor]:
    """(B, T) all stems, and (B, T) those that were asked for."""
    stems = batch["stems"]
    return stems.sum(dim=1), (stems * _chosen(batch["owner"], batch["query"])[..., None]).sum(dim=1)


def _power(spectrum: Tensor) -> Tensor:
    return spectrum.real.square() + spectrum.imag.square()


def _magnitude(spectrum: Tensor) -> Tensor:
    """|x| with a gradient at silence."""
    return (_power(spectrum) + 1e-12).sqrt()


def _chosen(owner: Tensor, query: Tensor) -> Tensor:
    """(B, STEMS), 1 where a stem's class was asked for. owner: (B, STEMS); query: (B, N)."""
    asked = F.pad(query, (0, 2))  # nobody asks for anything else, nor for what nobody knows
    return asked.gather(1, owner.clamp_min(0)) * (owner >= 0)


def _note(figures: dict[str, list[float]], name: str, estimate: np.ndarray, reference: np.ndarray) -> None:
    value = si_sdr(estimate, reference)
    if value is not None:
        figures[name].append(value)
