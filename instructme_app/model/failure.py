"""What went wrong, as the window tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """One clear line, what to do, and what was typed, so that nothing typed is lost."""

    cause: str
    remedy: str
    detail: str = ""
    typed: str = ""
