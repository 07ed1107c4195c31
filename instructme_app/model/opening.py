"""Opening a song or a project, off the window's thread."""

from __future__ import annotations

import contextlib
import logging
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Signal

from engine.audio import FileInfo, probe
from engine.errors import UserError
from engine.session import Project
from instructme_app.model.failure import Failure

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """A project and the facts of its source, ready to become the song in hand. `asked` is what the user named."""

    project: Project
    info: FileInfo
    asked: Path


def open_project(path: Path, projects: Path) -> Opened:
    """A sound file becomes a new project under `projects`; a project's folder goes on where it was.

    Raises UserError.
    """
    if path.is_dir():
        project = Project.open(path)
    else:
        info = probe(path)  # before a folder is made for it
        slug = re.sub(r"[^\w.-]+", "-", path.stem).strip("-.")[:60] or "song"
        project = Project.create(projects / f"{slug}-{uuid.uuid4().hex[:8]}", path)
    try:
        info = probe(project.audio_path(project.history.root.id))
    except BaseException:
        project.close()
        raise
    return Opened(project, info, path)


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
