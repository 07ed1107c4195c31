"""What a file's own header promises, read without a decoder: a promise that the file is too short for is a cut file.

Decoders quietly shorten such files (WAV, AIFF, Ogg) or complain on standard error (MP3), so it is
looked up here first. Sources: RIFF and RF64 (EBU Tech 3306), AIFF-C, RFC 3533 (Ogg), and the Xing/LAME
tag of MP3 files.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

UNKNOWN = 0xFFFFFFFF
"""What a recorder writes for sizes that it learns too late."""


@dataclass(frozen=True)
class Promise:
    """`end`: bytes that the file must have, None where nothing is promised. `rate`, `channels`: None where not known.

    `counted` is False where the container does not say how many frames follow, so that they must be counted.
    `audio` is False where the file is named like a container that it is not.
    """

    end: int | None = None
    rate: int | None = None
    channels: int | None = None
    counted: bool = True
    audio: bool = True


def promise(path: Path) -> Promise:
    """Reads a few hundred bytes of a non-empty file. Raises OSError."""
    with path.open("rb") as file:
        magic = file.read(12)
        if magic[:4] in (b"RIFF", b"RIFX", b"RF64") and magic[8:12] == b"WAVE":
            return _wave(file, ">" if magic[:4] == b"RIFX" else "<")
        if magic[:4] == b"FORM" and magic[8:12] in (b"AIFF", b"AIFC"):
            return _aiff(file)
        if magic[:4] == b"OggS":
            return _ogg(file)
        if magic[:4] == b"fLaC":
            return Promise()
        if magic[:3] == b"ID3" or path.suffix.lower() in (".mp3", ".mp2"):
            return _mpeg(file)
    return Promise()


def _wave(file: BinaryIO, order: str) -> Promise:
    rate = channels = None
    while len(head := file.read(8)) == 8:
        size = struct.unpack(order + "I", head[4:])[0]
        if head[:4] == b"fmt ":
            body = file.read(min(size, 16))
            if len(body) >= 8:
                channels, rate = struct.unpack(order + "HI", body[2:8])
            file.seek(size - len(body), 1)
        elif head[:4] == b"data":
            end = None if size in (0, UNKNOWN) else file.tell() + size
            return Promise(end, rate, channels)
        else:
            file.seek(size + size % 2, 1)
    return Promise(None, rate, channels)


def _aiff(file: BinaryIO) -> Promise:
    while len(head := file.read(8)) == 8:
        size = struct.unpack(">I", head[4:])[0]
        if head[:4] == b"SSND":
            return Promise(None if size in (0, UNKNOWN) else file.tell() + size)
        file.seek(size + size % 2, 1)
    return Promise()


def _ogg(file: BinaryIO) -> Promise:
    """The last page must be whole. (One that is missing altogether cannot be told from a stream that was stopped.)"""
    length = file.seek(0, 2)
    begin = max(0, length - 2 * 65_307)
    file.seek(begin)
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0:
        return Promise(length + 1)
    lacing = tail[page + 27 : page + 27 + tail[page + 26]] if page + 26 < len(tail) else b""
    if page + 27 > len(tail) or len(lacing) < tail[page + 26]:
        return Promise(length + 1)
    return Promise(begin + page + 27 + len(lacing) + sum(lacing))


def _mpeg(file: BinaryIO) -> Promise:
    file.seek(0)
    head = file.read(10)
    begin = 0
    if head[:3] == b"ID3" and len(head) == 10:
        begin = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    file.seek(begin)
    data = file.read(1 << 16)
    sync = next((k for k in range(len(data) - 3) if _is_frame(data[k : k + 4])), None)
    if sync is None:
        return Promise(audio=False)
    first = data[sync : sync + 200]
    tag = max(first.find(b"Xing"), first.find(b"Info"))
    if tag < 0 or len(first) < tag + 16:
        return Promise(counted=False)
    flags, *values = struct.unpack(">III", first[tag + 4 : tag + 16])
    if not flags & 1:
        return Promise(counted=False)
    if not flags & 2:
        return Promise()
    # Encoders differ on whether the tag's own frame counts: a frame's worth is forgiven.
    return Promise(begin + sync + values[1] - 1500)


def _is_frame(head: bytes) -> bool:
    """An MPEG audio frame header: sync, and no reserved version, layer, bitrate or rate."""
    return (
        head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and head[1] & 0x18 != 0x08
        and head[1] & 0x06 != 0
        and head[2] & 0xF0 not in (0xF0, 0x00)
        and head[2] & 0x0C != 0x0C
    )
