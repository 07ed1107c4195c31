"""What a round took and brought lies beside it, and goes with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.audio import Audio, write
from engine.session import Pending, Project

RATE = 8_000


def noise(seed: int) -> Audio:
    return Audio(np.random.default_rng(seed).standard_normal((1, RATE)).astype(np.float32) * 0.1, RATE)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write(tmp_path / "song.wav", noise(0))
    return Project.create(tmp_path / "project", tmp_path / "song.wav")


def rendered(project: Project, *stems: str) -> Pending:
    pending = project.begin_round()
    write(pending.path, noise(1))
    for name in stems:
        if name == "notes":
            Path(f"{pending.stems}.notes.mid").write_bytes(b"MThd")
        else:
            write(Path(f"{pending.stems}.{name}.wav"), noise(2))
    return pending


def finish(project: Project, pending: Pending) -> str:
    return project.finish_round(pending, "remove drums", "Remove drums", seed=1).id


def test_the_stems_of_a_round_are_found_where_there_are_any(project: Project) -> None:
    made = finish(project, rendered(project, "removed"))
    path = project.stem_path(made, "removed")
    assert path is not None and path.is_file()
    assert path == project.folder / "rounds" / f"{made}.removed.wav"
    assert project.stem_path(made, "added") is None
    assert project.stem_path("0000", "removed") is None


def test_they_are_there_when_the_project_is_opened_again(project: Project) -> None:
    made = finish(project, rendered(project, "removed", "added", "notes"))
    project.close()
    with Project.open(project.folder) as again:
        assert again.problems == ()
        assert again.stem_path(made, "removed") is not None and again.stem_path(made, "added") is not None
        assert again.stem_path(made, "notes") == again.folder / "rounds" / f"{made}.notes.mid"


def test_stems_that_nobody_finished_are_swept(project: Project) -> None:
    pending = rendered(project, "removed", "added", "notes")
    project.close()
    with Project.open(project.folder) as again:
        assert not list((again.folder / "rounds").glob(f"{pending.id}*"))


@pytest.mark.parametrize("stems_named", [False, True])
def test_a_round_that_only_lacked_its_name_is_completed_with_its_stems(project: Project, stems_named: bool) -> None:
    made = finish(project, rendered(project, "removed", "added"))
    rounds = project.folder / "rounds"
    # As the disk was when the power went after the sidecar was written.
    for name in ("", ".removed", ".added"):
        if not name or not stems_named:
            (rounds / f"{made}{name}.wav").rename(rounds / f"{made}.part{name}.wav")
    project.close()
    (project.folder / "manifest.json").unlink()
    shutil.rmtree(project.folder / "analysis", ignore_errors=True)
    with Project.open(project.folder) as again:
        assert made in again.history
        assert again.stem_path(made, "removed") is not None and again.stem_path(made, "added") is not None


def test_a_cancelled_round_leaves_no_stems(project: Project) -> None:
    pending = rendered(project, "removed", "added", "notes")
    project.cancel_round(pending)
    assert not list((project.folder / "rounds").glob(f"{pending.id}*"))


def test_a_purge_frees_the_stems_too(project: Project) -> None:
    made = finish(project, rendered(project, "removed", "added", "notes"))
    audio = (project.folder / "rounds" / f"{made}.wav").stat().st_size
    project.delete(made)
    assert (project.folder / "rounds" / f"{made}.removed.wav").exists()
    assert project.purge() > 2.5 * audio
    assert not list((project.folder / "rounds").glob(f"{made}*"))


def test_the_strength_of_a_round_is_kept(project: Project) -> None:
    pending = rendered(project)
    made = project.finish_round(pending, "remove drums", "Remove drums", seed=1, strength=0.4, guidance=2.5).id
    project.close()
    with Project.open(project.folder) as again:
        assert (again.history[made].strength, again.history[made].guidance) == (0.4, 2.5)
        assert again.export_log()["edits"][0]["strength"] == 0.4


def test_a_round_of_no_strength_touched_nothing(project: Project) -> None:
    project.finish_round(rendered(project), "remove drums", "Remove drums", seed=1, strength=0.0)
    assert project.untouched() == [(0, RATE)]
