"""Tables of `instructme benchmark`: seconds, memory and parameters, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.models.sizes import PAPER_PARAMETERS


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
            if part not in values:
                cells.append("–")
                continue
            stated = PAPER_PARAMETERS.get(part) if name == "paper" else None
            aside = "" if stated is None else f" (stated: {stated / 1e6:.1f} M, {values[part] / stated - 1:+.1%})"
            cells.append(f"{values[part] / 1e6:.1f} M{aside}")
        lines.append(f"| {part} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _clock(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
