"""How large text is, and what holds text: in proportion to the font that the system, or its user, chose.

Sizes stand in the code as pixels of the design, whose text is BODY pixels high. `px` makes pixels of the screen of
them. Lines, corners and gaps stay as they are: they hold no words.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QApplication

FAMILIES = ["Inter", "SF Pro Text", "Segoe UI Variable", "Segoe UI", "Cantarell", "Noto Sans", "DejaVu Sans"]
BODY = 13
"""Pixels of plain text in the design."""
SMALLEST = 9
"""Pixels below which no text goes, however small the system's is."""
FACTORS = (0.75, 3.0)
"""Between these everything still finds its place."""

_factor = 1.0


def follow(app: QApplication) -> None:
    """Take the size of everything from the application's font. Before its first widget is made: none changes later."""
    global _factor
    _factor = min(max(QFontInfo(app.font()).pixelSize() / BODY, FACTORS[0]), FACTORS[1])
    font.cache_clear()


def px(pixels: float) -> int:
    """Pixels of the design as pixels of the screen."""
    return round(pixels * _factor)


def text(pixels: float) -> int:
    """The same of a font's size, which has a least."""
    return max(px(pixels), SMALLEST)


def square(side: float) -> QSize:
    return QSize(px(side), px(side))


def window(width: int, height: int) -> QSize:
    """Of a window that is as large as its words want it, and no larger than the screen."""
    room = QApplication.primaryScreen().availableSize() - QSize(40, 60)
    return QSize(px(width), px(height)).boundedTo(room)


@lru_cache(maxsize=64)
def font(pixels: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """`pixels` are those of the design."""
    result = QFont()
    result.setFamilies(FAMILIES)
    result.setPixelSize(text(pixels))
    result.setWeight(weight)
    return result
