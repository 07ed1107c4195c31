"""(instruction, source, target): the five builders of the paper's appendix, and the negatives.

Every triplet obeys target = source - removed + added. Shapes: T samples at 24 kHz, F = T / 480 label frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.chords import UNKNOWN
from engine.grid import FRAME_RATE, SAMPLES_PER_FRAME
from engine.instruction import Instruction, Operation
from engine.vocabulary import VOCALS, Vocabulary
from training.clip import OTHER, Clip
from training.synthesis.effects import level
from training.wordings import wording

AUDIBLE = -50.0
"""dBFS of its loudest tenth: softer stems take no part in an edit."""
MOST_TRACKS = 4
"""i of the paper's Add: the source has one to four tracks."""

WEIGHTS: Mapping[Operation, float] = {
    # The paper's millions (1.0, 0.3, 0.3, 0.2, 0.2) count clips; remix there is retrieval, which needs numbers.
    Operation.ADD: 0.3,
    Operation.REMOVE: 0.15,
    Operation.EXTRACT: 0.15,
    Operation.REPLACE: 0.25,
    Operation.REMIX: 0.15,
}


@dataclass(frozen=True)
class Triplet:
    """One example of an edit."""

    instruction: Instruction
    text: str
    """A wording of the instruction."""
    source: np.ndarray
    """(T,) float32."""
    target: np.ndarray
    """(T,) float32, the same as source - removed + added."""
    removed: np.ndarray
    """(T,) float32: what leaves the source."""
    added: np.ndarray
    """(T,) float32: what is new in the target."""
    chords: np.ndarray
    """(F,) int16 of the source, UNKNOWN (-1) where nobody knows."""
    source_instruments: tuple[str, ...]
    target_instruments: tuple[str, ...]
    region: tuple[float, float] | None = None
    """Seconds in which the edit happens, None for all."""

    @property
    def negative(self) -> bool:
        """Whether it asks for what is not there."""
        return bool(self.instruction.instruments) and (
            self.instruction.operation in (Operation.REMOVE, Operation.EXTRACT)
            and not set(self.instruction.instruments) & set(self.source_instruments)
        )


def build(
    operation: Operation,
    clip: Clip,
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    other: Clip | None = None,
    *,
    absent: float = 0.1,
    families: float = 0.1,
) -> Triplet | None:
    """A triplet out of a clip; None where the clip has too few sounding tracks for the operation.

    other: a clip aligned with it (Corpus.pair), for remix and replace; without it both are made of the clip alone.
    absent: chance that remove and extract ask for an instrument that is not there. families: chance that they
    ask for a whole family ("guitar").
    """
    tracks = [name for name in _audible(clip) if name != OTHER]
    if not tracks:
        return None
    match operation:
        case Operation.ADD:
            return _add(clip, tracks, vocabulary, rng)
        case Operation.REMOVE | Operation.EXTRACT:
            if rng.random() < absent:
                return _absent(operation, clip, tracks, vocabulary, rng)
            return _take(operation, clip, tracks, vocabulary, rng, families)
        case Operation.REPLACE:
            return _replace(clip, tracks, vocabulary, rng, other)
        case Operation.REMIX:
            return _remix(clip, tracks, vocabulary, rng, other)


def draw(
    scenes: Sequence[tuple[Clip, Clip | None]],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    *,
    seconds: float | None = None,
    weights: Mapping[Operation, float] = WEIGHTS,
    absent: float = 0.1,
) -> list[Triplet]:
    """One triplet of each scene (ClipStream.scenes), cut to `seconds`, with operations drawn by `weights`.

    Scenes with a partner become remixes first. An operation for which a clip has too few tracks gives way to
    another one.
    """
    names = [operation for operation in Operation if weights.get(operation, 0) > 0]
    shares = np.array([weights[operation] for operation in names], dtype=np.float64)
    wanted = [names[index] for index in rng.choice(len(names), size=len(scenes), p=shares / shares.sum())]
    # Which scene gets which operation is free, so remixes go where the aligned partners are.
    order = sorted(range(len(scenes)), key=lambda index: scenes[index][1] is None)
    wanted.sort(key=lambda operation: operation is not Operation.REMIX)
    made: list[Triplet | None] = [None] * len(scenes)
    for operation, index in zip(wanted, order, strict=True):
        clip, other = scenes[index]
        for _ in range(4):
            cut, partner = cropped(clip, other, seconds, rng)
            fallbacks = [operation, *rng.permutation(np.array(names, dtype=object)), *Operation]
            built = (build(one, cut, vocabulary, rng, partner, absent=absent) for one in fallbacks)
            made[index] = next((triplet for triplet in built if triplet is not None), None)
            if made[index] is not None:
                break
        else:  # silence in four places of the clip: then the whole clip, cut nowhere near
            made[index] = _absent(Operation.REMOVE, cropped(clip, None, seconds, rng)[0], [], vocabulary, rng)
    return [triplet for triplet in made if triplet is not None]


def cropped(
    clip: Clip, other: Clip | None, seconds: float | None, rng: np.random.Generator
) -> tuple[Clip, Clip | None]:
    """The same random stretch of both clips, on the frame grid."""
    total = clip.samples // SAMPLES_PER_FRAME
    frames = total if seconds is None else min(round(seconds * FRAME_RATE), total)
    first = int(rng.integers(total - frames + 1))
    return _cut(clip, first, frames), None if other is None else _cut(other, first, frames)


def _cut(clip: Clip, first: int, frames: int) -> Clip:
    labels = slice(first, first + frames)
    samples = slice(first * SAMPLES_PER_FRAME, (first + frames) * SAMPLES_PER_FRAME)
    return replace(
        clip,
        stems={name: stem[samples] for name, stem in clip.stems.items()},
        chords=None if clip.chords is None else clip.chords[labels],
        beats=None if clip.beats is None else clip.beats[labels],
        pitches={name: keys[:, labels] for name, keys in clip.pitches.items()},
        melody=None if clip.melody is None else clip.melody[:, labels],
    )


def _audible(clip: Clip) -> list[str]:
    return [name for name, stem in clip.stems.items() if level(stem) > AUDIBLE]


def _left(clip: Clip) -> list[str]:
    """What plays along whatever is asked, since nobody can ask for it."""
    return [OTHER] if OTHER in _audible(clip) else []


def _add(clip: Clip, tracks: list[str], vocabulary: Vocabulary, rng: np.random.Generator) -> Triplet | None:
    left = _left(clip)
    if len(tracks) + len(left) < 2:
        return None
    new = _some(tracks, 2 if len(tracks) > 3 and rng.random() < 0.12 else 1, rng)
    kept = _some([name for name in tracks if name not in new], int(rng.integers(1, MOST_TRACKS + 1)), rng) + left
    return _triplet(Instruction(Operation.ADD, tuple(new)), clip, kept, [], clip, new, vocabulary, rng)


def _take(
    operation: Operation,
    clip: Clip,
    tracks: list[str],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    families: float,
) -> Triplet | None:
    """Remove is the paper's Add backwards; Extract keeps what Remove takes."""
    left = _left(clip)
    if len(tracks) + len(left) < 2:
        return None
    present = [term for term in vocabulary.families if set(term.members) & set(tracks)]
    if present and rng.random() < families:
        term = present[rng.integers(len(present))]
        asked, taken = list(term.members), [name for name in tracks if name in term.members]
    else:
        asked = taken = _some(tracks, 2 if len(tracks) > 3 and rng.random() < 0.12 else 1, rng)
    rest = _some([name for name in tracks if name not in taken], int(rng.integers(1, MOST_TRACKS + 1)), rng) + left
    if not rest:
        return None
    instruction = Instruction(operation, tuple(asked))
    kept, removed = (rest, taken) if operation is Operation.REMOVE else (taken, rest)
    return _triplet(instruction, clip, kept, removed, clip, [], vocabulary, rng)


def _absent(
    operation: Operation, clip: Clip, tracks: list[str], vocabulary: Vocabulary, rng: np.random.Generator
) -> Triplet | None:
    """Removing what is not there changes nothing, extracting it gives silence."""
    left = _left(clip) if tracks else []
    # Of what plays in OTHER no more is known than that it is no voice.
    missing = [name for name in ((VOCALS,) if left else vocabulary.instrument_names) if name not in clip.stems]
    if not missing:
        return None
    playing = _some(tracks, int(rng.integers(1, MOST_TRACKS + 2)), rng) + left
    instruction = Instruction(operation, (str(rng.choice(missing)),))
    kept, removed = (playing, []) if operation is Operation.REMOVE else ([], playing)
    return _triplet(instruction, clip, kept, removed, clip, [], vocabulary, rng)


def _replace(
    clip: Clip, tracks: list[str], vocabulary: Vocabulary, rng: np.random.Generator, other: Clip | None
) -> Triplet | None:
    """The new instrument comes from the clip itself, or from an aligned one that has what the clip has not."""
    # Nobody wants drums in place of a piano, or a bass in place of a singer.
    free = [name for name in tracks if name not in ("drums", "bass", VOCALS)]
    foreign = [] if other is None else _audible(other)
    foreign = [name for name in foreign if name not in clip.stems and name not in ("drums", "bass", VOCALS, OTHER)]
    if other is not None and foreign and free and rng.random() < 0.7:
        old, new, donor = _some(free, 1, rng)[0], _some(foreign, 1, rng)[0], other
    elif len(free) > 1:
        old, new = _some(free, 2, rng)
        donor = clip
    else:
        return None
    kept = _some([name for name in tracks if name not in (old, new)], int(rng.integers(1, MOST_TRACKS + 1)), rng)
    instruction = Instruction(Operation.REPLACE, (old,), (new,))
    return _triplet(instruction, clip, kept + _left(clip), [old], donor, [new], vocabulary, rng)


def _remix(
    clip: Clip, tracks: list[str], vocabulary: Vocabulary, rng: np.random.Generator, other: Clip | None
) -> Triplet | None:
    """A new band under the same singer: all but the vocals goes, the other clip's band comes."""
    band = [name for name in tracks if name != VOCALS]
    sung = [VOCALS] if VOCALS in tracks else []
    left = _left(clip)
    if other is None:
        if len(band) < 3:
            return None
        rng.shuffle(band)
        half = int(rng.integers(1, len(band)))
        band, new, donor = band[:half], band[half:], clip
    else:
        new = [name for name in _audible(other) if name not in (VOCALS, OTHER)]
        donor = other
    if not band or not new:
        return None
    to_genre = other is not None and other.genre is not None and other.genre != clip.genre and rng.random() < 0.6
    instruction = (
        Instruction(Operation.REMIX, genre=other.genre if other else None)
        if to_genre
        else Instruction(Operation.REMIX, tuple(new))
    )
    return _triplet(instruction, clip, sung, band + left, donor, new, vocabulary, rng)


def _triplet(
    instruction: Instruction,
    clip: Clip,
    kept: Sequence[str],
    removed: Sequence[str],
    donor: Clip,
    added: Sequence[str],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
) -> Triplet:
    gone, new = _sum(clip, removed), _sum(donor, added)
    stays = _sum(clip, kept)
    # A remix joins two mixes and could clip; one gain for all keeps the sum true.
    peak = max(float(np.abs(stays + gone).max(initial=0)), float(np.abs(stays + new).max(initial=0)))
    if peak > 0.99:
        gone, new, stays = (part * np.float32(0.99 / peak) for part in (gone, new, stays))
    source = stays + gone
    frames = clip.samples // SAMPLES_PER_FRAME
    chords = clip.chords if clip.chords is not None else np.full(frames, UNKNOWN, np.int16)
    return Triplet(
        instruction,
        wording(instruction, vocabulary, rng),
        source,
        stays + new,
        gone,
        new,
        chords,
        _ordered([*kept, *removed], vocabulary),
        _ordered([*kept, *added], vocabulary),
    )


def _some(names: list[str], count: int, rng: np.random.Generator) -> list[str]:
    """`count` of the names, or all where there are fewer, in random order."""
    return [names[index] for index in rng.permutation(len(names))[:count]]


def _sum(clip: Clip, names: Sequence[str]) -> np.ndarray:
    total = np.zeros(clip.samples, np.float32)
    for name in names:
        total += clip.stems[name]
    return total


def _ordered(names: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(name for name in vocabulary.instrument_names if name in set(names))
