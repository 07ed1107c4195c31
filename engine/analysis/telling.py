"""What may be told of what was heard: a network that was taught on music hears some in everything. Torch-free.

In silence it names chords, instruments and beats as it does in music, only with little confidence; in noise it is sure
of voices, in mains hum of a bass. What nobody can be sure of is not told; what an edit stands on (engine.networks)
stays as it was heard.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.analysis.beats import NO_BEATS, Beats, track_beats
from engine.analysis.key import estimate_key
from engine.analysis.listening import SILENCE, Listening
from engine.analysis.stationary import stationary_frames
from engine.audio import Audio

REST_SECONDS = 1.0
"""Silence of this length is no rest between two notes of one chord, and no gap between two beats."""
BEATING, BEATING_SHARE = 0.35, 0.01
"""Somewhere in music with a beat it is heard this surely: in a hundredth of all frames. Noise reaches 0.32, stems of
one instrument with a beat at least 0.40, most of them 0.45."""


def told(heard: Listening, audio: Audio, signal: np.ndarray | None = None) -> Listening:
    """`heard` in `audio`, without what was heard in silence, and without beats or a key that are hardly there.

    signal: what the listener was given of it, (T,) at 24 kHz. Where it is nothing but noise or hum, nothing was heard
    either; without it only silence is looked for.
    """
    silent = silent_frames(audio, heard.chords.shape[1], heard.frame_rate)
    if signal is not None:
        silent |= stationary_frames(signal, silent.size)
    chords = heard.chords
    if silent.any():
        chords = heard.chords.copy()
        chords[:, silent] = 0
        chords[0, silent] = 1
    pitches, instruments = _hushed(heard.pitches, silent), _hushed(heard.instruments, silent)
    pulse = None if heard.pulse is None else _hushed(heard.pulse, silent)
    return replace(
        heard,
        chords=chords,
        pitches=pitches,
        instruments=instruments,
        onsets=None if heard.onsets is None else _hushed(heard.onsets, silent),
        pulse=pulse,
        beats=_beats(heard, pulse, silent),
        key=estimate_key(pitches),
    )


def silent_frames(audio: Audio, frames: int, frame_rate: int) -> np.ndarray:
    """(frames,) bool: where no channel moves by more than what counts as silence, for REST_SECONDS at least, or all
    the time. A constant is silent whatever its value."""
    moves = np.zeros(frames, np.float32)
    edges = np.minimum(np.arange(frames + 1) * audio.sample_rate // frame_rate, audio.frames)
    step = 60 * frame_rate
    for first in range(0, frames, step):
        at = edges[first : first + step + 1]
        piece = audio.samples[:, at[0] : at[-1]]
        starts = at[:-1] - at[0]
        # A last frame of which no sample is left counts as silent.
        starts = starts[starts < piece.shape[1]]
        if starts.size:
            spread = np.maximum.reduceat(piece, starts, axis=1) - np.minimum.reduceat(piece, starts, axis=1)
            moves[first : first + starts.size] = spread.max(axis=0) / 2
    silent = moves <= SILENCE
    bounds = np.flatnonzero(np.diff(np.concatenate([[False], silent, [False]]).astype(np.int8)))
    for first, last in zip(bounds[::2], bounds[1::2], strict=True):
        if last - first < min(REST_SECONDS * frame_rate, frames):
            silent[first:last] = False
    return silent


def _hushed(matrix: np.ndarray, silent: np.ndarray) -> np.ndarray:
    return np.where(silent, np.zeros((), matrix.dtype), matrix)


def _beats(heard: Listening, pulse: np.ndarray | None, silent: np.ndarray) -> Beats:
    beats = heard.beats
    if pulse is not None:
        music = pulse[0][~silent]
        if not music.size or np.quantile(music, 1 - BEATING_SHARE) < BEATING:
            return NO_BEATS
        if silent.any():
            # What was heard in silence pulled at the tempo of the rest.
            beats = track_beats(pulse[0], pulse[1], heard.frame_rate)
    sounding = [_sounding(times, silent, heard.frame_rate) for times in (beats.times, beats.downbeats)]
    return Beats(sounding[0], sounding[1], beats.tempo) if sounding[0].size > 1 else NO_BEATS


def _sounding(times: np.ndarray, silent: np.ndarray, frame_rate: int) -> np.ndarray:
    return times[~silent[np.clip((times * frame_rate).astype(int), 0, silent.size - 1)]] if times.size else times
