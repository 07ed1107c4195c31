"""Who plays a stem: a soundfont, a singer, a synthesizer or recorded notes, behind one call.

A performer is chosen once for a stem and plays all parts of it; what differs from part to part (a program, a voice, a
patch, a kit) it draws as it plays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.vocabulary import Vocabulary
from training.synthesis import singer
from training.synthesis.electronics import ROLES, random_drum_machine, random_patch
from training.synthesis.orchestra import programs_of
from training.synthesis.samples import Samples
from training.synthesis.song import PITCH, Part
from training.synthesis.soundfonts import Soundfont

SAMPLED = 0.4
"""Chance of a stem to be played from recorded notes, where there are any of its instrument."""

_OTHER_PROGRAM = 0.6
"""Chance of a part to leave its own program of a soundfont for another of the same instrument."""
_DETUNED = 6.0
"""Deviation of a part's tuning, in cents."""
_RELEASES = (0.03, 0.25)
"""Seconds in which a recorded note ends."""


class Performer(Protocol):
    @property
    def name(self) -> str: ...

    def play(self, part: Part, start: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
        """(samples,) float32 at SAMPLE_RATE: the part between `start` and `start + seconds`."""
        ...


@dataclass(frozen=True)
class Ensemble:
    """All who can be asked to play, and how often each is."""

    soundfonts: Sequence[Soundfont]
    vocabulary: Vocabulary
    electronic: float | None = None
    """Chance of each stem that could be electronic to be so; with None nobody asks, and nothing is drawn for it."""
    samples: Samples | None = None

    def performer(self, instrument: str, rng: np.random.Generator) -> Performer:
        """For one stem. Every kind draws its chance whoever is chosen, so that a stem's sound hangs on its own only."""
        able = [font for font in self.soundfonts if font.programs or instrument == "drums"]
        font = able[rng.integers(len(able))]
        electronic = self.electronic is not None and rng.random() < self.electronic
        samples = self.samples if self.samples is not None and self.samples.plays(instrument) else None
        sampled = samples is not None and rng.random() < SAMPLED
        if electronic and (instrument in ROLES or instrument == "drums"):
            return _Electronic()
        if samples is not None and sampled:
            return _Sampled(samples)
        if instrument == "vocals":
            return _Singer()
        return _OfSoundfont(font, self.vocabulary)


@dataclass(frozen=True)
class _OfSoundfont:
    font: Soundfont
    vocabulary: Vocabulary

    @property
    def name(self) -> str:
        return self.font.name

    def play(self, part: Part, start: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
        if part.drums:
            kit = self.font.kits[rng.integers(len(self.font.kits))]
            return self.font.play(part.notes, kit, start=start, seconds=seconds, drums=True)
        program = part.program
        if rng.random() < _OTHER_PROGRAM:
            program = int(rng.choice(programs_of(self.vocabulary, part.instrument or "piano")))
        program = self._nearest(program)
        return self.font.play(part.notes, program, start=start, seconds=seconds, cents=float(rng.normal(0, _DETUNED)))

    def _nearest(self, program: int) -> int:
        """General MIDI lists by kind, so a program that the font lacks has its kin beside it."""
        return min(self.font.programs, key=lambda one: (abs(one - program), one))


@dataclass(frozen=True)
class _Singer:
    name: str = "singer"

    def play(self, part: Part, start: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
        voice = singer.random_voice(float(np.median(part.notes[:, PITCH])), rng)
        return singer.sing(part.notes, start=start, seconds=seconds, rng=rng, voice=voice)


@dataclass(frozen=True)
class _Electronic:
    """Each part on a synthesizer or a drum machine of its own."""

    name: str = "electronics"

    def play(self, part: Part, start: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
        if part.drums:
            return random_drum_machine(rng).play(part.notes, start=start, seconds=seconds)
        patch = random_patch(ROLES[part.instrument or "synth lead"], rng)
        return patch.play(part.notes, start=start, seconds=seconds, rng=rng)


@dataclass(frozen=True)
class _Sampled:
    """Each part on an instrument or a kit of recorded notes."""

    samples: Samples
    name: str = "samples"

    def play(self, part: Part, start: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
        if part.drums:
            return self.samples.kit(rng).play(part.notes, start=start, seconds=seconds)
        player = self.samples.player(part.instrument or "piano", rng)
        release = float(np.exp(rng.uniform(*np.log(_RELEASES))))
        cents = float(rng.normal(0, _DETUNED))
        return player.play(part.notes, start=start, seconds=seconds, cents=cents, release=release)
