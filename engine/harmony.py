"""Notes in harmony: what is written outside of a chord that is surely heard moves to the nearest tone of it.

A network that has learnt what bands play knows that most notes are of the chord, and samples some that are not. Where
the song's chord is sure, few of these are meant, and a listener cannot tell the chords through them.
"""

from __future__ import annotations

import numpy as np

from engine.analysis.chords import CHORD_TONES, chord_index
from engine.analysis.listening import Listening
from engine.score import END, KEYS, LOWEST_KEY, PITCH, START

SURE = 0.6
"""Probability of all chords without a tone from which on it is out of place."""
STEPS = (-1, 1, -2, 2)
"""Semitones to the next tone of any chord that is known here, the nearest first."""


def in_harmony(notes: np.ndarray, heard: Listening) -> np.ndarray:
    """Notes (n, 4) of a score, of any pitched instrument, beside music in which `heard` was heard.

    The chord of a note is the one of most of its time. Where none is heard, or hardly, notes stay what they are.
    """
    frames = heard.chords.shape[1]
    if len(notes) == 0 or frames == 0:
        return notes
    path = np.zeros(frames, np.int64)
    for start, end, name in heard.chord_segments():
        path[round(start * heard.frame_rate) : round(end * heard.frame_rate)] = chord_index(name)
    moved = notes.copy()
    for note in moved:
        first = min(int(note[START] * heard.frame_rate), frames - 1)
        last = max(int(note[END] * heard.frame_rate), first + 1)
        tones = CHORD_TONES[np.bincount(path[first:last]).argmax()] > 0
        belongs = heard.chords[:, first:last].mean(axis=1) @ (CHORD_TONES > 0)
        pitch = int(note[PITCH])
        if not tones.any() or tones[pitch % 12] or belongs[pitch % 12] > 1 - SURE:
            continue
        keys = (pitch + step for step in STEPS)
        note[PITCH] = next((key for key in keys if tones[key % 12] and LOWEST_KEY <= key < LOWEST_KEY + KEYS), pitch)
    return _one_at_a_time(moved)


def _one_at_a_time(notes: np.ndarray) -> np.ndarray:
    """A key that is struck again ends what it played; struck twice at once, it plays the longer."""
    order = np.lexsort((-notes[:, END], notes[:, START], notes[:, PITCH]))
    kept: list[np.ndarray] = []
    for note in notes[order]:
        if kept and kept[-1][PITCH] == note[PITCH]:
            if kept[-1][START] == note[START]:
                continue
            kept[-1][END] = min(kept[-1][END], note[START])
        kept.append(note.copy())
    result = np.array(kept)
    return result[np.argsort(result[:, START], kind="stable")]
