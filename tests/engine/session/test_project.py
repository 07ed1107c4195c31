"""The project folder: whatever is interrupted or damaged, every finished round is there at the next start."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from engine.audio import Audio, read, write
from engine.errors import UserError
from engine.session import LOG_FORMAT, SOURCE, Project, read_log, take_region
from engine.session.manifest import VERSION, upgraded

RATE = 8000


def song(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "My song.wav"
    soundfile.write(path, np.random.default_rng(1).uniform(-0.5, 0.5, (800, 2)), RATE, subtype="PCM_24")
    return path


def edit(project: Project, text: str, parent: str | None = None, **facts):
    """What the worker and the engine thread do between them."""
    pending = project.begin_round(parent)
    value = int(pending.id) / 1000
    write(pending.path, Audio(np.full((2, 800), value, np.float32), RATE))
    return project.finish_round(pending, text, text.capitalize(), seed=3, steps=8, **facts)


def content(project: Project, id: str) -> float:
    """The value that `edit` wrote into the round's audio."""
    return round(float(read(project.audio_path(id)).samples.mean()) * 1000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a branch: 1 <- 2 and 1 <- 3, current is 3."""
    with Project.create(tmp_path / "project", song(tmp_path)) as project:
        edit(project, "remove drums")
        edit(project, "add strings")
        project.undo()
        edit(project, "add organ", region=(0.02, 0.04))
    return tmp_path / "project"


def texts(project: Project) -> dict[str, str]:
    return {round.id: round.instruction for round in project.history.rounds if round.parent}


ALL = {"0001": "remove drums", "0002": "add strings", "0003": "add organ"}


def test_a_new_project_holds_the_source_byte_for_byte(tmp_path: Path) -> None:
    source = song(tmp_path)
    with Project.create(tmp_path / "project", source) as project:
        assert project.audio_path().read_bytes() == source.read_bytes()
        assert project.history.current.id == SOURCE and project.history.root.label == "My song"
        assert project.problems == ()


def test_an_opened_project_is_as_it_was_left(folder: Path) -> None:
    with Project.open(folder) as project:
        assert project.problems == () and texts(project) == ALL
        current = project.history.current
        assert (current.id, current.parent, current.seed, current.steps) == ("0003", "0001", 3, 8)
        assert current.region == (0.02, 0.04) and current.understood == "Add organ"
        assert [content(project, id) for id in ALL] == [1, 2, 3]
        assert project.undo().id == "0001" and project.redo().id == "0003"
        project.jump("0002")
        project.annotate("0002", label="the one", starred=True)
    with Project.open(folder) as project:
        assert project.history.current.label == "the one" and project.undo().id == "0001"
        assert project.redo().id == "0002"
        assert edit(project, "remix to jazz genre").id == "0004"


def test_a_project_is_open_once(folder: Path) -> None:
    with Project.open(folder), pytest.raises(UserError, match="open elsewhere"):
        Project.open(folder)
    Project.open(folder).close()


def test_spans_that_no_round_touched_are_known(folder: Path) -> None:
    with Project.open(folder) as project:
        assert project.untouched() == []
        project.jump(SOURCE)
        assert project.untouched() == [(0, 800)]
        edit(project, "add flute", region=(0.02, 0.04))
        edit(project, "add piano", region=(-0.01, inf))
        assert project.history.current.region == (0.09, 0.1)
        assert project.untouched() == [(0, 160), (320, 720)]


def test_deleted_rounds_keep_their_audio_until_the_trash_is_emptied(folder: Path) -> None:
    with Project.open(folder) as project:
        assert len(project.delete("0001").rounds) == 3
        assert project.history.current.id == SOURCE and len(project.history) == 1
    with Project.open(folder) as project:
        assert len(project.history) == 1 and project.restore().id == "0001"
        assert texts(project) == ALL
        project.delete("0002")
        assert project.purge() > 0 == project.purge()
        assert not (folder / "rounds" / "0002.wav").exists()
    with Project.open(folder) as project:
        assert set(texts(project)) == {"0001", "0003"} and project.problems == ()


def test_a_damaged_manifest_is_rebuilt(folder: Path) -> None:
    whole = (folder / "manifest.json").read_bytes()
    for cut in range(0, len(whole), 211):
        (folder / "manifest.json").write_bytes(whole[:cut])
        with Project.open(folder) as project:
            assert project.problems and texts(project) == ALL
            assert [round.id for round in project.history.children("0001")] == ["0002", "0003"]


def test_without_any_manifest_the_rounds_say_themselves_what_they_are(folder: Path) -> None:
    for path in folder.glob("manifest*"):
        path.unlink()
    with Project.open(folder) as project:
        assert texts(project) == ALL and project.history["0003"].parent == "0001"
    with Project.open(folder) as project:
        assert project.problems == ()


def test_a_damaged_sidecar_is_written_again(folder: Path) -> None:
    (folder / "rounds" / "0001.json").write_text("{")
    with Project.open(folder) as project:
        assert texts(project) == ALL
    assert json.loads((folder / "rounds" / "0001.json").read_text())["round"]["instruction"] == "remove drums"


def test_a_round_whose_audio_is_lost_leaves_its_children_where_they_can_be_played(folder: Path) -> None:
    (folder / "rounds" / "0001.wav").unlink()
    with Project.open(folder) as project:
        assert texts(project) == {"0002": "add strings", "0003": "add organ"}
        assert project.history["0003"].parent == SOURCE and "0001" in project.problems[0]


class PowerCut(BaseException):
    """Not an Exception: nothing may catch it and tidy up."""


@pytest.mark.parametrize("keep", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("act", ["edit", "annotate", "delete", "purge", "undo"])
def test_pulling_the_plug_at_any_step_loses_no_finished_round(
    folder: Path, monkeypatch: pytest.MonkeyPatch, act: str, keep: float
) -> None:
    """The disk stops at the nth rename or fsync; of what was not synced, only the share `keep` is there afterwards."""
    before = folder.with_name("before")
    shutil.copytree(folder, before)
    real = {name: getattr(os, name) for name in ("replace", "fsync")}
    for stop in range(1, 40):
        shutil.rmtree(folder)
        shutil.copytree(before, folder)
        project = Project.open(folder)
        pending = project.begin_round()
        write(pending.path, Audio(np.full((2, 800), int(pending.id) / 1000, np.float32), RATE))
        left = stop

        def counted(name: str):
            def call(*arguments):
                nonlocal left
                left -= 1
                if not left:
                    raise PowerCut
                return real[name](*arguments)

            return call

        cut = False
        with monkeypatch.context() as patch:
            for name in real:
                patch.setattr(os, name, counted(name))
            try:
                match act:
                    case "edit":
                        project.finish_round(pending, "add flute", "Add flute")
                    case "annotate":
                        project.annotate("0002", note="good")
                    case "delete":
                        project.delete("0002")
                    case "purge":
                        project.delete("0002")
                        project.purge()
                    case "undo":
                        project.undo()
            except PowerCut:
                cut = True
        project.close()
        if cut:
            for path in [*folder.rglob("*.json.part"), folder / "manifest.next.json"]:
                if path.exists():
                    os.truncate(path, int(path.stat().st_size * keep))
        with Project.open(folder) as after:
            found = texts(after)
            kept = {id: text for id, text in ALL.items() if act != "purge" or id != "0002"}
            trash = {round.id for deleted in after.history.trash for round in deleted.rounds}
            assert found.items() | {(id, ALL[id]) for id in trash} >= kept.items()
            assert all(content(after, id) == int(id) for id in found)
            assert set(found) <= {*ALL, "0004"} and (act != "edit" or cut or "0004" in found)
            assert not [*folder.rglob("*.part"), *folder.rglob("*.part.*")]
        if not cut:
            return
    pytest.fail("it never came to an end")


def test_a_manifest_of_a_later_version_is_refused_and_left_alone(folder: Path) -> None:
    data = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(data | {"version": VERSION + 1}))
    with pytest.raises(UserError, match="newer InstructME"):
        Project.open(folder)
    assert json.loads((folder / "manifest.json").read_text())["version"] == VERSION + 1


def test_upgrades_run_one_version_after_the_other() -> None:
    upgrades = {1: lambda data: data | {"b": 2}, 2: lambda data: data | {"c": data["b"] + 1}}
    assert upgraded({"version": 1}, 3, upgrades) == {"version": 3, "b": 2, "c": 3}
    assert upgraded({"version": 3, "x": 0}, 3, upgrades) == {"version": 3, "x": 0}
    for odd in (None, [], {}, {"version": "1"}, {"version": 0}, {"version": True}):
        with pytest.raises(ValueError, match="version"):
            upgraded(odd, 3, upgrades)


def test_bad_folders_are_refused(tmp_path: Path, folder: Path) -> None:
    source = song(tmp_path)
    with pytest.raises(UserError, match="is not empty"):
        Project.create(folder, source)
    with pytest.raises(UserError, match="no file"):
        Project.create(tmp_path / "new", tmp_path / "none.wav")
    assert not (tmp_path / "new").exists()
    with pytest.raises(UserError, match="no project folder"):
        Project.open(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="not a project"):
        Project.open(tmp_path / "empty")
    (folder / "source.wav").unlink()
    with pytest.raises(UserError, match="source.wav"):
        Project.open(folder)


def test_a_manifest_cannot_name_files_outside_its_folder(folder: Path) -> None:
    for name in ("../../victim.wav", "/victim.wav"):
        for path in (*folder.glob("manifest*.json"), folder / "rounds" / "0002.json"):
            path.write_text(path.read_text().replace("rounds/0002.wav", name))
        with Project.open(folder) as project:
            assert "0002" not in texts(project) and project.problems


def test_a_round_without_sound_is_no_round(folder: Path) -> None:
    with Project.open(folder) as project:
        pending = project.begin_round()
        with pytest.raises(UserError, match="no file"):
            project.finish_round(pending, "add flute", "Add flute")
        project.cancel_round(pending)
        other = project.begin_round("0002")
        write(other.path, Audio(np.zeros((2, 800), np.float32), RATE))
        project.delete("0002")
        with pytest.raises(UserError, match="deleted"):
            project.finish_round(other, "add flute", "Add flute")
        assert texts(project).keys() == {"0001", "0003"}


def test_the_log_can_be_replayed(folder: Path) -> None:
    with Project.open(folder) as project:
        log = json.loads(json.dumps(project.export_log()))
    edits = read_log(log).edits
    assert [(e.id, e.parent, e.instruction, e.seed) for e in edits] == [
        ("0001", SOURCE, "remove drums", 3),
        ("0002", "0001", "add strings", 3),
        ("0003", "0001", "add organ", 3),
    ]
    assert [e.id for e in read_log(log).way_to("0003")] == ["0001", "0003"]
    assert read_log(log).way_to() == read_log(log).way_to("0003")
    assert read_log(log | {"version": 1}).way_to(SOURCE) == ()
    twice = log | {"edits": log["edits"] + log["edits"][:1]}
    odds: tuple[Any, ...] = ({}, [], {"version": 1}, {"version": "x"}, log | {"edits": log["edits"][1:]}, twice)
    for odd in odds:
        with pytest.raises(UserError):
            read_log(odd)
    with pytest.raises(UserError, match="no round '0009'"):
        read_log(log).way_to("0009")
    with pytest.raises(UserError, match="newer"):
        read_log(log | {"version": LOG_FORMAT + 1})


def test_what_a_region_was_taken_from_stays_in_the_log_when_it_is_gone_for_good(folder: Path) -> None:
    with Project.open(folder) as project:
        project.jump("0001")
        pending = project.begin_round()
        take_region(project.audio_path("0001"), project.audio_path("0002"), pending.path, (0.02, 0.04))
        project.finish_round(pending, "Region", "Region", region=(0.02, 0.04), taken_from="0002")
        project.delete("0002")
        assert [e.id for e in read_log(project.export_log()).way_to()] == ["0001", "0002", "0004"]
        project.delete("0003")
        project.purge()
    with Project.open(folder) as project:
        log = read_log(json.loads(json.dumps(project.export_log())))
        assert [e.id for e in log.edits] == ["0001", "0002", "0004"]
        assert log.way_to()[-1].taken_from == "0002"
        project.delete("0004")
        project.purge()
        assert [e.id for e in read_log(project.export_log()).edits] == ["0001"]


def test_an_id_is_never_given_twice(folder: Path) -> None:
    with Project.open(folder) as project:
        project.delete("0003")
        project.purge()
    with Project.open(folder) as project:
        assert edit(project, "add flute").id == "0004"


def test_a_region_is_taken_from_another_round_and_the_rest_stays_bit_for_bit(folder: Path) -> None:
    with Project.open(folder) as project:
        out = folder / "rounds" / "0009.part.wav"
        take_region(project.audio_path(SOURCE), project.audio_path("0001"), out, (0.02, 0.06))
        source, taken = (soundfile.read(path, dtype="int32")[0] for path in (project.audio_path(SOURCE), out))
        assert soundfile.info(out).subtype == "PCM_24"
        np.testing.assert_array_equal(taken[:160], source[:160])
        np.testing.assert_array_equal(taken[480:], source[480:])
        other = soundfile.read(project.audio_path("0001"), dtype="float32")[0]
        fade = round(0.01 * RATE)
        inside = soundfile.read(out, dtype="float32")[0]
        np.testing.assert_allclose(inside[160 + fade : 480 - fade], other[160 + fade : 480 - fade], atol=2**-23)
        assert not np.array_equal(taken[160 : 160 + fade], source[160 : 160 + fade])
        with pytest.raises(UserError, match="ends after"):
            take_region(project.audio_path(SOURCE), project.audio_path("0001"), out, (0.02, 0.9))
        short = folder / "short.wav"
        write(short, Audio(np.zeros((2, 700), np.float32), RATE))
        with pytest.raises(UserError, match="same song"):
            take_region(project.audio_path(SOURCE), short, out, (0.02, 0.06))


def test_a_project_of_the_first_version_opens_and_is_saved_as_of_this_one(folder: Path) -> None:
    for path in (folder / "manifest.json", *(folder / "rounds").glob("*.json")):
        data = json.loads(path.read_text())
        data["version"] = 1
        for entry in (*data.get("rounds", ()), *([data["round"]] if "round" in data else [])):
            del entry["guidance"], entry["taken_from"]
        data.pop("recipes", None)
        data.pop("last", None)
        path.write_text(json.dumps(data))
    (folder / "manifest.previous.json").unlink()
    with Project.open(folder) as project:
        assert project.problems == () and texts(project) == ALL
        assert project.history["0003"].taken_from is None
        project.annotate("0003", starred=True)
    assert json.loads((folder / "manifest.json").read_text())["version"] == VERSION


def test_loudness_is_noted_without_waiting_for_the_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Project.open(folder) as project, monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: pytest.fail("waited for the disk"))
        project.measured({"0001": -14.5, "gone": -3.0})
    with Project.open(folder) as project:
        assert project.history["0001"].loudness == -14.5 and project.problems == ()


class Sessions(RuleBasedStateMachine):
    """Any sequence of edits, moves, deletions and restarts, against a plain dictionary."""

    ids = Bundle("ids")

    @initialize(target=ids, base=st.just(None))
    def begin(self, base: None) -> object:
        self.place = Path(tempfile.mkdtemp(prefix="sessions-"))
        self.project = Project.create(self.place / "project", song(self.place))
        self.parents: dict[str, str | None] = {SOURCE: None}
        self.trash: list[dict[str, str | None]] = []
        self.current = SOURCE
        return SOURCE

    @rule(target=ids, parent=ids)
    def edit(self, parent: str) -> object:
        if parent not in self.parents:
            return multiple()
        made = edit(self.project, "add flute", parent)
        assert made.id not in self.parents
        self.parents[made.id] = parent
        self.current = made.id
        return made.id

    @rule()
    def undo(self) -> None:
        self.current = self.parents[self.current] or self.current
        assert self.project.undo().id == self.current

    @rule()
    def redo(self) -> None:
        children = [id for id, parent in self.parents.items() if parent == self.current]
        after = self.project.redo().id
        assert after in children if children else after == self.current
        self.current = after

    @rule()
    def undo_and_redo_come_back(self) -> None:
        if self.parents[self.current] is not None:
            self.project.undo()
            assert self.project.redo().id == self.current

    @rule(id=ids)
    def jump(self, id: str) -> None:
        if id in self.parents:
            self.current = self.project.jump(id).id
            assert self.current == id

    @rule(id=ids)
    def delete(self, id: str) -> None:
        if id == SOURCE or id not in self.parents:
            with pytest.raises(UserError):
                self.project.delete(id)
            return
        gone = {id: self.parents[id]}
        for child, parent in self.parents.items():
            if parent in gone:
                gone[child] = parent
        self.project.delete(id)
        if self.current in gone:
            self.current = str(self.parents[id])
        self.parents = {key: parent for key, parent in self.parents.items() if key not in gone}
        self.trash.append(gone)

    @rule()
    def restore(self) -> None:
        if not self.trash:
            with pytest.raises(UserError):
                self.project.restore()
            return
        branch = self.trash.pop()
        self.parents |= branch
        self.current = next(iter(branch))
        assert self.project.restore().id == self.current

    @rule()
    def purge(self) -> None:
        self.project.purge()
        self.trash.clear()

    @rule(damage=st.sampled_from(["none", "manifest"]))
    def restart(self, damage: str) -> None:
        self.project.close()
        if damage == "manifest" and not self.trash:
            (self.project.folder / "manifest.json").write_text("{")
            (self.project.folder / "manifest.previous.json").unlink(missing_ok=True)
        self.project = Project.open(self.project.folder)
        if damage == "manifest":
            self.current = self.project.history.current.id

    @invariant()
    def the_tree_is_what_it_should_be(self) -> None:
        if not hasattr(self, "project"):
            return
        history = self.project.history
        assert {round.id: round.parent for round in history.rounds} == self.parents
        assert history.current.id == self.current
        assert [round.parent for round in history.path_to_root()][-1] is None
        on_disk = {path.stem for path in (self.project.folder / "rounds").glob("*.wav")}
        assert on_disk == {*self.parents, *(id for branch in self.trash for id in branch)} - {SOURCE}

    def teardown(self) -> None:
        if hasattr(self, "project"):
            self.project.close()
            shutil.rmtree(self.place)


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
