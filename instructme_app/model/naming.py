"""File names for rounds: from a pattern that the user writes, safe on every system, and never twice the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.errors import UserError

TOKENS = ("song", "round", "number", "part", "seed", "date")
DEFAULT_PATTERN = "{song} - {round}"
LONGEST = 120
"""Characters of a name: with its extension it stays under the 255 bytes that file systems give, in most scripts."""
_LONGEST_BYTES = 220
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_TOKEN = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Named:
    """What a name can be made of. `part` is empty for a round itself, else "removed", "added" or the like."""

    song: str
    round: str
    number: str
    part: str = ""
    seed: int | None = None
    date: str = ""

    def values(self) -> Mapping[str, str]:
        return {
            "song": self.song,
            "round": self.round,
            "number": self.number,
            "part": self.part,
            "seed": "" if self.seed is None else str(self.seed),
            "date": self.date,
        }


def check_pattern(pattern: str) -> None:
    """Raises UserError for a pattern with an unknown word in braces, or without anything."""
    if not pattern.strip():
        raise UserError("the file name is empty", "write one, such as {song} - {round}")
    unknown = [name for name in _TOKEN.findall(pattern) if name not in TOKENS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in TOKENS)
        raise UserError(f"the file name has {{{unknown[0]}}}, which is not known", f"use {known}")


def file_name(pattern: str, named: Named) -> str:
    """`pattern` filled in, without an extension. A part that the pattern leaves out is put at its end.

    Raises UserError as `check_pattern` does.
    """
    check_pattern(pattern)
    values = named.values()
    text = _TOKEN.sub(lambda found: values[found[1]], pattern)
    if named.part and "{part}" not in pattern:
        text = f"{text} - {named.part}"
    return safe(text)


def safe(text: str) -> str:
    """`text` as a file name that Windows, macOS and Linux all take."""
    # Empty words leave their separators behind.
    text = _FORBIDDEN.sub("-", text)
    text = re.sub(r"( - )(\s*- )+", r"\1", text)
    text = text.strip(" .-")[:LONGEST]
    while len(text.encode("utf-8", "surrogatepass")) > _LONGEST_BYTES:
        text = text[:-1]
    text = text.strip(" .")
    return f"{text}_" if _RESERVED.match(text) else text or "untitled"


def distinct(names: Iterable[str]) -> list[str]:
    """The same names in the same order, each made different from those before it, whatever case they are in."""
    taken: set[str] = set()
    result = []
    for name in names:
        chosen, count = name, 1
        while chosen.casefold() in taken:
            count += 1
            chosen = f"{name} ({count})"
        taken.add(chosen.casefold())
        result.append(chosen)
    return result
