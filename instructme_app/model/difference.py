"""One round minus another, read only where it is looked at: a difference needs no memory of its own."""

from __future__ import annotations

import contextlib
import logging

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from instructme_app.model.mapping import let_go
from instructme_app.model.pyramid import Pyramid

log = logging.getLogger(__name__)


class DifferenceSamples:
    """`current - reference`, sliced like the array (channels, frames) that it stands for.

    Where the channels differ in number, both are averaged to one; the shorter one ends the difference.
    """

    def __init__(self, current: np.ndarray, reference: np.ndarray) -> None:
        self._current, self._reference = current, reference
        same = current.shape[0] == reference.shape[0]
        self.shape = (current.shape[0] if same else 1, min(current.shape[1], reference.shape[1]))

    def __getitem__(self, where: tuple[slice, slice]) -> np.ndarray:
        channels, frames = where
        span = slice(*frames.indices(self.shape[1]))
        pair = [np.asarray(samples[:, span], dtype=np.float32) for samples in (self._current, self._reference)]
        if pair[0].shape[0] != pair[1].shape[0]:
            pair = [samples.mean(axis=0, keepdims=True) for samples in pair]
        return (pair[0] - pair[1])[channels]

    def let_go(self) -> None:
        """Of both rounds, once a whole walk through them is over."""
        let_go(self._current)
        let_go(self._reference)


class _Signals(QObject):
    made = Signal(object, object)


class _Task(QRunnable):
    def __init__(self, wanted: object, samples: DifferenceSamples, out: _Signals) -> None:
        super().__init__()
        self._wanted, self._samples, self._out = wanted, samples, out

    def run(self) -> None:
        try:
            pyramid = Pyramid.build(self._samples)  # type: ignore[arg-type]
        except (OSError, ValueError, MemoryError):
            log.exception("a difference")
            pyramid = None
        self._samples.let_go()
        # The window may close, and the signals go, while this is computed.
        with contextlib.suppress(RuntimeError):
            self._out.made.emit(self._wanted, pyramid)


class Differences(QObject):
    """The waveform pyramid of the pair that was asked for last; made off the window's thread."""

    made = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key: tuple[str, str] | None = None
        self._wanted = object()
        """Of the task whose answer counts: ids begin anew with every song, so those of a pair do not tell."""
        self._pyramid: Pyramid | None = None
        self._signals = _Signals()
        self._signals.made.connect(self._take)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def get(self, current: str, reference: str, now: np.ndarray, then: np.ndarray) -> Pyramid | None:
        """The pyramid of round `current` minus `reference`, or None until `made` tells."""
        key = (current, reference)
        if key != self._key:
            self._key, self._pyramid, self._wanted = key, None, object()
            self._pool.clear()
            self._pool.start(_Task(self._wanted, DifferenceSamples(now, then), self._signals))
        return self._pyramid

    def clear(self) -> None:
        self._key = self._pyramid = None

    def close(self) -> None:
        self._pool.clear()
        self._pool.waitForDone(3000)

    def _take(self, wanted: object, pyramid: Pyramid | None) -> None:
        if wanted is self._wanted and self._key is not None and pyramid is not None:
            self._pyramid = pyramid
            self.made.emit()
