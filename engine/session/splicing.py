"""A region of one round in another: no model is asked, so it takes a moment and the same samples always come of it."""

from __future__ import annotations

from pathlib import Path

from engine.audio import Written, probe, read, with_headroom, write_edit
from engine.errors import UserError
from engine.regions import edit_span, untouched_spans


def take_region(base: Path, other: Path, output: Path, region: tuple[float, float]) -> Written:
    """Write `base` with the seconds `region` of `other` in their place, at the precision of `base`, or in floats
    where that would cut something off.

    Cross-fades of 10 ms lie inside the region: outside it the numbers are those of `base`, bit for bit, and inside,
    past the fades, those of `other`. Raises UserError where a file cannot be read or written, the region is outside
    the song, or the two are not versions of one song.
    """
    # Imported when first needed: scipy takes a while, which a starting window does not have.
    from engine.rendering import place

    info = probe(base)
    audio, patch = read(base), read(other)
    if (patch.sample_rate, patch.channels, patch.frames) != (audio.sample_rate, audio.channels, audio.frames):
        raise UserError(f"'{other.name}' is not a version of the same song", "take a region from another round")
    start, end = span = edit_span(audio.frames, audio.sample_rate, region, None)
    result = place(audio, patch.slice(start, end), start)
    encoding = with_headroom(output, result, info)
    return write_edit(output, result, info, untouched_spans([span], audio.frames), encoding=encoding)
