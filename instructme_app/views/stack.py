"""The lanes one below another: heights that can be dragged, one axis, and the playhead over them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from instructme_app import sizes, theme
from instructme_app.views.lane import Lane
from instructme_app.views.overview import Overview
from instructme_app.views.ruler import Ruler, times
from instructme_app.views.time_axis import TimeAxis
from instructme_app.views.time_widget import TimeWidget, gutter, margin

GAP = 5
"""Pixels between two lanes: the border that is dragged."""
TALLEST = 900
SHALLOW = 170
"""Pixels of height below which the overview makes room for the lanes."""
LEAST_IN_SIGHT = 24
"""Pixels of lanes, however low the window is."""


@dataclass(frozen=True)
class Room:
    """What a lane wants: `natural` pixels, `chosen` where the user said, its share of what is left over, and the share
    of `natural` with which it makes do before lanes scroll out of sight."""

    natural: int
    least: int
    chosen: int | None = None
    stretch: int = 0
    compact: float = Lane.COMPACT


def share_heights(rooms: Sequence[Room], available: int) -> list[int]:
    """A height for each lane. What is left over goes to those whose height nobody chose; what is missing they give
    up, down to `compact` of what they would take, and after that the lanes scroll."""
    heights = [max(room.least, room.natural if room.chosen is None else room.chosen) for room in rooms]
    spare = available - sum(heights) - GAP * len(rooms)
    free = [room.chosen is None for room in rooms]
    if spare >= 0:
        weights = [room.stretch if own else 0 for room, own in zip(rooms, free, strict=True)]
        return [height + part for height, part in zip(heights, _parts(spare, weights), strict=True)]
    gives = [
        height - max(room.least, round(room.natural * room.compact)) if own else 0
        for room, height, own in zip(rooms, heights, free, strict=True)
    ]
    return [height - part for height, part in zip(heights, _parts(min(-spare, sum(gives)), gives), strict=True)]


def _parts(whole: int, weights: Sequence[int]) -> list[int]:
    """`whole` in parts by weight that add up to it; all 0 without any weight."""
    total, parts, done = sum(weights), [], 0
    for index in range(len(weights)):
        # Cumulated, so that no pixel is lost to rounding.
        until = whole * sum(weights[: index + 1]) // total if total else 0
        parts.append(until - done)
        done = until
    return parts


class LaneColumn(QWidget):
    """Lays the lanes out, and lets their lower borders be dragged."""

    heights_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes: list[Lane] = []
        self._available = 0
        sizes.changed.connect(self.again)
        self._held: tuple[Lane, int, int] | None = None
        """The lane whose border is dragged, where the mouse was, how high the lane was."""
        self._hovered: Lane | None = None
        self.dragged: Lane | None = None
        """Whose height was changed last."""
        self.setMouseTracking(True)

    @property
    def shown(self) -> list[Lane]:
        return [lane for lane in self.lanes if not lane.isHidden()]

    def add(self, lane: Lane) -> None:
        lane.setParent(self)
        self.lanes.append(lane)

    def arrange(self, width: int, available: int) -> None:
        """`available` is the height in which lanes need not scroll."""
        self._available = available
        shown = self.shown
        rooms = [
            Room(lane.natural_height, lane.least_height, lane.chosen_height, lane.stretch, lane.COMPACT)
            for lane in shown
        ]
        top = 0
        for lane, height in zip(shown, share_heights(rooms, available), strict=True):
            lane.setGeometry(0, top, width, height)
            top += height + GAP
        self.resize(width, max(top, 1))

    def again(self) -> None:
        self.arrange(self.width(), self._available)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        lane = self._border_at(event.position().y())
        if lane is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = (lane, round(event.position().y()), lane.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            lane, start, height = self._held
            lane.chosen_height = min(max(lane.least_height, height + round(event.position().y()) - start), TALLEST)
            self.again()
            return
        self._hover(self._border_at(event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self.dragged, self._held = self._held[0], None
            self.heights_changed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        lane = self._border_at(event.position().y())
        if lane is not None:
            lane.chosen_height, self.dragged, self._held = None, lane, None
            self.again()
            self.heights_changed.emit()

    def leaveEvent(self, event: object) -> None:
        self._hover(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._hovered is None:
            return
        painter = QPainter(self)
        bottom = self._hovered.geometry().bottom() + 1
        painter.fillRect(QRectF(gutter(), bottom + GAP / 2 - 1, self.width(), 2), theme.active().colour("focus"))
        painter.end()

    def _border_at(self, y: float) -> Lane | None:
        """The lane whose lower border is at height `y`."""
        for lane in self.shown:
            if lane.geometry().bottom() < y <= lane.geometry().bottom() + GAP + 1:
                return lane
        return None

    def _hover(self, lane: Lane | None) -> None:
        if lane is not self._hovered:
            self._hovered = lane
            self.setCursor(Qt.CursorShape.SplitVCursor if lane is not None else Qt.CursorShape.ArrowCursor)
            self.update()


class LaneStack(QWidget):
    """Overview, ruler and lanes on one axis. `above` is for what the window puts over them."""

    seek_requested = Signal(float)
    menu_requested = Signal(object, QPoint)
    """The Lane, or None for the rest; and where on the screen."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self.position = 0.0
        self.overview = Overview(axis)
        self.ruler = Ruler(axis)
        self.column = LaneColumn()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setMinimumHeight(LEAST_IN_SIGHT)
        self._scroll.setWidget(self.column)
        # The bar stands where the scales do: lanes keep their width whether it shows or not.
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.above = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self.above)
        layout.addWidget(self.overview)
        layout.addWidget(self.ruler)
        layout.addWidget(self._scroll, 1)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Views of the song"))
        for part in (self.overview, self.ruler):
            self._watch(part, None)
        self._playhead = _Playhead(self)
        self._bar = self._scroll.verticalScrollBar()
        self._thumb = _Thumb(self)
        self._bar.valueChanged.connect(lambda _: self._place_thumb())
        self._bar.rangeChanged.connect(lambda _low, _high: self._place_thumb())
        axis.changed.connect(self._place_playhead)
        axis.grid_changed.connect(self.arrange)

    @property
    def lanes(self) -> list[Lane]:
        """From the top, shown or not."""
        return self.column.lanes

    def add(self, lane: Lane) -> None:
        self.column.add(lane)
        self._watch(lane, lane)

    def _watch(self, part: TimeWidget, lane: Lane | None) -> None:
        part.seek_requested.connect(self.seek_requested)
        part.menu_requested.connect(lambda at: self.menu_requested.emit(lane, at))

    def arrange(self) -> None:
        """Lanes came, went or want another height."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        viewport = self._scroll.viewport().size()
        self.column.arrange(viewport.width(), viewport.height())
        self._place_playhead()
        self._place_thumb()

    def scroll_by(self, pixels: int) -> None:
        """Down by so many pixels, up if negative."""
        self._bar.setValue(self._bar.value() + pixels)

    def set_position(self, seconds: float) -> None:
        self.position = seconds
        self.overview.set_position(seconds)
        self._place_playhead()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.overview.setVisible(self.height() >= SHALLOW)
        self.arrange()

    def showEvent(self, event: QShowEvent) -> None:
        self.arrange()

    def _place_playhead(self) -> None:
        width = max(1, self.width() - gutter() - margin())
        x = self.axis.x_at(self.position, width)
        top = self.ruler.y()
        self._playhead.setVisible(self.axis.duration > 0 and -1 <= x <= width + 1)
        self._playhead.setGeometry(
            gutter() + round(min(max(x, -9.0), width + 9.0)) - 4, top, 9, max(self.height() - top, 1)
        )
        self._playhead.raise_()

    def _place_thumb(self) -> None:
        area, least, most = self._scroll.geometry(), self._bar.minimum(), self._bar.maximum()
        whole = most - least + self._bar.pageStep()
        self._thumb.setVisible(most > least)
        if most > least and whole > 0:
            long = max(24, area.height() * self._bar.pageStep() // whole)
            way = (area.height() - long) * (self._bar.value() - least) // (most - least)
            self._thumb.setGeometry(self.width() - 6, area.top() + way, 4, long)
            self._thumb.raise_()


class _Thumb(QWidget):
    """Says where one is in lanes that do not all fit; the wheel over the labels scrolls them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.active().colour("faint", 0.6))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)
        painter.end()


class _Playhead(QWidget):
    """An item of its own: moving it repaints nine columns, and no curve."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour, top = theme.active().colour("text"), times() - 9
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon([QPointF(0.5, top), QPointF(8.5, top), QPointF(4.5, top + 7)])
        painter.fillRect(QRectF(4, top + 3, 1, self.height() - top - 3), colour)
        painter.end()
