"""Cost grows with the song, memory does not. Minutes long: run by `pytest tests/benchmarks`, not by ./check."""

from __future__ import annotations

import pytest

from engine.bundle import Bundle
from training.evaluation.benchmark import Measurement, Request, measure


@pytest.fixture(scope="module", params=["remove drums", "add organ"])
def short_and_long(request: pytest.FixtureRequest, tiny_bundle: Bundle) -> tuple[Measurement, Measurement]:
    """The same edit of half a minute and of five minutes, each in a process of its own."""
    model = str(tiny_bundle.folder)
    short, long = (measure(Request(seconds, request.param, model, "cpu")) for seconds in (30.0, 300.0))
    return short, long


def test_time_is_linear_in_the_length_of_the_song(short_and_long: tuple[Measurement, Measurement]) -> None:
    short, long = short_and_long
    assert long.edit_seconds < 1.5 * 10 * short.edit_seconds


def test_memory_does_not_grow_by_more_than_the_song_itself(short_and_long: tuple[Measurement, Measurement]) -> None:
    """Ten times the song may hold its samples a few times over, no more: 44.1 kHz, stereo, float32."""
    short, long = short_and_long
    song = 300 * 44_100 * 2 * 4
    assert long.peak_bytes - short.peak_bytes < 4 * song
