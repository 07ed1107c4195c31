"""An endless singer: a glottal source through moving formants, with random syllables.

Source-filter synthesis (Fant 1960): a band-limited saw, tilted like the glottal flow, with vibrato, jitter, scoops and
breath noise; vowels are five formants that glide from syllable to syllable; consonants are bands of noise and dips. It
is not a person, but voices differ from every General MIDI instrument in just these things, and lyrics never repeat. A
phrase of 10 s takes about 0.06 s on one core.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft
from scipy.ndimage import uniform_filter1d

from engine.grid import SAMPLE_RATE
from training.synthesis.song import END, PITCH, START, VELOCITY, merged

_FFT, _HOP = 1024, 256
_CONTROL = SAMPLE_RATE / _HOP
_LEAD_IN = 0.6

# F1 to F3 in Hz of a man's vowels (after Peterson and Barney 1952); F4 and F5 hardly move.
_VOWELS = np.array(
    [
        (730, 1090, 2440), (570, 840, 2410), (300, 870, 2240), (530, 1840, 2480), (270, 2290, 3010),
        (640, 1190, 2390), (490, 1350, 1690), (660, 1720, 2410), (440, 1020, 2240), (390, 1990, 2550),
    ],
    dtype=np.float64,
)  # fmt: skip
_UPPER = (3400.0, 4300.0)
_BANDWIDTHS = np.array([80.0, 95.0, 130.0, 220.0, 320.0])

# centre Hz, width in octaves, loudness against the voice, seconds, how far the voice closes (0 fully)
_CONSONANTS = {
    "s": (7000.0, 0.9, 0.45, 0.10, 0.0),
    "sh": (3600.0, 0.9, 0.50, 0.10, 0.0),
    "f": (5500.0, 2.0, 0.15, 0.08, 0.0),
    "h": (1500.0, 2.2, 0.16, 0.06, 0.3),
    "t": (5000.0, 1.6, 0.55, 0.025, 0.0),
    "k": (2200.0, 1.0, 0.50, 0.03, 0.0),
    "p": (900.0, 1.8, 0.35, 0.02, 0.0),
    "z": (6500.0, 1.0, 0.22, 0.08, 0.4),
    "n": (300.0, 1.0, 0.0, 0.07, 0.35),
    "l": (400.0, 1.0, 0.0, 0.05, 0.55),
    "": (1000.0, 1.0, 0.0, 0.01, 1.0),
}


@dataclass(frozen=True)
class Voice:
    """One singer."""

    tract: float = 1.0
    """Formants against a man's; women sing at about 1.17, children higher."""
    breath: float = 0.05
    tilt: float = 700.0
    """Hz above which the source falls twice as steeply: low is soft, high is belted."""
    vibrato: float = 0.3
    """Semitones at most."""
    vibrato_rate: float = 5.5
    glide: float = 0.05
    """Seconds from one pitch to the next."""
    double: bool = False
    """Sung twice, as records do."""


def random_voice(median_pitch: float, rng: np.random.Generator) -> Voice:
    """A singer for whom a melody around `median_pitch` (MIDI) lies well: low ones are men, high ones women."""
    woman = rng.random() < np.clip((median_pitch - 54) / 12, 0.05, 0.95)
    return Voice(
        tract=float((1.17 if woman else 1.0) * rng.uniform(0.93, 1.08)),
        breath=float(rng.uniform(0.01, 0.12)),
        tilt=float(np.exp(rng.uniform(np.log(350), np.log(1600)))),
        vibrato=float(rng.uniform(0.0, 0.5)),
        vibrato_rate=float(rng.uniform(4.8, 6.6)),
        glide=float(rng.uniform(0.02, 0.09)),
        double=bool(rng.random() < 0.15),
    )


def sing(notes: np.ndarray, *, start: float, seconds: float, rng: np.random.Generator, voice: Voice) -> np.ndarray:
    """The melody between `start` and `start + seconds`: (samples,) float32, mono 24 kHz, at no certain level.

    notes: (notes, 4) of training.synthesis.song, one voice; where two overlap the later one wins. New random
    lyrics at every call.
    """
    samples = round(seconds * SAMPLE_RATE)
    notes = notes[(notes[:, END] > start - _LEAD_IN) & (notes[:, START] < start + seconds)]
    if len(notes) == 0:
        return np.zeros(samples, np.float32)
    notes = _one_voice(merged(notes))
    begin = start - _LEAD_IN
    total = round((seconds + _LEAD_IN) * SAMPLE_RATE)
    sound = _take(notes, begin, total, rng, voice)
    if voice.double:
        late = round(rng.uniform(0.008, 0.025) * SAMPLE_RATE)
        again = _take(notes, begin, total, rng, voice)
        sound[late:] += 0.7 * again[: total - late]
    return sound[-samples:]


def _one_voice(notes: np.ndarray) -> np.ndarray:
    notes = notes.copy()
    notes[:-1, END] = np.minimum(notes[:-1, END], notes[1:, START])
    return notes[notes[:, END] - notes[:, START] > 0.01]


def _take(notes: np.ndarray, begin: float, samples: int, rng: np.random.Generator, voice: Voice) -> np.ndarray:
    frames = -(-samples // _HOP) + _FFT // _HOP
    times = begin + np.arange(frames) / _CONTROL
    pitch = _pitch(notes, times, rng, voice)
    formants, loudness, hiss = _lyrics(notes, times, rng, voice)
    frequency = 440 * 2 ** ((np.interp(np.arange(samples), np.arange(frames) * _HOP, pitch) - 69) / 12)
    source = _glottis(frequency, voice.tilt)
    air = rng.standard_normal(samples, dtype=np.float32)

    bins = fft.rfftfreq(_FFT, 1 / SAMPLE_RATE)
    tract = _tract(formants, bins)
    voiced = _spectra(source, frames) * (tract * loudness[:, None]).astype(np.float32)
    breath = tract * (voice.breath * loudness)[:, None] * np.minimum(bins / 2000, 1)
    noisy = _spectra(air, frames) * (breath + hiss(bins)).astype(np.float32)
    return _overlap(voiced + noisy, samples)


def _pitch(notes: np.ndarray, times: np.ndarray, rng: np.random.Generator, voice: Voice) -> np.ndarray:
    """(frames,) MIDI pitch with glides, scoops, vibrato that sets in late, and drift."""
    row = np.clip(np.searchsorted(notes[:, START], times, side="right") - 1, 0, len(notes) - 1)
    since = np.clip(times - notes[row, START], 0, None)
    target = notes[row, PITCH].astype(np.float64)
    scoops = np.where(rng.random(len(notes)) < 0.2, rng.uniform(0.3, 1.2, len(notes)), 0.0)
    target = target - scoops[row] * np.exp(-since / 0.05)
    width = max(round(voice.glide * _CONTROL), 1)
    # Two running means glide like a raised cosine.
    target = uniform_filter1d(uniform_filter1d(target, width, mode="nearest"), width, mode="nearest")
    depth = voice.vibrato * np.clip((since - 0.25) / 0.4, 0, 1)
    wobble = np.sin(2 * np.pi * (voice.vibrato_rate * times + rng.random()))
    drift = uniform_filter1d(rng.standard_normal(len(times)), 12) * 0.12
    return target + depth * wobble + drift


def _lyrics(notes: np.ndarray, times: np.ndarray, rng: np.random.Generator, voice: Voice):
    """Random syllables as (formants (frames, 5) Hz, loudness (frames,), hiss: bins -> (frames, bins))."""
    frames = len(times)
    vowels = rng.integers(0, len(_VOWELS), len(notes))
    gaps = np.concatenate([[np.inf], notes[1:, START] - notes[:-1, END]])
    sung_on = (rng.random(len(notes)) < 0.15) & (gaps < 0.05)  # several notes on one syllable
    for row in np.flatnonzero(sung_on):
        vowels[row] = vowels[row - 1]
    row = np.clip(np.searchsorted(notes[:, START], times, side="right") - 1, 0, len(notes) - 1)
    formants = np.concatenate([_VOWELS[vowels[row]], np.tile(_UPPER, (frames, 1))], axis=1) * voice.tract
    formants = uniform_filter1d(formants, 5, axis=0, mode="nearest")
    # High notes lift the first formant above the fundamental, as singers do, or the voice would vanish.
    fundamental = 440 * 2 ** ((notes[row, PITCH] - 69) / 12)
    formants[:, 0] = np.maximum(formants[:, 0], fundamental * 1.05)

    loudness = np.zeros(frames)
    bursts: list[tuple[int, int, float, float, float]] = []
    names = list(_CONSONANTS)
    for index, note in enumerate(notes):
        strong = 10 ** ((note[VELOCITY] - 100) / 60)
        first = np.searchsorted(times, note[START])
        last = max(np.searchsorted(times, note[END]), first + 2)
        shape = np.minimum(1, (np.arange(last - first) + 1) / 3) * strong
        shape *= np.linspace(1.0, rng.uniform(0.7, 1.05), len(shape))
        loudness[first:last] = np.maximum(loudness[first:last], shape[: max(frames - first, 0)])
        if sung_on[index]:
            continue
        centre, width, loud, length, closed = _CONSONANTS[names[rng.integers(len(names))]]
        size = max(round(length * rng.uniform(0.7, 1.3) * _CONTROL), 1)
        at = max(first - size // 2, 0)
        loudness[at : at + size] *= closed
        if loud > 0:
            bursts.append((at, size, centre * rng.uniform(0.85, 1.15), width, loud * strong))
    loudness = uniform_filter1d(loudness, 4, mode="constant")

    def hiss(bins: np.ndarray) -> np.ndarray:
        gain = np.zeros((frames, len(bins)))
        octaves = np.log2(np.maximum(bins, 20.0))
        for at, size, centre, width, loud in bursts:
            band = loud * np.exp(-0.5 * ((octaves - np.log2(centre)) / (width / 2)) ** 2)
            end = min(at + size, frames)
            gain[at:end] += np.sqrt(np.hanning(size + 2)[1:-1])[: end - at, None] * band
        return gain

    return formants, loudness, hiss


def _glottis(frequency: np.ndarray, tilt: float) -> np.ndarray:
    """(samples,) saw with corrected corners (polyBLEP) and a one-pole fall above `tilt`: about -12 dB an octave."""
    step = frequency / SAMPLE_RATE
    phase = np.cumsum(step) % 1.0
    saw = 2 * phase - 1
    rising, falling = phase / step, (phase - 1) / step
    saw -= np.where(rising < 1, 2 * rising - rising**2 - 1, 0)
    saw -= np.where(falling > -1, falling**2 + 2 * falling + 1, 0)
    size = fft.next_fast_len(len(saw) + 1024, real=True)
    spectrum = np.asarray(fft.rfft(saw.astype(np.float32), size))
    hertz = fft.rfftfreq(size, 1 / SAMPLE_RATE).astype(np.float32)
    spectrum /= np.sqrt(1 + (hertz / tilt) ** 2)
    return np.asarray(fft.irfft(spectrum, size))[: len(saw)].astype(np.float32)


def _tract(formants: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """(frames, bins) magnitude of five resonances in a row, unit gain at 0 Hz each, times the lips' radiation."""
    gain = np.ones((len(formants), len(bins)))
    square = bins**2
    for index in range(formants.shape[1]):
        centre = formants[:, index, None]
        gain *= centre**2 / np.sqrt((square - centre**2) ** 2 + (bins * _BANDWIDTHS[index]) ** 2 + 1.0)
    # Radiation rises by 6 dB an octave; five poles alone fall too fast, so what lies above them is lifted.
    return gain * np.minimum(bins / 300, 4.0) * (1 + (bins / 4000) ** 2) * 0.16


def _spectra(sound: np.ndarray, frames: int) -> np.ndarray:
    half = _FFT // 2
    padded = np.zeros((frames - 1) * _HOP + _FFT, np.float32)
    padded[half : half + len(sound)] = sound
    view = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP]
    return np.asarray(fft.rfft(view * _WINDOW, axis=1))


def _overlap(spectra: np.ndarray, samples: int) -> np.ndarray:
    pieces = np.asarray(fft.irfft(spectra, _FFT, axis=1)) * _WINDOW
    overlap = _FFT // _HOP
    out = np.zeros((len(pieces) + overlap - 1, _HOP), np.float32)
    for part in range(overlap):
        out[part : part + len(pieces)] += pieces[:, part * _HOP : (part + 1) * _HOP]
    half = _FFT // 2
    # Squared Hann windows with a hop of a quarter sum to 1.5.
    return out.reshape(-1)[half : half + samples] / np.float32(1.5)


_WINDOW = np.hanning(_FFT + 1)[:-1].astype(np.float32)
