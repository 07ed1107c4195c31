"""Clips without end for a training loop, as a pure function of the step.

Rendering a clip of 10 s with five stems takes about 0.15 s on one core (60 to 70 times real time; 0.17 s with sung
leads), which is more than a small network's training step. So each lane keeps a window of clips from which every
step draws many, and renews only a few of them: at 16 cores and `renew` 1 some 100 new clips a second.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.clip import Clip
from training.corpora.corpus import Corpus

Scene = tuple[Clip, Clip | None]
"""A clip, and where it was asked for one that is aligned with it in another arrangement."""

_SCENE, _DRAW = 1, 2


class ClipStream:
    """`clips(step, count)` depends on the seed and the step alone, so any step can be made again after a resume, by
    any number of loader workers.

    Step s belongs to lane s % lanes. At the lane's own step k its window holds items k * renew to
    k * renew + window - 1, each rendered from a generator seeded with (seed, lane, item). With as many workers as
    lanes each worker serves one lane (DataLoader hands batch b to worker b % workers) and renders `renew` clips a
    step after its first window. A clip takes about 6 MB, so a lane takes window * 6 MB.

    pairs: the share of items that come with an aligned partner, for remix triplets.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        seconds: float = 10.0,
        seed: int = 0,
        lanes: int = 4,
        window: int = 32,
        renew: int = 1,
        pairs: float = 0.0,
    ) -> None:
        if min(lanes, window, renew) < 1:
            raise ValueError("lanes, window and renew must be at least 1")
        self.corpus = corpus
        self.seconds = seconds
        self.seed = seed
        self.lanes = lanes
        self.window = window
        self.renew = renew
        self.pairs = pairs
        self._kept: OrderedDict[tuple[int, int], Scene] = OrderedDict()

    def clips(self, step: int, count: int) -> list[Clip]:
        """`count` clips of the step's window; none twice while there are enough."""
        return [clip for clip, _ in self.scenes(step, count)]

    def scenes(self, step: int, count: int, *, paired: int = 0) -> list[Scene]:
        """Like `clips`, with partners. The first `paired` are taken from those which have one, where any has."""
        lane, turn = step % self.lanes, step // self.lanes
        first = turn * self.renew
        rng = np.random.default_rng([_DRAW, self.seed, step])
        numbers = list(range(first, first + self.window))
        chosen: list[int] = []
        if paired:
            with_partner = [number for number in numbers if self._is_pair(lane, number)]
            chosen = _drawn(with_partner, min(paired, count), rng)
        rest = [number for number in numbers if number not in chosen]
        chosen += _drawn(rest if len(rest) >= count - len(chosen) else numbers, count - len(chosen), rng)
        scenes = [self._scene(lane, number) for number in chosen]
        self._forget(lane, first)
        return scenes

    def _is_pair(self, lane: int, number: int) -> bool:
        return bool(np.random.default_rng([_SCENE, self.seed, lane, number]).random() < self.pairs)

    def _scene(self, lane: int, number: int) -> Scene:
        kept = self._kept.get((lane, number))
        if kept is not None:
            return kept
        rng = np.random.default_rng([_SCENE, self.seed, lane, number])
        wants_pair = rng.random() < self.pairs
        index = int(rng.integers(len(self.corpus)))
        pair = self.corpus.pair(index, seconds=self.seconds, rng=rng) if wants_pair else None
        scene: Scene = pair or (self.corpus.clip(index, seconds=self.seconds, rng=rng), None)
        self._kept[lane, number] = scene
        return scene

    def _forget(self, lane: int, first: int) -> None:
        for key in [key for key in self._kept if key[0] == lane and key[1] < first]:
            del self._kept[key]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kept": OrderedDict()}


def _drawn(numbers: Sequence[int], count: int, rng: np.random.Generator) -> list[int]:
    if not numbers or count <= 0:
        return []
    return [int(number) for number in rng.choice(numbers, size=count, replace=count > len(numbers))]
