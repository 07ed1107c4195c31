"""A MIDI file holds what was written: every note, when and how it is struck, by whom."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.midi import write_midi
from engine.vocabulary import Vocabulary

VOCABULARY = Vocabulary.default()


def read_back(path: Path) -> dict[str, np.ndarray]:
    """Track name -> notes (n, 4)."""
    found: dict[str, np.ndarray] = {}
    song = mido.MidiFile(path)
    for track in song.tracks:
        rows, sounding, now = [], {}, 0.0
        for message in track:
            now += mido.tick2second(message.time, song.ticks_per_beat, 500_000)
            if message.type == "note_on":
                sounding.setdefault(message.note, []).append((now, message.velocity))
            elif message.type == "note_off":
                begin, velocity = sounding[message.note].pop(0)
                rows.append((begin, now, message.note, velocity))
        found[track.name] = np.array(sorted(rows)).reshape(-1, 4)
    return found


def test_notes_come_back_where_they_were(tmp_path: Path) -> None:
    strings = np.array([[0.5, 1.25, 60, 80], [0.5, 2.0, 64, 90], [1.25, 2.0, 60, 70]])
    drums = np.array([[0.0, 0.1, 36, 100]])
    write_midi(tmp_path / "a.mid", {"strings": strings, "drums": drums}, VOCABULARY)
    found = read_back(tmp_path / "a.mid")
    np.testing.assert_allclose(found["strings"], strings, atol=1e-3)
    np.testing.assert_allclose(found["drums"], drums, atol=1e-3)


def test_instruments_have_their_program_and_drums_their_channel(tmp_path: Path) -> None:
    one = np.array([[0.0, 1.0, 60, 80]])
    write_midi(tmp_path / "a.mid", {"organ": one, "drums": one}, VOCABULARY)
    organ, drums = mido.MidiFile(tmp_path / "a.mid").tracks
    program = next(message for message in organ if message.type == "program_change")
    assert program.program in next(term.programs for term in VOCABULARY.instruments if term.name == "organ")
    assert {message.channel for message in organ if not message.is_meta} == {program.channel}
    assert {message.channel for message in drums if not message.is_meta} == {9} != {program.channel}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 600), st.floats(0, 5), st.integers(21, 108), st.floats(1, 127)), min_size=1, max_size=20
    )
)
def test_whatever_is_written_is_a_file_that_can_be_read(
    tmp_path_factory: object, rows: list[tuple[float, float, int, float]]
) -> None:
    path = Path(str(tmp_path_factory.mktemp("midi"))) / "a.mid"  # type: ignore[attr-defined]
    notes = np.array([(start, start + length, key, velocity) for start, length, key, velocity in rows])
    write_midi(path, {"piano": notes}, VOCABULARY)
    track = mido.MidiFile(path).tracks[0]
    assert sum(message.type == "note_on" for message in track) == len(rows)
    assert all(message.time >= 0 for message in track)


def test_a_track_has_the_program_of_what_was_asked_for(tmp_path: Path) -> None:
    notes = np.array([[0.0, 1.0, 60, 80]])
    programs = []
    for called in (None, {"strings": "harp"}):
        write_midi(tmp_path / "a.mid", {"strings": notes}, VOCABULARY, called)
        song = mido.MidiFile(tmp_path / "a.mid")
        programs += [message.program for track in song.tracks for message in track if message.type == "program_change"]
    assert programs == [48, 46]
