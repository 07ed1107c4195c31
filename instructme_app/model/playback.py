"""Playback that the window observes: one stream, one cursor, any round at the same playhead."""

from __future__ import annotations

import logging
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from instructme_app.model.mixer import Mixer, Track

log = logging.getLogger(__name__)

TICK = 16
"""Milliseconds between two positions told to the views while playing."""


class Playback(QObject):
    """Play, pause, seek, loop and switch. Without a device the cursor runs on, and `device_problem` says why."""

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    device_changed = Signal(str)

    def __init__(self, parent: QObject | None = None, use_device: bool = True) -> None:
        super().__init__(parent)
        self._use_device = use_device
        self._mixer = Mixer(44_100)
        self._stream: Any = None
        self._silent_clock = QElapsedTimer()
        self._was_playing = False
        self.device_problem = ""
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        return self._mixer.playing

    @property
    def position(self) -> float:
        """Seconds."""
        return self._mixer.position / self._mixer.sample_rate

    @property
    def track(self) -> Track | None:
        return self._mixer.track

    def open(self, sample_rate: int, channels: int) -> None:
        """A new song: the cursor at its start. The stream has the song's own rate, so nothing is resampled here."""
        self.close()
        self._mixer = Mixer(sample_rate, 2 if channels <= 2 else channels)
        self.position_changed.emit(0.0)

    def set_track(self, track: Track | None) -> None:
        """Hear another round from where the cursor stands; cross-fades while playing."""
        self._mixer.track = track

    def play(self) -> None:
        if self._mixer.track is None:
            return
        if self._mixer.position >= self._mixer.track.frames:
            self._mixer.seek(0)
        self._mixer.playing = True
        if self._stream is None:
            self._open_stream()
        if self._stream is None:
            self._silent_clock.start()
        self._timer.start()
        self._announce()

    def pause(self) -> None:
        self._mixer.playing = False
        self._announce()

    def toggle(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    def seek(self, seconds: float) -> None:
        self._mixer.seek(round(seconds * self._mixer.sample_rate))
        self.position_changed.emit(self.position)

    def set_loop(self, span: tuple[float, float] | None) -> None:
        """Seconds that repeat, or None."""
        rate = self._mixer.sample_rate
        self._mixer.loop = None if span is None else (round(span[0] * rate), round(span[1] * rate))

    def close(self) -> None:
        self.pause()
        self._timer.stop()
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except Exception:
                log.exception("closing the sound stream")

    def _open_stream(self) -> None:
        problem = "playback is off"
        if self._use_device:
            try:
                import sounddevice

                mixer = self._mixer

                def callback(out: Any, frames: int, _time: Any, _status: Any) -> None:
                    out[:] = mixer.render(frames)

                stream = sounddevice.OutputStream(
                    samplerate=mixer.sample_rate, channels=mixer.channels, dtype="float32", callback=callback
                )
                stream.start()
                self._stream = stream
                problem = ""
            except (OSError, ImportError):
                problem = "no sound library (PortAudio) on this computer"
            except Exception as error:  # sounddevice.PortAudioError has no stable import when PortAudio is missing
                log.info("no sound: %s", error)
                problem = "no sound device"
        if problem != self.device_problem:
            self.device_problem = problem
            self.device_changed.emit(problem)

    def _tick(self) -> None:
        if self._stream is None:
            # No device pulls the sound: the wall clock does, so that the window works the same.
            frames = round(self._silent_clock.restart() / 1000 * self._mixer.sample_rate)
            self._mixer.render(min(max(frames, 1), self._mixer.sample_rate))
        elif not getattr(self._stream, "active", True):
            self._stream = None
            self.device_problem = "the sound device went away"
            self.device_changed.emit(self.device_problem)
            self._silent_clock.start()
        self.position_changed.emit(self.position)
        self._announce()
        if self._mixer.silent:
            self._timer.stop()

    def _announce(self) -> None:
        if self._mixer.playing != self._was_playing:
            self._was_playing = self._mixer.playing
            self.playing_changed.emit(self._was_playing)
