"""Chord charts arranged in several genres: MIDI beside `arrangements.jsonl`, which has a chord for every beat."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.analysis.chords import chord_index
from engine.errors import UserError
from training.corpora.corpus import Split, Symbolic, chart_belongs
from training.corpora.files import Files
from training.corpora.midi import read_midi
from training.corpora.pop909 import Pop909
from training.synthesis.rendering import Studio
from training.synthesis.song import END, START, VELOCITY, Part, Song

INDEX = "arrangements.jsonl"


@dataclass(frozen=True)
class Row:
    """One line of the index."""

    file: str
    chart: int
    genre: str
    bpm: float
    key: str
    beats_per_bar: int
    chords: tuple[str, ...]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Row:
        return cls(
            data["file"],
            int(data["chart"]),
            data["genre"],
            float(data["bpm"]),
            data["key"],
            int(data["beats_per_bar"]),
            tuple(data["chords"]),
        )


class Arrangements(Symbolic):
    """`pop909` lends its melodies: the same chart, so they fit wherever the chords are found again.

    Raises UserError for an index that is damaged.
    """

    def __init__(self, files: Files, split: Split, studio: Studio, pop909: Pop909 | None = None) -> None:
        super().__init__(files.name, studio)
        self.files = files
        self.pop909 = pop909
        lines = files.read(INDEX).decode("utf-8").splitlines()
        try:
            rows = [Row.from_json(json.loads(line)) for line in lines if line.strip()]
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{files.root} has a damaged {INDEX} ({error})", "get it again") from error
        self.rows = tuple(row for row in rows if chart_belongs(row.chart, split))
        self._of_chart: dict[int, list[int]] = {}
        for index, row in enumerate(self.rows):
            self._of_chart.setdefault(row.chart, []).append(index)
        self._read = functools.lru_cache(maxsize=512)(self._parse)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_read"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._read = functools.lru_cache(maxsize=512)(self._parse)

    def __len__(self) -> int:
        return len(self.rows)

    def song(self, index: int, rng: np.random.Generator) -> Song:
        song = self._read(index)
        if self.pop909 is not None and rng.random() < 0.8:
            song = self._with_melody(song, self.rows[index])
        return song

    def siblings(self, index: int, rng: np.random.Generator) -> tuple[Song, Song] | None:
        row = self.rows[index]
        others = [
            other
            for other in self._of_chart[row.chart]
            if self.rows[other].genre != row.genre and abs(self.rows[other].bpm - row.bpm) < 0.1
        ]
        if not others:
            return None
        pair = self._read(index), self._read(int(rng.choice(others)))
        if self.pop909 is not None and rng.random() < 0.8:
            return self._with_melody(pair[0], row), self._with_melody(pair[1], row)
        return pair

    def _parse(self, index: int) -> Song:
        row = self.rows[index]
        song = read_midi(self.files.read(row.file), f"{self.name} {row.file}", self.studio.vocabulary, genre=row.genre)
        beat = 60 / row.bpm
        beats = np.arange(len(row.chords)) * beat
        chords = np.array([chord_index(label) for label in row.chords], dtype=np.int16)
        down = np.arange(len(row.chords)) % row.beats_per_bar == 0
        if song is None:  # a file without notes; the gate rejects what is rendered from it
            return Song(row.file, (), beats, down, chords, row.bpm, row.key, row.genre)
        return replace(song, beats=beats, downbeats=down, chords=chords, bpm=row.bpm, key=row.key)

    def _with_melody(self, song: Song, row: Row) -> Song:
        assert self.pop909 is not None and song.beats is not None and song.chords is not None
        melody = self.pop909.melody_for(row.chart, song.chords)
        if melody is None:
            return song
        beat = 60 / row.bpm
        notes = melody.copy()
        notes[:, START] *= beat
        notes[:, END] *= beat
        notes[:, VELOCITY] = np.clip(notes[:, VELOCITY], 60, 120)
        lead = Part(notes, "vocals", lead=True)
        return replace(song, parts=(*song.parts, lead))
