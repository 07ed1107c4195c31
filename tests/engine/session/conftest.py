from __future__ import annotations

from pathlib import Path

import pytest

from engine.session import Project
from tests.engine.session.test_project import edit, song


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a branch: 1 <- 2 and 1 <- 3, current is 3."""
    with Project.create(tmp_path / "project", song(tmp_path)) as project:
        edit(project, "remove drums")
        edit(project, "add strings")
        project.undo()
        edit(project, "add organ")
    return tmp_path / "project"
