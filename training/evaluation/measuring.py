"""All figures of one output of one case, as one plain record.

case, operation, song, instruction   which case
system, output                       whose, and one of OUTPUTS
seconds                              that the edit took, None for what no model made
si_sdr ... independent_true          the metrics, None where one has no meaning for the case
tags                                 the instruments that the judge heard
embeddings                           encoder -> base64 of float16 (n, D), for FAD
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from training.evaluation.cases import REGION, Case
from training.evaluation.harmony import bar_edges, chord_accuracy, overlaps
from training.evaluation.judge import Heard
from training.evaluation.metrics import (
    followed,
    instruction_accuracy,
    level_db,
    residual_db,
    si_sdr,
    si_sdr_improvement,
)
from training.evaluation.similarity import Truth, log_spectral_distance, outside_db

Record = dict[str, Any]

UNEDITED, TARGET, ROUND_TRIP, DECODED, RENDERED = "unedited", "target", "round_trip", "decoded", "rendered"
OUTPUTS = (UNEDITED, RENDERED, DECODED, ROUND_TRIP, TARGET)
REFERENCES = (UNEDITED, TARGET)
"""Outputs that no system makes: floor and ceiling."""


def truth_of(case: Case) -> Truth:
    """What every output of the case is compared with."""
    return Truth(case.target, case.kept, [case.removed, *([] if case.added is None else [case.added])])


def measure(
    case: Case,
    output: str,
    audio: np.ndarray,
    heard: Heard,
    source: Heard,
    target: Heard,
    truth: Truth,
    *,
    system: str = "",
    seconds: float | None = None,
) -> Record:
    """The record of `audio`, which the judge has `heard`, as well as the case's source and target.

    `truth`: `truth_of` the case.
    """
    pitch, interval = _overlaps(case, heard, target)
    record: Record = {
        "case": case.key,
        "operation": case.operation,
        "song": case.song,
        "instruction": case.instruction.text,
        "system": system,
        "output": output,
        "seconds": seconds,
        "si_sdr": si_sdr(audio, case.target),
        "si_sdri": si_sdr_improvement(audio, case.source, case.target),
        "ssim": truth.ssim(audio),
        # What is said of autoencoders; edits are judged by other figures.
        "log_spectral": log_spectral_distance(audio, case.target) if output == ROUND_TRIP else None,
        "preservation": truth.preservation(audio),
        "level_db": level_db(audio),
        # Against the source, whose level says how loud a wrong answer is: the target may be silence.
        "residual_db": residual_db(audio - case.target, case.source),
        "outside_db": None,
        "followed": followed(source.hearing, heard.hearing, target.hearing, case.coming, case.going),
        "ia": instruction_accuracy(heard.tags, target.tags),
        "ia_labels": instruction_accuracy(heard.tags, frozenset(case.after)),
        "cra": chord_accuracy(heard.hearing.chords, target.hearing.chords),
        "cra_source": chord_accuracy(heard.hearing.chords, source.hearing.chords),
        "cra_labels": None if case.chords is None else chord_accuracy(heard.hearing.chords, case.chords),
        "pch": pitch,
        "ioi": interval,
        **_independent(case, heard, target),
        "tags": sorted(heard.tags),
        "labels": sorted(case.before if output == UNEDITED else case.after),
    }
    if case.operation == REGION and case.instruction.region is not None:
        record["outside_db"] = outside_db(audio, case.source, case.instruction.region)
    plain = {key: _plain(value) for key, value in record.items()}
    plain["embeddings"] = {name: packed(vectors) for name, vectors in heard.embeddings.items()}
    return plain


def packed(vectors: np.ndarray) -> str:
    """(n, D) -> base64 of n, then float16."""
    return f"{vectors.shape[0]}:" + base64.b64encode(np.ascontiguousarray(vectors, np.float16).tobytes()).decode()


def unpacked(text: str) -> np.ndarray:
    """The inverse of `packed`. Raises ValueError for what is not its result."""
    count, _, coded = text.partition(":")
    return np.frombuffer(base64.b64decode(coded), np.float16).reshape(int(count), -1).astype(np.float32)


def _overlaps(case: Case, heard: Heard, target: Heard) -> tuple[float | None, float | None]:
    """(PCH, IOI) over the bars of the song; where nobody knows them, over those heard in the true target."""
    bars = case.bars if case.bars is not None else target.downbeats
    return overlaps(heard.played, target.played, bar_edges(target.played.pitches.shape[1], bars))


def _independent(case: Case, heard: Heard, target: Heard) -> Mapping[str, float | None]:
    if heard.independent is None or target.independent is None:
        return {"cra_independent": None, "cra_independent_labels": None}
    labels = None if case.chords is None else chord_accuracy(heard.independent, case.chords)
    return {
        "cra_independent": chord_accuracy(heard.independent, target.independent),
        "cra_independent_labels": labels,
    }


def _plain(value: Any) -> Any:
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value
