"""The trash tells what it holds, and takes with a round what was worked out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.session import SOURCE, Project


def test_what_was_worked_out_of_a_round_goes_with_it(folder: Path) -> None:
    (folder / "thumbnails").mkdir()
    for id in ("0002", "0003"):
        (folder / "thumbnails" / f"{id}.json").write_text("{}")
    with Project.open(folder) as project:
        assert project.trash_bytes == 0
        project.delete("0002")
        promised = project.trash_bytes
        assert promised == project.purge() > (folder / "rounds" / "0003.wav").stat().st_size
        assert [path.name for path in (folder / "thumbnails").iterdir()] == ["0003.json"]


def test_a_picture_that_takes_its_name_meanwhile_stops_neither_the_promise_nor_the_purge(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "thumbnails").mkdir()
    part = folder / "thumbnails" / "0001.json.part"
    look = Path.is_file

    def is_file(path: Path) -> bool:
        found = look(path)
        if path == part and found:
            part.replace(part.with_suffix(""))
        return found

    with Project.open(folder) as project, monkeypatch.context() as patch:
        patch.setattr(Path, "is_file", is_file)
        project.delete("0001")
        part.write_text("{}")
        assert project.trash_bytes > 0
        part.write_text("{}")
        assert project.purge() > 0
        assert project.history.trash == () and [entry.id for entry in project.history.rounds] == [SOURCE]
    assert not list((folder / "rounds").glob("*.wav")), "all that grew on it is gone, too"
