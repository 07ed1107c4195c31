"""InstructME's engine: what happens to music.

`from engine import Audio, Editor` is the public door. Attributes are loaded on first use, so that a
process which only needs requests and results (the window) never pays for, or stalls on, torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.audio import Audio
    from engine.editor import Edit, Editor, EditRequest
    from engine.errors import UserError
    from engine.instruction import Instruction

_ROOMS = {
    "Audio": "engine.audio",
    "Edit": "engine.editor",
    "EditRequest": "engine.editor",
    "Editor": "engine.editor",
    "Instruction": "engine.instruction",
    "UserError": "engine.errors",
}

__all__ = ["Audio", "Edit", "EditRequest", "Editor", "Instruction", "UserError"]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
