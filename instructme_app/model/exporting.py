"""Exporting, off the window's thread: a set of files is there whole, or nothing of it is."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QObject, QRunnable, Signal

from engine.audio import Audio, Encoding, FileInfo, read, resample, scratch, write, write_edit
from engine.audio.encoding import estimate
from engine.errors import Cancelled, UserError
from engine.session import Round
from engine.session.log import export_log
from instructme_app.model.failure import Failure
from instructme_app.model.naming import Named, distinct, file_name
from instructme_app.model.session import Session

log = logging.getLogger(__name__)

STEMS: tuple[Literal["removed", "added", "notes"], ...] = ("removed", "added", "notes")
TRIED_FILES = 4
"""Files of an export whose size is tried out; the others are taken to be like them."""

What = Literal["round", "removed", "added", "notes", "difference", "tree", "log"]
"""The current round; what its edit took out and put in, and the notes of that as MIDI; the round it is compared with
minus it, which for a round without stems says both in one; every round; how all of them were made, as JSON."""

ENDINGS = {"log": ".json", "notes": ".mid"}
"""Of files that hold no sound."""


@dataclass(frozen=True)
class Item:
    """One file to be. `source` is a file of the project. With `minus`, the file holds
    `source` - `minus`. `info` is the song's own file; in the spans `keep` its samples are copied as they are.
    """

    what: What
    name: str
    source: Path | None = None
    minus: Path | None = None
    info: FileInfo | None = None
    keep: tuple[tuple[int, int], ...] = ()
    text: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class ExportRequest:
    """Everything that matters to the files. `replace`: the user has agreed that files of these names go;
    `forbidden`: the user's own song, which is never written over."""

    items: tuple[Item, ...]
    folder: Path
    encoding: Encoding
    replace: bool = False
    forbidden: Path | None = None

    def target(self, item: Item) -> Path:
        return self.folder / f"{item.name}{ENDINGS.get(item.what, self.encoding.suffix)}"

    @property
    def targets(self) -> tuple[Path, ...]:
        return tuple(map(self.target, self.items))


def offered(session: Session) -> tuple[What, ...]:
    """What there is to be exported of the current round and its tree."""
    current = session.current
    if session.project is None or current is None:
        return ()
    result: list[What] = ["round"]
    if current.parent is not None:
        stems: list[What] = []
        stems.extend(kind for kind in STEMS if stem_path(session, current, kind) is not None)
        result.extend(stems)
        if not stems or session.compared is not None:
            result.append("difference")
    return (*result, *(("tree", "log") if len(session.rounds) > 1 else ()))


def stem_path(session: Session, entry: Round, kind: Literal["removed", "added", "notes"]) -> Path | None:
    """Where what was removed or added by a round lies, or its notes; None where it has no such file."""
    return session.project.stem_path(entry.id, kind) if session.project is not None else None


def plan(
    session: Session, wanted: Sequence[What], pattern: str, words: dict[str, str] | None = None
) -> tuple[Item, ...]:
    """The files that `wanted` asks for, with names of their own. `words` names the parts in the user's language.

    Raises UserError for a bad pattern, or where no song is open.
    """
    project, current, info = session.project, session.current, session.info
    if project is None or current is None or info is None:
        raise UserError("no song is open", "open or drop a sound file first")
    words = words or {}
    items: list[Item] = []

    def add(what: What, entry: Round, source: Path, minus: Path | None = None, keep: bool = False) -> None:
        part = "" if what in ("round", "tree") else words.get(what, what)
        untouched = tuple(project.untouched(entry.id)) if keep else ()
        items.append(Item(what, file_name(pattern, named(session, entry, part)), source, minus, info, untouched))

    for what in wanted:
        if what == "round":
            add(what, current, session.path_of(current), keep=True)
        elif what == "difference" and session.reference is not None:
            add(what, current, session.path_of(session.reference), session.path_of(current))
        elif what in ("removed", "added", "notes"):
            stem = stem_path(session, current, what)
            if stem is not None:
                add(what, current, stem)
        elif what == "tree":
            already = {current.id} if "round" in wanted else set()
            for entry in session.rounds:
                if entry.parent is not None and entry.id not in already:
                    add(what, entry, session.path_of(entry), keep=True)
        elif what == "log":
            # The hash of the song is put in where it can take its time.
            text = export_log(project.history)
            name = file_name("{song} - {part}", Named(session.name, "", "", words.get(what, "edits")))
            items.append(Item(what, name, session.path_of(project.history.root), text=text))
    names = distinct(item.name for item in items)
    return tuple(replace(item, name=name) for item, name in zip(items, names, strict=True))


def named(session: Session, entry: Round, part: str = "") -> Named:
    """The words of a round from which its file name is made."""
    title = entry.label or entry.understood or entry.instruction or "source"
    number = str(int(entry.id)) if entry.id.isdecimal() else entry.id
    source = session.source
    if source is not None and entry.id == source.id:
        title = "source"
    return Named(session.name, title, number, part, entry.seed, entry.created[:10])


@dataclass(frozen=True)
class Forecast:
    """What an export would do. `sizes`: bytes of each file, estimated; `free`: bytes in its folder, None where there is
    no such folder; `standing`: files that it would replace."""

    sizes: tuple[int, ...]
    free: int | None
    standing: tuple[Path, ...]


def forecast(request: ExportRequest) -> Forecast:
    """Reads some seconds of sound: not for the window's thread. Raises UserError."""
    found: list[int] = []
    tried: list[int] = []
    for item in request.items:
        if item.what == "log" or item.source is None:
            found.append(len(json.dumps(item.text)))
            continue
        if item.what == "notes":
            found.append(item.source.stat().st_size if item.source.is_file() else 0)
            continue
        # The rounds of a song are alike in length, and mostly in how they compress.
        if len(tried) < TRIED_FILES:
            tried.append(estimate(item.source, request.encoding))
        found.append(tried[-1] if len(tried) < TRIED_FILES else sum(tried) // len(tried))
    free = None
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(request.folder).free
    return Forecast(tuple(found), free, tuple(path for path in request.targets if path.exists()))


def export(
    request: ExportRequest,
    on_progress: Callable[[float], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> tuple[Path, ...]:
    """Write all files of `request`, replacing those of the same name, or none of them.

    They are made in a folder beside their places, so that taking these is a matter of renaming. Raises UserError,
    and Cancelled when `is_cancelled` says so; then every file is what it was before.
    """
    if not request.items:
        raise UserError("there is nothing to export", "choose at least one thing")
    _check(request)
    try:
        workshop = Path(tempfile.mkdtemp(prefix=".instructme-export-", dir=request.folder))
    except OSError as error:
        raise _failure(request.folder, error) from error
    try:
        made = []
        for index, item in enumerate(request.items):

            def tell(done: int, total: int, index: int = index) -> None:
                if is_cancelled is not None and is_cancelled():
                    raise Cancelled
                if on_progress is not None:
                    on_progress((index + done / max(total, 1)) / len(request.items))

            tell(0, 1)
            target = request.target(item)
            part = workshop / target.name
            _write_item(item, part, request.encoding, tell, target)
            made.append((part, target))
        _put_in_place(made, workshop)
    except OSError as error:
        raise _failure(request.folder, error) from error
    finally:
        # Only where a file of the user's could not be put back, it still lies there.
        if not any(workshop.glob("*.before")):
            shutil.rmtree(workshop, ignore_errors=True)
    return request.targets


def _check(request: ExportRequest) -> None:
    folder = request.folder
    if not folder.is_dir():
        raise UserError(f"there is no folder '{folder}'", "choose another one, or make it first")
    for target in request.targets:
        if target.is_dir():
            raise UserError(f"'{target}' is a folder", "choose another name")
        if request.forbidden is not None and target.exists() and request.forbidden.exists():
            with contextlib.suppress(OSError):
                if os.path.samefile(target, request.forbidden):
                    raise UserError(f"'{target.name}' is the song that you opened", "choose another name or folder")
        if target.exists() and not request.replace:
            raise UserError(f"'{target}' exists already", "choose another name, or export again to replace it")


def _write_item(item: Item, part: Path, encoding: Encoding, tell: Callable[[int, int], None], target: Path) -> None:
    assert item.source is not None
    if item.what == "log":
        with item.source.open("rb") as source:
            item.text["source"]["sha256"] = hashlib.file_digest(source, "sha256").hexdigest()
        with part.open("w", encoding="utf-8") as file:
            json.dump(item.text, file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        return
    if item.what == "notes":
        shutil.copyfile(item.source, part)
        return
    audio = read(item.source)
    if item.minus is not None:
        audio = difference(audio, read(item.minus))
    encoding.check(audio.channels)
    rate = encoding.rate_for(audio.sample_rate)
    try:
        if rate != audio.sample_rate:
            write(part, Audio(resample(audio.samples, audio.sample_rate, rate), rate), encoding=encoding, on_block=tell)
        elif item.info is not None and item.what in ("round", "tree"):
            write_edit(part, audio, item.info, item.keep, encoding=encoding, on_block=tell)
        else:
            write(part, audio, encoding=encoding, on_block=tell)
    except UserError as error:
        # The user knows the file by the name that it was to get, and not the workshop in which it was made.
        raise UserError(error.cause.replace(str(part), str(target)), error.remedy) from error


def difference(before: Audio, after: Audio) -> Audio:
    """`before` - `after`, sample by sample."""
    if (before.sample_rate, before.samples.shape) != (after.sample_rate, after.samples.shape):
        raise UserError("the two rounds differ in length or sample rate", "export them one by one")
    result = scratch(before.samples.shape)
    for start, block in before.blocks():
        end = start + block.shape[1]
        np.subtract(block, after.samples[:, start:end], out=result[:, start:end])
    return Audio(result, before.sample_rate)


def _put_in_place(made: Sequence[tuple[Path, Path]], workshop: Path) -> None:
    """Rename all, keeping what stood there until the last one is in its place."""
    done: list[tuple[Path, Path | None]] = []
    try:
        for part, target in made:
            kept = None
            if target.exists():
                kept = workshop / f"{target.name}.before"
                os.replace(target, kept)
            done.append((target, kept))
            os.replace(part, target)
        for _, kept in done:
            if kept is not None:
                kept.unlink()
    except BaseException:
        for target, kept in reversed(done):
            with contextlib.suppress(OSError):
                target.unlink(missing_ok=True)
                if kept is not None:
                    os.replace(kept, target)
        raise


def _failure(folder: Path, error: OSError) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError(
            f"no space left in '{folder}'; nothing was exported", "free some space, or choose another disk"
        )
    reason = (error.strerror or str(error)).lower()
    return UserError(f"'{folder}' cannot be written to ({reason})", "choose another folder, or allow writing")


class ExportTask(QRunnable):
    """`export` on another thread. `cancel` may be called from any."""

    class Signals(QObject):
        progress = Signal(float)
        finished = Signal(object)
        """The paths, a tuple."""
        failed = Signal(object)
        """A Failure."""
        cancelled = Signal()

    def __init__(self, request: ExportRequest, signals: Signals) -> None:
        super().__init__()
        self._request, self._signals = request, signals
        self._stop = threading.Event()

    def cancel(self) -> None:
        self._stop.set()

    def run(self) -> None:
        # The window may close, and the signals go, while this runs.
        with contextlib.suppress(RuntimeError):
            try:
                paths = export(self._request, self._signals.progress.emit, self._stop.is_set)
                self._signals.finished.emit(paths)
            except Cancelled:
                self._signals.cancelled.emit()
            except UserError as error:
                self._signals.failed.emit(Failure(error.cause, error.remedy))
            except (OSError, MemoryError, ValueError) as error:
                log.exception("exporting to %s", self._request.folder)
                failure = Failure(f"the export failed ({error})", "try another format or folder")
                self._signals.failed.emit(failure)


class ForecastTask(QRunnable):
    """`forecast` on another thread; tells None where it cannot be known."""

    class Signals(QObject):
        told = Signal(int, object)

    def __init__(self, ticket: int, request: ExportRequest, signals: Signals) -> None:
        super().__init__()
        self._ticket, self._request, self._signals = ticket, request, signals

    def run(self) -> None:
        with contextlib.suppress(RuntimeError):
            found: Forecast | None = None
            with contextlib.suppress(UserError, OSError, ValueError):
                found = forecast(self._request)
            self._signals.told.emit(self._ticket, found)
