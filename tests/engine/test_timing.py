"""Notes come to places of the beats that are heard, and stay notes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.beats import Beats
from engine.analysis.chords import CHORD_CLASSES
from engine.analysis.listening import Listening
from engine.score import END, PITCH, START, TOKEN_RATE
from engine.timing import REACH, bars_of, on_the_beat, places_of

FRAMES = 400


def heard(beats: list[float], struck: list[float] | None = None) -> Listening:
    onsets = np.zeros((88, FRAMES), np.float32)
    for time in struck or []:
        onsets[40, int(time * 50)] = 0.9
    empty = np.zeros((88, FRAMES), np.float32)
    times = np.array(beats, dtype=float)
    tracked = Beats(times, times[::4], None)
    chords = np.zeros((CHORD_CLASSES, FRAMES), np.float32)
    return Listening(chords, empty, empty[:2], ("bass", "drums"), tracked, None, onsets=onsets)


def notes(*rows: tuple[float, float, int]) -> np.ndarray:
    return np.array([(start, end, pitch, 80) for start, end, pitch in rows], dtype=float).reshape(-1, 4)


def test_places_are_quarters_of_beats_from_the_beginning_to_the_end() -> None:
    places = places_of(heard([1.0, 1.5, 2.0]))
    assert places[0] <= 0 and places[-1] >= FRAMES / 50
    assert 1.0 in places
    np.testing.assert_allclose(np.diff(places), 0.125)


def test_a_song_that_goes_in_thirds_has_places_in_thirds() -> None:
    beats = [0.5 * number for number in range(14)]
    shuffle = [beat + part for beat in beats for part in (0.0, 1 / 3)]
    straight = [beat + part for beat in beats for part in (0.0, 0.25)]
    assert np.diff(places_of(heard(beats, shuffle))).mean() == pytest.approx(0.5 / 3)
    assert np.diff(places_of(heard(beats, straight))).mean() == pytest.approx(0.125)


def test_beats_that_wander_take_their_places_along() -> None:
    places = places_of(heard([0.0, 0.5, 1.1, 1.5]))
    assert {0.5, 0.65, 0.8, 0.95, 1.1, 1.2} <= set(places.round(6))


def test_bars_are_counted_through_all_of_the_music() -> None:
    listening = heard([0.5 * number for number in range(2, 14)])
    bars = bars_of(listening, 100)
    assert bars is not None and bars.shape == (100,)
    np.testing.assert_allclose(np.diff(bars), 1 / 25, atol=1e-9)
    assert bars[12] == round(bars[12]), "a bar begins at 1.0 s, the middle of this token"
    assert bars_of(heard([]), 100) is None


@pytest.mark.parametrize("beats", [[], [1.0]])
def test_where_no_beat_is_heard_notes_stay_as_they_are(beats: list[float]) -> None:
    written = notes((0.31, 0.6, 60), (1.02, 1.4, 64))
    assert np.array_equal(on_the_beat(written, places_of(heard(beats))), written)


def test_what_ends_as_another_begins_goes_on_doing_so() -> None:
    # The tokens from 0.48 and 0.96 s: their middles are 0.52 and 1.0.
    moved = on_the_beat(notes((0.49, 0.97, 60), (0.97, 1.3, 62)), places_of(heard([0.0, 0.5, 1.0, 1.5])))
    assert moved[:, START].tolist() == [0.5, 1.0]
    assert moved[:, END].tolist() == [1.0, 1.3]


def test_one_key_is_struck_once_at_a_place() -> None:
    # Two tokens that share an edge at 0.4 s, where the only place near is.
    moved = on_the_beat(notes((0.33, 0.38, 60), (0.41, 0.9, 60), (0.41, 0.7, 64)), np.array([0.0, 0.4, 0.8]))
    assert moved[:, (START, END, PITCH)].tolist() == [[0.4, 0.9, 60], [0.4, 0.7, 64]]


slots = st.lists(
    st.tuples(st.integers(0, 90), st.floats(0, 0.99), st.floats(0.02, 2.0), st.integers(30, 90)), max_size=30
)


@given(slots, st.floats(0.25, 1.2), st.floats(0.0, 1.0))
def test_notes_stay_near_their_tokens_in_order_and_one_of_a_key_at_a_time(
    written: list[tuple[int, float, float, int]], beat: float, first: float
) -> None:
    rows = [
        ((token + part) / TOKEN_RATE, (token + part) / TOKEN_RATE + long, key) for token, part, long, key in written
    ]
    before = notes(*rows)
    places = places_of(heard([first + beat * number for number in range(8)]))
    after = on_the_beat(before, places)
    assert len(after) <= len(before)
    assert (after[:, END] > after[:, START]).all()
    assert (np.diff(after[:, START]) >= 0).all()
    pairs = {(start, pitch) for start, _, pitch, _ in after.tolist()}
    assert len(pairs) == len(after) or not len(after)
    for start, _, pitch, _ in after.tolist():
        tokens = (np.floor(before[before[:, PITCH] == pitch, START] * TOKEN_RATE + 1e-6) + 0.5) / TOKEN_RATE
        assert np.abs(tokens - start).min() <= REACH + 1e-6
