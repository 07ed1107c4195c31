"""Harmony and rhythm of an output against its target: Eq. 9 and Eq. 10 of the paper's appendix.

Both compare what the same listener hears in either, so its own mistakes are in output and target alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from engine.grid import FRAME_RATE
from training.evaluation.metrics import chord_agreement

PITCH_CLASSES = 12
INTERVAL_CLASSES = 32
LOWEST_CLASS = 9
"""Pitch class of the pitch matrix's first row, A0."""

SOUNDING = 0.5
SHORTEST_NOTE = 3
LONGEST_GAP = 2
"""Frames of 20 ms: what is shorter is no note, and what interrupts a note for less does not end it."""
CHORD_FRAMES = 2
"""Onsets that are no further apart are one: the notes of a chord are not an interval."""

BANDWIDTH = 0.5
"""Of the Gaussian kernels, in classes. The paper names none; half a class keeps neighbours apart, where Scott's rule
(about two semitones) would make most bars of any two songs alike."""
GRID = 8
"""Points of the densities to a class."""

UNKNOWN_BAR = 2.0
"""Seconds of a bar where nobody knows them: four beats at 120 a minute."""
SHORTEST_BAR = 0.4


def chord_accuracy(edited: np.ndarray, reference: np.ndarray) -> float | None:
    """Chord recognition accuracy, Eq. 9, of one track: (frames,) classes of edited and reference.

        CA = 1 / (N_t * N_c) * sum_i sum_j I{C_ij = C'_ij}

    C_ij is the j-th chord of the i-th track. The chords lie on one time line of 20 ms, so that a long chord counts
    for its length; the mean over the N_t tracks is taken by the tables. Frames whose chord is unknown (below 0) do
    not count; None where none is known.
    """
    return chord_agreement(edited, reference)


def bar_edges(frames: int, starts: np.ndarray | None) -> np.ndarray:
    """Frames between which the bars lie, 0 and `frames` among them; pieces that are too short join the next bar."""
    if starts is None or len(starts) == 0:
        starts = np.arange(0, frames, round(UNKNOWN_BAR * FRAME_RATE))
    edges = [0]
    shortest = SHORTEST_BAR * FRAME_RATE
    for start in sorted(int(start) for start in starts):
        if start - edges[-1] >= shortest and frames - start >= shortest:
            edges.append(start)
    return np.array([*edges, frames])


def notes(pitches: np.ndarray) -> np.ndarray:
    """Probabilities (88, frames) -> sounding keys (88, frames) bool, with gaps closed and what is no note taken out."""
    sounding = pitches >= SOUNDING
    for key in np.flatnonzero(sounding.any(axis=1)):
        row = sounding[key]
        for first, last in list(_runs(~row)):
            if first > 0 and last < row.size and last - first <= LONGEST_GAP:
                row[first:last] = True
        for first, last in list(_runs(row)):
            if last - first < SHORTEST_NOTE:
                row[first:last] = False
    return sounding


def onsets(struck: np.ndarray) -> np.ndarray:
    """Probabilities (88, frames) that a key is struck -> frames, rising, in which one is; those of a chord are one."""
    window = 2 * CHORD_FRAMES + 1
    began = (struck >= SOUNDING) & (struck == maximum_filter1d(struck, window, axis=1, mode="constant"))
    found: list[int] = []
    for frame in np.flatnonzero(began.any(axis=0)):
        if not found or frame - found[-1] > CHORD_FRAMES:
            found.append(int(frame))
    return np.array(found, dtype=int)


def pitch_histogram(sounding: np.ndarray) -> np.ndarray | None:
    """Share of each pitch class, C first, in the sounding time of (88, frames); None where nothing sounds."""
    time = sounding.sum(axis=1).astype(np.float64)
    if not time.any():
        return None
    classes = (np.arange(time.size) + LOWEST_CLASS) % PITCH_CLASSES
    return np.bincount(classes, weights=time, minlength=PITCH_CLASSES) / time.sum()


def interval_histogram(begun: np.ndarray, bar: int) -> np.ndarray | None:
    """Share of each class of interval between one onset and the next in a bar of `bar` frames.

    Class k (0-31) is an interval of k + 1 thirty-seconds of the bar. None where there are fewer than two onsets.
    """
    if begun.size < 2:
        return None
    steps = np.round(np.diff(begun) * INTERVAL_CLASSES / bar).astype(int)
    classes = np.clip(steps, 1, INTERVAL_CLASSES) - 1
    return np.bincount(classes, minlength=INTERVAL_CLASSES) / classes.size


def overlapped_area(one: np.ndarray, other: np.ndarray) -> float:
    """OA of Eq. 10: the area under both of two densities, 0 for disjoint and 1 for equal ones.

    Histograms (classes,) become densities by a Gaussian kernel of BANDWIDTH on each class.
    """
    places = np.arange(-2 * GRID, (one.size + 2) * GRID - GRID + 1) / GRID
    kernels = np.exp(-0.5 * ((places[:, None] - np.arange(one.size)) / BANDWIDTH) ** 2)
    kernels /= kernels.sum(axis=0)
    return float(np.minimum(kernels @ one, kernels @ other).sum())


@dataclass(frozen=True, eq=False)
class Played:
    """What is heard to be played, probabilities (88, frames): `pitches` that a key sounds, `struck` that it begins."""

    pitches: np.ndarray
    struck: np.ndarray


def overlaps(edited: Played, target: Played, edges: np.ndarray) -> tuple[float | None, float | None]:
    """(PCH, IOI) of one track by Eq. 10, bars between `edges`.

        D_OA = 1 / (N_t * N_b) * sum_i sum_j OA(P_ij, P'_ij)

    The mean over the N_b bars is taken here and that over the N_t tracks by the tables. A bar in which only one of
    the two has notes (or intervals) is 0, one in which neither has any does not count; None where no bar counts.
    """
    frames = min(edited.pitches.shape[1], target.pitches.shape[1])
    sounding = [notes(played.pitches[:, :frames]) for played in (edited, target)]
    begun = [onsets(played.struck[:, :frames]) for played in (edited, target)]
    pitch: list[float] = []
    interval: list[float] = []
    for first, last in zip(edges[:-1], np.minimum(edges[1:], frames), strict=True):
        if last <= first:
            continue
        pair = [pitch_histogram(matrix[:, first:last]) for matrix in sounding]
        _compare(pair, pitch)
        inside = [frames_[(frames_ >= first) & (frames_ < last)] for frames_ in begun]
        _compare([interval_histogram(one, last - first) for one in inside], interval)
    return _mean(pitch), _mean(interval)


def _compare(pair: list[np.ndarray | None], areas: list[float]) -> None:
    one, other = pair
    if one is not None and other is not None:
        areas.append(overlapped_area(one, other))
    elif one is not None or other is not None:
        areas.append(0.0)


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _runs(row: np.ndarray) -> Iterator[tuple[int, int]]:
    """[first, last) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
