"""A folder or a zip, read the same way."""

from __future__ import annotations

import functools
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UserError


@dataclass(frozen=True)
class Files:
    """The files under `root`, a folder or a .zip. Names are relative, with forward slashes."""

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


@functools.lru_cache(maxsize=64)
def _listing(root: Path) -> tuple[str, ...]:
    if root.suffix == ".zip":
        return tuple(sorted(name for name in _archive(root, os.getpid()).namelist() if not name.endswith("/")))
    return tuple(sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))


@functools.lru_cache(maxsize=16)
def _archive(root: Path, process: int) -> zipfile.ZipFile:
    # An open file shared by forked processes would share its position: one archive a process.
    try:
        return zipfile.ZipFile(root)
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError(f"{root} is not a zip that can be read ({error})", "name a folder or an intact zip") from error
