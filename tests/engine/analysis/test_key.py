from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.chords import ROOTS
from engine.analysis.key import estimate_key, key_name, pitch_classes


def sounding(*classes_and_frames: tuple[int, int]) -> np.ndarray:
    """Pitch matrix with each class (C = 0) sounding in the octave from middle C for so many frames."""
    matrix = np.zeros((88, 200), dtype=np.float32)
    for pitch_class, frames in classes_and_frames:
        matrix[39 + pitch_class, :frames] = 0.9
    return matrix


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize(("mode", "steps"), [("maj", (0, 2, 4, 5, 7, 9, 11)), ("min", (0, 2, 3, 5, 7, 8, 11))])
def test_a_scale_with_its_triad_held_is_its_key(tonic: int, mode: str, steps: tuple[int, ...]) -> None:
    triad = {steps[0], steps[2], steps[4]}
    matrix = sounding(*(((tonic + step) % 12, 150 if step in triad else 50) for step in steps))
    assert estimate_key(matrix) == f"{ROOTS[tonic]}:{mode}"


def test_the_lowest_key_is_an_a() -> None:
    matrix = np.zeros((88, 3))
    matrix[0] = 1
    assert pitch_classes(matrix)[9] == 3


@pytest.mark.parametrize("matrix", [np.zeros((88, 10)), np.full((88, 10), 0.1), np.zeros((88, 0))])
def test_nothing_certain_has_no_key(matrix: np.ndarray) -> None:
    assert estimate_key(matrix) is None


def test_a_lone_tone_and_a_fifth_are_in_no_key() -> None:
    assert estimate_key(sounding((9, 100))) is None
    assert estimate_key(sounding((9, 100), (4, 100), (0, 1))) is None
    assert estimate_key(sounding((9, 100), (4, 100), (0, 100))) is not None


def test_keys_have_names_for_people() -> None:
    assert (key_name("F#:min"), key_name("C:maj")) == ("F# minor", "C major")
