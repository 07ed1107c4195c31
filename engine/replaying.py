"""Doing again what a log tells: the same song, model and seeds give the same samples."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.audio import probe, read, write_edit
from engine.errors import UserError
from engine.jobs import edit_file, keeping
from engine.messages import EditReport, RoundReport
from engine.session import Log, LoggedEdit, Way, read_log, take_region, untouched, way_between
from engine.session.files import read_json
from engine.session.round import is_text
from engine.targets import STEM_ENDINGS, beside, check_fresh, check_targets

if TYPE_CHECKING:
    from engine.bundle import Bundle
    from engine.editor import Editor
    from engine.watching import IsCancelled, OnProgress


def load_log(path: Path) -> Log:
    """Raises UserError where `path` is no log of InstructME, or holds what no edit can be done with."""
    try:
        log = read_log(read_json(path))
    except OSError as error:
        raise UserError(f"the log {path} cannot be read ({error.strerror})", "check the path") from error
    except (ValueError, RecursionError, TypeError) as error:
        raise UserError(f"{path} is not a log of InstructME", "name one that its window exported") from error
    for edit in log.edits:
        if odd := _odd(edit):
            raise UserError(f"in the log {path}, round {edit.id!r} has {odd}", "export it again")
    return log


def _odd(edit: LoggedEdit) -> str | None:
    """What of an edit no window wrote: a log is a text file, which anybody may have changed."""
    # A name becomes a file's; a zero byte or half a character cannot stand in one.
    texts = (edit.instruction, edit.understood, edit.model or "", edit.model_hash or "")
    if not edit.id.isprintable() or not all(isinstance(text, str) and is_text(text) for text in texts):
        return "an odd name or text"
    allowed = (
        ("seed", edit.seed, int, 2**63 - 1),
        ("number of steps", edit.steps, int, 1000),
        ("guidance", edit.guidance, int | float, 50),
        ("strength", edit.strength, int | float, 1),
    )
    for name, value, kind, largest in allowed:
        if value is None:
            continue
        # JSON's true is an int to Python; NaN fails the comparison.
        if isinstance(value, bool) or not isinstance(value, kind) or not 0 <= value <= largest:
            return f"a {name} that makes no sense"
    return None


def replay_targets(
    edits: Sequence[LoggedEdit], output: Path, rounds_folder: Path | None, stems_folder: Path | None = None
) -> list[Path]:
    """Every file that `replay_file` writes and leaves; `output` is the first."""
    kept = [] if rounds_folder is None else [rounds_folder / f"{edit.id}.wav" for edit in edits]
    if stems_folder is not None:
        kept += [stems_folder / f"{edit.id}.{ending}" for edit in edits for ending in STEM_ENDINGS]
    return [output, *kept]


def doubts(log: Log, edits: Sequence[LoggedEdit], source: Path, bundle: Bundle) -> tuple[str, ...]:
    """Why the samples may be others than those of the logged rounds; one line each, for people."""
    found = []
    if log.source_hash is not None:
        with source.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != log.source_hash:
                found.append(f"{source} is not the file that the log was made from")
    asked = [edit for edit in edits if edit.taken_from is None]
    others = sorted({edit.model_hash or "" for edit in asked} - {bundle.hash, ""})
    names = sorted({edit.model or "another model" for edit in asked if edit.model_hash in others})
    if others:
        found.append(f"the log was made with {' and '.join(names)}, not with this state of {bundle.name}")
    elif any(edit.model_hash is None for edit in asked):
        found.append("the log does not say exactly which model was used")
    return tuple(found)


def replay_file(
    editor: Editor,
    source: Path,
    output: Path,
    edits: Sequence[LoggedEdit],
    *,
    rounds_folder: Path | None = None,
    stems_folder: Path | None = None,
    on_progress: OnProgress | None = None,
    is_cancelled: IsCancelled | None = None,
) -> EditReport:
    """Do `edits` (of `Log.way_to`) on the file `source` and write the last of them to `output`.

    Between rounds the audio goes through files as in a project, so that it is rounded as it was there. With
    `rounds_folder` each round is kept there under its id, with `stems_folder` what it took and brought. Raises
    UserError, Cancelled.
    """
    begin = time.perf_counter()
    if not edits:
        raise UserError("the log has no edit to be done", "choose another round with --until")
    targets = replay_targets(edits, output, rounds_folder, stems_folder)
    check_targets(targets, {source: "source"})
    check_fresh(targets[1:])
    info = probe(source)
    reports: list[RoundReport] = []
    with (
        keeping((rounds_folder, stems_folder), targets[1:]),
        tempfile.TemporaryDirectory(prefix="instructme-replay-") as scratch,
    ):
        folder = rounds_folder or Path(scratch)
        files: dict[str, Path] = {}
        for number, edit in enumerate(edits, 1):
            base = files.get(edit.parent, source)
            files[edit.id] = target = folder / f"{edit.id}.wav"

            def report(stage: object, done: int, total: int, *_: int, number: int = number) -> None:
                assert on_progress is not None
                on_progress(stage, done, total, number, len(edits))  # type: ignore[arg-type]

            stems = None if stems_folder is None else stems_folder / edit.id
            if edit.taken_from is not None and edit.region is not None:
                way = None if stems is None else _way(edits, edit.parent, edit.taken_from, stems.parent)
                take_region(base, files.get(edit.taken_from, source), target, edit.region, way=way, stems=stems)
                done = RoundReport(
                    edit.instruction,
                    edit.understood,
                    0,
                    0,
                    0.0,
                    removed=_path(stems, "removed"),
                    added=_path(stems, "added"),
                )
            else:
                done = edit_file(
                    editor,
                    base,
                    target,
                    (edit.understood,),
                    seed=edit.seed or 0,
                    # A round that needed no sampling says 0.
                    steps=edit.steps or None,
                    guidance=edit.guidance,
                    strength=1.0 if edit.strength is None else edit.strength,
                    region=edit.region,
                    stems=stems,
                    headroom=True,
                    on_progress=report if on_progress else None,
                    is_cancelled=is_cancelled,
                ).rounds[-1]
            kept = str(target) if rounds_folder else None
            reports.append(replace(done, instruction=edit.instruction, output=kept))
        audio = read(files[edits[-1].id])
        written = write_edit(output, audio, info, untouched(_regions(edits), info.frames, info.sample_rate))
    seconds = round(time.perf_counter() - begin, 3)
    return EditReport(tuple(reports), str(output), seconds, written.clipped, round(written.peak_db_over, 2))


def _way(edits: Sequence[LoggedEdit], id: str, other: str, stems: Path) -> Way:
    """Of stems that lie in a folder."""
    by_id = {edit.id: edit.parent for edit in edits}

    def to_source(id: str | None) -> Iterator[str]:
        while id is not None:
            yield id
            id = by_id.get(id)

    return way_between([*to_source(id)], [*to_source(other)], lambda id, stem: _there(stems / f"{id}.{stem}.wav"))


def _path(stems: Path | None, name: str) -> str | None:
    """Of a stem that was written."""
    path = None if stems is None else _there(beside(stems, f"{name}.wav"))
    return path and str(path)


def _there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _regions(edits: Sequence[LoggedEdit]) -> Iterator[tuple[float, float] | None]:
    """Of the edits on the way to the last one."""
    by_id = {edit.id: edit for edit in edits}
    edit: LoggedEdit | None = edits[-1]
    while edit is not None:
        if edit.strength != 0:
            yield edit.region
        edit = by_id.get(edit.parent)
