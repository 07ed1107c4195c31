"""The song that is open and its tree of rounds.

No widgets and no waiting: songs are opened off the window's thread, and every change is told by a signal
that names what changed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from engine.audio import FileInfo
from engine.errors import UserError
from engine.session import Deleted, Pending, Project, Round
from instructme_app.model.failure import Failure
from instructme_app.model.opening import Opened, OpenTask

Result = TypeVar("Result")


def known_ids(project: Project) -> frozenset[str]:
    """Of all rounds that are there, in the tree and in the trash."""
    trashed = (entry.id for deleted in project.history.trash for entry in deleted.rounds)
    return frozenset((*(entry.id for entry in project.history.rounds), *trashed))


class _Keeping(QRunnable):
    """A mark on its way to the disk, for which no window should wait."""

    class Signals(QObject):
        failed = Signal(object)

    def __init__(self, keep: Callable[[], None], out: Signals) -> None:
        super().__init__()
        self._keep, self._out = keep, out

    def run(self) -> None:
        try:
            self._keep()
        except UserError as error:
            # The window may be gone by now.
            with contextlib.suppress(RuntimeError):
                self._out.failed.emit(Failure(error.cause, error.remedy))


class Session(QObject):
    """Tell it what the user wants; watch what becomes of it."""

    opening_changed = Signal()
    song_opened = Signal()
    """For other parts of the model: what they know of the song in hand before, they know no longer."""
    song_changed = Signal()
    song_closing = Signal()
    """The project is still there, for the last time."""
    rounds_changed = Signal()
    current_changed = Signal()
    compared_changed = Signal()
    """What the current round is compared with was chosen by hand, or is no longer."""
    failed = Signal(object)

    def __init__(self, projects: Path, parent: QObject | None = None) -> None:
        """`projects` is the folder in which projects are made."""
        super().__init__(parent)
        self.projects = projects
        self.project: Project | None = None
        self.info: FileInfo | None = None
        self.opening: Path | None = None
        """What is being opened."""
        self.asked: Path | None = None
        """What the user named to open the song in hand."""
        self._compared = ""
        self._ticket = 0
        self._opener = OpenTask.Signals()
        self._opener.opened.connect(self._opened)
        self._opener.refused.connect(self._refused)
        self._keeping = _Keeping.Signals()
        self._keeping.failed.connect(self.failed)
        self._keeper = QThreadPool(self)
        self._keeper.setMaxThreadCount(1)  # one after the other, in order

    # The song

    def open(self, path: Path) -> None:
        """Open a sound file or a project's folder: `song_changed` or `failed` says how it went. The latest wins."""
        if self.project is not None and path.resolve() == self.project.folder.resolve():
            return
        self._ticket += 1
        self.opening = path
        QThreadPool.globalInstance().start(OpenTask(self._ticket, path, self.projects, self._opener))
        self.opening_changed.emit()

    def _opened(self, ticket: int, opened: Opened) -> None:
        if ticket != self._ticket:
            opened.project.close()
            return
        self.close_song()
        self.opening = None
        self.project, self.info, self.asked = opened.project, opened.info, opened.asked
        self._compared = ""
        self.song_opened.emit()
        self.opening_changed.emit()
        self.song_changed.emit()
        self.rounds_changed.emit()
        self.current_changed.emit()

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
        """Finished rounds are on disk already."""
        if self.project is not None:
            self.song_closing.emit()
            self.settle()
            self.project.close()
        self.project = self.info = None

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

    def round(self, round_id: str) -> Round:
        assert self.project is not None
        return self.project.history[round_id]

    def path_of(self, entry: Round) -> Path:
        assert self.project is not None
        return self.project.audio_path(entry.id)

    # What the current round is compared with

    @property
    def compared(self) -> Round | None:
        """The round that was chosen for that; None where none was, and its parent is meant."""
        return self.project.history[self._compared] if self.project is not None and self._compared else None

    def compare(self, round_id: str | None) -> None:
        """Choose a round, or none."""
        round_id = round_id or ""
        known = self.project is not None and (not round_id or round_id in self.project.history)
        if known and round_id != self._compared:
            self._compared = round_id
            self.compared_changed.emit()

    @property
    def reference(self) -> Round | None:
        """What the current round is compared with: the chosen one, else its parent; None for the source alone."""
        current, compared = self.current, self.compared
        if current is None:
            return None
        if compared is not None and compared.id != current.id:
            return compared
        return self.round(current.parent) if current.parent is not None else None

    @staticmethod
    def grew(entry: Round, reference: Round) -> bool:
        """Whether a round was made from `reference`: what it took and brought tells these two apart. A detached one
        stands below a round that it was not made from."""
        return entry.parent == reference.id and not entry.detached

    # Going about in the tree

    @property
    def can_undo(self) -> bool:
        return self.project is not None and self.project.history.undone_to is not None

    @property
    def can_redo(self) -> bool:
        return self.project is not None and self.project.history.redone_to is not None

    def undo(self) -> None:
        self._move(lambda project: project.undo())

    def redo(self) -> None:
        self._move(lambda project: project.redo())

    def jump(self, round_id: str) -> None:
        self._move(lambda project: project.jump(round_id))

    def beside(self, step: int) -> Round | None:
        """The sibling `step` places on in the order in which they were made; None past either end."""
        current = self.current
        if self.project is None or current is None or current.parent is None:
            return None
        siblings = self.project.history.children(current.parent)
        at = siblings.index(current) + step
        return siblings[at] if 0 <= at < len(siblings) else None

    # What changes the tree

    def annotate(self, round_id: str, **changes: Any) -> None:
        """Change `label`, `starred` or `note` of a round. No window waits for the disk: a power cut within the next
        moment may take it back, and nothing else does."""
        keep = self._shape(lambda project: project.annotated(round_id, **changes))
        if keep is not None:
            self._keeper.start(_Keeping(keep, self._keeping))

    def settle(self) -> None:
        """Wait until no power cut takes any mark back."""
        self._keeper.waitForDone(-1)

    def delete(self, round_id: str) -> Deleted | None:
        """Move a round and what grew on it to the trash; None where that was refused."""
        return self._shape(lambda project: project.delete(round_id))

    def restore(self, round_id: str | None = None) -> Round | None:
        """Take a branch, by its top round (the last deleted one), out of the trash; None where that was refused."""
        return self._shape(lambda project: project.restore(round_id))

    def purge(self) -> int:
        """Empty the trash for good; returns the bytes that this freed."""
        self.settle()  # a mark that is still being written must not come back without its round
        return self._shape(lambda project: project.purge()) or 0

    def finish_round(
        self, pending: Pending, instruction: str, understood: str, *, seat: str | None = None, **facts: Any
    ) -> Round:
        """What the worker wrote becomes a round of the tree; `facts` are those of `Project.finish_round`.

        Who stands where the round begins, or at the round `seat`, moves on to it; who has gone elsewhere meanwhile
        stays there.
        Raises UserError.
        """
        project = self.project
        assert project is not None
        stood = project.history.current
        made = project.finish_round(pending, instruction, understood, **facts)
        moves = stood.id in (pending.parent, seat)
        if not moves:
            project.jump(stood.id)
        self.rounds_changed.emit()
        if moves:
            self.current_changed.emit()
        return made

    def _move(self, act: Callable[[Project], object]) -> None:
        project = self.project
        if project is None:
            return
        before = project.history.current
        try:
            act(project)
        except UserError as error:
            self.failed.emit(Failure(error.cause, error.remedy))
        if project.history.current.id != before.id:
            self.current_changed.emit()

    def _shape(self, act: Callable[[Project], Result]) -> Result | None:
        project = self.project
        if project is None:
            return None
        before, result = project.history.current, None
        try:
            result = act(project)
        except UserError as error:
            self.failed.emit(Failure(error.cause, error.remedy))
        gone = bool(self._compared) and self._compared not in project.history
        if gone:
            self._compared = ""
        self.rounds_changed.emit()
        if gone:
            self.compared_changed.emit()
        if project.history.current.id != before.id:
            self.current_changed.emit()
        return result
