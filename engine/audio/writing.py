"""Sound files, written whole or not at all, at the quality of the file that the sound came from."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from engine.audio.encoding import Encoding
from engine.audio.files import FileInfo
from engine.audio.samples import BITS, COARSE, SIXTEEN_BIT, native_type, quantise, translate
from engine.audio.sound import Audio
from engine.audio.storage import opened_as
from engine.errors import UserError

EXTENSIONS = {
    ".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".oga": "OGG", ".opus": "OGG", ".mp3": "MP3", ".aiff": "AIFF",
    ".aif": "AIFF", ".aifc": "AIFF",
}  # fmt: skip
"""Extension -> soundfile's container, for what can be written."""
_EXACT = {
    "WAV": ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"),
    "AIFF": ("PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"),
    "FLAC": ("PCM_S8", "PCM_16", "PCM_24"),
}
_BY_CONTAINER = {"FLAC": "PCM_24", "MP3": "MPEG_LAYER_III", "OGG": "VORBIS"}
_FINE = 24
"""Bits up to which a file that the user asked for is dithered: there it is the last rounding, and costs nothing."""
_LARGEST_RIFF = 2**32 - 2**20


@dataclass(frozen=True)
class Written:
    """A finished file. `peak_db_over`: dB by which the loudest sample passed full scale, 0 where none did;
    `clipped`: samples that the file could not hold and that were limited to full scale; `lossless`: whether the file
    holds the sound as it was, up to rounding, so that untouched samples equal the source's."""

    path: Path
    format: str
    subtype: str
    peak_db_over: float
    clipped: int
    lossless: bool


OnBlock = Callable[[int, int], None]
"""Told (frames written, frames in all) after every block; what it raises stops the writing, and nothing is left."""


def write(
    path: str | os.PathLike[str],
    audio: Audio,
    *,
    like: FileInfo | None = None,
    encoding: Encoding | None = None,
    on_block: OnBlock | None = None,
) -> Written:
    """Write `audio` in the container that the extension names, with the subtype of `like` where that container has it,
    or as `encoding` says.

    Without `like`: 32-bit float WAV and AIFF, 24-bit FLAC. `like` also guards its own file against being overwritten.
    Samples on the subtype's grid are stored as they are (see engine.audio.samples).

    Raises UserError: unknown extension, an extension that cannot hold this sound, no such folder, no permission, no
    space left. Then, and when the process dies, `path` is what it was before.
    """
    return _write(Path(path), audio, like, None, encoding, on_block)


def write_edit(
    path: str | os.PathLike[str],
    edited: Audio,
    source: FileInfo,
    keep: Sequence[tuple[int, int]] = (),
    *,
    encoding: Encoding | None = None,
    on_block: OnBlock | None = None,
) -> Written:
    """Write an edit of the file `source`, whose samples in the spans `keep` (frames, end exclusive) nobody touched.

    There the file's own numbers are copied at its own precision, which float32 may not have (32-bit and double files),
    so that outside an edited region the output equals the input bit for bit. Title, artist and the like are copied too.

    Dither never reaches what the file can hold as it is: in the source's own format every untouched sample stays bit
    for bit; in a coarser one (`encoding` of 16 bits for a source of 24) all of it is dithered, untouched or not.

    Raises UserError as `write` does, and where the source has gone or changed since it was probed.
    """
    if (edited.sample_rate, edited.channels, edited.frames) != (source.sample_rate, source.channels, source.frames):
        raise ValueError("an edit has the sample rate, channels and length of its source")
    spans = _merged(keep, edited.frames)
    return _write(Path(path), edited, source, spans, encoding, on_block)


def check_format(path: str | os.PathLike[str], like: FileInfo) -> None:
    """Raises UserError where the format that the name `path` asks for cannot hold sound such as that of the file
    `like`. It is tried in memory, so that nobody learns it after an hour's edit."""
    path = Path(path)
    container = _container(path)
    encoding = Encoding(container, _subtype(path, container, like))
    _open(io.BytesIO(), like.sample_rate, like.channels, encoding, container).close()


def with_headroom(path: str | os.PathLike[str], edited: Audio, source: FileInfo) -> Encoding | None:
    """For `write_edit` of what will be edited further: floats where the source's whole numbers would cut off what is
    over full scale, for a later round may well be quieter. None where nothing would be lost."""
    container = _container(Path(path))
    subtype = _subtype(Path(path), container, source)
    if container != "WAV" or subtype not in BITS:
        return None
    if all(float(np.abs(block).max(initial=0.0)) <= 1 for _, block in edited.blocks()):
        return None
    return Encoding(container, "DOUBLE" if subtype == "PCM_32" else "FLOAT")


def _write(
    path: Path,
    audio: Audio,
    like: FileInfo | None,
    spans: list[tuple[int, int]] | None,
    chosen: Encoding | None,
    on_block: OnBlock | None,
) -> Written:
    container = _container(path)
    if chosen is not None and chosen.container != container:
        raise ValueError(f"{path.name} is no name for {chosen.container}")
    encoding = chosen or Encoding(container, _subtype(path, container, like))
    subtype, finest = encoding.subtype, COARSE if chosen is None else _FINE
    try:
        _check_target(path, audio, container, subtype, like)
    except OSError as error:
        raise _failure(path, audio, error) from error
    # Without the name itself, which may be as long as names can be.
    part = path.with_name(f".{secrets.token_hex(4)}.part{path.suffix}")
    dither = np.random.default_rng(0)
    peak, clipped = 0.0, 0
    try:
        with contextlib.ExitStack() as stack:
            kept = stack.enter_context(_kept(like, spans, subtype)) if like and spans is not None else None
            file = stack.enter_context(_create(part, audio, encoding))
            if kept is not None:
                _copy_tags(kept.tags, file)
            for start, block in audio.blocks():
                samples = np.ascontiguousarray(block.T)
                values = quantise(samples, subtype, dither, finest)
                over = np.abs(samples)
                if kept is not None:
                    over[kept.fill(start, values, dither, finest)] = 0
                largest = float(over.max(initial=0.0))
                if largest > 1:
                    clipped += int(np.count_nonzero(over > 1)) if subtype in BITS else 0
                peak = max(peak, largest)
                file.write(values)
                if on_block is not None:
                    on_block(start + len(values), audio.frames)
        _check_written(part, audio, container)
        _sync(part)
        os.replace(part, path)
        _sync(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            part.unlink()
        if isinstance(error, (OSError, soundfile.SoundFileError, AssertionError)):
            raise _failure(path, audio, error) from error
        raise
    over_db = 20 * log10(peak) if peak > 1 else 0.0
    return Written(path, container, subtype, over_db, clipped, container in _EXACT)


class _Kept:
    """The source's own samples in the spans that stay. Read from begin to end: seeking is not exact in every format."""

    def __init__(self, file: soundfile.SoundFile, spans: list[tuple[int, int]], subtype: str) -> None:
        self._file, self._spans, self._subtype = file, spans, subtype
        self._type: Literal["int32", "float32", "float64"] = native_type(file.subtype)
        self.tags = file.copy_metadata()

    def fill(self, start: int, values: np.ndarray, dither: np.random.Generator, finest: int) -> np.ndarray:
        """Put the kept samples into `values` (frames, channels) from frame `start`; returns where, (frames,) bool."""
        where = np.zeros(len(values), bool)
        for first, last in self._spans:
            where[max(first - start, 0) : max(last - start, 0)] = True
        if self._spans:
            native = self._file.read(len(values), dtype=self._type, always_2d=True)
            if len(native) != len(values):
                raise UserError(
                    f"'{self._file.name}' ended while it was copied", "leave the file as it is while editing"
                )
            if where.any():
                values[where] = translate(native[where], self._subtype, dither, finest)
        return where


@contextlib.contextmanager
def _kept(source: FileInfo, spans: list[tuple[int, int]], subtype: str) -> Iterator[_Kept]:
    changed = UserError(f"'{source.path}' is no longer the file that was read", "edit it again")
    try:
        file = soundfile.SoundFile(opened_as(source.path))
    except soundfile.LibsndfileError as error:
        raise changed from error
    with file:
        if (file.samplerate, file.channels, source.path.stat().st_size) != (
            source.sample_rate,
            source.channels,
            source.bytes,
        ):
            raise changed
        yield _Kept(file, spans, subtype)


def _copy_tags(tags: dict[str, str], file: soundfile.SoundFile) -> None:
    for name, value in tags.items():
        # Which tags a container holds is its own affair; the sound is what matters.
        with contextlib.suppress(soundfile.SoundFileError, ValueError, AttributeError):
            setattr(file, name, value)


def _container(path: Path) -> str:
    container = EXTENSIONS.get(path.suffix.lower())
    if container is None:
        known = ", ".join(EXTENSIONS)
        found = f"the extension '{path.suffix}'" if path.suffix else "a name without an extension"
        raise UserError(f"'{path}' has {found}, which cannot be written", f"use one of {known}")
    return container


def _subtype(path: Path, container: str, like: FileInfo | None) -> str:
    if path.suffix.lower() == ".opus" or (container == "OGG" and like is not None and like.subtype == "OPUS"):
        return "OPUS"
    if container not in ("WAV", "AIFF", "FLAC"):
        return _BY_CONTAINER[container]
    if like is None:
        return _BY_CONTAINER.get(container, "FLOAT")
    if like.subtype in _EXACT[container]:
        return like.subtype
    if like.subtype in ("PCM_S8", "PCM_U8"):
        return "PCM_S8" if container == "FLAC" else "PCM_U8"
    if like.subtype in SIXTEEN_BIT:
        return "PCM_16"
    # What a lossy decoder gives is float; 24 bits lie below anything that it kept.
    return _BY_CONTAINER.get(container, "FLOAT")


def _check_target(path: Path, audio: Audio, container: str, subtype: str, like: FileInfo | None) -> None:
    if not audio.frames:
        raise UserError("there is no sound to write", "choose a longer stretch")
    if path.is_dir():
        raise UserError(f"'{path}' is a folder", "name a file")
    if not path.parent.is_dir():
        raise UserError(f"there is no folder '{path.parent}'", "create it first, or choose another one")
    if like is not None and path.exists() and like.path.exists() and os.path.samefile(path, like.path):
        raise UserError(f"writing '{path}' would overwrite the source", "choose another name")
    if not os.access(path.parent, os.W_OK):
        raise UserError(f"the folder '{path.parent}' cannot be written to", "choose another one, or allow writing")
    if shutil.disk_usage(path.parent).free < _estimate(audio, container, subtype):
        raise _no_space(path, audio)


def _estimate(audio: Audio, container: str, subtype: str) -> int:
    """Bytes that the file needs; of what compresses, a guess at the least."""
    size = audio.frames * audio.channels * {"DOUBLE": 8, "FLOAT": 4}.get(subtype, BITS.get(subtype, 1) // 8)
    return size if container in ("WAV", "AIFF") else size // 10


def _create(part: Path, audio: Audio, encoding: Encoding) -> soundfile.SoundFile:
    container, subtype = encoding.container, encoding.subtype
    large = _estimate(audio, container, subtype) > _LARGEST_RIFF
    kind = "RF64" if container == "WAV" and large else container
    # Refuse what cannot be opened at all (a folder without permission) by its own error, not by libsndfile's.
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return _open(opened_as(part), audio.sample_rate, audio.channels, encoding, kind)


def _open(target: str | io.BytesIO, rate: int, channels: int, encoding: Encoding, kind: str) -> soundfile.SoundFile:
    """A sound file to write to. Raises UserError where `kind` (soundfile's container) cannot hold such sound."""
    level, mode = encoding.level
    try:
        return soundfile.SoundFile(
            target, "w", rate, channels, encoding.subtype, format=kind, compression_level=level, bitrate_mode=mode
        )
    except (soundfile.LibsndfileError, ValueError) as error:
        names = {"MPEG_LAYER_III": "MP3", "VORBIS": "Ogg Vorbis", "OPUS": "Opus"}
        cause = f"{names.get(encoding.subtype, encoding.container)} cannot hold {channels} channels at {rate} Hz"
        raise UserError(cause, "choose a .wav or .flac name") from error


def _check_written(part: Path, audio: Audio, container: str) -> None:
    """A full disk may show only in what is missing. Coded containers pad, so only the exact ones are counted."""
    if container in _EXACT and soundfile.info(opened_as(part)).frames != audio.frames:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _failure(path: Path, audio: Audio, error: BaseException) -> UserError:
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UserError(
            f"'{path}' cannot be written ({os.strerror(number)})", "choose another folder, or allow writing"
        )
    if isinstance(error, OSError) and number not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return UserError(f"'{path}' cannot be written ({error.strerror})", "choose another place")
    return _no_space(path, audio)


def _no_space(path: Path, audio: Audio) -> UserError:
    return UserError(
        f"no space left for '{path}' ({audio.duration:.0f} s of sound)", "free some space, or choose another disk"
    )


def _merged(spans: Sequence[tuple[int, int]], frames: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted((max(0, first), min(frames, last)) for first, last in spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        elif first < last:
            merged.append((first, last))
    return merged


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
