"""Sentences and rows made from the model: pure functions, so that wording is in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QDate, QLocale

from engine.audio import FileInfo
from engine.errors import UserError
from engine.session import Round
from instructme_app.messages import line, translated
from instructme_app.model.editing import Editing
from instructme_app.model.jobs import FailedJob, Job, Queue
from instructme_app.model.media import Thumbnail
from instructme_app.model.memory import Memory
from instructme_app.model.numbers import number
from instructme_app.model.regions import Taking
from instructme_app.model.session import Session
from instructme_app.titles import spoken, title_of
from instructme_app.views.history import HistoryRow
from instructme_app.views.instruction_bar import Understanding
from instructme_app.views.queue_panel import QueueRow
from instructme_app.views.time_axis import clock

STAGES = {
    "reading": QT_TRANSLATE_NOOP("describing", "Reading the song"),
    "listening": QT_TRANSLATE_NOOP("describing", "Listening"),
    "encoding": QT_TRANSLATE_NOOP("describing", "Encoding"),
    "sampling": QT_TRANSLATE_NOOP("describing", "Imagining the change"),
    "decoding": QT_TRANSLATE_NOOP("describing", "Decoding"),
    "rendering": QT_TRANSLATE_NOOP("describing", "Rendering into your file"),
    "writing": QT_TRANSLATE_NOOP("describing", "Writing"),
}


def tr(text: str) -> str:
    return QCoreApplication.translate("describing", text)


def understand(editing: Editing, text: str) -> Understanding:
    try:
        return Understanding(tuple(spoken(instruction.describe()) for instruction in editing.read(text)))
    except UserError as error:
        return Understanding(problem=line(error.cause, error.remedy))


def describe_song(info: FileInfo) -> str:
    channels = {1: tr("mono"), 2: tr("stereo")}.get(info.channels, tr("{0} channels").format(info.channels))
    rate = f"{number(info.sample_rate / 1000)} kHz"
    return "   ·   ".join((clock(info.duration), rate, channels, f"{info.format} {info.subtype.replace('_', ' ')}"))


def progress_line(editing: Editing) -> str:
    """What the running edit is doing."""
    queue = editing.queue
    assert queue.running is not None
    title = spoken(queue.running.text)
    waiting = tr("   ·   {0} waiting").format(len(queue.waiting)) if queue.waiting else ""
    if queue.progress is None:
        doing = tr("waiting for the model") if editing.ready is None else tr("starting")
        return f"{title}   ·   {doing}{waiting}"
    doing = tr(str(STAGES.get(queue.progress.stage, queue.progress.stage)))
    if queue.progress.stage == "sampling" and queue.progress.total > 1:
        doing += f" {queue.progress.done}/{queue.progress.total}"
    return f"{title}   ·   {doing}{waiting}"


def time_left(seconds: float | None) -> str:
    """As rough as the guess is; nothing where nobody can say."""
    if seconds is None:
        return ""
    if seconds <= 5:
        return tr("a few seconds left")
    if seconds < 90:
        return tr("about {0:.0f} s left").format(seconds)
    minutes = round(seconds / 60, 0 if seconds >= 600 else 1)
    return tr("about {0} min left").format(number(minutes))


def memory_line(memory: Memory) -> str:
    takes, free = (number(size / 2**30, ".1f") for size in (memory.needed, memory.free))
    return tr("Takes about {0} GB of memory, and {1} GB are free.").format(takes, free)


def queue_rows(queue: Queue) -> list[QueueRow]:
    """What failed, what runs, and what waits, in the order in which it will be done."""
    rows = [_failed_row(entry) for entry in queue.failed]
    if queue.running is not None:
        rows.append(QueueRow(queue.running.id, spoken(queue.running.text), describe_job(queue.running), "running"))
    last = len(queue.waiting) - 1
    for index, job in enumerate(queue.waiting):
        title, detail = spoken(job.text), describe_job(job)
        rows.append(QueueRow(job.id, title, detail, "waiting", index + 1, index > 0, index < last))
    return rows


def describe_job(job: Job) -> str:
    parts = [tr("seed {0}").format(job.seed)]
    if job.region is not None:
        parts.insert(0, f"{clock(job.region[0])}–{clock(job.region[1])}")
    if job.strength < 1:
        parts.append(tr("strength {0:.0%}").format(job.strength))
    if job.steps is not None:
        parts.append(tr("{0} steps").format(job.steps))
    if job.guidance is not None:
        parts.append(tr("guidance {0}").format(number(job.guidance)))
    return "  ·  ".join(parts)


def _failed_row(entry: FailedJob) -> QueueRow:
    failure = entry.failure
    told = (translated(text) for text in (failure.cause, failure.remedy) if text)
    said = [text[:1].upper() + text[1:].rstrip(".") + "." for text in told]
    if len(entry.chained) == 1:
        said.append(tr("One more edit waits for it."))
    elif entry.chained:
        said.append(tr("{0} more edits wait for it.").format(len(entry.chained)))
    return QueueRow(entry.job.id, spoken(entry.job.text), " ".join(said), "failed", folded=failure.detail)


def history_rows(
    session: Session, queue: Queue, thumbnails: Mapping[str, Thumbnail], taking: Sequence[Taking] = ()
) -> list[HistoryRow]:
    """Finished rounds, then those to come, in the order they were made."""
    rows: list[HistoryRow] = []
    compared = session.compared
    for entry in session.rounds:
        title, detail = (tr("Source"), session.name) if entry.parent is None else (title_of(entry), _facts(entry))
        rows.append(
            HistoryRow(
                entry.id,
                entry.parent,
                title,
                detail,
                thumbnail=thumbnails.get(entry.id),
                label=entry.label,
                understood=entry.understood,
                note=entry.note,
                starred=entry.starred,
                warning=_detached() if entry.detached else "",
                level=_level(entry.loudness),
                compared=compared is not None and compared.id == entry.id,
            )
        )
    for one in taking:
        pending, title = one.pending, spoken(one.text)
        rows.append(HistoryRow(pending.id, pending.parent, title, tr("putting together …"), "running"))
    for job in queue.jobs:
        running = job is queue.running
        rows.append(
            HistoryRow(
                job.id,
                job.parent or job.after,
                spoken(job.text),
                tr("editing …") if running else tr("waiting"),
                "running" if running else "waiting",
            )
        )
    return rows


def _facts(entry: Round) -> str:
    """Where, when and by which seed, in one short line."""
    parts = [_when(entry.created)]
    if entry.region is not None and entry.taken_from is None:
        parts.insert(0, "–".join(clock(second, 1, tidy=True) for second in entry.region))
    if entry.seed is not None:
        parts.append(tr("seed {0}").format(entry.seed))
    if entry.detached:
        parts.insert(0, tr("origin lost"))
    return " · ".join(parts)


def _detached() -> str:
    return tr(
        "The round that this one was made from is lost. Its sound is whole, but what was done before it is not known:"
        " it stands below another round, from which it may differ by more than this edit."
    )


def _level(loudness: float | None) -> str:
    return "" if loudness is None else tr("{0} LUFS").format(number(loudness, ".1f"))


def _when(created: str) -> str:
    """ISO 8601 as the user's own clock shows it; the date only where it is not today."""
    local = datetime.fromisoformat(created).astimezone()
    time = f"{local:%H:%M}"
    if local.date() == datetime.now().date():
        return time
    return f"{QLocale().toString(QDate(local.year, local.month, local.day), tr('d MMM'))} {time}"
