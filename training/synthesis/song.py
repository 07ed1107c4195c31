"""A symbolic song: who plays which notes, over which chords and beats. Time is in seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.chords import UNKNOWN, transpose_chords, transpose_key
from engine.grid import FRAME_RATE

LOWEST_KEY, KEYS = 21, 88
START, END, PITCH, VELOCITY = range(4)


@dataclass(frozen=True)
class Part:
    """What one player plays. `instrument` is a name of the vocabulary, None for sound effects."""

    notes: np.ndarray
    """(notes, 4) float64: start, end (seconds), MIDI pitch, velocity (1-127); sorted by start."""
    instrument: str | None
    program: int = 0
    """General MIDI program, or the kit where the part is drums; meaningless for vocals."""
    lead: bool = False
    """The one voice that carries the melody."""

    @property
    def drums(self) -> bool:
        return self.instrument == "drums"


@dataclass(frozen=True)
class Song:
    """Parts over one shared time line."""

    title: str
    parts: tuple[Part, ...]
    beats: np.ndarray | None = None
    """(beats,) seconds, rising. None where unknown."""
    downbeats: np.ndarray | None = None
    """(beats,) bool: which of the beats start a bar."""
    chords: np.ndarray | None = None
    """(beats,) int16: the chord class from each beat to the next."""
    bpm: float | None = None
    key: str | None = None
    genre: str | None = None

    @property
    def duration(self) -> float:
        """Seconds until the last note ends."""
        return max((float(part.notes[:, END].max()) for part in self.parts if len(part.notes)), default=0.0)

    @property
    def lead(self) -> Part | None:
        return next((part for part in self.parts if part.lead), None)

    def transposed(self, semitones: int) -> Song:
        """Moved by semitones; drums stay."""
        if semitones == 0:
            return self
        return replace(
            self,
            parts=tuple(part if part.drums else transposed(part, semitones) for part in self.parts),
            chords=None if self.chords is None else transpose_chords(self.chords, semitones),
            key=None if self.key is None else transpose_key(self.key, semitones),
        )

    def faster(self, factor: float) -> Song:
        """Played `factor` times as fast."""

        def scaled(part: Part) -> Part:
            notes = part.notes.copy()
            notes[:, :PITCH] /= factor
            return replace(part, notes=notes)

        return replace(
            self,
            parts=tuple(scaled(part) for part in self.parts),
            beats=None if self.beats is None else self.beats / factor,
            bpm=None if self.bpm is None else self.bpm * factor,
        )


def transposed(part: Part, semitones: int) -> Part:
    """Keys that would leave MIDI are folded back by octaves."""
    notes = part.notes.copy()
    pitch = notes[:, PITCH] + semitones
    pitch = np.where(pitch > 120, pitch - 12 * np.ceil((pitch - 120) / 12), pitch)
    notes[:, PITCH] = np.where(pitch < 12, pitch + 12 * np.ceil((12 - pitch) / 12), pitch)
    return replace(part, notes=notes)


def sorted_notes(rows: Sequence[tuple[float, float, float, float]] | np.ndarray) -> np.ndarray:
    """(notes, 4) float64 in order of start; no rows give an empty array of that shape."""
    notes = np.asarray(rows, dtype=np.float64).reshape(-1, 4)
    return notes[np.argsort(notes[:, START], kind="stable")]


def merged(notes: np.ndarray) -> np.ndarray:
    """Notes without two of the same key sounding at once: a new attack ends the older note.

    A synthesizer's note-off ends every note of its key, so overlapping ones would cut each other short.
    """
    notes = sorted_notes(notes).copy()
    last: dict[int, int] = {}
    for row in range(len(notes)):
        key = int(notes[row, PITCH])
        before = last.get(key)
        if before is not None and notes[before, END] > notes[row, START]:
            notes[before, END] = notes[row, START]
        last[key] = row
    return notes[notes[:, END] - notes[:, START] > 1e-3]


def pitch_matrix(notes: np.ndarray, start: float, frames: int) -> np.ndarray:
    """(88, frames) bool on the label grid: keys sounding from `start` seconds on. Every note has one frame at least."""
    matrix = np.zeros((KEYS, frames), dtype=bool)
    first = np.round((notes[:, START] - start) * FRAME_RATE).astype(int)
    last = np.maximum(np.round((notes[:, END] - start) * FRAME_RATE).astype(int), first + 1)
    keys = notes[:, PITCH].astype(int) - LOWEST_KEY
    for key, begin, end in zip(keys, first, last, strict=True):
        if 0 <= key < KEYS and end > 0 and begin < frames:
            matrix[key, max(begin, 0) : end] = True
    return matrix


def chord_track(song: Song, start: float, frames: int) -> np.ndarray | None:
    """(frames,) int16 of chord classes, UNKNOWN before the first beat; None where the song knows none."""
    if song.chords is None or song.beats is None:
        return None
    times = start + (np.arange(frames) + 0.5) / FRAME_RATE
    beat = np.searchsorted(song.beats, times, side="right") - 1
    track = song.chords[np.clip(beat, 0, len(song.chords) - 1)].astype(np.int16)
    track[beat < 0] = UNKNOWN
    # After the last beat the last chord rings for one more beat; then nobody knows.
    if len(song.beats) > 1:
        track[times > song.beats[-1] + (song.beats[-1] - song.beats[-2])] = UNKNOWN
    return track


def beat_track(song: Song, start: float, frames: int) -> np.ndarray | None:
    """(frames,) uint8: 1 in the frame of a beat, 2 of a downbeat, else 0; None where the song knows none."""
    if song.beats is None:
        return None
    track = np.zeros(frames, dtype=np.uint8)
    index = np.round((song.beats - start) * FRAME_RATE).astype(int)
    inside = (index >= 0) & (index < frames)
    down = np.ones(len(song.beats), dtype=bool) if song.downbeats is None else song.downbeats
    track[index[inside]] = np.where(down[inside], 2, 1)
    return track


def with_part(song: Song, part: Part, *, instead_of: str | None = None) -> Song:
    """`song` with one more part; parts of the instrument `instead_of` make room for it."""
    kept = tuple(other for other in song.parts if instead_of is None or other.instrument != instead_of)
    return replace(song, parts=(*kept, part))


def counts(song: Song) -> Mapping[str, int]:
    """Notes of each instrument of the song."""
    total: dict[str, int] = {}
    for part in song.parts:
        if part.instrument is not None:
            total[part.instrument] = total.get(part.instrument, 0) + len(part.notes)
    return total
