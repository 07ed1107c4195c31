"""What a studio does to a stem: tone, room, drive, level.

Cheap enough to keep a trainer fed (about 15 ms a stem of 10 s). Everything takes and gives
(samples,) float32 at 24 kHz of the same length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from engine.grid import SAMPLE_RATE

_BLOCK = 480
_REFERENCE_POINTS = 257


@dataclass(frozen=True)
class Tone:
    """An equaliser: gain in dB over frequency, made of two shelves and some bells."""

    low_shelf: tuple[float, float] = (120.0, 0.0)
    """(corner in Hz, dB)."""
    high_shelf: tuple[float, float] = (6000.0, 0.0)
    bells: tuple[tuple[float, float, float], ...] = ()
    """(centre in Hz, dB, width in octaves)."""

    def gain(self, frequencies: np.ndarray) -> np.ndarray:
        """Linear gain at the frequencies (Hz)."""
        # The curve is smooth over octaves: a few hundred points and interpolation are enough.
        points = np.geomspace(20.0, SAMPLE_RATE / 2, _REFERENCE_POINTS)
        octaves = np.log2(points)
        corner, decibels = self.low_shelf
        curve = decibels / (1 + (points / corner) ** 2)
        corner, decibels = self.high_shelf
        curve = curve + decibels / (1 + (corner / points) ** 2)
        for centre, decibels, width in self.bells:
            curve = curve + decibels * np.exp(-0.5 * ((octaves - np.log2(centre)) / (width / 2)) ** 2)
        return np.interp(frequencies, points, 10 ** (curve / 20)).astype(np.float32)


def random_tone(rng: np.random.Generator, strength: float = 6.0) -> Tone:
    """Shelves and up to two bells of some `strength` dB."""
    return Tone(
        (rng.uniform(80, 300), rng.normal(0, strength / 2)),
        (rng.uniform(2500, 8000), rng.normal(0, strength / 2)),
        tuple(
            (float(np.exp(rng.uniform(np.log(150), np.log(7000)))), rng.normal(0, strength / 2), rng.uniform(0.5, 2.0))
            for _ in range(rng.integers(0, 3))
        ),
    )


def random_room(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Impulse response of a room without the direct sound: exponentially decaying noise of unit energy, after some
    milliseconds of silence and darker as it dies. `seconds` is the time to decay by 60 dB."""
    length = max(int(seconds * SAMPLE_RATE), 480)
    time = np.arange(length) / SAMPLE_RATE
    tail = rng.standard_normal(length).astype(np.float32) * np.exp(-6.9 * time / seconds).astype(np.float32)
    # A running mean that widens over three stretches takes the highs first, as air and walls do.
    third = length // 3
    for index, width in ((1, 2), (2, 4)):
        part = tail[index * third :]
        smooth = np.convolve(part, np.full(width, 1 / np.sqrt(width), np.float32), mode="same")
        tail[index * third :] = smooth[: len(part)]
    delay = int(rng.uniform(0.002, 0.025) * SAMPLE_RATE)
    response = np.concatenate([np.zeros(delay, np.float32), tail])
    return response / np.sqrt(np.sum(response**2))


def colour(sound: np.ndarray, tone: Tone | None = None, room: np.ndarray | None = None, wet: float = 0.0) -> np.ndarray:
    """Equaliser and room in one pass through the frequency domain; linear, so the same call on every stem of a mix
    does to the mix what it does to the stems."""
    if tone is None and (room is None or wet == 0.0):
        return sound
    tail = 2048 if room is None else len(room)
    size = fft.next_fast_len(len(sound) + tail, real=True)
    spectrum = np.asarray(fft.rfft(sound, size))
    if room is not None and wet > 0:
        spectrum *= 1 + np.asarray(fft.rfft(room * np.float32(wet), size))
    if tone is not None:
        spectrum *= tone.gain(fft.rfftfreq(size, 1 / SAMPLE_RATE).astype(np.float32))
    return np.asarray(fft.irfft(spectrum, size))[: len(sound)].astype(np.float32, copy=False)


def saturate(sound: np.ndarray, drive: float) -> np.ndarray:
    """Soft clipping at `drive` times the loudest sample, level kept roughly."""
    peak = float(np.abs(sound).max(initial=0.0))
    if peak < 1e-6 or drive <= 0:
        return sound
    return (np.tanh(sound * (drive / peak)) * (peak / np.tanh(drive))).astype(np.float32, copy=False)


def compress(sound: np.ndarray, ratio: float, threshold: float = -18.0) -> np.ndarray:
    """Gain reduction above `threshold` dB below the loudest 20 ms, with about 60 ms of release."""
    blocks = -(-len(sound) // _BLOCK)
    padded = np.pad(sound, (0, blocks * _BLOCK - len(sound))).reshape(blocks, _BLOCK)
    level = 10 * np.log10(np.mean(padded**2, axis=1) + 1e-10)
    over = np.maximum(level - (level.max() + threshold), 0)
    for block in range(1, blocks):
        over[block] = max(over[block], over[block - 1] * 0.75)
    gain = 10 ** (-over * (1 - 1 / ratio) / 20)
    at = (np.arange(blocks) + 0.5) * _BLOCK
    return sound * np.interp(np.arange(len(sound)), at, gain).astype(np.float32)


def level(sound: np.ndarray) -> float:
    """How loud the sounding part is, in dBFS: RMS of the loudest tenth of its 100 ms blocks; -inf for silence.

    Unlike the RMS of the whole, it does not call a part soft because it rests most of the time.
    """
    block = SAMPLE_RATE // 10
    count = len(sound) // block
    if count == 0:
        energy = np.array([np.mean(np.square(sound))]) if len(sound) else np.zeros(1)
    else:
        energy = np.mean(sound[: count * block].reshape(count, block) ** 2, axis=1)
    loud = np.sort(energy)[-max(len(energy) // 10, 1) :].mean()
    return float(10 * np.log10(loud)) if loud > 0 else -np.inf


def sounding_share(sound: np.ndarray, threshold: float = -50.0) -> float:
    """The share of 100 ms blocks above `threshold` dBFS: the energy gate of the paper's Data Preprocess."""
    block = SAMPLE_RATE // 10
    count = max(len(sound) // block, 1)
    energy = np.mean(sound[: count * block].reshape(count, -1) ** 2, axis=1)
    return float(np.mean(energy > 10 ** (threshold / 10)))


def produce(sound: np.ndarray, rng: np.random.Generator, amount: float = 1.0) -> np.ndarray:
    """One stem as a random studio might treat it. `amount` 0 leaves it alone."""
    if amount <= 0:
        return sound
    if rng.random() < 0.3 * amount:
        sound = compress(sound, ratio=rng.uniform(1.5, 6.0), threshold=rng.uniform(-24, -10))
    if rng.random() < 0.2 * amount:
        sound = saturate(sound, rng.uniform(0.3, 2.5))
    tone = random_tone(rng) if rng.random() < 0.8 * amount else None
    room, wet = None, 0.0
    if rng.random() < 0.6 * amount:
        room = random_room(rng, float(np.exp(rng.uniform(np.log(0.15), np.log(1.8)))))
        wet = float(rng.uniform(0.05, 0.5))
    sound = colour(sound, tone, room, wet)
    if rng.random() < 0.15 * amount:  # hiss of a preamplifier, 45 to 70 dB below the part
        loud = 10 ** (level(sound) / 20) if np.any(sound) else 0.0
        hiss = rng.standard_normal(len(sound), dtype=np.float32)
        sound = sound + hiss * np.float32(loud * 10 ** (-rng.uniform(45, 70) / 20))
    return sound
