"""Progress on a terminal: one bar for each stage of each round, on stderr."""

from __future__ import annotations

import sys
from types import TracebackType

from tqdm import tqdm


class ProgressBars:
    """Called as the editor reports: (stage, done, total, round, rounds). Silent where stderr is no terminal."""

    def __init__(self, visible: bool = True) -> None:
        self._visible = visible and sys.stderr is not None and sys.stderr.isatty()
        self._bar: tqdm | None = None
        self._stage = ("", 0)

    def __enter__(self) -> ProgressBars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def __call__(self, stage: str, done: int, total: int, round: int = 1, rounds: int = 1) -> None:
        if not self._visible:
            return
        if (stage, round) != self._stage:
            self._close()
            label = f"{stage} ({round}/{rounds})" if rounds > 1 else stage
            self._bar = tqdm(total=total, desc=label, leave=False, file=sys.stderr, bar_format="{l_bar}{bar:30}{r_bar}")
            self._stage = (stage, round)
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
