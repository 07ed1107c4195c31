"""What tests of every window need to walk its controls as a keyboard and a screen reader do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from instructme_app.views.fitting import FittingLine, FittingWords
from instructme_app.views.lane import Lane

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    Lane,
)


def controls(window: QWidget) -> list[QWidget]:
    """Every control of a window, shown or not; without the parts that Qt's own controls are made of."""
    found = []
    for widget in window.findChildren(QWidget):
        inner = isinstance(widget, QScrollBar | QHeaderView) or widget.objectName().startswith("qt_")
        part = isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox | QLineEdit)
        if isinstance(widget, INTERACTIVE) and not inner and not part:
            found.append(widget)
    return found


def spoken(widget: QWidget) -> str:
    """The name that a screen reader says."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def unnamed(window: QWidget) -> list[str]:
    return [_where(widget) for widget in controls(window) if not spoken(widget)]


def tab_stops(window: QWidget, start: QWidget) -> list[QWidget]:
    """What Tab visits from `start` on, once round, in its order."""
    stops, widget = [start], start.nextInFocusChain()
    while widget is not None and widget is not start:
        takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
        if takes and widget.isVisible() and widget.isEnabled() and window.isAncestorOf(widget):
            stops.append(widget)
        widget = widget.nextInFocusChain()
    return stops


def without_visible_focus(window: QWidget, stops: list[QWidget]) -> list[str]:
    """Those that look the same with the keyboard and without it."""
    blind = []
    for at, widget in enumerate(stops):
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        with_focus = window.grab().toImage()
        stops[at - 1].setFocus(Qt.FocusReason.TabFocusReason)
        # The frame that lights up may be the one around it.
        area = widget.rect().translated(widget.mapTo(window, widget.rect().topLeft())).adjusted(-20, -20, 20, 20)
        if with_focus.copy(area) == window.grab().toImage().copy(area):
            blind.append(_where(widget))
    return blind


def _where(widget: QWidget) -> str:
    names, at = [], widget
    while at is not None and not at.isWindow():
        names.append(type(at).__name__)
        at = at.parentWidget()
    return f"{' < '.join(names)} ({widget.accessibleName() or widget.property('text') or 'no name'})"


def cut_off(part: QWidget) -> list[str]:
    """Words that stand in sight and have not the room that they need."""
    short = []
    for widget in part.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, FittingLine | FittingWords):
            continue
        if isinstance(widget, QLabel | QAbstractButton) and widget.text() and "<" not in widget.text():
            metrics, wraps = widget.fontMetrics(), isinstance(widget, QLabel) and widget.wordWrap()
            wide = 0 if wraps or widget.sizePolicy().horizontalPolicy().name == "Ignored" else 1
            if widget.height() < metrics.height() - 1 or widget.width() < wide * metrics.horizontalAdvance(
                widget.text()
            ):
                short.append(f"{widget.text()!r} in {widget.width()} x {widget.height()}")
        elif isinstance(widget, QLineEdit) and widget.height() < widget.fontMetrics().height() - 1:
            short.append(f"field {widget.accessibleName()!r} in {widget.height()}")
    return short
