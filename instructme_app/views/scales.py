"""Pictures of values: arrays into images, and the colour bar that says what their colours mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QPen

from instructme_app import theme
from instructme_app.sizes import px
from instructme_app.views.lane import scale_label

BAR_LEFT, BAR_WIDTH = 8, 7
"""Pixels of the colour bar, from the picture's right side."""
LABEL_LEFT = BAR_LEFT + BAR_WIDTH + 5
LABEL_PIXELS = 13.0
"""Between two labels of a scale, at least."""


def heat_image(values: np.ndarray, table: np.ndarray) -> QImage:
    """(rows, columns) uint8 as a picture, the first row at the bottom."""
    pixels = np.ascontiguousarray(table[values[::-1]])
    rows, columns = values.shape
    return QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()


def paint_colour_bar(
    painter: QPainter, area: QRect, table: np.ndarray, labels: Sequence[tuple[float, str]], unit: str = ""
) -> None:
    """Right of `area`, the picture's place in the painter. `labels`: share 0-1 of the height, from the bottom,
    the most important first; those that would touch another are left out."""
    height = area.height()
    if height < 30:
        return
    bar = QRectF(area.right() + BAR_LEFT, area.top() + 1, BAR_WIDTH, height - 2)
    painter.drawImage(bar, heat_image(np.arange(256, dtype=np.uint8)[:, None], table))
    painter.setPen(QPen(theme.active().colour("line"), 1))
    painter.drawRect(bar)
    placed: list[float] = []
    for share, words in labels:
        y = min(max((1 - share) * height, px(6)), height - px(6))
        if all(abs(y - other) >= px(LABEL_PIXELS) for other in placed):
            placed.append(y)
            scale_label(painter, area, y, words + (unit if len(placed) == 1 else ""), LABEL_LEFT)


def spaced(count: int, pixels: float, least: float) -> int:
    """Label every so many of `count` rows, `pixels` high each, so that labels are `least` apart."""
    return next((step for step in (1, 2, 3, 4, 6, 12) if step * pixels >= least), count + 1)
