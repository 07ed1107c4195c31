"""The queue of edits, and the one place where what the engine says is taken.

No widgets and no waiting: requests go out through the door, replies come back as signals. An edit goes
before listening, which fills the time in between.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from engine.errors import UserError
from engine.instruction import Instruction, complete, read_instructions
from engine.messages import (
    Analyzed,
    Cancel,
    Done,
    EditJob,
    Failed,
    Preview,
    Progress,
    Ready,
    Reply,
    Stopped,
    Unload,
    Unloaded,
)
from engine.session import Pending, Project
from engine.vocabulary import Vocabulary
from instructme_app.engine_thread import EngineDoor
from instructme_app.messages import translated
from instructme_app.model.failure import Failure
from instructme_app.model.forecast import Forecast, Past, kind_of
from instructme_app.model.jobs import Job, Queue
from instructme_app.model.listening import Listening
from instructme_app.model.memory import Memory, memory_for
from instructme_app.model.numbers import with_points
from instructme_app.model.previewing import read_preview
from instructme_app.model.session import Session
from instructme_app.model.wishes import Wish, again, can_repeat, jobs_for
from instructme_app.model.words import learnt, suggest

log = logging.getLogger(__name__)


class EngineState(Enum):
    """What the window can say of the engine."""

    LOADING = auto()
    READY = auto()
    RESTING = auto()
    """The model was put out of memory; the next edit loads it again."""
    DOWN = auto()
    """It died too often and is left down; the next edit starts it again."""
    MISSING = auto()
    """It is up, and no model could be loaded."""


class Editing(QObject):
    """Tell it what the user wants changed; watch what becomes of it."""

    queue_changed = Signal()
    """Jobs came, began, ended or moved."""
    progress_changed = Signal()
    """Of the running job."""
    engine_changed = Signal()
    """`state` or `ready` is another."""
    preview_changed = Signal(object)
    """A SpectrumPreview while something is sampled, None when that is over."""
    failed = Signal(object)
    noted = Signal(str)
    taken_back = Signal(int)
    """How many edits ran or waited when their song was closed."""

    def __init__(self, session: Session, listening: Listening, door: EngineDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._listening, self._door = session, listening, door
        self.queue = Queue()
        self.ready: Ready | None = None
        self.vocabulary = Vocabulary.default()
        self.state = EngineState.LOADING
        self._outputs: dict[str, Pending] = {}
        self._cancelling: set[str] = set()
        self._forecast = Forecast()
        session.song_opened.connect(self._opened)
        session.song_closing.connect(self._closing)
        session.current_changed.connect(self._pump)
        door.replied.connect(self.take)
        door.started.connect(self._engine_started)
        door.died.connect(self._engine_died)

    # Instructions

    def complete(self, text: str) -> tuple[str, ...]:
        """Whole texts that go on from `text`."""
        return tuple(complete(text, self.vocabulary))

    def read(self, text: str) -> tuple[Instruction, ...]:
        """Raises UserError on anything that is not understood."""
        return tuple(read_instructions(with_points(text), self.vocabulary))

    def suggestions(self) -> tuple[str, ...]:
        """Instructions that fit what is heard in the current round."""
        current = self._session.current
        heard = self._listening.heard(current.id) if current is not None else None
        return suggest(heard.names if heard is not None else (), self.vocabulary) if current is not None else ()

    def submit(self, text: str, wish: Wish | None = None, *, first: bool = False) -> tuple[Job, ...]:
        """Queue what `text` asks for, one round for each edit in it, as often as there are to be variations.

        It edits the current round; or, as long as the user stands where that goes on from, what the last queued edit
        will give. With `first` it comes before all that waits, and the running edit is meant. Variations edit the same
        and differ in their seeds. Raises UserError.
        """
        project, info = self._session.project, self._session.info
        if project is None or info is None:
            raise UserError("no song is open", "open or drop a sound file first")
        base, current = self.queue.running if first else self.queue.tail, project.history.current.id
        if base is not None and current not in self.queue.goes_on_from(base):
            base = None  # the user went to another round meanwhile, and means that one
        text = with_points(text)  # what is kept is read elsewhere, too
        jobs = jobs_for(text, self.read(text), wish or Wish(), base, current, info.duration)
        self._queued(self.queue.insert_next(*jobs) if first else self.queue.append(*jobs))
        return jobs

    @property
    def can_repeat(self) -> bool:
        return can_repeat(self._session.current)

    def repeat(self) -> None:
        """Make the current round again with another seed, beside it."""
        current = self._session.current
        if current is not None and can_repeat(current):
            self._queued(self.queue.append(again(current)))

    def cancel(self, job_id: str | None = None) -> None:
        """Take an edit (the running one) back, with what was asked for in the same sentence and is chained to it."""
        running = self.queue.running
        if running is not None and job_id in (None, running.id):
            if running.id not in self._cancelling:
                self._cancelling.add(running.id)
                self._door.send(Cancel(running.id))
                self.progress_changed.emit()
        elif job_id is not None:
            queue, _ = self.queue.drop(job_id)
            self._queued(queue)

    def cancel_all(self) -> None:
        """Nothing waits any more, and the running edit is taken back."""
        self._queued(replace(self.queue, waiting=()))
        self.cancel()

    def move(self, job_id: str, places: int) -> None:
        """Let a waiting edit come later, or earlier where `places` is negative."""
        self._queued(self.queue.move(job_id, places))

    def retry(self, job_id: str) -> None:
        """Queue a failed edit again."""
        self._queued(self.queue.retry(job_id))

    def dismiss(self, job_id: str) -> None:
        """Forget a failed edit."""
        self._queued(self.queue.dismiss(job_id))

    def _queued(self, queue: Queue) -> None:
        if queue != self.queue:
            self.queue = queue
            self.queue_changed.emit()
            self._pump()

    @property
    def cancelling(self) -> bool:
        return self.queue.running is not None and self.queue.running.id in self._cancelling

    @property
    def share(self) -> float | None:
        """How far the running edit is, 0-1; None before it has begun."""
        return self._forecast.share

    @property
    def seconds_left(self) -> float | None:
        """Of the running edit; None while nobody can say."""
        return self._forecast.left(time.monotonic())

    def memory(self, text: str, region: tuple[float, float] | None = None) -> Memory | None:
        """What an edit would take; None where that cannot be said, as of a text that is not understood."""
        info, instructions = self._session.info, self._read_or_none(text)
        if info is None or not instructions:
            return None
        return memory_for(info, instructions, region, self.ready, self.resting)

    @property
    def resting(self) -> bool:
        return self.state is EngineState.RESTING

    @property
    def can_rest(self) -> bool:
        return self.state is EngineState.READY and self.queue.running is None

    def rest(self) -> None:
        """Free the memory of the model. The next edit takes it up again, which costs some seconds."""
        if self.can_rest:
            self.state = EngineState.RESTING
            self._listening.give_way()
            self._door.send(Unload())
            self.engine_changed.emit()

    def lose_model(self) -> None:
        """Another one could not be loaded, nor could the one before it: the engine is up, and has none."""
        self.ready, self.state = None, EngineState.MISSING
        self.engine_changed.emit()

    # The engine

    def take(self, reply: Reply) -> None:
        """The reducer: every reply of the engine comes through here."""
        match reply:
            case Ready():
                self.ready, self.state = reply, EngineState.READY
                self.vocabulary = learnt(reply)
                self.engine_changed.emit()
                self._pump()
            case Progress():
                if self.queue.running is not None and reply.id == self.queue.running.id:
                    self._progressed(reply)
            case Preview():
                self._previewed(reply)
            case Unloaded():
                log.info("the engine rests and holds %.0f MB", reply.resident / 1e6)
                self.engine_changed.emit()
            case Done():
                self._edit_done(reply)
            case Analyzed():
                self._listening.done(reply)
                self._pump()
            case Stopped():
                self._ended(reply.id, None)
            case Failed():
                failure = Failure(reply.cause, reply.remedy, reply.detail)
                if reply.id is None:
                    if self.ready is None:
                        self.state = EngineState.MISSING
                        self.engine_changed.emit()
                    self.failed.emit(failure)
                else:
                    self._ended(reply.id, failure)

    def _pump(self) -> None:
        """Start what can start: the next edit, or, when nobody waits for one, listening to the current round."""
        project = self._session.project
        if project is None or self.queue.running is not None:
            return
        if self.queue.waiting:
            self._start_edit(project)
        elif self.state is EngineState.READY:
            # A model that rests is woken by an edit, and by nothing that can wait.
            self._listening.listen()

    def _start_edit(self, project: Project) -> None:
        self.queue = self.queue.start_next()
        # Only now: whatever is said of the listening, this edit is the one that runs.
        self._listening.give_way()
        job = self.queue.running
        assert job is not None and job.parent is not None
        try:
            pending = project.begin_round(job.parent)
            source = project.audio_path(job.parent)
        except UserError as error:
            self._ended(job.id, Failure(error.cause, error.remedy))
            return
        self._outputs[job.id] = pending
        self._forecast.reset()
        if self.resting:
            self.state = EngineState.READY
            self.engine_changed.emit()
        self._door.send(
            EditJob(
                id=job.id,
                source=str(source),
                output=str(pending.path),
                instruction=job.text,
                seed=job.seed,
                steps=job.steps,
                guidance=job.guidance,
                region=job.region,
                strength=job.strength,
                stems=str(pending.stems),
            )
        )
        self.queue_changed.emit()

    def _progressed(self, progress: Progress) -> None:
        job = self.queue.running
        assert job is not None
        if not self._forecast.begun:
            # From here on: loading the model before it says nothing about the edit.
            kind = kind_of(self._read_or_none(job.text))
            steps = job.steps or self._own_steps()
            self._forecast.begin(time.monotonic(), kind, self._sound(job.region), steps)
        self._forecast.advance(progress)
        self.queue = replace(self.queue, progress=progress)
        if progress.stage != "sampling":
            self.preview_changed.emit(None)
        self.progress_changed.emit()

    def _previewed(self, preview: Preview) -> None:
        if self.queue.running is None or preview.id != self.queue.running.id:
            return
        seen = read_preview(preview)
        if seen is not None:
            self.preview_changed.emit(seen)

    def _read_or_none(self, text: str) -> tuple[Instruction, ...]:
        try:
            return self.read(text)
        except UserError:
            return ()

    def _sound(self, region: tuple[float, float] | None) -> float:
        """Seconds of sound that an edit of `region` goes over."""
        info = self._session.info
        whole = info.duration if info is not None else 0.0
        return region[1] - region[0] if region is not None else whole

    def _own_steps(self) -> int:
        """Of the model, as far as rounds tell."""
        return next((entry.steps for entry in reversed(self._session.rounds) if entry.steps), 8)

    def _edit_done(self, reply: Done) -> None:
        job = self.queue.running
        if job is None or self._session.project is None or reply.id != job.id:
            return  # of a song that was closed meanwhile
        pending = self._outputs.pop(job.id)
        report = reply.report.rounds[-1]
        self._cancelling.discard(job.id)
        self._forecast.learn([Past(self._sound(job.region), report.steps, report.seconds)])
        self.preview_changed.emit(None)
        try:
            made = self._session.finish_round(
                pending,
                # What was typed may hold several edits: a round says what it is by itself.
                job.typed if len(self.read(job.typed)) == 1 else job.text,
                job.text,
                seed=report.seed,
                steps=report.steps,
                guidance=job.guidance,
                strength=job.strength if job.strength < 1 else None,
                region=job.region,
                seat=job.seat,
                model=self.ready.model if self.ready is not None else None,
                model_hash=(self.ready.model_hash or None) if self.ready is not None else None,
                seconds=report.seconds,
            )
        except UserError as error:
            self._ended(job.id, Failure(error.cause, error.remedy))
            return
        self.queue = self.queue.finish(made.id)
        if report.warnings:
            self.noted.emit("; ".join(map(translated, report.warnings)))
        self.queue_changed.emit()
        self._pump()

    def _ended(self, job_id: str, failure: Failure | None) -> None:
        """A job ended without a result: stopped, or failed."""
        self._cancelling.discard(job_id)
        if self._listening.owns(job_id):
            self._listening.ended(failure)
            self._pump()
            return
        job = self.queue.find(job_id)
        if job is None:
            return
        self._forget_output(job)
        self.preview_changed.emit(None)
        # It stands in the queue with its cause and remedy until it is tried again or dismissed.
        self.queue = self.queue.drop(job_id)[0] if failure is None else self.queue.fail(job_id, failure)
        self.queue_changed.emit()
        self._pump()

    def _opened(self) -> None:
        self._forecast = Forecast()
        self._forecast.learn(
            Past(self._sound(entry.region), entry.steps or 0, entry.seconds)
            for entry in self._session.rounds
            if entry.seconds and entry.parent is not None
        )
        self.queue_changed.emit()

    def _closing(self) -> None:
        """Of the song: what runs and waits is taken back, and said to be; finished rounds are on disk already."""
        jobs = self.queue.jobs
        for job in jobs:
            if self.queue.running == job:
                self._door.send(Cancel(job.id))
            self._forget_output(job)
        self.queue = Queue()
        if jobs:
            self.taken_back.emit(len(jobs))

    def _forget_output(self, job: Job) -> None:
        pending = self._outputs.pop(job.id, None)
        if pending is not None and self._session.project is not None:
            self._session.project.cancel_round(pending)

    def _engine_started(self) -> None:
        self.ready, self.state = None, EngineState.LOADING
        self.engine_changed.emit()

    def _engine_died(self, detail: str, again: bool) -> None:
        """`again`: another one is started without being asked to."""
        self.ready, self.state = None, EngineState.LOADING if again else EngineState.DOWN
        self._listening.engine_died()
        self.engine_changed.emit()
        job = self.queue.running
        if job is None:
            remedy = (
                self.tr("it starts again by itself; nothing is lost")
                if again
                else self.tr("it stopped several times in a row: the next edit starts it again; nothing is lost")
            )
            self.failed.emit(Failure(self.tr("the engine stopped"), remedy, detail))
        elif job.id in self._cancelling:
            self._ended(job.id, None)
        else:
            remedy = self.tr("try the edit again; the engine starts anew for it")
            self._ended(job.id, Failure(self.tr("the engine stopped during the edit"), remedy, detail))
