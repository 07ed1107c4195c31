from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.chords import CHORD_TONES
from engine.vocabulary import Vocabulary
from training.composition import GENRES, accompanied, arrange, compose, write_sheet
from training.synthesis.orchestra import PLAYERS
from training.synthesis.song import END, PITCH, START, Part, Song


def chord_tone_share(song: Song, part: Part) -> float:
    """Of the seconds that the part plays, the share in which it plays a tone of the labelled chord."""
    assert song.beats is not None and song.chords is not None
    beat = np.clip(np.searchsorted(song.beats, part.notes[:, START] + 0.02, side="right") - 1, 0, len(song.chords) - 1)
    length = part.notes[:, END] - part.notes[:, START]
    inside = CHORD_TONES[song.chords[beat], part.notes[:, PITCH].astype(int) % 12]
    return float((inside * length).sum() / length.sum())


@pytest.mark.parametrize("genre", GENRES)
def test_chords_are_the_ones_that_are_played(genre: str) -> None:
    for seed in range(3):
        song = compose(genre, np.random.default_rng(seed))
        for part in song.parts:
            if part.drums:
                continue
            least = 0.55 if part.lead else 0.7 if part.instrument == "bass" else 0.97
            assert chord_tone_share(song, part) >= least, (seed, part.instrument)


@pytest.mark.parametrize("genre", GENRES)
def test_a_song_has_16_to_32_bars_and_labels_for_every_beat(genre: str) -> None:
    song = compose(genre, np.random.default_rng(7))
    assert song.beats is not None and song.chords is not None and song.downbeats is not None
    assert 64 <= len(song.beats) == len(song.chords) == len(song.downbeats) <= 128
    assert (song.chords > 0).all()
    assert song.genre == genre and song.lead is not None and song.key is not None
    assert np.allclose(np.diff(song.beats), 60 / (song.bpm or 0))


def test_genres_are_those_of_the_vocabulary() -> None:
    assert set(GENRES) == set(Vocabulary.default().genre_names)


def test_the_same_sheet_in_two_genres_is_aligned() -> None:
    rng = np.random.default_rng(3)
    sheet = write_sheet("folk", rng)
    one, two = arrange(sheet, "folk", rng), arrange(sheet, "rock", rng)
    assert one.beats is not None and two.beats is not None and np.array_equal(one.beats, two.beats)
    assert one.chords is not None and two.chords is not None and np.array_equal(one.chords, two.chords)
    assert one.bpm == two.bpm and one.key == two.key and one.genre != two.genre


def test_the_same_seed_composes_the_same_song() -> None:
    one, two = (compose("jazz", np.random.default_rng(11)) for _ in range(2))
    assert one.title == two.title
    assert all(np.array_equal(a.notes, b.notes) for a, b in zip(one.parts, two.parts, strict=True))


def test_whoever_is_asked_for_plays_and_nobody_else() -> None:
    song = compose("jazz", np.random.default_rng(0), instruments=["drums", "bass", "flute", "mallets"])
    assert {part.instrument for part in song.parts} == {"drums", "bass", "flute", "mallets"}


@pytest.mark.parametrize("genre", GENRES)
def test_players_stay_near_their_range_and_notes_last(genre: str) -> None:
    song = compose(genre, np.random.default_rng(5))
    for part in song.parts:
        assert (part.notes[:, END] > part.notes[:, START]).all() and (part.notes[:, START] >= 0).all()
        if part.instrument in ("vocals", "bass"):
            player = PLAYERS[part.instrument]
            assert np.median(part.notes[:, PITCH]) >= player.low - 2
            assert np.median(part.notes[:, PITCH]) <= player.high


def test_a_band_joins_a_song_on_its_own_beats() -> None:
    own = compose("folk", np.random.default_rng(1), instruments=["piano"])
    # A rubato: every beat a little longer than the one before.
    assert own.beats is not None
    beats = own.beats * (1 + 0.002 * np.arange(len(own.beats)))
    song = Song(own.title, own.parts, beats, own.downbeats, own.chords, own.bpm, own.key, own.genre)
    joined = accompanied(song, "rock", np.random.default_rng(2))
    bass = next(part for part in joined.parts if part.instrument == "bass")
    assert chord_tone_share(joined, bass) > 0.9
    assert joined.genre == "rock" and joined.parts[: len(song.parts)] == song.parts


def test_nobody_joins_where_beats_are_unknown() -> None:
    song = Song("x", compose("folk", np.random.default_rng(1)).parts)
    assert accompanied(song, "rock", np.random.default_rng(2)) is song
