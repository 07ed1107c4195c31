"""A tune over chords: motifs that return, chord tones on strong beats, and room to breathe."""

from __future__ import annotations

import functools

import numpy as np

from engine.analysis.chords import CHORD_TONES

# Rhythms of one bar in beats; negative is a rest.
_RHYTHMS: tuple[tuple[float, ...], ...] = (
    (1, 1, 1, 1), (1, 1, 2), (1.5, 0.5, 1, 1), (0.5, 0.5, 1, 2), (2, 1, 1), (1, 0.5, 0.5, 1, 1), (1.5, 0.5, 2),
    (0.5, 0.5, 0.5, 0.5, 1, 1), (-1, 1, 1, 1), (-0.5, 0.5, 0.5, 0.5, 1, 1), (1.5, 1.5, 1), (3, 1), (1, 0.5, 1.5, 1),
    (-1, 0.5, 0.5, 0.5, 0.5, 1), (0.5, 1, 0.5, 1, 1), (0.75, 0.75, 0.5, 1, 1),
)  # fmt: skip
_ENDINGS: tuple[tuple[float, ...], ...] = ((3, -1), (2, -2), (1, 1, -2), (1.5, 1.5, -1), (4,))


def tune(
    chords: np.ndarray, tonics: np.ndarray, scale: tuple[int, ...], rng: np.random.Generator, *, centre: int = 67
) -> np.ndarray:
    """Melody over `chords` (beats,), four beats a bar: (notes, 4) start and end in beats, MIDI pitch, velocity.

    Phrases of four bars say motif, motif again, another, and an ending. `centre` is the middle of the range.
    """
    bars = len(chords) // 4
    motifs = [_motif(rng) for _ in range(2)]
    ends = [_ENDINGS[rng.integers(len(_ENDINGS))] for _ in range(2)]
    rows: list[tuple[float, float, float, float]] = []
    pitch = centre + int(rng.integers(-3, 4))
    silent = set(np.flatnonzero(rng.random(-(-bars // 4)) < 0.12)) - {0}
    for bar in range(bars):
        phrase, place = divmod(bar, 4)
        if phrase in silent:
            continue
        rhythm, contour = motifs[0 if place in (0, 1) and phrase % 4 != 2 else 1]
        if place == 3:
            rhythm = ends[phrase % 2]
        at = float(bar * 4)
        for index, length in enumerate(rhythm):
            if length > 0:
                beat = min(int(at), len(chords) - 1)
                step = contour[index % len(contour)]
                strong = abs(at - round(at)) < 0.01 and round(at) % 2 == 0
                pitch = _next(pitch, step, chords[beat], int(tonics[bar]), scale, strong or place == 3, centre)
                loud = 92 + (10 if strong else 0) + rng.normal(0, 5)
                # Legato within a phrase, air before rests.
                rows.append((at, at + length * (0.95 if length < 2 else 0.9), pitch, float(np.clip(loud, 50, 120))))
            at += abs(length)
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _motif(rng: np.random.Generator) -> tuple[tuple[float, ...], tuple[int, ...]]:
    rhythm = _RHYTHMS[rng.integers(len(_RHYTHMS))]
    steps = rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 3], size=len(rhythm))
    return rhythm, tuple(int(step) for step in steps)


def _next(pitch: int, step: int, chord: int, tonic: int, scale: tuple[int, ...], strong: bool, centre: int) -> int:
    """The scale or chord tone nearest to `step` scale steps from `pitch`, pulled back to the middle of the range."""
    if abs(pitch - centre) > 8:
        step = -abs(step) - 1 if pitch > centre else abs(step) + 1
    wanted = pitch + step * 1.8
    allowed = _allowed(chord, tonic, scale, strong)
    near = range(centre - 12, centre + 13)
    return min((key for key in near if key % 12 in allowed), key=lambda key: (abs(key - wanted), key))


@functools.cache
def _allowed(chord: int, tonic: int, scale: tuple[int, ...], strong: bool) -> frozenset[int]:
    """Pitch classes: chord tones on strong beats, the scale's too on weak ones, but for the semitone above a chord
    tone, which grates."""
    tones = frozenset(int(tone) for tone in np.flatnonzero(CHORD_TONES[chord]))
    if strong and tones:
        return tones
    passing = {(tonic + step) % 12 for step in scale}
    return tones | {tone for tone in passing if (tone - 1) % 12 not in tones}
