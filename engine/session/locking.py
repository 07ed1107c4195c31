"""Locks on folders: a project's says that a process has it open, an edit's that its takes are being kept there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.errors import UserError
from engine.session.files import failure

try:
    import fcntl
except ImportError:  # pragma: no cover - systems without POSIX locks go without the guard
    fcntl = None


def locked(folder: Path) -> IO[str] | None:
    """The folder's lock, which goes with the process however it ends; None where there are no locks, as on some
    network drives. Raises UserError where another process has it."""
    if fcntl is None:
        return None
    try:
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise failure(folder, error) from error
    try:
        if _lock(lock.fileno()):
            return lock
    except BlockingIOError:
        lock.close()
        raise UserError(f"the project '{folder}' is open elsewhere", "close it there first") from None
    # A project without the guard is worth more than none.
    lock.close()
    return None


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Nobody else claims the folder meanwhile, where there are locks. Raises BlockingIOError where somebody has.

    It is the folder itself that is locked: a file would be left among the user's own.
    """
    try:
        handle = None if fcntl is None else os.open(folder, os.O_RDONLY)
    except OSError:
        # What may be written to but not listed.
        handle = None
    try:
        if handle is not None:
            _lock(handle)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(handle: int) -> bool:
    """Whether the file is locked now, which it is until it is closed; False where there are no locks. Raises
    BlockingIOError where another has it."""
    assert fcntl is not None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        # The latter is what a Windows share says of a lock that another has.
        raise BlockingIOError(*error.args) from None
    except OSError:
        return False
    return True
