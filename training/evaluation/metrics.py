"""What an edit is measured by. Every function takes model-rate mono audio and never gives NaN.

A metric that has no meaning for a case (SI-SDR against silence, an instrument that the listener
does not hear even in the truth) is None, and tables say how many cases counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from engine.grid import FRAME_RATE

SILENCE_DB = -60.0
"""RMS in dB of full scale below which audio counts as silence."""

SI_SDR_RANGE = (-30.0, 60.0)
"""Clamped to, so that one silent or one perfect output does not decide a mean."""

HEARD_PROBABILITY = 0.5
HEARD_SECONDS = 1.0
"""An instrument is heard where the listener gives it this probability for this long in all."""


def level_db(audio: np.ndarray) -> float:
    """RMS of `audio` (samples,) in dB of full scale, -120 at the least."""
    power = float(np.mean(np.square(audio, dtype=np.float64))) if audio.size else 0.0
    return max(-120.0, 10 * np.log10(power + 1e-30))


def is_silent(audio: np.ndarray) -> bool:
    return level_db(audio) < SILENCE_DB


def si_sdr(estimate: np.ndarray, reference: np.ndarray) -> float | None:
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux et al. 2019), within SI_SDR_RANGE.

    `estimate`, `reference`: (samples,). Means are taken off first. None where the reference is
    silent: no scale of it explains anything, look at `level_db` of the estimate instead. A silent
    estimate of a sounding reference is the worst there is, the lower end of the range.
    """
    if estimate.shape != reference.shape:
        raise ValueError(f"shapes differ: {estimate.shape} and {reference.shape}")
    if is_silent(reference):
        return None
    estimate = estimate.astype(np.float64) - estimate.mean(dtype=np.float64)
    reference = reference.astype(np.float64) - reference.mean(dtype=np.float64)
    if not np.isfinite(estimate).all() or is_silent(estimate):
        return SI_SDR_RANGE[0]
    projection = reference * (estimate @ reference) / max(float(reference @ reference), 1e-30)
    error = estimate - projection
    ratio = 10 * np.log10((projection @ projection + 1e-20) / (error @ error + 1e-20))
    return float(np.clip(ratio, *SI_SDR_RANGE))


def si_sdr_improvement(estimate: np.ndarray, source: np.ndarray, reference: np.ndarray) -> float | None:
    """SI-SDR of `estimate` less that of the unedited `source`, in dB; None where the reference is silent."""
    after, before = si_sdr(estimate, reference), si_sdr(source, reference)
    return None if after is None or before is None else after - before


def residual_db(error: np.ndarray, against: np.ndarray) -> float:
    """Level of an error relative to a signal in dB; 0 is as loud. Silence to compare with counts as SILENCE_DB."""
    return level_db(error) - max(level_db(against), SILENCE_DB)


def chord_agreement(heard: np.ndarray, truth: np.ndarray) -> float | None:
    """Share of frames on which two chord sequences (frames,) of class indices agree.

    Frames of `truth` below 0 are unknown and not counted; None where nothing is known. The
    shorter of the two decides the length.
    """
    frames = min(heard.shape[0], truth.shape[0])
    known = truth[:frames] >= 0
    if not known.any():
        return None
    return float(np.mean(heard[:frames][known] == truth[:frames][known]))


@dataclass(frozen=True)
class Hearing:
    """What the listener says of one clip."""

    chords: np.ndarray
    """(frames,) class of engine.analysis.chords."""
    seconds: Mapping[str, float]
    """Instrument -> seconds for which its probability is HEARD_PROBABILITY or more."""

    def hears(self, instrument: str) -> bool:
        return self.seconds.get(instrument, 0.0) >= HEARD_SECONDS


def hearing(chords: np.ndarray, instruments: np.ndarray, names: Sequence[str]) -> Hearing:
    """`chords` (classes, frames) and `instruments` (len(names), frames) are probabilities or chord logits."""
    seconds = (instruments >= HEARD_PROBABILITY).sum(axis=1) / FRAME_RATE
    return Hearing(chords.argmax(axis=0), dict(zip(names, seconds.tolist(), strict=True)))


def followed(
    source: Hearing, output: Hearing, target: Hearing, coming: Sequence[str], going: Sequence[str]
) -> float | None:
    """Share of the asked changes of instruments that the listener hears in the output.

    An instrument of `coming` counts where the listener misses it in the source and hears it in the
    true target, one of `going` where it hears it in the source and not in the true target: what
    the listener cannot tell in the truth says nothing about the edit. None where none counts.
    """
    came = [output.hears(name) for name in coming if not source.hears(name) and target.hears(name)]
    went = [not output.hears(name) for name in going if source.hears(name) and not target.hears(name)]
    changes = came + went
    return sum(changes) / len(changes) if changes else None


def instruction_accuracy(edited: AbstractSet[str], target: AbstractSet[str]) -> float | None:
    """Instruction accuracy, Eq. 8, of one case: the tags T_e of the edited music against the tags T_t of the target.

        IA = |T_e & T_t| / max(|T_e|, |T_t|)

    None where both are without tags: the quotient has no value, and says nothing about the edit.
    """
    most = max(len(edited), len(target))
    return len(edited & target) / most if most else None


@dataclass(frozen=True)
class Summary:
    """A mean over cases (or their median, where that is said) with its 95% interval."""

    mean: float
    low: float
    high: float
    count: int


def bootstrap(values: Sequence[float | None], *, seed: int = 0, resamples: int = 2000) -> Summary | None:
    """Mean of the values that are not None, with the percentile bootstrap's 95% interval; None where none is."""
    return bootstrap_average([list(enumerate(values))], seed=seed, resamples=resamples)


def bootstrap_median(values: Sequence[float | None], *, seed: int = 0, resamples: int = 2000) -> Summary | None:
    """The median of the values that are not None in place of the mean, with its percentile bootstrap's 95% interval."""
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if not known.size:
        return None
    drawn = np.random.default_rng(seed).integers(known.size, size=(resamples, known.size))
    low, high = np.percentile(np.median(known[drawn], axis=1), [2.5, 97.5])
    return Summary(float(np.median(known)), float(low), float(high), known.size)


def bootstrap_average(
    tasks: Sequence[Sequence[tuple[int, float | None]]], *, seed: int = 0, resamples: int = 2000
) -> Summary | None:
    """The mean of the tasks' means, as in the paper's "Avg.", with the percentile bootstrap's 95% interval over songs.

    Each task is (song, value) pairs; a song is drawn with all its cases, since they share its music. None where a
    task knows no value. `count` is of all known values.
    """
    songs = sorted({song for task in tasks for song, value in task if value is not None})
    place = {song: row for row, song in enumerate(songs)}
    sums = np.zeros((len(songs), len(tasks)))
    counts = np.zeros((len(songs), len(tasks)))
    for column, task in enumerate(tasks):
        for song, value in task:
            if value is not None:
                sums[place[song], column] += value
                counts[place[song], column] += 1
    if not counts.size or not counts.any(axis=0).all():
        return None
    even = np.full(len(songs), 1 / len(songs))
    weights = np.random.default_rng(seed).multinomial(len(songs), even, size=resamples).astype(np.float64)
    drawn = weights @ counts
    # A draw without a single case of a task says nothing about it.
    whole = (drawn > 0).all(axis=1)
    means = ((weights[whole] @ sums) / drawn[whole]).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    mean = float((sums.sum(axis=0) / counts.sum(axis=0)).mean())
    return Summary(mean, float(low), float(high), int(counts.sum()))
