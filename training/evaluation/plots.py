"""Pictures of tables and edits, as PNG. matplotlib draws them without a window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.analysis.spectrogram import spectrogram
from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from training.evaluation.tables import Row, Table

DPI = 110
_SPECTROGRAM_DB = (-80.0, 0.0)


def bars(table: Table, path: Path) -> None:
    """A panel a metric; groups are the table's first label, bars its last, whiskers the 95% intervals."""
    rows = [row for row in table.rows if not row.difference and not row.note]
    columns = [column for column in table.columns if any(row.cells.get(column.metric) for row in rows)]
    groups = list(dict.fromkeys(row.labels[0] for row in rows)) if len(table.labels) > 1 else [""]
    names = list(dict.fromkeys(row.labels[-1] for row in rows))
    if not rows or not columns:
        raise UserError(f"{table.title} has no figures to draw", "measure more songs")
    figure, panels = _panels(len(columns))
    width = 0.85 / len(names)
    for panel, column in zip(panels, columns, strict=False):
        for place, name in enumerate(names):
            found = [_find(rows, group, name) for group in groups]
            drawn = [(at, row) for at, row in enumerate(found) if row is not None and row.cells.get(column.metric)]
            cells = [cell for _, row in drawn if (cell := row.cells[column.metric]) is not None]
            means = np.array([cell.mean for cell in cells])
            lengths = np.array([[cell.mean - cell.low, cell.high - cell.mean] for cell in cells]).reshape(-1, 2).T
            at = np.array([at for at, _ in drawn]) + (place - (len(names) - 1) / 2) * width
            panel.bar(at, means, width, yerr=np.maximum(lengths, 0), label=_plain(name), error_kw={"linewidth": 0.8})
        panel.set_title(column.heading, fontsize=9)
        panel.set_xticks(range(len(groups)), groups, fontsize=8)
    _save(figure, panels, len(columns), table.title, path)


def lines(table: Table, path: Path, kind: str) -> None:
    """A panel a metric against the last label as a number; a line for each second label of the rows that begin with
    `kind`, in its 95% band."""
    rows = [row for row in table.rows if row.labels[0] == kind]
    columns = [column for column in table.columns if any(row.cells.get(column.metric) for row in rows)]
    if not columns:
        raise UserError(f"{table.title} has no figures to draw", "measure more songs")
    figure, panels = _panels(len(columns))
    for panel, column in zip(panels, columns, strict=False):
        for name in dict.fromkeys(row.labels[1] for row in rows):
            known = [row for row in rows if row.labels[1] == name]
            points = [(int(row.labels[2]), cell) for row in known if (cell := row.cells.get(column.metric)) is not None]
            if points:
                at = [number for number, _ in points]
                (line,) = panel.plot(at, [cell.mean for _, cell in points], marker=".", label=_plain(name))
                ends = [cell.low for _, cell in points], [cell.high for _, cell in points]
                panel.fill_between(at, *ends, alpha=0.15, color=line.get_color())
        panel.set_title(column.heading, fontsize=9)
        panel.set_xlabel("round", fontsize=8)
        panel.set_xticks(sorted({int(row.labels[2]) for row in rows}))
    _save(figure, panels, len(columns), f"{table.title}, {kind}", path)


def spectrograms(rows: Sequence[tuple[str, Sequence[tuple[str, np.ndarray]]]], title: str, path: Path) -> None:
    """Figure 4(a): a row an edit, (title, [(heading, samples (T,) at the models' rate)])."""
    across = max((len(sounds) for _, sounds in rows), default=0)
    if not across:
        raise UserError("there is no edit to draw", "measure more songs")
    pyplot = _pyplot()
    figure, grid = pyplot.subplots(len(rows), across, figsize=(3.1 * across, 1.9 * len(rows)), squeeze=False)
    for panels, (name, sounds) in zip(grid, rows, strict=True):
        for panel in panels[len(sounds) :]:
            panel.set_axis_off()
        for place, (panel, (heading, audio)) in enumerate(zip(panels, sounds, strict=False)):
            picture = spectrogram(audio, SAMPLE_RATE, rows=192, columns_per_second=40)
            ends = (0, audio.shape[0] / SAMPLE_RATE, 0, picture.decibels.shape[0])
            low, high = _SPECTROGRAM_DB
            how = {"origin": "lower", "aspect": "auto", "extent": ends, "vmin": low, "vmax": high, "cmap": "magma"}
            panel.imshow(picture.decibels, **how)
            marks = [100, 1000, 10_000]
            panel.set_yticks(np.searchsorted(picture.frequencies, marks), ["100 Hz", "1 kHz", "10 kHz"], fontsize=6)
            panel.tick_params(labelsize=6)
            panel.set_title(heading, fontsize=8)
            if place == 0:
                panel.set_ylabel(name, fontsize=8)
    figure.suptitle(title, fontsize=10)
    figure.tight_layout()
    _write(figure, path)


def _pyplot() -> Any:
    try:
        import matplotlib
    except ImportError as error:
        raise UserError("pictures need matplotlib", "pip install 'instructme[evaluation]'") from error
    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def _panels(count: int) -> tuple[Any, list[Any]]:
    across = min(3, count)
    down = -(-count // across)
    figure, grid = _pyplot().subplots(down, across, figsize=(4.4 * across, 2.8 * down), squeeze=False)
    return figure, list(grid.flat)


def _save(figure: Any, panels: Sequence[Any], used: int, title: str, path: Path) -> None:
    for panel in panels[used:]:
        panel.set_axis_off()
    for panel in panels[:used]:
        panel.tick_params(labelsize=7)
        panel.grid(axis="y", linewidth=0.3)
    handles, names = panels[0].get_legend_handles_labels()
    figure.suptitle(title, fontsize=11)
    figure.legend(handles, names, loc="lower center", ncols=min(3, max(1, len(names))), fontsize=7)
    # Room for the legend's lines below the panels.
    lines_below = -(-len(names) // 3)
    figure.tight_layout(rect=(0, 0.02 + 0.022 * lines_below, 1, 0.99))
    _write(figure, path)


def _write(figure: Any, path: Path) -> None:
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(draft, dpi=DPI, format="png")
        draft.replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})", "name another --output") from error
    finally:
        _pyplot().close(figure)


def _find(rows: Sequence[Row], group: str, name: str) -> Row | None:
    wanted = (name,) if group == "" else (group, name)
    return next((row for row in rows if row.labels == wanted), None)


def _plain(name: str) -> str:
    return name.replace("**", "")
