"""Notes are read from matrices whose music is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.analysis.notes import LOUDNESS, heard_notes
from engine.score import END, LOWEST_KEY, PITCH, START, VELOCITY

C4 = 39
"""Row of middle C."""


def matrices(frames: int = 100) -> tuple[np.ndarray, np.ndarray]:
    return np.full((88, frames), 0.05, np.float32), np.full((88, frames), 0.01, np.float32)


def test_a_note_begins_where_it_is_struck_and_ends_where_it_stops_to_sound() -> None:
    pitches, onsets = matrices()
    pitches[C4, 21:60] = 0.9
    onsets[C4, 19:22] = 0.3, 0.8, 0.6
    (note,) = heard_notes(pitches, onsets)
    assert note[[START, END, PITCH, VELOCITY]].tolist() == pytest.approx([0.4, 1.2, C4 + LOWEST_KEY, LOUDNESS])


def test_a_key_that_is_struck_again_is_two_notes_and_a_flicker_ends_none() -> None:
    pitches, onsets = matrices()
    pitches[C4, 10:70] = 0.9
    pitches[C4, 20:22] = 0.1
    onsets[C4, 10] = onsets[C4, 40] = 0.9
    notes = heard_notes(pitches, onsets)
    assert notes[:, START].tolist() == pytest.approx([0.2, 0.8])
    assert notes[:, END].tolist() == pytest.approx([0.8, 1.4])


def test_what_sounds_without_being_struck_is_no_note() -> None:
    pitches, onsets = matrices()
    pitches[C4] = 0.95
    assert heard_notes(pitches, onsets).shape == (0, 4)


def test_a_chord_is_sorted_by_start_and_then_by_its_ends() -> None:
    pitches, onsets = matrices()
    for key, first in ((C4 + 7, 30), (C4, 10), (C4 + 4, 20)):
        pitches[key, first : first + 20] = onsets[key, first] = 0.9
    assert heard_notes(pitches, onsets)[:, PITCH].tolist() == [60, 64, 67]


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 40).flatmap(
        lambda frames: st.tuples(
            *(arrays.arrays(np.float32, (88, frames), elements=st.floats(0, 1, width=32), fill=st.just(0.0)),) * 2
        )
    )
)
def test_notes_of_a_key_never_overlap_nor_leave_the_music(both: tuple[np.ndarray, np.ndarray]) -> None:
    notes = heard_notes(*both)
    assert (notes[:, START] >= 0).all() and (notes[:, END] > notes[:, START]).all()
    assert (notes[:, END] <= both[0].shape[1] / 50 + 1e-9).all()
    assert (np.diff(notes[:, START]) >= 0).all()
    for key in np.unique(notes[:, PITCH]):
        own = notes[notes[:, PITCH] == key]
        assert (own[1:, START] >= own[:-1, END] - 1e-9).all()
