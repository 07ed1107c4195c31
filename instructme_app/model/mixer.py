"""What the loudspeaker gets: one cursor over any of several rounds, every change a 10 ms cross-fade.

Pure: no device, no Qt. The audio callback calls `Mixer.render` and does nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

FADE_SECONDS = 0.010
"""Measured: a plain cut clicks, a linear cross-fade of 5 ms or more does not."""

FASTEST = 8
"""Times the speed of the song, either way."""


@dataclass(frozen=True, eq=False)
class Track:
    """Samples (channels, frames) float32, memory-mapped as a rule, with the gain of matched loudness.

    `minus`, of the same shape, is taken off them as they are played: a difference that is never written anywhere.
    """

    samples: np.ndarray
    gain: float = 1.0
    minus: np.ndarray | None = None

    @property
    def frames(self) -> int:
        return self.samples.shape[1]

    def is_like(self, other: Track | None) -> bool:
        """Sounds the same: nothing to cross-fade to."""
        return (
            other is not None
            and self.samples is other.samples
            and self.minus is other.minus
            and self.gain == other.gain
        )

    def read(self, start: int, end: int) -> np.ndarray:
        """Frames [start, end) as (channels, end - start). Beyond its ends a track holds its outermost sample, so that
        what is cut off there in mid-swing still fades out smoothly."""
        if not self.frames:
            return np.zeros((self.samples.shape[0], end - start), np.float32)
        low, high = min(max(start, 0), self.frames - 1), max(min(end, self.frames), 1)
        piece = np.asarray(self.samples[:, low:high], dtype=np.float32)
        if self.minus is not None:
            piece = piece - self.minus[:, low:high]
        before, after = max(min(-start, end - start - 1), 0), max(end - max(self.frames, start + 1), 0)
        return np.pad(piece, ((0, 0), (before, after)), mode="edge") if before or after else piece


@dataclass
class _Voice:
    """One thing that sounds, on its way to `target` gain. `track` None is silence (paused)."""

    track: Track | None
    position: int
    level: float
    target: float
    step: float
    speed: int = 1


class Mixer:
    """The callback owns the voices; other threads set `track`, `playing`, `speed` and `loop`, each whole."""

    def __init__(self, sample_rate: int, channels: int = 2) -> None:
        self.sample_rate = sample_rate
        self.channels = channels
        self.fade_frames = max(1, round(FADE_SECONDS * sample_rate))
        self.track: Track | None = None
        self.playing = False
        self.speed = 1
        """Frames of the song per frame of sound, -FASTEST to FASTEST without 0. Past 1 it is the mean of so many
        samples: tape wound fast, without a resampler and its memory."""
        self.loop: tuple[int, int] | None = None
        """Frames [start, end) that repeat, or None."""
        self._seek: int | None = None
        self._position = 0
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
    def sounding(self) -> Track | None:
        """What the last block rendered, or was fading to."""
        return self._current.track

    @property
    def silent(self) -> bool:
        """Nothing sounds and nothing is about to: the stream may rest."""
        return not self.playing and self._current.track is None and not self._fading

    def render(self, frames: int) -> np.ndarray:
        """The next (frames, channels) float32 of sound; moves the cursor while playing."""
        out = np.zeros((frames, self.channels), dtype=np.float32)
        done = 0
        while done < frames:
            loop = self._loop()
            self._take_up_changes(loop)
            count = min(frames - done, self._until_turn(loop))
            for voice in (*self._fading, self._current):
                self._add(out[done : done + count], voice)
            self._fading = [voice for voice in self._fading if voice.level > 0.0]
            track = self._current.track
            if track is not None:
                # Several frames a step may overshoot either end by less than a step.
                self._position = min(max(self._current.position, 0), max(track.frames, 0))
            done += count
        return out

    def _loop(self) -> tuple[int, int] | None:
        """The loop that can be played: inside the track, and longer than the cross-fade that turns it round."""
        loop, track = self.loop, self.track
        if loop is None or track is None:
            return None
        start, end = loop[0], min(loop[1], track.frames)
        return (start, max(end, start + 2 * self.fade_frames)) if 0 <= start < end else None

    def _take_up_changes(self, loop: tuple[int, int] | None) -> None:
        """Start a cross-fade when the track, the place, the speed or play/pause is no longer what sounds."""
        seek, self._seek = self._seek, None
        if seek is not None:
            self._position = seek
        speed, wrapped = self.speed, False
        if self.playing and loop is not None:
            if speed > 0 and self._position >= loop[1]:
                self._position, wrapped = loop[0], True
            elif speed < 0 and self._position <= loop[0]:
                self._position, wrapped = loop[1], True
        track = self.track if self.playing else None
        if track is not None and loop is None:
            at_end = speed > 0 and self._position >= track.frames
            if at_end or (speed < 0 and self._position <= 0):
                self.playing, self.speed, track = False, 1, None
                self._position = self.track.frames if at_end and self.track is not None else 0
        current = self._current
        same = track is current.track and (track is None or speed == current.speed)
        if same and not wrapped and (seek is None or track is None):
            return
        pace = 1.0 / self.fade_frames
        for voice in (*self._fading, current):
            voice.target, voice.step = 0.0, -voice.level * pace
        self._fading.append(current)
        self._current = _Voice(track, self._position, 0.0, 1.0, pace, speed)

    def _until_turn(self, loop: tuple[int, int] | None) -> int:
        """Frames of sound until the cursor reaches an end of the loop or of the song; a large number where never."""
        voice = self._current
        if voice.track is None:
            return 1 << 30
        first, last = loop if loop is not None else (0, voice.track.frames)
        left = last - voice.position if voice.speed > 0 else voice.position - first
        return -(-left // abs(voice.speed)) if left > 0 else 1 << 30

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
        sound = self._sound(voice.track, voice.position, voice.speed, count) * np.float32(voice.track.gain)
        voice.position += count * voice.speed
        out += sound * (np.float32(voice.level) if levels is None else levels)

    def _sound(self, track: Track, position: int, speed: int, count: int) -> np.ndarray:
        """`count` frames from `position` on, at a speed, for the loudspeakers: (count, channels)."""
        start, end = sorted((position, position + count * speed))
        piece = track.read(start, end)
        if abs(speed) > 1:
            piece = piece.reshape(piece.shape[0], count, abs(speed)).mean(axis=2)
        if speed < 0:
            piece = piece[:, ::-1]
        channels = piece.shape[0]
        if channels == self.channels:
            return piece.T
        return piece.T @ downmix(channels, self.channels)


@lru_cache(maxsize=16)
def downmix(channels: int, outputs: int) -> np.ndarray:
    """(channels, outputs): what each loudspeaker gets of each channel. Mono goes to all of them; the centre of 4 to 6
    channels in WAV order to both sides, its bass channel to none; what is left over alternates between the sides."""
    matrix = np.zeros((channels, outputs), np.float32)
    if channels == 1:
        matrix[:] = 1.0
    elif outputs == 1:
        matrix[:] = 1.0 / channels
    elif channels <= outputs:
        matrix[np.arange(channels), np.arange(channels)] = 1.0
    else:
        half = np.float32(np.sqrt(0.5))
        centre, bass = (2, 3) if channels == 6 else (2, None) if channels == 5 else (None, None)
        for channel in range(channels):
            if channel == centre:
                matrix[channel, :2] = half
            elif channel != bass:
                above = channel - sum(skipped is not None and skipped < channel for skipped in (centre, bass))
                matrix[channel, above % 2] = 1.0 if channel < 2 else half
        # Everything at full scale at once must not be more than full scale.
        matrix /= max(1.0, float(matrix.sum(axis=0).max()))
    return matrix
