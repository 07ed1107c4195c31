"""A corpus of chords of sine tones: rendered in no time, with every stem and label known."""

from __future__ import annotations

import numpy as np

from engine.grid import FRAME_RATE, SAMPLE_RATE
from training.clip import Clip

BAND = ("bass", "piano", "strings", "vocals")
OTHER_BAND = ("bass", "organ", "brass", "vocals")


class ToneSongs:
    """Corpus: song `index` is four held tones; its sibling plays them with other instruments in another genre."""

    name = "tones"
    song_count = 8

    def __len__(self) -> int:
        return self.song_count

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        return self._clip(index, BAND, "rock", seconds, rng)

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip]:
        state = rng.bit_generator.state
        first = self._clip(index, BAND, "rock", seconds, rng)
        rng.bit_generator.state = state
        return first, self._clip(index, OTHER_BAND, "jazz", seconds, rng)

    def _clip(self, index: int, band: tuple[str, ...], genre: str, seconds: float, rng: np.random.Generator) -> Clip:
        time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        pitch = 110 * 2 ** (index % self.song_count / 12) * (1 + rng.uniform(0, 0.01))
        stems = {
            name: (0.1 * np.sin(2 * np.pi * pitch * (row + 1) * (1 + 0.5 * (name in OTHER_BAND[1:3])) * time)).astype(
                np.float32
            )
            for row, name in enumerate(band)
        }
        frames = round(seconds * FRAME_RATE)
        return Clip(stems, chords=np.full(frames, 1, dtype=np.int16), genre=genre, origin=f"tones {index} {genre}")
