"""A region of one round in another: no model is asked, so it takes a moment and the same samples always come of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import soundfile

from engine.audio import BLOCK, Audio, Written, opened_as, probe, read, scratch, with_headroom, write_edit
from engine.errors import UserError
from engine.regions import Span, edit_span, untouched_spans

if TYPE_CHECKING:
    from engine.rendering import Stems

Stem = Literal["removed", "added"]

ROUNDING, ROUNDING_SHARE = 1e-4, 0.01
"""What files of 16 bits lose between two rounds (RMS), and the share of the change that those of 8 bits may."""


@dataclass(frozen=True)
class Way:
    """What goes and what comes between one round and another: the stems of the rounds that are undone, what they
    brought being what goes, and of those that are done after that."""

    removed: tuple[Path, ...] = ()
    added: tuple[Path, ...] = ()


def way_between(up: Sequence[str], down: Sequence[str], stem: Callable[[str, Stem], Path | None]) -> Way:
    """The way between two rounds, given those from each of them to the source; `stem` tells where a stem of a round
    lies, or that there is none."""
    undone, done = ([id for id in one if id not in two] for one, two in ((up, down), (down, up)))
    gone = [*(stem(id, "added") for id in undone), *(stem(id, "removed") for id in done)]
    come = [*(stem(id, "removed") for id in undone), *(stem(id, "added") for id in done)]
    return Way(tuple(filter(None, gone)), tuple(filter(None, come)))


def take_region(
    base: Path,
    other: Path,
    output: Path,
    region: tuple[float, float],
    *,
    way: Way | None = None,
    stems: Path | None = None,
) -> Written:
    """Write `base` with the seconds `region` of `other` in their place, at the precision of `base`, or in floats
    where that would cut something off.

    Cross-fades of 10 ms lie inside the region: outside it the numbers are those of `base`, bit for bit, and inside,
    past the fades, those of `other`. `stems` is the begin of file names for what this takes away and what it brings,
    as EditJob has it; they are written where the `way` from `base` to `other` tells them. Raises UserError where a file
    cannot be read or written, the region is outside the song, or the two are not versions of one song.
    """
    # Imported when first needed: scipy takes a while, which a starting window does not have.
    from engine.rendering import place, place_stems
    from engine.stems import write_stems

    info = probe(base)
    audio, patch = read(base), read(other)
    if (patch.sample_rate, patch.channels, patch.frames) != (audio.sample_rate, audio.channels, audio.frames):
        raise UserError(f"'{other.name}' is not a version of the same song", "take a region from another round")
    start, end = span = edit_span(audio.frames, audio.sample_rate, region, None)
    taken = patch.slice(start, end)
    found = None if way is None or stems is None else _stems(way, audio.slice(start, end), taken, span)
    if found is not None and stems is not None:
        # Before the audio: a round whose audio is there lacks nothing.
        write_stems(stems, place_stems(found, audio.frames, start), info)
    result = place(audio, taken, start)
    encoding = with_headroom(output, result, info)
    return write_edit(output, result, info, untouched_spans([span], audio.frames), encoding=encoding)


def _stems(way: Way, before: Audio, after: Audio, span: Span) -> Stems | None:
    """What goes and what comes in a span; None where the way does not tell, since a file is missing or was not kept."""
    from engine.rendering import Stems

    try:
        gone, come = _net(way, span)
        removed, added = (_sum(paths, before, span) for paths in (gone, come))
    except (OSError, ValueError, soundfile.SoundFileError):
        return None
    left = changed = 0.0
    for first, block in before.blocks():
        piece = slice(first, first + block.shape[1])
        went, came = (0 if stem is None else stem.samples[:, piece] for stem in (removed, added))
        left += float(np.square(block - went + came - after.samples[:, piece], dtype=np.float64).sum())
        changed += float(np.square(block - after.samples[:, piece], dtype=np.float64).sum())
    allowed = max(ROUNDING**2 * before.samples.size, ROUNDING_SHARE**2 * changed)
    return Stems(removed, added) if left <= allowed else None


def _net(way: Way, span: Span) -> tuple[list[Path], list[Path]]:
    """The files of the way, without what goes and comes back as it was: drums that both rounds had lost."""
    gone, come = ({path: _digest(path, span) for path in paths} for paths in (way.removed, way.added))
    removed, added = list(gone), []
    for path, digest in come.items():
        twin = next((other for other in removed if gone[other] == digest), None)
        if twin is None:
            added.append(path)
        else:
            removed.remove(twin)
    return removed, added


def _sum(paths: Sequence[Path], like: Audio, span: Span) -> Audio | None:
    """None for silence."""
    total = scratch(like.samples.shape)
    for path in paths:
        with soundfile.SoundFile(opened_as(path)) as file:
            if (file.samplerate, file.channels) != (like.sample_rate, like.channels):
                raise ValueError(f"{path.name} is of another song")
            for first, block in _blocks(file, span):
                total[:, first : first + len(block)] += block.T
    return Audio(total, like.sample_rate) if total.any() else None


def _digest(path: Path, span: Span) -> bytes:
    found = hashlib.sha256()
    with soundfile.SoundFile(opened_as(path)) as file:
        for _, block in _blocks(file, span):
            found.update(block.tobytes())
    return found.digest()


def _blocks(file: soundfile.SoundFile, span: Span) -> Iterator[tuple[int, np.ndarray]]:
    """(first frame in the span, samples (frames, channels)), bit by bit. Raises ValueError for a short file."""
    start, end = span
    file.seek(start)
    for first in range(start, end, BLOCK):
        block = file.read(min(BLOCK, end - first), dtype="float32", always_2d=True)
        if len(block) < min(BLOCK, end - first):
            raise ValueError(f"{file.name} is too short")
        yield first - start, block
