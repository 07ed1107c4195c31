"""A copy of a project folder at another place: whole or not at all, and off the window's thread.

The audio of a project never changes once it has its name, so that the copy takes hard links where the disk
allows them: a copy then costs no space, and neither of the two folders loses anything when the other is deleted.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Signal

from engine.errors import Cancelled, UserError
from engine.session import Project
from engine.session.files import sync
from engine.session.manifest import NAME as MANIFEST
from engine.session.manifest import ROUNDS
from instructme_app.model.failure import Failure

log = logging.getLogger(__name__)

AUDIO = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".opus", ".caf", ".au", ".w64")
"""What never changes and may be linked; everything else is copied."""


@dataclass(frozen=True)
class Copied:
    """`linked` and `copied` are the bytes of audio that cost no space, and of all that did."""

    folder: Path
    linked: int
    copied: int


def is_project(folder: Path) -> bool:
    return (folder / ROUNDS).is_dir() and (folder / MANIFEST).is_file()


def check_target(source: Path, target: Path) -> bool:
    """Whether `target` is a project that the copy would replace. Raises UserError where no copy can be made."""
    source, target = source.resolve(), target.resolve()
    if target == source:
        raise UserError("this is the project itself", "choose another place")
    if source in target.parents:
        raise UserError("a copy cannot lie inside its own project", "choose another place")
    if target in source.parents:
        raise UserError(f"'{target}' holds the project itself", "choose another place")
    if not target.parent.is_dir():
        raise UserError(f"there is no folder '{target.parent}'", "choose another place, or make it first")
    if not target.exists():
        return False
    if is_project(target):
        return True
    if target.is_dir() and not any(target.iterdir()):
        return False
    raise UserError(f"'{target}' exists and is no project of InstructME", "choose another name")


def copy_project(
    source: Path,
    target: Path,
    *,
    replace: bool = False,
    on_progress: Callable[[float], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> Copied:
    """Copy the project folder `source`, which may be in use, to `target`; with `replace` in place of the one there.

    What is being edited meanwhile is left out: the copy is the project as its manifest stood when the copying began.
    Raises UserError, and Cancelled when `is_cancelled` says so; then `target` is what it was.
    """
    if check_target(source, target) and not replace:
        raise UserError(f"the project '{target}' exists already", "choose another name, or agree to replace it")
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    except OSError as error:
        raise _failure(target, error) from error
    try:
        fresh.chmod(0o755)
        linked, copied = _fill(source, fresh, on_progress, is_cancelled)
        # Before it takes its name: what was copied can be opened, and has all its rounds.
        with Project.open(fresh) as made:
            lost = [problem for problem in made.problems if "lost" in problem]
        if lost:
            raise UserError(f"the copy is not whole ({lost[0]})", "try again when no edit is running")
        _put_in_place(fresh, target)
        return Copied(target, linked, copied)
    except OSError as error:
        raise _failure(target, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _fill(
    source: Path,
    fresh: Path,
    on_progress: Callable[[float], None] | None,
    is_cancelled: Callable[[], bool] | None,
) -> tuple[int, int]:
    manifest = (source / MANIFEST).read_bytes()
    names = _named(source, manifest)
    whole = max(sum(size for _, size in names), 1)
    linked = copied = done = 0
    for name, size in names:
        if is_cancelled is not None and is_cancelled():
            raise Cancelled
        place = fresh / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if _take(source / name, place):
            linked += size
        else:
            copied += size
        done += size
        if on_progress is not None:
            on_progress(done / whole)
    (fresh / ROUNDS).mkdir(exist_ok=True)
    (fresh / MANIFEST).write_bytes(manifest)
    for folder in (fresh / ROUNDS, fresh):
        for path in (path for path in folder.iterdir() if path.is_file()):
            sync(path)
        sync(folder)
    return linked, copied


def _named(source: Path, manifest: bytes) -> list[tuple[Path, int]]:
    """The files that belong to the tree as `manifest` has it, relative to the folder, with their sizes."""
    try:
        data = json.loads(manifest)
        entries = [*data["rounds"], *(entry for branch in data["trash"] for entry in branch)]
        audio = [Path(str(entry["audio"])) for entry in entries]
        ids = {str(entry["id"]) for entry in entries}
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"the project '{source}' cannot be read", "open it again, which repairs it") from error
    found = dict.fromkeys(audio)
    # Sidecars, stems and what the listener heard: 0007.json, 0007.removed.wav, 0007.npz.
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        own = len(inside.parts) > 1 and inside.name.split(".")[0] in ids and ".part" not in path.suffixes
        if own and path.is_file():
            found[inside] = None
    return [(name, (source / name).stat().st_size) for name in found if (source / name).is_file()]


def _take(source: Path, place: Path) -> bool:
    """Whether a hard link could be made; else the file is copied."""
    if source.suffix.lower() in AUDIO:
        # Another disk, or one without links.
        with contextlib.suppress(OSError):
            os.link(source, place)
            return True
    shutil.copyfile(source, place)
    return False


def _put_in_place(fresh: Path, target: Path) -> None:
    """Rename; what stood there is moved aside first and removed last."""
    if not target.exists():
        os.replace(fresh, target)
    elif not is_project(target):
        target.rmdir()
        os.replace(fresh, target)
    else:
        # Raises UserError where another window has it open.
        Project.open(target).close()
        aside = target.with_name(f"{fresh.name}.before")
        os.replace(target, aside)
        try:
            os.replace(fresh, target)
        except OSError:
            os.replace(aside, target)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    sync(target.parent)


def _failure(target: Path, error: OSError) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError(f"no space left for a copy at '{target}'", "free some space, or choose another disk")
    reason = (error.strerror or str(error)).lower()
    return UserError(f"'{target}' cannot be written ({reason})", "choose another place, or allow writing")


class CopyTask(QRunnable):
    """`copy_project` on another thread. `cancel` may be called from any."""

    class Signals(QObject):
        progress = Signal(float)
        finished = Signal(object)
        failed = Signal(object)
        cancelled = Signal()

    def __init__(self, source: Path, target: Path, replace: bool, signals: Signals) -> None:
        super().__init__()
        self._source, self._target, self._replace, self._signals = source, target, replace, signals
        self._stop = threading.Event()

    def cancel(self) -> None:
        self._stop.set()

    def run(self) -> None:
        # The window may close, and the signals go, while this runs.
        with contextlib.suppress(RuntimeError):
            try:
                copied = copy_project(
                    self._source,
                    self._target,
                    replace=self._replace,
                    on_progress=self._signals.progress.emit,
                    is_cancelled=self._stop.is_set,
                )
                self._signals.finished.emit(copied)
            except Cancelled:
                self._signals.cancelled.emit()
            except UserError as error:
                self._signals.failed.emit(Failure(error.cause, error.remedy))
            except (OSError, MemoryError, ValueError) as error:
                log.exception("copying to %s", self._target)
                failure = Failure(f"the copy could not be made ({error})", "choose another place")
                self._signals.failed.emit(failure)
