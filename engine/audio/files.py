"""Sound files: what they are, and their samples. Everything is checked before anything large is allocated."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from engine.audio import headers
from engine.audio.sound import BLOCK, Audio
from engine.audio.storage import opened_as, scratch
from engine.errors import UserError

MIN_RATE, MAX_RATE = 8_000, 192_000
"""Hertz."""
MAX_CHANNELS = 8
MAX_SECONDS = 3 * 3600
MAX_SAMPLE = 1000.0
"""60 dB over full scale: beyond it, a float file holds something else than sound (integers, mostly)."""

CONTAINERS = ("WAV", "FLAC", "OGG", "MP3", "AIFF", "CAF", "W64", "AU")
_SAME_CONTAINER = {"WAVEX": "WAV", "RF64": "WAV"}
_READABLE = "use a WAV, FLAC, OGG, MP3 or AIFF file"


@dataclass(frozen=True)
class FileInfo:
    """What a sound file is. `format` and `subtype` are soundfile's names, with WAVEX and RF64 called WAV."""

    path: Path
    sample_rate: int
    channels: int
    frames: int
    format: str
    subtype: str
    bytes: int

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate


def probe(path: str | os.PathLike[str]) -> FileInfo:
    """The facts of a sound file, without its samples.

    Raises UserError: missing, a folder, unreadable, empty, truncated, not audio, or with a sample rate, channel count
    or length outside MIN_RATE-MAX_RATE, MAX_CHANNELS and MAX_SECONDS.
    """
    path = Path(path)
    try:
        return _probe(path)
    except soundfile.LibsndfileError as error:
        detail = error.error_string.strip().rstrip(".").lower() or f"error {error.code}"
        raise UserError(f"'{path}' cannot be read as audio ({detail})", _READABLE) from error
    except (OSError, ValueError) as error:
        raise UserError(f"'{path}' cannot be read ({_reason(error)})", "check the path and its permissions") from error


def read(path: str | os.PathLike[str]) -> Audio:
    """All samples of a sound file as float32, memory-mapped where they are many (see engine.audio.storage).

    Exact for PCM up to 24 bits and FLOAT. Raises UserError as `probe` does, and for NaN or infinite samples and files
    that end before their header says.
    """
    info = probe(path)
    samples = scratch((info.channels, info.frames))
    done = 0
    try:
        with soundfile.SoundFile(opened_as(info.path)) as file:
            while done < info.frames:
                block = file.read(min(BLOCK, info.frames - done), dtype="float32", always_2d=True)
                if not len(block):
                    break
                check_samples(block, done, info)
                samples[:, done : done + len(block)] = block.T
                done += len(block)
    except soundfile.LibsndfileError as error:
        raise _truncated(info.path, done / info.sample_rate) from error
    if done < info.frames:
        raise _truncated(info.path, done / info.sample_rate)
    return Audio(samples, info.sample_rate)


def check_samples(block: np.ndarray, start: int, info: FileInfo) -> None:
    """`block` (frames, channels) that begins at frame `start` is sound. Raises UserError."""
    # NaN fails every comparison, so that one pass finds NaN, infinities and absurd values.
    if block.size and not max(float(block.max()), -float(block.min())) <= MAX_SAMPLE:
        frame = int(np.argmax(~(np.abs(block) <= MAX_SAMPLE).all(axis=1)))
        at = f"at {(start + frame) / info.sample_rate:.2f} s"
        if np.isfinite(block[frame]).all():
            raise UserError(
                f"'{info.path}' holds samples more than 60 dB over full scale {at}", "normalise it and export it again"
            )
        raise UserError(f"'{info.path}' holds NaN or infinite samples {at}", "repair it, or export it again")


def _probe(path: Path) -> FileInfo:
    if not path.exists():
        raise UserError(f"there is no file '{path}'", "check the path")
    if path.is_dir():
        raise UserError(f"'{path}' is a folder", "name a sound file")
    if not path.is_file():
        raise UserError(f"'{path}' is not a regular file", _READABLE)
    size = path.stat().st_size
    if not size:
        raise UserError(f"'{path}' is empty", "record or export it again")
    promise = headers.promise(path)
    if not promise.audio or path.suffix.lower() == ".raw":
        raise UserError(f"'{path}' is not an audio file", _READABLE)
    _check_shape(path, promise.rate, promise.channels)
    with soundfile.SoundFile(opened_as(path)) as file:
        _check_shape(path, file.samplerate, file.channels)
        container = _SAME_CONTAINER.get(file.format, file.format)
        if container not in CONTAINERS:
            raise UserError(f"'{path}' is {file.format}, which is not read here", _READABLE)
        frames = file.frames
        counted = promise.counted and 0 <= frames < 2**62
        if not counted:
            frames = _count(file)
        if frames > MAX_SECONDS * file.samplerate:
            length = f"{frames / file.samplerate / 3600:.1f} hours" if counted else "too"
            raise UserError(f"'{path}' is {length} long", f"cut it to at most {MAX_SECONDS // 3600} hours")
        if promise.end is not None and size < promise.end:
            raise _truncated(path, None)
        if frames <= 0:
            raise UserError(f"'{path}' holds no sound", "record or export it again")
        if container == "FLAC" and counted:
            _check_last_frame(file, path)
        return FileInfo(path, file.samplerate, file.channels, frames, container, file.subtype, size)


def _check_shape(path: Path, rate: int | None, channels: int | None) -> None:
    if rate is not None and not MIN_RATE <= rate <= MAX_RATE:
        raise UserError(
            f"'{path}' has a sample rate of {rate} Hz", f"convert it to between {MIN_RATE} and {MAX_RATE} Hz"
        )
    if channels is not None and not 1 <= channels <= MAX_CHANNELS:
        raise UserError(f"'{path}' has {channels} channels", f"mix it down to at most {MAX_CHANNELS} channels")


def _check_last_frame(file: soundfile.SoundFile, path: Path) -> None:
    try:
        file.seek(file.frames - 1)
        last = file.read(1, dtype="int32")
    except soundfile.LibsndfileError as error:
        raise _truncated(path, None) from error
    if not len(last):
        raise _truncated(path, None)


def _count(file: soundfile.SoundFile) -> int:
    """Frames, by decoding: for containers that do not say. Stops past MAX_SECONDS."""
    total, buffer = 0, np.empty((BLOCK, file.channels), np.float32)
    while total <= MAX_SECONDS * file.samplerate:
        got = len(file.read(out=buffer))
        if not got:
            break
        total += got
    return total


def _truncated(path: Path, seconds: float | None) -> UserError:
    where = "" if seconds is None else f" after {seconds:.2f} s"
    return UserError(
        f"'{path}' is truncated: it ends{where} before its header says", "copy, download or export it again"
    )


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
