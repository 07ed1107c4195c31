"""A check box and a drop-down list whose marks are seen in both themes, and on every system."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QComboBox, QStyle, QStyleOptionButton

from instructme_app import theme

BOX = 16
CHEVRON = 16


class Check(QCheckBox):
    """The accent colour fills the box of what is chosen."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        place = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        colours = theme.active()
        box = QRectF(0, 0, BOX, BOX)
        box.moveCenter(QRectF(place).center())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # What the style has drawn there is covered.
        painter.fillRect(QRectF(place).adjusted(-1, -1, 1, 1), self.palette().window())
        on, usable = self.isChecked(), self.isEnabled()
        painter.setPen(QPen(colours.colour("accent" if on and usable else "faint" if usable else "line"), 1.3))
        painter.setBrush(colours.colour("accent") if on and usable else colours.colour("hover" if on else "raised"))
        painter.drawRoundedRect(box.adjusted(0.7, 0.7, -0.7, -0.7), 4, 4)
        if on:
            pen = QPen(colours.colour("accent_text" if usable else "disabled"), 1.9)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            x, y = box.left(), box.top()
            tick = [QPointF(x + 4.2, y + 8.2), QPointF(x + 7.0, y + 11.0), QPointF(x + 11.8, y + 5.2)]
            painter.drawPolyline(QPolygonF(tick))
        painter.end()


class Choice(QComboBox):
    """A drop-down list with a chevron; long entries do not widen the dialog."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        colour = theme.active().muted if self.isEnabled() else theme.active().disabled
        picture = theme.pixmap("chevron", colour, CHEVRON)
        painter.drawPixmap(QPointF(self.width() - CHEVRON - 8, (self.height() - CHEVRON) / 2), picture)
        painter.end()
