"""What the synthesizer learns from, measured on single notes: levels of partials and noise bands after the onset.

Partials are projected on windows of five periods. Those would smear an attack over their own length, so that before
half a window has passed the levels of the first whole window are scaled by a short envelope, and what a window of 11 ms
holds beyond the partials is noise: the hammer, the pick, the breath.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft
from scipy.ndimage import convolve1d, maximum_filter1d, median_filter, uniform_filter1d

from engine.grid import SAMPLE_RATE
from engine.models.synthesizer import ONSET_KNOTS, QUIETEST, RELEASE_KNOTS
from engine.models.synthesizer_sound import band_centres, band_weights

_SHORT, _PADDED = 256, 2048
_TINY = 1e-12
_EVERY = 24
"""Samples from one look at a partial's envelope to the next."""

_NEIGHBOURS = 9
_LEAD = 512
"""Samples of silence put before a note, so that windows may begin before it."""


@dataclass(frozen=True)
class Measured:
    """Decibels re full scale at the knots."""

    partials: np.ndarray
    """(K, P)."""
    bands: np.ndarray
    """(K, B)."""
    glide: np.ndarray
    """(K,) octaves; 0 for pitched notes."""


def tuning(sound: np.ndarray, hertz: float, ratios: np.ndarray) -> float:
    """The factor by which a note is off its nominal pitch, found among +-50 cents on its first partials."""
    piece = sound[round(0.1 * SAMPLE_RATE) : round(1.0 * SAMPLE_RATE)]
    size = 32_768
    spectrum = np.sqrt(np.abs(_rfft(piece * np.hanning(len(piece)), size)))
    factors = 2 ** (np.arange(-50, 51, 2) / 1200)
    at = factors[:, None] * ratios[None, :12] * hertz / SAMPLE_RATE * size
    heard = np.where(at < size / 2 - 1, np.interp(at, np.arange(len(spectrum)), spectrum), 0.0).sum(axis=1)
    # Silence and noise have no pitch of their own.
    return float(factors[heard.argmax()]) if heard.max() > 1.1 * np.median(heard) else 1.0


def explained(sound: np.ndarray, hertz: float, ratios: np.ndarray) -> float:
    """Share of a note's sustained power that lies on the partials, seen by a window of ten periods of the pitch."""
    window = _window(hertz, 10.0)
    at = round(0.15 * SAMPLE_RATE) + window // 2
    piece = sound[at - window // 2 : at + window // 2].astype(np.float64)
    weight = np.hanning(window)
    found = np.abs(_projected(piece[None] * weight, hertz * ratios)[0]) * 2 / weight.sum()
    power = ((weight * piece) ** 2).sum() / (weight**2).sum() + _TINY
    return float(np.minimum((found**2 / 2).sum() / power, 1.0))


def measured(sound: np.ndarray, hertz: float, ratios: np.ndarray, bands: int, *, fading: bool = False) -> Measured:
    """A pitched note that begins at sample 0 and is held throughout. `hertz` is its true pitch. Where partials are
    `fading`, their own coming and going is left out of their levels: it is another one in every note."""
    sound = sound.astype(np.float64)
    frequencies = hertz * ratios
    spacing = hertz * float(np.diff(ratios).min())
    window = _window(spacing, 5.0)
    envelope = _envelope(sound, max(1.0 / hertz, 0.003))
    partials = _partials(sound, frequencies, window, envelope)
    if fading:
        partials = _steadied(sound, partials, frequencies, window)
    noise = _between(sound, frequencies, spacing, window, envelope, bands)
    attack = np.array(ONSET_KNOTS) * SAMPLE_RATE < window / 2
    total = _band_powers(sound, np.arange(len(ONSET_KNOTS)), bands, np.full(len(ONSET_KNOTS), _SHORT))
    # No more than all that sounds at that moment: long windows would let a burst of noise linger.
    noise = np.where(band_centres(bands) > 300.0, np.minimum(noise, total), noise)
    tonal = _tonal_bands(partials[attack], frequencies, bands, _SHORT)
    high = band_centres(bands) > max(2.5 * spacing, 300.0)
    extra = np.where((tonal < 0.5 * total[attack]) & high, total[attack] - 1.3 * tonal, 0.0)
    noise[attack] = np.maximum(noise[attack], extra)
    return Measured(_db(partials), _db(np.sqrt(noise)), np.zeros(len(ONSET_KNOTS)))


def measured_drum(sound: np.ndarray, modes: int, bands: int) -> tuple[Measured, np.ndarray]:
    """A drum stroke that begins at sample 0, and (modes,) the Hertz of its modes, 0 where there are fewer.

    A low tone that carries the sound is followed as it falls (kicks, toms); otherwise modes are narrow peaks.
    """
    sound = sound.astype(np.float64)
    knots = np.array(ONSET_KNOTS)
    partials, hertz, glide = np.full((len(knots), modes), 1e-6), np.zeros(modes), np.zeros(len(knots))
    sizes = np.where(knots < 0.02, _SHORT, np.where(knots < 0.1, 512, 1024))
    total = _band_powers(sound, np.arange(len(knots)), bands, sizes)
    low = _low_tone(sound)
    if low is not None:
        hertz[0], partials[:, 0], glide = low
        tonal = np.where(band_centres(bands) < 420.0, 0.97 * total, 0.0)
    else:
        found = _peaks(sound, modes)
        hertz[: len(found)] = found
        if len(found):
            partials[:, : len(found)] = _partials(sound, found, 1024, _envelope(sound, 0.005))
        tonal = np.stack(
            [_tonal_bands(p[None], hertz, bands, size)[0] for p, size in zip(partials, sizes, strict=True)]
        )
    noise = np.where(tonal < 0.8 * total, total - tonal, 0.03 * total)
    return Measured(_db(partials), _db(np.sqrt(np.maximum(noise, 0))), glide), hertz


def measured_release(short: np.ndarray, long: np.ndarray, end: float) -> np.ndarray:
    """(R,) dB lost after `end` seconds: the same note let go there, against held on."""
    loss = []
    for knot in RELEASE_KNOTS:
        at, half = round((end + knot) * SAMPLE_RATE), round(min(max(0.01, 0.3 * knot), 0.05) * SAMPLE_RATE)
        gone, held = (float(np.square(x[at - half : at + half], dtype=np.float64).mean()) for x in (short, long))
        loss.append(10 * np.log10((gone + 1e-11) / (held + 1e-11)))
    return np.minimum.accumulate(np.clip(loss, -90.0, 0.0))


def vibrato(sound: np.ndarray, hertz: float) -> tuple[float, float]:
    """Depth in cents and rate in Hz of a held note's vibrato; (0, 0) where its pitch does not swing regularly."""
    step = SAMPLE_RATE // 100
    time = np.arange(len(sound)) / SAMPLE_RATE
    loudest, track = 0.0, np.zeros(0)
    for partial in range(1, 5):
        mixed = sound * np.exp(-2j * np.pi * partial * hertz * time)
        # Two running means over whole periods of the pitch leave nothing of the neighbours.
        size = max(round(max(0.02, 2 / hertz) * hertz) / hertz * SAMPLE_RATE, 2)
        for _ in range(2):
            mixed = uniform_filter1d(np.real(mixed), round(size)) + 1j * uniform_filter1d(np.imag(mixed), round(size))
        mixed = mixed[round(0.7 * SAMPLE_RATE) : round(2.6 * SAMPLE_RATE)][::step]
        if np.abs(mixed).mean() > loudest:
            loudest = float(np.abs(mixed).mean())
            track = np.angle(mixed[1:] * np.conj(mixed[:-1])) / (2 * np.pi) * 100 / (partial * hertz)
    if not loudest:
        return 0.0, 0.0
    cents = 1200 * np.log2(np.maximum(1 + track - np.median(track), 0.5))
    cents -= np.polyval(np.polyfit(np.arange(len(cents)), cents, 1), np.arange(len(cents)))
    weight = np.hanning(len(cents))
    spectrum = np.abs(_rfft(cents * weight, 2048)) * 2 / weight.sum()
    rates = fft.rfftfreq(2048, 0.01)
    swinging = (rates > 3.5) & (rates < 8.0)
    best = int(np.argmax(np.where(swinging, spectrum, 0.0)))
    depth = float(spectrum[best])
    regular = depth**2 / 2 > 0.4 * float((cents**2 * weight**2).sum() / (weight**2).sum())
    return (depth, float(rates[best])) if 4.0 < depth < 60.0 and regular else (0.0, 0.0)


def fading(sound: np.ndarray, hertz: float, ratios: np.ndarray) -> np.ndarray:
    """How the partials of a held note come and go: rows of (variance of power over its squared mean, cents over which
    the partial spreads, dB lost a second, evenness), for partials that are not 40 dB below the loudest.

    A tone has a variance of 0, many tones that are a little apart one of 1. Evenness: over how much of its width a
    partial's spectrum is, against noise as wide: near 1 for sections, 0.2 for two or three tones that beat, and NaN
    where it is too narrow to tell.
    """
    piece = sound[round(0.4 * SAMPLE_RATE) : round(2.6 * SAMPLE_RATE)].astype(np.float64)
    spectrum, places = np.asarray(fft.fft(piece)), fft.fftfreq(len(piece), 1 / SAMPLE_RATE)
    time = np.arange(len(piece)) / SAMPLE_RATE
    spacing = hertz * float(np.diff(ratios).min())
    found: list[tuple[float, ...]] = []
    for place in hertz * ratios:
        if not 150.0 < place < 8000.0:
            continue
        reach = min(max(place * (2 ** (60 / 1200) - 1), 4.0), 0.45 * spacing)
        alone = np.asarray(fft.ifft(np.where(np.abs(places - place) < reach, 2 * spectrum, 0)))
        alone = (alone * np.exp(-2j * np.pi * place * time))[::_EVERY]
        alone = alone[len(alone) // 10 : -len(alone) // 10]
        power = np.abs(alone) ** 2
        level = float(power.mean()) + _TINY
        steps = np.arange(len(alone)) * _EVERY / SAMPLE_RATE
        slope = float(np.polyfit(steps, np.log(power + 1e-12 * level), 1)[0])
        held = alone * np.exp(-slope / 2 * (steps - steps.mean()))
        power = np.abs(held) ** 2
        variance = float(power.var() / (power.mean() ** 2 + _TINY**2))
        shares = np.abs(np.asarray(fft.fft(held * np.hanning(len(held))))) ** 2
        offsets = fft.fftfreq(len(held), _EVERY / SAMPLE_RATE)
        shares = np.where(np.abs(offsets) < 1.5 * reach, shares, 0.0)
        shares /= shares.sum() + _TINY**2
        spread = (shares * offsets**2).sum() - (shares * offsets).sum() ** 2
        spread -= 1 / (3 * steps[-1] ** 2)  # what the window alone has
        width = float(np.sqrt(max(spread, 0.0)))
        # Noise of that width fills 2 sqrt(pi) times it, half of that by chance.
        bins = np.sqrt(np.pi) * width * steps[-1]
        even = 1 / float(np.square(shares).sum()) / bins if bins > 5.0 else np.nan
        found.append((variance, 1200 * np.log2(1 + width / place), -4.34 * slope, even, np.log10(level)))
    rows = np.array(found).reshape(-1, 5)
    return rows[rows[:, 4] > rows[:, 4].max(initial=-np.inf) - 4.0, :4]


def inharmonic_ratios(notes: list[tuple[np.ndarray, float]], partials: int) -> np.ndarray:
    """(partials,) the modes that notes of one instrument share, in parts of the pitch: for bells and bars.

    notes: sound and Hertz of each. Where there are fewer modes, the rest lies above hearing.
    """
    grid = np.geomspace(0.4, 24.0, 600)
    votes, level = np.zeros(len(grid)), np.zeros(len(grid))
    for sound, hertz in notes:
        piece = sound[round(0.02 * SAMPLE_RATE) :][:16_384].astype(np.float64)
        spectrum = np.abs(_rfft(piece * np.hanning(len(piece)), 32_768))
        spectrum /= spectrum.max() + _TINY
        at = grid * hertz * 32_768 / SAMPLE_RATE
        # The largest bin around each place of the grid, so that no narrow peak falls between two.
        wide = np.maximum(uniform_filter1d(spectrum, 3), spectrum)
        heard = np.where(at < len(spectrum) - 1, np.interp(at, np.arange(len(spectrum)), wide), 0.0)
        level += maximum_filter1d(heard, 5)
        votes += at < len(spectrum) - 1
    level = uniform_filter1d(level / np.maximum(votes, 1), 5)  # one top for each mode
    top = (level == maximum_filter1d(level, 25)) & (level > 0.004)
    modes = grid[top]
    modes = np.unique(np.concatenate([modes[np.abs(np.log2(modes)) > 0.06], [1.0]]))[: min(partials, 16)]
    return np.concatenate([modes, np.arange(1, partials - len(modes) + 1) * 2.0 + 1000.0])


def _rfft(sound: np.ndarray, size: int | None = None, axis: int = -1) -> np.ndarray:
    return np.asarray(fft.rfft(sound, size, axis=axis))


def _window(spacing: float, periods: float) -> int:
    return int(np.clip(periods * SAMPLE_RATE / spacing, 256, 4096)) // 2 * 2


def _projected(pieces: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """(pieces, samples) on each frequency: (pieces, P) complex. Above Nyquist nothing sounds."""
    turns = np.outer(np.arange(pieces.shape[1]) / SAMPLE_RATE, frequencies) % 1.0
    angle = (2 * np.pi * turns).astype(np.float32)
    pieces = pieces.astype(np.float32)
    below = frequencies < 0.98 * SAMPLE_RATE / 2
    return (pieces @ np.cos(angle) - 1j * (pieces @ np.sin(angle))) * below


def _envelope(sound: np.ndarray, seconds: float) -> np.ndarray:
    """Short-time mean square; the silence before the note does not count."""
    size = max(round(seconds * SAMPLE_RATE), 3)
    power = np.maximum(uniform_filter1d(sound**2, size, mode="constant"), 0)
    inside = np.minimum(np.arange(len(sound)) + size - size // 2, size)
    return power * size / inside + _TINY


def _places(count: int, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples of the knots, and the centres of whole windows nearest to them."""
    knots = np.round(np.array(ONSET_KNOTS) * SAMPLE_RATE).astype(int)
    return knots, np.clip(knots, window // 2, count - window // 2)


def _sharpening(envelope: np.ndarray, knots: np.ndarray, centres: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(K,) gain in amplitude from a whole window's level to the level at each knot before it."""
    half, power = len(weight) // 2, weight**2 / (weight**2).sum()
    gain = np.ones(len(knots))
    for row in np.flatnonzero(knots < centres):
        at = centres[row]
        gain[row] = np.sqrt(envelope[knots[row]] / (envelope[at - half : at + half] @ power))
    return np.clip(gain, 1e-4, 1.6)


def _partials(sound: np.ndarray, frequencies: np.ndarray, window: int, envelope: np.ndarray) -> np.ndarray:
    """(K, P) amplitudes."""
    knots, centres = _places(len(sound), window)
    weight = np.hanning(window)
    pieces = np.lib.stride_tricks.sliding_window_view(sound, window)[centres - window // 2] * weight
    found = np.abs(_projected(pieces, frequencies)) * 2 / weight.sum()
    return found * _sharpening(envelope, knots, centres, weight)[:, None]


def _steadied(sound: np.ndarray, partials: np.ndarray, frequencies: np.ndarray, window: int) -> np.ndarray:
    """(K, P) amplitudes without their fading: each partial's mean over the note, and how its neighbours change."""
    weight = np.hanning(window)
    centres = np.arange(max(round(0.25 * SAMPLE_RATE), window // 2), len(sound) - window // 2, window // 2)
    pieces = np.lib.stride_tricks.sliding_window_view(sound, window)[centres - window // 2] * weight
    found = np.abs(_projected(pieces, frequencies)) * 2 / weight.sum()
    whole = np.sqrt(np.square(found).mean(axis=0)) + 1e-9
    # No partial is far above its mean but by chance, and one must not speak for its neighbours.
    change = uniform_filter1d(np.clip(np.square(partials / whole), 0.0, 4.0), _NEIGHBOURS, axis=1)
    return whole * np.sqrt(np.maximum(change, 0.0))


def _between(
    sound: np.ndarray, frequencies: np.ndarray, spacing: float, window: int, envelope: np.ndarray, bands: int
) -> np.ndarray:
    """(K, B) power of the noise: what lies midway between partials, where windows of ten periods see none of them."""
    window = min(2 * window, 8192)
    knots, centres = _places(len(sound), window)
    weight = np.hanning(window)
    pieces = np.lib.stride_tricks.sliding_window_view(sound, window)[centres - window // 2] * weight
    size = max(2048, 1 << (window - 1).bit_length())
    density = 2 * np.abs(_rfft(pieces.astype(np.float32), size, axis=1)) ** 2 / (size * (weight**2).sum())
    hertz = fft.rfftfreq(size, 1 / SAMPLE_RATE)
    partials = np.unique(frequencies[frequencies < SAMPLE_RATE / 2])
    edges = np.concatenate([[max(partials[0] - spacing, 0.0)], partials, [partials[-1] + spacing]])
    wide = np.diff(edges) > 0.8 * spacing
    middles = ((edges[1:] + edges[:-1]) / 2)[wide]
    step = hertz[1]
    reach = max(1, int(0.1 * spacing / step))
    at = np.clip(np.round(middles / step).astype(int)[:, None] + np.arange(-reach, reach + 1), 0, len(hertz) - 1)
    calm = density[:, at].mean(axis=2)
    free = hertz > partials[-1] + spacing
    estimate = np.stack([np.interp(hertz, middles, row) for row in calm])
    estimate[:, free] = density[:, free]
    if not np.allclose(np.diff(partials), spacing, rtol=0.01):  # bells ring at more places than we follow
        estimate = median_filter(density, (1, max(5, int(spacing / step))))
    gain = _sharpening(envelope, knots, centres, weight)
    return estimate @ _weights(bands, size) * gain[:, None] ** 2


def _band_powers(sound: np.ndarray, rows: np.ndarray, bands: int, sizes: np.ndarray) -> np.ndarray:
    """(rows, B) power in short windows centred at the knots."""
    padded = np.concatenate([np.zeros(_LEAD), sound, np.zeros(_LEAD)])
    powers = []
    for row in rows:
        size = int(sizes[row])
        at = _LEAD + round(ONSET_KNOTS[row] * SAMPLE_RATE) - size // 2
        weight = np.hanning(size)
        spectrum = np.abs(_rfft(padded[at : at + size] * weight, _PADDED)) ** 2
        powers.append(2 * spectrum / (_PADDED * (weight**2).sum()))
    return np.array(powers).reshape(len(rows), _PADDED // 2 + 1) @ _weights(bands, _PADDED)


def _tonal_bands(amplitudes: np.ndarray, frequencies: np.ndarray, bands: int, size: int) -> np.ndarray:
    """(rows, B) power that partials of `amplitudes` (rows, P) would put into the bands, seen by a window of `size`."""
    powers = np.zeros((len(amplitudes), _PADDED // 2 + 1))
    bins = np.round(frequencies * _PADDED / SAMPLE_RATE).astype(int)
    inside = (bins > 0) & (bins < powers.shape[1])
    for row, amplitude in enumerate(amplitudes):
        np.add.at(powers[row], bins[inside], amplitude[inside] ** 2 / 2)
    lobe = np.abs(np.fft.fft(np.hanning(size), _PADDED)) ** 2
    reach = 2 * _PADDED // size
    lobe = np.concatenate([lobe[-reach:], lobe[: reach + 1]])
    spread = convolve1d(powers, lobe / lobe.sum(), axis=1, mode="constant")
    return spread @ _weights(bands, _PADDED)


def _low_tone(sound: np.ndarray) -> tuple[float, np.ndarray, np.ndarray] | None:
    """Final Hertz, (K,) amplitude and (K,) octaves of glide of a falling low tone; None where none carries it."""
    piece = np.concatenate([np.zeros(_LEAD), sound[: round(2.5 * SAMPLE_RATE)], np.zeros(_LEAD)])
    size = 65_536
    spectrum = _rfft(piece, size)
    hertz = fft.rfftfreq(size, 1 / SAMPLE_RATE)
    analytic = np.zeros(size, complex)
    analytic[: len(hertz)] = 2 * spectrum * np.clip((hertz - 20) / 15, 0, 1) * np.clip((470 - hertz) / 80, 0, 1)
    low = np.asarray(fft.ifft(analytic))[: len(piece)]
    power = np.abs(low) ** 2 / 2
    if power.sum() < 0.45 * np.square(piece).sum() + _TINY:
        return None
    velocity = np.angle(low[1:] * np.conj(low[:-1])) / (2 * np.pi) * SAMPLE_RATE
    smooth = uniform_filter1d(power[:-1], 120)
    pitch = uniform_filter1d(velocity * power[:-1], 120) / (smooth + _TINY)
    knots = np.round(np.array(ONSET_KNOTS) * SAMPLE_RATE).astype(int) + _LEAD
    knots = np.minimum(knots, len(pitch) - 1)
    at, loud = np.clip(pitch[knots], 25.0, 450.0), smooth[knots]
    clear = loud > 10 ** (-3.5) * loud.max()
    last = int(np.flatnonzero(clear)[-1])
    settled = clear & (np.array(ONSET_KNOTS) >= min(0.095, ONSET_KNOTS[max(last - 1, 0)]))
    final = float(np.exp(np.average(np.log(at[settled]), weights=np.sqrt(loud[settled]))))
    glide = np.where(clear, np.log2(at / final), 0.0)
    # A chord of modes is no falling tone.
    if np.abs(glide[settled]).max() > 0.5:
        return None
    return final, np.sqrt(2 * smooth[knots]), np.clip(glide, -1.0, 2.5)


def _peaks(sound: np.ndarray, most: int) -> np.ndarray:
    """Hertz of narrow peaks that stand 15 dB above what surrounds them, strongest first."""
    piece = sound[round(0.005 * SAMPLE_RATE) :][:4096]
    spectrum = 20 * np.log10(np.abs(_rfft(piece * np.hanning(len(piece)), 8192)) + 1e-9)
    around = median_filter(spectrum, 81)
    local = spectrum == maximum_filter1d(spectrum, 21)
    rows = np.flatnonzero(local & (spectrum > around + 15) & (spectrum > spectrum.max() - 30))
    rows = rows[(rows > 15) & (rows < 3900)]
    rows = rows[np.argsort(-spectrum[rows])][:most]
    return np.sort(rows * SAMPLE_RATE / 8192)


def _db(amplitude: np.ndarray) -> np.ndarray:
    return np.maximum(20 * np.log10(np.maximum(amplitude, 1e-9)), QUIETEST).astype(np.float32)


@lru_cache(maxsize=8)
def _weights(bands: int, size: int) -> np.ndarray:
    return band_weights(bands, size)
