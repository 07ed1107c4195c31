"""MIDI files as songs."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pretty_midi

from engine.vocabulary import Vocabulary
from training.synthesis.song import Part, Song, sorted_notes

_LONGEST_MINUTES = 30


def read_midi(data: bytes, title: str, vocabulary: Vocabulary, *, genre: str | None = None) -> Song | None:
    """A song with beats where the file's tempo map is to be trusted, chords unknown. None for what holds no music.

    pretty_midi parses slowly (10 to 60 ms a song): keep what this returns.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about tempo changes on other tracks than the first; it reads them anyway
        try:
            midi = pretty_midi.PrettyMIDI(io.BytesIO(data))
        except Exception:  # broken files end in errors of many types inside mido
            return None
    if midi.get_end_time() > 60 * _LONGEST_MINUTES:
        return None
    parts = tuple(
        Part(
            sorted_notes([(note.start, note.end, note.pitch, note.velocity) for note in track.notes]),
            "drums" if track.is_drum else vocabulary.instrument_of_program(int(track.program)),
            0 if track.is_drum else int(track.program),
        )
        for track in midi.instruments
        if track.notes
    )
    if not any(part.instrument for part in parts):
        return None
    # A tracker's export has thousands of tempo changes or none that means anything; two signs of a real map are
    # a sane tempo and few changes.
    _, tempi = midi.get_tempo_changes()
    sane = len(tempi) <= 16 and 50 <= float(np.median(tempi)) <= 210
    beats = midi.get_beats() if sane else None
    downbeats = None
    if beats is not None and len(beats):
        downbeats = np.isin(np.round(beats, 3), np.round(midi.get_downbeats(), 3))
    return Song(
        title,
        parts,
        beats=beats,
        downbeats=downbeats,
        bpm=float(np.median(tempi)) if sane else None,
        genre=genre,
    )
