"""Jobs on files: what the command line and the worker both do. Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.analysis.notes import heard_notes
from engine.audio import Audio, FileInfo, probe, read, write, write_edit
from engine.errors import UserError
from engine.messages import EditReport, RoundReport
from engine.midi import write_midi
from engine.regions import Span, untouched_spans
from engine.rendering import Stems

if TYPE_CHECKING:
    from engine.editor import Editor
    from engine.watching import IsCancelled, OnPreview, OnProgress

HEARD_TRACK = "heard"
"""Name of the track in which a song's notes lie, whoever plays them."""


def edit_file(
    editor: Editor,
    source: Path | str,
    output: Path | str,
    texts: Sequence[str],
    *,
    seed: int = 0,
    steps: int | None = None,
    guidance: float | None = None,
    region: tuple[float, float] | None = None,
    strength: float = 1.0,
    rounds_folder: Path | str | None = None,
    stems_folder: Path | str | None = None,
    stems: Path | str | None = None,
    on_progress: OnProgress | None = None,
    is_cancelled: IsCancelled | None = None,
    on_preview: OnPreview | None = None,
) -> EditReport:
    """Edit the file `source` by each of `texts` in turn and write `output`, with its rate, channels and length.

    With `rounds_folder` every round is kept there as round-1.wav, ... With `stems_folder` what each round took and
    brought is kept there as round-1.removed.wav, round-1.added.wav and, where it was written, round-1.notes.mid, ...;
    `stems` is the begin of such names for the last round alone. Raises UserError, Cancelled.
    """
    from engine.editor import EditRequest

    begin = time.perf_counter()
    # All of them are understood before the first is done.
    instructions = [(text, instruction) for text in texts for instruction in editor.read(text)]
    info = probe(source)
    audio = read(source)
    rounds: list[RoundReport] = []
    spans: list[Span] = []
    for number, (text, instruction) in enumerate(instructions, 1):
        request = EditRequest(audio, instruction, seed, steps, guidance, region, strength=strength)
        prefix = None if stems_folder is None else Path(stems_folder) / f"round-{number}"
        if stems is not None and number == len(instructions):
            prefix = Path(stems)
        edit = editor.run(
            request,
            _numbered(on_progress, number, len(instructions)),
            is_cancelled,
            on_preview=on_preview,
            keep_stems=prefix is not None,
        )
        audio = edit.audio
        spans.append(edit.rounds[0].span)
        kept = _keep_round(rounds_folder, number, audio, info, untouched_spans(spans, audio.frames))
        done = edit.rounds[0]
        removed, added = _keep_stems(prefix, done.stems)
        notes = _keep_notes(prefix, done.notes, editor)
        rounds.append(
            RoundReport(
                instruction=text,
                understood=instruction.sentence,
                seed=seed,
                steps=done.steps,
                seconds=round(done.seconds, 3),
                output=kept,
                heard=done.heard,
                warnings=done.warnings,
                guidance=guidance,
                strength=strength,
                removed=removed,
                added=added,
                notes=notes,
            )
        )
    if on_progress:
        on_progress("writing", 0, 1, len(instructions), len(instructions))
    written = write_edit(output, audio, info, untouched_spans(spans, audio.frames))
    return EditReport(
        rounds=tuple(rounds),
        output=str(output),
        seconds=round(time.perf_counter() - begin, 3),
        clipped=written.clipped,
        peak_db_over=round(written.peak_db_over, 2),
    )


def analyze_file(
    editor: Editor,
    source: Path | str,
    output: Path | str | None = None,
    *,
    midi: Path | None = None,
    on_progress: OnProgress | None = None,
    is_cancelled: IsCancelled | None = None,
) -> dict[str, Any]:
    """What the listener hears in the file, as `instructme analyze --json` prints it. Its matrices go to `output`
    (.npz), as engine.messages.AnalyzeJob says, the notes that it hears to `midi`."""
    heard = editor.listen(read(source), on_progress, is_cancelled)
    if output is not None:
        arrays = {
            "chords": _probabilities(heard.chords),
            "pitches": _probabilities(heard.pitches),
            "instruments": _probabilities(heard.instruments),
            "beats": heard.beat_times,
            "downbeats": heard.downbeat_times,
        }
        _save(Path(output), lambda part: _write_arrays(part, arrays))
    if midi is not None:
        assert heard.onsets is not None
        notes = {HEARD_TRACK: heard_notes(heard.pitches, heard.onsets)}
        _save(midi, lambda part: write_midi(part, notes, editor.bundle.vocabulary))
    return heard.to_json()


def as_user_error(error: Exception) -> UserError | None:
    """What went wrong, where it is the machine's or the user's doing; None for a defect of ours."""
    if isinstance(error, UserError):
        return error
    out_of_memory = isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError)
        and (type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error))
    )
    if out_of_memory:
        return UserError("there is not enough memory for this edit", "close other programs, or edit a shorter region")
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return UserError("no space is left on the disk", "free some space, or write to another disk")
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and error.filename:
            return UserError(f"'{error.filename}' cannot be written", "choose another folder, or allow writing")
    return None


def _numbered(on_progress: OnProgress | None, round: int, rounds: int) -> OnProgress | None:
    """Each round is a request of its own to the editor; the listener of progress sees the whole chain."""
    if on_progress is None:
        return None

    def report(stage: Any, done: int, total: int, *_: int) -> None:
        on_progress(stage, done, total, round, rounds)

    return report


def _keep_round(
    folder: Path | str | None, number: int, audio: Audio, info: FileInfo, untouched: Sequence[Span]
) -> str | None:
    if folder is None:
        return None
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"round-{number}.wav"
    write_edit(path, audio, info, untouched)
    return str(path)


def _keep_stems(prefix: Path | None, stems: Stems) -> tuple[str | None, str | None]:
    """Write the stems there are beside one another, in 32-bit float, which holds them as they are; their paths."""
    paths: list[str | None] = []
    for name, stem in (("removed", stems.removed), ("added", stems.added)):
        if prefix is None or stem is None:
            paths.append(None)
            continue
        prefix.parent.mkdir(parents=True, exist_ok=True)
        path = prefix.with_name(f"{prefix.name}.{name}.wav")
        write(path, stem)
        paths.append(str(path))
    return paths[0], paths[1]


def _keep_notes(prefix: Path | None, notes: Mapping[str, np.ndarray], editor: Editor) -> str | None:
    """Write what new instruments play as MIDI; its path, None where nothing was written or nobody asked."""
    if prefix is None or not any(len(rows) for rows in notes.values()):
        return None
    from engine.midi import write_midi

    prefix.parent.mkdir(parents=True, exist_ok=True)
    path = prefix.with_name(f"{prefix.name}.notes.mid")
    write_midi(path, notes, editor.bundle.vocabulary)
    return str(path)


def _save(path: Path, save: Callable[[Path], None]) -> None:
    """A file, whole or not at all. `save` writes the path that it gets, and waits for the disk."""
    if not path.parent.is_dir():
        raise UserError(f"there is no folder {path.parent}", "make it, or name another file")
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        save(part)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _probabilities(matrix: np.ndarray) -> np.ndarray:
    return matrix.astype(np.float16)  # a thousandth of each is enough to look at


def _write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Not compressed: the window reads them, and unpacking four minutes would hold it up for 40 ms."""
    with path.open("wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
