"""A project in whose files something makes no sense opens all the same, with every round that can be played."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.audio import Audio, write
from engine.session import Project, read_log
from tests.engine.session.test_project import RATE, content, edit, song, texts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Project.create(tmp_path / "project", song(tmp_path)) as project:
        edit(project, "remove drums", loudness=-14.5)
        edit(project, "add organ", region=(0.02, 0.04))
    return tmp_path / "project"


def change(folder: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    """What the manifests and the sidecar say of round 2."""
    for path in (*folder.glob("manifest*.json"), folder / "rounds" / "0002.json"):
        data = json.loads(path.read_text())
        for entry in (*data.get("rounds", ()), data.get("round")):
            if entry is not None and entry["id"] == "0002":
                alter(entry)
        path.write_text(json.dumps(data))


@pytest.mark.parametrize("name", ["seed", "steps", "loudness", "seconds", "guidance", "strength"])
@pytest.mark.parametrize("value", ["x", [], True, math.nan, math.inf, 10**400])
def test_a_fact_that_makes_no_sense_is_left_out_and_the_round_kept(folder: Path, name: str, value: object) -> None:
    change(folder, lambda entry: entry.update({name: value}))
    for _ in range(2):
        with Project.open(folder) as project:
            assert getattr(project.history["0002"], name) is None
            assert texts(project) == {"0001": "remove drums", "0002": "add organ"} and content(project, "0002") == 2
            project.annotate("0002", starred=True)
            assert len(read_log(json.loads(json.dumps(project.export_log()))).edits) == 2


@pytest.mark.parametrize("name", ["instruction", "understood", "label", "note", "created", "model"])
def test_half_a_character_in_a_text_costs_no_round(folder: Path, name: str) -> None:
    change(folder, lambda entry: entry.update({name: "organ \ud800"}))
    with Project.open(folder) as project:
        assert getattr(project.history["0002"], name) == "organ ?"
        project.annotate("0001", note="saved again")
    with Project.open(folder) as project:
        assert project.problems == () and project.history["0001"].note == "saved again"


@pytest.mark.parametrize("region", [[math.nan, 0.04], [0.02, math.inf]])
def test_of_a_region_that_makes_no_sense_nothing_counts_as_untouched(folder: Path, region: list[float]) -> None:
    change(folder, lambda entry: entry.update(region=region, parent="0000"))
    with Project.open(folder) as project:
        assert project.history["0002"].region is None and project.untouched("0002") == []


@pytest.mark.parametrize("name", ["id", "audio"])
@pytest.mark.parametrize("value", ["\0", "rounds/\ud800.wav", "a\nb"])
def test_a_round_without_a_name_that_can_be_costs_no_other(folder: Path, name: str, value: str) -> None:
    change(folder, lambda entry: entry.update({name: value}))
    with Project.open(folder) as project:
        assert project.problems and texts(project) == {"0001": "remove drums"}
        assert edit(project, "add flute").id == "0003"


@pytest.mark.parametrize("last", [math.inf, math.nan, "x", [], None])
def test_a_count_that_makes_no_sense_is_counted_anew(folder: Path, last: object) -> None:
    for path in folder.glob("manifest*.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"last": last}))
    with Project.open(folder) as project:
        assert len(texts(project)) == 2 and edit(project, "add flute").id == "0003"


def test_a_new_round_never_comes_by_the_stems_of_one_that_was_lost(folder: Path) -> None:
    write(folder / "rounds" / "0002.removed.wav", Audio(np.zeros((2, 800), np.float32), RATE))
    (folder / "rounds" / "0002.wav").unlink()
    for path in folder.glob("manifest*.json"):
        path.unlink()
    with Project.open(folder) as project:
        assert texts(project) == {"0001": "remove drums"}
        made = edit(project, "add flute").id
        assert made == "0003" and project.stem_path(made, "removed") is None
