"""A check box and a drop-down list whose marks are seen in both themes, and on every system; a decimal to type."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QStyle, QStyleOptionButton

from instructme_app import theme
from instructme_app.sizes import px

BOX = CHEVRON = 16


class Check(QCheckBox):
    """The accent colour fills the box of what is chosen."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        place = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        colours = theme.active()
        side = px(BOX)
        box = QRectF(0, 0, side, side)
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
            tick = ((4.2, 8.2), (7.0, 11.0), (11.8, 5.2))
            points = [box.topLeft() + QPointF(x, y) * (side / BOX) for x, y in tick]
            painter.drawPolyline(QPolygonF(points))
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
        side = px(CHEVRON)
        painter.drawPixmap(QPointF(self.width() - side - 8, (self.height() - side) / 2), picture)
        painter.end()


class Decimal(QDoubleSpinBox):
    """A number that may be typed with a comma or a point: by itself the one that groups thousands here is left out, and
    1.5 would be read as 15."""

    def validate(self, text: str, position: int) -> object:
        point = self.locale().decimalPoint()
        return super().validate(text.replace("," if point == "." else ".", point), position)
