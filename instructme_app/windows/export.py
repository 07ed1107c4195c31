"""Export: a round as a file of the user's choice, in the source's precision where the format has it."""

from __future__ import annotations

from pathlib import Path

from engine.audio import read, write_edit
from engine.errors import UserError
from instructme_app.model.session import Session


def export_round(session: Session, path: Path) -> Path:
    """Write the current round, whole or not at all; where no edit was, it has the source's own numbers.

    Raises UserError.
    """
    if session.project is None or session.current is None or session.info is None:
        raise UserError("no song is open", "open or drop a sound file first")
    audio = read(session.path_of(session.current))
    write_edit(path, audio, session.info, session.project.untouched())
    return path
