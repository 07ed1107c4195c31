"""How a file is written where the user chose it, and how large it becomes."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import soundfile

from engine.audio.files import FileInfo
from engine.audio.samples import BITS
from engine.audio.storage import opened_as
from engine.errors import UserError

Quality = Literal["best", "good", "small"]
QUALITIES: tuple[Quality, ...] = get_args(Quality)

_LEVELS: dict[str, dict[Quality, float]] = {
    # libsndfile counts from 0 (best) to 1. On the demo song these are 320, 192 and 128 kbit/s of MP3, and 217, 166 and
    # 118 of Ogg Vorbis. "best" is near-transparent, since this may be the second coding of the sound.
    "MP3": {"best": 0.0, "good": 0.4, "small": 0.65},
    "OGG": {"best": 0.2, "good": 0.4, "small": 0.6},
}
_MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_SUFFIXES = {"WAV": ".wav", "FLAC": ".flac", "OGG": ".ogg", "MP3": ".mp3", "AIFF": ".aiff"}
_TRIED_SECONDS = 3.0
_TRIED_PLACES = (0.15, 0.45, 0.75)
"""Where in a song a few seconds are coded to learn how well it compresses."""


@dataclass(frozen=True)
class Encoding:
    """`container` and `subtype` are soundfile's names; `quality` counts for OGG and MP3 alone."""

    container: str
    subtype: str
    quality: Quality = "best"

    @property
    def suffix(self) -> str:
        return ".opus" if self.subtype == "OPUS" else _SUFFIXES[self.container]

    @property
    def lossless(self) -> bool:
        return self.container not in _LEVELS

    @property
    def level(self) -> tuple[float | None, str | None]:
        """`compression_level` and `bitrate_mode` of soundfile."""
        if self.lossless:
            return None, None
        return _LEVELS[self.container][self.quality], "CONSTANT" if self.container == "MP3" else None

    def rate_for(self, sample_rate: int) -> int:
        """The rate that the file gets: MP3 knows nine, so that the next higher one, or 48 kHz, is taken."""
        if self.container != "MP3":
            return sample_rate
        return next((rate for rate in _MP3_RATES if rate >= sample_rate), _MP3_RATES[-1])

    def check(self, channels: int) -> None:
        """Raises UserError where the container cannot hold so many channels."""
        if self.container == "MP3" and channels > 2:
            raise UserError(f"MP3 cannot hold {channels} channels", "choose WAV, FLAC or OGG")


ENCODINGS = (
    Encoding("WAV", "PCM_16"),
    Encoding("WAV", "PCM_24"),
    Encoding("WAV", "FLOAT"),
    Encoding("FLAC", "PCM_16"),
    Encoding("FLAC", "PCM_24"),
    Encoding("OGG", "VORBIS"),
    Encoding("MP3", "MPEG_LAYER_III"),
)
"""What the window offers besides the source's own."""


def same_as(source: FileInfo) -> Encoding:
    """The source's own container and precision where they can be written, else the nearest that holds all of it."""
    if source.format in _LEVELS:
        return Encoding(source.format, source.subtype)
    if source.format == "FLAC":
        return Encoding("FLAC", source.subtype)
    container = "AIFF" if source.format == "AIFF" else "WAV"
    if source.subtype in BITS or source.subtype in ("FLOAT", "DOUBLE"):
        # 8 bits are signed in one of the two containers and unsigned in the other: both of them hold unsigned.
        return Encoding(container, "PCM_U8" if source.subtype == "PCM_S8" else source.subtype)
    return Encoding(container, "PCM_16")


def estimate(path: str | os.PathLike[str], encoding: Encoding) -> int:
    """Bytes that the sound file `path` takes in `encoding`: exact but for the header where nothing is compressed, else
    by coding some seconds of it. Fast, yet not for the window's thread. Raises UserError where it cannot be read.
    """
    try:
        with soundfile.SoundFile(opened_as(path)) as file:
            frames, channels, rate = file.frames, file.channels, file.samplerate
            encoding.check(channels)
            if encoding.container in ("WAV", "AIFF"):
                return frames * channels * _bytes(encoding.subtype) + 44
            tried = coded = 0
            # At a constant bit rate every place costs the same.
            for place in _TRIED_PLACES if encoding.level[1] != "CONSTANT" else _TRIED_PLACES[:1]:
                file.seek(int(frames * place))
                samples = file.read(round(_TRIED_SECONDS * rate), dtype="float32", always_2d=True)
                if len(samples):
                    tried += len(samples)
                    coded += _coded_size(samples, encoding, rate) - _coded_size(samples[:1], encoding, rate)
    except (soundfile.LibsndfileError, OSError) as error:
        raise UserError(f"'{path}' cannot be read", "open the project again") from error
    return round(coded / max(tried, 1) * frames)


def _bytes(subtype: str) -> int:
    return {"DOUBLE": 8, "FLOAT": 4}.get(subtype) or BITS[subtype] // 8


def _coded_size(samples: np.ndarray, encoding: Encoding, rate: int) -> int:
    level, mode = encoding.level
    sink = io.BytesIO()
    target = encoding.rate_for(rate)
    # At the rate that the file will have, the same number of samples costs the same: only the duration differs.
    with soundfile.SoundFile(
        sink, "w", target, samples.shape[1], encoding.subtype, format=encoding.container, compression_level=level,
        bitrate_mode=mode,
    ) as file:  # fmt: skip
        file.write(samples)
    return round(len(sink.getbuffer()) * target / rate)
