"""What an edit took and what it brought, as files beside its sound. Torch-free."""

from __future__ import annotations

from pathlib import Path

from engine.audio import Encoding, FileInfo, write
from engine.rendering import Stems
from engine.targets import beside

_AS = Encoding("WAV", "FLOAT")
"""Which holds them as they are."""


def write_stems(prefix: Path, stems: Stems, source: FileInfo) -> tuple[Path | None, Path | None]:
    """Write the stems there are to `prefix` with .removed.wav and .added.wav after it, and wait for the disk; their
    paths. Raises UserError, also where one would replace the file `source`."""
    paths: list[Path | None] = []
    for name, stem in (("removed", stems.removed), ("added", stems.added)):
        path = None if stem is None else beside(prefix, f"{name}.wav")
        if stem is not None and path is not None:
            write(path, stem, like=source, encoding=_AS)
        paths.append(path)
    return paths[0], paths[1]
