"""What every collection of songs looks like to training, and songs that are symbols."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np

from engine.errors import UserError
from training.clip import Clip
from training.synthesis.rendering import Studio, Variation
from training.synthesis.song import Song

Split = Literal["train", "validation", "held_out"]
"""`validation` is kept apart from training too, but is played by the same soundfonts."""

HELD_OUT_CHARTS = range(800, 910)
"""Charts of POP909, and all that was arranged from them, which no training may see."""

_ATTEMPTS, _MOST_ATTEMPTS = 12, 200
"""Songs that are tried: few corpora have a second silent one beside the first, a folder of broken MIDI has many."""


class Corpus(Protocol):
    """Songs from which clips are taken. The same index and an equally seeded generator give the same clip."""

    @property
    def name(self) -> str: ...

    @property
    def song_count(self) -> int: ...

    def __len__(self) -> int:
        """How many indices there are; songs that are composed on the fly have a round number of them."""
        ...

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        """A random clip of song `index`, sounding at the models' rate."""
        ...

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip] | None:
        """Two clips with the same chords, beats, tempo and key, told apart by genre or instruments: the paper's remix
        retrieval, but truly aligned. None where the corpus has no such songs."""
        ...


class Symbolic:
    """Shared by corpora of symbolic songs: subclasses say how song `index` and a sibling of it come about."""

    def __init__(self, name: str, studio: Studio) -> None:
        self.name = name
        self.studio = studio

    @property
    def song_count(self) -> int:
        return len(self)

    def __len__(self) -> int:
        raise NotImplementedError

    def song(self, index: int, rng: np.random.Generator) -> Song:
        raise NotImplementedError

    def siblings(self, index: int, rng: np.random.Generator) -> tuple[Song, Song] | None:
        """The same song twice, arranged differently over the same time line."""
        song = self.song(index, rng)
        return (song, song) if song.beats is not None else None

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        """Raises UserError where no song near `index` sounds: a corpus of silence, or of files that are broken."""
        for attempt in range(max(_ATTEMPTS, min(len(self), _MOST_ATTEMPTS))):
            song = self.song((index + attempt) % len(self), rng)
            for _ in range(3):
                clip = self.studio.perform(song, Variation.random(rng), seconds, rng)
                if clip is not None:
                    return clip
        raise UserError(f"nothing sounds in {self.name} near song {index}", "name other --data")

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip] | None:
        songs = self.siblings(index % len(self), rng)
        if songs is None:
            return None
        duration = min(song.duration for song in songs)
        # The singer stays in a remix, so the lead is sung in both or in neither.
        studio = replace(self.studio, sing=float(rng.random() < self.studio.sing))
        for _ in range(4):
            variation = Variation.random(rng)
            clips = [studio.perform(song, variation, seconds, rng, duration=duration, remix=True) for song in songs]
            if clips[0] is not None and clips[1] is not None:
                return clips[0], clips[1]
        return None


@dataclass(frozen=True)
class Mixture:
    """Several corpora as one: each gets its weight's share of the indices, shuffled finely."""

    parts: tuple[Corpus, ...]
    weights: tuple[float, ...]
    notes: tuple[str, ...] = ()
    """What `open_corpora` has to say: one line for each thing found, and for each not recognised."""
    name: str = "mixture"
    _edges: np.ndarray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_edges", np.cumsum(self.weights) / np.sum(self.weights))

    @property
    def song_count(self) -> int:
        return sum(part.song_count for part in self.parts)

    def __len__(self) -> int:
        return max(10_000, *(len(part) for part in self.parts))

    def _choose(self, index: int) -> tuple[Corpus, int]:
        # The golden ratio spreads neighbouring indices evenly over the parts, without chance.
        position = (index * 0.6180339887498949) % 1.0
        part = self.parts[int(np.searchsorted(self._edges, position, side="right"))]
        return part, spread(index, len(part))

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        part, inner = self._choose(index)
        return part.clip(inner, seconds=seconds, rng=rng)

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip] | None:
        """From the chosen corpus, or the first other one that has pairs."""
        part, inner = self._choose(index)
        for candidate in (part, *self.parts):
            pair = candidate.pair(inner % len(candidate), seconds=seconds, rng=rng)
            if pair is not None:
                return pair
        return None


def spread(index: int, count: int) -> int:
    """A fixed scrambling of indices into range(count), so that neighbours are different songs."""
    return zlib.crc32(index.to_bytes(8, "little")) % count


def belongs(name: str, split: Split) -> bool:
    """A fixed tenth of the names is held out and a twentieth is for validation, whatever order they are listed in."""
    place = zlib.crc32(name.encode()) % 20
    return split == ("held_out" if place < 2 else "validation" if place == 2 else "train")


def chart_belongs(chart: int, split: Split) -> bool:
    if chart in HELD_OUT_CHARTS:
        return split == "held_out"
    return split == ("validation" if chart % 25 == 0 else "train")


@functools.lru_cache(maxsize=1)
def genre_of_words() -> Sequence[tuple[str, str]]:
    """Words in file names -> genre of the vocabulary, most telling first."""
    return (
        ("reggae", "ska"), ("ska", "ska"), ("jazz", "jazz"), ("swing", "jazz"), ("blues", "blues"),
        ("latin", "latin"), ("samba", "latin"), ("bossa", "latin"), ("afrocuban", "latin"), ("country", "country"),
        ("funk", "soul"), ("soul", "soul"), ("gospel", "soul"), ("hiphop", "soul"), ("dance", "electronic"),
        ("techno", "electronic"), ("march", "march"), ("folk", "folk"), ("punk", "rock"), ("rock", "rock"),
        ("pop", "pop ballad"),
    )  # fmt: skip
