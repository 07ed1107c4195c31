"""How far an edit is, and how long it will still take: numbers that do not jump."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.instruction import Instruction, Operation
from engine.messages import Progress, Stage

Kind = Literal["taken", "added", "exchanged"]
"""What an edit does: takes something out of a song, brings something new, or both."""

_PLANS: Mapping[Kind, tuple[tuple[Stage, float], ...]] = {
    "taken": (
        ("reading", 0.02),
        ("listening", 0.05),
        ("rendering", 0.75),
        ("rendering", 0.13),
        ("writing", 0.05),
    ),
    "added": (
        ("reading", 0.02),
        ("listening", 0.28),
        ("encoding", 0.02),
        ("sampling", 0.51),
        ("decoding", 0.11),
        ("rendering", 0.04),
        ("writing", 0.02),
    ),
    "exchanged": (
        ("reading", 0.02),
        ("listening", 0.14),
        ("rendering", 0.38),
        ("listening", 0.16),
        ("encoding", 0.02),
        ("sampling", 0.11),
        ("decoding", 0.12),
        ("rendering", 0.03),
        ("writing", 0.02),
    ),
}
"""Stages in their order and what share of the time each takes. `Editor` renders twice, once for the mask and once for
the user's samples, and hears by itself what something new takes the place of."""

_SMOOTHING = 3.0
"""Seconds in which two thirds of a correction are made."""
_SEEN = 0.1
"""Share after which the time that it took says something about the rest; a quarter of it after five seconds."""
_RISE = 1.3
"""How much longer it must look than what was said before more is said."""


def kind_of(instructions: Iterable[Instruction]) -> Kind:
    """Of several the one that takes longest."""
    operations = {instruction.operation for instruction in instructions}
    if operations & {Operation.REPLACE, Operation.REMIX}:
        return "exchanged"
    return "added" if Operation.ADD in operations else "taken"


class Course:
    """How far an edit is. The share never falls: a stage that is over or left out is passed."""

    def __init__(self, kind: Kind) -> None:
        self._plan = _PLANS[kind]
        self._at = 0
        self._within = 0.0

    @property
    def share(self) -> float:
        """0-1."""
        done = sum(weight for _, weight in self._plan[: self._at])
        return min(done + self._plan[self._at][1] * self._within, 1.0)

    def advance(self, progress: Progress) -> float:
        stage = self._plan[self._at][0]
        if progress.stage == stage and progress.fraction >= self._within:
            self._within = progress.fraction
        else:
            later = range(self._at + 1, len(self._plan))
            found = next((index for index in later if self._plan[index][0] == progress.stage), None)
            if found is not None:
                self._at, self._within = found, progress.fraction
        return self.share


@dataclass(frozen=True)
class Past:
    """An edit that was made: how much sound (seconds) was edited in how many steps (0: nothing was sampled), and how
    many seconds it took."""

    sound: float
    steps: int
    seconds: float


class Pace:
    """Seconds that a second of sound takes here, learnt from earlier edits; None before the first of its kind."""

    def __init__(self) -> None:
        self._rates: dict[int, float] = {}

    def learn(self, edits: Iterable[Past]) -> None:
        """In the order in which they were made: the latest counts most."""
        for edit in edits:
            if edit.sound > 0 and edit.seconds > 0:
                rate, known = edit.seconds / edit.sound, self._rates.get(edit.steps)
                self._rates[edit.steps] = rate if known is None else (known + rate) / 2

    def expect(self, sound: float, steps: int) -> float | None:
        """Seconds. Other numbers of steps than were tried count in proportion."""
        if steps in self._rates:
            return self._rates[steps] * sound
        tried = [known for known in self._rates if known and steps]
        if not tried:
            return None
        nearest = min(tried, key=lambda known: abs(known - steps))
        sampling = dict(_PLANS["added"])["sampling"]
        return self._rates[nearest] * sound * (1 - sampling + sampling * steps / nearest)


class TimeLeft:
    """Seconds that are left, smoothed. `expected` is what the whole edit should take, if anything is known."""

    def __init__(self, begin: float, expected: float | None) -> None:
        self._begin, self._expected = begin, expected
        self._left: float | None = None
        self._told: float | None = None
        self._asked = begin

    def at(self, now: float, share: float) -> float | None:
        """Seconds left at `now`, with `share` (0-1) of the edit done; None while nobody can say.

        They are as round as the guess is rough, and count down; they rise only where things go much worse.
        """
        raw = self._raw(now, share)
        if raw is None:
            return None
        passed = max(now - self._asked, 0.0)
        self._asked = now
        if self._left is None:
            self._left = raw
        else:
            counted = max(self._left - passed, 0.0)
            self._left = counted + (raw - counted) * (1 - math.exp(-passed / _SMOOTHING))
        told = _rounded(self._left)
        if self._told is None or told < self._told or told > self._told * _RISE:
            self._told = told
        return self._told

    def _raw(self, now: float, share: float) -> float | None:
        elapsed = max(now - self._begin, 0.0)
        seen = elapsed / share if share >= (_SEEN if elapsed < 5.0 else _SEEN / 4) else None
        if self._expected is None:
            return seen - elapsed if seen is not None else None
        if seen is None:
            return max(self._expected - elapsed, 0.0)
        # What is seen counts the more the more of it there is.
        trust = min(share * 2, 1.0)
        return max(seen * trust + self._expected * (1 - trust) - elapsed, 0.0)


def _rounded(seconds: float) -> float:
    """Up to the next step that can be told in words: 5 s, then 10 s, then minutes."""
    for limit, step in ((30.0, 5.0), (90.0, 10.0), (600.0, 30.0)):
        if seconds <= limit:
            return math.ceil(seconds / step) * step
    return math.ceil(seconds / 60) * 60.0


class Forecast:
    """The running edit's share and time, and what is learnt from each for the next."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._course: Course | None = None
        self._left: TimeLeft | None = None

    def learn(self, edits: Iterable[Past]) -> None:
        self._pace.learn(edits)

    def reset(self) -> None:
        """An edit was handed to the engine, which may have to load the model first: nothing is known yet."""
        self._course = self._left = None

    @property
    def begun(self) -> bool:
        return self._course is not None

    def begin(self, now: float, kind: Kind, sound: float, steps: int) -> None:
        """The engine began with `sound` seconds; `steps` of sampling where something is new."""
        self._course = Course(kind)
        self._left = TimeLeft(now, self._pace.expect(sound, 0 if kind == "taken" else steps))

    def advance(self, progress: Progress) -> None:
        if self._course is not None:
            self._course.advance(progress)

    @property
    def share(self) -> float | None:
        """0-1; None before the edit has begun."""
        return self._course.share if self._course is not None else None

    def left(self, now: float) -> float | None:
        """Seconds; None while nobody can say."""
        return self._left.at(now, self._course.share) if self._left is not None and self._course is not None else None
