"""Eq. 9 and Eq. 10 on notes and chords whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.harmony import (
    INTERVAL_CLASSES,
    PITCH_CLASSES,
    Played,
    bar_edges,
    chord_accuracy,
    interval_histogram,
    notes,
    onsets,
    overlapped_area,
    overlaps,
    pitch_histogram,
)

C4 = 39
"""Row of middle C in a matrix that begins at A0."""


def melody(keys: list[int], frames: int = 20, gap: int = 5) -> np.ndarray:
    """Each key in turn for `frames` frames, then a rest: probabilities (88, frames)."""
    matrix = np.zeros((88, len(keys) * (frames + gap)), np.float32)
    for place, key in enumerate(keys):
        matrix[key, place * (frames + gap) : place * (frames + gap) + frames] = 0.9
    return matrix


def played(pitches: np.ndarray) -> Played:
    """Heard with certainty: a key is struck where it begins to sound."""
    began = (pitches >= 0.5) & (np.pad(pitches, ((0, 0), (1, 0)))[:, :-1] < 0.5)
    return Played(pitches, np.where(began, 0.9, 0.01))


def one_hot(place: int, size: int) -> np.ndarray:
    return np.eye(size)[place]


def test_chords_of_a_permuted_sequence_agree_where_they_happen_to() -> None:
    chords = np.array([1, 8, 15, 22])
    assert chord_accuracy(chords, chords) == 1.0
    assert chord_accuracy(chords[[1, 0, 2, 3]], chords) == 0.5
    assert chord_accuracy(chords[[1, 0, 3, 2]], chords) == 0.0
    assert chord_accuracy(chords, np.full(4, -1)) is None


def test_equal_histograms_overlap_whole_and_distant_ones_not_at_all() -> None:
    even = np.full(PITCH_CLASSES, 1 / PITCH_CLASSES)
    assert overlapped_area(even, even) == pytest.approx(1.0)
    assert overlapped_area(one_hot(0, PITCH_CLASSES), one_hot(6, PITCH_CLASSES)) == pytest.approx(0.0, abs=1e-6)


def test_the_overlap_of_neighbours_is_that_of_two_gaussians_a_class_apart() -> None:
    # Two normal densities of deviation 1/2 whose means are 1 apart share 2 * Phi(-1).
    shared = overlapped_area(one_hot(3, INTERVAL_CLASSES), one_hot(4, INTERVAL_CLASSES))
    assert shared == pytest.approx(2 * 0.158655, abs=0.01)


def test_half_of_the_mass_in_common_is_half_an_overlap() -> None:
    one = 0.5 * one_hot(0, INTERVAL_CLASSES) + 0.5 * one_hot(10, INTERVAL_CLASSES)
    other = 0.5 * one_hot(0, INTERVAL_CLASSES) + 0.5 * one_hot(25, INTERVAL_CLASSES)
    assert overlapped_area(one, other) == pytest.approx(0.5, abs=0.01)


def test_pitch_classes_are_octave_independent_and_begin_at_c() -> None:
    histogram = pitch_histogram(melody([C4, C4 + 12]) >= 0.5)
    assert histogram is not None and histogram[0] == pytest.approx(1.0)
    assert pitch_histogram(np.zeros((88, 50), bool)) is None


def test_a_flicker_is_no_note_and_a_short_gap_ends_none() -> None:
    matrix = np.zeros((88, 60))
    matrix[C4, 10:40] = 0.9
    matrix[C4, 20:22] = 0.1
    matrix[C4 + 5, 5:7] = 0.9
    sounding = notes(matrix)
    assert sounding[C4, 10:40].all() and not sounding[C4 + 5].any()


def test_a_chord_is_one_onset_and_a_key_that_is_struck_again_is_another() -> None:
    struck = np.zeros((88, 60))
    struck[C4, 5], struck[C4, 6], struck[C4, 7] = 0.3, 0.8, 0.6
    struck[C4 + 4, 30], struck[C4 + 7, 31] = 0.9, 0.9
    struck[C4, 40] = struck[C4 + 4, 50] = 0.55
    struck[C4 + 9, 55] = 0.4
    assert onsets(struck).tolist() == [6, 30, 40, 50]


def test_quarters_of_a_bar_are_the_eighth_class_of_thirty_two() -> None:
    histogram = interval_histogram(np.array([0, 25, 50, 75]), bar=100)
    assert histogram is not None and histogram[7] == 1.0
    assert interval_histogram(np.array([3]), bar=100) is None


def test_the_same_music_overlaps_whole_and_another_key_or_rhythm_does_not() -> None:
    tune = melody([C4, C4 + 4, C4 + 7, C4 + 12] * 4)
    edges = bar_edges(tune.shape[1], None)
    assert overlaps(played(tune), played(tune), edges) == (pytest.approx(1.0), pytest.approx(1.0))
    pitch, interval = overlaps(played(np.roll(tune, 6, axis=0)), played(tune), edges)
    assert pitch is not None and pitch < 0.3 and interval == pytest.approx(1.0)
    faster = melody([C4, C4 + 4, C4 + 7, C4 + 12] * 8, frames=9, gap=4)[:, : tune.shape[1]]
    pitch, interval = overlaps(played(faster), played(tune), edges)
    assert interval is not None and interval < 0.2


def test_a_bar_with_notes_in_one_of_them_is_zero_and_silence_in_both_says_nothing() -> None:
    tune, silence = melody([C4, C4 + 2, C4 + 4]), np.zeros((88, 75), np.float32)
    edges = bar_edges(75, None)
    assert overlaps(played(silence), played(tune), edges) == (0.0, 0.0)
    assert overlaps(played(silence), played(silence), edges) == (None, None)


def test_bars_follow_the_song_and_leave_no_splinters() -> None:
    assert bar_edges(500, np.array([5, 105, 205, 495])).tolist() == [0, 105, 205, 500]
    assert bar_edges(250, None).tolist() == [0, 100, 200, 250]
