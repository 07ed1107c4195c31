from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.chords import UNKNOWN, chord_index
from tests.training.songs import VOCABULARY, small_song
from training.synthesis.orchestra import PLAYERS, given_to, in_range, polyphony, reorchestrate, top_line
from training.synthesis.song import (
    END,
    PITCH,
    START,
    Part,
    Song,
    beat_track,
    chord_track,
    merged,
    pitch_matrix,
    sorted_notes,
)

notes_strategy = st.lists(
    st.tuples(st.floats(0, 20), st.floats(0.05, 4), st.integers(21, 108), st.integers(1, 127)), min_size=1, max_size=40
).map(lambda rows: sorted_notes([(start, start + length, pitch, loud) for start, length, pitch, loud in rows]))


@given(notes_strategy)
def test_merged_notes_of_a_key_never_overlap(notes: np.ndarray) -> None:
    notes = merged(notes)
    for key in np.unique(notes[:, PITCH]):
        row = notes[notes[:, PITCH] == key]
        assert (row[1:, START] >= row[:-1, END] - 1e-9).all()


@given(notes_strategy, st.floats(0, 10))
def test_the_pitch_matrix_shows_the_keys_of_the_notes(notes: np.ndarray, start: float) -> None:
    matrix = pitch_matrix(notes, start, 250)
    sounding = notes[(notes[:, END] > start + 0.05) & (notes[:, START] < start + 4.95)]
    assert set(np.flatnonzero(matrix.any(axis=1)) + 21) >= set(sounding[:, PITCH].astype(int))
    assert set(np.flatnonzero(matrix.any(axis=1)) + 21) <= set(notes[:, PITCH].astype(int))


def test_labels_lie_where_the_beats_lie() -> None:
    beats = np.arange(8) * 0.5
    chords = np.array([chord_index(name) for name in ["C", "C", "F", "F", "G", "G", "C", "C"]], np.int16)
    song = Song("x", (), beats, np.arange(8) % 4 == 0, chords)
    track = chord_track(song, 0.5, 100)
    assert track is not None and track[0] == chord_index("C") and track[30] == chord_index("F")
    marks = beat_track(song, 0.5, 100)
    assert marks is not None and marks[0] == 1 and marks[75] == 2 and marks[1] == 0


def test_before_the_first_and_after_the_last_beat_no_chord_is_known() -> None:
    song = Song("x", (), np.array([1.0, 2.0]), None, np.array([1, 8], np.int16))
    track = chord_track(song, 0.0, 250)
    assert track is not None
    assert (track[:49] == UNKNOWN).all() and (track[51:99] == 1).all() and (track[101:149] == 8).all()
    assert (track[151:] == UNKNOWN).all()


def test_transposing_moves_keys_chords_and_notes_but_not_drums() -> None:
    song = small_song()
    moved = song.transposed(3)
    assert moved.key == "Eb:maj" and moved.chords is not None and moved.chords[0] == chord_index("Eb:maj")
    for before, after in zip(song.parts, moved.parts, strict=True):
        assert np.array_equal(after.notes[:, PITCH], before.notes[:, PITCH] + (0 if before.drums else 3))


def test_faster_songs_are_shorter_in_everything() -> None:
    song, fast = small_song(), small_song().faster(2.0)
    assert np.isclose(fast.duration, song.duration / 2) and fast.bpm == 240
    assert fast.beats is not None and song.beats is not None and np.allclose(fast.beats * 2, song.beats)


@given(notes_strategy, st.sampled_from(sorted(PLAYERS)))
def test_a_part_given_away_lies_in_the_range_of_its_new_player(notes: np.ndarray, instrument: str) -> None:
    part = given_to(Part(notes, "piano"), instrument, VOCABULARY, np.random.default_rng(0))
    player = PLAYERS[instrument]
    assert part.instrument == instrument
    assert (part.notes[:, PITCH] >= player.low).all() and (part.notes[:, PITCH] <= player.high).all()
    if instrument != "vocals":
        assert VOCABULARY.instrument_of_program(part.program) == instrument


def test_octaves_are_kept_apart_from_pitch_classes() -> None:
    notes = sorted_notes([(0, 1, 24, 80), (1, 2, 26, 80), (2, 3, 28, 80)])
    assert (in_range(Part(notes, "x"), "flute").notes[:, PITCH] % 12 == notes[:, PITCH] % 12).all()


def test_chords_become_their_top_line_for_one_voice() -> None:
    chord = sorted_notes([(0, 1, key, 80) for key in (60, 64, 67)] + [(1, 2, key, 80) for key in (60, 65, 69)])
    assert polyphony(Part(chord, "piano")) > 2.5
    assert top_line(Part(chord, "piano")).notes[:, PITCH].tolist() == [67, 69]


def test_every_instrument_is_drawn_about_as_often() -> None:
    rng, seen = np.random.default_rng(0), dict.fromkeys(VOCABULARY.instrument_names, 0)
    for _ in range(600):
        for part in reorchestrate(small_song(), VOCABULARY, rng, share=1.0).parts:
            seen[str(part.instrument)] += 1
    assert seen["bass"] == seen["drums"] == 600  # they stay with their parts
    # The piano part and half of the leads, which are not sung, go to sixteen players.
    assert min(seen.values()) > 25
