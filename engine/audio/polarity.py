"""Channels of opposite polarity: songs that vanish in the mean of their channels, which is what the models hear.

A cable or a plug-in that turns one channel upside down (L = -R) does that, and so does a file of a stereo song's side
alone. Such a song is edited with those channels turned back, and what comes of it is turned again: a change of sign
costs no bit, so that every promise about the user's samples holds as it does for other songs.
"""

from __future__ import annotations

import numpy as np

from engine.audio.sound import Audio
from engine.audio.storage import scratch

LEAST_SHARE = 0.2
"""Of the energy that the sum of unrelated channels has. Of two channels it is a mean that lies 10 dB below them. A song
with one side alone has 1, one that is the same on both sides 2, one that cancels 0."""
ROUNDING = 1e-9
"""Of the energy of the samples: what is left beside a constant, below this, is no sound."""


def opposed_channels(audio: Audio) -> np.ndarray | None:
    """The signs (channels,), float32 of 1 and -1, by which the channels of the song keep their energy when they are
    averaged; None where they keep enough of it as they are. The first channel that sounds stays as it is.

    It is decided of the whole song, however little of it is edited. A constant in the samples is no sound.
    """
    if audio.channels == 1 or not audio.frames:
        return None
    products = np.zeros((audio.channels, audio.channels))
    sums = np.zeros(audio.channels)
    for _, block in audio.blocks():
        exact = block.astype(np.float64)
        products += exact @ exact.T
        sums += exact.sum(axis=1)
    least = ROUNDING * float(np.trace(products))
    products -= np.outer(sums, sums) / audio.frames
    energy = float(np.trace(products))
    if energy <= least or float(products.sum()) >= LEAST_SHARE * energy:
        return None
    # The weights under which the channels agree most; those that take no part in it have none worth a sign.
    weights = np.linalg.eigh(products)[1][:, -1]
    sounding = np.abs(weights) > 1e-3
    against = sounding & (weights * weights[np.argmax(sounding)] < 0)
    signs = np.where(against, np.float32(-1), np.float32(1))
    return signs if float(signs @ products @ signs) >= LEAST_SHARE * energy else None


def turned(audio: Audio, signs: np.ndarray | None) -> Audio:
    """`audio` with each channel times its sign, exactly; itself where there are none."""
    if signs is None:
        return audio
    samples = scratch(audio.samples.shape)
    for start, block in audio.blocks():
        np.multiply(block, signs[:, None], out=samples[:, start : start + block.shape[1]])
    return Audio(samples, audio.sample_rate)
