"""The held-out set: which instruction is given on which song, and what the truth is.

Cases depend on the corpus, the number and length of songs and the seed alone, never on the model, so that any two
models can be compared on them. They are built by the triplet builders of training, from songs that training has not.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from engine.audio import splice
from engine.grid import SAMPLE_RATE
from engine.instruction import Instruction, Operation
from engine.rendering import FADE_SECONDS
from engine.vocabulary import Vocabulary
from training import triplets
from training.clip import Clip
from training.corpora.corpus import Corpus
from training.triplets import Triplet

PAPER_TASKS = ("extract", "remove", "add", "replace")
"""Of which Table 1 takes the average."""

ABSENT = ("remove absent", "extract absent")
REGION = "remove in region"
# The place in this tuple seeds the cases: new operations go to its end.
OPERATIONS = ("add", "remove", "extract", "replace", "remix", *ABSENT, REGION)

REGION_SHARE = (0.3, 0.7)
"""Of the clip: the region in which REGION removes."""

_ATTEMPTS = 8


@dataclass(frozen=True, eq=False)
class Case:
    """One instruction on one song. Audio: (samples,) float32 at the models' rate; target = kept + added."""

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
    song: int = 0
    added: np.ndarray | None = None
    """What is new in the target; None is nothing."""
    before: tuple[str, ...] = ()
    """Instruments of the source, by the labels."""
    after: tuple[str, ...] = ()
    """Instruments of the target, by the labels."""
    bars: np.ndarray | None = None
    """(bars,) frames at which a bar begins, None where nobody knows."""

    @property
    def key(self) -> str:
        """The same before and after the case is rendered."""
        return case_key(self.operation, self.song)

    @property
    def name(self) -> str:
        """Tells this case from every other, whichever corpus it is from."""
        sound = zlib.crc32(self.source.tobytes())
        return f"{self.operation}: {self.instruction.text} [{sound:08x}] {self.origin}".strip()

    @property
    def kept(self) -> np.ndarray:
        """What source and target share."""
        return self.target if self.added is None else self.target - self.added

    @property
    def removed(self) -> np.ndarray:
        """What leaves the source."""
        return self.source - self.kept


@dataclass(frozen=True)
class Slot:
    """A place in the held-out set: `make` renders its case, or gives None where the songs do not allow it."""

    operation: str
    song: int
    make: Callable[[], Case | None]

    @property
    def key(self) -> str:
        return case_key(self.operation, self.song)


def case_key(operation: str, song: int) -> str:
    return f"{operation} #{song}"


def held_out_slots(
    corpus: Corpus,
    vocabulary: Vocabulary,
    *,
    songs: int,
    seconds: float,
    seed: int = 0,
    operations: tuple[str, ...] = OPERATIONS,
) -> Iterator[Slot]:
    """One slot of every operation per song; nothing is rendered before a slot is asked to.

    A song that does not allow an operation (a replace needs two pitched stems) gives way to another for that one.
    """
    for song in range(songs):
        yield from song_slots(corpus, vocabulary, song, seconds=seconds, seed=seed, operations=operations)


def song_slots(
    corpus: Corpus,
    vocabulary: Vocabulary,
    song: int,
    *,
    seconds: float,
    seed: int = 0,
    operations: tuple[str, ...] = OPERATIONS,
) -> Iterator[Slot]:
    """Those of one song, which share what is rendered of it."""
    scenes = functools.cache(functools.partial(_scene, corpus, song, seconds, seed))
    for row, operation in enumerate(OPERATIONS):
        if operation in operations:
            yield Slot(operation, song, functools.partial(_first, scenes, vocabulary, operation, song, (seed, row)))


def held_out_cases(
    corpus: Corpus,
    vocabulary: Vocabulary,
    *,
    songs: int,
    seconds: float,
    seed: int = 0,
    operations: tuple[str, ...] = OPERATIONS,
) -> Iterator[Case]:
    """The cases of `held_out_slots`, rendered when each is asked for. `corpus` is one of split "held_out"."""
    for slot in held_out_slots(corpus, vocabulary, songs=songs, seconds=seconds, seed=seed, operations=operations):
        case = slot.make()
        if case is not None:
            yield case


def _scene(
    corpus: Corpus, song: int, seconds: float, seed: int, attempt: int, paired: bool
) -> tuple[Clip, Clip | None]:
    """A clip of the song, or two aligned ones where there are; every attempt is another song.

    Raises UserError where nothing sounds in the songs.
    """
    # The attempt moves on by more songs than there are cases.
    index = song + 10_007 * attempt
    rng = np.random.default_rng([seed, 4242, song, attempt, paired])
    pair = corpus.pair(index, seconds=seconds, rng=rng) if paired else None
    return pair or (corpus.clip(index, seconds=seconds, rng=rng), None)


def _first(
    scenes: Callable[[int, bool], tuple[Clip, Clip | None]],
    vocabulary: Vocabulary,
    operation: str,
    song: int,
    seed: tuple[int, int],
) -> Case | None:
    for attempt in range(_ATTEMPTS):
        clip, other = scenes(attempt, operation == "remix")
        kind, _, detail = operation.partition(" ")
        # Each operation has its own chance, so that a change to one does not change the others' cases.
        rng = np.random.default_rng([*seed, 777, song, attempt])
        built = triplets.build(
            Operation(kind), clip, vocabulary, rng, other, absent=1.0 if detail == "absent" else 0.0, families=0.0
        )
        if built is not None and built.source.any():
            origin = clip.origin if other is None else f"{clip.origin} -> {other.origin}"
            case = _case(operation, built, clip, seed[0] * 100_003 + song, origin, song)
            return in_region(case) if operation == REGION else case
    return None


def _case(operation: str, built: Triplet, clip: Clip, seed: int, origin: str, song: int) -> Case:
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
        song=song,
        added=built.added if built.added.any() else None,
        before=before,
        after=after,
        bars=None if clip.beats is None or not (clip.beats == 2).any() else np.flatnonzero(clip.beats == 2),
    )


def in_region(case: Case) -> Case:
    """The same edit in the middle of the clip only, cross-faded as the editor does it."""
    seconds = case.source.shape[0] / SAMPLE_RATE
    start, end = (round(share * seconds, 2) for share in REGION_SHARE)
    first, last = round(start * SAMPLE_RATE), round(end * SAMPLE_RATE)
    target = case.source[None].copy()
    splice(target, case.target[None, first:last], first, round(FADE_SECONDS * SAMPLE_RATE))
    return replace(
        case,
        instruction=replace(case.instruction, region=(start, end)),
        target=target[0],
        # They still play outside the region.
        going=(),
        after=case.before,
    )
