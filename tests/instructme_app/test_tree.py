"""The tree of rounds through the session, on disk: any sequence of edits, moves, deletions and restarts."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from engine.audio import Audio, read, write
from engine.session import SOURCE, Project, Round, manifest, read_log
from instructme_app.model.editing import Editing
from instructme_app.model.failure import Failure
from instructme_app.model.listening import Listening
from instructme_app.model.regions import Regions
from instructme_app.model.session import Session
from tests.instructme_app.fake_engine import FakeEngine

RATE = 8000
FRAMES = 2400


@pytest.fixture(scope="module", autouse=True)
def app() -> Iterator[QApplication]:
    found = QApplication.instance()
    with pytest.MonkeyPatch.context() as patch:
        # Power cuts are tested with the project itself; here a busy disk would only make it slow.
        patch.setattr(os, "fsync", lambda _: None)
        yield found if isinstance(found, QApplication) else QApplication([])


def until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until something holds."""
    deadline = QDeadlineTimer(10_000)
    loop = QEventLoop()
    while not condition():
        assert not deadline.hasExpired(), "it did not happen"
        # Wakes up at once for any event, and else soon.
        QTimer.singleShot(5, loop.quit)
        loop.exec()


class Desk:
    """A session with an engine that does every edit at once."""

    def __init__(self, place: Path) -> None:
        self.engine = FakeEngine(obliging=True)
        self.session = Session(place / "projects")
        self.editing = Editing(self.session, Listening(self.session, self.engine), self.engine)
        self.regions = Regions(self.session)
        self.failures: list[Failure] = []
        for part in (self.session, self.editing, self.regions):
            part.failed.connect(self.failures.append)
        self.engine.open()

    def open(self, path: Path) -> None:
        self.session.open(path)
        until(lambda: self.session.opening is None)

    @property
    def project(self) -> Project:
        assert self.session.project is not None
        return self.session.project

    @property
    def current(self) -> Round:
        assert self.session.current is not None
        return self.session.current

    def edit(self, text: str) -> Round:
        self.editing.submit(text)
        until(lambda: not self.editing.queue.jobs)
        return self.current

    def take(self, round_id: str, region: tuple[float, float]) -> None:
        self.regions.take(round_id, region)
        until(lambda: not self.regions.under_way)


def write_tone(path: Path) -> Path:
    samples = np.random.default_rng(3).uniform(-0.5, 0.5, (2, FRAMES)).astype(np.float32)
    write(path, Audio(samples, RATE))
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.open(write_tone(tmp_path / "song.wav"))
    return desk


def test_a_round_is_on_the_disk_before_it_is_shown(desk: Desk) -> None:
    seen = []

    def look() -> None:
        history, problems = manifest.load(desk.project.folder)
        assert history is not None and not problems
        on_disk = {entry.id for entry in history.rounds}
        for entry in desk.session.rounds:
            assert entry.id in on_disk
            assert read(desk.project.audio_path(entry.id)).frames == FRAMES
            assert manifest.sidecar(desk.project.folder, entry.id).exists()
        seen.append(len(on_disk))

    desk.session.rounds_changed.connect(look)
    desk.edit("remove drums")
    desk.edit("add strings and remove bass")
    desk.take(SOURCE, (0.1, 0.2))
    assert seen[-1] == 5 and 2 in seen


def test_undo_and_redo_and_branches_beside(desk: Desk) -> None:
    first = desk.edit("remove drums").id
    desk.session.undo()
    second = desk.edit("add strings").id
    assert desk.session.beside(-1) == desk.session.round(first) and desk.session.beside(1) is None
    desk.session.jump(first)
    assert desk.session.beside(1) == desk.session.round(second) and desk.session.beside(-1) is None
    desk.session.undo()
    assert desk.session.beside(1) is None
    desk.session.redo()
    assert desk.current.id == first


def test_a_round_is_compared_with_its_parent_until_another_is_chosen(desk: Desk) -> None:
    told = []
    desk.session.compared_changed.connect(lambda: told.append(desk.session.compared))
    assert desk.session.reference is None
    first, second = desk.edit("remove drums"), desk.edit("add strings")
    assert desk.session.reference == first and desk.session.compared is None
    desk.session.compare(SOURCE)
    assert desk.session.reference == desk.session.source == desk.session.compared
    desk.session.jump(SOURCE)
    assert desk.session.reference is None
    desk.session.jump(first.id)
    desk.session.compare(second.id)
    assert desk.session.reference == second
    desk.session.delete(second.id)
    assert desk.session.compared is None and desk.session.reference == desk.session.source
    assert [entry and entry.id for entry in told] == [SOURCE, second.id, None]
    desk.session.compare("no such round")
    assert len(told) == 3


def test_a_mark_does_not_wait_for_the_disk_and_is_there_when_the_song_is_closed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = threading.Event()
    window, waited = threading.get_ident(), []

    def fsync(_: int) -> None:
        assert disk.wait(10)
        waited.append(threading.get_ident())

    edited = desk.edit("remove drums")
    folder = desk.project.folder
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        for label in ("one", "two", "three"):
            desk.session.annotate(edited.id, label=label, starred=True)
        assert desk.session.round(edited.id).label == "three" and not waited
        saved, _ = manifest.load(folder)
        assert saved is not None and saved[edited.id].label == "three", "a crash of the window loses nothing"
        disk.set()
        desk.session.close_song()
    assert waited and window not in waited
    with Project.open(folder) as after:
        assert (after.history[edited.id].label, after.history[edited.id].starred) == ("three", True)
    sidecar = json.loads(manifest.sidecar(folder, edited.id).read_text(encoding="utf-8"))
    assert sidecar["round"]["label"] == "three"


def test_a_mark_that_cannot_be_written_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = desk.edit("remove drums")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        desk.session.annotate(edited.id, label="one")
        until(lambda: bool(desk.failures))
    assert "no space left" in desk.failures.pop().cause
    desk.session.annotate(edited.id, note="two")
    desk.session.settle()
    with_both = json.loads((desk.project.folder / manifest.NAME).read_text(encoding="utf-8"))["rounds"][1]
    assert (with_both["label"], with_both["note"]) == ("one", "two")


def test_a_region_of_another_round_becomes_a_round_that_says_so(desk: Desk) -> None:
    other = desk.edit("remove drums")
    desk.session.annotate(other.id, label="quiet")
    desk.session.undo()
    base = desk.edit("add strings")
    desk.take(other.id, (0.1, 0.2))
    made = desk.current
    assert (made.parent, made.taken_from, made.region, made.seed) == (base.id, other.id, (0.1, 0.2), None)
    assert made.instruction == "Region 0:00.1-0:00.2 from 'quiet'"
    samples = {id: read(desk.project.audio_path(id)).samples for id in (base.id, other.id, made.id)}
    start, end, fade = 800, 1600, 80
    np.testing.assert_array_equal(samples[made.id][:, :start], samples[base.id][:, :start])
    np.testing.assert_array_equal(samples[made.id][:, end:], samples[base.id][:, end:])
    inside = slice(start + fade, end - fade)
    np.testing.assert_array_equal(samples[made.id][:, inside], samples[other.id][:, inside])
    assert not np.array_equal(samples[base.id][:, inside], samples[other.id][:, inside])
    assert read_log(desk.project.export_log()).way_to()[-1].taken_from == other.id


def test_a_region_of_another_round_tells_what_it_took_and_what_it_brought(desk: Desk) -> None:
    edited = desk.edit("remove drums")
    desk.take(SOURCE, (0.1, 0.2))
    made = desk.current
    brought, base, now = (
        desk.project.stem_path(made.id, "added"),
        desk.project.audio_path(edited.id),
        desk.project.audio_path(made.id),
    )
    assert brought is not None and desk.project.stem_path(made.id, "removed") is None
    change = read(now).samples - read(base).samples
    np.testing.assert_allclose(read(brought).samples, change, atol=1e-4)
    assert change.any()


def test_a_region_that_cannot_be_taken_says_why_and_leaves_nothing(desk: Desk) -> None:
    first = desk.edit("remove drums")
    for round_id, region in ((first.id, (0.1, 0.2)), (SOURCE, (0.5, 0.6)), ("0099", (0.1, 0.2))):
        desk.failures.clear()
        desk.take(round_id, region)
        assert len(desk.failures) == 1 and desk.failures[0].remedy
    desk.project.audio_path(SOURCE).write_bytes(b"spoilt")
    desk.failures.clear()
    desk.take(SOURCE, (0.1, 0.2))
    assert len(desk.failures) == 1
    assert len(desk.session.rounds) == 2
    assert not list((desk.project.folder / "rounds").glob("*.part*"))


def test_a_region_that_is_ready_after_its_song_was_closed_is_no_round_of_the_next_one(
    desk: Desk, tmp_path: Path
) -> None:
    desk.edit("remove drums")
    folder = desk.project.folder
    desk.regions.take(SOURCE, (0.1, 0.2))
    desk.session.close_song()
    ended = []
    desk.regions.changed.connect(lambda: ended.append(True))
    until(lambda: bool(ended) or not desk.regions._under_way)
    with Project.open(folder) as project:
        assert len(project.history) == 2 and project.problems == ()
    assert not list((folder / "rounds").glob("*.part*"))


TEXTS = ("remove drums", "add strings", "replace piano with organ", "remix to jazz", "extract bass")


class Trees(RuleBasedStateMachine):
    """What is known here is a plain dictionary; what the session and the disk say must agree with it."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="trees-"))
        self.desk = Desk(self.place)
        self.parents: dict[str, str | None] = {SOURCE: None}
        self.marks: dict[str, dict[str, object]] = {}
        self.sounds: dict[str, str] = {}
        self.trash: list[list[str]] = []
        self.deleted: dict[str, str | None] = {}
        self.purged: set[str] = set()
        self.current = SOURCE

    @initialize(parents=st.lists(st.integers(0, 99), min_size=3, max_size=6))
    def begin(self, parents: list[int]) -> None:
        """A tree to begin with: by itself it would seldom grow large enough to be cut."""
        self.desk.open(write_tone(self.place / "song.wav"))
        for number, parent in enumerate(parents):
            self.branch(parent, TEXTS[number % len(TEXTS)])

    def some(self, number: int) -> str:
        shown = list(self.parents)
        return shown[number % len(shown)]

    def made(self, parent: str) -> None:
        entry = self.desk.current
        assert entry.id not in {*self.parents, *self.purged, *itertools.chain(*self.trash)}
        assert entry.parent == parent
        self.parents[entry.id] = parent
        self.current = entry.id

    @rule(text=st.sampled_from(TEXTS))
    def edit(self, text: str) -> None:
        parent = self.current
        self.desk.edit(text)
        self.made(parent)

    @rule(at=st.integers(0, 99), text=st.sampled_from(TEXTS))
    def branch(self, at: int, text: str) -> None:
        parent = self.some(at)
        self.desk.session.jump(parent)
        self.desk.edit(text)
        self.made(parent)

    @precondition(lambda self: len(self.parents) > 1)
    @rule(at=st.integers(0, 99))
    def take_region(self, at: int) -> None:
        parent, other = self.current, self.some(at)
        if other != parent:
            self.desk.take(other, (0.05, 0.2))
            self.made(parent)

    @rule()
    def undo(self) -> None:
        self.desk.session.undo()
        self.current = self.parents[self.current] or self.current

    @rule()
    def undo_and_redo_come_back(self) -> None:
        if self.parents[self.current] is not None:
            self.desk.session.undo()
            self.desk.session.redo()

    @rule()
    def redo(self) -> None:
        children = [id for id, parent in self.parents.items() if parent == self.current]
        self.desk.session.redo()
        assert self.desk.current.id in (children or [self.current])
        self.current = self.desk.current.id

    @rule(at=st.integers(0, 99))
    def jump(self, at: int) -> None:
        self.current = self.some(at)
        self.desk.session.jump(self.current)

    @rule(step=st.sampled_from([-1, 1]))
    def beside(self, step: int) -> None:
        sibling = self.desk.session.beside(step)
        if sibling is not None:
            assert sibling.parent == self.parents[self.current] and sibling.id != self.current

    @rule(at=st.integers(0, 99), star=st.booleans(), label=st.text(max_size=9), note=st.text(max_size=9))
    def mark(self, at: int, star: bool, label: str, note: str) -> None:
        id, marks = self.some(at), {"starred": star, "label": label, "note": note}
        self.desk.session.annotate(id, **marks)
        self.marks[id] = marks

    @rule(at=st.integers(0, 99))
    def compare(self, at: int) -> None:
        self.desk.session.compare(self.some(at))

    @rule(at=st.integers(0, 99), then=st.sampled_from(["", "", "restore", "purge"]))
    def delete(self, at: int, then: str) -> None:
        """And often go on with what is possible only after it."""
        self.delete_branch(self.some(at))
        if then == "restore" and self.trash:
            self.restore(-1)
        elif then == "purge" and self.trash:
            self.purge()

    def delete_branch(self, id: str) -> None:
        deleted = self.desk.session.delete(id)
        if id == SOURCE:
            assert deleted is None and self.desk.failures
            return
        assert deleted is not None
        gone = [id]
        for child, parent in self.parents.items():
            if parent in gone:
                gone.append(child)
        assert deleted.top.id == id and {entry.id for entry in deleted.rounds} == set(gone)
        if self.current in gone:
            self.current = str(self.parents[id])
        self.trash.append(gone)
        self.deleted |= {child: self.parents.pop(child) for child in gone}

    @precondition(lambda self: bool(self.trash))
    @rule(at=st.integers(0, 9))
    def restore(self, at: int) -> None:
        branch = self.trash[at % len(self.trash)]
        restored = self.desk.session.restore(branch[0])
        if self.deleted[branch[0]] not in self.parents:
            assert restored is None
            return
        assert restored is not None and restored.id == branch[0]
        self.trash.remove(branch)
        self.parents |= {id: self.deleted[id] for id in branch}
        self.current = branch[0]

    @precondition(lambda self: bool(self.trash))
    @rule()
    def purge(self) -> None:
        # A mark that is still on its way to the disk makes its round's sidecar longer, or shorter.
        self.desk.session.settle()
        promised = self.desk.project.trash_bytes
        assert self.desk.session.purge() == promised > 0
        self.purged |= set(itertools.chain(*self.trash))
        self.trash.clear()

    @rule()
    def reload(self) -> None:
        before, folder = json.dumps(self.desk.project.history.to_json()), self.desk.project.folder
        self.desk.session.close_song()
        self.desk.open(folder)
        assert self.desk.project.problems == ()
        assert json.dumps(self.desk.project.history.to_json()) == before

    @rule()
    def go_on_in_a_fresh_program(self) -> None:
        folder = self.desk.project.folder
        self.desk.session.close()
        self.desk = Desk(self.place)
        self.desk.open(folder)

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        session = self.desk.session
        if session.project is None:
            return
        rounds = {entry.id: entry for entry in session.rounds}
        assert {id: entry.parent for id, entry in rounds.items()} == self.parents
        assert self.desk.current.id == self.current
        assert session.compared is None or session.compared.id in rounds
        seen: set[str | None] = {None}
        for entry in session.rounds:
            assert entry.parent in seen, "a child stands before its parent"
            seen.add(entry.id)
            for name, value in self.marks.get(entry.id, {}).items():
                assert getattr(entry, name) == value

    @invariant()
    def nothing_is_lost_but_what_was_purged(self) -> None:
        session = self.desk.session
        if session.project is None:
            return
        project = session.project
        kept = {*self.parents, *itertools.chain(*self.trash)}
        trashed = [entry for deleted in project.history.trash for entry in deleted.rounds]
        assert {entry.id for entry in (*session.rounds, *trashed)} == kept
        for entry in (*session.rounds, *trashed):
            digest = hashlib.sha256((project.folder / entry.audio).read_bytes()).hexdigest()
            assert self.sounds.setdefault(entry.id, digest) == digest
        on_disk = {path.stem for path in (project.folder / "rounds").glob("????.wav")}
        assert on_disk == kept - {SOURCE}

    @invariant()
    def the_disk_knows_it_already(self) -> None:
        project = self.desk.session.project
        if project is not None:
            saved, problems = manifest.load(project.folder)
            assert saved is not None and not problems
            assert saved.to_json() == project.history.to_json()

    @invariant()
    def every_round_can_be_made_again(self) -> None:
        project = self.desk.session.project
        if project is not None:
            log = read_log(json.loads(json.dumps(project.export_log())))
            for id in self.parents:
                way = [edit.id for edit in log.way_to(id)]
                assert id == SOURCE or way[-1] == id

    def teardown(self) -> None:
        self.desk.session.close()
        shutil.rmtree(self.place, ignore_errors=True)


TestTrees = Trees.TestCase
TestTrees.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
