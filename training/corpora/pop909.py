"""POP909 (Wang et al. 2020): pop songs as melody, second voice and piano, with chords, beats and keys."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import Any

import numpy as np

from engine.analysis.chords import chord_index
from training.composition import GENRES, accompanied
from training.corpora.corpus import Split, Symbolic, chart_belongs
from training.corpora.files import Files
from training.corpora.midi import read_midi
from training.synthesis.rendering import Studio
from training.synthesis.song import END, START, Song

_SONG = re.compile(r"(?:.*/)?(\d{3})/\1\.mid")
_LEAST_AGREEMENT = 0.85
_ACCOMPANIED = 0.75


def is_pop909(files: Files) -> bool:
    names = files.names()
    return any(_SONG.fullmatch(name) for name in names) and any(name.endswith("chord_midi.txt") for name in names)


class Pop909(Symbolic):
    """The melody leads: sung, or played by whoever the studio picks."""

    def __init__(self, files: Files, split: Split, studio: Studio) -> None:
        super().__init__("pop909", studio)
        self.files = files
        found = {int(match[1]): name for name in files.names(".mid") if (match := _SONG.fullmatch(name))}
        self.charts = {chart: name for chart, name in sorted(found.items()) if chart_belongs(chart, split)}
        self._order = tuple(self.charts)
        self._cache()

    def _cache(self) -> None:
        self._read = functools.lru_cache(maxsize=1024)(self._parse)
        self.melody_for_key = functools.lru_cache(maxsize=4096)(self._melody)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in ("_read", "melody_for_key")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._cache()

    def __len__(self) -> int:
        return len(self._order)

    def song(self, index: int, rng: np.random.Generator) -> Song:
        """The melody and its piano, three times in four with a rhythm section of some genre."""
        song = self._read(self._order[index])
        if rng.random() < _ACCOMPANIED:
            song = accompanied(song, str(rng.choice(list(GENRES))), rng)
        return song

    def siblings(self, index: int, rng: np.random.Generator) -> tuple[Song, Song] | None:
        song = self._read(self._order[index])
        genres = rng.choice(list(GENRES), size=2, replace=False)
        return accompanied(song, str(genres[0]), rng), accompanied(song, str(genres[1]), rng)

    def melody_for(self, chart: int, chords: np.ndarray) -> np.ndarray | None:
        """The melody laid over `chords` (beats,), of an arrangement of the same chart: notes with times in beats of it.

        An arrangement starts somewhere in the song, in a tempo of its own; it is found by its chords. None where
        fewer than 85% of the beats agree, or the chart is of another split.
        """
        return self.melody_for_key(chart, chords.tobytes()) if chart in self.charts else None

    def _melody(self, chart: int, key: bytes) -> np.ndarray | None:
        song = self._read(chart)
        lead = song.lead
        if song.chords is None or song.beats is None or lead is None:
            return None
        chords = np.frombuffer(key, dtype=np.int16)
        own, count = song.chords, len(chords)
        padded = np.concatenate([own, np.full(count, -2, np.int16)])
        agreement = [float(np.mean(padded[at : at + count] == chords)) for at in range(len(own))]
        best = int(np.argmax(agreement))
        if agreement[best] < _LEAST_AGREEMENT:
            return None
        numbers = np.arange(len(song.beats)) - best
        notes = lead.notes.copy()
        notes[:, START] = np.interp(notes[:, START], song.beats, numbers, left=-1e6, right=1e6)
        notes[:, END] = np.interp(notes[:, END], song.beats, numbers, left=-1e6, right=1e6)
        inside = (notes[:, START] >= 0) & (notes[:, END] <= count)
        return notes[inside] if inside.sum() > 8 else None

    def _parse(self, chart: int) -> Song:
        name = self.charts[chart]
        folder = name.rsplit("/", 1)[0]
        song = read_midi(self.files.read(name), f"pop909 {chart:03d}", self.studio.vocabulary, genre="pop ballad")
        if song is None:
            return Song(f"pop909 {chart:03d}", ())
        lines = self._table(f"{folder}/beat_midi.txt")
        beats = np.array([float(line[0]) for line in lines])
        down = np.array([float(line[1]) > 0 for line in lines])
        spans = [(float(a), float(b), chord_index(label)) for a, b, label in self._table(f"{folder}/chord_midi.txt")]
        starts = np.array([span[0] for span in spans])
        classes = np.array([span[2] for span in spans], dtype=np.int16)
        # A chord change falls on a beat but for rounding: ask a little after it.
        at = np.searchsorted(starts, beats + 0.05, side="right") - 1
        chords = np.where(at >= 0, classes[np.maximum(at, 0)], 0).astype(np.int16)
        key = self._table(f"{folder}/key_audio.txt")
        roles = ("vocals", "strings", "piano")
        parts = tuple(
            replace(part, instrument=role, program=48 if role == "strings" else 0, lead=role == "vocals")
            for part, role in zip(song.parts, roles, strict=False)
        )
        bpm = 60 / float(np.median(np.diff(beats))) if len(beats) > 2 else None
        return replace(
            song, parts=parts, beats=beats, downbeats=down, chords=chords, bpm=bpm, key=key[0][2] if key else None
        )

    def _table(self, name: str) -> list[list[str]]:
        return [line.split() for line in self.files.read(name).decode("utf-8").splitlines() if line.strip()]
