"""Who may open a folder, and whose it is."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.session import Project
from engine.session import project as module
from engine.session.locking import locked
from tests.engine.session.test_project import edit, song


def failing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def flock(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("engine.session.locking.fcntl.flock", flock)


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS])
def test_a_drive_without_locks_holds_projects_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    failing(monkeypatch, number)
    with Project.create(tmp_path / "project", song(tmp_path)) as project:
        edit(project, "remove drums")
    with Project.open(tmp_path / "project") as project:
        assert project.history.current.instruction == "remove drums" and not project.problems


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES])
def test_a_lock_that_another_has_means_open_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    Project.create(tmp_path / "project", song(tmp_path)).close()
    failing(monkeypatch, number)
    with pytest.raises(UserError, match="open elsewhere"):
        Project.open(tmp_path / "project")


def test_who_comes_second_to_a_new_folder_leaves_it_to_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other makes it after this one saw that it was free."""
    folder, source = tmp_path / "project", song(tmp_path)
    first: list[Project] = []
    mkdir = Path.mkdir

    def overtaken(self: Path, *arguments: object, **options: object) -> None:
        monkeypatch.setattr(Path, "mkdir", mkdir)
        first.append(Project.create(folder, source))
        edit(first[0], "remove drums")
        mkdir(self, *arguments, **options)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(Path, "mkdir", overtaken)
    with pytest.raises(UserError, match="is not empty"):
        Project.create(folder, source)
    first[0].close()
    with Project.open(folder) as project:
        assert project.history.current.instruction == "remove drums" and not project.problems


def test_a_project_that_could_not_be_begun_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = song(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module.shutil, "copyfile", full)
    with pytest.raises(UserError, match="no space left"):
        Project.create(tmp_path / "project", source)
    assert not (tmp_path / "project").exists()


def test_the_lock_goes_with_the_project(tmp_path: Path) -> None:
    lock = locked(tmp_path)
    with pytest.raises(UserError, match="open elsewhere"):
        locked(tmp_path)
    assert lock is not None
    lock.close()
    again = locked(tmp_path)
    assert again is not None
    again.close()
