"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import UserError


def write_whole(path: Path, text: str) -> None:
    """Raises UserError where the disk does not take it."""
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})", "name another file with --output") from error
