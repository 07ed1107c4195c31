"""From a symbolic song to a clip: one stem per instrument, and every label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.grid import FRAME_RATE, SAMPLE_RATE
from engine.vocabulary import Vocabulary
from training.clip import Clip
from training.synthesis import effects
from training.synthesis.electronics import pumped
from training.synthesis.orchestra import electrified, humanised, reorchestrate
from training.synthesis.performers import Ensemble
from training.synthesis.samples import Samples
from training.synthesis.song import (
    END,
    START,
    Part,
    Song,
    beat_track,
    chord_track,
    pitch_matrix,
    sorted_notes,
)
from training.synthesis.soundfonts import Soundfont

# dBFS of the sounding part of a stem before mastering: what mixes of records have, roughly.
_LEVELS: Mapping[str, float] = {"vocals": -17.0, "drums": -18.0, "bass": -18.0, "synth pad": -24.0, "choir": -23.0}
_LEVEL = -21.0

STEM_GATE = 0.04
"""A stem that sounds in less than this share of the clip is left out ..."""
CLIP_GATE = 0.5
"""... and a clip whose mix sounds in less than this share is rejected."""
GATE_DECIBELS = -50.0


@dataclass(frozen=True)
class Variation:
    """How a song is played this time. A remix pair shares one, so that both stay aligned."""

    semitones: int = 0
    tempo: float = 1.0
    start: float = 0.0
    """Where the clip starts, as a share (0-1) of what is possible."""

    @classmethod
    def random(cls, rng: np.random.Generator) -> Variation:
        return cls(int(rng.integers(-5, 7)), float(rng.uniform(0.85, 1.15)), float(rng.random()))


class Drummers(Protocol):
    def drummed(self, song: Song, rng: np.random.Generator) -> Song: ...


@dataclass(frozen=True)
class Electronics:
    """How much of a song is played by instruments of training/synthesis/electronics.py."""

    band: bool
    """Whether it is an electronic song: all its chords and melodies may go to synthesizers."""
    stems: float
    """Chance of each stem that could be electronic."""
    pump: tuple[float, float] | None = None
    """(depth, release in seconds) of a compressor that the kick ducks the others with."""

    @classmethod
    def drawn(cls, share: float, rng: np.random.Generator) -> Electronics | None:
        """An electronic song with chance `share`; now and then a single synthesizer in any other."""
        if share <= 0:
            return None
        if rng.random() >= share:
            return cls(band=False, stems=0.2)
        pump = (float(rng.uniform(0.3, 0.95)), float(rng.uniform(0.06, 0.2))) if rng.random() < 0.35 else None
        return cls(band=True, stems=0.85, pump=pump)


@dataclass(frozen=True)
class Studio:
    """Who plays and how it is recorded. Everything random in it is drawn at `perform`."""

    soundfonts: tuple[Soundfont, ...]
    vocabulary: Vocabulary
    reorchestration: float = 0.65
    """Share of the melodic parts that go to other instruments."""
    sing: float = 0.6
    """Chance that a lead is sung."""
    effects: float = 1.0
    humanise: bool = True
    drummers: Drummers | None = None
    drummer_share: float = 0.35
    """Chance that a human drummer, where there are any, sits in for the written drums (or joins a song without)."""
    electronics: float = 0.0
    """Chance that a song is played by synthesizers and drum machines. 0 draws nothing from the random stream."""
    samples: Samples | None = None
    """Recorded notes beside the soundfonts."""

    @property
    def melodic(self) -> tuple[Soundfont, ...]:
        return tuple(font for font in self.soundfonts if font.programs)

    def perform(
        self,
        song: Song,
        variation: Variation,
        seconds: float,
        rng: np.random.Generator,
        *,
        duration: float | None = None,
        remix: bool = False,
    ) -> Clip | None:
        """One clip of the song. None where the energy gate rejects it.

        `duration` stands for the song's own (seconds, before the tempo changes) where two songs must start at the
        same place. `remix` hands every melodic part to another player.
        """
        if self.drummers is not None and rng.random() < self.drummer_share:
            song = self.drummers.drummed(song, rng)
        song = song.transposed(variation.semitones).faster(variation.tempo)
        share = 0.9 if remix else self.reorchestration
        song = reorchestrate(song, self.vocabulary, rng, share=share, sing=self.sing)
        electronics = Electronics.drawn(self.electronics, rng)
        if electronics is not None and electronics.band:
            song = electrified(song, self.vocabulary, rng)
        if self.humanise:
            song = humanised(song, rng)
        length = song.duration if duration is None else duration / variation.tempo
        start = variation.start * max(length - seconds, 0.0)
        ensemble = Ensemble(
            self.soundfonts, self.vocabulary, None if electronics is None else electronics.stems, self.samples
        )
        pump = None if electronics is None else electronics.pump
        return render(song, start, seconds, ensemble, rng, effects_amount=self.effects, pump=pump)


def render(
    song: Song,
    start: float,
    seconds: float,
    ensemble: Ensemble,
    rng: np.random.Generator,
    *,
    effects_amount: float = 1.0,
    pump: tuple[float, float] | None = None,
) -> Clip | None:
    """The clip of `song` between `start` and `start + seconds`, each stem played by a performer of the ensemble.

    Parts of the same instrument become one stem, sound effects are dropped. Stems that rest are left out. None
    where fewer than two stems sound or the mix is silent most of the time. Mix: -20 to -14 dBFS, peak below 1.
    """
    frames, length = round(seconds * FRAME_RATE), round(seconds * SAMPLE_RATE)
    groups: dict[str, list[Part]] = {}
    for part in song.parts:
        if part.instrument is not None and len(part.notes):
            groups.setdefault(part.instrument, []).append(part)
    stems: dict[str, np.ndarray] = {}
    names: set[str] = set()
    for instrument in (name for name in ensemble.vocabulary.instrument_names if name in groups):
        stem = np.zeros(length, np.float32)
        performer = ensemble.performer(instrument, rng)
        for part in groups[instrument]:
            if np.any((part.notes[:, END] > start) & (part.notes[:, START] < start + seconds)):
                stem += performer.play(part, start, seconds, rng)
        if pump is not None and instrument not in ("drums", "vocals"):
            stem = pumped(stem, (np.zeros(0) if song.beats is None else song.beats) - start, *pump)
        loudness = effects.level(stem)
        if not np.isfinite(loudness) or loudness < -90:
            continue
        stem = effects.produce(stem, rng, effects_amount)
        wanted = _LEVELS.get(instrument, _LEVEL) + float(np.clip(rng.normal(0, 3.0), -8, 6))
        stem *= np.float32(10 ** ((wanted - effects.level(stem)) / 20))
        if effects.sounding_share(stem, GATE_DECIBELS) >= STEM_GATE:
            stems[instrument] = stem
            names.add(performer.name)
    if len(stems) < 2:
        return None
    stems = mastered(stems, rng, effects_amount)
    if effects.sounding_share(np.sum(list(stems.values()), axis=0), GATE_DECIBELS) < CLIP_GATE:
        return None
    return Clip(
        stems,
        chords=chord_track(song, start, frames),
        beats=beat_track(song, start, frames),
        pitches={name: _keys(groups[name], start, frames) for name in stems if name != "drums"},
        notes={name: _written(groups[name], start, seconds) for name in stems},
        genre=song.genre,
        key=song.key,
        bpm=song.bpm,
        origin=f"{song.title} at {start:.2f} s, {' and '.join(sorted(names))}",
        melody=_melody(song, stems, start, frames),
    )


def mastered(stems: Mapping[str, np.ndarray], rng: np.random.Generator, amount: float = 1.0) -> dict[str, np.ndarray]:
    """Level, and sometimes tone, of the whole mix. The same linear change for every stem: they still sum to the mix."""
    tone = effects.random_tone(rng, strength=3.0) if rng.random() < 0.5 * amount else None
    stems = {name: effects.colour(stem, tone) for name, stem in stems.items()}
    mix = np.sum(list(stems.values()), axis=0)
    wanted = rng.uniform(-20.0, -14.0)
    rms = 10 * np.log10(float(np.mean(np.square(mix))) + 1e-12)
    gain = min(10 ** ((wanted - rms) / 20), 0.98 / max(float(np.abs(mix).max()), 1e-9))
    return {name: (stem * np.float32(gain)).astype(np.float32, copy=False) for name, stem in stems.items()}


def _keys(parts: Sequence[Part], start: float, frames: int) -> np.ndarray:
    return np.logical_or.reduce([pitch_matrix(part.notes, start, frames) for part in parts])


def _written(parts: Sequence[Part], start: float, seconds: float) -> np.ndarray:
    """The notes of the parts that sound between `start` and `start + seconds`, counted from `start`."""
    notes = np.concatenate([part.notes for part in parts]).copy()
    notes[:, START] -= start
    notes[:, END] -= start
    return sorted_notes(notes[(notes[:, END] > 0) & (notes[:, START] < seconds)])


def _melody(song: Song, stems: Mapping[str, np.ndarray], start: float, frames: int) -> np.ndarray | None:
    lead = song.lead
    if lead is None or lead.instrument not in stems:
        return None
    return pitch_matrix(lead.notes, start, frames)
