"""Songs composed on the fly: endless, with exact labels, from the repository alone."""

from __future__ import annotations

import numpy as np

from training.composition import GENRES, LeadSheet, arrange, write_sheet
from training.corpora.corpus import Split, Symbolic
from training.synthesis.rendering import Studio
from training.synthesis.song import Song

_SONGS = 100_000
_SEEDS = {"train": 1, "validation": 2, "held_out": 3}


class Composed(Symbolic):
    """Index i is always the same sheet, in its genre i % 12; arrangements of it vary. Splits share no sheet."""

    def __init__(self, split: Split, studio: Studio) -> None:
        super().__init__("composed", studio)
        known = [name for name in studio.vocabulary.genre_names if name in GENRES]
        self.genres = tuple(known)
        self._seed = _SEEDS[split]

    def __len__(self) -> int:
        return _SONGS if self.genres else 0

    def sheet(self, index: int) -> LeadSheet:
        genre = self.genres[index % len(self.genres)]
        return write_sheet(genre, np.random.default_rng([self._seed, index]), title=f"composed {index}")

    def song(self, index: int, rng: np.random.Generator) -> Song:
        return arrange(self.sheet(index), self.genres[index % len(self.genres)], rng)

    def siblings(self, index: int, rng: np.random.Generator) -> tuple[Song, Song] | None:
        own = self.genres[index % len(self.genres)]
        others = [genre for genre in self.genres if genre != own]
        sheet = self.sheet(index)
        return arrange(sheet, own, rng), arrange(sheet, str(rng.choice(others)) if others else own, rng)
