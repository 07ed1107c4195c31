"""Notes survive the picture that the diffusion samples."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.score import (
    CHANNELS,
    END,
    HOW_LOUD,
    KEYS,
    PITCH,
    START,
    TOKEN_RATE,
    VELOCITY,
    WHEN,
    held,
    later,
    moved,
    read_score,
    tokens_in,
    write_score,
)

TOKENS = 100
SECONDS = TOKENS / TOKEN_RATE

slots = st.lists(
    st.tuples(st.integers(0, TOKENS // 4 - 1), st.integers(21, 108), st.floats(0.01, 0.07), st.floats(0.05, 0.23)),
    max_size=40,
    unique_by=lambda slot: slot[:2],
)


@given(slots)
def test_notes_apart_come_back_at_their_times(found: list[tuple[int, int, float, float]]) -> None:
    """One onset time a token: notes struck together share it, others keep their own."""
    rows = [(4 * slot / TOKEN_RATE + 0.04, 4 * slot / TOKEN_RATE + length, key, 80) for slot, key, _, length in found]
    notes = np.array(sorted(rows), dtype=np.float64).reshape(-1, 4)
    again = read_score(write_score(notes, TOKENS))
    assert len(again) == len(notes)
    order = np.lexsort((again[:, PITCH], again[:, START].round(3)))
    mine, theirs = again[order], notes[np.lexsort((notes[:, PITCH], notes[:, START].round(3)))]
    np.testing.assert_allclose(mine[:, START], theirs[:, START], atol=1e-3)
    np.testing.assert_array_equal(mine[:, PITCH], theirs[:, PITCH])
    assert (mine[:, END] - theirs[:, END] < 1.2 / TOKEN_RATE).all()
    assert (mine[:, END] > mine[:, START]).all()
    np.testing.assert_allclose(mine[:, VELOCITY], 80, atol=0.1)


def test_a_key_struck_again_is_two_notes() -> None:
    notes = np.array([[0.1, 0.5, 60, 90], [0.5, 0.9, 60, 50]])
    again = read_score(write_score(notes, 20))
    np.testing.assert_allclose(again[:, START], [0.1, 0.5], atol=1e-3)
    np.testing.assert_allclose(again[:, VELOCITY], [90, 50], atol=0.1)
    assert again[0, END] <= again[1, START]


def test_what_sounds_at_the_beginning_began_there() -> None:
    score = write_score(np.array([[-1.0, 0.4, 64, 100]]), 20)
    assert (score[:KEYS] < 0).all()
    assert read_score(score)[0, START] == 0


def test_sounding_without_an_onset_is_no_note() -> None:
    score = write_score(np.zeros((0, 4)), 20)
    score[KEYS + 40, 5:8] = 1
    assert len(read_score(score)) == 0


def test_keys_outside_of_the_piano_are_left_out() -> None:
    assert (write_score(np.array([[0.0, 1.0, 5, 80], [0.0, 1.0, 120, 80]]), 20)[: 2 * KEYS] == -1).all()


def test_moving_is_transposing() -> None:
    notes = np.array([[0.1, 0.5, 60, 90], [0.6, 0.9, 67, 50]])
    higher = notes.copy()
    higher[:, PITCH] += 5
    np.testing.assert_array_equal(moved(write_score(notes, 20), 5), write_score(higher, 20))
    np.testing.assert_array_equal(moved(write_score(higher, 20), -5), write_score(notes, 20))


def test_later_moves_both_ends() -> None:
    np.testing.assert_array_equal(later(np.array([[0.0, 1.0, 60, 80]]), 2.5), [[2.5, 3.5, 60, 80]])


def test_a_started_token_counts() -> None:
    assert [tokens_in(samples) for samples in (0, 1, 1920, 1921)] == [0, 1, 1, 2]


def test_rows_stay_within_the_range_of_the_sampler() -> None:
    score = write_score(np.array([[0.0, 0.01, 60, 127], [0.079, 0.2, 72, 1]]), 10)
    assert score.shape == (CHANNELS, 10)
    assert np.abs(score).max() <= 1
    assert (score[[WHEN, HOW_LOUD], 5:] == 0).all()


def test_notes_are_held_until_they_sound_as_long_as_expected_and_not_into_the_next() -> None:
    notes = np.array([[0.0, 0.05, 60, 80], [0.01, 0.06, 64, 80], [1.0, 1.05, 62, 80], [3.0, 3.5, 65, 80]])
    long = held(notes, 3.0)
    np.testing.assert_array_equal(long[:, START], notes[:, START])
    assert abs((long[:, END] - long[:, START]).sum() - 3.0) < 1e-3
    assert (long[:2, END] <= 1.0).all() and long[2, END] <= 3.0
    np.testing.assert_array_equal(held(notes, 0.1), notes)
    assert held(notes, 100.0)[:, END].max() <= 3.5
    assert len(held(notes[:0], 5.0)) == 0
