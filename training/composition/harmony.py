"""Chord progressions: phrases that walk between functions (tonic, subdominant, dominant) and end in cadences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.chords import QUALITIES

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)


@dataclass(frozen=True)
class Degree:
    """A chord relative to the tonic."""

    step: int
    """Semitones of the root above the tonic."""
    triad: str
    seventh: str


_MAJOR: Mapping[str, Degree] = {
    "I": Degree(0, "maj", "maj7"),
    "ii": Degree(2, "min", "min7"),
    "iii": Degree(4, "min", "min7"),
    "IV": Degree(5, "maj", "maj7"),
    "V": Degree(7, "maj", "7"),
    "vi": Degree(9, "min", "min7"),
    "bVII": Degree(10, "maj", "7"),
    "V/V": Degree(2, "7", "7"),
    "V/vi": Degree(4, "7", "7"),
    "iv": Degree(5, "min", "min7"),
    "Vsus": Degree(7, "sus", "sus"),
    "vii": Degree(11, "dim", "dim"),
}
_MINOR: Mapping[str, Degree] = {
    "i": Degree(0, "min", "min7"),
    "ii": Degree(2, "dim", "dim"),
    "III": Degree(3, "maj", "maj7"),
    "iv": Degree(5, "min", "min7"),
    "v": Degree(7, "min", "min7"),
    "V": Degree(7, "maj", "7"),
    "VI": Degree(8, "maj", "maj7"),
    "VII": Degree(10, "maj", "7"),
    "Vsus": Degree(7, "sus", "sus"),
}

# Where a chord likes to go. Tonic prolongs or leaves, subdominants go to dominants, dominants resolve or deceive.
_MAJOR_MOVES: Mapping[str, Sequence[str]] = {
    "I": ("IV", "vi", "V", "ii", "iii", "IV", "vi", "V/vi", "bVII"),
    "ii": ("V", "V", "V", "Vsus", "IV", "iii"),
    "iii": ("vi", "IV", "vi", "ii"),
    "IV": ("V", "I", "ii", "V", "iv", "Vsus", "vi"),
    "V": ("I", "I", "vi", "IV", "iii"),
    "vi": ("IV", "ii", "V", "iii", "IV", "V/V"),
    "bVII": ("IV", "I", "IV"),
    "V/V": ("V", "V", "Vsus"),
    "V/vi": ("vi",),
    "iv": ("I", "V"),
    "Vsus": ("V",),
    "vii": ("I", "iii"),
}
_MINOR_MOVES: Mapping[str, Sequence[str]] = {
    "i": ("iv", "VI", "VII", "v", "VI", "III", "V"),
    "ii": ("V", "V", "Vsus"),
    "III": ("VI", "VII", "iv"),
    "iv": ("V", "i", "VII", "v", "Vsus"),
    "v": ("VI", "i", "iv"),
    "V": ("i", "i", "VI"),
    "VI": ("VII", "III", "iv", "V", "ii"),
    "VII": ("III", "i", "VI"),
    "Vsus": ("V",),
}
_CADENCES = {
    "maj": {
        "full": ("V", "I"),
        "half": ("IV", "V"),
        "plagal": ("IV", "I"),
        "deceptive": ("V", "vi"),
        "two-five": ("ii", "V", "I"),
    },
    "min": {
        "full": ("V", "i"),
        "half": ("iv", "V"),
        "plagal": ("iv", "i"),
        "deceptive": ("V", "VI"),
        "two-five": ("ii", "V", "i"),
    },
}

# Loops that everyone knows, a chord a bar.
_LOOPS = {
    "maj": (
        ("I", "V", "vi", "IV"),
        ("I", "vi", "IV", "V"),
        ("vi", "IV", "I", "V"),
        ("I", "IV", "vi", "V"),
        ("I", "bVII", "IV", "I"),
    ),
    "min": (("i", "VI", "III", "VII"), ("i", "VII", "VI", "V"), ("i", "iv", "VII", "III"), ("i", "v", "VI", "VII")),
}
_TWELVE_BARS = (0, 5, 0, 0, 5, 5, 0, 0, 7, 5, 0, 7)


@dataclass(frozen=True)
class HarmonicStyle:
    """What a genre does with harmony."""

    minor: float = 0.35
    """Chance of a minor key."""
    sevenths: float = 0.2
    """Chance that a song prefers seventh chords to triads."""
    loops: float = 0.4
    """Chance that a phrase is a well-known loop."""
    two_a_bar: float = 0.2
    """Chance that a bar holds two chords."""
    blues: float = 0.0
    """Chance of the twelve-bar form."""


def chord_class(root: int, quality: str) -> int:
    """Class of engine.analysis.chords for a pitch class and one of QUALITIES."""
    return 1 + len(QUALITIES) * (root % 12) + QUALITIES.index(quality)


def progression(
    style: HarmonicStyle, tonic: int, mode: str, bars: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(bars * 4,) chord classes, one a beat, and (bars,) tonic of each bar.

    Form: phrases of four bars as A A' B A', B in a related key; now and then the last third is lifted by a tone.
    """
    rich = rng.random() < style.sevenths
    if rng.random() < style.blues:
        roots = [tonic + _TWELVE_BARS[bar % 12] for bar in range(bars)]
        quality = "7" if mode == "maj" else "min7"
        return np.repeat([chord_class(root, quality) for root in roots], 4).astype(np.int16), np.full(bars, tonic % 12)
    first = _phrase(style, mode, rich, "half", rng)
    second = _phrase(style, mode, rich, "full", rng, opening=first)
    bridge = _phrase(style, mode, rich, str(rng.choice(["half", "deceptive", "plagal"])), rng)
    away = int(rng.choice([0, 5, 7, -3 if mode == "maj" else 3]))
    lift = 2 if bars >= 24 and rng.random() < 0.12 else 0
    chords: list[int] = []
    tonics: list[int] = []
    for number in range(-(-bars // 4)):
        phrase, shift = ((first, 0), (second, 0), (bridge, away), (second, 0))[number % 4]
        shift += lift if number >= 2 * bars // 12 else 0
        for bar in phrase:
            tonics.append((tonic + shift) % 12)
            chords += [chord_class(tonic + shift + step, quality) for step, quality in bar]
    return np.array(chords[: bars * 4], dtype=np.int16), np.array(tonics[:bars])


_Bar = tuple[tuple[int, str], ...]


def _phrase(
    style: HarmonicStyle,
    mode: str,
    rich: bool,
    cadence: str,
    rng: np.random.Generator,
    opening: list[_Bar] | None = None,
) -> list[_Bar]:
    """Four bars of four (step, quality) each. `opening` lends its first two bars."""
    degrees, moves = (_MAJOR, _MAJOR_MOVES) if mode == "maj" else (_MINOR, _MINOR_MOVES)
    if rng.random() < style.loops:
        loop = _LOOPS[mode][rng.integers(len(_LOOPS[mode]))]
        return [_bar([name], degrees, rich, rng) for name in loop]
    end = _CADENCES[mode]["two-five" if cadence == "full" and rich else cadence]
    bars: list[_Bar] = list(opening[:2]) if opening else []
    name = "I" if mode == "maj" else "i"
    while len(bars) < 3:
        names = [name]
        if rng.random() < style.two_a_bar:
            name = str(rng.choice(moves[name]))
            names.append(name)
        bars.append(_bar(names, degrees, rich, rng))
        name = str(rng.choice(moves[name]))
    # The cadence takes the end: its last chord the fourth bar, or half of it.
    if len(end) == 3:
        bars[2] = _bar(end[:2], degrees, rich, rng)
    elif rng.random() < 0.5:
        bars[2] = _bar(end[:1], degrees, rich, rng)
    return [*bars[:3], _bar(end[-1:] if end[-1] != "V" or rng.random() < 0.6 else ("Vsus", "V"), degrees, rich, rng)]


def _bar(names: Sequence[str], degrees: Mapping[str, Degree], rich: bool, rng: np.random.Generator) -> _Bar:
    spelled: list[tuple[int, str]] = []
    for name in names:
        degree = degrees[name]
        seventh = rich or (degree.seventh == "7" and rng.random() < 0.3)
        spelled += [(degree.step, degree.seventh if seventh else degree.triad)] * (4 // len(names))
    return tuple(spelled)
