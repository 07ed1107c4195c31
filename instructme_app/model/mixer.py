"""What the loudspeaker gets: one cursor over any of several rounds, every change a 10 ms cross-fade.

Pure: no device, no Qt. The audio callback calls `Mixer.render` and does nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FADE_SECONDS = 0.010
"""Measured: a plain cut clicks, a linear cross-fade of 5 ms or more does not."""


@dataclass(frozen=True)
class Track:
    """Samples (channels, frames) float32, memory-mapped as a rule, with the gain of matched loudness."""

    samples: np.ndarray
    gain: float = 1.0

    @property
    def frames(self) -> int:
        return self.samples.shape[1]


@dataclass
class _Voice:
    """One thing that sounds, on its way to `target` gain. `track` None is silence (paused)."""

    track: Track | None
    position: int
    level: float
    target: float
    step: float


class Mixer:
    """The callback owns the voices; other threads only set `wanted_*`, each one whole assignment."""

    def __init__(self, sample_rate: int, channels: int = 2) -> None:
        self.sample_rate = sample_rate
        self.channels = channels
        self.fade_frames = max(1, round(FADE_SECONDS * sample_rate))
        self.track: Track | None = None
        self.playing = False
        self.loop: tuple[int, int] | None = None
        """Frames [start, end) that repeat, or None."""
        self._seek: int | None = None
        self._position = 0
        self._sounding: Track | None = None
        self._current = _Voice(None, 0, 1.0, 1.0, 0.0)
        self._fading: list[_Voice] = []

    @property
    def position(self) -> int:
        """The cursor, in frames; a seek shows at once."""
        seek = self._seek
        return self._position if seek is None else seek

    def seek(self, frame: int) -> None:
        self._seek = max(0, frame)

    @property
    def silent(self) -> bool:
        """Nothing sounds and nothing is about to: the stream may rest."""
        return not self.playing and self._current.track is None and not self._fading

    def render(self, frames: int) -> np.ndarray:
        """The next (frames, channels) float32 of sound; moves the cursor while playing."""
        out = np.zeros((frames, self.channels), dtype=np.float32)
        done = 0
        while done < frames:
            self._take_up_changes()
            count = min(frames - done, self._until_turn())
            for voice in (*self._fading, self._current):
                self._add(out[done : done + count], voice)
            self._fading = [voice for voice in self._fading if voice.level > 0.0]
            if self._current.track is not None:
                self._position = self._current.position
            done += count
        return out

    def _take_up_changes(self) -> None:
        """Start a cross-fade when the track, the place or play/pause is no longer what sounds."""
        seek, self._seek = self._seek, None
        if seek is not None:
            self._position = seek
        loop = self.loop
        wrapped = False
        if self.playing and loop is not None and loop[1] > loop[0] and self._position >= loop[1]:
            self._position, wrapped = loop[0], True
        track = self.track if self.playing else None
        if track is not None and loop is None and self._position >= track.frames:
            self.playing, self._position, track = False, track.frames, None
        if track is self._current.track and not wrapped and (seek is None or track is None):
            return
        pace = 1.0 / self.fade_frames
        old = self._current
        for voice in (*self._fading, old):
            voice.target, voice.step = 0.0, -voice.level * pace
        self._fading.append(old)
        self._current = _Voice(track, self._position, 0.0, 1.0, pace)

    def _until_turn(self) -> int:
        """Frames until the cursor reaches the loop's end or the song's; a large number where it never does."""
        voice = self._current
        if voice.track is None:
            return 1 << 30
        end = self.loop[1] if self.loop is not None else voice.track.frames
        return max(1, end - voice.position) if voice.position < end else 1 << 30

    def _add(self, out: np.ndarray, voice: _Voice) -> None:
        count = out.shape[0]
        levels: np.ndarray | None = None
        if voice.level != voice.target:
            ramp = voice.level + voice.step * np.arange(1, count + 1, dtype=np.float64)
            ramp = np.minimum(ramp, voice.target) if voice.step > 0 else np.maximum(ramp, voice.target)
            # Rounding must not leave a voice at 1e-17 for ever.
            ramp[np.abs(ramp - voice.target) < 1e-9] = voice.target
            voice.level = float(ramp[-1])
            levels = ramp.astype(np.float32)[:, None]
        if voice.track is None:
            return
        span = voice.track.samples[:, voice.position : voice.position + count].T
        voice.position += count
        if span.shape[0]:
            sound = self._to_channels(np.asarray(span, dtype=np.float32)) * voice.track.gain
            out[: span.shape[0]] += sound * (voice.level if levels is None else levels[: span.shape[0]])

    def _to_channels(self, span: np.ndarray) -> np.ndarray:
        """Mono to every loudspeaker; further channels than the device has are left out."""
        if span.shape[1] == 1:
            return np.repeat(span, self.channels, axis=1)
        if span.shape[1] >= self.channels:
            return span[:, : self.channels]
        return np.pad(span, ((0, 0), (0, self.channels - span.shape[1])))
