"""The page of the comparison marks what was not measured, and is never stopped by what is missing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from training.evaluation.peers import PeerMeasurement
from training.evaluation.peers_report import Comparison, comparison_markdown, draw
from training.evaluation.scaling import AttentionMeasurement

MACHINE = {"cores": 2, "processor": "a processor", "memory_bytes": 24 * 2**30, "torch": "2.13.0"}


def ours(instruction: str, seconds: float, edit: float) -> dict[str, Any]:
    return {
        "audio_seconds": seconds,
        "instruction": instruction,
        "steps": 8 if instruction == "add organ" else 0,
        "edit_seconds": edit,
        "cpu_seconds": 2 * edit,
        "peak_bytes": 2**30,
        "threads": 2,
        "others": 0.05,
    }


def peer(name: str, seconds: float, others: float = 0.0, **values: Any) -> dict[str, Any]:
    return {**asdict(PeerMeasurement(name, seconds, **values)), "others": others}


def layer(chunked: bool, seconds: float, step: float | None) -> dict[str, Any]:
    reason = "" if step is not None else "not run: would take about 900 s"
    work, memory = (None, None) if step is None else (step, 2**30)
    found = AttentionMeasurement(
        "layer", chunked, seconds, reason, step, work, memory, frames=round(250 * seconds), precision="float32"
    )
    return {**asdict(found), "others": 0.0}


def comparison(others: float = 0.0) -> Comparison:
    whole: dict[str, Any] = {
        "units": 4,
        "total_units": 4,
        "unit_seconds": 1.0,
        "peak_bytes": 2**31,
        "precision": "float32",
    }
    part: dict[str, Any] = {**whole, "units": 12, "total_units": 200, "parameters": {"U-Net": 346_943_496}}
    return Comparison(
        MACHINE,
        60.0,
        [ours("remove drums", length, length / 20) for length in (10.0, 30.0, 60.0)]
        + [ours("add organ", length, length / 5) for length in (10.0, 30.0, 60.0)],
        [
            peer("htdemucs", 10.0, reason="not installed: pip install demucs"),
            peer("audioldm2", 10.0, others, edit_seconds=500.0, cpu_seconds=900.0, **part),
            peer("musicgen", 10.0, edit_seconds=50.0, cpu_seconds=90.0, **whole),
            peer("musicgen", 60.0, reason="the model ends at 30 s"),
        ],
        [layer(True, s, s / 100) for s in (10.0, 20.0, 40.0)]
        + [layer(False, s, None if s == 40.0 else s**2 / 1000) for s in (10.0, 20.0, 40.0)],
    )


def line_with(text: str, *words: str) -> str:
    found = [line for line in text.splitlines() if all(word in line for word in words)]
    assert found, words
    return found[0]


def test_what_is_not_installed_is_one_line_and_the_table_goes_on() -> None:
    text = comparison_markdown(comparison())
    assert line_with(text, "not installed: pip install demucs").startswith("| HTDemucs")
    assert "50" in line_with(text, "MusicGen small", "10 s")


def test_a_reckoned_figure_is_marked_and_says_how_much_was_measured() -> None:
    cells = [cell.strip() for cell in line_with(comparison_markdown(comparison()), "12 of 200 steps").split("|")]
    assert cells[1:] == [
        "AudioLDM2 (`audioldm2-music`)",
        "10 s",
        "~ 500",
        "~ 900",
        "~ 0.02",
        "2.00",
        "~ 250",
        "~ 225",
        "12 of 200 steps",
        "",
    ]


def test_a_peer_is_compared_with_our_edit_of_the_same_length() -> None:
    cells = line_with(comparison_markdown(comparison()), "MusicGen small", "| 10 s |").split("|")
    assert cells[7].strip() == "25", "50 s against our 2 s for adding"


def test_a_length_beyond_the_model_has_no_figure() -> None:
    assert line_with(comparison_markdown(comparison()), "the model ends at 30 s").count("–") == 6


def test_exponents_and_parameters_stand_with_what_they_are_compared_to() -> None:
    text = comparison_markdown(comparison())
    assert "1.00 (1.00 to 1.00)" in line_with(text, "**ours**, add organ", "3, 10 s to 60 s")
    assert "| 346.9 M | 350.0 M | -0.9% |" in line_with(text, "U-Net", "346.9")
    assert "would take about 900 s" in line_with(text, "| 40 s | 10000 |")
    assert line_with(text, "| full |").endswith("| – | – | 2.00 |"), "two lengths have no interval"
    assert "nan" not in text.lower() and "None" not in text


def test_a_busy_machine_is_said_to_be_busy() -> None:
    assert "The machine was quiet" in comparison_markdown(comparison())
    assert "up to 1.7 cores busy" in comparison_markdown(comparison(others=1.7))


def test_the_figures_are_valid_json() -> None:
    assert json.loads(json.dumps(comparison().to_json(), allow_nan=False))["limit"] == 60.0


def test_pictures_are_drawn_and_shown(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `evaluation` is not installed")
    pictures = draw(comparison(), tmp_path / "docs", "peers")
    assert [path.name for path in pictures] == ["peers-lengths.png", "peers-attention.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures)
    text = comparison_markdown(comparison(), pictures)
    assert "](peers-lengths.png)" in text and "](peers-attention.png)" in text
