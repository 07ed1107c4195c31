"""How large text is, and what holds text: in proportion to the font that the system, or its user, chose.

Sizes stand in the code as pixels of the design, whose text is BODY pixels high. `px` makes pixels of the screen of
them. Lines, corners and gaps stay as they are: they hold no words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Signal
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication, QWidget

Part = TypeVar("Part", bound=QWidget)

FAMILIES = ["Inter", "SF Pro Text", "Segoe UI Variable", "Segoe UI", "Cantarell", "Noto Sans", "DejaVu Sans"]
BODY = 13
"""Pixels of plain text in the design."""
SMALLEST = 9
"""Pixels below which no text goes, however small the system's is."""
FACTORS = (0.75, 3.0)
"""Between these everything still finds its place."""

_factor = 1.0
_system: QFont | None = None
"""The system's font when it was looked at last."""
_settled = True


class _Changes(QObject):
    happened = Signal()


_changes = _Changes()
changed = _changes.happened
"""Sizes are others from now on; what is made with `fit` knows by itself."""


def follow(app: QApplication) -> None:
    """Take the size of everything from the application's font, which is the system's before a theme is applied."""
    global _system
    _system = _systems_own()
    _take(app.font())


def follow_again(app: QApplication) -> bool:
    """After a change of fonts: whether sizes are others now. The next theme that is applied brings them to what is in
    sight. A font that is set for the application goes before the system's."""
    global _system, _settled
    own, system, before = app.font(), _systems_own(), _factor
    if own != font(BODY):
        _take(own)
    elif system != _system:
        _take(system)
    _system = system
    if _factor != before:
        _settled = False
    return not _settled


def settle(app: QApplication) -> None:
    """Sizes have changed, and fonts with them: everything that is there takes its new size and is painted anew."""
    global _settled
    if not _settled:
        _settled = True
        changed.emit()
        for widget in app.allWidgets():
            # Pictures that are kept are dropped by it, as with another theme.
            QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))


def fit(part: Part, size: Callable[[Part], object]) -> None:
    """Do `size(part)`, which sets a size that depends on that of text: now, and again when that changes. `size` must
    not hold `part` itself."""
    size(part)
    _Fitted(part, size)


class _Fitted(QObject):
    """Lives as long as its widget."""

    def __init__(self, part: QWidget, size: Callable[..., object]) -> None:
        super().__init__(part)
        self._size = size
        changed.connect(self._again)

    def _again(self) -> None:
        self._size(self.parent())


def _systems_own() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)


def _take(chosen: QFont) -> None:
    global _factor
    _factor = min(max(QFontInfo(chosen).pixelSize() / BODY, FACTORS[0]), FACTORS[1])
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
