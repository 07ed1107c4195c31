"""The manifest of a project folder: its version, upgrades, and what to do where it is damaged."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.session.files import read_json, sync, write_json
from engine.session.history import History
from engine.session.round import Round

VERSION = 2
NAME = "manifest.json"
PREVIOUS = "manifest.previous.json"
NEXT = "manifest.next.json"
ROUNDS = "rounds"

UPGRADES: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: dict}
"""Version -> from that version to the next one, for manifests and sidecars.

2 added what may be left out: guidance and taken_from of a round, the last id, recipes of purged rounds.
"""


def upgraded(
    data: Any,
    version: int = VERSION,
    upgrades: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = UPGRADES,
) -> dict[str, Any]:
    """`data` as of `version`. Raises ValueError for what is no manifest, UserError for one of a later version."""
    found = data.get("version") if isinstance(data, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise ValueError("no version")
    if found > version:
        raise UserError("this project was made by a newer InstructME", "update InstructME to open it")
    while found < version:
        if found not in upgrades:
            raise ValueError(f"unknown version {found}")
        data = upgrades[found](data)
        found += 1
        data["version"] = found
    return data


def save(folder: Path, history: History, *, durable: bool = True, settled: bool = False) -> None:
    """Write the manifest; the one before is kept beside it where this one, or that one (`settled`), is surely on the
    disk. Raises UserError, and then nothing has changed."""
    path, following = folder / NAME, folder / NEXT
    write_json(following, {"format": "instructme project", "version": VERSION, **history.to_json()}, durable=durable)
    if (durable or settled) and path.exists():
        os.replace(path, folder / PREVIOUS)
    os.replace(following, path)
    if durable:
        sync(folder)


def load(folder: Path) -> tuple[History | None, list[str]]:
    """The history by the newest manifest that can be read, or None; and what was wrong with the others."""
    problems = []
    for name in (NAME, PREVIOUS):
        try:
            return History.from_json(upgraded(read_json(folder / name))), problems
        except FileNotFoundError:
            if name == NAME:
                problems.append(f"{NAME} was missing")
        except (ValueError, OSError, RecursionError) as error:
            problems.append(f"{name} was damaged ({error})")
    return None, problems


def sidecar(folder: Path, id: str) -> Path:
    """The file beside a round's audio that says what it is, so that the tree can be rebuilt without the manifest."""
    return folder / ROUNDS / f"{id}.json"


def write_sidecar(folder: Path, round: Round) -> None:
    write_json(sidecar(folder, round.id), {"version": VERSION, "round": round.to_json()})


def read_sidecars(folder: Path) -> tuple[list[Round], list[str]]:
    """All rounds that say so themselves, and the files that could not be read."""
    rounds, problems = [], []
    for path in sorted((folder / ROUNDS).glob("*.json")):
        try:
            rounds.append(Round.from_project(upgraded(read_json(path))["round"]))
        except (ValueError, OSError, KeyError, TypeError, RecursionError) as error:
            problems.append(f"{path.name} was damaged ({error})")
    return rounds, problems
