"""A file that stands while a window is open, so that the next start knows whether the last one ended well.

    <home>/sessions/<process>.json      {"process": 4711, "began": ..., "project": "/…", "recovering": false}

Several windows may be open at once: each has its own. A marker whose process lives is none of our business.
"""

from __future__ import annotations

import contextlib
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from engine.errors import UserError
from engine.session.files import read_json, write_json

log = logging.getLogger(__name__)

FOLDER = "sessions"
_SLACK = 2.0
"""Seconds by which two tellings of when a process began may differ."""


@dataclass(frozen=True)
class Left:
    """What a run that did not end well left behind. `project`: the folder that was open; `recovering`: that run was
    itself opening it after a crash, so that the project may be what brings the program down."""

    process: int
    began: float
    project: str = ""
    recovering: bool = False


class Marker:
    """The marker of this process, in `folder`. A disk that cannot be written to is no reason not to edit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._me = psutil.Process()
        self._path = self._folder / f"{self._me.pid}.json"

    def write(self, project: Path | None, recovering: bool = False) -> None:
        """This run goes on with `project`. Small, and without waiting for the disk."""
        entry = Left(self._me.pid, self._me.create_time(), str(project) if project is not None else "", recovering)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_json(self._path, asdict(entry), durable=False)
        except (OSError, UserError) as error:
            log.warning("no session marker: %s", error)

    def remove(self) -> None:
        """This run ends well."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def take_left(self) -> tuple[Left, ...]:
        """What dead processes left, newest first; their markers are gone afterwards."""
        found: list[tuple[float, Left]] = []
        for path in sorted(self._folder.glob("*.json")):
            if path == self._path:
                continue
            try:
                data = read_json(path)
                entry = Left(int(data["process"]), float(data["began"]), str(data["project"]), bool(data["recovering"]))
                if _lives(entry):
                    continue
                found.append((path.stat().st_mtime, entry))
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.warning("a session marker cannot be read: %s", error)
            with contextlib.suppress(OSError):
                path.unlink()
        return tuple(entry for _, entry in sorted(found, key=lambda pair: -pair[0]))


def _lives(entry: Left) -> bool:
    if entry.process == os.getpid():
        # A number is given again after a restart of the machine, and then maybe to us.
        return False
    with contextlib.suppress(psutil.Error):
        return abs(psutil.Process(entry.process).create_time() - entry.began) < _SLACK
    return False
