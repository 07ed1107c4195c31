"""Names, stars and notes, whose way to the disk nobody waits for."""

from __future__ import annotations

import os
from pathlib import Path

from engine.session import Project
from tests.engine.session.test_project import content


def test_a_mark_that_is_saved_late_takes_nothing_back(folder: Path) -> None:
    with Project.open(folder) as project:
        early = project.annotated("0002", label="early")
        late = project.annotated("0002", note="late")
        project.jump("0001")
        project.delete("0003")
        early()
        late()
    with Project.open(folder) as after:
        assert not after.problems
        assert (after.history["0002"].label, after.history["0002"].note) == ("early", "late")
        assert after.history.current.id == "0001" and "0003" not in after.history


def test_a_mark_that_a_power_cut_took_back_half_costs_nothing_that_was_saved_before(folder: Path) -> None:
    with Project.open(folder) as project:
        project.delete("0003")
        project.annotated("0002", note="too late")
    # It was renamed, and its content never came to the disk.
    os.truncate(folder / "manifest.json", 0)
    with Project.open(folder) as after:
        assert "0003" not in after.history and after.history["0002"].note == ""
        assert content(after, "0002") == 2
