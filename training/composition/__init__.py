"""Songs from nothing: harmony, melody and patterns of a genre become a symbolic song with exact labels."""

from __future__ import annotations

from training.composition.arrange import LeadSheet, accompanied, arrange, compose, write_sheet
from training.composition.genres import GENRES

__all__ = ["GENRES", "LeadSheet", "accompanied", "arrange", "compose", "write_sheet"]
