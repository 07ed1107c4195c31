"""Beats and bars as lines over a lane: as one strip of pixels on a screen, as lines in a vector drawing."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRect, QRectF
from PySide6.QtGui import QImage, QPaintEngine, QPainter, QPen

from instructme_app import theme
from instructme_app.views.time_axis import TimeAxis

BEAT_PIXELS = 7.0
"""Lines closer than this would be a grey veil: only the bars among them are drawn."""
THIN, STRONG, ALONE = 0.06, 0.14, 0.10
"""Opacity of beats, of downbeats among them, and of lines of one kind."""


def paint_grid(painter: QPainter, area: QRect, axis: TimeAxis) -> None:
    """Beats thin, downbeats stronger; where they crowd, bars or every so many bars."""
    if not axis.grid_shown or not axis.grid or area.width() < 1:
        return
    engine = painter.paintEngine()
    if engine is not None and engine.type() == QPaintEngine.Type.Raster:
        strip = _strip(axis, area.width(), painter.device().devicePixelRatio())
        painter.drawImage(QRectF(area), strip)
        return
    for places, alpha in _lines(axis, area.width()):
        painter.setPen(QPen(theme.active().colour("text", alpha), 1))
        painter.drawLines([QLineF(x, 0, x, area.height()) for x in (places + 0.5).tolist()])


def _lines(axis: TimeAxis, width: float) -> list[tuple[np.ndarray, float]]:
    """Places in sight, in whole pixels of `width`, and how opaque they are."""
    fine = axis.grid.lines(BEAT_PIXELS * axis.span / width)
    kinds = [(fine, THIN), (axis.grid.downbeats, STRONG)] if fine is axis.grid.beats else [(fine, ALONE)]
    result = []
    for times, alpha in kinds:
        first, last = times.searchsorted([axis.start, axis.end])
        result.append((np.floor((times[first:last] - axis.start) / axis.span * width), alpha))
    return result


_last: tuple[object, ...] = ()
_kept: QImage | None = None


def _strip(axis: TimeAxis, width: int, ratio: float) -> QImage:
    """One row of pixels, for all lanes of a frame."""
    global _last, _kept
    key = (axis, axis.grid, axis.start, axis.span, width, ratio, theme.active().name)
    if _kept is None or key != _last:
        pixels = max(1, round(width * ratio))
        alphas = np.zeros(pixels)
        thick = max(1, round(ratio))
        for places, alpha in _lines(axis, width):
            for more in range(thick):
                alphas[np.minimum((places * ratio).astype(np.int64) + more, pixels - 1)] = alpha
        colour = theme.active().colour("text")
        row = np.zeros((1, pixels, 4), dtype=np.uint8)
        for channel, value in enumerate((colour.blueF(), colour.greenF(), colour.redF(), 1.0)):
            row[0, :, channel] = np.rint(alphas * value * 255)
        _kept = QImage(row.data, pixels, 1, pixels * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()
        _last = key
    return _kept
