"""Sentences and rows made from the model: pure functions, so that wording is in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from engine.audio import FileInfo
from engine.errors import UserError
from instructme_app.model.media import Thumbnail
from instructme_app.model.session import Session
from instructme_app.views.history import HistoryRow
from instructme_app.views.instruction_bar import Understanding
from instructme_app.views.time_axis import clock

STAGES = {
    "reading": "Reading the song",
    "listening": "Listening",
    "encoding": "Encoding",
    "sampling": "Imagining the change",
    "decoding": "Decoding",
    "rendering": "Rendering into your file",
    "writing": "Writing",
}
_SHARES = {
    "reading": (0.0, 0.03),
    "listening": (0.03, 0.13),
    "encoding": (0.13, 0.20),
    "sampling": (0.20, 0.75),
    "decoding": (0.75, 0.82),
    "rendering": (0.82, 0.96),
    "writing": (0.96, 1.0),
}
"""Where each stage lies on the bar of a round."""


def tr(text: str) -> str:
    return QCoreApplication.translate("describing", text)


def understand(session: Session, text: str) -> Understanding:
    try:
        return Understanding(tuple(instruction.describe() for instruction in session.read(text)))
    except UserError as error:
        return Understanding(problem=f"{error.cause}; {error.remedy}")


def describe_song(info: FileInfo) -> str:
    channels = {1: tr("mono"), 2: tr("stereo")}.get(info.channels, tr("{0} channels").format(info.channels))
    rate = f"{info.sample_rate / 1000:g} kHz"
    return "   ·   ".join((clock(info.duration), rate, channels, f"{info.format} {info.subtype.replace('_', ' ')}"))


def progress_line(session: Session) -> tuple[str, float | None]:
    """What the running edit is doing, and its share done (None where unknown)."""
    queue = session.queue
    assert queue.running is not None
    waiting = tr("   ·   {0} waiting").format(len(queue.waiting)) if queue.waiting else ""
    if queue.progress is None:
        doing = tr("waiting for the model") if session.ready is None else tr("starting")
        return f"{queue.running.text}   ·   {doing}{waiting}", None
    progress = queue.progress
    low, high = _SHARES.get(progress.stage, (0.0, 1.0))
    doing = tr(STAGES.get(progress.stage, progress.stage))
    if progress.stage == "sampling" and progress.total > 1:
        doing += f" {progress.done}/{progress.total}"
    return f"{queue.running.text}   ·   {doing}{waiting}", low + (high - low) * progress.fraction


def history_rows(session: Session, thumbnails: Mapping[str, Thumbnail]) -> list[HistoryRow]:
    """Finished rounds, then those to come, in the order they were made."""
    rows: list[HistoryRow] = []
    for entry in session.rounds:
        if entry.parent is None:
            title, detail = tr("Source"), session.name
        else:
            parts = [_when(entry.created), tr("seed {0}").format(entry.seed)]
            if entry.region is not None:
                parts.insert(0, f"{clock(entry.region[0])}–{clock(entry.region[1])}")
            title, detail = entry.label or entry.understood or entry.instruction, "  ·  ".join(parts)
        rows.append(HistoryRow(entry.id, entry.parent, title, detail, "done", thumbnails.get(entry.id)))
    for job in session.queue.jobs:
        running = job is session.queue.running
        rows.append(
            HistoryRow(
                job.id,
                job.parent or job.after,
                job.text,
                tr("editing …") if running else tr("waiting"),
                "running" if running else "waiting",
            )
        )
    return rows


def _when(created: str) -> str:
    """ISO 8601 as the user's own clock shows it; the date only where it is not today."""
    local = datetime.fromisoformat(created).astimezone()
    return local.strftime("%H:%M") if local.date() == datetime.now().date() else local.strftime("%d %b %H:%M")
