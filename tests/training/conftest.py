from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.grid import FRAME_RATE, SAMPLE_RATE
from engine.vocabulary import Vocabulary
from training.clip import Clip
from training.settings import TrainingConfiguration
from training.stages import stage_class
from training.stages.base import Scene, Stage

SECONDS = 2


class ToyClips:
    """Some seconds of a band of tones and noise, a pure function of seed and step as a real stream is."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def scenes(self, step: int, count: int, *, paired: int = 0) -> list[Scene]:
        return [self._scene(np.random.default_rng([self.seed, step, index]), index < paired) for index in range(count)]

    def _scene(self, rng: np.random.Generator, paired: bool) -> Scene:
        clip = self._clip(rng)
        other = Clip({"bass": clip.stems["bass"], "organ": clip.stems["piano"]}, chords=clip.chords, genre="rock")
        return clip, other if paired else None

    def _clip(self, rng: np.random.Generator) -> Clip:
        frames, samples = SECONDS * FRAME_RATE, SECONDS * SAMPLE_RATE
        time = np.arange(samples) / SAMPLE_RATE
        stems, pitches = {}, {}
        for name in ("vocals", "bass", "piano", "strings"):
            key = int(rng.integers(20, 60))
            hertz = 27.5 * 2 ** (key / 12)
            stems[name] = (0.1 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)
            pitches[name] = np.zeros((88, frames), dtype=bool)
            pitches[name][key] = True
        stems["drums"] = (0.05 * rng.standard_normal(samples)).astype(np.float32)
        beats = np.zeros(frames, dtype=np.uint8)
        beats[::25] = 1
        beats[::100] = 2
        chords = np.full(frames, int(rng.integers(85)), dtype=np.int16)
        return Clip(stems, chords=chords, beats=beats, pitches=pitches, genre="jazz", key="C:maj", bpm=120.0)


@pytest.fixture
def toy_stage() -> Callable[..., Stage]:
    """toy_stage("listener", seed=1, runs={...}) -> the stage of the `tiny` configuration over ToyClips."""

    def make(name: str, seed: int = 0, runs: dict[str, Path] | None = None) -> Stage:
        configuration = TrainingConfiguration.load("tiny")
        return stage_class(name)(
            configuration.model,
            configuration.stages[name],
            Vocabulary.default(),
            ToyClips(seed),
            ToyClips(99),
            seed=seed,
            runs=runs,
        )

    return make
