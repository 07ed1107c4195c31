"""Lanes as a picture of their own: the same drawing, with title and axes, into an image or a vector drawing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from engine.errors import UserError
from instructme_app import theme
from instructme_app.sizes import font, px
from instructme_app.views.grid import paint_grid
from instructme_app.views.lane import Lane
from instructme_app.views.ruler import Ruler
from instructme_app.views.stack import GAP
from instructme_app.views.time_widget import gutter, margin

TITLE = 44
"""Pixels at the top for the title, at the usual size of text."""
FOOT = 14
SCALE = 2.0
"""Pixels of an image for one of the screen."""
LEAST_WIDTH = 640


class LanePicture:
    """What the window shows of `lanes`, as high as they are there. Ask `ready` before it is kept: tiles that are
    being made are missing from it."""

    def __init__(self, title: str, subtitle: str, ruler: Ruler, lanes: Sequence[Lane], width: int) -> None:
        self._title, self._subtitle, self._ruler, self._lanes = title, subtitle, ruler, list(lanes)
        width = max(width, LEAST_WIDTH)
        heights = [max(lane.height(), lane.least_height) for lane in self._lanes]
        self._heights = heights
        self.size = QSize(width, px(TITLE) + ruler.height() + sum(heights) + GAP * len(heights) + FOOT)

    @property
    def ready(self) -> bool:
        """Paints once, to ask for what is missing."""
        self.image(1.0)
        return all(lane.ready for lane in self._lanes)

    def image(self, scale: float = SCALE) -> QImage:
        image = QImage(self.size * scale, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter)
        painter.end()
        return image

    def save(self, path: Path) -> None:
        """As PNG or SVG, by the name's ending. Raises UserError; what was there before stays until it is whole."""
        ending = path.suffix.lower()
        if ending not in (".png", ".svg"):
            raise UserError(f"'{path.name}' is no kind of picture", "name it .png or .svg")
        part = path.with_name(f".{path.name}.part")
        # The type stubs want bytes here, where PySide itself takes text only.
        written = self._save_svg(part) if ending == ".svg" else self.image().save(str(part), "PNG")  # type: ignore[call-overload]
        try:
            if not written:
                raise OSError("it could not be written")
            os.replace(part, path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise UserError(
                f"'{path}' cannot be written ({error})", "choose another folder or free some space"
            ) from None

    def _save_svg(self, path: Path) -> bool:
        generator = QSvgGenerator()
        generator.setFileName(str(path))
        generator.setSize(self.size)
        generator.setResolution(96)
        generator.setViewBox(QRect(0, 0, self.size.width(), self.size.height()))
        generator.setTitle(f"{self._title}: {self._subtitle}" if self._subtitle else self._title)
        painter = QPainter()
        if not painter.begin(generator):
            return False
        self._paint(painter)
        painter.end()
        return True

    def _paint(self, painter: QPainter) -> None:
        colours, width = theme.active(), self.size.width()
        painter.fillRect(QRectF(0, 0, width, self.size.height()), colours.colour("panel"))
        painter.setFont(font(15, QFont.Weight.DemiBold))
        painter.setPen(colours.colour("text"))
        painter.drawText(QRectF(18, px(6), width - 36, px(20)), Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.setFont(font(11))
        painter.setPen(colours.colour("muted"))
        painter.drawText(QRectF(18, px(26), width - 36, px(16)), Qt.AlignmentFlag.AlignVCenter, self._subtitle)
        inside = width - gutter() - margin()
        self._ruler.paint(painter, QRect(gutter(), px(TITLE), inside, self._ruler.height()))
        top = px(TITLE) + self._ruler.height()
        for lane, height in zip(self._lanes, self._heights, strict=True):
            self._paint_lane(painter, lane, QRect(gutter(), top, inside, height))
            top += height + GAP

    def _paint_lane(self, painter: QPainter, lane: Lane, area: QRect) -> None:
        painter.save()
        inside = QRect(0, 0, area.width(), area.height())
        painter.fillRect(area, theme.active().colour("lane"))
        # A picture by nature stays one, in a vector drawing too; its edges cut what a drawing could not.
        image = QImage(inside.size() * SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(SCALE)
        image.fill(Qt.GlobalColor.transparent)
        inner = QPainter(image)
        lane.paint_image(inner, inside)
        inner.end()
        painter.drawImage(QRectF(area), image)
        painter.translate(area.topLeft())
        paint_grid(painter, inside, lane.axis)
        lane.paint_content(painter, inside)
        painter.restore()
        painter.save()
        lane.paint_labels(painter, QRect(0, area.top(), gutter(), area.height()))
        lane.paint_ticks(painter, area)
        lane.paint_scale(painter, area)
        painter.restore()
