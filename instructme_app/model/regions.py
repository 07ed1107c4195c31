"""A region of one round in another, as a new round. No model is asked, so it does not wait for the queue."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from engine.errors import UserError
from engine.instruction import region_within
from engine.instruction.instruction import clock
from engine.session import Pending, Project, Round
from instructme_app.model.failure import Failure
from instructme_app.model.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taking:
    """A round that is being put together."""

    pending: Pending
    text: str
    region: tuple[float, float]
    taken_from: str


class Regions(QObject):
    """`take` puts a region of another round into the current one; `changed` says that one began or ended."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent or session)
        self._session = session
        self._under_way: dict[str, tuple[Project, Taking]] = {}
        self._signals = _Signals()
        self._signals.done.connect(self._done)

    @property
    def under_way(self) -> tuple[Taking, ...]:
        """Of the song in hand."""
        return tuple(taking for project, taking in self._under_way.values() if project is self._session.project)

    def take(self, round_id: str, region: tuple[float, float]) -> None:
        """A new round under the current one: that with `region` (seconds) from the round `round_id`.

        `failed` tells what stood in the way.
        """
        project, info, current = self._session.project, self._session.info, self._session.current
        if project is None or info is None or current is None:
            return
        try:
            other = project.history[round_id]
            if other.id == current.id:
                raise UserError("a round has nothing to take from itself", "choose another round to take the region of")
            start, end = region_within(region, info.duration) or (0.0, info.duration)
            pending = project.begin_round(current.id)
            splice = project.splice(pending, other.id, (start, end))
        except UserError as error:
            self.failed.emit(Failure(error.cause, error.remedy))
            return
        taking = Taking(pending, describe(start, end, other), (start, end), other.id)
        self._under_way[pending.id] = (project, taking)
        work = _Work(pending.id, splice, self._signals)
        QThreadPool.globalInstance().start(work)
        self.changed.emit()

    def _done(self, key: str, seconds: float, failure: Failure | None) -> None:
        project, taking = self._under_way.pop(key)
        if project is not self._session.project:
            project.cancel_round(taking.pending)  # of a song that was closed meanwhile
            return
        if failure is None:
            try:
                self._session.finish_round(
                    taking.pending, taking.text, taking.text, region=taking.region, taken_from=taking.taken_from,
                    seconds=round(seconds, 3),
                )  # fmt: skip
            except UserError as error:
                failure = Failure(error.cause, error.remedy)
        if failure is not None:
            project.cancel_round(taking.pending)
            self.failed.emit(failure)
        self.changed.emit()


def describe(start: float, end: float, other: Round) -> str:
    """What such a round says of itself, in the project and its log: Region 0:10-0:20 from 'Remove drums'."""
    name = f"'{other.title}'" if other.parent is not None else "the source"
    return f"Region {clock(round(start, 2))}-{clock(round(end, 2))} from {name}"


class _Signals(QObject):
    done = Signal(str, float, object)


class _Work(QRunnable):
    def __init__(self, key: str, work: Callable[[], object], signals: _Signals) -> None:
        super().__init__()
        self._key, self._work, self._signals = key, work, signals

    def run(self) -> None:
        begin, failure = time.perf_counter(), None
        try:
            self._work()
        except UserError as error:
            failure = Failure(error.cause, error.remedy)
        except (OSError, ValueError, MemoryError) as error:
            log.exception("taking a region")
            failure = Failure(f"the region cannot be taken ({error})", "check the disk and try again")
        # The window may close, and the signals go, while this runs.
        with contextlib.suppress(RuntimeError):
            self._signals.done.emit(self._key, time.perf_counter() - begin, failure)
