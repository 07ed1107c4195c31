"""Any folder or zip of MIDI files."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from training.corpora.corpus import Split, Symbolic, belongs, genre_of_words
from training.corpora.files import Files
from training.corpora.midi import read_midi
from training.synthesis.rendering import Studio
from training.synthesis.song import Song

_FEWEST_BYTES = 400


class MidiFolder(Symbolic):
    """Songs made by people: lively, but their chords are unknown. A tenth is held out by name."""

    def __init__(self, files: Files, split: Split, studio: Studio) -> None:
        super().__init__(files.name, studio)
        self.files = files
        names = [name for name in files.names(".mid", ".midi") if belongs(name, split)]
        # Placeholders of some bytes hold no music; the rest is found out when it is read.
        self.songs = tuple(name for name in names if len(files.read(name)) >= _FEWEST_BYTES)
        self._read = functools.lru_cache(maxsize=512)(self._parse)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_read"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._read = functools.lru_cache(maxsize=512)(self._parse)

    def __len__(self) -> int:
        return len(self.songs)

    def song(self, index: int, rng: np.random.Generator) -> Song:
        return self._read(self.songs[index])

    def _parse(self, name: str) -> Song:
        genre = next((genre for word, genre in genre_of_words() if word in name.lower()), None)
        song = read_midi(self.files.read(name), f"{self.name} {name}", self.studio.vocabulary, genre=genre)
        return song or Song(name, ())
