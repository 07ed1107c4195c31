"""Everything that the listener hears in a piece of any length, as plain arrays and times.

Importing this room is torch-free; `listen` needs torch because its listener does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.analysis.beats import NO_BEATS, Beats, track_beats
from engine.analysis.chords import CHORD_CLASSES, chord_name
from engine.analysis.key import estimate_key
from engine.analysis.presence import instruments_heard
from engine.grid import FRAME_RATE, SAMPLES_PER_FRAME, frames_in
from engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from engine.models.listener import Listener

WINDOW_FRAMES = 30 * FRAME_RATE
OVERLAP_FRAMES = 2 * FRAME_RATE
CHORD_CHANGE_COST = 6.0
"""In nats: a chord must be better by this much in all before it is written down. Half a beat of certainty."""

SURE_CHORD = 0.2
"""A chord that is less likely than one in five is rather none: of drums, noise and silence it has up to 0.12, of music
as a rule more than 0.3."""

SILENCE = 1e-4
"""The largest sample of what counts as silence: a network that was taught on music hears a beat even there. The dither
of 16 bits lies below it, -80 dB of full scale."""


@dataclass(frozen=True, eq=False)
class Listening:
    """chords: (CHORD_CLASSES, F), pitches: (88, F) from A0, instruments: (N, F), all probabilities in float32.
    key: as `C:maj`, or None. instrument_names: of the N rows. pulse: (2, F), how likely each frame is a beat and a
    downbeat, from which `beats` were chosen; onsets: (88, F), that a key is struck; None where they were not kept.
    frame_instruments: (N, F), what the listener itself says of instruments where a tagger says it better; a network
    that writes notes has learnt to that (engine.models.hearing)."""

    chords: np.ndarray
    pitches: np.ndarray
    instruments: np.ndarray
    instrument_names: tuple[str, ...]
    beats: Beats
    key: str | None
    frame_rate: int = FRAME_RATE
    pulse: np.ndarray | None = None
    onsets: np.ndarray | None = None
    frame_instruments: np.ndarray | None = None

    @property
    def beat_times(self) -> np.ndarray:
        return self.beats.times

    @property
    def downbeat_times(self) -> np.ndarray:
        return self.beats.downbeats

    @property
    def tempo(self) -> float | None:
        return self.beats.tempo

    @property
    def duration(self) -> float:
        return self.chords.shape[1] / self.frame_rate

    def chord_segments(self, sure: float = 0.0) -> list[tuple[float, float, str]]:
        """(start, end, name) in seconds, without gaps: the most likely path that does not flutter (Viterbi). A stretch
        of it whose chord is less likely than `sure`, on average, has none."""
        path = _steady_path(self.chords, CHORD_CHANGE_COST)
        if not path.size:
            return []
        for start, end in zip(*_runs(path), strict=True):
            if self.chords[path[start], start:end].mean() < sure:
                path[start:end] = 0
        starts, ends = _runs(path)
        return [
            (float(start / self.frame_rate), float(end / self.frame_rate), chord_name(int(path[start])))
            for start, end in zip(starts, ends, strict=True)
        ]

    def instruments_heard(self, threshold: float = 0.5) -> tuple[str, ...]:
        """Names of those heard, see engine.analysis.presence, the most present first."""
        return instruments_heard(self.instruments, self.instrument_names, threshold)

    def to_json(self) -> dict[str, Any]:
        """Tempo, beats, key, chords with times and instruments: what can be read, without the matrices."""
        return {
            "duration": round(self.duration, 3),
            "tempo": self.tempo,
            "key": self.key,
            "beats": [round(float(time), 3) for time in self.beat_times],
            "downbeats": [round(float(time), 3) for time in self.downbeat_times],
            "chords": [
                {"start": round(start, 3), "end": round(end, 3), "chord": name}
                for start, end, name in self.chord_segments(SURE_CHORD)
            ],
            "instruments": list(self.instruments_heard()),
        }


def listen(listener: Listener, audio: np.ndarray, vocabulary: Vocabulary) -> Listening:
    """audio: (samples,) float32, 24 kHz mono, of any length. Memory beyond the matrices is that of 30 seconds.

    Windows overlap by two seconds and each answers for what is at least a second inside it. Silence has no beats.
    """
    import torch

    audio = np.asarray(audio, dtype=np.float32)
    if audio.ndim != 1:
        raise ValueError(f"audio must be mono (samples,), not {audio.shape}")
    total = frames_in(audio.size)
    names = vocabulary.instrument_names
    chords = np.zeros((CHORD_CLASSES, total), np.float32)
    pitches = np.zeros((88, total), np.float32)
    onsets = np.zeros((88, total), np.float32)
    instruments = np.zeros((len(names), total), np.float32)
    beats = np.zeros((2, total), np.float32)
    device = next(listener.parameters()).device
    training = listener.training
    listener.eval()
    peak = 0.0
    try:
        for start, stop, first, last in _windows(total):
            piece = audio[start * SAMPLES_PER_FRAME : stop * SAMPLES_PER_FRAME]
            peak = max(peak, float(np.abs(piece).max(initial=0)))
            with torch.inference_mode():
                heard = listener(torch.from_numpy(piece.copy()).to(device)[None])
                answers = (heard.chords.softmax(1), heard.pitches, heard.onsets, heard.instruments, heard.beats)
            for matrix, answer in zip((chords, pitches, onsets, instruments, beats), answers, strict=True):
                probabilities = answer if matrix is chords else answer.sigmoid()
                matrix[:, first:last] = probabilities[0, :, first - start : last - start].float().cpu().numpy()
    finally:
        listener.train(training)
    tracked = track_beats(beats[0], beats[1]) if peak > SILENCE else NO_BEATS
    return Listening(chords, pitches, instruments, names, tracked, estimate_key(pitches), pulse=beats, onsets=onsets)


def _windows(total: int) -> Iterator[tuple[int, int, int, int]]:
    """(start, stop, first, last) in frames: the window heard, and the part of it that counts."""
    margin = OVERLAP_FRAMES // 2
    first = 0
    while first < total:
        # The last window reaches back, so that it has as much context as the others.
        start = max(0, min(first - margin, total - WINDOW_FRAMES))
        stop = min(start + WINDOW_FRAMES, total)
        last = total if stop == total else stop - margin
        yield start, stop, first, last
        first = last


def _runs(path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where stretches of one class begin and end (exclusive)."""
    starts = np.concatenate([[0], np.flatnonzero(np.diff(path)) + 1])
    return starts, np.append(starts[1:], path.size)


def _steady_path(probabilities: np.ndarray, change_cost: float) -> np.ndarray:
    """(classes, frames) -> (frames,) classes: Viterbi where any change costs the same."""
    classes, frames = probabilities.shape
    if not frames:
        return np.zeros(0, dtype=np.int64)
    evidence = np.log(probabilities + 1e-6)
    score = evidence[:, 0].copy()
    came_from = np.empty((frames, classes), dtype=np.int16)
    own = np.arange(classes)
    for frame in range(1, frames):
        best = int(np.argmax(score))
        jumped = score[best] - change_cost > score
        came_from[frame] = np.where(jumped, best, own)
        score = np.where(jumped, score[best] - change_cost, score) + evidence[:, frame]
    path = np.empty(frames, dtype=np.int64)
    path[-1] = int(np.argmax(score))
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = came_from[frame, path[frame]]
    return path
