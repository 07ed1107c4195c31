"""The key of a piece from how long each pitch class sounds. Torch-free."""

from __future__ import annotations

import numpy as np

from engine.analysis.chords import ROOTS

LOWEST_PITCH_CLASS = 9
"""The first of the 88 keys is an A."""

FEWEST_TONES, LEAST_SHARE = 3, 0.02
"""Pitch classes without which there is no key, each of some share of all that sounds: a hum is in none."""

# Temperley, "What's Key for Key?" (1999), revised profiles: weights of the degrees from the tonic up.
MAJOR = np.array([5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0])
MINOR = np.array([5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0])


def pitch_classes(pitches: np.ndarray) -> np.ndarray:
    """Pitch matrix (88, frames), A0 first -> how much each class from C up sounds, (12,)."""
    sounding = np.asarray(pitches, dtype=np.float64).sum(axis=1)
    return np.bincount((np.arange(sounding.size) + LOWEST_PITCH_CLASS) % 12, weights=sounding, minlength=12)


def estimate_key(pitches: np.ndarray) -> str | None:
    """Pitch matrix (88, frames) of probabilities -> "C:maj", "F#:min", ...; None where fewer than three tones sound.

    The correlation with the 24 rotated profiles (Krumhansl and Schmuckler).
    """
    # Doubtful keys are many: below one in five they would outweigh what truly sounds.
    classes = pitch_classes(np.where(np.asarray(pitches) >= 0.2, pitches, 0))
    if classes.sum() <= 1e-6 or np.ptp(classes) <= 1e-9:
        return None
    if np.count_nonzero(classes > LEAST_SHARE * classes.sum()) < FEWEST_TONES:
        return None
    best, name = -np.inf, None
    for mode, profile in (("maj", MAJOR), ("min", MINOR)):
        for tonic in range(12):
            score = np.corrcoef(np.roll(profile, tonic), classes)[0, 1]
            if score > best:
                best, name = score, f"{ROOTS[tonic]}:{mode}"
    return name


def key_name(key: str) -> str:
    """`F#:min` -> `F# minor`, for people."""
    tonic, _, mode = key.partition(":")
    return f"{tonic} {'minor' if mode.startswith('min') else 'major'}"
