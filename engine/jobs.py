"""Jobs on files: what the command line and the worker both do. Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.analysis.notes import heard_notes
from engine.audio import Audio, FileInfo, probe, read, with_headroom, write_edit
from engine.errors import UserError
from engine.messages import EditReport, RoundReport
from engine.midi import write_midi
from engine.regions import Span, untouched_spans
from engine.rendering import Stems
from engine.session.locking import claimed
from engine.stems import write_stems
from engine.targets import (
    beside,
    check_fresh,
    check_targets,
    edit_targets,
    folder_targets,
    free_beside,
    round_path,
    stem_prefix,
)

if TYPE_CHECKING:
    from engine.editor import Editor, Round
    from engine.watching import IsCancelled, OnPreview, OnProgress

HEARD_TRACK = "heard"
"""Name of the track in which a song's notes lie, whoever plays them."""
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


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
    headroom: bool = False,
    on_progress: OnProgress | None = None,
    is_cancelled: IsCancelled | None = None,
    on_preview: OnPreview | None = None,
) -> EditReport:
    """Edit the file `source` by each of `texts` in turn and write `output`, with its rate, channels and length.

    With `rounds_folder` every round is kept there as round-1.wav, ... With `stems_folder` what each round took and
    brought is kept there as round-1.removed.wav, round-1.added.wav and, where it was written, round-1.notes.mid, ...;
    `stems` is the begin of such names for the last round alone. With `headroom` nothing over full scale is cut off in
    `output`, which is of floats then: for rounds that others stand on. Raises UserError, Cancelled; before anything is
    done where one of these files would replace the source or another of them, or where one of the two folders holds
    such files of an earlier edit, or gets those of another one just now.
    """
    from engine.editor import EditRequest

    begin = time.perf_counter()
    # All of them are understood before the first is done.
    instructions = [(text, instruction) for text in texts for instruction in editor.read(text)]
    check_targets(edit_targets(len(instructions), output, rounds_folder, stems_folder, stems), {source: "source"})
    kept = folder_targets(len(instructions), rounds_folder, stems_folder)
    check_fresh(kept)
    info = probe(source)
    audio = read(source)
    rounds: list[RoundReport] = []
    spans: list[Span] = []
    with keeping((rounds_folder, stems_folder), kept):
        for number, (text, instruction) in enumerate(instructions, 1):
            request = EditRequest(audio, instruction, seed, steps, guidance, region, strength=strength)
            prefix = stem_prefix(number, len(instructions), stems_folder, stems)
            edit = editor.run(
                request,
                _numbered(on_progress, number, len(instructions)),
                is_cancelled,
                on_preview=on_preview,
                keep_stems=prefix is not None,
            )
            audio = edit.audio
            spans.append(edit.rounds[0].span)
            path = _keep_round(rounds_folder, number, audio, info, untouched_spans(spans, audio.frames))
            done = edit.rounds[0]
            removed, added = _keep_stems(prefix, done.stems, info)
            notes = _keep_notes(prefix, done, editor, info)
            rounds.append(
                RoundReport(
                    instruction=text,
                    understood=instruction.sentence,
                    seed=seed,
                    steps=done.steps,
                    seconds=round(done.seconds, 3),
                    output=path,
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
        encoding = with_headroom(output, audio, info) if headroom else None
        written = write_edit(output, audio, info, untouched_spans(spans, audio.frames), encoding=encoding)
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
    (.npz), as engine.messages.AnalyzeJob says, the notes that it hears to `midi`. Raises UserError, Cancelled; before
    it listens where one of the two would replace the source or the other."""
    check_targets([path for path in (output, midi) if path is not None], {source: "source"})
    audio = read(source)
    heard = editor.listen(audio, on_progress, is_cancelled)
    if output is not None:
        arrays = {
            "chords": _probabilities(heard.chords),
            "pitches": _probabilities(heard.pitches),
            "instruments": _probabilities(heard.instruments),
            "beats": heard.beat_times,
            "downbeats": heard.downbeat_times,
        }
        _save(Path(output), lambda part: _write_arrays(part, arrays), source)
    if midi is not None:
        assert heard.onsets is not None
        notes = {HEARD_TRACK: heard_notes(heard.pitches, heard.onsets)}
        _save(midi, lambda part: write_midi(part, notes, editor.bundle.vocabulary), source)
    return heard.to_json()


@contextlib.contextmanager
def keeping(folders: Sequence[Path | str | None], targets: Sequence[Path]) -> Iterator[None]:
    """Make the folders in which an edit keeps `targets`, and have them to oneself: two edits at once would replace each
    other's rounds. Raises UserError, also where a target is there already."""
    with contextlib.ExitStack() as stack:
        named = [Path(folder) for folder in folders if folder is not None]
        for folder in {os.path.realpath(folder): folder for folder in named}.values():
            make_folder(folder)
            try:
                stack.enter_context(claimed(folder))
            except BlockingIOError as error:
                raise UserError(
                    f"another edit is keeping its rounds in '{folder}' just now",
                    f"wait until it is done, or name another folder, such as '{free_beside(folder)}'",
                ) from error
        # Another edit may have come and gone since.
        check_fresh(targets)
        yield


def check_place(path: Path) -> None:
    """Raises UserError where no file can be written to `path`. It is tried beside it: permissions do not tell all."""
    try:
        # Tells of a name that is too long, which the shorter one of the trial does not.
        with contextlib.suppress(FileNotFoundError):
            os.lstat(path)
        if path.is_dir():
            raise UserError(f"'{path}' is a folder", "name a file")
        if not path.parent.is_dir():
            raise UserError(f"there is no folder '{path.parent}'", "make it, or name another file")
        _create_part(path).unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def make_folder(folder: Path | str) -> None:
    """Make the folder where it is not there yet. Raises UserError where that cannot be."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise UserError(f"'{folder}' is a file and not a folder", "name another folder") from error
    except OSError as error:
        raise _unwritable(folder, error) from error


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
        # Of a renaming, the name that the user knows is the second.
        name = error.filename2 or error.filename
        if error.errno in _NO_SPACE:
            return UserError("no space is left on the disk", "free some space, or write to another disk")
        if error.errno in _NOT_ALLOWED and name:
            return UserError(f"'{name}' cannot be written", "choose another folder, or allow writing")
        if error.errno is not None and isinstance(name, str | os.PathLike):
            return UserError(f"'{name}' cannot be read or written ({error.strerror})", "check the path")
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
    path = round_path(folder, number)
    write_edit(path, audio, info, untouched)
    return str(path)


def _keep_stems(prefix: Path | None, stems: Stems, source: FileInfo) -> tuple[str | None, str | None]:
    """The paths of the stems that there are. Raises UserError where one would replace the source."""
    if prefix is None or (stems.removed is None and stems.added is None):
        return None, None
    make_folder(prefix.parent)
    removed, added = write_stems(prefix, stems, source)
    return removed and str(removed), added and str(added)


def _keep_notes(prefix: Path | None, done: Round, editor: Editor, source: FileInfo) -> str | None:
    """Write what new instruments play as MIDI; its path, None where nothing was written or nobody asked."""
    if prefix is None or not any(len(rows) for rows in done.notes.values()):
        return None
    make_folder(prefix.parent)
    path = beside(prefix, "notes.mid")
    called = dict(done.instruction.names)
    _save(path, lambda part: write_midi(part, done.notes, editor.bundle.vocabulary, called), source.path)
    return str(path)


def _save(path: Path, save: Callable[[Path], None], source: Path | str) -> None:
    """A file, whole or not at all, and never the `source`. `save` writes the path that it gets, and waits for the
    disk."""
    check_targets([path], {source: "source"})
    check_place(path)
    part = None
    try:
        part = _create_part(path)
        save(part)
        os.replace(part, path)
    except BaseException as error:
        if part is not None:
            with contextlib.suppress(OSError):
                part.unlink()
        if isinstance(error, OSError) and error.errno is not None:
            raise _unwritable(path, error) from error
        raise


def _create_part(path: Path) -> Path:
    """An empty file beside `path`, whose short name fits wherever that of `path` does."""
    part = path.with_name(f".{secrets.token_hex(4)}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return part


def _unwritable(path: Path | str, error: OSError) -> UserError:
    """Names the file that the user knows, and not the one beside it that was tried."""
    if error.errno in (*_NO_SPACE, *_NOT_ALLOWED):
        known = as_user_error(OSError(error.errno, error.strerror, str(path)))
        assert known is not None
        return known
    return UserError(f"'{path}' cannot be written ({error.strerror})", "check the path")


def _probabilities(matrix: np.ndarray) -> np.ndarray:
    return matrix.astype(np.float16)  # a thousandth of each is enough to look at


def _write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Not compressed: the window reads them, and unpacking four minutes would hold it up for 80 ms."""
    with path.open("wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
