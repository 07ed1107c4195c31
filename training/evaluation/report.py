"""Tables of an evaluation, from its records: Markdown for people, JSON for bundles and programs.

A record is one output of one case, as training.evaluation.held_out writes it: operation, system, and a value or None
for every metric.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engine.models.sizes import PAPER_PARAMETERS
from training.evaluation.metrics import Summary, bootstrap

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A metric in the table. `percent` values are shares (0-1)."""

    metric: str
    title: str
    percent: bool = False


SYSTEMS = {
    "unedited": "unedited (floor)",
    "rendered": "**ours, rendered**",
    "decoded": "ours, decoded",
    "round_trip": "true target through the autoencoder",
    "target": "true target (ceiling)",
}

EDIT_COLUMNS = (
    Column("si_sdr", "SI-SDR, dB"),
    Column("si_sdri", "improvement, dB"),
    Column("followed", "edit heard", percent=True),
    Column("chords_target", "chords as target", percent=True),
    Column("chords_true", "chords as labels", percent=True),
)

ABSENT_COLUMNS = (
    Column("residual_db", "change or rest, dB"),
    Column("level_db", "level, dBFS"),
    Column("chords_target", "chords as target", percent=True),
)


def summaries(records: Iterable[Record]) -> dict[str, dict[str, dict[str, Summary]]]:
    """operation -> system -> metric -> summary, over the records in which the metric is known."""
    grouped: dict[str, dict[str, list[Record]]] = {}
    for record in records:
        grouped.setdefault(record["operation"], {}).setdefault(record["system"], []).append(record)
    metrics = {column.metric for column in (*EDIT_COLUMNS, *ABSENT_COLUMNS)} | {"seconds"}
    found: dict[str, dict[str, dict[str, Summary]]] = {}
    for operation, systems in grouped.items():
        for system, rows in systems.items():
            values = {metric: bootstrap([row.get(metric) for row in rows]) for metric in sorted(metrics)}
            found.setdefault(operation, {})[system] = {key: value for key, value in values.items() if value is not None}
    return found


def as_json(records: Sequence[Record]) -> dict[str, Any]:
    """The summaries as plain values, for model.json and for comparing models."""
    return {
        operation: {
            system: {metric: asdict(summary) for metric, summary in metrics.items()}
            for system, metrics in systems.items()
        }
        for operation, systems in summaries(records).items()
    }


def as_markdown(records: Sequence[Record], *, title: str, about: Sequence[str]) -> str:
    """One table of edits and one of instructions about instruments that are not there."""
    found = summaries(records)
    edits = {name: systems for name, systems in found.items() if "absent" not in name}
    absent = {name: systems for name, systems in found.items() if "absent" in name}
    lines = [f"# {title}", "", *(f"- {line}" for line in about), ""]
    lines += ["Means with their 95% bootstrap intervals. `n` counts the cases; 'of 12' is known of 12 only.", ""]
    lines += _table(edits, EDIT_COLUMNS, "si_sdr")
    lines += _by_instrument(records)
    if absent:
        lines += ["", "## Instruments that are not there", ""]
        lines += [
            "Removing what is not there must change nothing, extracting it must give silence. The first column is the"
        ]
        lines += [
            "level of what is wrong against the source: the change after a remove, what is left after an extract.",
            "",
        ]
        lines += _table(absent, ABSENT_COLUMNS, "residual_db")
    return "\n".join(lines) + "\n"


def _table(
    found: Mapping[str, Mapping[str, Mapping[str, Summary]]], columns: Sequence[Column], counted: str
) -> list[str]:
    lines = [
        "| edit | output | n | " + " | ".join(column.title for column in columns) + " |",
        "|---|---|---:|" + "---:|" * len(columns),
    ]
    for operation, systems in found.items():
        for index, system in enumerate(name for name in SYSTEMS if name in systems):
            metrics = systems[system]
            count = metrics[counted].count if counted in metrics else 0
            cells = [_cell(metrics.get(column.metric), column, count) for column in columns]
            lines.append(
                f"| {operation if index == 0 else ''} | {SYSTEMS[system]} | {count} | " + " | ".join(cells) + " |"
            )
    return lines


def _by_instrument(records: Sequence[Record]) -> list[str]:
    """What the rendered remove and extract gain over the unedited source, for each instrument asked for by itself."""
    gains: dict[str, dict[str, list[float | None]]] = {}
    for record in records:
        if record["system"] == "rendered" and record["operation"] in ("remove", "extract"):
            asked = record["instruction"].partition(" ")[2]
            name = "several at once" if "," in asked else asked
            gains.setdefault(name, {}).setdefault(record["operation"], []).append(record["si_sdri"])
    if not gains:
        return []
    lines = ["", "## Improvement by instrument", ""]
    lines += ["SI-SDR of ours, rendered, less that of the unedited source, in dB.", ""]
    lines += ["| instrument | n | remove | n | extract |", "|---|---:|---:|---:|---:|"]
    column = Column("si_sdri", "improvement, dB")
    for name, found in sorted(gains.items(), key=lambda item: -sum(map(len, item[1].values()))):
        cells = []
        for operation in ("remove", "extract"):
            summary = bootstrap(found.get(operation, []))
            count = summary.count if summary else 0
            cells += [str(count), _cell(summary, column, count)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _cell(summary: Summary | None, column: Column, count: int) -> str:
    """A mean and its interval; "of 12" where it is known of fewer cases than the row counts."""
    if summary is None:
        return "–"
    of = "" if summary.count == count else f" of {summary.count}"
    if column.percent:
        return f"{100 * summary.mean:.0f}%{of} ({100 * summary.low:.0f}–{100 * summary.high:.0f})"
    return f"{summary.mean:.1f}{of} ({summary.low:.1f} to {summary.high:.1f})"


def benchmark_markdown(measurements: Sequence[Mapping[str, Any]], machine: Mapping[str, Any]) -> str:
    """Seconds and memory of edits, with the machine they were taken on."""
    where = f"{machine['cores']} cores of {machine['processor']}"
    if "accelerator" in machine:
        where += f", {machine['accelerator']}"
    lines = [
        f"On {where}, {machine['memory_bytes'] / 2**30:.0f} GiB, torch {machine['torch']}; "
        "each edit in a process of its own.",
        "",
        "| song | instruction | device | steps | loading, s | editing, s | times real time | peak memory, GiB |",
        "|---:|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in measurements:
        memory = f"{row['peak_bytes'] / 2**30:.2f}"
        if row["device_bytes"]:
            memory += f" + {row['device_bytes'] / 2**30:.2f} on the device"
        lines.append(
            f"| {_clock(row['audio_seconds'])} | {row['instruction']} | {row['device']} | {row['steps']} "
            f"| {row['load_seconds']:.1f} | {row['edit_seconds']:.1f} "
            f"| {row['audio_seconds'] / row['edit_seconds']:.1f} | {memory} |"
        )
    return "\n".join(lines) + "\n"


def parameters_markdown(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Millions of parameters of each part, one column per configuration."""
    parts = list(dict.fromkeys(part for values in counts.values() for part in values))
    lines = ["| part | " + " | ".join(f"`{name}`" for name in counts) + " |", "|---|" + "---:|" * len(counts)]
    for part in parts:
        cells = []
        for name, values in counts.items():
            stated = PAPER_PARAMETERS.get(part) if name == "paper" else None
            aside = "" if stated is None else f" (stated: {stated / 1e6:.1f} M, {values[part] / stated - 1:+.1%})"
            cells.append(f"{values[part] / 1e6:.1f} M{aside}")
        lines.append(f"| {part} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _clock(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
