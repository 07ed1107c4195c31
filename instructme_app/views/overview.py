"""The whole song in one strip: which part of it is in sight, and a hold on that part to scroll and zoom."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from instructme_app import theme
from instructme_app.model.pyramid import Pyramid
from instructme_app.views.time_axis import TimeAxis
from instructme_app.views.time_widget import EDGE, TimeWidget
from instructme_app.views.waveform import draw_waveform

HEIGHT = 26


class Overview(TimeWidget):
    """Dragging the part in sight scrolls, dragging its sides zooms, a press elsewhere brings it there."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self._pyramid: Pyramid | None = None
        self._picture: QPixmap | None = None
        self._position, self._reach = 0.0, 1.0
        self._held: str = ""
        """What is dragged: "start", "end" or "all" of the part in sight."""
        self._from = 0.0
        """Seconds between the pointer and the start of what is dragged."""
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Overview of the whole song"))
        self.setToolTip(self.tr("The whole song. Drag the bright part to scroll, its sides to zoom."))
        axis.changed.connect(self.update)

    def set_audio(self, pyramid: Pyramid | None, reach: float = 1.0) -> None:
        """`reach` is the amplitude at the edges."""
        if pyramid is not self._pyramid or reach != self._reach:
            self._pyramid, self._reach, self._picture = pyramid, reach, None
            self.update()

    def set_position(self, seconds: float) -> None:
        before, self._position = self._line(), seconds
        after = self._line()
        if after != before:
            # Only where the line was and where it is: this comes with every frame.
            for x in (before, after):
                self.update(self.content().left() + x - 1, 0, 4, HEIGHT)

    def _line(self) -> int:
        """The pixel of the picture at which the playhead is drawn."""
        return round(self._x(self._position))

    def _x(self, seconds: float) -> float:
        return seconds / max(self.axis.duration, 1e-9) * self.content().width()

    def _seconds(self, x: float) -> float:
        """Under pixel `x` of the widget; the strip always shows the whole song."""
        area = self.content()
        return min(max((x - area.left()) / area.width(), 0.0), 1.0) * self.axis.duration

    def paintEvent(self, event: QPaintEvent) -> None:
        area, colours, axis = self.content(), theme.active(), self.axis
        painter = QPainter(self)
        painter.drawPixmap(area.topLeft(), self._whole(area))
        if axis.duration <= 0:
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(area.left(), 0)
        left, right = self._x(axis.start), min(self._x(axis.end), float(area.width()))
        veil = colours.colour("panel", 0.72)
        painter.fillRect(QRectF(0, 0, left, HEIGHT), veil)
        painter.fillRect(QRectF(right, 0, area.width() - right, HEIGHT), veil)
        if axis.selection is not None:
            begin, end = self._x(axis.selection.start), self._x(axis.selection.end)
            painter.fillRect(QRectF(begin, HEIGHT - 3, max(end - begin, 1.5), 3), colours.colour("accent"))
        # A part too small to be seen, or taken hold of, is drawn as wide as a finger of the mouse.
        painter.setPen(QPen(colours.colour("faint", 0.8), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(left + 0.5, 0.5, max(right - left, 3.0) - 1, HEIGHT - 1), 3, 3)
        painter.setPen(QPen(colours.colour("text", 0.8), 1))
        x = self._line() + 0.5
        painter.drawLine(QPointF(x, 2), QPointF(x, HEIGHT - 2))
        painter.end()

    def _whole(self, area: QRect) -> QPixmap:
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            picture = QPixmap(math.ceil(area.width() * ratio), math.ceil(HEIGHT * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(theme.active().colour("lane"))
            if self._pyramid is not None and self._pyramid.frames:
                painter = QPainter(picture)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                colours = theme.active()
                inside = QRect(0, 0, area.width(), HEIGHT)
                body, peaks = colours.colour("source"), colours.colour("source", 0.42)
                draw_waveform(painter, inside, self._pyramid, 0, self._pyramid.frames, body, peaks, self._reach)
                painter.end()
            self._picture = picture
        return self._picture

    def mousePressEvent(self, event: QMouseEvent) -> None:
        area, x = self.content(), event.position().x()
        if event.button() != Qt.MouseButton.LeftButton or not area.left() - EDGE <= x <= area.right() + EDGE:
            event.ignore()
            return
        self._held = self._part_at(x)
        at = self._seconds(x)
        if not self._held:
            self.axis.show(at - self.axis.span / 2, self.axis.span)
            self._held = "all"
        self._from = at - self.axis.start

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, axis = self._seconds(event.position().x()), self.axis
        if self._held == "all":
            axis.show(at - self._from, axis.span)
        elif self._held == "start":
            end = axis.end
            axis.show(min(at, end - 1e-6), max(end - at, 1e-6))
        elif self._held == "end":
            axis.show(axis.start, max(at - axis.start, 1e-6))
        else:
            part = self._part_at(event.position().x())
            shapes = {"": Qt.CursorShape.ArrowCursor, "all": Qt.CursorShape.OpenHandCursor}
            self.setCursor(shapes.get(part, Qt.CursorShape.SplitHCursor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = ""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.axis.show_all()

    def _part_at(self, x: float) -> str:
        x -= self.content().left()
        left, right = self._x(self.axis.start), self._x(self.axis.end)
        # Where the part is narrow, scrolling is what is wanted of it.
        if right - left > 4 * EDGE:
            if abs(x - left) <= EDGE:
                return "start"
            if abs(x - right) <= EDGE:
                return "end"
        return "all" if left - EDGE <= x <= right + EDGE else ""

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._picture = None
            self.update()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None
