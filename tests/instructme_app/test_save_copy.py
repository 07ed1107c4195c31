"""A copy of a project: whole, openable, and never in place of something else unasked."""

from __future__ import annotations

import os
import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.audio import read
from engine.errors import Cancelled, UserError
from engine.session import Project
from instructme_app.model.copying import check_target, copy_project
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture
def edited(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> MainWindow:
    """With two branches, a deleted round, and an edit under way."""
    for text in ("remove drums", "add strings"):
        opened.submit(text)
        engine.finish()
    opened.session.undo()
    opened.submit("add organ")
    engine.finish()
    assert opened.session.project is not None
    opened.session.project.delete("0002")
    opened.submit("add piano")
    Path(engine.edits[-1].output).write_bytes(b"half a round")
    return opened


def folder_of(window: MainWindow) -> Path:
    assert window.session.project is not None
    return window.session.project.folder


def test_a_copy_has_every_round_and_can_be_opened_beside_the_original(edited: MainWindow, tmp_path: Path) -> None:
    copied = copy_project(folder_of(edited), tmp_path / "copy")
    assert copied.linked > 10 * copied.copied > 0, "sound is linked, which costs no space"
    project = edited.session.project
    assert project is not None
    with Project.open(tmp_path / "copy") as copy:
        assert copy.problems == ()
        assert copy.history.to_json() == project.history.to_json()
        for entry in copy.history.rounds:
            assert np.array_equal(read(copy.audio_path(entry.id)).samples, read(project.audio_path(entry.id)).samples)
        assert copy.restore("0002").understood == "Add strings"
        assert copy.purge() == 0
    assert not list((tmp_path / "copy").rglob("*.part*")), "what was being edited is left out"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_copy_and_the_original_go_their_own_ways(edited: MainWindow, tmp_path: Path) -> None:
    copy_project(folder_of(edited), tmp_path / "copy")
    before = {path: path.read_bytes() for path in folder_of(edited).rglob("*") if path.is_file()}
    with Project.open(tmp_path / "copy") as copy:
        copy.annotate("0001", label="mine")
        copy.delete("0001")
        copy.purge()
    shutil.rmtree(tmp_path / "copy")
    assert {path: path.read_bytes() for path in before} == before


def test_where_links_cannot_be_made_everything_is_copied(
    edited: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    copied = copy_project(folder_of(edited), tmp_path / "copy")
    assert copied.linked == 0
    with Project.open(tmp_path / "copy") as copy:
        assert copy.problems == () and len(copy.history) == 3


def test_a_place_that_is_taken_is_refused_or_replaced_only_when_agreed(edited: MainWindow, tmp_path: Path) -> None:
    source = folder_of(edited)
    for place, words in (
        (source, "the project itself"),
        (source / "inside", "inside its own project"),
        (source.parent, "holds the project itself"),
        (tmp_path / "none" / "copy", "there is no folder"),
    ):
        with pytest.raises(UserError, match=words):
            check_target(source, place)
    (tmp_path / "diary").mkdir()
    (tmp_path / "diary" / "text").write_text("dear diary")
    with pytest.raises(UserError, match="is no project of InstructME; choose another name"):
        copy_project(source, tmp_path / "diary", replace=True)
    assert (tmp_path / "diary" / "text").read_text() == "dear diary"
    copy_project(source, tmp_path / "copy")
    with Project.open(tmp_path / "copy") as copy:
        copy.jump("0000")
        with pytest.raises(UserError, match="exists already"):
            copy_project(source, tmp_path / "copy")
        with pytest.raises(UserError, match="open elsewhere"):
            copy_project(source, tmp_path / "copy", replace=True)
        assert copy.history.current.id == "0000"
    copy_project(source, tmp_path / "copy", replace=True)
    with Project.open(tmp_path / "copy") as copy:
        assert copy.history.current.id != "0000"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "diary", "home", "my song.flac"]


@pytest.mark.parametrize("at", [0.0, 0.3, 0.8])
def test_a_copy_that_is_taken_back_leaves_nothing(edited: MainWindow, tmp_path: Path, at: float) -> None:
    seen = [0.0]
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(Cancelled):
        copy_project(folder_of(edited), tmp_path / "copy", on_progress=seen.append, is_cancelled=lambda: seen[-1] >= at)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_full_disk_is_said_and_leaves_nothing(
    edited: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    before = sorted(path.name for path in tmp_path.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(UserError, match="no space left for a copy"):
            copy_project(folder_of(edited), tmp_path / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_the_window_says_where_the_copy_is_and_stays_in_the_original(
    qtbot: QtBot, edited: MainWindow, tmp_path: Path
) -> None:
    folder = folder_of(edited)
    edited.filing.save_copy.save_to(tmp_path / "copy")
    assert edited.filing.save_copy.running
    qtbot.waitUntil(lambda: not edited.filing.save_copy.running, timeout=WAIT)
    assert str(tmp_path / "copy") in edited.statusBar().currentMessage()
    assert folder_of(edited) == folder
    Project.open(tmp_path / "copy").close()
    edited.filing.save_copy.save_to(folder)
    assert "project itself" in edited.banner.cause.text()


def test_the_window_asks_before_a_project_is_replaced(
    qtbot: QtBot, edited: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_project(folder_of(edited), tmp_path / "copy")
    with Project.open(tmp_path / "copy") as copy:
        copy.jump("0000")
    saving = edited.filing.save_copy
    asked: list[Path] = []

    def answer(target: Path, agree: bool) -> bool:
        asked.append(target)
        return agree

    monkeypatch.setattr(saving, "_agreed", lambda target: answer(target, False))
    saving.save_to(tmp_path / "copy")
    assert asked == [tmp_path / "copy"] and not saving.running
    monkeypatch.setattr(saving, "_agreed", lambda target: answer(target, True))
    saving.save_to(tmp_path / "copy")
    qtbot.waitUntil(lambda: not saving.running, timeout=WAIT)
    with Project.open(tmp_path / "copy") as copy:
        assert copy.history.current.id == "0003"
