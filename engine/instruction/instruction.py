"""One edit that the model can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite

from engine.errors import UserError

Region = tuple[float, float]
"""(start, end) in seconds. An end of inf is the end of the song; a negative start counts back from it."""


class Operation(StrEnum):
    """The five operations of the paper (Table 5)."""

    ADD = "add"
    REMOVE = "remove"
    EXTRACT = "extract"
    REPLACE = "replace"
    REMIX = "remix"


@dataclass(frozen=True)
class Instruction:
    """An edit in the vocabulary's own names.

    `instruments`: what is added, removed, extracted, taken out (replace), or plays in the remix. `replacement`: what is
    put in (replace only). `genre`: remix only, beside instruments or without. `region`: None for the whole song.
    `names`: pairs (instrument, name) of what is new where it was asked for by another name that has a sound of its own
    ("harp", of the strings). `ignored`: words that were understood but that no model can follow ("soft"); they are
    told, and do not count.
    """

    operation: Operation
    instruments: tuple[str, ...] = ()
    replacement: tuple[str, ...] = ()
    genre: str | None = None
    region: Region | None = None
    names: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        """The wording of Table 5, which the text encoder reads, in the vocabulary's names; without the region."""
        return self._worded({})

    @property
    def wording(self) -> str:
        """`text` with what is new called as it was asked for."""
        return self._worded(dict(self.names))

    def _worded(self, called: Mapping[str, str]) -> str:
        if self.operation in (Operation.ADD, Operation.REMIX):
            names = ", ".join(called.get(name, name) for name in self.instruments)
        else:
            names = ", ".join(self.instruments)
        match self.operation:
            case Operation.REPLACE:
                return f"Replace {names} with {', '.join(called.get(name, name) for name in self.replacement)}"
            case Operation.REMIX if self.genre:
                return f"Remix to {self.genre.title()} genre" + (f" with {names}" if names else "")
            case Operation.REMIX:
                return f"Remix with {names}"
            case _:
                return f"{self.operation.capitalize()} {names}"

    @property
    def sentence(self) -> str:
        """`wording` with the region: what reads back to this instruction (to the millisecond)."""
        return f"{self.wording} {_region_words(self.region)}" if self.region else self.wording

    def describe(self) -> str:
        """How the instruction was understood, for people: "Remove drums from 0:10 to 0:20 (ignored: soft)"."""
        return self.sentence + (f" (ignored: {', '.join(self.ignored)})" if self.ignored else "")


def region_within(region: Region | None, duration: float) -> Region | None:
    """The region in a song of `duration` seconds as plain (start, end) with 0 <= start < end <= duration.

    Raises UserError where it lies outside the song.
    """
    if region is None:
        return None
    start, end = region
    # To the microsecond, so that counting from the end leaves no float dust.
    start = max(0.0, round(duration + start, 6)) if start < 0 else start
    if start >= duration:
        raise UserError(
            f"the region begins at {clock(start)}, but the song ends at {clock(duration)}",
            "choose an earlier region",
        )
    return start, min(end, duration)


def clock(seconds: float) -> str:
    """Seconds as people write them: 0:10, 1:02.5, 1:00:00."""
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, fraction = divmod(rest, 1000)
    tail = f".{fraction:03d}".rstrip("0") if fraction else ""
    front = f"{hours}:{minutes:02d}" if hours else str(minutes)
    return f"{front}:{whole:02d}{tail}"


def _region_words(region: Region) -> str:
    start, end = region
    if start < 0:
        return f"in the last {clock(-start)}"
    return f"from {clock(start)} to {clock(end) if isfinite(end) else 'the end'}"
