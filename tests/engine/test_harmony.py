"""What is written comes to the tones of chords that are surely heard, and stays as many notes as it can."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.beats import Beats
from engine.analysis.chords import CHORD_CLASSES, CHORD_TONES, chord_index
from engine.analysis.listening import Listening
from engine.harmony import in_harmony
from engine.score import END, KEYS, LOWEST_KEY, PITCH, START

FRAMES = 400
C_MAJOR, F_MAJOR = chord_index("C"), chord_index("F")


def heard(*chords: int, sure: float = 0.95) -> Listening:
    """Chords of the same length, one after the other; what is not theirs is of no chord."""
    probabilities = np.zeros((CHORD_CLASSES, FRAMES), np.float32)
    for part, chord in zip(np.array_split(np.arange(FRAMES), len(chords)), chords, strict=True):
        probabilities[chord, part] += sure
        probabilities[0, part] += 1 - sure
    empty = np.zeros((88, FRAMES), np.float32)
    return Listening(probabilities, empty, empty[:1], ("piano",), Beats(np.zeros(0), np.zeros(0), None), None)


def notes(*rows: tuple[float, float, int]) -> np.ndarray:
    return np.array([(start, end, pitch, 80) for start, end, pitch in rows], dtype=float).reshape(-1, 4)


def test_tones_of_the_chord_stay() -> None:
    part = notes((0, 1, 60), (1, 2, 64), (2, 3, 79))
    np.testing.assert_array_equal(in_harmony(part, heard(C_MAJOR)), part)


def test_others_go_to_the_nearest_tone() -> None:
    moved = in_harmony(notes((0, 1, 61), (1, 2, 65), (2, 3, 69)), heard(C_MAJOR))
    assert moved[:, PITCH].tolist() == [60, 64, 67]


def test_each_note_goes_by_the_chord_of_most_of_its_time() -> None:
    moved = in_harmony(notes((3.8, 5, 64), (2, 4.1, 65)), heard(C_MAJOR, F_MAJOR))
    assert dict(moved[:, [START, PITCH]].tolist()) == {3.8: 65, 2.0: 64}


def test_no_note_leaves_the_keyboard() -> None:
    moved = in_harmony(notes((0, 1, 21), (1, 2, 107)), heard(chord_index("G#")))
    assert moved[:, PITCH].tolist() == [21, 108]


def test_where_no_chord_is_sure_nothing_moves() -> None:
    part = notes((0, 1, 61), (1, 2, 66))
    unsure = heard(C_MAJOR)
    unsure.chords[chord_index("C#")] = 0.45
    unsure.chords[C_MAJOR] = 0.5
    moved = in_harmony(part, unsure)
    assert moved[0, PITCH] == 61
    np.testing.assert_array_equal(in_harmony(part, heard(chord_index("N"))), part)


def test_a_note_that_meets_another_of_its_key_ends_there() -> None:
    moved = in_harmony(notes((0, 2, 61), (1, 3, 60)), heard(C_MAJOR))
    assert moved[:, [START, END, PITCH]].tolist() == [[0, 1, 60], [1, 3, 60]]
    assert in_harmony(notes((0, 1, 61), (0, 2, 60)), heard(C_MAJOR)).tolist() == [[0, 2, 60, 80]]


@given(
    st.lists(st.tuples(st.floats(0, 9), st.floats(0.01, 3), st.integers(21, 108)), max_size=12),
    st.lists(st.integers(0, CHORD_CLASSES - 1), min_size=1, max_size=5),
)
def test_any_notes_stay_notes(rows: list[tuple[float, float, int]], chords: list[int]) -> None:
    part = notes(*((start, start + length, pitch) for start, length, pitch in rows))
    listening = heard(*chords)
    moved = in_harmony(part, listening)
    assert set(moved[:, START]) <= set(part[:, START])
    assert (moved[:, END] > moved[:, START]).all()
    assert len(moved) <= len(part)
    assert ((moved[:, PITCH] >= LOWEST_KEY) & (moved[:, PITCH] < LOWEST_KEY + KEYS)).all()
    if len(set(chords)) == 1:
        # Where chords change, a note that another one of its key has cut short may be of the first alone.
        np.testing.assert_array_equal(in_harmony(moved, listening), moved)
        tones = CHORD_TONES[chords[0]]
        for pitch in moved[:, PITCH].astype(int):
            near = [key for key in range(pitch - 2, pitch + 3) if LOWEST_KEY <= key < LOWEST_KEY + KEYS]
            assert tones[pitch % 12] or not any(tones[key % 12] for key in near)
