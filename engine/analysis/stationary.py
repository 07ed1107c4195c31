"""Where a sound is nothing but noise or mains hum: what goes on as it is, with no tone of its own. Torch-free.

Networks that were taught on music hear bass and voices in it. But music moves, or has tones, whoever plays: in
stationary noise the power of every bin goes up and down by chance alone, and its spectrum has no lines; hum has its
lines where mains have them. What is told of both bounds stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.grid import SAMPLE_RATE, SAMPLES_PER_FRAME

STRETCH_SECONDS = 4.0
SIZE, HOP = 4096, 2048
"""5.9 Hz a bin, in which the partials of the lowest notes stand apart."""
LOWEST_BIN, HIGHEST_BIN = 2, 1880
"""Up to 11 kHz, above which there is only what resampling leaves. Lines are looked for from 35 Hz on."""

LOUDNESS_SPREAD, BAND_SPREAD = 0.1, 2.5
"""Of the whitened power in all, as a share of it, and in any of twelve bands, as a multiple of one bin's. Noise has
0.06 and 1.9 at most, a room 0.08 and 2.1; recorded drums and voices at least 0.13 and 5."""
LINE = 2.5
"""Power of a bin over both of its sides that makes it a line, and not chance (which reaches 2.0)."""
FLOOR = 1e-5
"""Of the loudest bin: what a window smears is no sound."""

MAINS = (50.0, 60.0)
MAINS_DRIFT, BLUR = 0.002, 0.25
"""Share by which mains are off, and hertz within which a line is found. The nearest notes, G1 and B1, are 2% away."""
HIGHEST_FUNDAMENTAL = 180.0


def stationary_frames(audio: np.ndarray, frames: int) -> np.ndarray:
    """(frames,) bool at the models' rate: where a stretch of audio (T,), 24 kHz, is noise or hum and nothing else.

    What is shorter than a stretch is taken for music, and a digital silence for what it is.
    """
    found = np.zeros(frames, bool)
    for start, piece in _stretches(audio):
        if _is_stationary(piece):
            found[start // SAMPLES_PER_FRAME : -(-(start + piece.size) // SAMPLES_PER_FRAME)] = True
    return found


def _stretches(audio: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(first sample, samples) of stretches that overlap by half; the last one ends with the audio."""
    length = round(STRETCH_SECONDS * SAMPLE_RATE)
    if audio.size < length:
        return
    starts = [*range(0, audio.size - length, length // 2), audio.size - length]
    for start in starts:
        yield start, audio[start : start + length]


def _is_stationary(piece: np.ndarray) -> bool:
    from scipy.fft import rfft

    window = np.hanning(SIZE + 1)[:-1].astype(np.float32)
    cut = np.lib.stride_tricks.sliding_window_view(piece, SIZE)[::HOP]
    power = np.square(np.abs(np.asarray(rfft((cut - piece.mean()) * window, axis=1))))[:, LOWEST_BIN:HIGHEST_BIN]
    mean = power.mean(axis=0)
    floor = FLOOR * float(mean.max())
    if floor <= 0:
        return False
    white = (power + floor) / (mean + floor)
    edges = np.geomspace(6, white.shape[1], 13).astype(int)
    widths = np.diff(edges)
    bands = np.add.reduceat(white[:, : edges[-1]], edges[:-1], axis=1) / widths
    if white.mean(axis=1).std() > LOUDNESS_SPREAD or (bands.std(axis=0) * np.sqrt(widths)).max() > BAND_SPREAD:
        return False
    lines = _lines(mean + floor)
    return not lines.size or _are_hum(piece, lines)


def _lines(mean: np.ndarray) -> np.ndarray:
    """Hertz of the bins that stand out of their surroundings on both sides. Slopes do not."""
    left, middle, right = (mean[0:-8] + mean[1:-7]) / 2, mean[4:-4], (mean[7:-1] + mean[8:]) / 2
    return (np.flatnonzero(middle > LINE * np.maximum(left, right)) + 4 + LOWEST_BIN) * (SAMPLE_RATE / SIZE)


def _are_hum(piece: np.ndarray, lines: np.ndarray) -> bool:
    """Whether all lines are multiples of a mains frequency, of the lower ones one at least."""
    from scipy.fft import rfft

    # Over the whole stretch, where a quarter of a hertz tells 50 Hz from G1.
    fine = np.abs(np.asarray(rfft(piece * np.hanning(piece.size))))
    bins_per_hertz = piece.size / SAMPLE_RATE
    reach = round(2 * SAMPLE_RATE / SIZE * bins_per_hertz)
    places = np.round(lines * bins_per_hertz).astype(int)
    hertz = np.array([place - reach + np.argmax(fine[place - reach : place + reach + 1]) for place in places])
    hertz = hertz / bins_per_hertz
    for mains in MAINS:
        off = np.abs(hertz - np.maximum(np.round(hertz / mains), 1) * mains)
        if (off <= BLUR + MAINS_DRIFT * hertz).all():
            return bool(hertz.min() <= HIGHEST_FUNDAMENTAL)
    return False
