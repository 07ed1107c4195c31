"""One evaluation as a whole: who is compared, who judges, on what; its passes share the journals of one folder."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from training.evaluation.cases import OPERATIONS, PAPER_TASKS, held_out_slots, song_slots
from training.evaluation.crew import Crew
from training.evaluation.data import HeldOut
from training.evaluation.ears import Ears
from training.evaluation.figures import Figures
from training.evaluation.held_out import Measured, Wanted, evaluate, measure_slot
from training.evaluation.judge import Judge
from training.evaluation.measuring import RENDERED
from training.evaluation.paper import PAPER_COLUMNS, SIGNAL_COLUMNS, figures_row, outputs_of, present
from training.evaluation.rounds import make_chain, measure_chain, measure_rounds
from training.evaluation.systems import System
from training.evaluation.tables import Table

Step = Callable[[str], object]
"""Called after each case with its name."""

PICTURED = (*PAPER_TASKS, "remix")
PICTURE_SEEDS = (1, 2)


@dataclass
class Study:
    """`run`: folder of the journals; None puts them where the same data, judge and steps always find them again."""

    systems: Sequence[System]
    judge: Judge
    data: HeldOut
    songs: int
    seconds: float
    seed: int = 0
    run: Path | None = None
    on_case: Step = lambda name: None
    crew: Crew | None = None
    """Who measures where there are several songs; None is this process."""
    measured: int = field(default=0, init=False)
    """Cases that were measured now, and ..."""
    spent: float = field(default=0.0, init=False)
    """... the seconds of the clock, and ..."""
    worked: float = field(default=0.0, init=False)
    """... of the processor that they took."""

    @functools.cached_property
    def ears(self) -> Ears:
        return Ears(self.judge)

    def settings(self, seconds: float) -> dict[str, Any]:
        """What decides the cases beside their numbers."""
        return {"data": list(self.data.notes), "seconds": seconds, "seed": self.seed}

    def folder(self, seconds: float) -> Path:
        """More songs go on in the same folder; other data, judges, lengths and steps have their own."""
        what = {**self.settings(seconds), "judge": self.judge.identity, "steps": [s.steps for s in self.systems]}
        digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:8]
        return (self.run or Path("runs") / "evaluation") / f"{seconds:g}s-seed{self.seed}-{digest}"

    def held_out(
        self, operations: Sequence[str] = OPERATIONS, *, songs: int | None = None, seconds: float | None = None
    ) -> Figures:
        """The pass over the operations' cases of all systems."""
        seconds = seconds or self.seconds
        slots = held_out_slots(
            self.data.corpus,
            self.judge.bundle.vocabulary,
            songs=songs or self.songs,
            seconds=seconds,
            seed=self.seed,
            operations=tuple(operations),
        )
        with _Clock(self):
            records = evaluate(
                self.systems,
                self.judge,
                slots,
                self.folder(seconds),
                self.settings(seconds),
                elsewhere=None if self.crew is None else functools.partial(self._cases_elsewhere, self.crew, seconds),
                on_slot=lambda slot: self.on_case(f"{slot.key}, {seconds:g} s"),
                on_measured=self._count,
            )
        return Figures(records)

    def lengths(self, lengths: Sequence[float], songs: int) -> Table:
        """Table 3's lengths by objective metrics: the average of Table 1's edits at each."""
        rows, columns = [], (*PAPER_COLUMNS, *SIGNAL_COLUMNS)
        for seconds in lengths:
            figures = self.held_out(PAPER_TASKS, songs=songs, seconds=seconds)
            columns = present(figures, columns)
            rows += [
                figures_row((f"{seconds:g} s", title), figures, key, PAPER_TASKS, columns)
                for title, key in outputs_of(figures, PAPER_TASKS)
            ]
        notes = (
            "Means over extract, remove, add and replace. The paper's Table 3 is a listening test of 10, 30 and 60 s; "
            "these are the same lengths by what can be measured. Songs of each length are other cuts, so that rows of "
            "one length are to be compared, and lengths by their distance to floor and ceiling.",
        )
        return Table("table-3", "Table 3: lengths", ("length", "output"), columns, tuple(rows), notes)

    def rounds(self, rounds: int, songs: int) -> Figures:
        """Figure 5's chains of edits."""
        records = measure_rounds(
            self.systems,
            self.judge,
            self.data.corpus,
            self.folder(self.seconds),
            self.settings(self.seconds),
            songs=songs,
            seconds=self.seconds,
            seed=self.seed,
            rounds=rounds,
            elsewhere=None if self.crew is None else functools.partial(self._chains_elsewhere, self.crew, rounds),
            on_song=lambda song: self.on_case(f"rounds of song {song}"),
        )
        return Figures(records)

    def pictures(self, system: System, output: str = RENDERED) -> list[tuple[str, list[tuple[str, np.ndarray]]]]:
        """Figure 4(a): for each edit the source, two samples by two seeds, and the true target."""
        rows = []
        slots = held_out_slots(
            self.data.corpus,
            self.judge.bundle.vocabulary,
            songs=1,
            seconds=self.seconds,
            seed=self.seed,
            operations=PICTURED,
        )
        for slot in slots:
            case = slot.make()
            if case is None:
                continue
            make = system.render if output == RENDERED else system.decode
            sounds = [("source", case.source)]
            sounds += [
                (f"{output}, seed {seed}", np.nan_to_num(make(case.source, case.instruction, seed)))
                for seed in PICTURE_SEEDS
            ]
            rows.append((case.instruction.text, [*sounds, ("true target", case.target)]))
            self.on_case(f"picture: {case.instruction.text}")
        return rows

    def _cases_elsewhere(self, crew: Crew, seconds: float, wanted: Sequence[Wanted]) -> Iterator[Measured | None]:
        """Song by song, because the cases of one share what is rendered of it."""
        songs = [tuple(group) for _, group in itertools.groupby(wanted, key=lambda want: want.song)]
        tasks = [Song(seconds, group) for group in songs]
        # For one song nobody else has to be called.
        done = crew.map(measure_song, tasks) if len(tasks) > 1 else (measure_song(self, task) for task in tasks)
        for found in done:
            yield from found

    def _chains_elsewhere(
        self, crew: Crew, rounds: int, system: str, songs: Sequence[int]
    ) -> Iterator[Measured | None]:
        return crew.map(measure_rounds_of, [Rounds(system, song, rounds) for song in songs])

    def _count(self) -> None:
        self.measured += 1


@dataclass(frozen=True)
class Song:
    """Cases of one song of `seconds`."""

    seconds: float
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True)
class Rounds:
    """The chain of one song, edited by one system."""

    system: str
    song: int
    rounds: int


def measure_song(study: Study, song: Song) -> list[Measured | None]:
    """In a process of the crew, with a study of its own."""
    slots = song_slots(
        study.data.corpus,
        study.judge.bundle.vocabulary,
        song.wanted[0].song,
        seconds=song.seconds,
        seed=study.seed,
        operations=tuple(want.operation for want in song.wanted),
    )
    return [measure_slot(slot, want, study.systems, study.ears) for slot, want in zip(slots, song.wanted, strict=True)]


def measure_rounds_of(study: Study, task: Rounds) -> Measured | None:
    """In a process of the crew, with a study of its own."""
    chain = make_chain(
        study.data.corpus,
        study.judge.bundle.vocabulary,
        task.song,
        rounds=task.rounds,
        seconds=study.seconds,
        seed=study.seed,
    )
    system = next(system for system in study.systems if system.name == task.system)
    return None if chain is None else measure_chain(system, study.ears, chain)


class _Clock:
    """Adds what a pass takes to the study's time."""

    def __init__(self, study: Study) -> None:
        self.study = study

    def __enter__(self) -> None:
        self._began = time.perf_counter(), self._worked()

    def __exit__(self, *_: object) -> None:
        self.study.spent += time.perf_counter() - self._began[0]
        self.study.worked += self._worked() - self._began[1]

    def _worked(self) -> float:
        return time.process_time() + (0.0 if self.study.crew is None else self.study.crew.worked)
