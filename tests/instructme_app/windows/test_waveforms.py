"""Waveforms drawn to one scale, what a moving playhead repaints, and lanes in a window that has no room for them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from instructme_app.views.ruler import Ruler
from instructme_app.views.stack import SHALLOW
from instructme_app.views.waveform import WaveformLane, reach_of
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(obliging=True)


def colours_at(lane: WaveformLane, share: float) -> int:
    """How many pixels of the lane's tone there are in a row at this share of the way from the middle to the top."""
    picture = lane.grab().toImage()
    area, ground = lane.content(), picture.pixelColor(lane.content().left() + 3, 2)
    y = round(area.height() / 2 * (1 - share))
    row = [picture.pixelColor(x, y) for x in range(area.left() + 2, area.right() - 2)]
    return sum(colour.blue() > ground.blue() + 60 for colour in row)


def test_a_quiet_song_fills_its_lane_and_the_axis_says_how_loud_it_is(heard: MainWindow) -> None:
    lane = heard.lanes.source
    peak = lane.traces[0].pyramid.peak
    assert lane.reach == pytest.approx(peak, abs=0.0101) and 0.35 < lane.reach < 0.45
    assert colours_at(lane, 0.7) > 0
    lane.set_reach(1.0)
    assert colours_at(lane, 0.7) == 0, "at full scale there is nothing so high"


def test_waveforms_that_are_compared_have_one_scale(edited: MainWindow) -> None:
    lanes = edited.lanes
    quieter, source = lanes.current.traces[0].pyramid.peak, lanes.source.traces[0].pyramid.peak
    assert quieter < source - 0.011
    assert lanes.current.reach == lanes.source.reach == lanes.overlay.reach == reach_of(source)


@pytest.mark.parametrize(
    ("peaks", "reach"),
    [((), 1.0), ((1.0,), 1.0), ((1.7,), 1.0), ((0.43,), 0.43), ((0.431, 0.2), 0.44), ((0.2, 0.5), 0.5), ((0.0,), 0.03)],
)
def test_an_axis_ends_where_its_label_says(peaks: tuple[float, ...], reach: float) -> None:
    assert reach_of(*peaks) == pytest.approx(reach)


def test_the_playhead_repaints_a_strip_of_the_ruler_and_draws_no_word_anew(
    qtbot: QtBot, heard: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = heard.lanes.stack
    drawn: list[Ruler] = []
    strips: list[int] = []
    stack.repaint()
    real = Ruler.paint

    def paint(self: Ruler, *arguments) -> None:
        drawn.append(self)
        real(self, *arguments)

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                strips.append(event.rect().width())
            return False

    watch = Watch()
    stack.ruler.installEventFilter(watch)
    monkeypatch.setattr(Ruler, "paint", paint)
    stack.set_position(0.5)
    qtbot.waitUntil(lambda: bool(strips), timeout=WAIT)
    QApplication.processEvents()
    strips.clear()
    for step in range(1, 6):
        count = len(strips)
        stack.set_position(0.5 + step * 0.016)
        qtbot.waitUntil(lambda count=count: len(strips) > count, timeout=WAIT)
    assert max(strips) <= 40 and not drawn
    heard.axis.show(0.2, 1.0)
    qtbot.waitUntil(lambda: max(strips) > 300, timeout=WAIT)
    assert len(drawn) == 1


def test_in_the_lowest_window_the_lanes_scroll_and_nothing_lies_over_them(
    qtbot: QtBot, edited: MainWindow, engine: FakeEngine
) -> None:
    engine.obliging = False
    edited.submit("add strings")
    edited.submit("remove the bass")
    edited.resize(900, edited.minimumHeight())
    stack, transport = edited.lanes.stack, edited.transport

    def apart() -> bool:
        return stack.mapTo(edited, QPoint(0, stack.height())).y() <= transport.mapTo(edited, QPoint(0, 0)).y()

    qtbot.waitUntil(lambda: edited.height() == edited.minimumHeight() and apart(), timeout=WAIT)
    assert stack.overview.isVisible() == (stack.height() >= SHALLOW)
    stack.scroll_by(10_000)
    lowest = edited.lanes.instruments
    end = lowest.mapTo(stack, QPoint(0, lowest.height())).y()
    assert 0 <= stack.height() - end <= 10, "the last lane can be scrolled to"
    edited.resize(1360, 860)
    qtbot.waitUntil(stack.overview.isVisible, timeout=WAIT)
