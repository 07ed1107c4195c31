"""A judge who remembers: the same sound is heard once, whoever made it and in whichever round it comes again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from training.evaluation.judge import Heard

REMEMBERED = 64
"""Sounds. Of ten seconds each is a fifth of a megabyte once it is heard."""


class Hearer(Protocol):
    """training.evaluation.judge.Judge, or who hears as it does."""

    def hear(self, sounds: Sequence[np.ndarray]) -> list[Heard]: ...


class Ears:
    """Hears as `judge` does, sound by sound.

    In a batch the listener's pictures of five sounds do not fit into a processor's cache: one by one takes no longer,
    and gives the same bits in whatever company a sound is heard.
    """

    def __init__(self, judge: Hearer, remembered: int = REMEMBERED) -> None:
        self.judge = judge
        self.remembered = remembered
        self._known: OrderedDict[tuple[tuple[int, ...], bytes], Heard] = OrderedDict()

    def hear(self, sounds: Sequence[np.ndarray]) -> list[Heard]:
        """Sounds (T,) of any lengths, in their order. Raises ValueError for one of no length."""
        return [self._hear(np.ascontiguousarray(sound, dtype=np.float32)) for sound in sounds]

    def _hear(self, sound: np.ndarray) -> Heard:
        key = (sound.shape, hashlib.blake2b(sound.data, digest_size=16).digest())
        if key not in self._known:
            self._known[key] = self.judge.hear([sound])[0]
            if len(self._known) > self.remembered:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]
