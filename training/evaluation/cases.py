"""The held-out set: which instruction is given on which song, and what the truth is.

Cases depend on the corpus, the number and length of songs and the seed alone, never on the model, so that any two
models can be compared on them. They are built by the triplet builders of training, from songs that training has not.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from engine.instruction import Instruction, Operation
from engine.vocabulary import Vocabulary
from training import triplets
from training.clip import Clip
from training.corpora.corpus import Corpus
from training.triplets import Triplet

OPERATIONS = ("add", "remove", "extract", "replace", "remix", "remove absent", "extract absent")

_ATTEMPTS = 8


@dataclass(frozen=True, eq=False)
class Case:
    """One instruction on one song. `source` and `target`: (samples,) float32 at the models' rate."""

    operation: str
    """One of OPERATIONS."""
    instruction: Instruction
    source: np.ndarray
    target: np.ndarray
    coming: tuple[str, ...]
    """Instruments that the target has and the source has not."""
    going: tuple[str, ...]
    chords: np.ndarray | None
    """(frames,) true chord classes of the target, below 0 where unknown."""
    seed: int
    origin: str = ""

    @property
    def name(self) -> str:
        """Tells this case from every other, whichever corpus it is from."""
        sound = zlib.crc32(self.source.tobytes())
        return f"{self.operation}: {self.instruction.text} [{sound:08x}] {self.origin}".strip()


def held_out_cases(
    corpus: Corpus, vocabulary: Vocabulary, *, songs: int, seconds: float, seed: int = 0
) -> Iterator[Case]:
    """One case of every operation per song, rendered when it is asked for. `corpus` is one of split "held_out".

    A song that does not allow an operation (a replace needs two pitched stems) gives way to another for that one.
    """
    for song in range(songs):
        scenes = functools.cache(functools.partial(_scene, corpus, song, seconds, seed))
        for row, operation in enumerate(OPERATIONS):
            case = _first(scenes, vocabulary, operation, song, (seed, row))
            if case is not None:
                yield case


def _scene(
    corpus: Corpus, song: int, seconds: float, seed: int, attempt: int, paired: bool
) -> tuple[Clip, Clip | None] | None:
    """A clip of the song, or two aligned ones where there are; every attempt is another song."""
    # The attempt moves on by more songs than there are cases.
    index = song + 10_007 * attempt
    rng = np.random.default_rng([seed, 4242, song, attempt, paired])
    if paired:
        return corpus.pair(index, seconds=seconds, rng=rng)
    return corpus.clip(index, seconds=seconds, rng=rng), None


def _first(
    scenes: Callable[[int, bool], tuple[Clip, Clip | None] | None],
    vocabulary: Vocabulary,
    operation: str,
    song: int,
    seed: tuple[int, int],
) -> Case | None:
    for attempt in range(_ATTEMPTS):
        scene = scenes(attempt, operation == "remix")
        if scene is None:
            continue
        clip, other = scene
        kind, _, absent = operation.partition(" ")
        # Each operation has its own chance, so that a change to one does not change the others' cases.
        rng = np.random.default_rng([*seed, 777, song, attempt])
        built = triplets.build(
            Operation(kind), clip, vocabulary, rng, other, absent=1.0 if absent else 0.0, families=0.0
        )
        if built is not None and built.source.any():
            origin = clip.origin if other is None else f"{clip.origin} -> {other.origin}"
            return _case(operation, built, seed[0] * 100_003 + song, origin)
    return None


def _case(operation: str, built: Triplet, seed: int, origin: str) -> Case:
    before, after = built.source_instruments, built.target_instruments
    return Case(
        operation,
        built.instruction,
        built.source,
        built.target,
        coming=tuple(name for name in after if name not in before),
        # Where the asked instrument is not there nothing has to go, even if silence is right.
        going=() if built.negative else tuple(name for name in before if name not in after),
        # A remix pair has the same chords at the same time, and nothing else changes them.
        chords=built.chords if (built.chords >= 0).any() else None,
        seed=seed,
        origin=origin,
    )
