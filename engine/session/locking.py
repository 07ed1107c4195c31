"""The lock on a project folder, which says that a process has it open."""

from __future__ import annotations

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
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        # The latter is what a Windows share says of a lock that another has.
        lock.close()
        raise UserError(f"the project '{folder}' is open elsewhere", "close it there first") from None
    except OSError:
        # A project without the guard is worth more than none.
        lock.close()
        return None
    return lock
