"""Writing small files whole or not at all."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from engine.errors import UserError


def write_json(path: Path, data: Any, *, durable: bool = True) -> None:
    """Write beside `path`, then rename. `durable` also waits for the disk, so that a power cut cannot take it back.

    Raises UserError where there is no space or no permission; `path` is then what it was.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump(data, file, indent=1, ensure_ascii=False, allow_nan=False)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
        if durable:
            sync(path.parent)
    except OSError as error:
        raise failure(path, error) from error


def read_json(path: Path) -> Any:
    """Raises OSError, and ValueError for what is not JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def failure(path: Path, error: OSError) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError(f"no space left for '{path}'", "free some space; everything up to the last round is kept")
    reason = (error.strerror or str(error)).lower()
    return UserError(f"'{path}' cannot be written ({reason})", "check the folder and its permissions")
