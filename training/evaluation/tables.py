"""Tables as data: what stands in which cell, and how it becomes Markdown and CSV.

A cell is a mean with its interval, or None where nothing could be measured: never NaN.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from training.evaluation.metrics import Summary

Kind = Literal["share", "decibels", "distance", "seconds"]


@dataclass(frozen=True)
class Column:
    """A metric in a table. `better`: which way is better, 0 for neither. Shares are given to two places, as the paper
    does; `percent` gives whole per cents instead."""

    metric: str
    title: str
    kind: Kind = "decibels"
    better: int = 1
    percent: bool = False

    @property
    def heading(self) -> str:
        return self.title + {1: " ↑", -1: " ↓", 0: ""}[self.better]

    def written(self, value: float, signed: bool = False) -> str:
        if self.percent:
            return f"{100 * value:+.0f}%" if signed else f"{100 * value:.0f}%"
        places = {"share": 2, "decibels": 1, "distance": 2, "seconds": 1}[self.kind]
        text = f"{value:+.{places}f}" if signed else f"{value:.{places}f}"
        return text[1:] if text.startswith("-") and not float(text) else text


@dataclass(frozen=True)
class Row:
    """`labels`: one for each of the table's label titles. `count`: cases of the row; cells known of fewer say so.
    `difference`: cells are differences to another row, written with their sign."""

    labels: tuple[str, ...]
    cells: Mapping[str, Summary | None]
    count: int
    difference: bool = False
    note: str = ""
    """Stands in place of the count where it is not empty, as for figures that others published."""


@dataclass(frozen=True)
class Table:
    name: str
    title: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.labels) != len(self.labels):
                raise ValueError(f"{self.name}: {row.labels} for the columns {self.labels}")
            for cell in row.cells.values():
                if cell is not None and not all(map(math.isfinite, (cell.mean, cell.low, cell.high))):
                    raise ValueError(f"{self.name}: {row.labels} is not finite")


def markdown(table: Table, level: int = 2) -> str:
    """The table under a heading, with its notes below."""
    lines = [f"{'#' * level} {table.title}", ""]
    lines += ["| " + " | ".join([*table.labels, "n", *(column.heading for column in table.columns)]) + " |"]
    lines += ["|" + "---|" * len(table.labels) + "---:|" * (1 + len(table.columns))]
    before: tuple[str, ...] = ("",) * len(table.labels)
    for row in table.rows:
        # A label that repeats the one above it is left out, as long as all before it do.
        labels = [
            "" if before[: index + 1] == row.labels[: index + 1] else label for index, label in enumerate(row.labels)
        ]
        before = row.labels
        cells = [_cell(row.cells.get(column.metric), column, row) for column in table.columns]
        lines.append("| " + " | ".join([*labels, row.note or str(row.count), *cells]) + " |")
    for note in table.notes:
        lines += ["", note]
    return "\n".join(lines) + "\n"


def as_csv(tables: Sequence[Table]) -> str:
    """All tables as one list: a line for each figure, ready for other programs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["table", "row", "difference", "metric", "mean", "low", "high", "count"])
    for table in tables:
        for row in table.rows:
            for column in table.columns:
                cell = row.cells.get(column.metric)
                figures = ["", "", "", 0] if cell is None else [cell.mean, cell.low, cell.high, cell.count]
                label = " / ".join(label.replace("**", "") for label in row.labels)
                writer.writerow([table.name, label, int(row.difference), column.metric, *figures])
    return text.getvalue()


def _cell(cell: Summary | None, column: Column, row: Row) -> str:
    """A mean and its interval; "of 12" where it is known of fewer cases than the row counts."""
    if cell is None:
        return "–"
    of = "" if row.note or cell.count >= row.count else f" of {cell.count}"
    mean = column.written(cell.mean, row.difference)
    if row.note or cell.count < 2:
        return mean + of
    ends = [column.written(end, row.difference) for end in (cell.low, cell.high)]
    return f"{mean}{of} ({ends[0]} to {ends[1]})"
