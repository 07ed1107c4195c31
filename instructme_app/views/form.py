"""What dialogs are laid out with: sections, and labelled rows on one left edge."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from instructme_app.sizes import fit, px

LABELS = 132
"""Pixels of the column of labels."""
GAP = 10
BAR = 10
"""Pixels of a scroll bar, as in the style sheet."""


class Form(QWidget):
    """Labels on the left, fields on the right, both on one edge in all sections."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(GAP)
        fit(self, lambda form: form._grid.setColumnMinimumWidth(0, px(LABELS)))
        self._grid.setColumnStretch(1, 1)
        self._rows = 0

    def section(self, title: str) -> QLabel:
        """A heading above the rows that follow."""
        heading = QLabel(title.upper())
        heading.setProperty("role", "heading")
        heading.setContentsMargins(0, 14 if self._rows else 0, 0, 2)
        self._grid.addWidget(heading, self._next(), 0, 1, 2)
        return heading

    def row(self, title: str, field: QWidget, hint: str = "") -> QLabel:
        """A labelled field, with an optional line below that says what it does. Returns the label."""
        row = self._next()
        label = QLabel(title)
        label.setProperty("role", "body")
        label.setBuddy(field)
        tall = field.wordWrap() if isinstance(field, QLabel) else isinstance(field, QFrame)
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(field, row, 1)
        if not field.accessibleName():
            field.setAccessibleName(title)
        if hint:
            below = QLabel(hint)
            below.setProperty("role", "faint")
            below.setWordWrap(True)
            field.setAccessibleDescription(hint)
            self._grid.addWidget(below, self._next(), 1)
            self._grid.setRowMinimumHeight(self._rows, 4)
        return label

    def wide(self, widget: QWidget) -> None:
        """Over both columns."""
        self._grid.addWidget(widget, self._next(), 0, 1, 2)

    def right(self, widget: QWidget) -> None:
        """Below the fields, without a label."""
        self._grid.addWidget(widget, self._next(), 1)

    def _next(self) -> int:
        self._rows += 1
        return self._rows - 1


class Scrolled(QScrollArea):
    """A column that scrolls where the screen is small, and is as high as what is in it where it is not."""

    def __init__(self, content: QWidget, margins: tuple[int, int, int, int] = (26, 22, 26, 22)) -> None:
        super().__init__()
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(*margins)
        layout.addWidget(content)
        layout.addStretch(1)
        self._holder = holder
        self.setWidget(holder)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        wanted = self._holder.sizeHint()
        return QSize(wanted.width() + BAR + 2, self.height_for(wanted.width() + BAR + 2))

    def height_for(self, width: int) -> int:
        """Pixels that everything takes at that width, with its lines wrapped there, as if a scroll bar stood beside
        them: one that is there for a moment takes the room of a word, and stays for the line that this makes."""
        layout = self._holder.layout()
        assert layout is not None
        layout.activate()
        inner = width - 2 - BAR
        return (layout.totalHeightForWidth(inner) if layout.hasHeightForWidth() else layout.sizeHint().height()) + 2

    def minimumSizeHint(self) -> QSize:
        # It scrolls up and down only: nothing may stick out at its side.
        return QSize(self._holder.minimumSizeHint().width() + 14, 160)


def note(text: str = "", role: str = "faint") -> QLabel:
    """A quiet line that wraps."""
    label = QLabel(text)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label


def set_role(label: QLabel, role: str) -> None:
    """Paint a label in another role of the style sheet."""
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)
        label.style().polish(label)


def field(text: str = "") -> QLineEdit:
    """A line to write in, as high as the lists and buttons beside it."""
    line = QLineEdit(text)
    line.setProperty("role", "small")
    fit(line, lambda part: part.setMinimumHeight(px(20) + 12))
    return line


def beside(field: QWidget, *others: QWidget) -> QWidget:
    """A field with buttons at its right, which counts as the field."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addWidget(field, 1)
    for other in others:
        line.addWidget(other)
    holder.setFocusProxy(field)
    return holder
