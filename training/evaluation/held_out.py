"""The held-out table: edits of songs and of a soundfont that no training has heard, measured against the truth.

For every case five outputs are measured: the unedited source (the floor), the edit rendered onto the source, the
edit decoded from sampled latents as in the paper, the true target through the autoencoder, and the true target (the
ceiling).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.audio import Audio
from engine.editor import Editor, EditRequest
from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from training.evaluation.cases import Case
from training.evaluation.metrics import (
    Hearing,
    chord_agreement,
    followed,
    hearing,
    level_db,
    residual_db,
    si_sdr,
    si_sdr_improvement,
)

Records = list[dict[str, Any]]

FORMAT = 1


def evaluate(
    editor: Editor,
    cases: Iterable[Case],
    journal: Path,
    *,
    steps: int | None = None,
    on_case: Callable[[Case], object] | None = None,
) -> Records:
    """Measures every case and appends its records to `journal`, one JSON line a case; what stands there stays.

    Raises UserError where the journal was written with another model or other steps.
    """
    header = {"format": FORMAT, "model": _identity(editor), "steps": steps}
    done = read_journal(journal, header)
    records: Records = []
    with journal.open("a", encoding="utf-8") as lines:
        if not done and journal.stat().st_size == 0:
            lines.write(json.dumps(header) + "\n")
        for case in cases:
            rows = done.get(case.name)
            if rows is None:
                rows = measure(editor, case, steps)
                lines.write(json.dumps({"case": case.name, "records": rows}) + "\n")
                lines.flush()
            records += rows
            if on_case is not None:
                on_case(case)
    return records


def read_journal(journal: Path, header: dict[str, Any]) -> dict[str, Records]:
    """Case -> its records. A last line that was cut off when the run was stopped is taken off the file."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    if not journal.exists() or journal.stat().st_size == 0:
        return {}
    text = journal.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        journal.write_text(whole, encoding="utf-8")
    lines = whole.splitlines()
    try:
        if lines and json.loads(lines[0]) != header:
            raise UserError(f"{journal} was measured with another model or other steps", "name another --run folder")
        entries = [json.loads(line) for line in lines[1:]]
        return {entry["case"]: entry["records"] for entry in entries}
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{journal} is damaged", "delete it, or name another --run folder") from error


def measure(editor: Editor, case: Case, steps: int | None = None) -> Records:
    """One record an output of the case."""
    listen = _listener(editor)
    heard_source, heard_target = listen(case.source), listen(case.target)
    records: Records = []
    for system, output, seconds in _outputs(editor, case, steps):
        heard = heard_target if system == "target" else heard_source if system == "unedited" else listen(output)
        records.append(
            {
                "case": case.name,
                "operation": case.operation,
                "instruction": case.instruction.text,
                "system": system,
                "seconds": seconds,
                "si_sdr": si_sdr(output, case.target),
                "si_sdri": si_sdr_improvement(output, case.source, case.target),
                "followed": followed(heard_source, heard, heard_target, case.coming, case.going),
                "chords_target": chord_agreement(heard.chords, heard_target.chords),
                "chords_true": None if case.chords is None else chord_agreement(heard.chords, case.chords),
                "level_db": level_db(output),
                # Against the source, whose level says how loud a wrong answer is: the target may be silence.
                "residual_db": residual_db(output - case.target, case.source),
            }
        )
    return [{key: _plain(value) for key, value in record.items()} for record in records]


def _outputs(editor: Editor, case: Case, steps: int | None) -> Iterator[tuple[str, np.ndarray, float | None]]:
    """(system, samples at the model's rate, seconds it took)."""
    yield "unedited", case.source, None
    began = time.perf_counter()
    request = EditRequest(Audio(case.source[None], SAMPLE_RATE), case.instruction, seed=case.seed, steps=steps)
    both = editor.decoded(request)
    seconds = time.perf_counter() - began
    yield "rendered", both.edit.audio.samples[0], seconds
    yield "decoded", both.target.samples[0][: case.source.shape[0]], seconds
    networks = editor.networks
    latents = networks.encode(case.target, _unwatched)
    yield "round_trip", networks.decode(latents, case.target.shape[0], _unwatched), None
    yield "target", case.target, None


def _listener(editor: Editor) -> Callable[[np.ndarray], Hearing]:
    names = editor.bundle.vocabulary.instrument_names

    def listen(audio: np.ndarray) -> Hearing:
        heard = editor.networks.listen(np.ascontiguousarray(audio), _unwatched)
        return hearing(heard.chords, heard.instruments, names)

    return listen


def _identity(editor: Editor) -> dict[str, str]:
    """Which weights these are, whatever the folder is called."""
    return {name: entry["sha256"] for name, entry in sorted(editor.bundle.manifest["files"].items())}


def _unwatched(share: float) -> None:
    """Progress that nobody looks at."""


def _plain(value: Any) -> Any:
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value
