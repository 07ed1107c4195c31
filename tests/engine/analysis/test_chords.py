from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.chords import (
    CHORD_CLASSES,
    CHORD_TONES,
    CHORDS,
    UNKNOWN,
    chord_index,
    chord_name,
    chord_quality,
    chord_root,
    transpose_chords,
    transpose_key,
)


def test_there_are_85_classes_and_the_first_is_no_chord() -> None:
    assert CHORD_CLASSES == len(CHORDS) == len(set(CHORDS)) == 85
    assert CHORDS[0] == "N"
    assert not CHORD_TONES[0].any()


@pytest.mark.parametrize("index", range(CHORD_CLASSES))
def test_every_name_reads_back_to_its_class(index: int) -> None:
    assert chord_index(chord_name(index)) == index


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Eb:min7", "Eb:min7"),
        ("D#:min7", "Eb:min7"),
        ("Cb:maj", "B:maj"),
        ("F:maj6", "F:maj"),
        ("F:min6", "F:min"),
        ("A:sus4(b7)", "A:sus"),
        ("A:sus2", "A:sus"),
        ("B:hdim7", "B:dim"),
        ("B:dim7", "B:dim"),
        ("C:aug", "C:maj"),
        ("G:minmaj7", "G:min"),
        ("C:maj/3", "C:maj"),
        ("Bb:min7/b3", "Bb:min7"),
        ("A:maj(9)/3", "A:maj"),
        ("G", "G:maj"),
        ("N", "N"),
    ],
)
def test_rarer_spellings_become_the_nearest_class(label: str, name: str) -> None:
    assert chord_name(chord_index(label)) == name


def test_an_unknown_chord_is_told_from_no_chord() -> None:
    assert chord_index("X") == UNKNOWN != chord_index("N")
    assert chord_name(UNKNOWN) == "X"


@pytest.mark.parametrize("label", ["H:maj", "C:banana", "maj", "7", "Eb min7"])
def test_what_is_no_chord_label_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="not a chord label"):
        chord_index(label)


def test_roots_and_qualities_come_apart_again() -> None:
    assert chord_root(chord_index("F#:dim")) == 6
    assert chord_quality(chord_index("F#:dim")) == "dim"
    assert chord_root(0) is chord_quality(UNKNOWN) is None


@given(st.integers(1, 84), st.integers(-24, 24))
def test_a_transposed_chord_has_transposed_tones(index: int, semitones: int) -> None:
    moved = int(transpose_chords(np.array([index]), semitones)[0])
    assert (np.roll(CHORD_TONES[index], semitones) == CHORD_TONES[moved]).all()
    assert chord_quality(moved) == chord_quality(index)


def test_transposition_leaves_silence_and_ignorance_alone() -> None:
    assert transpose_chords(np.array([0, UNKNOWN], np.int16), 5).tolist() == [0, UNKNOWN]


def test_keys_move_with_their_mode() -> None:
    assert transpose_key("Gb:maj", 2) == "Ab:maj"
    assert transpose_key("A:min", -1) == "Ab:min"
