"""The song that is open, its tree of rounds and the queue of edits: one reducer for what the engine says.

No widgets and no waiting: requests go out through the door, replies come back as signals, and every
change is told by a signal that names what changed.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal

from engine.audio import FileInfo
from engine.errors import UserError
from engine.instruction import Instruction, complete, read_instructions, region_within
from engine.messages import Analyzed, AnalyzeJob, Cancel, Done, EditJob, Failed, Progress, Ready, Reply, Stopped
from engine.session import Pending, Project, Round
from engine.vocabulary import Vocabulary
from instructme_app.engine_thread import EngineDoor
from instructme_app.model.analysis import AnalysisStore, Heard
from instructme_app.model.failure import Failure
from instructme_app.model.jobs import Job, Queue
from instructme_app.model.opening import Opened, OpenTask
from instructme_app.model.words import learnt, suggest

log = logging.getLogger(__name__)


class Session(QObject):
    """Tell it what the user wants; watch what becomes of it."""

    song_changed = Signal()
    rounds_changed = Signal()
    current_changed = Signal()
    queue_changed = Signal()
    heard_changed = Signal(str)
    failed = Signal(object)
    noted = Signal(str)
    engine_changed = Signal()
    opening_changed = Signal()

    def __init__(self, door: EngineDoor, projects: Path, parent: QObject | None = None) -> None:
        """`projects` is the folder in which projects are made."""
        super().__init__(parent)
        self._door = door
        self._projects = projects
        self.project: Project | None = None
        self.info: FileInfo | None = None
        self.queue = Queue()
        self.ready: Ready | None = None
        self.vocabulary = Vocabulary.default()
        self._outputs: dict[str, Pending] = {}
        self.opening: Path | None = None
        """What is being opened."""
        self.asked: Path | None = None
        """What the user named to open the song in hand."""
        self._ticket = 0
        self._opener = OpenTask.Signals()
        self._opener.opened.connect(self._opened)
        self._opener.refused.connect(self._refused)
        self._cancelling: set[str] = set()
        self._store: AnalysisStore | None = None
        self._listening: tuple[str, str, AnalysisStore] | None = None
        self._unheard: set[str] = set()
        self._heard: dict[str, Heard] = {}
        door.replied.connect(self.take)
        door.started.connect(self._engine_started)
        door.died.connect(self._engine_died)

    # The song

    def open(self, path: Path) -> None:
        """Open a sound file or a project's folder: `song_changed` or `failed` says how it went. The latest wins."""
        if self.project is not None and path.resolve() == self.project.folder.resolve():
            return
        self._ticket += 1
        self.opening = path
        QThreadPool.globalInstance().start(OpenTask(self._ticket, path, self._projects, self._opener))
        self.opening_changed.emit()

    def _opened(self, ticket: int, opened: Opened) -> None:
        if ticket != self._ticket:
            opened.project.close()
            return
        self.close_song()
        self.opening = None
        self.project, self.info, self.asked = opened.project, opened.info, opened.asked
        self._store = AnalysisStore(opened.project.folder / "analysis")
        self.opening_changed.emit()
        self.song_changed.emit()
        self.rounds_changed.emit()
        self.current_changed.emit()
        self.queue_changed.emit()
        self._pump()

    def _refused(self, ticket: int, failure: Failure) -> None:
        if ticket == self._ticket:
            self.opening = None
            self.opening_changed.emit()
            self.failed.emit(failure)

    def close(self) -> None:
        """For good: what is being opened is not waited for."""
        self._ticket += 1
        self.close_song()

    def close_song(self) -> None:
        """Running edits are taken back; finished rounds are on disk already."""
        for job in self.queue.jobs:
            self._abandon(job)
        if self._listening is not None:
            self._door.send(Cancel(self._listening[0]))
            self._listening = None
        self.queue = Queue()
        self._heard.clear()
        self._unheard.clear()
        if self.project is not None:
            self.project.close()
        self.project = self.info = self._store = None

    @property
    def rounds(self) -> tuple[Round, ...]:
        """In the order in which they were made."""
        return self.project.history.rounds if self.project is not None else ()

    @property
    def current(self) -> Round | None:
        return self.project.history.current if self.project is not None else None

    @property
    def source(self) -> Round | None:
        return self.project.history.root if self.project is not None else None

    @property
    def name(self) -> str:
        """Of the song."""
        source = self.source
        return source.label or Path(source.audio).stem if source is not None else ""

    @property
    def can_undo(self) -> bool:
        return self.project is not None and self.project.history.undone_to is not None

    @property
    def can_redo(self) -> bool:
        return self.project is not None and self.project.history.redone_to is not None

    def round(self, round_id: str) -> Round:
        assert self.project is not None
        return self.project.history[round_id]

    def path_of(self, entry: Round) -> Path:
        assert self.project is not None
        return self.project.audio_path(entry.id)

    def heard(self, round_id: str) -> Heard | None:
        """What the listener hears in a round, if that is known yet."""
        if round_id not in self._heard and self._store is not None and round_id not in self._unheard:
            found = self._store.load(round_id)
            if found is not None:
                self._heard[round_id] = found
        return self._heard.get(round_id)

    # Going about in the tree

    def undo(self) -> None:
        self._move(lambda project: project.undo())

    def redo(self) -> None:
        self._move(lambda project: project.redo())

    def jump(self, round_id: str) -> None:
        self._move(lambda project: project.jump(round_id))

    def _move(self, act: Callable[[Project], object]) -> None:
        project = self.project
        if project is None:
            return
        before = project.history.current
        try:
            act(project)
        except UserError as error:
            self.failed.emit(Failure(error.cause, error.remedy))
        if project.history.current is not before:
            self.current_changed.emit()
            self._pump()

    # Instructions

    def complete(self, text: str) -> tuple[str, ...]:
        """Whole texts that go on from `text`."""
        return tuple(complete(text, self.vocabulary))

    def read(self, text: str) -> tuple[Instruction, ...]:
        """Raises UserError on anything that is not understood."""
        return tuple(read_instructions(text, self.vocabulary))

    def suggestions(self) -> tuple[str, ...]:
        """Instructions that fit what is heard in the current round."""
        current = self.current
        heard = self.heard(current.id) if current is not None else None
        return suggest(heard.names if heard is not None else (), self.vocabulary) if current is not None else ()

    def submit(self, text: str, seed: int | None = None, region: tuple[float, float] | None = None) -> tuple[Job, ...]:
        """Queue what `text` asks for, one round for each edit in it. `seed` None takes a new one for each round.

        It edits the current round, or what the last queued edit will give. Raises UserError.
        """
        if self.project is None or self.info is None:
            raise UserError("no song is open", "open or drop a sound file first")
        jobs: list[Job] = []
        tail = self.queue.tail
        for instruction in self.read(text):
            after = jobs[-1].id if jobs else tail.id if tail is not None else None
            jobs.append(
                Job(
                    id=uuid.uuid4().hex,
                    text=instruction.text,
                    typed=text,
                    seed=secrets.randbelow(1_000_000) if seed is None else seed,
                    parent=self.project.history.current.id if after is None else None,
                    after=after,
                    region=region_within(instruction.region, self.info.duration) or region,
                )
            )
        self.queue = self.queue.append(*jobs)
        self._changed_queue()
        self._pump()
        return tuple(jobs)

    def cancel(self) -> None:
        """Take the running edit back, with all that was to be chained to it."""
        job = self.queue.running
        if job is not None and job.id not in self._cancelling:
            self._cancelling.add(job.id)
            self._door.send(Cancel(job.id))
            self.queue_changed.emit()

    @property
    def cancelling(self) -> bool:
        return self.queue.running is not None and self.queue.running.id in self._cancelling

    # The engine

    def take(self, reply: Reply) -> None:
        """The reducer: every reply of the engine comes through here."""
        match reply:
            case Ready():
                self.ready = reply
                self.vocabulary = learnt(reply)
                self.engine_changed.emit()
                self._pump()
            case Progress():
                if self.queue.running is not None and reply.id == self.queue.running.id:
                    self.queue = Queue(self.queue.running, self.queue.waiting, reply)
                    self.queue_changed.emit()
            case Done():
                self._edit_done(reply)
            case Analyzed():
                self._analysis_done(reply)
            case Stopped():
                self._ended(reply.id, None)
            case Failed():
                if reply.id is None:
                    self.failed.emit(Failure(reply.cause, reply.remedy, reply.detail))
                else:
                    self._ended(reply.id, Failure(reply.cause, reply.remedy, reply.detail))

    def _pump(self) -> None:
        """Start what can start: the next edit, or, when nobody waits for one, listening to the current round."""
        if self.project is None or self.queue.running is not None:
            return
        if self.queue.waiting:
            if self._listening is not None:
                # An edit goes before listening, which is taken up again afterwards.
                self._door.send(Cancel(self._listening[0]))
            self._start_edit(self.project)
        elif self._listening is None and self.ready is not None:
            self._start_listening(self.project)

    def _start_edit(self, project: Project) -> None:
        self.queue = self.queue.start_next()
        job = self.queue.running
        assert job is not None and job.parent is not None
        try:
            pending = project.begin_round(job.parent)
            source = project.audio_path(job.parent)
        except UserError as error:
            self._ended(job.id, Failure(error.cause, error.remedy))
            return
        self._outputs[job.id] = pending
        self._door.send(
            EditJob(
                id=job.id,
                source=str(source),
                output=str(pending.path),
                instruction=job.text,
                seed=job.seed,
                region=job.region,
            )
        )
        self._changed_queue()

    def _edit_done(self, reply: Done) -> None:
        job, project = self.queue.running, self.project
        if job is None or project is None or reply.id != job.id:
            return  # of a song that was closed meanwhile
        pending = self._outputs.pop(job.id)
        stood = project.history.current
        report = reply.report.rounds[-1]
        try:
            made = project.finish_round(
                pending,
                # What was typed may hold several edits: a round says what it is by itself.
                job.typed if len(self.read(job.typed)) == 1 else job.text,
                job.text,
                seed=report.seed,
                steps=report.steps,
                region=job.region,
                model=self.ready.model if self.ready is not None else None,
                seconds=report.seconds,
            )
        except UserError as error:
            self._ended(job.id, Failure(error.cause, error.remedy))
            return
        self._cancelling.discard(job.id)
        self.queue = self.queue.finish(made.id)
        moves = stood.id == job.parent
        if not moves:
            # Who has gone elsewhere in the tree meanwhile stays there.
            project.jump(stood.id)
        self.rounds_changed.emit()
        if moves:
            self.current_changed.emit()
        if report.warnings:
            self.noted.emit("; ".join(report.warnings))
        self._changed_queue()
        self._pump()

    def _ended(self, job_id: str, failure: Failure | None) -> None:
        """A job ended without a result: stopped, or failed."""
        self._cancelling.discard(job_id)
        if self._listening is not None and job_id == self._listening[0]:
            _, round_id, _ = self._listening
            self._listening = None
            if failure is not None:
                log.warning("listening failed: %s; %s\n%s", failure.cause, failure.remedy, failure.detail)
                self._unheard.add(round_id)
                self.heard_changed.emit(round_id)
            self._pump()
            return
        job = next((job for job in self.queue.jobs if job.id == job_id), None)
        if job is None:
            return
        self.queue, dropped = self.queue.drop(job_id)
        for gone in dropped:
            self._forget_output(gone)
        self._changed_queue()
        if failure is not None:
            self.failed.emit(Failure(failure.cause, failure.remedy, failure.detail, job.typed))
        self._pump()

    def _abandon(self, job: Job) -> None:
        if self.queue.running == job:
            self._door.send(Cancel(job.id))
        self._forget_output(job)

    def _forget_output(self, job: Job) -> None:
        pending = self._outputs.pop(job.id, None)
        if pending is not None and self.project is not None:
            self.project.cancel_round(pending)

    def _start_listening(self, project: Project) -> None:
        current = project.history.current
        if self._store is None or current.id in self._unheard or self.heard(current.id) is not None:
            return
        job = AnalyzeJob(uuid.uuid4().hex, str(project.audio_path(current.id)), str(self._store.matrices(current.id)))
        self._listening = (job.id, current.id, self._store)
        self._door.send(job)

    def _analysis_done(self, reply: Analyzed) -> None:
        if self._listening is None or reply.id != self._listening[0]:
            return
        _, round_id, store = self._listening
        self._listening = None
        store.save(round_id, reply.summary)
        if self.heard(round_id) is None:
            self._unheard.add(round_id)  # never ask for the same in a circle
        self.heard_changed.emit(round_id)
        self._pump()

    def _engine_started(self) -> None:
        self.ready = None
        self.engine_changed.emit()

    def _engine_died(self, detail: str) -> None:
        self.ready = None
        if self._listening is not None:
            # It may have been the listening that killed it: not again, or it would die in a circle.
            self._unheard.add(self._listening[1])
            self._listening = None
        self.engine_changed.emit()
        job = self.queue.running
        if job is None:
            self.failed.emit(Failure("the engine stopped", "it is being started again; nothing is lost", detail))
        elif job.id in self._cancelling:
            self._ended(job.id, None)
        else:
            self._ended(
                job.id,
                Failure("the engine stopped during the edit", "it is being started again; try the edit again", detail),
            )

    def _changed_queue(self) -> None:
        self.rounds_changed.emit()
        self.queue_changed.emit()
