"""Groove MIDI (Gillick et al. 2019): human drummers, lent to any song that knows its beats."""

from __future__ import annotations

import functools
import io
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pretty_midi

from training.corpora.corpus import Split, belongs, genre_of_words
from training.corpora.files import Files
from training.synthesis.song import END, PITCH, START, Part, Song, sorted_notes, with_part

_NAME = re.compile(r"(?:.*/)?(drummer\d+)/.*?\d+_([a-z0-9\-]+)_(\d+)_(beat|fill)_(\d+-\d+)\.mid", re.IGNORECASE)
# The recording kit's own keys -> General MIDI: closed and open hi-hat edges, second floor tom.
_TO_GENERAL_MIDI = {22: 42, 26: 46, 58: 43}
_SHORTEST_BEATS = 16


def is_groove(files: Files) -> bool:
    names = files.names(".mid")
    return "info.csv" in files.names() and any(_NAME.fullmatch(name) for name in names)


@dataclass(frozen=True)
class Take:
    file: str
    style: str
    bpm: float


class Grooves:
    """Performances in four-four, stretched to a song's beats; fills are left out."""

    def __init__(self, files: Files, split: Split) -> None:
        self.files = files
        takes = []
        for name in files.names(".mid"):
            match = _NAME.fullmatch(name)
            if match and match[4] == "beat" and match[5] == "4-4" and belongs(name, split):
                takes.append(Take(name, match[2], float(match[3])))
        self.takes = tuple(takes)
        self._read = functools.lru_cache(maxsize=256)(self._parse)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_read"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._read = functools.lru_cache(maxsize=256)(self._parse)

    def drummed(self, song: Song, rng: np.random.Generator) -> Song:
        """The song with a human drummer in place of its drums, in a style near its genre; itself where none fits."""
        if song.beats is None or song.bpm is None or len(song.beats) < _SHORTEST_BEATS or not _in_four(song):
            return song
        fitting = [take for take in self.takes if 0.75 < song.bpm / take.bpm < 1.33]
        akin = [take for take in fitting if song.genre is not None and _genre(take.style) == song.genre]
        if akin and rng.random() < 0.7:
            fitting = akin
        if not fitting:
            return song
        notes = self._read(fitting[rng.integers(len(fitting))])
        if len(notes) == 0:
            return song
        return with_part(song, Part(_laid(notes, song), "drums"), instead_of="drums")

    def _parse(self, take: Take) -> np.ndarray:
        """Notes with times in beats, cut to whole bars. Empty where the take is too short, or its file broken."""
        try:
            midi = pretty_midi.PrettyMIDI(io.BytesIO(self.files.read(take.file)))
        except Exception:  # broken files end in errors of many types inside mido
            return sorted_notes([])
        rows = [
            (float(note.start), float(note.end), float(note.pitch), float(note.velocity))
            for track in midi.instruments
            for note in track.notes
        ]
        notes = sorted_notes(rows)
        for own, general in _TO_GENERAL_MIDI.items():
            notes[notes[:, PITCH] == own, PITCH] = general
        notes[:, :PITCH] *= take.bpm / 60
        bars = int(notes[:, START].max(initial=0) + 0.5) // 4
        return notes[notes[:, START] < bars * 4] if bars >= 2 else notes[:0]


def _laid(notes: np.ndarray, song: Song) -> np.ndarray:
    """Beats -> seconds along the song's own beats, from its first downbeat on, again and again to its end."""
    assert song.beats is not None
    first = 0 if song.downbeats is None else int(np.argmax(song.downbeats))
    length = 4 * max(int(notes[:, START].max() // 4) + 1, 1)
    turns = -(-(len(song.beats) - first) // length)
    laid = np.concatenate([notes + np.array([length * turn, length * turn, 0, 0]) for turn in range(turns)])
    laid = laid[laid[:, START] < len(song.beats) - first - 1]
    beats = np.arange(len(song.beats))
    laid[:, START] = np.interp(laid[:, START] + first, beats, song.beats)
    laid[:, END] = np.maximum(np.interp(laid[:, END] + first, beats, song.beats), laid[:, START] + 0.02)
    return laid


def _in_four(song: Song) -> bool:
    if song.downbeats is None:
        return True
    bars = np.diff(np.flatnonzero(song.downbeats))
    return len(bars) > 0 and float(np.mean(bars == 4)) > 0.8


def _genre(style: str) -> str | None:
    return next((genre for word, genre in genre_of_words() if word in style), None)
