"""From the controls of one note to its samples: partials as one matrix product, noise as one inverse STFT.

Partials are sums of cosines, so that a bell's modes or an organ's sub-octave are as easy as harmonics. In a block of L
samples a partial is (its amplitude and phase at the block's start) times (a rotation that is the same in all blocks):
all blocks and partials of a note are one product of (blocks, 4 P) with (4 P, L). No Qt, no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from engine.grid import SAMPLE_RATE

LOWEST_BAND, HIGHEST_BAND = 40.0, 12_000.0
"""Hertz of the centres of the first and the last noise band; those between are spaced evenly in octaves."""

_FFT, _HOP = 256, 64
_POOL = 1499
_ATTACK_SECONDS, _ATTACK_BLOCK, _BLOCK = 0.1, 96, 480
_TOP = 11_800.0
_AUDIBLE = 76.0
_NOTHING = -120.0
_LONGEST_RELEASE = 1.5
_RAMP, _FADE = 0.002, 0.012
_SLOWEST_FADING = 1.0
"""Hertz. Slower than this, a partial of a short note would be loud or missing for all of it."""

_FADING_MARGIN = 32
_VIBRATO_DELAY = 0.25
_LN10_20 = float(np.log(10) / 20)


@dataclass(frozen=True)
class Note:
    """One note's controls. K knots; P partials, B bands in decibels."""

    hertz: np.ndarray
    """(P,) float64 frequency of each partial; 0 where there is none."""
    partials: np.ndarray
    """(K, P) amplitude in dB."""
    bands: np.ndarray
    """(K, B) power in dB."""
    knots: np.ndarray
    """(K,) seconds after the onset."""
    held: float
    """Seconds from onset to end."""
    release: np.ndarray
    """(R,) dB lost at `release_knots`."""
    release_knots: np.ndarray
    glide: np.ndarray | None = None
    """(K,) octaves off the final frequency."""
    vibrato: tuple[float, float] = (0.0, 0.0)
    """Depth in cents, rate in Hz."""
    fading: tuple[float, float] = (0.0, 0.0)
    """How partials come and go where many play in unison: cents over which each spreads (standard deviation), and the
    share of its power that does. (0, 0): an organ pipe; (14, 0.7): a section of strings."""
    tones: int = 0
    """Of how many tones a fading partial is, side by side: the reeds of an accordion, the oscillators of a synthesizer.
    0: so many that nobody can count them."""


class NoiseSource:
    """White noise as spectra that all notes of a stem share, each from a place of its own."""

    def __init__(self, rng: np.random.Generator, bands: int) -> None:
        shape = (_POOL, _FFT // 2 + 1)
        pool = rng.standard_normal((2, *shape), dtype=np.float32)
        self._pool = (pool[0] + 1j * pool[1]) / np.float32(np.sqrt(2))
        # Squared Hann windows at a quarter's hop sum to 1.5, and a bin counts twice.
        self._to_bins = (_spread(bands) * (_FFT**2 / 3)).astype(np.float32)

    def noise(self, powers: np.ndarray, samples: int, at: int) -> np.ndarray:
        """(samples,) float32 of noise with band `powers` (frames, B), frame m centred at (m - 1) * hop samples."""
        frames = len(powers)
        shape = np.sqrt(powers @ self._to_bins)
        spectra = self._pool[(at + np.arange(frames)) % _POOL] * shape
        spectra[:, 0] = 0
        pieces = np.asarray(fft.irfft(spectra, _FFT, axis=1)) * _WINDOW
        overlap = _FFT // _HOP
        out = np.zeros((frames + overlap - 1, _HOP), np.float32)
        for part in range(overlap):
            out[part : part + frames] += pieces[:, part * _HOP : (part + 1) * _HOP]
        first = _FFT // 2 + _HOP
        return out.reshape(-1)[first : first + samples]


def band_weights(bands: int, size: int) -> np.ndarray:
    """(size // 2 + 1, B): share of a bin's power that belongs to each band, triangles in octaves that add up to 1."""
    hertz = fft.rfftfreq(size, 1 / SAMPLE_RATE)
    place = np.log2(np.maximum(hertz, 1.0) / LOWEST_BAND) / np.log2(HIGHEST_BAND / LOWEST_BAND) * (bands - 1)
    place = np.clip(place, 0, bands - 1)
    return np.maximum(0, 1 - np.abs(place[:, None] - np.arange(bands)))


@lru_cache(maxsize=4)
def _spread(bands: int) -> np.ndarray:
    """(B, bins): a band's power over the bins of the synthesis, whose lowest hold several bands."""
    fine = 8192
    shares = band_weights(bands, fine)
    place = np.arange(fine // 2 + 1) * _FFT / fine
    to_coarse = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(_FFT // 2 + 1)))
    return (shares / shares.sum(axis=0)).T @ to_coarse


def band_centres(bands: int) -> np.ndarray:
    """(B,) Hz."""
    return np.geomspace(LOWEST_BAND, HIGHEST_BAND, bands)


def render_note(note: Note, rng: np.random.Generator, source: NoiseSource) -> np.ndarray:
    """One note from its onset until it cannot be heard: (samples,) float32."""
    tones = (note.hertz > 20) & (note.hertz < _TOP)
    tones &= note.partials.max(axis=0) > note.partials[:, tones].max(initial=-200.0) - _AUDIBLE
    partials, hertz = note.partials[:, tones], note.hertz[tones]
    powers = np.exp(2 * _LN10_20 * np.concatenate([partials - 3.0, note.bands], axis=1)).sum(axis=1)
    level = 10 * np.log10(powers + 1e-12)
    samples = _length(note, level)
    # What is learnt with little care, far below the note, would add up to a haze.
    partials = np.where(partials < level.max() - _AUDIBLE, _NOTHING, partials)
    bands = np.where(note.bands < level.max() - _AUDIBLE, _NOTHING, note.bands)
    sound = np.zeros(samples, np.float32)
    if len(hertz):
        sound += _partials(note, partials, hertz, samples, rng)
    if bands.max() > _NOTHING:
        frames = samples // _HOP + 3
        times = np.maximum((np.arange(frames) - 1) * _HOP / SAMPLE_RATE, 0.0)
        powers = np.exp((2 * _LN10_20) * _levels(bands, note.knots, times)).astype(np.float32)
        sound += source.noise(powers, samples, int(rng.integers(_POOL)))
    return _shaped(sound, note)


def _length(note: Note, level: np.ndarray) -> int:
    """Samples until the note is 70 dB below its peak, by itself or after its end."""
    times = np.arange(0.0, note.held + _LONGEST_RELEASE, 0.01)
    track = _levels(level[:, None], note.knots, times)[:, 0] + _released(note, times)
    heard = np.flatnonzero(track > level.max() - 70.0)
    seconds = float(times[heard[-1]]) + 0.02 if len(heard) else 0.02
    return round(min(seconds, note.held + _LONGEST_RELEASE) * SAMPLE_RATE)


def _released(note: Note, times: np.ndarray) -> np.ndarray:
    """Decibels lost at `times`; the last slope goes on."""
    knots = np.concatenate([[0.0], note.release_knots])
    loss = np.concatenate([[0.0], np.minimum.accumulate(note.release)])
    slope = min((loss[-1] - loss[-2]) / (knots[-1] - knots[-2]), -10.0)
    since = times - note.held
    return np.interp(since, knots, loss) + slope * np.maximum(since - knots[-1], 0)


def _levels(levels: np.ndarray, knots: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(K, X) dB at the knots -> (len(times), X); after the last knot the decay between the last three goes on."""
    slope = np.clip((levels[-1] - levels[-3]) / (knots[-1] - knots[-3]), -60.0, 0.0)
    upper = np.clip(np.searchsorted(knots, times, side="right"), 1, len(knots) - 1)
    lower = upper - 1
    share = np.clip((times - knots[lower]) / (knots[upper] - knots[lower]), 0.0, 1.0).astype(np.float32)[:, None]
    track = levels[lower] * (1 - share) + levels[upper] * share
    late = np.maximum(times - knots[-1], 0.0)
    if late[-1] > 0:
        track += late[:, None].astype(np.float32) * slope
    return track


def _partials(
    note: Note, partials: np.ndarray, hertz: np.ndarray, samples: int, rng: np.random.Generator
) -> np.ndarray:
    clock, knots = _clock(note, samples, rng)
    length = samples if clock is None else int(clock[-1]) + 4
    # Phases that are random would ring at the onset; these rise like a chirp and keep peaks low (Schroeder 1970).
    phase = rng.uniform(0, 1) + rng.uniform(0, 1, len(hertz)) * 0.3 + np.arange(len(hertz)) ** 2 / (2 * len(hertz))
    if note.fading[1] > 0:
        blocks = -(-length // _ATTACK_BLOCK)
        make = _beaten if note.tones else _faded
        gain = make(blocks + 1, _ATTACK_BLOCK / SAMPLE_RATE, hertz, note, rng)
        sound = _blocks(partials, knots, hertz, phase, 0, blocks, _ATTACK_BLOCK, gain)
        return sound[:samples] if clock is None else _read(sound, clock)
    attack = min(round(_ATTACK_SECONDS * SAMPLE_RATE), length)
    blocks = -(-attack // _ATTACK_BLOCK)
    sound = _blocks(partials, knots, hertz, phase, 0, blocks, _ATTACK_BLOCK)
    done = blocks * _ATTACK_BLOCK
    if length > done:
        late = _blocks(partials, knots, hertz, phase, done, -(-(length - done) // _BLOCK), _BLOCK)
        sound = np.concatenate([sound, late])
    return sound[:samples] if clock is None else _read(sound, clock)


def _blocks(
    partials: np.ndarray,
    knots: np.ndarray,
    hertz: np.ndarray,
    phase: np.ndarray,
    first: int,
    blocks: int,
    length: int,
    gain: np.ndarray | None = None,
) -> np.ndarray:
    """(blocks * length,) float32 from sample `first` on; amplitudes are linear within a block.

    gain: (blocks + 1, P) complex, by which partials are louder and ahead at the blocks' edges.
    """
    edges = first + np.arange(blocks + 1) * length
    amplitude = np.exp(_LN10_20 * _levels(partials, knots, edges / SAMPLE_RATE)).astype(np.float32)
    amplitude = amplitude if gain is None else amplitude * gain
    turns = (np.outer(edges[:-1], hertz / SAMPLE_RATE) + phase) % 1.0
    rotation = np.exp(2j * np.pi * turns).astype(np.complex64)
    start, rise = amplitude[:-1] * rotation, np.diff(amplitude, axis=0) * rotation
    left = np.concatenate([start.real, -start.imag, rise.real, -rise.imag], axis=1)
    step = np.outer(hertz / SAMPLE_RATE, np.arange(length)) % 1.0
    angle = (2 * np.pi * step).astype(np.float32)
    cos, sin = np.cos(angle), np.sin(angle)
    ramp = (np.arange(length) / length).astype(np.float32)
    return (left @ np.concatenate([cos, sin, cos * ramp, sin * ramp])).reshape(-1)


def _faded(count: int, seconds: float, hertz: np.ndarray, note: Note, rng: np.random.Generator) -> np.ndarray:
    """(count, P) complex64 every `seconds`: how partials come and go, of mean power 1.

    Players of a section are a little apart in pitch and swing by themselves, so that a partial of theirs is no tone but
    a narrow band of noise, as wide as its place in the spectrum is high. It is made as one: the sum of many players.
    """
    cents, share = note.fading
    # It is periodic, which nobody hears behind the note's end.
    size = fft.next_fast_len(count + _FADING_MARGIN) or count
    width = np.maximum(hertz * (2 ** (cents / 1200) - 1), _SLOWEST_FADING)
    shape = np.exp(-np.square(fft.fftfreq(size, seconds)) / (4 * np.square(width[:, None])))
    shape *= size / np.sqrt(2 * np.square(shape).sum(axis=1, keepdims=True))
    noise = rng.standard_normal((2, len(hertz), size))
    drawn = np.asarray(fft.ifft((noise[0] + 1j * noise[1]) * shape, axis=1))[:, :count].T
    return (np.sqrt(1 - share) + np.sqrt(share) * drawn).astype(np.complex64)


def _beaten(count: int, seconds: float, hertz: np.ndarray, note: Note, rng: np.random.Generator) -> np.ndarray:
    """(count, P) complex64 every `seconds`: partials of a few tones that beat, of mean power 1."""
    places = np.linspace(-1, 1, note.tones)
    cents = note.fading[0] * places / np.sqrt(np.mean(np.square(places)))
    beats = np.outer(hertz, 2 ** (cents / 1200) - 1)[..., None] * seconds * np.arange(count)
    turns = beats + rng.random((len(hertz), note.tones, 1))
    return (np.exp(2j * np.pi * turns).sum(axis=1) / np.sqrt(note.tones)).T.astype(np.complex64)


def _clock(note: Note, samples: int, rng: np.random.Generator) -> tuple[np.ndarray | None, np.ndarray]:
    """Where in an even tone each sample is read, for glides and vibrato, and the knots on that clock."""
    time = np.arange(samples) / SAMPLE_RATE
    if note.glide is not None and np.abs(note.glide).max() > 0.02:
        clock = np.concatenate([[0.0], np.cumsum(2.0 ** np.interp(time, note.knots, note.glide))])[:samples]
        at_knots = np.interp(note.knots * SAMPLE_RATE, np.arange(samples), clock)
        beyond = np.maximum(note.knots * SAMPLE_RATE - (samples - 1), 0.0)
        return clock, (at_knots + beyond) / SAMPLE_RATE
    depth, rate = note.vibrato
    if depth < 2 or rate <= 0 or samples / SAMPLE_RATE < 1.2 * _VIBRATO_DELAY:
        return None, note.knots
    rate *= rng.uniform(0.95, 1.05)
    grow = np.clip((time - _VIBRATO_DELAY) / 0.35, 0, 1)
    swing = depth / 1200 * np.log(2) / (2 * np.pi * rate) * SAMPLE_RATE
    return np.maximum(time * SAMPLE_RATE + swing * grow * np.sin(2 * np.pi * rate * (time - _VIBRATO_DELAY)), 0), (
        note.knots
    )


def _read(sound: np.ndarray, clock: np.ndarray) -> np.ndarray:
    """`sound` between its samples by cubics (Catmull-Rom): (len(clock),) float32."""
    padded = np.concatenate([sound[:1], sound, np.zeros(4, np.float32)])
    index = np.minimum(clock.astype(np.int64), len(sound) - 1)
    x = (clock - index).astype(np.float32)
    a, b, c, d = (padded[index + shift] for shift in range(4))
    return b + 0.5 * x * (c - a + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a)))


def _shaped(sound: np.ndarray, note: Note) -> np.ndarray:
    """In place: a ramp of 2 ms, the release, and a short fade, so that nothing clicks."""
    ramp = min(round(_RAMP * SAMPLE_RATE), len(sound))
    sound[:ramp] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(ramp) / ramp)).astype(np.float32)
    end = round(note.held * SAMPLE_RATE)
    if end < len(sound):
        times = np.arange(end, len(sound)) / SAMPLE_RATE
        sound[end:] *= np.exp(_LN10_20 * _released(note, times)).astype(np.float32)
    fade = min(round(_FADE * SAMPLE_RATE), len(sound))
    sound[len(sound) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return sound


_WINDOW = np.hanning(_FFT + 1)[:-1].astype(np.float32)
