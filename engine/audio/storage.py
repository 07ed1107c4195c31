"""Arrays that may be larger than memory: past a size they live in an unnamed temporary file."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from typing import Any

import numpy as np

from engine.errors import UserError

IN_MEMORY = 64 * 2**20
"""Bytes up to which an array is plain memory: about three minutes of stereo at 44.1 kHz."""


def opened_as(path: str | os.PathLike[str]) -> Any:
    """The name by which soundfile opens a file: bytes, of which its types do not know, where it is no text, as names on
    old disks may be."""
    name = os.fspath(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def scratch(shape: tuple[int, ...], dtype: Any = np.float32) -> np.ndarray:
    """An array of zeros of `shape`, memory-mapped past IN_MEMORY bytes.

    The file has no name and vanishes with the array, however the process ends. Its blocks are
    reserved at once: a full disk must be an error here and not a SIGBUS at some later write.
    """
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if size <= IN_MEMORY:
        return np.zeros(shape, dtype)
    folder = tempfile.gettempdir()
    full = UserError(
        f"the temporary folder '{folder}' has no space left for {size / 2**30:.1f} GB of sound",
        "free some space, or point TMPDIR at a folder on a larger disk",
    )
    if shutil.disk_usage(folder).free < size:
        raise full
    with tempfile.TemporaryFile(prefix="instructme-") as file:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise full from error
            raise
        return np.memmap(file, dtype=dtype, mode="r+", shape=shape)
