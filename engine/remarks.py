"""What a user may not expect of an edit, said in sentences. The edit is done all the same."""

from __future__ import annotations

import numpy as np

from engine.bundle import Bundle
from engine.grid import SAMPLE_RATE
from engine.instruction import Instruction, Operation
from engine.rendering import taken_level

HARDLY_ANY = {Operation.REMOVE: -20.0, Operation.EXTRACT: -20.0, Operation.REPLACE: -14.0}
"""Decibels of the song below which a mask took next to nothing. On validation songs three of four masks of what is not
there take less, and three of ten of what is there. More is taken where something is replaced (engine.editor)."""

NO_STRENGTH = "at a strength of 0 nothing was changed"


def remarks(instruction: Instruction, bundle: Bundle, source: np.ndarray, mask: np.ndarray | None) -> tuple[str, ...]:
    """`source` (channels, T) at 24 kHz, and the mask of what was asked for in it, None where nothing was."""
    found = [f"'{word}' was ignored" for word in instruction.ignored]
    if limit := bundle.limits.get(instruction.operation):
        found.append(limit)
    if mask is None or instruction.operation not in HARDLY_ANY:
        return tuple(found)
    level = taken_level(source, SAMPLE_RATE, mask)
    if level is None:
        found.append("there is nothing but silence here")
    elif level < HARDLY_ANY[instruction.operation]:
        whole = [family for family in bundle.vocabulary.families if set(family.members) == set(instruction.instruments)]
        names = whole[0].name if whole else " or ".join(instruction.instruments)
        found.append(f"almost nothing of the {names} was found: what was taken lies {-level:.0f} dB below the song")
    return tuple(found)
