"""A widget over the time axis: seeking, selecting, scrolling and zooming with mouse, wheel and touch pad."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from instructme_app import theme
from instructme_app.sizes import px
from instructme_app.views.time_axis import Selection, TimeAxis

EDGE = 5
"""Pixels around a selection's edge that take hold of it."""
DRAG = 4
"""Pixels that the mouse moves before a click becomes a selection."""
NOTCH = 120.0
"""What a wheel's one step counts in Qt."""


def gutter() -> int:
    """Pixels left of every lane, where its label stands: lanes share one left edge."""
    return px(128)


def margin() -> int:
    """Pixels between a lane's picture and the window's right side, where scales stand, and a scroll bar beside them."""
    return px(60) + 10


class TimeWidget(QWidget):
    seek_requested = Signal(float)
    menu_requested = Signal(QPoint)
    """Where on the screen."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self._press: QPointF | None = None
        self._fixed: float | None = None
        """The end of the selection that stays while the other one is dragged."""
        self._selecting = False
        self.setMouseTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        axis.selection_changed.connect(self.update)

    def content(self) -> QRect:
        return QRect(gutter(), 0, max(1, self.width() - gutter() - margin()), self.height())

    def seconds_at(self, x: float) -> float:
        area = self.content()
        return self.axis.seconds_at(x - area.left(), area.width())

    def hovered(self, at: QPoint) -> None:
        """The pointer rests over a point: a lane may say what is there."""

    def paint_selection(self, painter: QPainter, area: QRect) -> None:
        selection = self.axis.selection
        if selection is None:
            return
        left = self.axis.x_at(selection.start, area.width()) + area.left()
        right = self.axis.x_at(selection.end, area.width()) + area.left()
        painter.save()
        painter.setClipRect(area)
        accent = theme.active().colour("accent", 0.13)
        # Far beyond the widget a rectangle's corners are beyond what the rasteriser can count.
        begin, end = max(left, area.left() - 2.0), min(right, area.right() + 3.0)
        painter.fillRect(QRectF(begin, 0, max(end - begin, 0.0), area.height()), accent)
        painter.setPen(QPen(theme.active().colour("accent", 0.75), 1))
        for x in (left, right):
            if area.left() - 1 <= x <= area.right() + 1:
                painter.drawLine(QPointF(round(x), 0), QPointF(round(x), area.height()))
        painter.restore()

    # The mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        area, x = self.content(), event.position().x()
        if event.button() != Qt.MouseButton.LeftButton or not area.left() - EDGE <= x <= area.right() + EDGE:
            event.ignore()
            return
        self._press = event.position()
        self._fixed = self._far_end_of_edge_at(x)
        self._selecting = self._fixed is not None
        selection = self.axis.selection
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and selection is not None:
            at = self.seconds_at(x)
            nearer_start = abs(at - selection.start) < abs(at - selection.end)
            self._fixed, self._selecting = selection.end if nearer_start else selection.start, True
            self._select_to(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._press is None:
            near = self._far_end_of_edge_at(x) is not None
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)
            self.hovered(event.position().toPoint())
        elif self._selecting or abs(x - self._press.x()) > DRAG:
            if not self._selecting:
                self._selecting = True
                self._fixed = self._snapped(self.seconds_at(self._press.x()), event)
            self._select_to(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            event.ignore()
            return
        if not self._selecting:
            at = self.seconds_at(event.position().x())
            kept = self.axis.selection
            if kept is not None and not kept.start <= at <= kept.end:
                self.axis.select(None)
            self.seek_requested.emit(at)
        self._press, self._fixed, self._selecting = None, None, False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.content().contains(event.position().toPoint()):
            self._press = None
            self.axis.select_bar(self.seconds_at(event.position().x()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def _select_to(self, event: QMouseEvent) -> None:
        assert self._fixed is not None
        self.axis.select(Selection(self._fixed, self._snapped(self.seconds_at(event.position().x()), event)))

    def _snapped(self, seconds: float, event: QMouseEvent) -> float:
        """Alt does the opposite of what is set."""
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return self.axis.snapped(seconds, self.content().width()) if self.axis.snapping != alt else seconds

    def _far_end_of_edge_at(self, x: float) -> float | None:
        """Where the pointer holds an edge of the selection: the second of the other edge."""
        selection, area = self.axis.selection, self.content()
        if selection is None:
            return None
        for near, far in ((selection.start, selection.end), (selection.end, selection.start)):
            if abs(self.axis.x_at(near, area.width()) + area.left() - x) <= EDGE:
                return far
        return None

    # Wheel and touch

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolls in time; with Ctrl zooms at the pointer. Over the labels the lanes scroll, as in any list."""
        fine, coarse = event.pixelDelta(), event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.axis.zoom(0.85 ** (coarse.y() / NOTCH), self.seconds_at(event.position().x()))
        elif event.position().x() < gutter() and not coarse.x():
            event.ignore()
            return
        elif not fine.isNull():
            way = fine.x() or fine.y()
            self.axis.pan(-way / self.content().width() * self.axis.span)
        else:
            self.axis.pan(-(coarse.x() or coarse.y()) / NOTCH * 0.1 * self.axis.span)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.axis.zoom(1 / max(1 + event.value(), 0.1), self.seconds_at(event.position().x()))
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                if pinch.changeFlags() & QPinchGesture.ChangeFlag.ScaleFactorChanged:
                    at = self.mapFromGlobal(pinch.centerPoint().toPoint())
                    self.axis.zoom(1 / max(pinch.scaleFactor(), 0.1), self.seconds_at(at.x()))
                event.accept()
                return True
        return super().event(event)
