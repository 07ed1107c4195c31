"""Waveform lanes: peaks and, brighter, the loudness inside them; the closest zooms show the samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

from instructme_app import theme
from instructme_app.model.numbers import number
from instructme_app.model.pyramid import Pyramid
from instructme_app.views.lane import Lane, scale_label
from instructme_app.views.time_axis import TimeAxis, clock

CURVE_PIXELS = 3.0
"""Pixels between samples from which on each is drawn by itself, joined by a line."""
STEM_PIXELS = 7.0
"""And from which on each is a point on a stem."""
MOST_CURVES = 8
"""Channels drawn by themselves in a close zoom."""
LEAST_REACH = 0.03
"""About -30 dB: what is quieter still is not drawn as large as music."""


@dataclass(frozen=True)
class Trace:
    """One waveform of a lane. `tone` is the theme's colour for it."""

    pyramid: Pyramid
    sample_rate: int
    tone: str


def reach_of(*peaks: float) -> float:
    """The amplitude at a lane's edge for sounds with these peaks: rounded up to what its label says, 1.0 at most."""
    return min(max(math.ceil(max(peaks, default=1.0) * 100 - 1e-6) / 100, LEAST_REACH), 1.0)


class WaveformLane(Lane):
    COMPACT = 0.8
    """A curve needs height more than a picture does."""

    def __init__(
        self, axis: TimeAxis, title: str, tone: str, parent: QWidget | None = None, tones: tuple[str, ...] = ()
    ) -> None:
        """`tone` is the theme's colour for this lane: "source" or "accent"."""
        super().__init__(axis, title, 74, parent, tones or (tone,))
        self.stretch = 2
        self._tone = tone
        self.traces: tuple[Trace, ...] = ()
        self.reach = 1.0
        """The amplitude at the upper edge; lanes that are compared share it."""

    def set_audio(self, pyramid: Pyramid | None, sample_rate: int = 1) -> None:
        self.set_traces(() if pyramid is None else (Trace(pyramid, sample_rate, self._tone),))

    def set_traces(self, traces: tuple[Trace, ...]) -> None:
        """Drawn one over another, the first at the bottom."""
        if traces != self.traces:
            self.traces = traces
            self.refresh()

    def set_reach(self, reach: float) -> None:
        if reach != self.reach:
            self.reach = reach
            self.refresh()

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        traces = [trace for trace in self.traces if trace.pyramid.frames]
        if not traces:
            # No line goes through the words.
            self.paint_note(painter, area)
            return
        colours = theme.active()
        middle = round(area.height() / 2) + 0.5
        painter.setPen(QPen(colours.colour("line"), 1))
        painter.drawLine(QPointF(0, middle), QPointF(area.width(), middle))
        for index, trace in enumerate(traces):
            start, end = self.axis.start * trace.sample_rate, self.axis.end * trace.sample_rate
            # What lies under another is one quiet shape: two bodies and two outlines would be a puzzle.
            under = index < len(traces) - 1
            body, peaks = colours.colour(trace.tone), colours.colour(trace.tone, 0.9 if under else 0.42)
            if area.width() / max(end - start, 1e-9) >= CURVE_PIXELS:
                draw_samples(painter, area, trace.pyramid, start, end, body, self.reach)
            else:
                draw_waveform(painter, area, trace.pyramid, start, end, body, peaks, self.reach)

    def paint_scale(self, painter: QPainter, area: QRect) -> None:
        if area.height() < 40 or not self.traces:
            return
        scale, middle = _scale_of(area.height()), area.height() / 2
        edge = number(self.reach).removeprefix("0")
        for value, words in ((1, edge), (0, "0"), (-1, f"−{edge}")):
            scale_label(painter, area, middle - value * scale, words, 8)

    def readout(self, at: QPoint) -> str:
        """Time, and the peak of each waveform under the pointer."""
        area, seconds = self.content(), self.seconds_at(at.x())
        parts = [clock(seconds, 3)] if self.traces else []
        for trace in self.traces:
            if trace.pyramid.frames:
                per_pixel = self.axis.span * trace.sample_rate / area.width()
                start = min(seconds * trace.sample_rate, trace.pyramid.frames - 1)
                column = trace.pyramid.columns(start, start + max(per_pixel, 1.0), 1)
                peak = max(abs(float(column.low[0])), abs(float(column.high[0])))
                parts.append(f"{number(20 * math.log10(peak), '+.1f')} dB" if peak > 1e-5 else self.tr("silence"))
        return "   ".join(parts)


def _scale_of(height: int) -> float:
    """Pixels from the middle to the largest amplitude that is drawn."""
    return max(height / 2 - 3, 1.0)


def draw_waveform(
    painter: QPainter,
    area: QRect,
    pyramid: Pyramid,
    start: float,
    end: float,
    body: QColor,
    peaks: QColor,
    reach: float = 1.0,
) -> None:
    """Samples [start, end) into `area`: `peaks` for the extremes, `body` for the root mean square. `reach` is the
    amplitude at its edges.

    On a screen, or in an image, as pixels: filling a polygon of so many spikes took sixteen times as long. In a vector
    drawing as two polygons.
    """
    engine = painter.paintEngine()
    raster = engine is not None and engine.type() == QPaintEngine.Type.Raster
    ratio = painter.device().devicePixelRatio() if raster else 1.0
    per_column = (end - start) / max(area.width() * ratio, 1)
    # Behind the song's end there is nothing, and no line either.
    width = min(round((end - start) / per_column), math.ceil((pyramid.frames - start) / per_column))
    if width < 1:
        return
    columns = pyramid.columns(start, start + width * per_column, width)
    middle, scale = area.height() * ratio / 2, _scale_of(area.height()) * ratio
    edges = []
    # Half a pixel at least, so that silence is a line and not a gap.
    for low, high in ((columns.low, columns.high), (-columns.rms, columns.rms)):
        top = middle - np.clip(np.nan_to_num(high) / reach, -1, 1) * scale - 0.5
        edges.append((top, middle - np.clip(np.nan_to_num(low) / reach, -1, 1) * scale + 0.5))
    if raster:
        image = _pixels(edges, round(area.height() * ratio), body, peaks)
        painter.drawImage(QRectF(area.left(), area.top(), width / ratio, area.height()), image)
        return
    x = np.arange(width, dtype=np.float64) + area.left() + 0.5
    painter.setPen(Qt.PenStyle.NoPen)
    for (top, bottom), colour in zip(edges, (peaks, body), strict=True):
        painter.setBrush(colour)
        heights = np.concatenate([top, bottom[::-1]]) + area.top()
        painter.drawPolygon(polygon(np.concatenate([x, x[::-1]]), heights))


LEVELS = 16
"""Of how much of a pixel is covered: edges look smooth from that on."""


def _pixels(edges: list[tuple[np.ndarray, np.ndarray]], height: int, body: QColor, peaks: QColor) -> QImage:
    """`edges`: top and bottom of the peaks and of the body, in pixels, one for each column."""
    y = np.arange(height, dtype=np.float32)[:, None]
    covered = [
        np.clip(np.minimum(bottom.astype(np.float32), y + 1) - np.maximum(top.astype(np.float32), y), 0, 1)
        for top, bottom in edges
    ]
    outer, inner = ((part * (LEVELS - 1) + 0.5).astype(np.uint8) for part in covered)
    pixels = _palette(body.rgba(), peaks.rgba())[inner * np.uint8(LEVELS) + outer]
    return QImage(pixels.data, pixels.shape[1], height, pixels.shape[1] * 4, _PREMULTIPLIED).copy()


_PREMULTIPLIED = QImage.Format.Format_ARGB32_Premultiplied


@lru_cache(maxsize=32)
def _palette(body: int, peaks: int) -> np.ndarray:
    """(LEVELS * LEVELS,) uint32 premultiplied ARGB: the body over the peaks, each covering so much of a pixel."""
    share = np.arange(LEVELS) / (LEVELS - 1)
    under, over = (
        np.array([colour >> shift & 255 for shift in (24, 16, 8, 0)], dtype=np.float64) / 255
        for colour in (peaks, body)
    )
    for tone in (under, over):
        tone[1:] *= tone[0]
    below = under * share[None, :, None]
    above = over * share[:, None, None]
    mixed = np.rint((above + below * (1 - above[..., :1])) * 255).astype(np.uint32).reshape(-1, 4)
    return mixed[:, 0] << 24 | mixed[:, 1] << 16 | mixed[:, 2] << 8 | mixed[:, 3]


def draw_samples(
    painter: QPainter, area: QRect, pyramid: Pyramid, start: float, end: float, colour: QColor, reach: float = 1.0
) -> None:
    """Each sample of [start, end) by itself: joined by a line, and closer still as a point on a stem."""
    first, last = max(0, math.floor(start)), min(pyramid.frames, math.ceil(end) + 1)
    if last <= first:
        return
    pixels = area.width() / (end - start)
    values = np.asarray(pyramid.samples[:, first:last], dtype=np.float64)[:MOST_CURVES]
    middle, scale = area.top() + area.height() / 2, _scale_of(area.height())
    x = area.left() + (np.arange(first, last) - start) * pixels
    inside = (x >= area.left() - 0.01) & (x <= area.left() + area.width() + 0.01)
    for channel, heights in enumerate(values):
        y = middle - np.clip(np.nan_to_num(heights) / reach, -1, 1) * scale
        tone = QColor(colour)
        tone.setAlphaF(colour.alphaF() * (1.0 if channel == 0 else 0.55))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tone, 1.4))
        painter.drawPolyline(polygon(*_within(x, y, area)))
        if pixels < STEM_PIXELS:
            continue
        stem = QColor(tone)
        stem.setAlphaF(tone.alphaF() * 0.4)
        painter.setPen(QPen(stem, 1))
        points = list(zip(x[inside].tolist(), y[inside].tolist(), strict=True))
        for at, height in points:
            painter.drawLine(QPointF(at, middle), QPointF(at, height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tone)
        for at, height in points:
            painter.drawEllipse(QPointF(at, height), 2.6, 2.6)


def _within(x: np.ndarray, y: np.ndarray, area: QRect) -> tuple[np.ndarray, np.ndarray]:
    """A line cut off at the sides of `area`: an exported drawing has no edge of its own that would cut it."""
    left, right = float(area.left()), float(area.left() + area.width())
    if x.size < 2:
        return x, y
    inner = x[(x > left) & (x < right)]
    ends = [end for end in (left, right) if x[0] <= end <= x[-1]]
    at = np.unique(np.concatenate([inner, ends]))
    return at, np.interp(at, x, y)


def polygon(x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """Points from arrays by one copy of memory: a list of QPointF took half of a frame's time."""
    result = QPolygonF()
    result.resize(x.shape[0])
    if x.shape[0]:
        memory = Shiboken.VoidPtr(result.data(), x.shape[0] * 16, True)  # type: ignore[call-overload]
        pairs = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)  # type: ignore[call-overload]
        pairs[:, 0], pairs[:, 1] = x, y
    return result
