"""Which files an edit writes, and that none of them costs the user one that is there. Nothing is written here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path

from engine.errors import UserError

STEM_ENDINGS = ("removed.wav", "added.wav", "notes.mid")
"""Of what may be kept of a round beside its sound."""


def edit_targets(
    rounds: int,
    output: Path | str,
    rounds_folder: Path | str | None = None,
    stems_folder: Path | str | None = None,
    stems: Path | str | None = None,
) -> list[Path]:
    """Every file that `edit_file` may write for so many rounds."""
    last = [] if stems is None else [beside(Path(stems), ending) for ending in STEM_ENDINGS]
    # The stems of the last round go to one place alone.
    kept = folder_targets(rounds, rounds_folder, None)
    kept += folder_targets(rounds if stems is None else rounds - 1, None, stems_folder)
    return [Path(output), *kept, *last]


def folder_targets(rounds: int, rounds_folder: Path | str | None, stems_folder: Path | str | None) -> list[Path]:
    """Those that are kept in folders."""
    targets: list[Path] = []
    for number in range(1, rounds + 1):
        if rounds_folder is not None:
            targets.append(round_path(rounds_folder, number))
        if stems_folder is not None:
            targets += [beside(Path(stems_folder) / f"round-{number}", ending) for ending in STEM_ENDINGS]
    return targets


def check_fresh(targets: Iterable[Path]) -> None:
    """Raises UserError where one of the files that an edit is to keep beside its output is there already: the takes of
    an earlier one are not lost by asking for another."""
    for path in targets:
        if os.path.lexists(path) and not path.is_dir():
            raise UserError(
                f"'{path}' is there already, from an earlier edit",
                f"name another folder, such as '{free_beside(path.parent)}'",
            )


def check_targets(targets: Iterable[Path | str], kept: Mapping[Path | str, str]) -> None:
    """Raises UserError where a file that is to be written is one of `kept` (path -> what it is), by whatever name, or
    where two of them are one file."""
    known = {_identity(path): what for path, what in kept.items()}
    seen: set[object] = set()
    for path in targets:
        identity = _identity(path)
        if identity in known:
            raise UserError(f"writing '{path}' would overwrite the {known[identity]}", "choose another name or folder")
        if identity in seen:
            raise UserError(f"'{path}' would be written twice", "choose another name or folder")
        seen.add(identity)


def round_path(folder: Path | str, number: int) -> Path:
    return Path(folder) / f"round-{number}.wav"


def stem_prefix(number: int, rounds: int, folder: Path | str | None, last: Path | str | None) -> Path | None:
    """The begin of the names of a round's stems; None where nobody asked for them."""
    if last is not None and number == rounds:
        return Path(last)
    return None if folder is None else Path(folder) / f"round-{number}"


def beside(prefix: Path, ending: str) -> Path:
    return prefix.with_name(f"{prefix.name}.{ending}")


def free_beside(folder: Path) -> Path:
    """A folder beside this one that is not there yet: takes-2."""
    known = folder if folder.name not in ("", "..") else folder.resolve()
    names = (known.with_name(f"{known.name}-{number}") for number in count(2))
    return next(path for path in names if not os.path.lexists(path))


def _identity(path: Path | str) -> object:
    """Equal for all names of one file, whether it is there yet or not."""
    try:
        found = os.stat(path)
        return found.st_dev, found.st_ino
    except OSError:
        return os.path.normcase(os.path.realpath(path))
