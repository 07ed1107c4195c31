"""The pitches that the listener hears: 88 keys, with the keyboard itself beside them where there is room."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from instructme_app import theme
from instructme_app.views.lane import tick_labels
from instructme_app.views.matrices import MatrixLane
from instructme_app.views.spectrogram import NOTES
from instructme_app.views.time_axis import TimeAxis

KEYS = 88
LOWEST = 21
"""MIDI number of the lowest key, A0."""
BLACK = frozenset({1, 3, 6, 8, 10})
KEY_PIXELS = 2.0
"""Height of a row from which on the keyboard is drawn."""


def key_name(row: int) -> str:
    """Row 0 is A0, row 87 C8."""
    return f"{NOTES[(row + LOWEST) % 12]}{(row + LOWEST) // 12 - 1}"


class PitchLane(MatrixLane):
    def __init__(self, axis: TimeAxis, title: str, parent: QWidget | None = None, tones: tuple[str, ...] = ()) -> None:
        super().__init__(axis, title, 84, parent, tones)
        self.stretch = 2

    def row_name(self, row: int) -> str:
        return key_name(row)

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        if self.levels is None:
            self.paint_note(painter, area)
            return
        painter.setPen(QPen(theme.active().colour("text", 0.10), 1))
        for row in range(KEYS):
            if (row + LOWEST) % 12 == 0:
                y = round((1 - row / KEYS) * area.height()) + 0.5
                painter.drawLine(QPointF(0, y), QPointF(area.width(), y))

    def paint_ticks(self, painter: QPainter, area: QRect) -> None:
        if self.levels is None:
            return
        height = area.height() / KEYS
        if height >= KEY_PIXELS:
            self._paint_keyboard(painter, area, height)
        octaves = [((octave + 1) * 12 - LOWEST, f"C{octave}") for octave in (4, 2, 6, 1, 3, 5, 7, 8)]
        labels = [((1 - (row + 0.5) / KEYS) * area.height(), name) for row, name in octaves]
        tick_labels(painter, area, labels, 10, 20 if height >= KEY_PIXELS else 6)

    def _paint_keyboard(self, painter: QPainter, area: QRect, height: float) -> None:
        colours = theme.active()
        left = area.left() - 14.0
        light, dark = ("text", "window") if colours.name == "dark" else ("panel", "text")
        painter.fillRect(QRectF(left, area.top(), 12, area.height()), colours.colour(light, 0.8))
        for row in range(KEYS):
            key, bottom = (row + LOWEST) % 12, area.top() + (1 - row / KEYS) * area.height()
            if key in BLACK:
                painter.fillRect(QRectF(left, bottom - height, 7.5, height), colours.colour(dark, 0.85))
            elif key in (0, 5):
                # Only between E and F and between B and C do two white keys touch.
                painter.fillRect(QRectF(left, bottom - 0.5, 12, 0.7), colours.colour(dark, 0.5))
