"""Samples on their way into a file: from float to the file's own numbers.

libsndfile scales floats by 32767 on the way out and by 1/32768 on the way in, so that a 16-bit file read and written
as float is not the same file. Everything is therefore brought to whole numbers here, and handed over as int32
(left-aligned, as libsndfile reads them), which it stores without arithmetic.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

BITS = {"PCM_U8": 8, "PCM_S8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
"""soundfile's whole-number subtypes."""
SIXTEEN_BIT = {
    "ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM", "GSM610", "G721_32", "G723_24", "G723_40", "NMS_ADPCM_16", "NMS_ADPCM_24",
    "NMS_ADPCM_32", "ALAC_16", "DPCM_8", "DPCM_16", "DWVW_12", "DWVW_16",
}  # fmt: skip
"""Coded subtypes that decode to whole numbers of 16 bits."""


COARSE = 16
"""Bits up to which rounding is heard without dither; the steps of 24 bits lie at -144 dB, below any converter."""


def native_type(subtype: str) -> Literal["int32", "float32", "float64"]:
    """The numpy type in which soundfile reads or writes `subtype` without a loss."""
    if subtype in BITS or subtype in SIXTEEN_BIT or subtype.startswith(("ALAC", "DWVW")):
        return "int32"
    return "float64" if subtype == "DOUBLE" else "float32"


def quantise(samples: np.ndarray, subtype: str, dither: np.random.Generator | None, finest: int = COARSE) -> np.ndarray:
    """Float samples, any shape, to `native_type(subtype)`; whole-number subtypes clip.

    Dither (triangular, two quantisation steps wide) is for subtypes of at most `finest` bits, and only for samples
    that do not lie on the file's own grid. Those that nobody changed do where the format is the source's own: they
    stay what they are, bit for bit (promise 1).
    """
    kind = native_type(subtype)
    if kind != "int32":
        return samples.astype(kind)
    bits = BITS[subtype]
    scaled = np.ldexp(samples.astype(np.float64), bits - 1)
    whole = np.rint(scaled)
    if dither is not None and bits <= finest:
        changed = whole != scaled
        if changed.any():
            noise = dither.random((2, *scaled.shape))
            whole = np.where(changed, np.rint(scaled + noise[0] - noise[1]), whole)
    limit = 2 ** (bits - 1)
    return np.clip(whole, -limit, limit - 1).astype(np.int32) << (32 - bits)


def translate(
    native: np.ndarray, subtype: str, dither: np.random.Generator | None = None, finest: int = COARSE
) -> np.ndarray:
    """Samples as read by `native_type` of their file into those of `subtype`, exact wherever it can hold them.

    What it cannot hold (24 bits in a file of 16) is dithered as `quantise` does it.
    """
    if native.dtype == np.int32:
        if subtype not in BITS:
            return np.ldexp(native.astype(np.float64), -31).astype(native_type(subtype))
        spare = 32 - BITS[subtype]
        if not spare or not (native & ((1 << spare) - 1)).any():
            return native
        return quantise(np.ldexp(native.astype(np.float64), -31), subtype, dither, finest)
    return quantise(native, subtype, dither, finest)
