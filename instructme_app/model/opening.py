"""Opening a song or a project, off the window's thread."""

from __future__ import annotations

import contextlib
import filecmp
import logging
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Signal

from engine.audio import FileInfo, probe
from engine.errors import UserError
from engine.session import Project, manifest
from engine.session.locking import locked
from instructme_app.model.failure import Failure

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """A project and the facts of its source, ready to become the song in hand. `asked` is what the user named."""

    project: Project
    info: FileInfo
    asked: Path


def open_project(path: Path, projects: Path) -> Opened:
    """A project's folder goes on where it was. So does a sound file that was edited before, in its latest project under
    `projects` that nobody has open; any other becomes a new one there.

    Raises UserError.
    """
    if path.is_dir():
        project = Project.open(path)
    else:
        probe(path)  # before a folder is made for it
        slug = re.sub(r"[^\w.-]+", "-", path.stem).strip("-.")[:60] or "song"
        project = _go_on(path, projects, slug) or Project.create(projects / f"{slug}-{uuid.uuid4().hex[:8]}", path)
    try:
        info = probe(project.audio_path(project.history.root.id))
    except BaseException:
        project.close()
        raise
    return Opened(project, info, path)


def _go_on(song: Path, projects: Path, slug: str) -> Project | None:
    """What cannot be opened, now or at all, is left as it is: a new project loses nothing."""
    for folder in _edited(song, projects, slug):
        with contextlib.suppress(UserError, OSError):
            lock = locked(folder)
            # Where there are no locks, it may be the project in hand: opening it twice would sweep away what is made.
            if lock is not None:
                lock.close()
                return Project.open(folder)
    return None


def _edited(song: Path, projects: Path, slug: str) -> Iterator[Path]:
    """Folders of projects with rounds that were made of this very song, byte for byte; the latest first."""
    found: list[tuple[float, Path]] = []
    # Another song of that name, or this one after somebody changed the file, is not gone on with.
    pattern = re.compile(re.escape(slug) + "-[0-9a-f]{8}")
    for folder in projects.iterdir() if projects.is_dir() else ():
        with contextlib.suppress(UserError, OSError):
            history = manifest.load(folder)[0] if pattern.fullmatch(folder.name) else None
            if history is None or len(history) < 2:
                continue
            if filecmp.cmp(song, folder / history.root.audio, shallow=False):
                found.append(((folder / manifest.NAME).stat().st_mtime, folder))
    return (folder for _, folder in sorted(found, reverse=True))


class OpenTask(QRunnable):
    """Copies, checks and measures the song: seconds for a long one, so not in the window's thread."""

    class Signals(QObject):
        opened = Signal(int, object)
        refused = Signal(int, object)

    def __init__(self, ticket: int, path: Path, projects: Path, signals: Signals) -> None:
        super().__init__()
        self._ticket, self._path, self._projects, self._signals = ticket, path, projects, signals

    def run(self) -> None:
        # The window may close, and the signals go, while this runs.
        with contextlib.suppress(RuntimeError):
            try:
                self._signals.opened.emit(self._ticket, open_project(self._path, self._projects))
            except UserError as error:
                self._signals.refused.emit(self._ticket, Failure(error.cause, error.remedy))
            except (OSError, MemoryError) as error:
                log.exception("opening %s", self._path)
                failure = Failure(f"'{self._path.name}' cannot be opened ({error})", "check the disk and try again")
                self._signals.refused.emit(self._ticket, failure)
