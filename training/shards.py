"""Folders that are made shard by shard: by several processes, in as much time as there is, and gone on with later."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from engine.errors import UserError

_DECIDE = ("paths", "seed", "seconds", "listener")
"""Of what is said of a folder: what all of its shards share."""


def missing(
    folder: Path, shards: Iterable[int], until: float = float("inf"), described: Mapping[str, Any] | None = None
) -> Iterator[tuple[int, Path]]:
    """Number and path of each of `shards` that is not there yet, until time.monotonic() is `until`.

    One is given however little time there is: with nothing in the folder nobody can go on. `described`: what the shards
    are made of; raises UserError for a folder whose shards were made of something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _check(folder, described or {})
    for number in shards:
        path = folder / f"shard-{number:05d}.safetensors"
        if path.exists():
            continue
        if time.monotonic() > until and any(folder.glob("shard-*.safetensors")):
            return
        yield number, path


def _check(folder: Path, described: Mapping[str, Any]) -> None:
    first = min(folder.glob("shard-*.safetensors"), default=None)
    if first is None:
        return
    try:
        with safe_open(first, framework="numpy") as file:
            there = json.loads((file.metadata() or {})["state"])["described"]
    except (OSError, SafetensorError, KeyError, ValueError):
        return  # whoever reads the folder says so
    for key in _DECIDE:
        if key in there and key in described and there[key] != described[key]:
            raise UserError(
                f"{folder} was begun with {key} {there[key]}, and these are {described[key]}",
                "name another --output, or delete that folder",
            )
