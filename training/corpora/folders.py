"""Any folder or zip of MIDI files."""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np

from training.corpora.corpus import HELD_OUT_CHARTS, Split, Symbolic, belongs, genre_of_words
from training.corpora.files import Files
from training.corpora.midi import read_midi
from training.synthesis.rendering import Studio
from training.synthesis.song import Song

_FEWEST_BYTES = 400
_CHART = re.compile(r"(\d{3})(-[^/]*)?\.midi?", re.IGNORECASE)
"""`801.mid`, `801-v2.mid`, `801-Foxtrot.mid`."""


class MidiFolder(Symbolic):
    """Songs made by people: lively, but their chords are unknown. A tenth is held out by name, and of files named as
    POP909 and its arrangements name theirs the held-out charts, however little of these collections is there."""

    def __init__(self, files: Files, split: Split, studio: Studio) -> None:
        super().__init__(files.name, studio)
        self.files = files
        names = [name for name in files.names(".mid", ".midi") if _song_belongs(name, split)]
        # Placeholders of some bytes hold no music; the rest is found out when it is read.
        self.songs = tuple(name for name in names if files.size(name) >= _FEWEST_BYTES)
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


def _song_belongs(name: str, split: Split) -> bool:
    chart = _CHART.fullmatch(name.rpartition("/")[2])
    return split == "held_out" if chart and int(chart[1]) in HELD_OUT_CHARTS else belongs(name, split)
