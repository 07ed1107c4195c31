"""From what a musician types to what the model is asked: `read_instructions`. A grammar, not a model; no torch here."""

from __future__ import annotations

from engine.instruction.completion import complete
from engine.instruction.instruction import Instruction, Operation, Region, region_within
from engine.instruction.reading import MAX_CHARACTERS, read_instructions

__all__ = [
    "MAX_CHARACTERS",
    "Instruction",
    "Operation",
    "Region",
    "complete",
    "read_instructions",
    "region_within",
]
