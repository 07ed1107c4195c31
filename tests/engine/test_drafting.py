"""What a new instrument is given to begin with is what was heard, as far as it can play it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drafting import ANY_RANGE, FEWEST, RANGES, draft
from engine.score import END, PITCH, START
from engine.vocabulary import Vocabulary


def notes(*rows: tuple[float, float, int]) -> np.ndarray:
    """(start, end, pitch)."""
    return np.array([(start, end, pitch, 80) for start, end, pitch in rows], dtype=np.float64).reshape(-1, 4)


CHORDS = notes(*((beat / 2, beat / 2 + 0.5, key) for beat in range(8) for key in (36, 60, 64, 67)))


def test_a_piano_gets_all_notes_and_leaves_the_low_ones_to_a_bass() -> None:
    alone, beside = draft(CHORDS, "piano", ("piano",)), draft(CHORDS, "piano", ("bass", "piano"))
    assert alone is not None and beside is not None
    assert set(alone[:, PITCH]) == {36, 60, 64, 67}
    assert set(beside[:, PITCH]) == {60, 64, 67}


def test_a_bass_gets_the_lowest_and_a_flute_the_highest() -> None:
    bass, flute = draft(CHORDS, "bass", ("bass",)), draft(CHORDS, "flute", ("flute",))
    assert bass is not None and flute is not None
    assert set(bass[:, PITCH]) == {36} and set(flute[:, PITCH]) == {67}
    assert len(bass) == len(flute) == 8


def test_notes_of_a_line_end_where_the_next_begins() -> None:
    line = draft(notes((0, 3, 70), (1, 3, 72), (2, 3, 74), (2.5, 3, 75)), "trumpet", ("trumpet",))
    assert line is not None
    np.testing.assert_allclose(line[:, END], [1, 2, 2.5, 3])


def test_a_part_moves_by_octaves_and_keeps_its_shape() -> None:
    low = notes((0, 1, 40), (1, 2, 42), (2, 3, 44), (3, 4, 45))
    flute = draft(low, "flute", ("flute",))
    assert flute is not None
    np.testing.assert_array_equal(flute[:, PITCH] - low[:, PITCH], 24)


@pytest.mark.parametrize("heard", [notes(), CHORDS[: FEWEST - 1], notes(*((x, x + 1, 90) for x in range(9)))])
def test_too_little_for_a_part_is_none(heard: np.ndarray) -> None:
    assert draft(heard, "bass", ("bass",)) is None


def test_drums_are_never_drafted() -> None:
    assert draft(CHORDS, "drums", ("drums", "piano")) is None


def test_every_instrument_has_a_range() -> None:
    assert set(RANGES) == set(Vocabulary.default().instrument_names) - {"drums"}


TIMES = st.floats(0, 60, allow_nan=False)
NOTES = st.lists(st.tuples(TIMES, st.floats(0.02, 5), st.integers(21, 108)), max_size=40)


@given(NOTES, st.sampled_from([*RANGES, "theremin"]), st.booleans())
def test_a_draft_can_be_played_and_invents_nothing(
    heard: list[tuple[float, float, int]], name: str, bass: bool
) -> None:
    given_notes = notes(*sorted((start, start + length, pitch) for start, length, pitch in heard))
    before = given_notes.copy()
    part = draft(given_notes, name, ("bass", name) if bass else (name,))
    np.testing.assert_array_equal(given_notes, before)
    if part is None:
        return
    low, high = RANGES.get(name, ANY_RANGE)
    assert ((part[:, PITCH] >= low) & (part[:, PITCH] <= high)).all()
    assert set(part[:, START]) <= set(given_notes[:, START])
    assert set(part[:, PITCH] % 12) <= set(given_notes[:, PITCH] % 12)
    assert (part[:, END] > part[:, START]).all()
