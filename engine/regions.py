"""Where an edit may change the sound: regions in seconds as spans of whole frames. Torch-free."""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import UserError
from engine.instruction import Region, region_within

Span = tuple[int, int]
"""Frames [start, end)."""

SLACK_SECONDS = 0.01
"""A song's length is shown to a hundredth of a second; a region that ends there ends with the song."""


def edit_span(frames: int, sample_rate: int, asked: Region | None, own: Region | None) -> Span:
    """The span of `frames` that an instruction may change: inside the region asked for beside it, and
    inside the one that it names itself. Raises UserError where that is nothing."""
    duration = frames / sample_rate
    start, end = 0.0, duration
    if asked is not None:
        start, end = asked
        if not 0 <= start < end:
            raise UserError(f"the region {start:g} to {end:g} s is empty", "let its start be before its end")
        if start >= duration or end > duration + SLACK_SECONDS:
            raise UserError(
                f"the region {start:g} to {end:g} s ends after the audio ({duration:.2f} s)",
                "choose a region inside it",
            )
    named = region_within(own, duration)
    if named is not None:
        start, end = max(start, named[0]), min(end, named[1])
        if start >= end:
            raise UserError(
                "the region that the instruction names lies outside of the one chosen beside it",
                "leave one of them out",
            )
    span = round(start * sample_rate), min(round(end * sample_rate), frames)
    if span[1] <= span[0]:
        raise UserError("the region holds no sample of the audio", "choose a longer region")
    return span


def untouched_spans(spans: Iterable[Span], frames: int) -> tuple[Span, ...]:
    """The frames of 0..`frames` that none of `spans` covers."""
    free, begin = [], 0
    for start, end in sorted(spans):
        if start > begin:
            free.append((begin, start))
        begin = max(begin, end)
    return (*free, *([(begin, frames)] if begin < frames else []))
