"""One stream to a sound device: opened off the window's thread, watched, and resampled where the device must."""

from __future__ import annotations

import contextlib
import gc
import logging
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from instructme_app.model.devices import NO_LIBRARY, PORT, index_of, library

log = logging.getLogger(__name__)

LATENCIES = (0.02, 0.035, 0.06, 0.1, 0.2)
"""Seconds of sound that the device holds. It begins with the shortest; a machine that is late takes the next."""

MOST_UNDERRUNS, WITHIN = 3, 10.0
"""So many under-runs within so many seconds, and the next latency is taken."""

STALLED = 2.5
"""Seconds without a call for sound after which a device is gone. Some drivers say so, some are just silent."""

SWITCH_SECONDS = 0.001
"""How long another thread may keep the interpreter once the audio callback asks for it; Python's own 5 ms is a quarter
of what the device holds."""

Render = Callable[[int], np.ndarray]
"""Frames -> (frames, channels) float32."""


@dataclass
class Health:
    """How the audio callback fares. `dry`: calls that came after the device had played all that it was given."""

    calls: int = 0
    dry: int = 0
    underruns: int = 0
    slowest: float = 0.0
    """Seconds that the slowest call took."""
    due: float = 0.0
    """When the device will have played all that it was given (time.perf_counter)."""
    last: float = 0.0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_UNDERRUNS))
    """When the last under-runs were."""

    @property
    def struggling(self) -> bool:
        return len(self.recent) == MOST_UNDERRUNS and self.recent[-1] - self.recent[0] < WITHIN

    def called(self, begin: float, end: float, seconds: float, underrun: bool) -> None:
        """`seconds` of sound were rendered from `begin` to `end`."""
        self.calls += 1
        if underrun:
            self.underruns += 1
            self.recent.append(begin)
        self.dry += self.calls > 1 and begin > self.due
        self.slowest = max(self.slowest, end - begin)
        self.due = max(self.due, begin) + seconds
        self.last = begin


class Output(QObject):
    """Pulls sound out of a `Render` while it is open, and tells how opening went and that a device was lost."""

    started = Signal(str)
    """With what should be said of it; empty where all is as chosen."""
    failed = Signal(str)
    """Why there is no sound."""
    lost = Signal()
    _opened = Signal(int, object, str)
    _refused = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.health = Health()
        self._underruns = 0
        self.latency = 0.0
        """Seconds from the callback to the ear, as far as the driver knows."""
        self._ticket = 0
        self._stream: Any = None
        self._opening_since: float | None = None
        self._step = 0
        self._opened.connect(self._take)
        self._refused.connect(self._refuse)

    @property
    def is_open(self) -> bool:
        return self._stream is not None

    @property
    def is_opening(self) -> bool:
        return self._opening_since is not None

    @property
    def underruns(self) -> int:
        """Of all streams that there were, since `health` is that of the last one."""
        return self._underruns + self.health.underruns

    @property
    def waited(self) -> float:
        """Seconds since a device was asked for that has not answered; 0 where none was."""
        return time.monotonic() - self._opening_since if self._opening_since is not None else 0.0

    def open(self, render: Render, sample_rate: int, channels: int, name: str, anew: bool = False) -> None:
        """To the device `name`, or the system's where it is empty or gone; `anew` looks for devices first."""
        self.close()
        _clear_the_way()
        self._ticket += 1
        ticket, latency = self._ticket, LATENCIES[self._step]
        self._underruns += self.health.underruns
        health = self.health = Health()
        self._opening_since = time.monotonic()

        def act() -> None:
            try:
                stream, note = _open_stream(render, sample_rate, channels, name, anew, latency, health)
            except (OSError, ImportError):
                self._refused.emit(ticket, NO_LIBRARY)
            except Exception as error:  # sounddevice.PortAudioError has no stable import when PortAudio is missing
                log.info("no sound: %s", error)
                self._refused.emit(ticket, "no sound device")
            else:
                PORT.open_streams += 1
                self._opened.emit(ticket, stream, note)

        PORT.submit(act)

    def close(self) -> None:
        """Give the device back, after what it still holds has been heard."""
        self._ticket += 1
        self._opening_since = None
        stream, self._stream = self._stream, None
        health = self.health
        if stream is not None:
            PORT.submit(lambda: _close_stream(stream, health))

    def check(self) -> None:
        """Called now and then while something plays: tells of a device that went, and of a latency too short."""
        stream = self._stream
        if stream is None:
            return
        gone = self.health.last and time.perf_counter() - self.health.last > STALLED
        if gone or not stream.active:
            self.close()
            self.lost.emit()

    @property
    def wants_more_latency(self) -> bool:
        return self.health.struggling and self._step + 1 < len(LATENCIES)

    def lengthen(self) -> None:
        """Take the next latency at the next `open`."""
        self._step = min(self._step + 1, len(LATENCIES) - 1)

    def _take(self, ticket: int, stream: Any, note: str) -> None:
        if ticket != self._ticket:
            PORT.submit(lambda: _close_stream(stream, None))
            return
        self._opening_since = None
        self._stream, self.latency = stream, float(stream.latency)
        self.health.last = time.perf_counter()
        self.started.emit(note)

    def _refuse(self, ticket: int, problem: str) -> None:
        if ticket == self._ticket:
            self._opening_since = None
            self.failed.emit(problem)


def _clear_the_way() -> None:
    """The callback needs the interpreter in time, which others must not keep to themselves."""
    sys.setswitchinterval(SWITCH_SECONDS)
    # Measured: one full collection of the window's objects keeps everybody waiting for 73 ms. They live as long as the
    # window does, so that there is nothing to be found among them.
    gc.freeze()


def _open_stream(
    render: Render, sample_rate: int, channels: int, name: str, anew: bool, latency: float, health: Health
) -> tuple[Any, str]:
    sounddevice = library(anew)
    index, note = None, ""
    if name:
        index = index_of(name, "output")
        if index is None and not anew:
            library(anew=True)
            index = index_of(name, "output")
        if index is None:
            note = f"'{name}' is not there; playing on the default device"
    try:
        return _start(sounddevice, render, sample_rate, channels, index, latency, health), note
    except sounddevice.PortAudioError:
        if index is None:
            raise
        log.exception("opening %s", name)
        note = f"'{name}' cannot be used; playing on the default device"
        return _start(sounddevice, render, sample_rate, channels, None, latency, health), note


def _start(
    sounddevice: Any, render: Render, sample_rate: int, channels: int, index: int | None, latency: float, health: Health
) -> Any:
    rate, pull = sample_rate, render
    try:
        sounddevice.check_output_settings(index, channels, "float32", samplerate=rate)
    except sounddevice.PortAudioError:
        # Not every device takes the rate of every song.
        rate = round(sounddevice.query_devices(index, "output")["default_samplerate"])
        if rate == sample_rate:
            raise
        pull = resampled(render, sample_rate, rate, channels)

    def callback(out: np.ndarray, frames: int, _time: Any, status: Any) -> None:
        begin = time.perf_counter()
        out[:] = pull(frames)
        health.called(begin, time.perf_counter(), frames / rate, bool(status.output_underflow))

    stream = sounddevice.OutputStream(
        samplerate=rate, channels=channels, device=index, dtype="float32", latency=latency, callback=callback
    )
    try:
        stream.start()
    except BaseException:
        stream.close()
        raise
    return stream


def _close_stream(stream: Any, health: Health | None) -> None:
    if health is not None:
        # A fade to silence that was asked for just now takes two calls at most.
        calls, deadline = health.calls, time.monotonic() + 0.1
        while health.calls < calls + 2 and time.monotonic() < deadline:
            time.sleep(0.005)
    # sounddevice.PortAudioError: a device that was pulled out cannot be closed in order.
    with contextlib.suppress(Exception):
        if stream.active:
            stream.stop()
    with contextlib.suppress(Exception):
        stream.close()
    PORT.open_streams -= 1


def resampled(render: Render, sample_rate: int, device_rate: int, channels: int) -> Render:
    """`render` at another rate, block by block without a seam."""
    import soxr

    stream = soxr.ResampleStream(sample_rate, device_rate, channels, dtype="float32", quality="HQ")
    rest = np.zeros((0, channels), np.float32)

    def pull(frames: int) -> np.ndarray:
        nonlocal rest
        parts, have = [rest], rest.shape[0]
        while have < frames:
            part = stream.resample_chunk(render(max(64, -(-(frames - have) * sample_rate // device_rate))))
            parts.append(part)
            have += part.shape[0]
        whole = np.concatenate(parts)
        rest = whole[frames:]
        return whole[:frames]

    return pull
