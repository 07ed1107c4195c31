"""Who looks on while an edit is made: progress, cancelling, and previews of what forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from engine.errors import Cancelled
from engine.grid import SAMPLE_RATE
from engine.messages import Stage
from engine.networks import Step
from engine.preview import Guess, Preview


class OnProgress(Protocol):
    """`done` of `total` steps of a stage; `round` counts from 1 to `rounds`."""

    def __call__(self, stage: Stage, done: int, total: int, round: int = 1, rounds: int = 1, /) -> None: ...


IsCancelled = Callable[[], bool]

OnPreview = Callable[[Callable[[], Preview]], None]
"""Gets a function that makes the preview, for who wants to look at fewer than there could be."""


@dataclass(frozen=True)
class Watcher:
    """Who looks on."""

    on_progress: OnProgress | None = None
    is_cancelled: IsCancelled | None = None
    on_preview: OnPreview | None = None


class Watch:
    """Reports the progress of one round, and stops it where that was asked for."""

    def __init__(self, watcher: Watcher, round: int = 1, rounds: int = 1, begin: float = 0.0) -> None:
        """`begin`: where in the song (seconds) the stretch that is edited begins."""
        self._watcher = watcher
        self._place = (round, rounds)
        self._begin = begin

    def stage(self, name: Stage, total: int = 100) -> Step:
        """A function that takes the share of the stage that is done, which begins now. Raises Cancelled."""
        step = self.later(name, total)
        step(0.0)
        return step

    def later(self, name: Stage, total: int = 100) -> Step:
        """The same of a stage that begins with its first report."""

        def step(share: float) -> None:
            if self._watcher.is_cancelled and self._watcher.is_cancelled():
                raise Cancelled
            if self._watcher.on_progress:
                self._watcher.on_progress(name, round(share * total), total, *self._place)

        return step

    def preview(self, guess: Callable[[], Guess], samples: int) -> Callable[[Tensor], None] | None:
        """What takes a state (channels, Z) of so many samples as it forms; `guess` is made when one is looked at."""
        on_preview = self._watcher.on_preview
        if on_preview is None:
            return None
        made: Guess | None = None

        def estimate(state: Tensor) -> None:
            def make() -> Preview:
                nonlocal made
                made = made or guess()
                image = made(state.float().cpu().numpy())
                return Preview(image, self._begin, self._begin + samples / SAMPLE_RATE)

            on_preview(make)

        return estimate
