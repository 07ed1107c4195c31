"""A round's samples straight from its file: 32-bit float WAV is mapped, so that it costs no memory and no time."""

from __future__ import annotations

import mmap
import os
import struct
import sys
import threading
import weakref
from pathlib import Path

import numpy as np

from engine.audio import MAX_CHANNELS, MAX_RATE, MIN_RATE, Audio

_FLOAT = 3
_EXTENSIBLE = 0xFFFE

_lock = threading.Lock()
_mapped: weakref.WeakValueDictionary[tuple[str, int, int, int], np.ndarray] = weakref.WeakValueDictionary()
"""What somebody holds, by file: whoever reads it again gets the same array, and its pages count once."""


def map_wav(path: Path) -> Audio | None:
    """The sound of a 32-bit float WAV file, read-only and mapped; None for any other, or a damaged, file.

    Samples are not looked at: whoever maps a file that we did not write checks that they are finite.
    """
    if sys.byteorder != "little":
        return None
    try:
        with path.open("rb") as file, _lock:
            facts = os.fstat(file.fileno())
            place = _data(file.read(4096), facts.st_size)
            if place is None:
                return None
            rate, channels, start, frames = place
            key = (str(path.resolve()), facts.st_ino, facts.st_size, facts.st_mtime_ns)
            samples = _mapped.get(key)
            if samples is None:
                samples = np.memmap(file, dtype="<f4", mode="r", offset=start, shape=(frames, channels)).T
                _mapped[key] = samples
                _advise(samples, "MADV_WILLNEED")  # the audio callback must not wait for the disk
    except (OSError, ValueError, struct.error):
        return None
    return Audio(samples, rate)


def let_go(samples: object) -> None:
    """What was read of a mapped file no longer counts as memory of this process.

    The system keeps it in its cache for as long as nobody needs the room, so that playing it costs no reading. Anything
    but the samples of `map_wav` is left alone: of other maps, this would lose what was written.
    """
    with _lock:
        ours = any(samples is known for known in _mapped.values())
    if ours:
        assert isinstance(samples, np.ndarray)
        _advise(samples, "MADV_DONTNEED")


def _data(head: bytes, size: int) -> tuple[int, int, int, int] | None:
    """(sample rate, channels, first byte, frames) of the float samples in a file that begins with `head`."""
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        return None
    at, shape = 12, None
    while at + 8 <= len(head):
        name, length = head[at : at + 4], struct.unpack_from("<I", head, at + 4)[0]
        body = at + 8
        if name == b"fmt ":
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", head, body)
            if kind == _EXTENSIBLE:
                kind = struct.unpack_from("<H", head, body + 24)[0]
            if kind != _FLOAT or bits != 32:
                return None
            shape = (rate, channels)
        elif name == b"data":
            if shape is None or not (MIN_RATE <= shape[0] <= MAX_RATE and 1 <= shape[1] <= MAX_CHANNELS):
                return None
            # RF64 keeps the length of large data elsewhere: it goes to the end of the file.
            left = size - body
            if length > left and length != 0xFFFFFFFF:
                return None
            frames = min(length, left) // (4 * shape[1])
            return (*shape, body, frames) if frames else None
        at = body + length + (length & 1)
    return None


def _advise(samples: np.ndarray, advice: str) -> None:
    """Systems that do not know the advice go without."""
    whole = getattr(samples, "_mmap", None)
    if isinstance(whole, mmap.mmap) and hasattr(mmap, advice):
        whole.madvise(getattr(mmap, advice))
