"""How long an edit still takes, told in numbers that one can believe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.instruction import read_instructions
from engine.messages import Progress, Stage
from engine.vocabulary import Vocabulary
from instructme_app.model.forecast import Course, Forecast, Kind, Pace, Past, TimeLeft, kind_of

STAGES: dict[Kind, tuple[Stage, ...]] = {
    "taken": ("reading", "listening", "rendering", "rendering", "writing"),
    "added": ("reading", "listening", "encoding", "sampling", "decoding", "rendering", "writing"),
    "exchanged": (
        "reading", "listening", "rendering", "listening", "encoding", "sampling", "decoding", "rendering", "writing",
    ),
}  # fmt: skip


def shares(course: Course, stages: tuple[Stage, ...]) -> list[float]:
    return [course.advance(Progress("1", stage, done, 4)) for stage in stages for done in range(5)]


@pytest.mark.parametrize("kind", STAGES)
def test_an_edit_goes_from_nothing_to_all_and_never_back(kind: Kind) -> None:
    seen = shares(Course(kind), STAGES[kind])
    assert seen == sorted(seen)
    assert seen[0] < 0.05 and seen[-1] == pytest.approx(1.0)
    assert max(later - earlier for earlier, later in zip(seen, seen[1:], strict=False)) < 0.2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("remove drums", "taken"), ("extract bass", "taken"), ("add strings", "added"),
        ("replace piano with organ", "exchanged"), ("remix to jazz genre", "exchanged"),
        ("remove drums and add strings", "added"),
    ],
)  # fmt: skip
def test_what_takes_longest_decides_the_course(text: str, kind: Kind) -> None:
    assert kind_of(read_instructions(text, Vocabulary.default())) == kind


@given(
    st.lists(st.tuples(st.sampled_from(STAGES["exchanged"]), st.integers(0, 9)), max_size=30),
    st.sampled_from(sorted(STAGES)),
)
def test_whatever_the_engine_reports_the_share_never_falls(reports: list[tuple[Stage, int]], kind: Kind) -> None:
    course, last = Course(kind), 0.0
    for stage, done in reports:
        share = course.advance(Progress("1", stage, done, 9))
        assert last <= share <= 1
        last = share


def test_the_pace_of_the_same_kind_of_edit_counts() -> None:
    pace = Pace()
    assert pace.expect(60, 8) is None
    pace.learn([Past(30, 8, 15), Past(30, 0, 3)])
    assert pace.expect(60, 8) == pytest.approx(30)
    assert pace.expect(60, 0) == pytest.approx(6)
    doubled = pace.expect(60, 16)
    assert doubled is not None and 30 < doubled < 60
    pace.learn([Past(30, 8, 30)])
    assert pace.expect(30, 8) == pytest.approx(22.5)


def test_nothing_is_told_before_anything_is_known() -> None:
    assert TimeLeft(0.0, None).at(0.1, 0.0) is None
    assert TimeLeft(0.0, 40.0).at(0.1, 0.0) == pytest.approx(40.0, abs=5)


def test_a_steady_edit_counts_down_without_a_jump() -> None:
    left, told = TimeLeft(0.0, None), []
    for second in range(1, 61):
        value = left.at(float(second), second / 60)
        if value is not None:
            told.append(value)
    assert told == sorted(told, reverse=True)
    assert told[0] >= 50 and told[-1] <= 5


def test_an_edit_that_stalls_is_told_to_take_longer_after_a_while() -> None:
    left = TimeLeft(0.0, 20.0)
    first = left.at(10.0, 0.5)
    later = [left.at(10.0 + second, 0.5) for second in range(1, 60)]
    assert first is not None and max(value for value in later if value is not None) > first * 1.5


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 0.3)), max_size=40), st.one_of(st.none(), st.floats(0.1, 900)))
def test_time_left_is_never_negative_and_round(steps: list[tuple[float, float]], expected: float | None) -> None:
    left, now, share = TimeLeft(0.0, expected), 0.0, 0.0
    for seconds, gained in steps:
        now, share = now + seconds, min(share + gained, 1.0)
        told = left.at(now, share)
        assert told is None or (told >= 0 and told % 5 == 0)


def test_a_forecast_begins_with_the_first_report_of_the_engine() -> None:
    forecast = Forecast()
    assert forecast.share is None and forecast.left(1.0) is None
    forecast.learn([Past(10, 8, 20)])
    forecast.begin(100.0, "added", 10.0, 8)
    assert forecast.left(100.0) == pytest.approx(20, abs=5)
    forecast.advance(Progress("1", "decoding", 1, 2))
    assert forecast.share is not None and forecast.share > 0.7
    forecast.reset()
    assert not forecast.begun
