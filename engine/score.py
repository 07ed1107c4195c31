"""Scores: what an instrument plays, as the picture that the diffusion samples (`space = "score"`).

A stem of the paper's length has hundreds of thousands of samples and a few dozen notes. Where a model is too small,
or trained too little, to draw sound, it can draw notes, and engine.models.synthesizer plays them.

A score is (CHANNELS, Z) float32 in -1..1, Z tokens of 80 ms. Rows, in this order:

    0..87     onset: a note of this key begins in this token (1) or not (-1); row 0 is A0, drums lie at their MIDI keys
    88..175   sounding: the key sounds in this token
    176       when in the token its onsets lie, from its beginning (-1) to its end (1); 0 where there are none
    177       how loud they are struck, MIDI velocity 0 (-1) to 127 (1); 0 where there are none

Notes are (notes, 4) float64: start and end in seconds, MIDI pitch, velocity (1-127), sorted by start.
"""

from __future__ import annotations

import numpy as np

from engine.grid import FRAME_RATE, SAMPLES_PER_FRAME, frames_in

KEYS = 88
LOWEST_KEY = 21
TOKEN_FRAMES = 4
"""Label frames of a token: at 160 beats a minute a sixteenth note is longer than one."""
TOKEN_RATE = FRAME_RATE / TOKEN_FRAMES
SAMPLES_PER_TOKEN = TOKEN_FRAMES * SAMPLES_PER_FRAME
CHANNELS = 2 * KEYS + 2
WHEN, HOW_LOUD = 2 * KEYS, 2 * KEYS + 1
_HALF_VELOCITY = 63.5
SHORTEST = 0.05
"""Seconds of a note that ends in the token in which it begins, at least."""
GRACE = 0.09
"""Seconds within which onsets are one chord."""
LONGEST = 4.0
"""Seconds that a note is held for at most where it has to be guessed."""

START, END, PITCH, VELOCITY = range(4)


def tokens_in(samples: int) -> int:
    """Tokens that cover `samples` model-rate samples; a started token counts."""
    return -(-frames_in(samples) // TOKEN_FRAMES)


def write_score(notes: np.ndarray, tokens: int) -> np.ndarray:
    """Notes on a time line that begins with the score -> (CHANNELS, tokens). Keys outside of A0-C8 are left out."""
    score = np.full((CHANNELS, tokens), -1, dtype=np.float32)
    score[2 * KEYS :] = 0
    key = notes[:, PITCH].astype(int) - LOWEST_KEY
    inside = (key >= 0) & (key < KEYS) & (notes[:, END] > 0) & (notes[:, START] * TOKEN_RATE < tokens)
    notes, key = notes[inside], key[inside]
    begin = notes[:, START] * TOKEN_RATE
    first = np.floor(begin).astype(int)
    # A note that ends within a hair of a token's beginning does not sound in it.
    last = np.maximum(np.ceil(notes[:, END] * TOKEN_RATE - 0.1).astype(int), first + 1)
    for row, start, stop in zip(key, first, last, strict=True):
        score[KEYS + row, max(start, 0) : stop] = 1
    struck = first >= 0
    token = first[struck]
    score[key[struck], token] = 1
    count = np.bincount(token, minlength=tokens)
    some = count > 0
    for row, values in (
        (WHEN, 2 * (begin[struck] - token) - 1),
        (HOW_LOUD, notes[struck, VELOCITY] / _HALF_VELOCITY - 1),
    ):
        score[row, some] = np.bincount(token, weights=values, minlength=tokens)[some] / count[some]
    return score


def read_score(score: np.ndarray) -> np.ndarray:
    """(CHANNELS, Z) -> notes. What sounds from the first token on began with it; elsewhere a note needs an onset."""
    onset = score[:KEYS] > 0
    sounding = (score[KEYS : 2 * KEYS] > 0) | onset
    tokens = score.shape[1]
    when = (np.arange(tokens) + (np.clip(score[WHEN], -1, 1) + 1) / 2) / TOKEN_RATE
    loud = np.clip((np.clip(score[HOW_LOUD], -1, 1) + 1) * _HALF_VELOCITY, 1, 127)
    rows = []
    for key in np.flatnonzero(sounding.any(axis=1)):
        starts = np.flatnonzero(onset[key])
        if sounding[key, 0] and not onset[key, 0]:
            starts = np.concatenate([[0], starts])
        silent = np.flatnonzero(~sounding[key])
        for index, token in enumerate(starts):
            begin = 0.0 if token == 0 and not onset[key, 0] else when[token]
            after = silent[np.searchsorted(silent, token)] if silent.size and silent[-1] > token else tokens
            end = after / TOKEN_RATE
            if index + 1 < len(starts) and starts[index + 1] <= after:
                end = min(end, when[starts[index + 1]])
            rows.append((begin, max(end, begin + SHORTEST), key + LOWEST_KEY, loud[token]))
    notes = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return notes[np.argsort(notes[:, START], kind="stable")]


def moved(score: np.ndarray, semitones: int) -> np.ndarray:
    """The score transposed; keys that leave A0-C8 are lost."""
    result = score.copy()
    for first in (0, KEYS):
        rows = np.full((KEYS, score.shape[1]), -1, dtype=score.dtype)
        if semitones >= 0:
            rows[semitones:] = score[first : first + KEYS - semitones]
        else:
            rows[:semitones] = score[first - semitones : first + KEYS]
        result[first : first + KEYS] = rows
    return result


def later(notes: np.ndarray, seconds: float) -> np.ndarray:
    """The notes moved on the time line."""
    result = notes.copy()
    result[:, (START, END)] += seconds
    return result


def held(notes: np.ndarray, seconds: float) -> np.ndarray:
    """The notes held longer, each at most to the next onset, until keys sound for `seconds` in all, or nearly.

    What a network has not learnt well is which values make one note; how long notes are on the whole it knows sooner.
    """
    if len(notes) == 0:
        return notes
    onsets = np.unique(notes[:, START])
    after = np.searchsorted(onsets, notes[:, START] + GRACE, side="left")
    limit = np.where(after < len(onsets), onsets[np.minimum(after, len(onsets) - 1)], notes[:, END].max())

    def ends(longest: float) -> np.ndarray:
        return np.maximum(notes[:, END], np.minimum(limit, notes[:, START] + longest))

    low, high = 0.0, LONGEST
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if (ends(middle) - notes[:, START]).sum() < seconds else (low, middle)
    result = notes.copy()
    result[:, END] = ends(low)
    return result
