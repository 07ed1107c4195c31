"""What players do with a chord in a bar: drum grids, bass lines, comping, arpeggios, pads.

Positions and lengths are in beats of a bar of four; grids have sixteen steps. In grids X is an accent, x a hit,
o a ghost note.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np

from engine.analysis.chords import CHORD_TONES, chord_root

Note = tuple[float, float, float, float]
"""start, end (beats), pitch, velocity."""

_KEYS = {
    "kick": 36,
    "snare": 38,
    "rim": 37,
    "clap": 39,
    "closed": 42,
    "pedal": 44,
    "open": 46,
    "ride": 51,
    "bell": 53,
    "crash": 49,
    "tambourine": 54,
    "cowbell": 56,
    "low tom": 45,
    "high tom": 50,
    "conga": 63,
    "low conga": 64,
    "shaker": 70,
    "clave": 75,
}
_LOUDNESS = {"X": 112, "x": 92, "o": 48}

DRUM_GRIDS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "rock": (
        {"kick": "X.......X.x.....", "snare": "....X.......X...", "closed": "x.x.x.x.x.x.x.x."},
        {"kick": "X..x....X..x....", "snare": "....X.......X..o", "ride": "x.x.x.x.x.x.x.x."},
        {"kick": "X.....x.X.x...x.", "snare": "....X.......X...", "open": "x...x...x...x..."},
    ),
    "ballad": (
        {"kick": "X.........x.....", "snare": "........X.......", "closed": "x.x.x.x.x.x.x.x."},
        {"kick": "X.....x.........", "rim": "....x.......x...", "closed": "x...x...x...x..."},
    ),
    "swing": (
        {
            "ride": "X...x.o.X...x.o.",
            "pedal": "....x.......x...",
            "kick": "o.......o.......",
            "snare": "......o.......o.",
        },
        {"ride": "X...x.o.x...X.o.", "pedal": "....x.......x...", "snare": "..........o....."},
    ),
    "shuffle": (
        {"kick": "X.......X.....x.", "snare": "....X.......X...", "closed": "x.o.x.o.x.o.x.o."},
        {"kick": "X.....x.X.......", "snare": "....X.......X.o.", "ride": "x.o.x.o.x.o.x.o."},
    ),
    "bossa": (
        {"kick": "X..xx..xX..xx..x", "rim": "x..x..x...x..x..", "closed": "x.x.x.x.x.x.x.x."},
        {
            "kick": "X..xX..xX..xX..x",
            "clave": "x..x..x...x.x...",
            "shaker": "xoxoxoxoxoxoxoxo",
            "conga": "....x.......x.xx",
        },
    ),
    "train": (
        {"kick": "X...x...X...x...", "snare": "oox.oox.oox.oox.", "closed": "....x.......x..."},
        {"kick": "X.......X.......", "snare": "....x..o....x..o", "tambourine": "..x...x...x...x."},
    ),
    "funk": (
        {"kick": "X..x..x...x..x..", "snare": "....X..o.o..X..o", "closed": "xxxxxxxxxxxxxxxx"},
        {
            "kick": "X.x.......x..x..",
            "snare": "....X.......X...",
            "closed": "x.x.x.x.x.xxx.o.",
            "tambourine": "....x.......x...",
        },
    ),
    "four on the floor": (
        {"kick": "X...X...X...X...", "clap": "....X.......X...", "open": "..x...x...x...x."},
        {
            "kick": "X...X...X...X..x",
            "snare": "....X.......X...",
            "closed": "xoxoxoxoxoxoxoxo",
            "open": "..x...x...x...x.",
        },
        {"kick": "X..x..x...x.....", "snare": "....X.......X...", "closed": "x.xxx.x.x.xxx.xx"},
    ),
    "one drop": (
        {"kick": "........X.......", "rim": "........X.......", "closed": "x.x.x.x.x.x.x.x."},
        {"kick": "X.......X.......", "snare": "....X.......X...", "closed": "..x...x...x...x."},
    ),
    "march": (
        {"kick": "X.......X.......", "snare": "x.ooX.oox.ooX.oo"},
        {"kick": "X...x...X...x...", "snare": "..x...x...x...xx", "crash": "X..............."},
    ),
    "brushes": (
        {"kick": "x.......x.......", "snare": "o.o.x.o.o.o.x.o.", "closed": "....x.......x..."},
        {"rim": "....x.......x...", "shaker": "x.o.x.o.x.o.x.o."},
    ),
}


def drums(style: str, bars: int, rng: np.random.Generator) -> list[Note]:
    """A groove with a fill every fourth or eighth bar and a crash after it."""
    grid = DRUM_GRIDS[style][rng.integers(len(DRUM_GRIDS[style]))]
    fill_every = int(rng.choice([4, 8]))
    notes: list[Note] = []
    for bar in range(bars):
        fill = (bar + 1) % fill_every == 0
        for name, row in grid.items():
            for step, mark in enumerate(row):
                if mark == "." or (fill and step >= 12):
                    continue
                notes.append(_hit(bar * 4 + step / 4, name, _LOUDNESS[mark] + rng.normal(0, 4)))
        if fill:
            names = rng.choice(["snare", "high tom", "low tom", "snare"], size=4)
            notes += [
                _hit(bar * 4 + 3 + step / 4, str(names[step]), 84 + 8 * step)
                for step in range(4)
                if rng.random() < 0.85
            ]
        if bar and bar % fill_every == 0 and style not in ("brushes", "bossa", "swing"):
            notes.append(_hit(bar * 4, "crash", 104))
    return notes


def _hit(at: float, name: str, velocity: float) -> Note:
    return at, at + 0.2, _KEYS[name], float(np.clip(velocity, 20, 127))


def _bass_key(chord: int) -> int:
    """The root between E1 and Eb2 of a bass; A for no chord."""
    root = chord_root(chord)
    return 28 + ((9 if root is None else root) - 4) % 12


def _third_and_fifth(chord: int) -> tuple[int, int]:
    root = chord_root(chord) or 0
    steps = [step for step in range(1, 12) if CHORD_TONES[chord][(root + step) % 12]]
    return (steps[0], next((step for step in steps if step in (6, 7)), 7)) if steps else (0, 7)


def bass(style: str, chords: np.ndarray, rng: np.random.Generator) -> list[Note]:
    """A bass line over one chord a beat."""
    notes: list[Note] = []
    for bar in range(len(chords) // 4):
        start, now = bar * 4, chords[bar * 4 : bar * 4 + 4]
        after = chords[min(bar * 4 + 4, len(chords) - 1)]
        roots = [_bass_key(int(chord)) for chord in now]
        third, fifth = _third_and_fifth(int(now[2]))
        match style:
            case "roots":
                notes += [(start + b, start + b + 0.95, roots[b], 92) for b in (0, 2)]
            case "eighths":
                notes += [(start + e / 2, start + e / 2 + 0.45, roots[e // 2], 96 - 8 * (e % 2)) for e in range(8)]
            case "walking":
                line = [roots[0], roots[1] + _third_and_fifth(int(now[1]))[0], roots[2] + fifth]
                line.append(_bass_key(int(after)) + int(rng.choice([-1, 1, 2, -2])))
                notes += [(start + b, start + b + 0.9, key, 88) for b, key in enumerate(line)]
            case "two":
                notes += [
                    (start, start + 0.9, roots[0], 94),
                    (start + 2, start + 2.9, roots[2] + fifth - 12 * (roots[2] + fifth > 40), 86),
                ]
            case "syncopated":
                spots = (
                    (0, 0.7, 0),
                    (0.75, 0.2, 0),
                    (1.5, 0.45, 12),
                    (2.5, 0.45, 0),
                    (3.25, 0.2, fifth),
                    (3.75, 0.2, 0),
                )
                notes += [
                    (start + a, start + a + n, roots[int(a)] + up, 98) for a, n, up in spots if rng.random() < 0.85
                ]
            case "tumbao":
                for half in (0, 2):
                    upper = roots[half + 1] + _third_and_fifth(int(now[half + 1]))[1]
                    at = start + half
                    notes += [(at, at + 1.4, roots[half], 90), (at + 1.5, at + 1.95, upper - 12 * (upper > 40), 84)]
            case "octaves":
                notes += [(start + e / 2, start + e / 2 + 0.4, roots[e // 2] + 12 * (e % 2), 96) for e in range(8)]
            case "boogie":
                line = (0, 0, third, third, fifth, fifth, 9, fifth)
                notes += [(start + e / 2, start + e / 2 + 0.4, roots[e // 2] + up, 90) for e, up in enumerate(line)]
            case "off":
                spots = ((0, 0), (1.5, 0), (2.5, fifth), (3.5, 0))
                notes += [(start + a, start + a + 0.45, roots[int(a)] + up, 96) for a, up in spots]
            case _:
                raise KeyError(style)
    return notes


Voicing = tuple[int, ...]


def voicing(chord: int, before: Voicing, low: int, size: int = 4) -> Voicing:
    """Close chord tones near the last voicing: the smoothest of the inversions from `low` on. Empty for "N"."""
    options = _inversions(chord, low, size)
    if not before or not options:
        return options[0] if options else ()
    middle = sum(before) / len(before)
    return min(options, key=lambda keys: abs(sum(keys) / len(keys) - middle))


@functools.cache
def _inversions(chord: int, low: int, size: int) -> tuple[Voicing, ...]:
    stack = tuple(key for key in range(low, low + 30) if CHORD_TONES[chord][key % 12])
    return tuple(stack[first : first + size] for first in range(len(stack) - size) if stack[first] < low + 12)


_COMPS: Mapping[str, tuple[tuple[float, float], ...]] = {
    # (beat, length)
    "whole": ((0, 3.9),),
    "halves": ((0, 1.9), (2, 1.9)),
    "quarters": ((0, 0.9), (1, 0.9), (2, 0.9), (3, 0.9)),
    "off beats": ((0.5, 0.3), (1.5, 0.3), (2.5, 0.3), (3.5, 0.3)),
    "backbeat": ((1, 0.5), (3, 0.5)),
    "oom-pah": ((1, 0.45), (3, 0.45)),
    "charleston": ((0, 0.6), (1.5, 0.4)),
    "bossa": ((0, 0.4), (0.75, 0.4), (1.5, 0.7), (2.5, 0.4), (3.25, 0.6)),
    "strum": ((0, 0.9), (1, 0.45), (1.5, 0.45), (2.5, 0.45), (3, 0.45), (3.5, 0.4)),
    "eighths": tuple((step / 2, 0.42) for step in range(8)),
    "scratch": ((0, 0.2), (0.75, 0.2), (1.5, 0.2), (2.25, 0.2), (2.75, 0.2), (3.5, 0.2)),
    "stabs": ((0, 0.3), (1.5, 0.3), (3, 0.3)),
    "montuno": ((0, 0.45), (0.5, 0.4), (1.5, 0.4), (2.5, 0.4), (3.5, 0.4)),
}


def comp(style: str, chords: np.ndarray, rng: np.random.Generator, *, low: int = 52, size: int = 4) -> list[Note]:
    """Chords struck in a rhythm, voices led smoothly; strummed chords spread by some milliseconds of a beat."""
    notes: list[Note] = []
    before: Voicing = ()
    for bar in range(len(chords) // 4):
        for beat, length in _COMPS[style]:
            chord = int(chords[bar * 4 + int(beat)])
            keys = voicing(chord, before, low, size)
            before = keys or before
            loud = 84 + 8 * (beat == 0) + rng.normal(0, 4)
            # What is held must not outlast its chord.
            end = min(beat + length, _until(chords, bar * 4 + int(beat)) - bar * 4)
            spread = 0.02 if style in ("strum", "scratch") else 0.0
            notes += [
                (bar * 4 + beat + spread * place, bar * 4 + end, key, float(np.clip(loud, 30, 120)))
                for place, key in enumerate(keys)
            ]
            for late in range(int(beat) + 1, 4):  # a held chord is struck anew where the harmony changes
                if beat + length > late and chords[bar * 4 + late] != chords[bar * 4 + late - 1]:
                    keys = voicing(int(chords[bar * 4 + late]), before, low, size)
                    before = keys or before
                    notes += [(bar * 4 + late, bar * 4 + min(beat + length, 4), key, 80.0) for key in keys]
    return notes


def _until(chords: np.ndarray, beat: int) -> int:
    end = beat + 1
    while end < len(chords) and end % 4 and chords[end] == chords[beat]:
        end += 1
    return end


def arpeggio(style: str, chords: np.ndarray, rng: np.random.Generator, *, low: int = 55) -> list[Note]:
    """Chord tones one after the other: `eighths` or `sixteenths`, up, down or rolling."""
    steps = 8 if style == "eighths" else 16
    order = [(0, 1, 2, 3), (3, 2, 1, 0), (0, 2, 1, 2), (0, 1, 2, 3, 2, 1)][rng.integers(4)]
    notes: list[Note] = []
    before: Voicing = ()
    for bar in range(len(chords) // 4):
        for step in range(steps):
            at = step * 4 / steps
            keys = voicing(int(chords[bar * 4 + int(at)]), before, low)
            if not keys:
                continue
            before = keys
            key = keys[order[step % len(order)] % len(keys)]
            notes.append((bar * 4 + at, bar * 4 + at + 4 / steps * 0.9, key, 78 + 10 * (step % 4 == 0)))
    return notes


def pad(chords: np.ndarray, *, low: int = 55, size: int = 4) -> list[Note]:
    """Chords held as long as they last."""
    notes: list[Note] = []
    before: Voicing = ()
    start = 0
    for beat in range(1, len(chords) + 1):
        if beat < len(chords) and chords[beat] == chords[start] and beat - start < 8:
            continue
        keys = voicing(int(chords[start]), before, low, size)
        before = keys or before
        notes += [(start, beat - 0.05, key, 74) for key in keys]
        start = beat
    return notes
