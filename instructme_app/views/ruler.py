"""Times along the top, the numbers of the bars below them, and handles on the selection."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from instructme_app import theme
from instructme_app.sizes import fit, font, px
from instructme_app.views.lane import TITLE_LEFT
from instructme_app.views.time_axis import TimeAxis, clock
from instructme_app.views.time_widget import TimeWidget

BAR_PIXELS = 34.0
"""Between two bar numbers, at least."""


def times() -> int:
    """Pixels of the row of times."""
    return px(26)


def bars() -> int:
    """Pixels of the row of bar numbers."""
    return px(16)


class Ruler(TimeWidget):
    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self.words = ""
        """Key and tempo, in the corner."""
        self.setAccessibleName(self.tr("Time ruler"))
        self._picture: QPixmap | None = None
        fit(self, Ruler._fit)
        axis.changed.connect(self.refresh)
        axis.grid_changed.connect(self._fit)

    def set_words(self, text: str) -> None:
        if text != self.words:
            self.words = text
            self.setAccessibleDescription(text)
            self.refresh()

    def refresh(self) -> None:
        """The picture is out of date."""
        self._picture = None
        self.update()

    def _fit(self) -> None:
        self.setFixedHeight(times() + (bars() if self._bars_shown else 0))
        self.refresh()

    @property
    def _bars_shown(self) -> bool:
        return self.axis.grid_shown and self.axis.grid.downbeats.size > 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """The playhead passes here with every frame: under it only its strip is copied, and no word is drawn anew."""
        seen, picture = event.rect(), self._current_picture()
        ratio = picture.devicePixelRatio()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        part = QRectF(seen.x() * ratio, seen.y() * ratio, seen.width() * ratio, seen.height() * ratio)
        painter.drawPixmap(QRectF(seen), picture, part)
        self._paint_handles(painter, self.content())
        painter.end()

    def _current_picture(self) -> QPixmap:
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            picture = QPixmap(math.ceil(self.width() * ratio), math.ceil(self.height() * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(theme.active().colour("panel"))
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint(painter, self.content())
            painter.end()
            self._picture = picture
        return self._picture

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.refresh()

    def paint(self, painter: QPainter, area: QRect) -> None:
        """`area` is where the lanes' pictures stand in the painter; words go left of it."""
        painter.save()
        painter.translate(area.left(), area.top())
        self._paint_times(painter, area.width())
        if self._bars_shown:
            self._paint_bars(painter, area.width())
        painter.setFont(font(11))
        painter.setPen(theme.active().colour("muted"))
        box = QRect(TITLE_LEFT - area.left(), 0, area.left() - TITLE_LEFT - 6, self.height() - 2)
        words = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, words)
        painter.restore()

    def _paint_times(self, painter: QPainter, width: int) -> None:
        colours = theme.active()
        painter.setFont(font(11))
        metrics = QFontMetrics(painter.font())
        free = -1.0
        for at, label in ticks(self.axis, width):
            x = round(self.axis.x_at(at, width)) + 0.5
            painter.setPen(colours.colour("line"))
            painter.drawLine(QPointF(x, times() - 6), QPointF(x, times() - 1))
            painter.setPen(colours.colour("faint"))
            long = metrics.horizontalAdvance(label)
            # The first and the last label stay whole at the sides of the picture.
            left = min(max(x - long / 2, 0.0), width - long)
            if left >= free:
                painter.drawText(QPointF(left, times() - px(10)), label)
                free = left + long + 8

    def _paint_bars(self, painter: QPainter, width: int) -> None:
        axis, colours = self.axis, theme.active()
        painter.setFont(font(10))
        fine = axis.grid.lines(px(BAR_PIXELS) * axis.span / max(width, 1))
        # Where even beats have room, so have all bars.
        numbered = axis.grid.downbeats if fine is axis.grid.beats else fine
        first, last = numbered.searchsorted([axis.start, axis.end])
        free = -1.0
        for at in numbered[first:last].tolist():
            x = axis.x_at(at, width)
            number = str(axis.grid.bar_number(at))
            long = painter.fontMetrics().horizontalAdvance(number)
            if x < free or x + 4 + long > width:
                continue
            painter.setPen(colours.colour("faint", 0.5))
            painter.drawLine(QPointF(round(x) + 0.5, times() + 3), QPointF(round(x) + 0.5, times() + bars()))
            painter.setPen(colours.colour("muted"))
            painter.drawText(QPointF(round(x) + 4, times() + bars() - px(4)), number)
            free = x + long + 10

    def _paint_handles(self, painter: QPainter, area: QRect) -> None:
        """The selection along the ruler, with a grip at each end that can be dragged."""
        selection = self.axis.selection
        if selection is None:
            return
        accent = QColor(theme.active().colour("accent"))
        bottom = self.height()
        left, right = (self.axis.x_at(at, area.width()) + area.left() for at in (selection.start, selection.end))
        begin, end = max(left, area.left() - 1.0), min(right, area.right() + 2.0)
        if end > begin:
            painter.fillRect(QRectF(begin, bottom - 3, end - begin, 3), accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        for x in (left, right):
            if area.left() - 1 <= x <= area.right() + 1:
                painter.drawRoundedRect(QRectF(x - 3.5, bottom - 13, 7, 13), 2.5, 2.5)


def ticks(axis: TimeAxis, width: int) -> list[tuple[float, str]]:
    """Round seconds some 90 pixels of the design apart, with labels that differ from one another."""
    if axis.duration <= 0 or width < 1:
        return []
    least = axis.span * px(90) / width
    steps = [base * 10.0**power for power in range(-6, 0) for base in (1, 2, 5)]
    steps += [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0]
    step = next((step for step in steps if step >= least), 3600.0)
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9))
    first = math.ceil(axis.start / step - 1e-9)
    last = math.floor(axis.end / step + 1e-9)
    return [(index * step, clock(index * step, decimals)) for index in range(first, last + 1)]
