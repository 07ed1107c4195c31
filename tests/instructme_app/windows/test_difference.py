"""What left and what came: the colours of a difference, and the marks of two rounds one below the other."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.audio import read, write
from engine.session.project import STEMS
from instructme_app import theme
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(obliging=True)


def stem(window: MainWindow, name: Literal["removed", "added"]) -> Path:
    project, current = window.session.project, window.session.current
    assert project is not None and current is not None
    return project.folder / "rounds" / f"{current.id}.{STEMS[name]}"


def test_the_difference_is_the_current_round_minus_its_reference(qtbot: QtBot, edited: MainWindow) -> None:
    """Where no stems say what left and what came, in one tone that says neither."""
    stem(edited, "removed").unlink()
    edited.lanes.set_mode("difference")
    qtbot.waitUntil(lambda: bool(edited.lanes.difference.traces), timeout=WAIT)
    made = edited.lanes.difference.traces[0].pyramid
    assert [trace.tone for trace in edited.lanes.difference.traces] == ["muted"]
    assert edited.lanes.difference.tones == ("muted",)
    current, source = edited.session.current, edited.session.source
    assert current is not None and source is not None
    now, then = (edited.media.get(entry.id, edited.session.path_of(entry)) for entry in (current, source))
    assert now is not None and then is not None
    expected = now.audio.samples - then.audio.samples
    columns = made.columns(0, made.frames, 50)
    assert columns.high.max() == pytest.approx(expected.max(), abs=1e-6)
    assert columns.low.min() == pytest.approx(expected.min(), abs=1e-6)


def test_what_was_removed_and_what_was_added_have_their_own_colours(qtbot: QtBot, edited: MainWindow) -> None:
    lane = edited.lanes.difference
    edited.lanes.set_mode("difference")
    qtbot.waitUntil(lambda: bool(lane.traces), timeout=WAIT)
    assert [trace.tone for trace in lane.traces] == ["less"] and lane.tones == ("less",)
    removed = read(stem(edited, "removed"))
    assert lane.traces[0].pyramid.peak == pytest.approx(np.abs(removed.samples).max(), abs=1e-6)
    picture, area = lane.grab().toImage(), lane.content()
    pixels = [picture.pixelColor(area.left() + 200 + step, area.height() // 2 - 4) for step in range(60)]
    assert sum(colour.blue() for colour in pixels) > 2 * sum(colour.red() for colour in pixels)
    write(stem(edited, "added"), removed)
    edited.lanes.refresh()
    qtbot.waitUntil(lambda: [trace.tone for trace in lane.traces] == ["less", "more"], timeout=WAIT)
    assert lane.tones == ("less", "more")


def test_stems_tell_a_round_from_its_parent_and_from_no_other(qtbot: QtBot, edited: MainWindow) -> None:
    edited.editing.submit("add strings")
    qtbot.waitUntil(lambda: len(edited.media.thumbnails) == 3, timeout=WAIT)
    edited.session.compare(edited.session.rounds[0].id)
    edited.lanes.set_mode("difference")
    qtbot.waitUntil(lambda: bool(edited.lanes.difference.traces), timeout=WAIT)
    assert [trace.tone for trace in edited.lanes.difference.traces] == ["muted"]


def test_a_stem_that_cannot_be_read_leaves_the_difference_without_a_sign(qtbot: QtBot, edited: MainWindow) -> None:
    stem(edited, "removed").write_bytes(b"no sound")
    edited.lanes.set_mode("difference")
    qtbot.waitUntil(lambda: bool(edited.lanes.difference.traces), timeout=WAIT)
    assert [trace.tone for trace in edited.lanes.difference.traces] == ["muted"]
    assert not edited.banner.isVisible()


def test_instruments_of_both_rounds_are_told_apart_by_tone_and_name(edited: MainWindow) -> None:
    lanes = edited.lanes
    edited.viewing.both.trigger()
    pairs = {"source": ("Source", lanes.source_instruments), "accent": ("Now", lanes.instruments)}
    for tone, (name, lane) in pairs.items():
        assert lane.names and lane.subtitle == lane.accessibleDescription() == name
        picture = lane.grab().toImage()
        assert picture.pixelColor(9, lane.height() // 2).name() == getattr(theme.active(), tone)
        ground = picture.pixelColor(16, 1).rgb()
        turned = [picture.pixel(x, y) for x in range(16, 26) for y in range(lane.height())]
        assert any(pixel != ground for pixel in turned), "the name stands upright beside the bar"
    lanes.set_mode("difference")
    assert lanes.instruments.subtitle == "" and lanes.instruments.tones == ("less", "more")
