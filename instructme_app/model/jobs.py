"""The queue of edits: one runs, the others wait; each stands on a finished round or on a job before it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.messages import Progress


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
    """The job whose result it edits."""
    region: tuple[float, float] | None = None


@dataclass(frozen=True)
class Queue:
    """Immutable: every change gives a new queue, and what it changed can be read off."""

    running: Job | None = None
    waiting: tuple[Job, ...] = ()
    progress: Progress | None = field(default=None, compare=False)

    @property
    def tail(self) -> Job | None:
        """What a new edit would be chained to."""
        return self.waiting[-1] if self.waiting else self.running

    @property
    def jobs(self) -> tuple[Job, ...]:
        return ((self.running,) if self.running else ()) + self.waiting

    def append(self, *jobs: Job) -> Queue:
        return replace(self, waiting=(*self.waiting, *jobs))

    def start_next(self) -> Queue:
        """The first waiting job runs. It must stand on a finished round."""
        assert self.running is None and self.waiting and self.waiting[0].parent is not None
        return Queue(self.waiting[0], self.waiting[1:])

    def finish(self, made: str) -> Queue:
        """The running job became round `made`: the jobs that waited for it stand on that."""
        assert self.running is not None
        ended = self.running.id
        return Queue(
            None, tuple(replace(job, parent=made, after=None) if job.after == ended else job for job in self.waiting)
        )

    def drop(self, job_id: str) -> tuple[Queue, tuple[Job, ...]]:
        """Take a job out, and every job that would have stood on it; what was taken out comes along."""
        gone = {job_id}
        dropped = [job for job in self.jobs if job.id == job_id]
        for job in self.waiting:
            if job.after in gone:
                gone.add(job.id)
                dropped.append(job)
        running = None if self.running is not None and self.running.id in gone else self.running
        kept = tuple(job for job in self.waiting if job.id not in gone)
        return Queue(running, kept, self.progress if running else None), tuple(dropped)
