"""A blind comparison: which of two is the edited one, asked again and again, and how likely chance would do as well."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import comb


@dataclass(frozen=True)
class Vote:
    """`edited` and `chosen` are 1 or 2: where the edited round was, and where the listener thought it was."""

    edited: int
    chosen: int

    @property
    def right(self) -> bool:
        return self.edited == self.chosen


class Blind:
    """Trials of one pair of rounds. Each trial shuffles anew which of them is 1 and which is 2."""

    def __init__(self, edited: str, other: str, rng: random.Random | None = None) -> None:
        """The ids of the two rounds."""
        self.edited, self.other = edited, other
        self._rng = rng or random.SystemRandom()
        self.votes: tuple[Vote, ...] = ()
        self.revealed = False
        """The vote on this trial is given."""
        self._place = self._rng.choice((1, 2))

    def round_at(self, number: int) -> str:
        """Which round is heard as 1, or 2."""
        return self.edited if number == self._place else self.other

    def vote(self, number: int) -> Vote:
        """The listener takes `number` for the edited one. Once a trial: a second vote changes nothing."""
        if not self.revealed:
            self.votes += (Vote(self._place, number),)
            self.revealed = True
        return self.votes[-1]

    def next(self) -> None:
        self._place = self._rng.choice((1, 2))
        self.revealed = False

    @property
    def right(self) -> int:
        return sum(vote.right for vote in self.votes)

    @property
    def chance(self) -> float:
        """How likely as many right votes, or more, are for somebody who hears no difference."""
        return chance_of(self.right, len(self.votes))


def chance_of(right: int, total: int) -> float:
    """Probability of `right` or more heads in `total` throws of a fair coin."""
    return sum(comb(total, count) for count in range(right, total + 1)) / 2**total
