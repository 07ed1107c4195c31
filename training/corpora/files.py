"""A folder or a zip, read the same way."""

from __future__ import annotations

import functools
import os
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError

_HIDDEN = re.compile(r"(^|/)(\.|__MACOSX/)")


@dataclass(frozen=True)
class Files:
    """The files under `root`, a folder or a .zip. Names are relative, with forward slashes.

    Hidden ones are left out: systems lay notes of their own beside files (`._vocals.wav`, `__MACOSX/`), which are none.
    """

    root: Path

    @property
    def name(self) -> str:
        return self.root.stem if self.root.suffix == ".zip" else self.root.name

    def names(self, *suffixes: str) -> list[str]:
        """Sorted names of all files with one of the suffixes (".mid"), at any depth; of all files without any."""
        return [name for name in _listing(self.root) if not suffixes or name.lower().endswith(suffixes)]

    def read(self, name: str) -> bytes:
        """Raises KeyError or OSError where there is no such file."""
        if self.root.suffix == ".zip":
            return _archive(self.root, os.getpid()).read(name)
        return (self.root / name).read_bytes()

    def size(self, name: str) -> int:
        """Bytes of a file, which is not read for it. Raises KeyError or OSError where there is none."""
        if self.root.suffix == ".zip":
            return _archive(self.root, os.getpid()).getinfo(name).file_size
        return (self.root / name).stat().st_size


@functools.lru_cache(maxsize=64)
def _listing(root: Path) -> tuple[str, ...]:
    if root.suffix == ".zip":
        return _shown(name for name in _archive(root, os.getpid()).namelist() if not name.endswith("/"))
    return _shown(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def _shown(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in names if not _HIDDEN.search(name)))


@functools.lru_cache(maxsize=16)
def _archive(root: Path, process: int) -> zipfile.ZipFile:
    # An open file shared by forked processes would share its position: one archive a process.
    try:
        return zipfile.ZipFile(root)
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError(f"{root} is not a zip that can be read ({error})", "name a folder or an intact zip") from error
