"""A WAV file that is whole at any moment: what was written last second survives the end of the process."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np

HEADER = 44
MOST_BYTES = 2**32 - 2**20
"""What the container can count."""


class WavWriter:
    """32-bit float, interleaved. The header always says what is on the disk already, never more."""

    def __init__(self, path: Path, sample_rate: int, channels: int) -> None:
        """Makes `path`, which must be new. Raises OSError."""
        self.path, self.sample_rate, self.channels = path, sample_rate, channels
        self.frames = 0
        self._file = path.open("xb")
        self._file.write(self._header())
        self.sync()

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate

    @property
    def full(self) -> bool:
        return self._bytes >= MOST_BYTES

    def write(self, block: np.ndarray) -> None:
        """`block` (frames, channels) float32. Raises OSError."""
        self._file.write(np.ascontiguousarray(block, dtype="<f4").tobytes())
        self.frames += block.shape[0]

    def sync(self) -> None:
        """From here on no crash takes what was written away: the samples go to the disk first, then their number."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.seek(0)
        self._file.write(self._header())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.seek(0, os.SEEK_END)

    def close(self) -> None:
        if not self._file.closed:
            try:
                self.sync()
            finally:
                self._file.close()

    @property
    def _bytes(self) -> int:
        return self.frames * self.channels * 4

    def _header(self) -> bytes:
        frame = self.channels * 4
        shape = struct.pack("<HHIIHH", 3, self.channels, self.sample_rate, self.sample_rate * frame, frame, 32)
        size = self._bytes
        return (
            b"RIFF" + struct.pack("<I", size + HEADER - 8) + b"WAVE"
            b"fmt " + struct.pack("<I", len(shape)) + shape + b"data" + struct.pack("<I", size)
        )  # fmt: skip
