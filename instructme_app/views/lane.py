"""A lane: a label at the left, a picture over the shared time axis, the selection and the mouse on top."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from instructme_app import theme
from instructme_app.views.time_axis import Selection, TimeAxis, clock

EDGE = 5
"""Pixels around a selection's edge that take hold of it."""
MARGIN = 14
"""Pixels between a lane's picture and the window's right side."""


def font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal, spacing: float = 0.0) -> QFont:
    result = QFont()
    result.setFamilies(theme.FAMILIES)
    result.setPixelSize(pixels)
    result.setWeight(weight)
    if spacing:
        result.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
    return result


class Lane(QWidget):
    """Keeps its picture as a pixmap until data, zoom, size or theme change: the playhead repaints nothing of it."""

    seek_requested = Signal(float)

    def __init__(self, axis: TimeAxis, title: str, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self.title = title
        self.subtitle = ""
        self._picture: QPixmap | None = None
        self._press: QPointF | None = None
        self._held_edge: float | None = None
        self._selecting = False
        self.setMinimumHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(title)
        axis.changed.connect(self.refresh)
        axis.selection_changed.connect(self.update)

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        """Draw the picture; `area` starts at 0, 0 and is the lane without its label."""
        raise NotImplementedError

    def paint_labels(self, painter: QPainter, area: QRect) -> None:
        """Draw the label; a lane with several rows names them here."""
        colours = theme.active()
        box = area.adjusted(16, 10, -10, -8)
        painter.setFont(font(11, QFont.Weight.DemiBold, 1.0))
        painter.setPen(colours.colour("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, self.title.upper())
        if self.subtitle:
            painter.setFont(font(12))
            painter.setPen(colours.colour("faint"))
            words, text = box.adjusted(0, 18, 0, 0), self.subtitle
            flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
            metrics = painter.fontMetrics()
            if metrics.boundingRect(words, flags, text).height() > words.height():
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, flags, text)

    def set_subtitle(self, text: str) -> None:
        if text != self.subtitle:
            self.subtitle = text
            self.setAccessibleDescription(text)
            self.update()

    def content(self) -> QRect:
        return QRect(theme.GUTTER, 0, max(1, self.width() - theme.GUTTER - MARGIN), self.height())

    def refresh(self) -> None:
        """The picture is out of date."""
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        area = self.content()
        painter = QPainter(self)
        painter.drawPixmap(area.topLeft(), self._current_picture(area))
        if event.rect().left() < theme.GUTTER:
            self.paint_labels(painter, QRect(0, 0, theme.GUTTER, self.height()))
        self._paint_selection(painter, area)
        painter.end()

    def _current_picture(self, area: QRect) -> QPixmap:
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            picture = QPixmap(math.ceil(area.width() * ratio), math.ceil(area.height() * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(theme.active().colour("lane"))
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_content(painter, QRect(0, 0, area.width(), area.height()))
            painter.end()
            self._picture = picture
        return self._picture

    def _paint_selection(self, painter: QPainter, area: QRect) -> None:
        selection = self.axis.selection
        if selection is None:
            return
        left = self.axis.x_at(selection.start, area.width()) + area.left()
        right = self.axis.x_at(selection.end, area.width()) + area.left()
        painter.setClipRect(area)
        accent = theme.active().colour("accent")
        accent.setAlphaF(0.13)
        painter.fillRect(QRectF(left, 0, right - left, area.height()), accent)
        accent.setAlphaF(0.75)
        painter.setPen(QPen(accent, 1))
        for x in (left, right):
            painter.drawLine(QPointF(round(x), 0), QPointF(round(x), area.height()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.theme_changed()
        super().changeEvent(event)

    def theme_changed(self) -> None:
        """Lanes that keep coloured pictures of their own drop them here."""
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.refresh()

    def seconds_at(self, x: float) -> float:
        area = self.content()
        return self.axis.seconds_at(x - area.left(), area.width())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or event.position().x() < theme.GUTTER:
            return
        self._press = event.position()
        self._held_edge = self._far_end_of_edge_at(event.position().x())
        self._selecting = self._held_edge is not None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._press is None:
            near = self._far_end_of_edge_at(x) is not None
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)
            self.hovered(event.position().toPoint())
            return
        if self._selecting or abs(x - self._press.x()) > 4:
            self._selecting = True
            fixed = self.seconds_at(self._press.x()) if self._held_edge is None else self._held_edge
            self.axis.select(Selection(fixed, self.seconds_at(x)) if fixed != self.seconds_at(x) else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        if not self._selecting:
            at = self.seconds_at(event.position().x())
            kept = self.axis.selection
            if kept is not None and not kept.start <= at <= kept.end:
                self.axis.select(None)
            self.seek_requested.emit(at)
        self._press, self._held_edge, self._selecting = None, None, False

    def hovered(self, at: QPoint) -> None:
        """The pointer rests over a point: a lane may say what is there."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        sideways = delta.x() or (delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self.axis.pan(-sideways / 1200.0 * self.axis.span)
        elif delta.y():
            self.axis.zoom(0.85 ** (delta.y() / 120.0), self.seconds_at(event.position().x()))
        event.accept()

    def _far_end_of_edge_at(self, x: float) -> float | None:
        """Where the pointer holds an edge of the selection: the second of the other edge."""
        selection, area = self.axis.selection, self.content()
        if selection is None:
            return None
        for near, far in ((selection.start, selection.end), (selection.end, selection.start)):
            if abs(self.axis.x_at(near, area.width()) + area.left() - x) <= EDGE:
                return far
        return None


class Ruler(Lane):
    """Times along the top."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, "", 28, parent)
        self.setAccessibleName(self.tr("Time ruler"))

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        colours = theme.active()
        painter.fillRect(area, colours.colour("window"))
        painter.setFont(font(11))
        for at, label in ticks(self.axis, area.width()):
            x = round(self.axis.x_at(at, area.width()))
            painter.setPen(colours.colour("line"))
            painter.drawLine(x, area.height() - 5, x, area.height())
            painter.setPen(colours.colour("faint"))
            width = QFontMetrics(painter.font()).horizontalAdvance(label)
            # The first and the last label stay whole at the sides of the picture.
            left = min(max(x - width / 2, 0.0), area.width() - width)
            painter.drawText(QPointF(left, area.height() - 10), label)

    def paint_labels(self, painter: QPainter, area: QRect) -> None:
        pass


def ticks(axis: TimeAxis, width: int) -> list[tuple[float, str]]:
    """Round seconds some 90 pixels apart, with labels that differ from one another."""
    if axis.duration <= 0 or width < 1:
        return []
    least = axis.span * 90 / width
    steps = [base * 10.0**power for power in range(-5, 0) for base in (1, 2, 5)]
    steps += [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0]
    step = next((step for step in steps if step >= least), 3600.0)
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    first = math.ceil(axis.start / step - 1e-9)
    last = math.floor(axis.end / step + 1e-9)
    return [(index * step, clock(index * step, decimals)) for index in range(first, last + 1)]


class LaneStack(QWidget):
    """Ruler and lanes on one axis, with the playhead over them all."""

    seek_requested = Signal(float)

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self.position = 0.0
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._playhead = _Playhead(self)
        axis.changed.connect(self._place_playhead)

    def add(self, lane: Lane, stretch: int = 0) -> None:
        if stretch:
            lane.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        lane.seek_requested.connect(self.seek_requested)
        self._layout.addWidget(lane, stretch)
        self._playhead.raise_()

    def set_position(self, seconds: float) -> None:
        self.position = seconds
        self._place_playhead()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_playhead()

    def _place_playhead(self) -> None:
        width = max(1, self.width() - theme.GUTTER - MARGIN)
        x = self.axis.x_at(self.position, width)
        self._playhead.setVisible(self.axis.duration > 0 and -1 <= x <= width + 1)
        self._playhead.setGeometry(theme.GUTTER + round(x) - 4, 0, 9, self.height())


class _Playhead(QWidget):
    """An item of its own: moving it repaints nine columns, and no curve."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.active().colour("text")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon([QPointF(0.5, 18), QPointF(8.5, 18), QPointF(4.5, 25)])
        painter.fillRect(QRectF(4, 22, 1, self.height() - 22), colour)
        painter.end()
