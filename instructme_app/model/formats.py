"""The formats that the window offers, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.audio import ENCODINGS, QUALITIES, Encoding, FileInfo, Quality, same_as
from instructme_app.model.numbers import number

SOURCE_FORMAT = "source"
"""The choice that follows the song."""


def tr(text: str) -> str:
    return QCoreApplication.translate("formats", text)


def key_of(encoding: Encoding) -> str:
    return f"{encoding.container} {encoding.subtype}"


KEYS = (SOURCE_FORMAT, *map(key_of, ENCODINGS))


def chosen(key: str, quality: str, source: FileInfo) -> Encoding:
    """What `key` (one of KEYS, the source's own format for any other) means for a song."""
    found = next((encoding for encoding in ENCODINGS if key_of(encoding) == key), None) or same_as(source)
    levels: dict[str, Quality] = {name: name for name in QUALITIES}
    return Encoding(found.container, found.subtype, levels.get(quality, "best"))


def describe(encoding: Encoding) -> str:
    """ "FLAC, 24 bit"."""
    precision = {
        "PCM_U8": tr("8 bit"),
        "PCM_S8": tr("8 bit"),
        "PCM_16": tr("16 bit"),
        "PCM_24": tr("24 bit"),
        "PCM_32": tr("32 bit"),
        "FLOAT": tr("32 bit float"),
        "DOUBLE": tr("64 bit float"),
    }.get(encoding.subtype)
    container = {"OGG": "Ogg Opus" if encoding.subtype == "OPUS" else "Ogg Vorbis"}.get(
        encoding.container, encoding.container
    )
    return f"{container}, {precision}" if precision else container


def describe_key(key: str, source: FileInfo | None) -> str:
    if key == SOURCE_FORMAT:
        if source is None:
            return tr("As the song")
        return tr("As the song: {0}").format(describe(same_as(source)))
    return next(describe(encoding) for encoding in ENCODINGS if key_of(encoding) == key)


def describe_quality(quality: str, container: str) -> str:
    rates = {"MP3": {"best": 320, "good": 192, "small": 128}, "OGG": {"best": 220, "good": 165, "small": 120}}
    words = {"best": tr("Best"), "good": tr("Good"), "small": tr("Small")}[quality]
    rate = rates.get(container, rates["OGG"])[quality]
    return tr("{0}, {1} kbit/s").format(words, rate if container == "MP3" else f"~{rate}")


def describe_bytes(count: float) -> str:
    """Decimal units, as file managers and disks count."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{number(count, '.0f' if count >= 100 or unit == 'B' else '.1f')} {unit}"
        count /= 1000
    raise AssertionError
