"""A round is finished at once: whoever wrote its sound waited for the disk, and the tree can be rebuilt without it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from engine.audio import Audio, read, write
from engine.bundle import Bundle
from engine.editor import Editor
from engine.jobs import edit_file
from engine.session import SOURCE, Project, take_region

RATE = 8_000


def noise(seed: int) -> Audio:
    return Audio(np.random.default_rng(seed).uniform(-0.1, 0.1, (2, RATE)).astype(np.float32), RATE)


def edit(project: Project, text: str, parent: str | None = None) -> str:
    pending = project.begin_round(parent)
    write(pending.path, noise(int(pending.id)))
    return project.finish_round(pending, text, text.capitalize(), seed=1).id


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """remove drums <- add strings (in the trash), remove drums <- add organ."""
    write(tmp_path / "song.wav", noise(0))
    project = Project.create(tmp_path / "project", tmp_path / "song.wav")
    first = edit(project, "remove drums")
    strings = edit(project, "add strings")
    edit(project, "add organ", first)
    project.delete(strings)
    return project


@pytest.fixture
def waited_for(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The inodes of the files and folders for which the disk was waited for."""
    inodes: set[int] = set()
    real = os.fsync

    def fsync(handle: int) -> None:
        inodes.add(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return inodes


@pytest.mark.parametrize("keep", [0.0, 0.5, 1.0])
def test_a_round_is_there_whatever_a_power_cut_left_of_the_manifests_after_it(project: Project, keep: float) -> None:
    flute = edit(project, "add flute")
    edit(project, "add piano", flute)
    project.undo()
    project.close()
    manifest = project.folder / "manifest.json"
    os.truncate(manifest, int(manifest.stat().st_size * keep))
    with Project.open(project.folder) as again:
        found = {round.id: (round.parent, round.instruction) for round in again.history.rounds[1:]}
        assert found == {
            "0001": (SOURCE, "remove drums"),
            "0003": ("0001", "add organ"),
            "0004": ("0003", "add flute"),
            "0005": ("0004", "add piano"),
        }
        for id in ("0004", "0005"):
            np.testing.assert_array_equal(read(again.audio_path(id)).samples, noise(int(id)).samples)
        assert [deleted.top.id for deleted in again.history.trash] == ["0002"]
        assert edit(again, "add choir") == "0006"


def test_what_was_noted_before_outlives_a_manifest_that_a_power_cut_took(project: Project) -> None:
    project.annotate("0003", label="the good one")
    project.close()
    with Project.open(project.folder) as again:
        edit(again, "add flute")
    os.truncate(project.folder / "manifest.json", 0)
    with Project.open(project.folder) as again:
        assert again.history["0003"].label == "the good one" and "0004" in again.history
        assert [deleted.top.id for deleted in again.history.trash] == ["0002"]


def test_finishing_a_round_waits_for_its_sidecar_and_for_no_sound(project: Project, waited_for: set[int]) -> None:
    pending = project.begin_round()
    for path in (pending.path, Path(f"{pending.stems}.removed.wav")):
        write(path, noise(9))
    waited_for.clear()
    made = project.finish_round(pending, "add flute", "Add flute").id
    rounds = project.folder / "rounds"
    assert waited_for == {(rounds / f"{made}.json").stat().st_ino, rounds.stat().st_ino}


def test_whoever_writes_a_round_waits_until_the_disk_has_it(
    project: Project, score_bundle: Bundle, waited_for: set[int]
) -> None:
    pending = project.begin_round(SOURCE)
    stems = str(pending.stems)
    edit_file(
        Editor(score_bundle, "cpu"), project.audio_path(SOURCE), pending.path, ("replace bass with piano",), stems=stems
    )
    written = sorted(pending.path.parent.glob(f"{pending.id}*"))
    assert pending.path in written and len(written) > 1
    assert {path.stat().st_ino for path in written} <= waited_for
    spliced = project.begin_round(SOURCE)
    take_region(project.audio_path(SOURCE), project.audio_path("0003"), spliced.path, (0.2, 0.6))
    assert spliced.path.stat().st_ino in waited_for
