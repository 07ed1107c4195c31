"""Examples out of clips: cuts on the frame grid, parts of the band, levels and colour. All in numpy.

Shapes: T samples at 24 kHz, F = T / 480 label frames, N instruments of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import fft
from torch import Tensor

from engine.grid import FRAME_RATE, SAMPLE_RATE, SAMPLES_PER_FRAME
from engine.score import LOWEST_KEY, PITCH, START
from engine.vocabulary import VOCALS, Vocabulary
from training.clip import OTHER, Clip

AUDIBLE_DB = -50.0
"""A stem sounds in a frame where its level is above this, in dB of full scale."""

UNPITCHED = frozenset({"drums"})


@dataclass(frozen=True)
class Cut:
    """Some seconds of a clip: stems of T samples, and where its labels lie."""

    clip: Clip
    stems: dict[str, np.ndarray]
    frames: slice

    def mix(self, names: Sequence[str] | None = None) -> np.ndarray:
        """(T,) sum of the named stems, of all when None; silence for none."""
        chosen = list(self.stems if names is None else names)
        total = np.zeros(next(iter(self.stems.values())).shape[0], dtype=np.float32)
        for name in chosen:
            total += self.stems[name]
        return total

    @property
    def sounding(self) -> list[str]:
        """Stems that are heard anywhere in the cut."""
        return [name for name, stem in self.stems.items() if level_db(stem) > AUDIBLE_DB]


def whole_frames(seconds: float) -> int:
    """Samples of that many seconds, rounded to whole frames, so that audio and labels agree."""
    return max(1, round(seconds * FRAME_RATE)) * SAMPLES_PER_FRAME


def cut(clip: Clip, samples: int, rng: np.random.Generator) -> Cut:
    """A random window that starts on a frame; a clip that is too short is padded with silence."""
    spare = max(0, clip.samples - samples) // SAMPLES_PER_FRAME
    first = int(rng.integers(spare + 1))
    start = first * SAMPLES_PER_FRAME
    stems = {name: fitted(stem[start : start + samples], samples) for name, stem in clip.stems.items()}
    return Cut(clip, stems, slice(first, first + samples // SAMPLES_PER_FRAME))


def fitted(audio: np.ndarray, samples: int) -> np.ndarray:
    """Cut or padded with silence to `samples`."""
    return audio[:samples] if audio.shape[0] >= samples else np.pad(audio, (0, samples - audio.shape[0]))


def sub_band(names: Sequence[str], rng: np.random.Generator, smallest: int = 1) -> list[str]:
    """A random part of the band: every size from `smallest` up is as likely."""
    smallest = min(smallest, len(names))
    size = int(rng.integers(smallest, len(names) + 1))
    return [names[int(index)] for index in sorted(rng.permutation(len(names))[:size])]


def level_db(audio: np.ndarray) -> float:
    """RMS in dB of full scale."""
    return float(10 * np.log10(np.mean(np.square(audio, dtype=np.float64)) + 1e-12))


def random_gain(rng: np.random.Generator, low_db: float = -12.0, high_db: float = 3.0) -> np.float32:
    return np.float32(10 ** (rng.uniform(low_db, high_db) / 20))


def safe_gain(mix: np.ndarray, gain: np.float32, peak: float = 0.98) -> np.float32:
    """`gain`, lowered where `mix` would clip."""
    highest = float(np.abs(mix).max(initial=0.0)) * float(gain)
    return np.float32(gain * min(1.0, peak / highest)) if highest > 0 else gain


def coloured(audio: np.ndarray, rng: np.random.Generator, strength_db: float = 6.0) -> np.ndarray:
    """`audio` (..., T) through one random smooth equaliser: rooms, microphones and producers differ."""
    points = rng.uniform(-strength_db, strength_db, 6)
    points -= points.mean()
    hertz = fft.rfftfreq(audio.shape[-1], 1 / SAMPLE_RATE)
    octaves = np.log2(np.maximum(hertz, 40.0) / 40.0)
    curve = np.interp(octaves, np.linspace(0, 8.2, points.size), points).astype(np.float32)
    return np.asarray(fft.irfft(fft.rfft(audio) * 10 ** (curve / 20), audio.shape[-1]), dtype=np.float32)


def activity(stem: np.ndarray) -> np.ndarray:
    """(F,) bool: frames in which a stem sounds, smoothed over 100 ms so that staccato is one thing."""
    power = np.square(stem, dtype=np.float32).reshape(-1, SAMPLES_PER_FRAME).mean(axis=1)
    padded = np.pad(power, 2)
    smooth = np.max([padded[shift : shift + power.size] for shift in range(5)], axis=0)
    return smooth > 10 ** (AUDIBLE_DB / 10)


def labels(piece: Cut, names: Sequence[str], vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    """Labels of the mix of the named stems, as training.losses.Labels wants them; -1 where nothing is known.

    chords (F,) int64, beats (F,) int64, pitches and onsets (88, F) int8, instruments (N, F) int8.
    """
    clip, frames = piece.clip, piece.frames
    count = frames.stop - frames.start
    pitched = [name for name in names if name not in UNPITCHED and level_db(piece.stems[name]) > AUDIBLE_DB]

    chords = np.full(count, -1, dtype=np.int64)
    if clip.chords is not None and pitched:  # a band without pitch has no chord to be heard
        found = clip.chords[frames]
        chords[: found.size] = found
    beats = np.full(count, -1, dtype=np.int64)
    if clip.beats is not None:
        marks = clip.beats[frames]
        beats[: marks.size] = marks
    pitches = np.full((88, count), -1, dtype=np.int8)
    if all(name in clip.pitches for name in pitched):
        pitches[:] = 0
        for name in pitched:
            roll = clip.pitches[name][:, frames]
            pitches[:, : roll.shape[1]] |= roll.astype(np.int8)
    onsets = np.full((88, count), -1, dtype=np.int8)
    if all(name in clip.notes for name in pitched):
        onsets[:] = 0
        for name in pitched:
            written = clip.notes[name]
            key = written[:, PITCH].astype(int) - LOWEST_KEY
            frame = np.floor(written[:, START] * FRAME_RATE).astype(int) - frames.start
            inside = (key >= 0) & (key < 88) & (frame >= 0) & (frame < count)
            onsets[key[inside], frame[inside]] = 1
    instruments = np.zeros((len(vocabulary.instruments), count), dtype=np.int8)
    if OTHER in names:
        instruments[[term.name != VOCALS for term in vocabulary.instruments]] = -1
    for name in names:
        if name in vocabulary.instrument_names:
            instruments[vocabulary.instrument_names.index(name)] = activity(piece.stems[name])
    return {"chords": chords, "beats": beats, "pitches": pitches, "onsets": onsets, "instruments": instruments}


def stacked(examples: Sequence[Mapping[str, np.ndarray]]) -> dict[str, Tensor]:
    """One batch of examples with the same keys and shapes."""
    return {key: torch.from_numpy(np.stack([one[key] for one in examples])) for key in examples[0]}
