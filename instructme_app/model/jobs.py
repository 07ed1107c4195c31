"""The queue of edits: one runs, the others wait; each stands on a finished round or on a job before it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from engine.messages import Progress
from instructme_app.model.failure import Failure


@dataclass(frozen=True)
class Job:
    """One round to be. `text` is its canonical wording, `typed` what the user wrote (maybe several rounds)."""

    id: str
    text: str
    typed: str
    seed: int
    parent: str | None = None
    """The finished round that it edits; None while `after` has not ended."""
    after: str | None = None
    """The job whose result it edits: one that stands before it in the queue."""
    region: tuple[float, float] | None = None
    steps: int | None = None
    guidance: float | None = None
    strength: float = 1.0
    group: str = ""
    """What was asked for in one sentence and one variation is cancelled together."""
    seat: str | None = None
    """Who stands at this round when the job ends moves on to its result, as who stands at `parent` does."""


@dataclass(frozen=True)
class FailedJob:
    """A job that failed, why, and the jobs that were to stand on it: all are taken up again by a retry."""

    job: Job
    failure: Failure
    chained: tuple[Job, ...] = ()


@dataclass(frozen=True)
class Queue:
    """Immutable: every change gives a new queue, and what it changed can be read off."""

    running: Job | None = None
    waiting: tuple[Job, ...] = ()
    progress: Progress | None = field(default=None, compare=False)
    failed: tuple[FailedJob, ...] = ()

    @property
    def tail(self) -> Job | None:
        """What a new edit would be chained to."""
        return self.waiting[-1] if self.waiting else self.running

    @property
    def jobs(self) -> tuple[Job, ...]:
        return ((self.running,) if self.running else ()) + self.waiting

    def goes_on_from(self, job: Job) -> frozenset[str]:
        """The rounds where one stands who will be moved on to what `job` gives: the one that its chain begins at, and
        the seats on the way."""
        rounds: set[str] = set()
        below: Job | None = job
        while below is not None:
            rounds.update(entry for entry in (below.parent, below.seat) if entry is not None)
            below = self.find(below.after) if below.after is not None else None
        return frozenset(rounds)

    def find(self, job_id: str) -> Job | None:
        return next((job for job in self.jobs if job.id == job_id), None)

    def append(self, *jobs: Job) -> Queue:
        return replace(self, waiting=(*self.waiting, *jobs))

    def insert_next(self, *jobs: Job) -> Queue:
        """Before everything that waits."""
        return replace(self, waiting=(*jobs, *self.waiting))

    def start_next(self) -> Queue:
        """The first waiting job runs. It must stand on a finished round."""
        assert self.running is None and self.waiting and self.waiting[0].parent is not None
        return replace(self, running=self.waiting[0], waiting=self.waiting[1:], progress=None)

    def finish(self, made: str) -> Queue:
        """The running job became round `made`: the jobs that waited for it stand on that."""
        assert self.running is not None
        ended = self.running.id
        waiting = tuple(replace(job, parent=made, after=None) if job.after == ended else job for job in self.waiting)
        return replace(self, running=None, waiting=waiting, progress=None)

    def drop(self, job_id: str) -> tuple[Queue, tuple[Job, ...]]:
        """Take a job out, with what was asked for in the same sentence and would have stood on it; those come along.

        Other jobs that stood on what is taken out stand on what lay below it.
        """
        dropped = [job for job in self.jobs if job.id == job_id]
        gone = {job.id: job for job in dropped}
        for job in self.waiting:
            if job.after in gone and job.group == dropped[0].group:
                gone[job.id] = job
                dropped.append(job)
        return self._without(gone), tuple(dropped)

    def fail(self, job_id: str, failure: Failure) -> Queue:
        """A job failed: it leaves the queue with all that would have stood on it, and waits to be retried."""
        job = self.find(job_id)
        assert job is not None
        gone = {job.id: job}
        for entry in self.waiting:
            if entry.after in gone:
                gone[entry.id] = entry
        chained = tuple(entry for entry in gone.values() if entry is not job)
        return replace(self._without(gone), failed=(*self.failed, FailedJob(job, failure, chained)))

    def retry(self, job_id: str) -> Queue:
        """A failed job, and what was chained to it, wait again, at the end and under new ids: the engine may still
        have something to say about the old ones."""
        failed = next((entry for entry in self.failed if entry.job.id == job_id), None)
        if failed is None:
            return self
        ids = {job.id: uuid.uuid4().hex for job in (failed.job, *failed.chained)}
        again = [
            replace(job, id=ids[job.id], after=ids.get(job.after or "", job.after))
            for job in (failed.job, *failed.chained)
        ]
        return self.dismiss(job_id).append(*again)

    def dismiss(self, job_id: str) -> Queue:
        """Forget a failed job, and what was chained to it."""
        return replace(self, failed=tuple(entry for entry in self.failed if entry.job.id != job_id))

    def move(self, job_id: str, places: int) -> Queue:
        """A waiting job goes `places` down the queue (up if negative). The chain follows the order: where a job
        passes the one that it stood on, that one stands on it from now on."""
        queue = self
        for _ in range(abs(places)):
            queue = queue._swap(job_id, 1 if places > 0 else -1)
        return queue

    def _swap(self, job_id: str, step: int) -> Queue:
        at = next((index for index, job in enumerate(self.waiting) if job.id == job_id), None)
        if at is None or not 0 <= at + step < len(self.waiting):
            return self
        upper = min(at, at + step)
        first, second = self.waiting[upper], self.waiting[upper + 1]
        rest = list(self.waiting)
        if second.after == first.id:
            first, second = (
                replace(first, parent=None, after=second.id),
                replace(second, parent=first.parent, after=first.after),
            )
            rest = [replace(job, after=first.id) if job.after == second.id else job for job in rest]
        rest[upper], rest[upper + 1] = second, first
        return replace(self, waiting=tuple(rest))

    def _without(self, gone: dict[str, Job]) -> Queue:
        """What stood on one of `gone` stands on what lay below it."""

        def grounded(job: Job) -> Job:
            while job.after in gone:
                below = gone[job.after]
                job = replace(job, parent=below.parent, after=below.after)
            return job

        kept = tuple(grounded(job) for job in self.waiting if job.id not in gone)
        stopped = self.running is not None and self.running.id in gone
        return replace(
            self,
            running=None if stopped else self.running,
            waiting=kept,
            progress=None if stopped else self.progress,
        )
