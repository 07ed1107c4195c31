"""Folders that are made shard by shard: by several processes, in as much time as there is, and gone on with later."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path


def missing(folder: Path, shards: Iterable[int], until: float = float("inf")) -> Iterator[tuple[int, Path]]:
    """Number and path of each of `shards` that is not there yet, until time.monotonic() is `until`.

    One is given however little time there is: with nothing in the folder nobody can go on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in shards:
        path = folder / f"shard-{number:05d}.safetensors"
        if path.exists():
            continue
        if time.monotonic() > until and any(folder.glob("shard-*.safetensors")):
            return
        yield number, path
