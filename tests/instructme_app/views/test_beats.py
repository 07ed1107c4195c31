"""Snapping, counting bars, and the one axis that all lanes share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructme_app.views.beats import BeatGrid
from instructme_app.views.ruler import ticks
from instructme_app.views.time_axis import Selection, TimeAxis

FOUR = BeatGrid.of(np.arange(0.25, 20, 0.5), np.arange(0.25, 20, 2.0))


def axis_of(duration: float = 20.0, grid: BeatGrid = FOUR, rate: int = 44_100) -> TimeAxis:
    axis = TimeAxis()
    axis.set_sample_rate(rate)
    axis.set_duration(duration)
    axis.set_grid(grid)
    return axis


def test_a_selection_snaps_to_beats_and_in_a_far_zoom_to_bars() -> None:
    axis = axis_of()
    assert axis.snapped(3.4, 1000) == pytest.approx(3.25)
    # 40 beats in 200 pixels would be five pixels apart.
    assert axis.snapped(3.4, 200) == pytest.approx(4.25)
    assert axis_of(grid=BeatGrid()).snapped(3.4, 1000) == 3.4


def test_the_ends_of_the_song_are_snapped_to() -> None:
    assert axis_of().snapped(0.05, 1000) == 0.0
    assert axis_of().snapped(19.97, 1000) == 20.0


def test_bars_are_found_numbered_and_counted() -> None:
    assert FOUR.bar_at(3.0, 20.0) == pytest.approx((2.25, 4.25))
    assert FOUR.bar_at(0.1, 20.0) == pytest.approx((0.0, 0.25))
    assert FOUR.bar_at(19.0, 20.0) == pytest.approx((18.25, 20.0))
    assert [FOUR.bar_number(at) for at in (0.1, 0.25, 2.3, 2.25)] == [0, 1, 2, 2]
    assert FOUR.bars_between(2.25, 6.25) == pytest.approx(2.0)
    assert FOUR.bars_between(2.25, 3.25) == pytest.approx(0.5)
    assert FOUR.bars_between(16.25, 20.25) == pytest.approx(2.0)


def test_without_beats_nothing_is_said_of_bars() -> None:
    empty = BeatGrid()
    assert not empty
    assert empty.bar_at(1.0, 5.0) is None
    assert empty.bar_number(1.0) is None
    assert empty.bars_between(0.0, 5.0) is None
    axis = axis_of(grid=empty)
    axis.select(Selection(1.0, 2.0))
    axis.select_bar(5.0)
    assert axis.selection == Selection(1.0, 2.0)


@given(
    beats=st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=40),
    bars=st.lists(st.floats(0, 1000), max_size=12),
    at=st.floats(0, 1000),
    least=st.floats(0, 100),
)
def test_any_beats_give_a_grid_that_answers(beats: list[float], bars: list[float], at: float, least: float) -> None:
    grid = BeatGrid.of(beats, bars)
    lines = grid.lines(least)
    assert np.all(np.diff(lines) > 0)
    assert np.isfinite(grid.nearest(at, least))
    bar = grid.bar_at(at, 1000.0)
    assert bar is None or bar[0] < bar[1]
    counted = grid.bars_between(at, at + 10)
    assert counted is None or counted >= 0


@given(st.floats(0.01, 4000), st.floats(0, 1), st.floats(1e-9, 1e6), st.integers(8000, 192_000))
def test_the_view_never_leaves_the_song(duration: float, at: float, factor: float, rate: int) -> None:
    axis = axis_of(duration, rate=rate)
    axis.zoom(factor, at * duration)
    assert axis.start >= 0
    assert axis.span >= 16 / rate * 0.999
    assert axis.end <= max(duration, 16 / rate) + 1e-9


def test_the_closest_zoom_shows_sixteen_samples_with_times_that_differ() -> None:
    axis = axis_of(3600.0)
    axis.zoom(1e-12, 1800.0)
    assert axis.span * 44_100 == pytest.approx(16)
    labels = [words for _, words in ticks(axis, 850)]
    assert len(labels) >= 4
    assert len(set(labels)) == len(labels)


def test_select_all_and_bar() -> None:
    axis = axis_of()
    axis.select_all()
    assert axis.selection == Selection(0.0, 20.0)
    axis.select_bar(3.0)
    assert axis.selection == Selection(2.25, 4.25)
