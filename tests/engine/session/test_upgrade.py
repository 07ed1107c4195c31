"""Projects that earlier releases wrote open with all that was in them; a changed format needs a version of its own."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.audio import read
from engine.session import Project, read_log
from engine.session.manifest import VERSION
from tests.engine.session.make_fixture import STORED, make

VERSIONS = range(1, VERSION + 1)


def unpacked(version: int, folder: Path) -> Path:
    with zipfile.ZipFile(STORED / f"version-{version}.zip") as stored:
        stored.extractall(folder / "project")
    return folder / "project"


def check(project: Project) -> None:
    """All that `make` put in."""
    history = project.history
    assert {entry.id: (entry.parent, entry.understood) for entry in history.rounds} == {
        "0000": (None, ""),
        "0001": ("0000", "Remove drums"),
        "0002": ("0001", "Add strings"),
        "0003": ("0001", "Add organ"),
    }
    best = history["0002"]
    assert (best.label, best.starred, best.note, best.instruction) == ("the good one", True, "keep this", "add strings")
    assert (best.seed, best.steps, best.loudness, best.seconds, best.model) == (5, 8, -20.5, 1.5, "default")
    assert best.model_hash == "ab" * 32 and history.current == best and history["0003"].region == (0.02, 0.04)
    for entry in history.rounds[1:]:
        assert np.allclose(read(project.audio_path(entry.id)).samples, int(entry.id) / 1000, atol=1e-4)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("lost", ["nothing", "the manifest", "the sidecars"])
def test_a_project_of_every_release_opens_whole_and_is_of_today_afterwards(
    tmp_path: Path, version: int, lost: str
) -> None:
    folder = unpacked(version, tmp_path)
    stored = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert stored["version"] == version
    gone = {"nothing": (), "the manifest": folder.glob("manifest*"), "the sidecars": folder.glob("rounds/*.json")}
    for path in list(gone[lost]):
        path.unlink()
    with Project.open(folder) as project:
        if lost == "the manifest":
            # The trash and the place where one stood are the manifest's alone: nothing that was made is missing.
            assert len(project.history.rounds) == 5
            project.delete("0004")
            project.jump("0002")
        else:
            assert project.problems == ()
        check(project)
        assert [deleted.top.id for deleted in project.history.trash] == ["0004"]
        assert [edit.id for edit in read_log(project.export_log()).way_to("0003")] == ["0001", "0003"]
        project.annotate("0002", note="keep this")
        assert project.begin_round().id == "0005", "no number is given twice"
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"] == VERSION
    with Project.open(folder) as project:
        assert project.problems == ()
        check(project)


def shape(value: Any) -> Any:
    """The names in a JSON object, without its values."""
    if isinstance(value, dict):
        return {name: shape(entry) for name, entry in value.items() if name != "visited"}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None


def test_a_format_that_changed_has_a_version_and_a_stored_project(tmp_path: Path) -> None:
    """Where this fails: raise VERSION, add the upgrade, and run `python -m tests.engine.session.make_fixture`."""
    assert {path.name for path in STORED.glob("*.zip")} == {f"version-{version}.zip" for version in VERSIONS}
    (tmp_path / "new").mkdir()
    today, stored = make(tmp_path / "new"), unpacked(VERSION, tmp_path)
    for name in ("manifest.json", "rounds/0002.json"):
        ours, theirs = (json.loads((folder / name).read_text(encoding="utf-8")) for folder in (today, stored))
        assert shape(ours) == shape(theirs)
        assert ours["version"] == theirs["version"] == VERSION
