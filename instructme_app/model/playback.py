"""Playback that the window observes: one stream, one cursor, any round at the same playhead."""

from __future__ import annotations

import threading

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from instructme_app.messages import translated
from instructme_app.model.devices import PORT
from instructme_app.model.mixer import FASTEST, Mixer, Track
from instructme_app.model.output import Health, Output

TICK = 16
"""Milliseconds between two positions told to the views while playing."""

REST = 20_000
"""Milliseconds of silence after which the device is given back."""

PATIENCE = 2.0
"""Seconds that a device may take to open before the cursor runs without it."""


class Playback(QObject):
    """Play, pause, seek, shuttle, loop and switch. Without a device the cursor runs on, and `device_problem` says why.

    Sound is stereo: songs of more channels are mixed down as they are heard.
    """

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    speed_changed = Signal(int)
    device_changed = Signal(str)
    """Why nothing is heard; empty where something is."""
    noted = Signal(str)
    """What happened to the device, in a line for people."""

    def __init__(self, parent: QObject | None = None, use_device: bool = True) -> None:
        super().__init__(parent)
        self._use_device = use_device
        self._mixer = Mixer(44_100)
        # A device that comes up while the clock still runs, or a song that changes: one renders at a time.
        self._rendering = threading.Lock()
        self._output = Output(self)
        self._output.started.connect(self._started)
        self._output.failed.connect(self._failed)
        self._output.lost.connect(self._lost)
        self._device = ""
        self._clock = QElapsedTimer()
        self._was_playing, self._was_speed = False, 1
        self.device_problem = ""
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._tick)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._output.close)

    @property
    def playing(self) -> bool:
        return self._mixer.playing

    @property
    def speed(self) -> int:
        """Times the song's own, negative backwards."""
        return self._mixer.speed

    @property
    def position(self) -> float:
        """Seconds."""
        return self._mixer.position / self._mixer.sample_rate

    @property
    def track(self) -> Track | None:
        return self._mixer.track

    @property
    def sounding(self) -> Track | None:
        """What the device got last."""
        return self._mixer.sounding

    @property
    def health(self) -> Health:
        """Of the stream that is open, or was last."""
        return self._output.health

    @property
    def underruns(self) -> int:
        """Of all streams that there were."""
        return self._output.underruns

    @property
    def latency(self) -> float:
        """Seconds from the callback to the ear, as far as the driver knows."""
        return self._output.latency

    def open(self, sample_rate: int, channels: int) -> None:
        """A new song: the cursor at its start. The stream has the song's own rate wherever the device can do it."""
        self._release()
        with self._rendering:
            self._mixer = Mixer(sample_rate)
        self.position_changed.emit(0.0)

    def set_device(self, name: str) -> None:
        """Play to this device from now on; empty is the system's own choice."""
        if name == self._device:
            return
        self._device = name
        if self._output.is_open or self._output.is_opening:
            self._open_output()

    def set_track(self, track: Track | None) -> None:
        """Hear another round from where the cursor stands; cross-fades while playing."""
        if track is None or not track.is_like(self._mixer.track):
            self._mixer.track = track

    def play(self) -> None:
        self._set_off(1)

    def pause(self) -> None:
        self._mixer.playing = False
        self._mixer.speed = 1
        self._announce()

    def toggle(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    def shuttle(self, direction: int) -> None:
        """Play on (1) or back (-1); asked again the same way, twice as fast, up to FASTEST."""
        speed = self._mixer.speed if self.playing else 0
        self._set_off(direction * min(2 * abs(speed), FASTEST) if speed * direction > 0 else direction)

    def seek(self, seconds: float) -> None:
        self._mixer.seek(round(seconds * self._mixer.sample_rate))
        self.position_changed.emit(self.position)

    def set_loop(self, span: tuple[float, float] | None) -> None:
        """Seconds that repeat, or None."""
        rate = self._mixer.sample_rate
        self._mixer.loop = None if span is None else (round(span[0] * rate), round(span[1] * rate))

    def close(self) -> None:
        """For good, or until something is played again. The device is free when this returns, or nearly."""
        self._release()
        PORT.wait(1.0)

    def _release(self) -> None:
        self.pause()
        self._timer.stop()
        self._rest.stop()
        self._output.close()

    def _set_off(self, speed: int) -> None:
        mixer = self._mixer
        if mixer.track is None:
            return
        if speed > 0 and mixer.position >= mixer.track.frames:
            mixer.seek(0)
        mixer.speed = speed
        mixer.playing = True
        self._rest.stop()
        if not self._output.is_open and not self._output.is_opening:
            self._open_output()
        self._timer.start()
        self._announce()

    def _open_output(self) -> None:
        if not self._use_device:
            self._failed(self.tr("playback is off"))
            return
        mixer = self._mixer

        def render(frames: int) -> np.ndarray:
            with self._rendering:
                return mixer.render(frames)

        # What went wrong before may be right by now, with a device that was plugged in.
        self._output.open(render, mixer.sample_rate, mixer.channels, self._device, anew=bool(self.device_problem))

    def _started(self, note: str) -> None:
        self._clock.invalidate()
        self._say_problem("")
        if note:
            self.noted.emit(translated(note))

    def _failed(self, problem: str) -> None:
        # No device pulls the sound: the wall clock does, so that the window works the same.
        self._clock.start()
        self._say_problem(translated(problem))

    def _lost(self) -> None:
        self.noted.emit(self.tr("The sound device went away; looking for another one"))
        self.device_problem = self.tr("the sound device went away")
        self._open_output()

    def _say_problem(self, problem: str) -> None:
        if problem != self.device_problem:
            self.device_problem = problem
            self.device_changed.emit(problem)

    def _tick(self) -> None:
        if self._output.is_open:
            self._output.check()
            if self._output.wants_more_latency:
                self._output.lengthen()
                self._open_output()
        elif self._clock.isValid():
            frames = round(self._clock.restart() / 1000 * self._mixer.sample_rate)
            with self._rendering:
                self._mixer.render(min(max(frames, 1), self._mixer.sample_rate))
        elif self._output.waited > PATIENCE:
            # It may come up later: then it takes over from the clock.
            self._failed(self.tr("the sound device does not answer"))
        self.position_changed.emit(self.position)
        self._announce()
        if self._mixer.silent:
            self._timer.stop()
            self._clock.invalidate()
            self._rest.start()

    def _announce(self) -> None:
        if self._mixer.playing != self._was_playing:
            self._was_playing = self._mixer.playing
            self.playing_changed.emit(self._was_playing)
        if self._mixer.speed != self._was_speed:
            self._was_speed = self._mixer.speed
            self.speed_changed.emit(self._was_speed)
