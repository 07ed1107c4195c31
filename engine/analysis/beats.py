"""Beats from how likely each frame is one. Torch-free.

Tempo is the lag at which the activations repeat; the beats are then the best chain of activations whose
steps keep that tempo, found by dynamic programming (Ellis 2007). The phase of the bar follows the downbeats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.grid import FRAME_RATE

SLOWEST, FASTEST = 45.0, 220.0
PREFERRED = 115.0
METERS = (4, 3)
TIGHTNESS = 60.0
"""How much a step off the tempo costs against an activation: (log of the ratio)^2 times this."""


@dataclass(frozen=True)
class Beats:
    """times, downbeats: seconds, ascending. tempo: beats a minute, None where no beat is heard."""

    times: np.ndarray
    downbeats: np.ndarray
    tempo: float | None


NO_BEATS = Beats(np.zeros(0), np.zeros(0), None)


def track_beats(beat: np.ndarray, downbeat: np.ndarray, frame_rate: float = FRAME_RATE) -> Beats:
    """Activations (frames,) in 0..1 each -> Beats. Less than two seconds, or nothing that repeats, has none."""
    beat = np.asarray(beat, dtype=np.float64)
    if beat.size < 2 * frame_rate or beat.max() < 0.1:
        return NO_BEATS
    period = _period(beat, frame_rate)
    if period is None:
        return NO_BEATS
    frames = _chain(beat, period)
    if frames.size < 2:
        return NO_BEATS
    # The slope of a line through all beats: steadier than a median of steps of whole frames.
    tempo = 60 * frame_rate / _steady_step(frames)
    positions = _between_frames(beat, frames)
    first, meter = _bar(np.asarray(downbeat, dtype=np.float64), frames)
    times = positions / frame_rate
    return Beats(times, times[first::meter], round(float(tempo), 2))


def _period(activation: np.ndarray, frame_rate: float) -> float | None:
    """Frames from beat to beat, by autocorrelation under a log-normal preference for moderate tempi."""
    centred = activation - activation.mean()
    size = 1 << (2 * centred.size - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    correlation = np.fft.irfft(spectrum * spectrum.conj(), size)[: centred.size]
    if correlation[0] <= 1e-9:
        return None
    shortest = int(np.floor(60 * frame_rate / FASTEST))
    longest = min(int(np.ceil(60 * frame_rate / SLOWEST)), centred.size // 2)
    lags = np.arange(shortest, longest + 1)
    tempi = 60 * frame_rate / lags
    # A true period repeats at its double and fourfold, too: this parts it from half of itself.
    score = sum(
        weight * correlation[np.minimum(lags * factor, centred.size - 1)]
        for factor, weight in ((1, 1.0), (2, 0.5), (4, 0.5))
    )
    score = np.maximum(score, 0) * np.exp(-0.5 * (np.log2(tempi / PREFERRED) / 0.7) ** 2)
    best = int(np.argmax(score))
    if score[best] < 0.02 * correlation[0]:
        return None
    lag = float(lags[best])
    # The fourfold lag measures the same period to a quarter of a frame.
    four = int(round(lag * 4))
    near = np.arange(max(four - 3, 1), min(four + 4, centred.size))
    if near.size and four + 4 < centred.size // 2:
        lag = float(near[np.argmax(correlation[near])]) / 4
    return lag


def _chain(activation: np.ndarray, period: float) -> np.ndarray:
    """Frames of the best chain: the sum of its activations less what its steps stray from the period."""
    count = activation.size
    strength = activation / (activation.std() + 1e-9)
    steps = np.arange(max(1, int(period / 2)), int(period * 2) + 1)
    penalty = TIGHTNESS * np.log(steps / period) ** 2
    score = strength.copy()
    previous = np.full(count, -1)
    for frame in range(steps[0], count):
        usable = steps[: np.searchsorted(steps, frame, side="right")]
        candidates = score[frame - usable] - penalty[: usable.size]
        best = int(np.argmax(candidates))
        if candidates[best] > 0:
            score[frame] += candidates[best]
            previous[frame] = frame - usable[best]
    # The last beat is the best end within one period of the end, so that a fading song does not shorten the chain.
    tail = max(0, count - int(np.ceil(period)) - 1)
    frame = tail + int(np.argmax(score[tail:]))
    chain = []
    while frame >= 0:
        chain.append(frame)
        frame = previous[frame]
    chain = np.array(chain[::-1])
    # Steps that tempo alone added before the music and after it are no beats.
    heard = np.flatnonzero(activation[chain] > 0.3 * np.median(activation[chain]))
    return chain[heard[0] : heard[-1] + 1] if heard.size else chain[:0]


def _steady_step(frames: np.ndarray) -> float:
    """Frames per beat over the whole chain; the median where the tempo wanders."""
    steps = np.diff(frames)
    median = float(np.median(steps))
    steady = np.abs(steps - median) <= 0.15 * median
    return float(steps[steady].mean()) if steady.any() else median


def _between_frames(activation: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Frame positions refined by a parabola through each peak and its neighbours."""
    inner = np.clip(frames, 1, activation.size - 2)
    before, here, after = activation[inner - 1], activation[inner], activation[inner + 1]
    curve = before - 2 * here + after
    shift = np.where(curve < -1e-9, 0.5 * (before - after) / np.where(curve < -1e-9, curve, -1.0), 0.0)
    return np.where(inner == frames, frames + np.clip(shift, -0.5, 0.5), frames)


def _bar(downbeat: np.ndarray, frames: np.ndarray) -> tuple[int, int]:
    """(index of the first downbeat, beats in a bar) with the most activation on its downbeats, on average."""
    near = np.stack([downbeat[np.clip(frames + offset, 0, downbeat.size - 1)] for offset in (-1, 0, 1)]).max(axis=0)
    best, choice = -np.inf, (0, METERS[0])
    for meter in METERS:
        for first in range(min(meter, frames.size)):
            on = near[first::meter]
            contrast = on.mean() - (near.sum() - on.sum()) / max(1, near.size - on.size)
            # Four is common time: three must be clearly better.
            contrast -= 0.02 * (meter != METERS[0])
            if contrast > best + 1e-12:
                best, choice = contrast, (first, meter)
    return choice
