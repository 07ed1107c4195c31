"""One pass over the held-out cases: every system, every output, every metric, in journals that can be resumed.

For every case the unedited source (the floor) and the true target (the ceiling) are measured once, and of each system
the edit rendered onto the source, the edit decoded from sampled latents as in the paper, and the true target through
its autoencoder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import UserError
from training.evaluation.cases import REGION, Case, Slot
from training.evaluation.ears import Ears, Hearer
from training.evaluation.journal import Journal
from training.evaluation.judge import Judge
from training.evaluation.measuring import DECODED, RENDERED, ROUND_TRIP, TARGET, UNEDITED, Record, measure, truth_of
from training.evaluation.systems import System

REFERENCE = "reference"
"""The journal of floors and ceilings, which belong to no system."""


@dataclass(frozen=True)
class Wanted:
    """What the journals lack of a case: the outputs of `systems` (names), and floor and ceiling."""

    operation: str
    song: int
    systems: tuple[str, ...]
    references: bool


@dataclass(frozen=True)
class Measured:
    """A case, which is called `name` in full, and one record an output."""

    name: str
    records: list[Record]


Elsewhere = Callable[[Sequence[Wanted]], Iterator[Measured | None]]
"""Measures what is wanted, in its order; None for a case that cannot be made of the song."""


def evaluate(
    systems: Sequence[System],
    judge: Judge,
    slots: Iterable[Slot],
    folder: Path,
    settings: dict[str, Any],
    *,
    elsewhere: Elsewhere | None = None,
    on_slot: Callable[[Slot], object] | None = None,
    on_measured: Callable[[], object] | None = None,
) -> list[Record]:
    """Measures what the journals in `folder` do not have yet, and gives the records of all slots.

    `settings`: whatever else decides the cases (data, seconds, seed); a journal of other settings, another
    judge or another model is refused with a UserError, as is a journal whose cases were other songs. A case of which
    every journal knows is not even rendered. `on_slot` is called after each slot, `on_measured` after each new case.
    `elsewhere` measures in place of this process, which then renders nothing.
    """
    common = {"judge": judge.identity, "settings": settings}
    reference = Journal(folder / f"{REFERENCE}.jsonl", common)
    own = [
        Journal(folder / f"{system.file_name}.jsonl", {**common, "model": system.identity, "steps": system.steps})
        for system in systems
    ]

    def wanted(slot: Slot) -> Wanted | None:
        lacking = (system.name for system, journal in zip(systems, own, strict=True) if slot.key not in journal)
        found = Wanted(slot.operation, slot.song, tuple(lacking), slot.key not in reference)
        return found if found.systems or found.references else None

    coming: Iterator[Measured | None] = iter(())
    if elsewhere is not None:
        slots = list(slots)
        coming = elsewhere([want for slot in slots if (want := wanted(slot)) is not None])
    ears = Ears(judge)
    records: list[Record] = []
    for slot in slots:
        want = wanted(slot)
        if want is not None:
            found = measure_slot(slot, want, systems, ears) if elsewhere is None else next(coming)
            if found is not None:
                if want.references:
                    reference.add(slot.key, found.name, [row for row in found.records if not row["system"]])
                for system, journal in zip(systems, own, strict=True):
                    if system.name in want.systems:
                        rows = [row for row in found.records if row["system"] == system.name]
                        journal.add(slot.key, found.name, rows)
                if on_measured is not None:
                    on_measured()
        names = {journal.name_of(slot.key) for journal in (reference, *own)} - {None}
        if len(names) > 1:
            raise UserError(f"the journals in {folder} are of different songs", "delete them, or name another --run")
        for journal, name in zip((reference, *own), ("", *(system.name for system in systems)), strict=True):
            # A journal is one model's, whatever it was called when it was measured.
            records += [{**record, "system": name} for record in journal.records(slot.key)]
        if on_slot is not None:
            on_slot(slot)
    if not records:
        raise UserError("no case could be made of the data", "name other --data, or more --songs")
    return records


def measure_slot(slot: Slot, wanted: Wanted, systems: Sequence[System], judge: Hearer) -> Measured | None:
    """Renders the case and measures what is wanted of it; None where the songs do not allow it."""
    case = slot.make()
    if case is None:
        return None
    asked = [system for system in systems if system.name in wanted.systems]
    return Measured(case.name, measure_case(case, asked, judge, with_references=wanted.references))


def measure_case(case: Case, systems: Sequence[System], judge: Hearer, *, with_references: bool = True) -> list[Record]:
    """One record an output. Source and target are heard, whoever is measured."""
    made: list[tuple[str, str, np.ndarray, float | None]] = [
        ("", UNEDITED, case.source, None),
        ("", TARGET, case.target, None),
    ]
    trips: dict[str, np.ndarray] = {}
    for system in systems:
        if case.operation == REGION:
            # The paper has no regions: only what the user gets is measured.
            if system.renders:
                rendered = system.render(case.source, case.instruction, case.seed)
                made.append((system.name, RENDERED, rendered, None))
            continue
        outputs = system.edit(case.source, case.instruction, case.seed)
        if outputs.rendered is not None:
            made.append((system.name, RENDERED, outputs.rendered, outputs.seconds))
        made.append((system.name, DECODED, outputs.decoded, outputs.seconds))
        if system.autoencoder not in trips:
            trips[system.autoencoder] = system.round_trip(case.target)
        made.append((system.name, ROUND_TRIP, trips[system.autoencoder], None))
    # A model that diverged gives NaN or noise beyond measure: the worst figures, and no crash.
    sounds = [np.nan_to_num(np.clip(audio, -8.0, 8.0)) for _, _, audio, _ in made]
    heard, truth = judge.hear(sounds), truth_of(case)
    return [
        measure(case, output, sound, ears, heard[0], heard[1], truth, system=system, seconds=seconds)
        for (system, output, _, seconds), sound, ears in zip(made, sounds, heard, strict=True)
        if system or with_references
    ]
