"""The songs to evaluate on: composed and charted ones that no training sees, or a user's recorded stems alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import UserError
from engine.vocabulary import Vocabulary
from training.clip import Clip
from training.corpora import open_corpora
from training.corpora.composed import Composed
from training.corpora.corpus import Corpus, Mixture
from training.corpora.stems import OverBand, Stems
from training.synthesis import effects
from training.synthesis.rendering import GATE_DECIBELS, STEM_GATE
from training.synthesis.soundfonts import Soundfont

_ATTEMPTS = 24


class Recorded:
    """Recorded songs as they are: the stems of a corpus without the effects, levels and speeds that training varies."""

    def __init__(self, stems: Sequence[Stems]) -> None:
        self.stems = tuple(part for part in stems if len(part))
        self.name = self.stems[0].name
        self.songs = tuple((part, song) for part in self.stems for song in part.songs)

    @property
    def song_count(self) -> int:
        return len(self.songs)

    def __len__(self) -> int:
        return len(self.songs)

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        """Raises UserError where the songs near `index` are silent: nothing can be edited there."""
        for attempt in range(_ATTEMPTS):
            part, song = self.songs[(index + attempt // 4) % len(self)]
            at = rng.random()
            stems = {name: part.stem(song, name, at, seconds) for name in song.stems}
            stems = {
                name: stem for name, stem in stems.items() if effects.sounding_share(stem, GATE_DECIBELS) >= STEM_GATE
            }
            if len(stems) >= 2:
                # Stems may sum to more than full scale; one gain for all keeps their balance.
                peak = float(np.abs(np.sum(list(stems.values()), axis=0)).max())
                gain = np.float32(min(1.0, 0.98 / max(peak, 1e-9)))
                return Clip(
                    {name: stem * gain for name, stem in stems.items()}, origin=f"{self.name} {song.title} at {at:.3f}"
                )
        raise UserError(f"the songs of {self.name} are silent, or one stem alone sounds", "name other --data")

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip] | None:
        return None


@dataclass(frozen=True)
class HeldOut:
    """A corpus and what it consists of, a line each."""

    corpus: Corpus
    notes: tuple[str, ...]


def open_held_out(
    paths: Sequence[Path],
    soundfonts: Sequence[Path] = (),
    *,
    all_songs: bool = False,
    vocabulary: Vocabulary | None = None,
) -> HeldOut:
    """The held-out songs of the paths. Recorded stems alone (Slakh2100, any folder of stems) are taken as they are.

    Among MIDI and charts, recorded stems are mixed in as in training. `all_songs`: every song of recorded
    stems, not the held-out tenth or the `test` folder only; for collections that the model was not trained on. Raises
    UserError where the paths hold no held-out song.
    """
    fonts = [Soundfont(path) for path in soundfonts] or None
    opened = open_corpora(list(paths), split="held_out", soundfonts=fonts, vocabulary=vocabulary)
    if not paths or not _stems_alone(list(paths), opened, fonts, vocabulary):
        return HeldOut(opened, opened.notes)
    found = [part for part in opened.parts if isinstance(part, Stems)]
    if all_songs:
        for split in ("train", "validation"):
            others = open_corpora(list(paths), split=split, soundfonts=fonts, vocabulary=vocabulary)
            found += [part for part in others.parts if isinstance(part, Stems)]
    if not found:
        raise UserError(
            "no song of these stems is held out",
            "use --all-songs where the model was not trained on them, or put songs into a folder called test",
        )
    recorded = Recorded(found)
    which = "all" if all_songs else "held-out"
    return HeldOut(recorded, (f"{recorded.name}: {len(recorded)} recorded songs ({which}), as they are",))


def _stems_alone(
    paths: list[Path], held_out: Mixture, fonts: list[Soundfont] | None, vocabulary: Vocabulary | None
) -> bool:
    """Whether the paths hold recorded stems and nothing else. Few songs are all training's, so it is asked, too."""
    parts = [*held_out.parts, *open_corpora(paths, split="train", soundfonts=fonts, vocabulary=vocabulary).parts]
    named = [part for part in parts if not isinstance(part, (Composed, OverBand))]
    return bool(named) and all(isinstance(part, Stems) for part in named)
