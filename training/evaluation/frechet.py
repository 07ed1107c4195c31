"""Frechet distance between two sets of embeddings, Eq. 7, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.errors import UserError
from training.evaluation.metrics import Summary

GROUPS = 20
"""Of songs: the jackknife leaves out one at a time."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Of a set of vectors: their number, sum (D,) and sum of outer products (D, D), so that sets can be taken apart."""

    count: int
    total: np.ndarray
    products: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray) -> Moments:
        """vectors: (n, D)."""
        vectors = vectors.astype(np.float64)
        return cls(vectors.shape[0], vectors.sum(axis=0), vectors.T @ vectors)

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.count + other.count, self.total + other.total, self.products + other.products)

    def __sub__(self, other: Moments) -> Moments:
        return Moments(self.count - other.count, self.total - other.total, self.products - other.products)

    @property
    def gaussian(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean (D,) and covariance (D, D). Raises UserError for fewer than two vectors."""
        if self.count < 2:
            raise UserError(f"a Frechet distance needs two embeddings or more, not {self.count}", "measure more songs")
        mean = self.total / self.count
        covariance = (self.products - self.count * np.outer(mean, mean)) / (self.count - 1)
        return mean, covariance


def distance(evaluated: Moments, target: Moments) -> float:
    """F(N_t, N_e) = |mu_t - mu_e|^2 + tr(S_t + S_e - 2 sqrt(S_t S_e)), Eq. 7. Never below 0.

    The trace of the root is that of the symmetric sqrt(S_t) S_e sqrt(S_t), which has the same eigenvalues and is
    real for any covariances, also of fewer vectors than dimensions.
    """
    (mean_e, cov_e), (mean_t, cov_t) = evaluated.gaussian, target.gaussian
    # torch keeps to the threads it was given. scipy's own wait for each other in a loop, and on a busy machine took
    # a hundred times as long.
    values, vectors = torch.linalg.eigh(torch.from_numpy(cov_t))
    root = (vectors * values.clamp_min(0).sqrt()) @ vectors.T
    shared = float(torch.linalg.eigvalsh(root @ torch.from_numpy(cov_e) @ root).clamp_min(0).sqrt().sum())
    return max(0.0, float(np.sum((mean_t - mean_e) ** 2) + np.trace(cov_t) + np.trace(cov_e) - 2 * shared))


@dataclass(frozen=True, eq=False)
class Embedded:
    """The embeddings of one clip's output, (n, D), and of its target, of song number `song`."""

    song: int
    output: np.ndarray
    target: np.ndarray


def frechet(tasks: Sequence[Sequence[Embedded]], against: Sequence[Sequence[Embedded]] | None = None) -> Summary | None:
    """FAD of each task's outputs to its targets, averaged over the tasks as in Table 1, with a 95% interval.

    `against`: the same tasks of another system; the value is then the difference of the two averages on the clips
    that both have. The interval is that of a jackknife over GROUPS groups of songs, because a bootstrap's repeated
    clips would shrink the covariances. Its ends are equal to the mean where there is one song only. None where a
    task has no clips.
    """
    sides = [tasks] if against is None else [tasks, against]
    if against is not None:
        shared = [{clip.song for clip in one} & {clip.song for clip in two} for one, two in zip(*sides, strict=True)]
        sides = [[[c for c in task if c.song in both] for task, both in zip(s, shared, strict=True)] for s in sides]
    if not tasks or any(sum(len(clip.output) for clip in task) < 2 for side in sides for task in side):
        return None
    songs = sorted({clip.song for task in sides[0] for clip in task})
    groups = [set(part.tolist()) for part in np.array_split(np.array(songs), min(GROUPS, len(songs)))]
    estimates = [_leave_one_out(side, groups) for side in sides]
    value = estimates[0][0] - (estimates[1][0] if against is not None else 0.0)
    left = estimates[0][1] - (estimates[1][1] if against is not None else 0.0)
    known = left[np.isfinite(left)]
    clips = sum(len(task) for task in sides[0])
    if known.size < 2:
        return Summary(value, value, value, clips)
    error = np.sqrt((known.size - 1) / known.size * np.sum((known - known.mean()) ** 2))
    low = value - 1.96 * error
    return Summary(value, float(low if against is not None else max(low, 0.0)), float(value + 1.96 * error), clips)


def _leave_one_out(tasks: Sequence[Sequence[Embedded]], groups: Sequence[set[int]]) -> tuple[float, np.ndarray]:
    """The mean distance of the tasks, and the same without each group (NaN where a task would be empty)."""
    whole = np.empty(len(tasks))
    left = np.full((len(groups), len(tasks)), np.nan)
    for column, task in enumerate(tasks):
        kinds: tuple[Callable[[Embedded], np.ndarray], ...] = (lambda clip: clip.output, lambda clip: clip.target)
        parts = [[_moments([kind(clip) for clip in task if clip.song in group]) for group in groups] for kind in kinds]
        sums = [_total(part) for part in parts]
        whole[column] = distance(sums[0], sums[1])
        for row, (output, target) in enumerate(zip(*parts, strict=True)):
            if output is None or target is None:
                left[row, column] = whole[column]
            elif sums[0].count - output.count >= 2:
                left[row, column] = distance(sums[0] - output, sums[1] - target)
    return float(whole.mean()), left.mean(axis=1)


def _moments(clips: Sequence[np.ndarray]) -> Moments | None:
    return Moments.of(np.concatenate(clips)) if clips else None


def _total(parts: Sequence[Moments | None]) -> Moments:
    known = [part for part in parts if part is not None]
    total = known[0]
    for part in known[1:]:
        total = total + part
    return total
