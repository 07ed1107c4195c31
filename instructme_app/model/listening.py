"""What the listener hears in each round: heard once, kept beside the project, and never in the way of an edit."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from engine.messages import Analyzed, AnalyzeJob, Cancel
from instructme_app.engine_thread import EngineDoor
from instructme_app.model.analysis import AnalysisStore, Heard
from instructme_app.model.failure import Failure
from instructme_app.model.session import Session, known_ids

log = logging.getLogger(__name__)

KEPT = 3
"""Rounds whose matrices stay in memory: the two on the screen, and one to go back to."""


@dataclass(frozen=True)
class _Under:
    """What is being listened to."""

    job: str
    round_id: str
    store: AnalysisStore


class Listening(QObject):
    """Sends analyses out when `Editing`, which takes the engine's replies, says that nothing goes before them."""

    heard_changed = Signal(str)
    """Of a round: something was heard, or it is known now that nothing will be."""

    def __init__(self, session: Session, door: EngineDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._door = door
        self._store: AnalysisStore | None = None
        self._under: _Under | None = None
        self._unheard: set[str] = set()
        self._heard: dict[str, Heard] = {}
        session.song_opened.connect(self._opened)
        session.song_closing.connect(self._closing)

    def heard(self, round_id: str) -> Heard | None:
        """What the listener hears in a round, if that is known yet."""
        if round_id not in self._heard and self._store is not None and round_id not in self._unheard:
            found = self._store.load(round_id)
            if found is not None:
                self._heard[round_id] = found
                # Twelve megabytes a round for a song of four minutes: the rest is read again when it is looked at.
                while len(self._heard) > KEPT:
                    del self._heard[next(iter(self._heard))]
        elif round_id in self._heard:
            self._heard[round_id] = self._heard.pop(round_id)  # the one wanted last goes last
        return self._heard.get(round_id)

    def gave_up(self, round_id: str) -> bool:
        """Whether listening to a round failed: it is not tried again as long as the song is open."""
        return round_id in self._unheard

    @property
    def busy(self) -> bool:
        return self._under is not None

    def owns(self, job_id: str | None) -> bool:
        """Whether a job is the analysis under way."""
        return self._under is not None and self._under.job == job_id

    def listen(self) -> None:
        """To the current round, unless that was done, or failed, before."""
        project = self._session.project
        if project is None or self._store is None or self.busy:
            return
        current = project.history.current
        if current.id in self._unheard or self.heard(current.id) is not None:
            return
        job = AnalyzeJob(uuid.uuid4().hex, str(project.audio_path(current.id)), str(self._store.matrices(current.id)))
        self._under = _Under(job.id, current.id, self._store)
        self._door.send(job)

    def give_way(self) -> None:
        """Something goes before listening, which is taken up again afterwards."""
        if self._under is not None:
            self._door.send(Cancel(self._under.job))

    # What becomes of an analysis

    def done(self, reply: Analyzed) -> None:
        if self._under is None or reply.id != self._under.job:
            return
        under, self._under = self._under, None
        under.store.save(under.round_id, reply.summary)
        if self.heard(under.round_id) is None:
            self._unheard.add(under.round_id)  # never ask for the same in a circle
        self.heard_changed.emit(under.round_id)

    def ended(self, failure: Failure | None) -> None:
        """The analysis under way was stopped, or failed."""
        under, self._under = self._under, None
        if under is not None and failure is not None:
            log.warning("listening failed: %s; %s\n%s", failure.cause, failure.remedy, failure.detail)
            self._unheard.add(under.round_id)
            self.heard_changed.emit(under.round_id)

    def engine_died(self) -> None:
        """It may have been the listening that killed it: not again, or it would die in a circle."""
        if self._under is not None:
            self._unheard.add(self._under.round_id)
            self._under = None

    def _opened(self) -> None:
        project = self._session.project
        self._store = AnalysisStore(project.folder / "analysis") if project is not None else None
        if project is not None and self._store is not None:
            self._store.keep_only(known_ids(project))

    def _closing(self) -> None:
        self.give_way()
        self._under = self._store = None
        self._heard.clear()
        self._unheard.clear()
