"""The page of the comparison with other architectures: Markdown and pictures from what was measured.

Rows are plain mappings as they stand in the journal and in the JSON file: of training.evaluation.benchmark.Measurement
for ours, of PeerMeasurement for the others, of AttentionMeasurement for attention; each with "others", the cores that
other programs kept busy meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.evaluation.peers import known_peers
from training.evaluation.scaling import NETWORKS, Exponent, fit_exponent, last_exponent

Row = Mapping[str, Any]

QUIET = 0.2
"""Cores of other programs below which the machine counts as quiet."""


@dataclass(frozen=True)
class Comparison:
    """Everything that one run measured."""

    machine: Mapping[str, Any]
    limit: float
    ours: Sequence[Row]
    peers: Sequence[Row]
    attention: Sequence[Row]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def comparison_markdown(found: Comparison, pictures: Sequence[Path] = ()) -> str:
    """The whole page. `pictures` lie beside it."""
    machine = found.machine
    precisions = {row["precision"] for row in (*found.peers, *found.attention) if row.get("precision")}
    threads = {row["threads"] for row in (*found.ours, *found.peers) if row.get("threads")}
    lines = [
        "# Speed against other architectures",
        "",
        f"- {machine['cores']} cores of {machine['processor']}, {machine['memory_bytes'] / 2**30:.0f} GiB, "
        f"torch {machine['torch']}, threads: {_several(threads)}, {_several(precisions)} as our own networks choose.",
        "- Everything was measured in one run on this machine, each figure in a process of its own.",
        "- The other architectures have random weights: speed does not depend on weights. They generate or separate; "
        "none of them edits by an instruction.",
        f'- Each measurement had {found.limit:g} s. "~" marks what was not run whole: as many units as fitted '
        'were measured ("n of N"), and the rest is reckoned from the time of one.',
        "- Seconds are of an edit, without loading. CPU seconds are the work of all cores. Memory is the process's "
        "highest.",
        _neighbours([*found.ours, *found.peers, *found.attention]),
        "",
        *_systems(found),
        *_picture(pictures, "lengths", "seconds and memory against length"),
        *_exponents(found),
        *_parameters(found.peers),
    ]
    if found.attention:
        lines += [
            *_attention(found.attention),
            *_picture(pictures, "attention", "chunk attention against full attention"),
        ]
    return "\n".join(lines).rstrip() + "\n"


def _systems(found: Comparison) -> list[str]:
    lines = [
        "| model | song | seconds | CPU s | times real time | memory, GiB | times ours | in CPU s | measured |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for instruction in _unique(row["instruction"] for row in found.ours):
        for row in (row for row in found.ours if row["instruction"] == instruction):
            lines.append(
                f"| **ours**, {instruction} | {_clock(row['audio_seconds'])} | {_seconds(row['edit_seconds'])} "
                f"| {_seconds(row['cpu_seconds'])} | {row['audio_seconds'] / row['edit_seconds']:.3g} "
                f"| {_gib(row['peak_bytes'])} | 1 | 1 | {_steps(row['steps'])} |"
            )
    known = known_peers()
    for name in _unique(row["peer"] for row in found.peers):
        peer = known[name]
        rows = [row for row in found.peers if row["peer"] == name]
        missing = next((row["reason"] for row in rows if row["reason"].startswith("not installed")), None)
        if missing:
            lines.append(f"| {peer.title} | | | | | | | | {missing} |")
            continue
        for row in rows:
            song = _clock(row["seconds"])
            if row["edit_seconds"] is None:
                lines.append(f"| {peer.title} | {song} | – | – | – | – | – | – | {row['reason']} |")
                continue
            about = "" if row["units"] == row["total_units"] else "~ "
            share = f"{row['total_units']} {peer.unit}"
            if about:
                share = f"{row['units']} of {share}"
            if not row["finite"]:
                share += "; the output is not finite"
            lines.append(
                f"| {peer.title} | {song} | {about}{_seconds(row['edit_seconds'])} "
                f"| {about}{_seconds(row['cpu_seconds'])} "
                f"| {about}{row['seconds'] / row['edit_seconds']:.3g} | {_gib(row['peak_bytes'])} "
                f"| {about}{_ratio(row, found.ours, peer.against, 'edit_seconds')} "
                f"| {about}{_ratio(row, found.ours, peer.against, 'cpu_seconds')} | {share} |"
            )
    notes = [f"{known[name].title} {known[name].does}" for name in _unique(row["peer"] for row in found.peers)]
    lines += ["", '"Times ours" compares seconds with the edit of ours that does most nearly the same on a song of']
    lines += ["the same length: removing for a separator, adding for what generates. What each does:", ""]
    return [*lines, *(f"- {note}." for note in notes), ""]


def _exponents(found: Comparison) -> list[str]:
    lines = [
        "## Cost against length",
        "",
        "Least squares of log seconds and of log CPU seconds on log length, with 95% intervals: 1 is linear, 2 is",
        "quadratic. What an edit costs whatever its length pulls short songs, and so the exponent, down.",
        "",
        "| model | lengths | exponent of seconds | of CPU seconds | between the two longest |",
        "|---|---|---:|---:|---:|",
    ]
    for title, rows, seconds in _series(found):
        lengths = [seconds(row) for row in rows if row["edit_seconds"] is not None]
        walls = [row["edit_seconds"] for row in rows if row["edit_seconds"] is not None]
        works = [row["cpu_seconds"] for row in rows if row["edit_seconds"] is not None]
        if not lengths:
            continue
        span = f"{len(lengths)}, {_clock(min(lengths))} to {_clock(max(lengths))}"
        lines.append(
            f"| {title} | {span} | {_exponent(fit_exponent(lengths, walls))} "
            f"| {_exponent(fit_exponent(lengths, works))} | {_slope(last_exponent(lengths, works))} |"
        )
    return [*lines, ""]


def _parameters(rows: Sequence[Row]) -> list[str]:
    """Built against published: whether the architecture is the real one."""
    known, built = known_peers(), {row["peer"]: row["parameters"] for row in rows if row.get("parameters")}
    if not built:
        return []
    lines = [
        "## Parameters",
        "",
        "| model | part | built | published | difference | where that is said |",
        "|---|---|---:|---:|---:|---|",
    ]
    for name, parts in built.items():
        peer = known[name]
        for part, count in parts.items():
            if part == peer.counted:
                off = count / peer.stated - 1
                lines.append(
                    f"| {peer.title} | {part} | {count / 1e6:.1f} M | {peer.stated / 1e6:.1f} M | {off:+.1%} "
                    f"| {peer.source} |"
                )
            else:
                lines.append(f"| | {part} | {count / 1e6:.1f} M | | | |")
    return [*lines, ""]


def _attention(rows: Sequence[Row]) -> list[str]:
    lines = [
        "## Chunk attention against full attention",
        "",
        "One evaluation on the whole length, without the windows in which the editor samples long songs. Median of up",
        "to three. Chunks are of 200 frames and overlap by half (the paper's section on the chunk transformer).",
        "",
        "| network | song | frames | chunks, s | full, s | full / chunks | chunks, GiB | full, GiB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    exponents = ["", "| network | attention | exponent of seconds | of CPU seconds | between the two longest |"]
    exponents += ["|---|---|---:|---:|---:|"]
    for network in _unique(row["network"] for row in rows):
        pairs: dict[float, dict[bool, Row]] = {row["seconds"]: {} for row in rows if row["network"] == network}
        for row in rows:
            if row["network"] == network:
                pairs[row["seconds"]][row["chunked"]] = row
        for length, pair in sorted(pairs.items()):
            chunks, full = pair.get(True, {}), pair.get(False, {})
            lines.append(
                f"| {NETWORKS[network]} | {_clock(length)} | {chunks.get('frames') or full.get('frames') or '–'} "
                f"| {_step(chunks)} | {_step(full)} | {_over(full, chunks)} "
                f"| {_gib(chunks.get('peak_bytes'))} | {_gib(full.get('peak_bytes'))} |"
            )
        for chunked in (True, False):
            chosen = [row for row in rows if row["network"] == network and row["chunked"] is chunked]
            lengths = [row["seconds"] for row in chosen]
            walls, works = [row["step_seconds"] for row in chosen], [row["cpu_seconds"] for row in chosen]
            exponents.append(
                f"| {NETWORKS[network]} | {'chunks' if chunked else 'full'} "
                f"| {_exponent(fit_exponent(lengths, walls))} "
                f"| {_exponent(fit_exponent(lengths, works))} | {_slope(last_exponent(lengths, works))} |"
            )
    return [*lines, *exponents, ""]


def draw(found: Comparison, folder: Path, stem: str) -> list[Path]:
    """The pictures as PNG: FOLDER/STEM-lengths.png and, where it was measured, FOLDER/STEM-attention.png.

    Nothing where matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError:
        return []
    matplotlib.use("Agg")
    from matplotlib import pyplot

    drawn = []
    series = [
        (
            title.replace("**", "").replace("`", ""),
            [seconds(row) for row in rows if row["edit_seconds"] is not None],
            [row["edit_seconds"] for row in rows if row["edit_seconds"] is not None],
            [row["peak_bytes"] / 2**30 for row in rows if row["edit_seconds"] is not None],
        )
        for title, rows, seconds in _series(found)
    ]
    if any(lengths for _, lengths, _, _ in series):
        drawn.append(_draw(pyplot, series, "seconds per edit", folder / f"{stem}-lengths.png"))
    if found.attention:
        lines = []
        for network in _unique(row["network"] for row in found.attention):
            for chunked in (True, False):
                rows = [
                    row
                    for row in found.attention
                    if row["network"] == network and row["chunked"] is chunked and row["step_seconds"] is not None
                ]
                title = f"{NETWORKS[network].replace('`', '')}: {'chunks' if chunked else 'full'}"
                lines.append(
                    (
                        title,
                        [row["seconds"] for row in rows],
                        [row["step_seconds"] for row in rows],
                        [row["peak_bytes"] / 2**30 for row in rows],
                    )
                )
        drawn.append(_draw(pyplot, lines, "seconds per evaluation", folder / f"{stem}-attention.png"))
    return drawn


def _draw(
    pyplot: Any, series: Sequence[tuple[str, list[float], list[float], list[float]]], title: str, path: Path
) -> Path:
    """Seconds left, peak memory right, both axes logarithmic."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    for row, (label, lengths, seconds, memory) in enumerate(series):
        if lengths:
            marker = "os^Dvx*"[row % 7]
            left.plot(lengths, seconds, marker=marker, label=label)
            right.plot(lengths, memory, marker=marker)
    for axes, ylabel in ((left, title), (right, "peak memory, GiB")):
        axes.set(xscale="log", yscale="log", xlabel="song, seconds", ylabel=ylabel)
        ticks = sorted({length for _, lengths, _, _ in series for length in lengths})
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=2, fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
    return path


def _series(found: Comparison) -> list[tuple[str, list[Row], Any]]:
    """(title, rows, what gives a row's length) of ours and of every peer."""
    series: list[tuple[str, list[Row], Any]] = []
    for instruction in _unique(row["instruction"] for row in found.ours):
        rows = [row for row in found.ours if row["instruction"] == instruction]
        series.append((f"**ours**, {instruction}", rows, lambda row: row["audio_seconds"]))
    known = known_peers()
    for name in _unique(row["peer"] for row in found.peers):
        rows = [row for row in found.peers if row["peer"] == name]
        series.append((known[name].title, rows, lambda row: row["seconds"]))
    return series


def _neighbours(rows: Sequence[Row]) -> str:
    busiest = max((row.get("others", 0.0) for row in rows), default=0.0)
    if busiest < QUIET:
        return "- The machine was quiet: other programs never kept more than a fifth of a core busy."
    return (
        f"- **The machine was not quiet**: other programs kept up to {busiest:.1f} cores busy, so seconds are longer "
        "than they would be; CPU seconds suffer less."
    )


def _ratio(row: Row, ours: Sequence[Row], against: str, figure: str) -> str:
    mine = next(
        (mine for mine in ours if mine["instruction"] == against and mine["audio_seconds"] == row["seconds"]), None
    )
    return "–" if mine is None or not mine[figure] else f"{row[figure] / mine[figure]:.3g}"


def _exponent(found: Exponent | None) -> str:
    return "–" if found is None else f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def _slope(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _step(row: Row) -> str:
    if not row:
        return "–"
    return row["reason"] if row["step_seconds"] is None else f"{row['step_seconds']:.3g}"


def _over(full: Row, chunks: Row) -> str:
    if not full or not chunks or full["step_seconds"] is None or chunks["step_seconds"] is None:
        return "–"
    return f"{full['step_seconds'] / chunks['step_seconds']:.2f}"


def _steps(steps: int) -> str:
    return f"{steps} steps" if steps else "nothing is sampled"


def _seconds(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def _gib(value: float | None) -> str:
    return "–" if value is None else f"{value / 2**30:.2f}"


def _clock(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.3g} min"


def _several(values: set[Any]) -> str:
    return " or ".join(str(value) for value in sorted(values)) or "?"


def _unique(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))


def _picture(pictures: Sequence[Path], name: str, caption: str) -> list[str]:
    return [line for path in pictures if path.stem.endswith(name) for line in (f"![{caption}]({path.name})", "")]
