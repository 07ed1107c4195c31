"""Every round at a glance: its waveform small, and how loud it is. Worked out once, and kept with the project."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal

from engine.errors import UserError
from instructme_app.model.media import Thumbnail, load, thumbnail
from instructme_app.model.session import Session, known_ids

log = logging.getLogger(__name__)

FOLDER = "thumbnails"
QUIET = 1500
"""Milliseconds without a new round before those that nobody has looked at are read: a round that was just made is
about to be read for playing anyway."""
TOGETHER = 80
"""Milliseconds in which what is found is told at once."""


@dataclass(frozen=True)
class Gist:
    """`loudness` in LUFS, None for silence."""

    picture: Thumbnail
    loudness: float | None


class Gists(QObject):
    """Gists by round; `changed` says that there are more. All reading and writing is done off the window's thread."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent or session)
        self._session = session
        self._known: dict[str, Gist] = {}
        self._tried: set[str] = set()
        self._busy = False
        self._signals = _Signals()
        self._signals.found.connect(self._take)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self._quiet.timeout.connect(self._next)
        self._together = QTimer(self, singleShot=True, interval=TOGETHER)
        self._together.timeout.connect(self._tell)
        session.song_opened.connect(self._opened)
        session.song_closing.connect(self._closing)
        session.rounds_changed.connect(self._quiet.start)

    @property
    def thumbnails(self) -> Mapping[str, Thumbnail]:
        return {id: gist.picture for id, gist in self._known.items()}

    def learn(self, round_id: str, picture: Thumbnail, loudness: float | None) -> None:
        """A round was read for some other reason."""
        project = self._session.project
        if project is None or round_id in self._known or round_id not in project.history:
            return
        gist = Gist(picture, loudness)
        self._pool.start(_Work(lambda: save(project.folder / FOLDER, round_id, gist)))
        self._keep({round_id: gist})

    def _opened(self) -> None:
        self._known, self._tried = {}, set()
        project = self._session.project
        assert project is not None
        folder = project.folder
        # A repair may have given rounds up, whose ids come back for others.
        known = known_ids(project)
        self._start(lambda: {id: gist for id, gist in load_all(folder / FOLDER).items() if id in known}, folder)

    def _closing(self) -> None:
        self._quiet.stop()
        self._pool.clear()
        self._busy = False
        # What was measured and not noted yet is kept.
        self._tell()

    def _next(self) -> None:
        """Read a round of which nothing is known yet, the newest first."""
        project = self._session.project
        if project is None or self._busy:
            return
        # The window reads what it shows by itself, and tells us by `learn`.
        shown = {entry.id for entry in (self._session.current, self._session.reference) if entry is not None}
        skipped = {*self._known, *self._tried, *shown}
        missing = [entry for entry in project.history.rounds if entry.id not in skipped]
        if missing:
            entry = missing[-1]
            self._tried.add(entry.id)
            path, target = project.audio_path(entry.id), project.folder / FOLDER
            self._start(lambda: {entry.id: make(path, target, entry.id)}, project.folder)

    def _start(self, work: Any, folder: Path) -> None:
        self._busy = True
        self._pool.start(_Work(work, folder, self._signals))

    def _take(self, folder: Path, found: Mapping[str, Gist]) -> None:
        project = self._session.project
        if project is None or folder != project.folder:
            return  # of a song that was closed meanwhile
        self._busy = False
        self._keep(found)
        if self._tried:
            self._next()
        else:
            self._quiet.start()

    def _keep(self, found: Mapping[str, Gist]) -> None:
        self._known |= found
        if found:
            self._together.start()

    def _tell(self) -> None:
        """Note how loud the rounds are that were not measured before, and say that there is more to be seen."""
        self._together.stop()
        project = self._session.project
        if project is None:
            return
        levels = {}
        for entry in project.history.rounds:
            gist = self._known.get(entry.id)
            if entry.loudness is None and gist is not None and gist.loudness is not None:
                levels[entry.id] = gist.loudness
        if levels:
            # A full disk is told at the next edit; a level is no reason to interrupt.
            with contextlib.suppress(UserError):
                project.measured(levels)
        self.changed.emit()


def make(path: Path, folder: Path, round_id: str) -> Gist:
    """Read a round, keep its gist in `folder`. Raises UserError."""
    media = load(path)
    gist = Gist(thumbnail(media), media.loudness)
    save(folder, round_id, gist)
    return gist


def save(folder: Path, round_id: str, gist: Gist) -> None:
    """What cannot be written is worked out again the next time."""
    loudness = None if gist.loudness is None else round(gist.loudness, 3)
    rms = [round(value, 4) for value in gist.picture.rms]
    target = folder / f"{round_id}.json"
    part = target.with_suffix(".json.part")
    try:
        folder.mkdir(exist_ok=True)
        part.write_text(json.dumps({"rms": rms, "loudness": loudness}), encoding="utf-8")
        os.replace(part, target)
    except OSError as error:
        log.warning("%s was not kept (%s)", target, error)


def load_all(folder: Path) -> dict[str, Gist]:
    """What was kept; files that cannot be read count as not there."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            # Without it, it is of a release that kept extremes, and is worked out again.
            rms = tuple(float(value) for value in data.get("rms", ()))
            if rms:
                level = data["loudness"]
                found[path.stem] = Gist(Thumbnail(rms), None if level is None else float(level))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            log.warning("%s cannot be read", path)
    return found


class _Signals(QObject):
    found = Signal(object, object)


class _Work(QRunnable):
    def __init__(self, work: Any, folder: Path | None = None, signals: _Signals | None = None) -> None:
        super().__init__()
        self._work, self._folder, self._signals = work, folder, signals

    def run(self) -> None:
        found = None
        try:
            found = self._work()
        except (UserError, OSError, ValueError, MemoryError):
            log.exception("a round could not be read for its thumbnail")
        # The window may close, and the signals go, while this runs.
        with contextlib.suppress(RuntimeError):
            if self._signals is not None:
                self._signals.found.emit(self._folder, found or {})
