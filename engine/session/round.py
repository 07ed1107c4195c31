"""A round: one finished edit, and how it came about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from math import ceil, floor, isfinite
from pathlib import Path
from typing import Any

SOURCE = "0000"
"""Id of the root of every history: the song as it came."""


@dataclass(frozen=True)
class Round:
    """Everything that matters to a finished edit. The audio of a round never changes; label, star and note may.

    `parent` is None for the source alone. `instruction`: what was typed; `understood`: how it was read. `region`:
    (start, end) in seconds, None for the whole song. `created`: ISO 8601, UTC. `audio`: file name inside the project
    folder. `loudness`: LUFS, None where it is not known, or has none. `model`, `model_hash`: which bundle did it.
    """

    id: str
    parent: str | None
    instruction: str
    understood: str
    created: str
    audio: str
    frames: int
    sample_rate: int
    channels: int
    seed: int | None = None
    steps: int | None = None
    region: tuple[float, float] | None = None
    loudness: float | None = None
    model: str | None = None
    model_hash: str | None = None
    seconds: float | None = None
    """How long the edit took to compute."""
    guidance: float | None = None
    """Weight of the instruction; None is the model's own."""
    strength: float | None = None
    """How much of the change was made, 0-1; None is all of it."""
    taken_from: str | None = None
    """The round whose audio stands in `region`, where this one was put together from two and no model was asked."""
    label: str = ""
    starred: bool = False
    note: str = ""
    detached: bool = False
    """The round that it was made from is lost: it stands under another one, and what was changed before is unknown."""

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate

    @property
    def title(self) -> str:
        """The user's own name for it, or what was done."""
        return self.label or self.understood or self.instruction

    def to_json(self) -> dict[str, Any]:
        """`detached` stands there only where it is so; the format of all others is as it was before there was that."""
        return {name: value for name, value in asdict(self).items() if name != "detached" or value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Round:
        """Raises ValueError where `data` is not a round. Fields of a later release are left out."""
        known = {field.name for field in fields(cls)}
        try:
            values = {key: value for key, value in data.items() if key in known}
            if values.get("region") is not None:
                start, end = values["region"]
                values["region"] = (float(start), float(end))
            found = cls(**values)
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ValueError(f"not a round: {error}") from error
        texts = (found.id, found.instruction, found.understood, found.created, found.audio, found.label, found.note)
        numbers = (found.frames, found.sample_rate, found.channels)
        others = (found.parent, found.taken_from)
        if not all(isinstance(text, str) for text in texts) or not all(isinstance(o, str | None) for o in others):
            raise ValueError("not a round: a text is missing")
        if not all(isinstance(number, int) and number > 0 for number in numbers):
            raise ValueError("not a round: its size is missing")
        # A name from a file must not lead out of the folder.
        inside = not Path(found.audio).is_absolute() and ".." not in Path(found.audio).parts
        if not found.id or not found.audio or not inside or Path(found.id).name != found.id:
            raise ValueError("not a round: odd names")
        return found

    @classmethod
    def from_project(cls, data: Mapping[str, Any]) -> Round:
        """As `from_json`, of a file that anything may have happened to: a fact that makes no sense is left out, so that
        the round is kept and can be saved again. Raises ValueError where its name makes none."""
        found = cls.from_json(data)
        names = (found.id, found.audio, found.parent or "", found.taken_from or "")
        if not all(is_text(name) and name.isprintable() for name in names):
            raise ValueError("not a round: odd names")
        whole, numbers = ("seed", "steps"), ("loudness", "seconds", "guidance", "strength")
        odd: dict[str, Any] = {
            name: None
            for name in (*whole, *numbers)
            if not _is_number(getattr(found, name), int if name in whole else int | float)
        }
        odd |= {name: None for name in ("model", "model_hash") if not isinstance(getattr(found, name), str | None)}
        odd |= {name: bool(getattr(found, name)) for name in ("starred", "detached")}
        if found.region is not None and not all(map(isfinite, found.region)):
            # It may then have changed everything.
            odd["region"] = None
        found = replace(found, **odd)
        texts = {name: text for name, text in asdict(found).items() if isinstance(text, str) and not is_text(text)}
        return replace(found, **{name: text.encode(errors="replace").decode() for name, text in texts.items()})


def _is_number(value: Any, kind: Any) -> bool:
    # JSON's true is an int to Python; NaN fails the comparison.
    return value is None or (isinstance(value, kind) and not isinstance(value, bool) and abs(value) < 2**63)


def is_text(text: str) -> bool:
    """Half a character can stand in JSON, and in no file."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def untouched(regions: Iterable[tuple[float, float] | None], frames: int, sample_rate: int) -> list[tuple[int, int]]:
    """The spans of frames (end exclusive) that no edit in one of `regions` (seconds) changed: `keep` of
    `engine.audio.write_edit`. An edit without a region (None) may have changed everything."""
    edges: list[tuple[int, int]] = []
    for region in regions:
        if region is None:
            return []
        edges.append((floor(region[0] * sample_rate), ceil(region[1] * sample_rate)))
    spans, at = [], 0
    for start, end in sorted(edges):
        if start > at:
            spans.append((at, min(start, frames)))
        at = max(at, end)
    if at < frames:
        spans.append((at, frames))
    return [(start, end) for start, end in spans if start < end]
