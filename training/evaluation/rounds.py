"""Figure 5, and on to ten rounds: what is left of a song when every round stands on the one before.

Each song begins as some of its stems, and each round adds or removes one, so that the truth is known at every round.
Two ways are followed beside each other: ours, where a round is rendered onto the audio of the last, and the paper's,
where it is decoded, and encoded again by the next. And two that nothing is asked of: a plain encode and decode
each round, and a round of ours that removes an instrument that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import UserError
from engine.instruction import Instruction, Operation
from engine.vocabulary import Vocabulary
from training.clip import Clip
from training.corpora.corpus import Corpus
from training.evaluation.cases import Case
from training.evaluation.ears import Ears, Hearer
from training.evaluation.figures import Figures
from training.evaluation.held_out import Measured
from training.evaluation.journal import Journal
from training.evaluation.judge import Heard, Judge
from training.evaluation.measuring import DECODED, RENDERED, ROUND_TRIP, TARGET, UNEDITED, Record, measure, truth_of
from training.evaluation.paper import CRA, FAD, IA, IOI, PCH, PRESERVED, SI_SDR, SSIM
from training.evaluation.similarity import Truth
from training.evaluation.systems import System
from training.evaluation.tables import Row, Table
from training.synthesis.effects import level
from training.triplets import AUDIBLE

ROUNDS = 10
PAPER_ROUNDS = 3
EDITED, UNTOUCHED = "edited", "untouched"

COLUMNS = (FAD, IA, CRA, PCH, IOI, SI_SDR, SSIM, PRESERVED)

_FEWEST_STEMS = 4
_BEGIN_WITH = 3
_ATTEMPTS = 12


ChainsElsewhere = Callable[[str, Sequence[int]], Iterator[Measured | None]]
"""Measures a system, by its name, on some songs, in their order; None for a song that allows no rounds."""


@dataclass(frozen=True, eq=False)
class Chain:
    """The rounds of one song. `cases[r]`: round r + 1, from the true sound before it to the true sound after it.
    `absent`: an instrument that the song has not."""

    song: int
    start: np.ndarray
    cases: tuple[Case, ...]
    absent: str


def make_chain(
    corpus: Corpus, vocabulary: Vocabulary, song: int, *, rounds: int, seconds: float, seed: int
) -> Chain | None:
    """The rounds of song `song`; None where no song near it has four stems that sound.

    Raises UserError where nothing sounds in the songs.
    """
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng([seed, 515, song, attempt])
        index = song + 10_007 * attempt
        clip = corpus.clip(index, seconds=seconds, rng=rng)
        known = vocabulary.instrument_names
        names = [name for name, stem in clip.stems.items() if name in known and level(stem) > AUDIBLE]
        missing = [name for name in vocabulary.instrument_names if name not in clip.stems]
        if len(names) >= _FEWEST_STEMS and missing:
            cases = tuple(_rounds(clip, names, song, rounds, seed, rng))
            return Chain(song, cases[0].source, cases, str(rng.choice(missing)))
    return None


def _rounds(
    clip: Clip, names: list[str], song: int, rounds: int, seed: int, rng: np.random.Generator
) -> Iterator[Case]:
    playing: list[str] = [names[index] for index in rng.permutation(len(names))[:_BEGIN_WITH]]
    bars = None if clip.beats is None or not (clip.beats == 2).any() else np.flatnonzero(clip.beats == 2)
    # The loudest mix that can come must not clip; one gain for all keeps the sums true.
    gain = np.float32(min(1.0, 0.98 / max(float(np.abs(clip.mix).max()), 1e-9)))
    stems = {name: clip.stems[name] * gain for name in names}
    for number in range(1, rounds + 1):
        resting = [name for name in names if name not in playing]
        adds = bool(resting) and (len(playing) < 2 or rng.random() < 0.5)
        name = str(rng.choice(resting if adds else playing))
        after = [*playing, name] if adds else [other for other in playing if other != name]
        source, target = (np.sum([stems[one] for one in band], axis=0) for band in (playing, after))
        yield Case(
            f"round {number}",
            Instruction(Operation.ADD if adds else Operation.REMOVE, (name,)),
            source,
            target,
            coming=(name,) if adds else (),
            going=() if adds else (name,),
            chords=clip.chords,
            seed=seed * 100_003 + song * 101 + number,
            origin=clip.origin,
            song=song,
            added=stems[name] if adds else None,
            before=tuple(playing),
            after=tuple(after),
            bars=bars,
        )
        playing = after


def measure_rounds(
    systems: Sequence[System],
    judge: Judge,
    corpus: Corpus,
    folder: Path,
    settings: dict[str, Any],
    *,
    songs: int,
    seconds: float,
    seed: int,
    rounds: int = ROUNDS,
    elsewhere: ChainsElsewhere | None = None,
    on_song: Callable[[int], object] | None = None,
) -> list[Record]:
    """The records of every round, way and system: operations are "round 1" ... and "untouched 1" ...

    Resumable song by song, and measured `elsewhere`, as training.evaluation.held_out. Raises UserError where no song
    has stems enough.
    """
    records: list[Record] = []
    ears = Ears(judge)
    for system in systems:
        header = {"judge": judge.identity, "settings": {**settings, "rounds": rounds}, "model": system.identity,
                  "steps": system.steps}  # fmt: skip
        journal = Journal(folder / f"rounds-{rounds}-{system.file_name}.jsonl", header)
        keys = {song: f"rounds #{song}" for song in range(songs)}
        missing = [song for song, key in keys.items() if key not in journal]
        coming = elsewhere(system.name, missing) if elsewhere is not None else iter(())
        for song, key in keys.items():
            if song in missing:
                if elsewhere is None:
                    chain = make_chain(corpus, judge.bundle.vocabulary, song, rounds=rounds, seconds=seconds, seed=seed)
                    found = None if chain is None else measure_chain(system, ears, chain)
                else:
                    found = next(coming)
                if found is not None:
                    journal.add(key, found.name, found.records)
            # A journal is one model's, whatever it was called when it was measured.
            for record in journal.records(key):
                records.append({**record, "system": system.name if record["system"] else ""})
            if on_song is not None:
                on_song(song)
    if not records:
        raise UserError("no song has four stems that sound", "name other --data, or more --songs")
    return records


def measure_chain(system: System, judge: Hearer, chain: Chain) -> Measured:
    """All records of one chain, under the name of its first case."""
    return Measured(chain.cases[0].name, list(_follow(system, judge, chain)))


def _follow(system: System, judge: Hearer, chain: Chain) -> Iterator[Record]:
    """All records of one chain: both ways edited round by round, and both untouched."""
    ways: dict[str, np.ndarray] = {DECODED: chain.start}
    if system.renders:
        ways[RENDERED] = chain.start
    for case in chain.cases:
        for way, before in list(ways.items()):
            make = system.render if way == RENDERED else system.decode
            ways[way] = make(_bounded(before), case.instruction, case.seed)
        outputs = {UNEDITED: chain.start, **ways, TARGET: case.target}
        yield from _heard(judge, case, outputs, truth_of(case), system.name)
    nothing = Instruction(Operation.REMOVE, (chain.absent,))
    left: dict[str, np.ndarray] = {ROUND_TRIP: chain.start}
    if system.renders:
        left[RENDERED] = chain.start
    first = chain.cases[0]
    truth = Truth(chain.start, chain.start, ())
    for number, case in enumerate(chain.cases, 1):
        left[ROUND_TRIP] = system.round_trip(_bounded(left[ROUND_TRIP]))
        if RENDERED in left:
            left[RENDERED] = system.render(_bounded(left[RENDERED]), nothing, case.seed)
        still = Case(
            f"{UNTOUCHED} {number}", nothing, chain.start, chain.start, (), (), first.chords, case.seed,
            song=chain.song, before=first.before, after=first.before, bars=first.bars,
        )  # fmt: skip
        yield from _heard(judge, still, {**left, TARGET: chain.start}, truth, system.name)


def _heard(judge: Hearer, case: Case, outputs: dict[str, np.ndarray], truth: Truth, system: str) -> Iterator[Record]:
    sounds = {name: _bounded(audio) for name, audio in outputs.items()}
    ears: list[Heard] = judge.hear([case.source, *sounds.values()])
    target = ears[1 + list(sounds).index(TARGET)]
    for (name, audio), heard in zip(sounds.items(), ears[1:], strict=True):
        own = "" if name in (UNEDITED, TARGET) else system
        yield measure(case, name, audio, heard, ears[0], target, truth, system=own)


def _bounded(audio: np.ndarray) -> np.ndarray:
    """A model that diverges must end in bad figures, and not in a crash of the next round."""
    return np.nan_to_num(np.clip(audio, -8.0, 8.0))


def rounds_table(figures: Figures) -> Table:
    """Metrics against the round number; the floor is the song as it was before the first round."""
    rows: list[Row] = []
    for kind, title in (("round", EDITED), (UNTOUCHED, UNTOUCHED)):
        numbers = sorted(int(name.split()[1]) for name in figures.operations if name.startswith(f"{kind} "))
        ways = [
            (f"{system}, {way}", (system, output))
            for system in figures.systems
            for output, way in ((RENDERED, "rendered"), (DECODED, "decoded"), (ROUND_TRIP, "encoded and decoded"))
        ]
        ends = ("the song as it began (floor)", ("", UNEDITED)), ("true target (ceiling)", ("", TARGET))
        for label, key in [ends[0], *ways, ends[1]]:
            for number in numbers:
                operation = f"{kind} {number}"
                count = figures.count(key, (operation,))
                if count:
                    cells = {column.metric: figures.of(key, column.metric, (operation,)) for column in COLUMNS}
                    rows.append(Row((title, label, str(number)), cells, count))
    notes = (
        f"The paper has {PAPER_ROUNDS} rounds, and a chart without figures. *edited*: each round adds or removes one "
        "stem, and is compared with the true mix of that round. *untouched*: nothing is to change, and every round is "
        "compared with the song as it began; ours is asked to remove an instrument that is not there, the other way is "
        "the least that decoding a round and encoding it again costs.",
    )
    return Table("figure-5", "Figure 5: rounds", ("rounds", "way", "round"), COLUMNS, tuple(rows), notes)
