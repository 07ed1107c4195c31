"""The spectrum of a sound at one time or over a stretch of it, made off the window's thread."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from engine.analysis.spectrogram import spectrogram
from instructme_app.model.tiles import Sound

log = logging.getLogger(__name__)

POINTS = 480
"""Frequencies of a spectrum, evenly spaced in pitch."""
WINDOW_SECONDS = 0.19
MOST_WINDOWS = 48
"""Windows that a long stretch is averaged over."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """`hertz` and `decibels` (POINTS,); a full-scale sine stands at about 0 dB."""

    hertz: np.ndarray
    decibels: np.ndarray


def spectrum(sound: Sound, start: float, end: float) -> Spectrum:
    """The mean power over [start, end) seconds; of one window around it where that is shorter than a window."""
    rate = sound.sample_rate
    size = 1 << max(6, round(np.log2(WINDOW_SECONDS * rate)))
    first, last = round(start * rate), round(end * rate)
    count = int(np.clip((last - first) // size, 1, MOST_WINDOWS))
    centres = np.linspace(first, last, 2 * count + 1)[1::2] if count > 1 else np.array([(first + last) / 2])
    channels = sound.samples.shape[0]
    pieces = [np.zeros((channels, size // 2), dtype=np.float32)]
    for centre in centres.tolist():
        begin = round(centre) - size // 2
        inside = np.asarray(sound.samples[:, max(begin, 0) : max(begin + size, 0)], dtype=np.float32)
        piece = np.zeros((channels, size), dtype=np.float32)
        offset = max(-begin, 0)
        piece[:, offset : offset + inside.shape[1]] = np.nan_to_num(inside)
        pieces.append(piece)
    made = spectrogram(np.concatenate(pieces, axis=1), rate, rows=POINTS, columns_per_second=rate / size, fft_size=size)
    power = 10 ** (made.decibels[:, 1 : count + 1] / 10)
    return Spectrum(made.frequencies, 10 * np.log10(power.mean(axis=1)))


class _Signals(QObject):
    made = Signal(int, object)


class _Task(QRunnable):
    def __init__(self, ticket: int, sounds: Sequence[Sound], span: tuple[float, float], out: _Signals) -> None:
        super().__init__()
        self._ticket, self._sounds, self._span, self._out = ticket, list(sounds), span, out

    def run(self) -> None:
        made: list[Spectrum] = []
        try:
            made = [spectrum(sound, *self._span) for sound in self._sounds]
        except (OSError, ValueError, MemoryError):
            log.exception("a spectrum")
        # The window may close, and the signals go, while this is computed.
        with contextlib.suppress(RuntimeError):
            self._out.made.emit(self._ticket, made)


class Spectra(QObject):
    """One wish at a time: while one is made, only the latest of the others is kept."""

    made = Signal(object)
    """A list of Spectrum, in the order in which the sounds were asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._next: tuple[Sequence[Sound], tuple[float, float]] | None = None
        self._running = False
        self._ticket = 0
        self._signals = _Signals()
        self._signals.made.connect(self._take)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def ask(self, sounds: Sequence[Sound], span: tuple[float, float]) -> None:
        self._next = (sounds, span)
        self._start()

    def close(self) -> None:
        self._next = None
        self._pool.waitForDone(3000)

    def _start(self) -> None:
        if self._running or self._next is None:
            return
        (sounds, span), self._next = self._next, None
        self._running = True
        self._ticket += 1
        self._pool.start(_Task(self._ticket, sounds, span, self._signals))

    def _take(self, ticket: int, made: list[Spectrum]) -> None:
        self._running = False
        if made:
            self.made.emit(made)
        self._start()
