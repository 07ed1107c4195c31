"""How loud sound is: integrated loudness (ITU-R BS.1770-4) and peak, in bounded memory."""

from __future__ import annotations

from functools import lru_cache
from math import log10

import numpy as np

from engine.audio.sound import Audio

_HOPS_A_SECOND = 10
_HOPS_A_BLOCK = 4
"""Gating blocks are 400 ms with 75% overlap: four hops of 100 ms."""
_ABSOLUTE_GATE = -70.0
_SURROUND = {4: (1, 1, 1.41, 1.41), 5: (1, 1, 1, 1.41, 1.41), 6: (1, 1, 1, 0, 1.41, 1.41)}
"""Channel weights past stereo, in WAV order; the sixth is 5.1, whose low-frequency channel does not count."""


def loudness(audio: Audio) -> float | None:
    """Integrated loudness in LUFS; None for less than 400 ms, and for silence (nothing above -70 LUFS).

    pyloudnorm gives the K-weighting; the gating is done here hop by hop, since pyloudnorm holds several float64
    copies of the whole file. Gate positions are rounded to whole samples.
    """
    # Imported when first needed: scipy.signal takes the better part of a second, which a starting window does not have.
    from scipy.signal import lfilter

    rate = audio.sample_rate
    hops = audio.frames * _HOPS_A_SECOND // rate
    if hops < _HOPS_A_BLOCK:
        return None
    edges = np.arange(hops + 1) * rate // _HOPS_A_SECOND
    weights = np.array(_SURROUND.get(audio.channels, (1,) * audio.channels), np.float64)
    stages = [(b, a, np.zeros((audio.channels, max(len(a), len(b)) - 1))) for b, a in _weighting(rate)]
    energies = np.zeros(hops)
    # lfilter keeps the interpreter to itself: a step must be over before the audio callback misses it.
    per_step = _HOPS_A_SECOND
    for first in range(0, hops, per_step):
        last = min(first + per_step, hops)
        heard = audio.samples[:, edges[first] : edges[last]].astype(np.float64)
        for index, (b, a, state) in enumerate(stages):
            heard, state = lfilter(b, a, heard, axis=1, zi=state)
            stages[index] = (b, a, state)
        squared = weights @ np.square(heard)
        energies[first:last] = np.add.reduceat(squared, edges[first:last] - edges[first])
    blocks = np.convolve(energies, np.ones(_HOPS_A_BLOCK), "valid") / (0.4 * rate)
    blocks = blocks[blocks > _power(_ABSOLUTE_GATE)]
    if not blocks.size:
        return None
    blocks = blocks[blocks > blocks.mean() / 10]
    return _lufs(float(blocks.mean()))


def peak_dbfs(audio: Audio) -> float:
    """The largest sample in dB under full scale; -inf for silence."""
    peak = max((float(np.abs(block).max()) for _, block in audio.blocks() if block.size), default=0.0)
    return 20 * log10(peak) if peak > 0 else float("-inf")


@lru_cache(maxsize=8)
def _weighting(rate: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    import pyloudnorm

    filters = pyloudnorm.Meter(rate)._filters.values()
    return tuple((stage.passband_gain * stage.b, stage.a) for stage in filters)


def _lufs(power: float) -> float:
    return -0.691 + 10 * log10(power)


def _power(lufs: float) -> float:
    return 10 ** ((lufs + 0.691) / 10)
