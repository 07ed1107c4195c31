"""A waveform lane: peaks and, brighter, the loudness inside them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

from instructme_app import theme
from instructme_app.model.pyramid import Pyramid
from instructme_app.views.lane import Lane
from instructme_app.views.time_axis import TimeAxis


class WaveformLane(Lane):
    def __init__(self, axis: TimeAxis, title: str, tone: str, parent: QWidget | None = None) -> None:
        """`tone` is the theme's colour for this lane: "source" or "accent"."""
        super().__init__(axis, title, 56, parent)
        self._tone = tone
        self._pyramid: Pyramid | None = None
        self._sample_rate = 1
        self.note = ""
        """Shown in the middle while there is no waveform."""

    def set_audio(self, pyramid: Pyramid | None, sample_rate: int = 1) -> None:
        self._pyramid, self._sample_rate = pyramid, sample_rate
        self.refresh()

    def set_note(self, text: str) -> None:
        self.note = text
        self.refresh()

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        colours = theme.active()
        middle = area.height() / 2
        painter.setPen(QPen(colours.colour("line"), 1))
        painter.drawLine(QPointF(0, round(middle)), QPointF(area.width(), round(middle)))
        if self._pyramid is None or self._pyramid.frames == 0:
            painter.setPen(colours.colour("faint"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.note)
            return
        colour = colours.colour(self._tone)
        draw_waveform(
            painter,
            area,
            self._pyramid,
            self.axis.start * self._sample_rate,
            self.axis.end * self._sample_rate,
            colour,
            colours.colour(self._tone, 0.42),
        )


def draw_waveform(
    painter: QPainter, area: QRect, pyramid: Pyramid, start: float, end: float, body: QColor, peaks: QColor
) -> None:
    """Samples [start, end) into `area`: `peaks` for the extremes, `body` for the root mean square."""
    columns = pyramid.columns(start, end, area.width())
    middle, scale = area.top() + area.height() / 2, area.height() / 2 - 3
    x = np.arange(columns.low.shape[0], dtype=np.float64) + area.left() + 0.5
    painter.setPen(Qt.PenStyle.NoPen)
    # Half a pixel at least, so that silence is a line and not a gap.
    for low, high, colour in ((columns.low, columns.high, peaks), (-columns.rms, columns.rms, body)):
        top = middle - np.clip(high, -1, 1) * scale - 0.5
        bottom = middle - np.clip(low, -1, 1) * scale + 0.5
        painter.setBrush(colour)
        painter.drawPolygon(polygon(np.concatenate([x, x[::-1]]), np.concatenate([top, bottom[::-1]])))


def polygon(x: np.ndarray, y: np.ndarray) -> QPolygonF:
    """Points from arrays by one copy of memory: a list of QPointF took half of a frame's time."""
    result = QPolygonF()
    result.resize(x.shape[0])
    if x.shape[0]:
        memory = Shiboken.VoidPtr(result.data(), x.shape[0] * 16, True)  # type: ignore[call-overload]
        pairs = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)  # type: ignore[call-overload]
        pairs[:, 0], pairs[:, 1] = x, y
    return result
