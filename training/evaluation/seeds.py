"""Figure 4(a) in figures: is another seed another result, and is each of them what was asked for?

Every edit that samples is made with several seeds. How far apart two results are is said in decibels of their mel
spectrograms, beside the distance of a result to its source; what the judge hears in each says whether it was followed.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.evaluation.cases import Case, song_slots
from training.evaluation.figures import Figures
from training.evaluation.measuring import RENDERED, Record
from training.evaluation.metrics import followed
from training.evaluation.similarity import PICTURE_RANGE_DB, mel_picture
from training.evaluation.study import Study
from training.evaluation.systems import System
from training.evaluation.tables import Column, Row, Table

SAMPLED = ("add", "replace", "remix")
SEEDS = (1, 2, 3, 4)

BETWEEN = Column("between_db", "between two seeds, dB", "decibels", 0)
FROM_SOURCE = Column("from_source_db", "from the source, dB", "decibels", 0)
EACH = Column("each", "a sample is heard as asked", "share", percent=True)
ALL = Column("all", f"all {len(SEEDS)} are", "share", percent=True)
COLUMNS = (BETWEEN, FROM_SOURCE, EACH, ALL)


@dataclass(frozen=True)
class SongBySeeds:
    """A song's edits that sample, by one system."""

    system: str
    song: int


def measure_seeds(study: Study) -> Figures:
    """Every system on every song, in the crew where there is one."""
    tasks = [SongBySeeds(system.name, song) for system in study.systems for song in range(study.songs)]
    made = (measure_song(study, task) for task in tasks) if study.crew is None else study.crew.map(measure_song, tasks)
    records: list[Record] = []
    for task, found in zip(tasks, made, strict=True):
        records += found
        study.on_case(f"song {task.song} of {task.system} by {len(SEEDS)} seeds")
    return Figures(records)


def measure_song(study: Study, task: SongBySeeds) -> list[Record]:
    """In a process of the crew, with a study of its own."""
    system = next(system for system in study.systems if system.name == task.system)
    slots = song_slots(
        study.data.corpus,
        study.judge.bundle.vocabulary,
        task.song,
        seconds=study.seconds,
        seed=study.seed,
        operations=SAMPLED,
    )
    cases = (slot.make() for slot in slots)
    return [_record(study, system, case) for case in cases if case is not None]


def _record(study: Study, system: System, case: Case) -> Record:
    sounds = [np.nan_to_num(system.render(case.source, case.instruction, seed)) for seed in SEEDS]
    source, target, *heard = (ear.hearing for ear in study.ears.hear([case.source, case.target, *sounds]))
    answers = [followed(source, hearing, target, case.coming, case.going) for hearing in heard]
    known = [answer for answer in answers if answer is not None]
    pictures = [mel_picture(sound).numpy() for sound in (case.source, *sounds)]
    between = [_apart(one, other) for one, other in itertools.combinations(pictures[1:], 2)]
    values: dict[str, Any] = {
        BETWEEN.metric: float(np.mean(between)),
        FROM_SOURCE.metric: float(np.mean([_apart(pictures[0], picture) for picture in pictures[1:]])),
        EACH.metric: float(np.mean([answer == 1 for answer in known])) if known else None,
        ALL.metric: float(all(answer == 1 for answer in known)) if known else None,
    }
    return {
        "system": system.name,
        "output": RENDERED,
        "operation": case.operation,
        "song": case.song,
        "embeddings": {},
        **values,
    }


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean()) * PICTURE_RANGE_DB


def seeds_table(figures: Figures, operations: Sequence[str] = SAMPLED) -> Table:
    rows = []
    for system in figures.systems:
        for operation in operations:
            key = (system, RENDERED)
            count = figures.count(key, (operation,))
            if count:
                cells = {column.metric: figures.of(key, column.metric, (operation,)) for column in COLUMNS}
                rows.append(Row((system, operation), cells, count))
    notes = (
        f"Each edit with seeds {', '.join(map(str, SEEDS))}. Distances are mean differences of mel spectrograms. "
        "*heard as asked*: every instrument that should come or go does so to the judge's ears, on cases where it "
        "hears that in the truth.",
    )
    return Table("seeds", "Other seeds", ("model", "edit"), COLUMNS, tuple(rows), notes)
