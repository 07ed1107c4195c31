"""A project that lost the audio of a round says of what stood on it no more than it still knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.audio import Audio, probe, read, write, write_edit
from engine.errors import UserError
from engine.session import SOURCE, Project, read_log
from tests.engine.session.test_project import RATE, content, edit, song


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Round 1 changed the whole song, 2 a region of that, 3 a region of 2; 4 is a region of the source."""
    with Project.create(tmp_path / "project", song(tmp_path)) as project:
        edit(project, "remove drums")
        edit(project, "remove bass", region=(0.02, 0.04))
        edit(project, "add organ", region=(0.06, 0.08))
        edit(project, "add flute", SOURCE, region=(0.02, 0.04))
    return tmp_path / "project"


def audio_lost(folder: Path) -> None:
    (folder / "rounds" / "0001.wav").unlink()


def manifests_and_sidecar_lost(folder: Path) -> None:
    for path in folder.glob("manifest*.json"):
        path.write_text("{")
    (folder / "rounds" / "0001.json").unlink()


def manifests_and_audio_lost(folder: Path) -> None:
    audio_lost(folder)
    for path in folder.glob("manifest*.json"):
        path.unlink()


LOSSES = pytest.mark.parametrize("lose", [audio_lost, manifests_and_sidecar_lost, manifests_and_audio_lost])


@LOSSES
def test_nothing_counts_as_untouched_where_the_way_from_the_source_is_lost(
    folder: Path, lose: Callable[[Path], None]
) -> None:
    lose(folder)
    for _ in range(2):  # repaired, and opened again as it was saved
        with Project.open(folder) as project:
            history = project.history
            assert (history["0002"].parent, history["0003"].parent) == (SOURCE, "0002")
            assert [round.id for round in history.rounds if round.detached] == ["0002"]
            assert project.untouched("0002") == project.untouched("0003") == []
            assert project.untouched("0004") == [(0, 160), (320, 800)]
            pending = project.begin_round("0003")
            write(pending.path, read(project.audio_path("0003")))
            made = project.finish_round(pending, "add piano", "Add piano", region=(0.0, 0.01))
            assert project.untouched(made.id) == []
            project.delete(made.id)
    assert not project.problems


@LOSSES
def test_what_is_exported_after_a_repair_is_what_is_heard(
    folder: Path, tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    lose(folder)
    with Project.open(folder) as project:
        project.jump("0003")
        heard = read(project.audio_path())
        write_edit(tmp_path / "out.wav", heard, probe(project.audio_path(SOURCE)), project.untouched())
    np.testing.assert_allclose(read(tmp_path / "out.wav").samples, heard.samples, atol=2**-23)


@LOSSES
def test_the_log_does_not_say_that_a_round_was_made_from_the_source_when_it_was_not(
    folder: Path, lose: Callable[[Path], None]
) -> None:
    lose(folder)
    with Project.open(folder) as project:
        log = read_log(json.loads(json.dumps(project.export_log())))
    assert [edit.detached for edit in log.edits] == [True, False, False]
    assert [edit.id for edit in log.way_to("0004")] == ["0004"]
    for id in ("0002", "0003"):
        with pytest.raises(UserError, match="'remove bass' was made from is lost"):
            log.way_to(id)


def test_what_lies_in_the_trash_is_detached_too(folder: Path) -> None:
    with Project.open(folder) as project:
        project.delete("0002")
    audio_lost(folder)
    with Project.open(folder) as project:
        assert project.restore().parent == SOURCE
        assert project.untouched("0003") == []


def test_a_name_does_not_make_a_round_whole_again(folder: Path) -> None:
    audio_lost(folder)
    with Project.open(folder) as project:
        project.annotate("0002", label="the good one")
    for path in folder.glob("manifest*.json"):
        path.unlink()
    with Project.open(folder) as project:
        assert project.history["0002"].label == "the good one"
        assert project.untouched("0002") == []


def test_only_a_detached_round_says_so_in_its_files(folder: Path) -> None:
    assert "detached" not in (folder / "manifest.json").read_text()
    audio_lost(folder)
    Project.open(folder).close()
    entries = json.loads((folder / "manifest.json").read_text())["rounds"]
    assert [entry.get("detached") for entry in entries] == [None, True, None, None]


def test_a_recipe_that_stood_on_a_lost_round_leaves_the_log_readable(folder: Path) -> None:
    with Project.open(folder) as project:
        pending = project.begin_round("0004")
        write(pending.path, Audio(np.full((2, 800), 0.005, np.float32), RATE))
        project.finish_round(pending, "Region", "Region", region=(0.02, 0.04), taken_from="0003")
        project.delete("0002")
        project.purge()
        assert {recipe.id for recipe in project.history.recipes} == {"0002", "0003"}
    audio_lost(folder)
    with Project.open(folder) as project:
        assert content(project, "0005") == 5
        log = read_log(project.export_log())
    assert [edit.id for edit in log.way_to("0004")] == ["0004"]
    with pytest.raises(UserError, match="is lost"):
        log.way_to("0005")
