"""The tagger's stage: which instruments play; for a model, and, trained apart, for the judge of evaluation.

Examples are parts of bands and stems thrown together from several songs, each through its own equaliser, formants and
level: the judge hears soundfonts, players and decoded outputs that training has not. They are mixed as powers in bands,
which costs a hundredth of mixing sounds and looking at each mix anew.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.grid import SAMPLES_PER_FRAME
from engine.models.tagger import BANDS, HOP, SEGMENT, BandPower, mel_hertz
from training.clip import Clip
from training.settings import TaggerSettings
from training.stages.base import Batch, Metrics, Scene, Stage
from training.stages.mixing import stacked
from training.widening import widened

UNKNOWN = -1
COLUMNS = SEGMENT // HOP
FRAMES = SEGMENT // SAMPLES_PER_FRAME
SOUNDING = 0.3
"""Share of a segment's frames in which an instrument that counts as playing sounds; less than that is unknown."""
AUDIBLE = 10 ** (-30 / 10)
"""A stem sounds in a frame where its power is more than this share of the mix's mean."""
GHOST_DB = (-45.0, -28.0)
"""Level against the mix of what a good edit leaves of a removed instrument: it counts as gone."""
REMEMBERED = 256
"""Clips whose powers are kept, some 2 MB each; more than any window of the stream needs."""


@dataclass(frozen=True, eq=False)
class Stem:
    """power: (2, BANDS, 24 S) of BandPower; energy: (25 S,) mean square of each label frame and its neighbours."""

    power: np.ndarray
    energy: np.ndarray

    def cut(self, first: int, segments: int) -> Stem:
        last = first + segments
        return Stem(self.power[..., first * COLUMNS : last * COLUMNS], self.energy[first * FRAMES : last * FRAMES])


class TaggerStage(Stage):
    name = "tagger"
    part = "tagger"
    window = 128  # reading 32 clips and their powers anew takes three times as long as the network's step
    renew = 8
    settings: TaggerSettings

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._look = BandPower()
        self._seen: OrderedDict[int, tuple[Clip, dict[str, Stem]]] = OrderedDict()

    def begin_from(self, network: Any, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Those of a narrower one grow."""
        wider = network.state_dict()
        wide, narrow = (state["picture.weight"].shape[0] for state in (wider, weights))
        return widened(weights, wider, seed=self.seed) if wide > narrow else weights

    def batch(self, step: int) -> Batch:
        """Of the same clips for some steps."""
        assert self.clips is not None
        rng = np.random.default_rng([self.seed, 0, *self.name.encode(), step])
        return self._made(self.clips, step // self.settings.steps_per_clip, rng)

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """power (B, 2, BANDS, 24 S) of mixes; labels (B, N, S) int8, UNKNOWN where nobody should learn."""
        segments = max(1, round(self.settings.seconds * 2))
        songs = [self._stems(clip) for clip, _ in scenes]
        counts = Counter(name for song in songs for name in song)
        made = []
        for _ in range(self.settings.batch):
            places = rng.permutation(len(songs))[: 5 if rng.random() < self.settings.strangers else 1]
            pool: dict[str, Stem] = {}
            for song in (songs[int(place)] for place in places):
                length = min(stem.energy.shape[0] for stem in song.values()) // FRAMES
                first = int(rng.integers(max(0, length - segments) + 1))
                for name, stem in song.items():
                    pool.setdefault(name, stem.cut(first, segments))
            made.append(self._example(pool, counts, rng))
        return stacked(made)

    def _stems(self, clip: Clip) -> dict[str, Stem]:
        """What the vocabulary has of a clip's stems."""
        known = self._seen.get(id(clip))
        if known is None:
            names = [name for name in clip.stems if name in self.vocabulary.instrument_names]
            sounds = np.stack([clip.stems[name] for name in names]).astype(np.float32)
            sounds = sounds[:, : max(1, sounds.shape[1] // SEGMENT) * SEGMENT]
            powers = self._look(torch.from_numpy(sounds)).numpy()
            known = clip, {name: Stem(powers[row], _energy(sounds[row])) for row, name in enumerate(names)}
            self._seen[id(clip)] = known
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return known[1]

    def _example(self, pool: Mapping[str, Stem], counts: Counter[str], rng: np.random.Generator) -> dict[str, Any]:
        settings = self.settings
        chance = rng.random() - settings.single_stems
        fewest, most = (1, 1) if chance < 0 else (2, 4) if chance < settings.few_stems else (2, settings.most_stems)
        weights = np.array([counts[name] ** -settings.rarity for name in pool])
        size = min(int(rng.integers(fewest, most + 1)), len(pool))
        order = [list(pool)[i] for i in rng.choice(len(pool), len(pool), replace=False, p=weights / weights.sum())]
        names, rest = order[:size], order[size:]
        stems = {name: self._played(pool[name], rng) for name in names}
        power = np.zeros_like(stems[names[0]].power)
        for stem in stems.values():
            power += stem.power
        level = float(power.mean())
        labels = self._labels(stems)
        if rest and rng.random() < settings.ghosts:
            ghost = self._played(pool[rest[0]], rng).power
            power += ghost * np.float32(level / max(float(ghost.mean()), 1e-12) * 10 ** (rng.uniform(*GHOST_DB) / 10))
        if rng.random() < 0.3:  # hiss and hum of recordings, and the haze of decoded outputs
            noise = rng.standard_gamma(2.0, power.shape).astype(np.float32) * _curve(rng, 12.0)
            power += noise * np.float32(level / float(noise.mean()) * 10 ** (rng.uniform(-60, -25) / 10))
        return {"power": power, "labels": labels}

    def _played(self, stem: Stem, rng: np.random.Generator) -> Stem:
        """The stem through another equaliser, other formants, at another level."""
        settings = self.settings
        gain = np.float32(10 ** (rng.normal(0, settings.level_db) / 10))
        power = stem.power * (gain * _curve(rng, settings.colour_db))
        if rng.random() < 0.5:
            power = _shifted(power, float(np.exp(rng.uniform(-settings.formants, settings.formants))))
        return Stem(power, stem.energy * gain)

    def _labels(self, stems: Mapping[str, Stem]) -> np.ndarray:
        """(N, S): 1 where an instrument plays, 0 where it does not, UNKNOWN where it is hard to say."""
        names = self.vocabulary.instrument_names
        whole = sum(float(stem.energy.mean()) for stem in stems.values())
        some = next(iter(stems.values())).energy
        labels = np.zeros((len(names), some.shape[0] // FRAMES), np.int8)
        for name, stem in stems.items():
            share = (stem.energy > max(AUDIBLE * whole, 1e-9)).reshape(-1, FRAMES).mean(axis=1)
            labels[names.index(name)] = np.where(share >= SOUNDING, 1, np.where(share > 0, UNKNOWN, 0))
        return labels

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        picture = BandPower.picture(batch["power"])
        if network.training:
            picture = _spoilt(picture, generator)
        logits, labels = network.judged(picture), batch["labels"]
        total = self._error(logits, labels)
        return total, {"error": total.detach()}

    def _error(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy (B, N, S) of what is known, one number."""
        weight = (labels != UNKNOWN) * (1 + (self.settings.balance - 1) * (labels > 0))
        each = F.binary_cross_entropy_with_logits(logits, labels.clamp_min(0).float(), reduction="none")
        return (each * weight).sum() / weight.sum().clamp_min(1)

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """Loss, and F measures of segments at 0.5: over all (micro), and the mean of the instruments' (macro)."""
        hits = total = torch.zeros(len(self.vocabulary.instruments))
        losses = []
        for batch in self.validation_batches(device):
            logits, labels = network.judged(BandPower.picture(batch["power"])), batch["labels"]
            losses.append(float(self._error(logits, labels)))
            found, true = (logits > 0) & (labels != UNKNOWN), labels > 0
            hits = hits + (found & true).sum((0, 2)).cpu()
            total = total + (found.sum((0, 2)) + true.sum((0, 2))).cpu()
        seen = total > 0
        macro = float((2 * hits[seen] / total[seen]).mean()) if bool(seen.any()) else float("nan")
        micro = float(2 * hits.sum() / total.sum().clamp_min(1))
        return {"loss": float(np.mean(losses)), "micro_f": micro, "macro_f": macro}


def _spoilt(picture: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture with a stripe of bands gone, and some grain: outputs of a codec are neither whole nor clean."""
    batch, _, bands, _ = picture.shape
    draw = torch.rand(4, batch, 1, 1, 1, generator=generator, device=picture.device)
    place = torch.arange(bands, device=picture.device)[:, None] / bands
    gone = (draw[3] < 0.3) & (place >= draw[0]) & (place < draw[0] + 0.15 * draw[1])
    grain = torch.randn(picture.shape, generator=generator, device=picture.device)
    return torch.where(gone, picture.amin((2, 3), keepdim=True), picture + 0.15 * draw[2] * grain)


def _energy(sound: np.ndarray) -> np.ndarray:
    """(T,) -> mean square of each label frame, the highest of 100 ms, so that staccato is one thing."""
    power = np.square(sound).reshape(-1, SAMPLES_PER_FRAME).mean(axis=1)
    padded = np.pad(power, 2)
    return np.max([padded[shift : shift + power.size] for shift in range(5)], axis=0)


def _curve(rng: np.random.Generator, strength_db: float) -> np.ndarray:
    """(BANDS, 1) power gains of a random smooth equaliser."""
    points = rng.uniform(-strength_db, strength_db, 6)
    curve = np.interp(_OCTAVES, np.linspace(0, 8.2, points.size), points - points.mean())
    return (10 ** (curve / 10)).astype(np.float32)[:, None]


def _shifted(power: np.ndarray, ratio: float) -> np.ndarray:
    """power (2, BANDS, columns) with every frequency times `ratio`; the highest are repeated where none is known."""
    at = np.interp(_HERTZ / ratio, _HERTZ, np.arange(BANDS))
    below = np.minimum(at.astype(int), BANDS - 2)
    share = (at - below).astype(np.float32)[:, None]
    return power[:, below] * (1 - share) + power[:, below + 1] * share


_HERTZ = mel_hertz().numpy()
_OCTAVES = np.log2(_HERTZ / 40.0)
