"""The chord alphabet that every room shares: 85 classes, from labels such as `Eb:min7` and back.

Class 0 is "N" (no chord); class 1 + 7 * root + quality is a root (C = 0) with one of QUALITIES.
Labels follow Harte et al. (2005), as POP909 and most chord data sets write them.
"""

from __future__ import annotations

import re

import numpy as np

ROOTS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
QUALITIES = ("maj", "min", "7", "maj7", "min7", "dim", "sus")
CHORDS: tuple[str, ...] = ("N", *(f"{root}:{quality}" for root in ROOTS for quality in QUALITIES))
CHORD_CLASSES = len(CHORDS)

UNKNOWN = -1
"""Stands in label arrays where nobody knows the chord; no loss is taken there."""

_INTERVALS = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "sus": (0, 5, 7),
}

# Rarer qualities, by what they share with a common one. Longest spelling first where one starts another.
_NEAREST = {
    "": "maj", "maj": "maj", "maj6": "maj", "6": "maj", "aug": "maj", "5": "maj", "1": "maj", "add9": "maj",
    "min": "min", "m": "min", "min6": "min", "minmaj7": "min", "mmaj7": "min",
    "7": "7", "9": "7", "11": "7", "13": "7", "aug7": "7",
    "maj7": "maj7", "maj9": "maj7", "maj11": "maj7", "maj13": "maj7",
    "min7": "min7", "m7": "min7", "min9": "min7", "min11": "min7", "min13": "min7",
    "dim": "dim", "dim7": "dim", "hdim7": "dim", "hdim": "dim",
    "sus": "sus", "sus2": "sus", "sus4": "sus", "7sus4": "sus", "9sus4": "sus",
}  # fmt: skip

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LABEL = re.compile(r"([A-G])([#b]*)(?::?([a-z0-9]*))?(?:\([^)]*\))?(?:/.*)?")


def _tones() -> np.ndarray:
    tones = np.zeros((CHORD_CLASSES, 12), dtype=bool)
    for root in range(12):
        for quality, name in enumerate(QUALITIES):
            tones[1 + len(QUALITIES) * root + quality, [(root + step) % 12 for step in _INTERVALS[name]]] = True
    tones.setflags(write=False)
    return tones


CHORD_TONES = _tones()
"""(CHORD_CLASSES, 12) bool: the pitch classes of each chord, C first. "N" has none."""


def pitch_class(name: str) -> int:
    """`Eb` -> 3. Raises ValueError for what is not a note name."""
    if not name or name[0] not in _LETTERS or name[1:].strip("#b"):
        raise ValueError(f"not a note name: {name!r}")
    return (_LETTERS[name[0]] + name.count("#") - name[1:].count("b")) % 12


def chord_index(label: str) -> int:
    """The class of a chord label; inversions and extensions are dropped, `X` is UNKNOWN.

    Raises ValueError for what is not a chord label.
    """
    label = label.strip()
    if label in ("N", "NC", "N.C.", ""):
        return 0
    if label == "X":
        return UNKNOWN
    match = _LABEL.fullmatch(label)
    if match is None or (match[3] or "") not in _NEAREST:
        raise ValueError(f"not a chord label: {label!r}")
    root = pitch_class(match[1] + match[2])
    return 1 + len(QUALITIES) * root + QUALITIES.index(_NEAREST[match[3] or ""])


def chord_name(index: int) -> str:
    """The label of a class; `X` for UNKNOWN. Raises IndexError beyond the alphabet."""
    return "X" if index == UNKNOWN else CHORDS[index]


def chord_root(index: int) -> int | None:
    """Pitch class of the root, None for "N" and UNKNOWN."""
    return (index - 1) // len(QUALITIES) if index > 0 else None


def chord_quality(index: int) -> str | None:
    """One of QUALITIES, None for "N" and UNKNOWN."""
    return QUALITIES[(index - 1) % len(QUALITIES)] if index > 0 else None


def transpose_chords(indices: np.ndarray, semitones: int) -> np.ndarray:
    """Classes moved by semitones, any shape; "N" and UNKNOWN stay."""
    count = len(QUALITIES)
    moved = 1 + (indices - 1 + count * semitones) % (12 * count)
    return np.where(indices > 0, moved, indices).astype(indices.dtype)


def transpose_key(key: str, semitones: int) -> str:
    """`Gb:maj` moved by 2 -> `Ab:maj`."""
    tonic, _, mode = key.partition(":")
    return f"{ROOTS[(pitch_class(tonic) + semitones) % 12]}:{mode or 'maj'}"
