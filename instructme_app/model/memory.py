"""Whether there is memory for an edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.audio import FileInfo
from engine.footprint import needed, weights
from engine.instruction import Instruction
from engine.messages import Ready


@dataclass(frozen=True)
class Memory:
    """Bytes that an edit would take, and that are free."""

    needed: int
    free: int

    @property
    def fits(self) -> bool:
        return self.needed <= self.free


def memory_for(
    info: FileInfo, instructions: Iterable[Instruction], region: tuple[float, float] | None, ready: Ready | None,
    resting: bool,
) -> Memory:  # fmt: skip
    """For editing a song, or a region (seconds) of it, with a model that is in memory unless it is `resting`."""
    seconds = region[1] - region[0] if region is not None else info.duration
    on_cpu = ready is None or ready.device == "cpu"
    wanted = needed(seconds, info.sample_rate, info.channels, instructions, on_cpu)
    if on_cpu and resting and ready is not None and ready.folder:
        wanted += weights(Path(ready.folder))
    return Memory(wanted, psutil.virtual_memory().available)
