"""What a new instrument could play, to begin with: what is heard of the music whose place it takes.

Whoever replaces a piano by an organ wants its part played, and a remix is to be the same song. So the part that leaves
is written down as far as it is heard, and sampling begins with it under noise instead of with noise alone (SDEdit, Meng
et al. 2022): the diffusion makes it a part for the new instrument, and another one for each seed.
"""

from __future__ import annotations

import numpy as np

from engine.score import END, GRACE, PITCH, SHORTEST, START

DRUMS, BASS = "drums", "bass"

RANGES = {
    "vocals": (52, 79),
    BASS: (26, 50),
    "piano": (36, 84),
    "organ": (44, 82),
    "accordion": (49, 82),
    "acoustic guitar": (45, 81),
    "electric guitar": (44, 80),
    "distorted guitar": (39, 81),
    "strings": (46, 84),
    "choir": (45, 81),
    "trumpet": (50, 81),
    "brass": (46, 81),
    "saxophone": (47, 81),
    "flute": (60, 85),
    "clarinet": (52, 85),
    "synth lead": (50, 85),
    "synth pad": (41, 84),
    "mallets": (53, 85),
}
"""Lowest and highest MIDI key: where 96 of 100 notes of each lie in the songs of the training."""
ANY_RANGE = (44, 84)
ALONE = frozenset({"vocals", "trumpet", "saxophone", "flute", "clarinet", "synth lead"})
"""They play one note at a time, and what they are given is the melody."""
BASS_BELOW = 56
BASS_ABOVE = 44
"""A bass takes what lies below the one, the others what lies above the other where there is a bass."""
FEWEST = 4
"""Notes that make a part."""
STRENGTH = 0.25
"""Share of the sampler's steps that are taken from a draft on."""


def draft(notes: np.ndarray, name: str, band: tuple[str, ...]) -> np.ndarray | None:
    """Of the notes (n, 4) that are heard the part of `name`, one of the new instruments `band`, within its range.

    None for drums, and where too little is heard.
    """
    if name == DRUMS or len(notes) < FEWEST:
        return None
    if name == BASS:
        part = _line(notes[notes[:, PITCH] < BASS_BELOW], lowest=True)
    else:
        part = notes[notes[:, PITCH] > BASS_ABOVE] if BASS in band else notes
        part = _line(part) if name in ALONE else part
    return _within(part, *RANGES.get(name, ANY_RANGE)) if len(part) >= FEWEST else None


def _line(notes: np.ndarray, *, lowest: bool = False) -> np.ndarray:
    """One note at a time: of those that begin together the highest, or the lowest, each at most to the next one."""
    notes = notes[np.argsort(notes[:, START], kind="stable")]
    kept: list[np.ndarray] = []
    for note in notes:
        if kept and note[START] - kept[-1][START] < GRACE:
            if (note[PITCH] < kept[-1][PITCH]) == lowest:
                kept[-1] = np.concatenate([kept[-1][:1], note[1:]])
        else:
            kept.append(note)
    line = np.array(kept).reshape(-1, 4)
    line[:-1, END] = np.minimum(line[:-1, END], line[1:, START])
    return line[line[:, END] - line[:, START] >= SHORTEST]


def _within(notes: np.ndarray, low: int, high: int) -> np.ndarray:
    """The part moved by octaves to where most of it fits, and what still lies outside by itself."""
    part = notes.copy()
    pitch = part[:, PITCH]
    octaves = 12 * np.arange(-5, 6)
    outside = [np.mean((pitch + move < low) | (pitch + move > high)) for move in octaves]
    # Of moves that fit as well the shortest.
    pitch = pitch + octaves[int(np.lexsort((np.abs(octaves), outside))[0])]
    pitch = np.where(pitch < low, pitch + 12 * np.ceil((low - pitch) / 12), pitch)
    part[:, PITCH] = np.where(pitch > high, pitch - 12 * np.ceil((pitch - high) / 12), pitch)
    return part
