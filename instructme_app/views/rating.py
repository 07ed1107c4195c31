"""One of the listening test's scales: five points, each with what it means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from instructme_app.sizes import fit, px

NARROWEST = 190
"""Pixels of a point, at the usual size of text."""


class _Point(QPushButton):
    """A number and a sentence that wraps; a plain button would cut it off."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.setProperty("kind", "point")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        digit = QLabel(str(number))
        digit.setProperty("role", "point")
        fit(digit, lambda part: part.setFixedWidth(px(16)))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "point-words")
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 8, 10, 8)
        line.setSpacing(8)
        line.addWidget(digit, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.words, 1, Qt.AlignmentFlag.AlignVCenter)
        for label in (digit, self.words):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return layout.sizeHint()

    def minimumSizeHint(self) -> QSize:
        # Its sentence wraps rather than making the window wider than a screen.
        return QSize(px(NARROWEST), self.sizeHint().height())

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        return layout.heightForWidth(width)


class RatingCard(QFrame):
    """Digits 1-5 choose while the keyboard is in the card, the arrows go up and down."""

    chosen = Signal(int)

    def __init__(self, title: str, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAccessibleName(title)
        heading = QLabel(title)
        heading.setProperty("role", "title")
        asked = QLabel(question)
        asked.setProperty("role", "muted")
        asked.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.setSpacing(5)
        heading.setContentsMargins(4, 0, 0, 0)
        asked.setContentsMargins(4, 0, 0, 4)
        layout.addWidget(heading)
        layout.addWidget(asked)
        self._group = QButtonGroup(self)
        self.points: list[_Point] = []
        for number in range(1, 6):
            point = _Point(number)
            point.setAccessibleName(f"{title}: {number}")
            point.installEventFilter(self)
            self._group.addButton(point, number)
            self.points.append(point)
            layout.addWidget(point, 1)
        self._group.idClicked.connect(self.chosen)

    @property
    def value(self) -> int:
        """1-5, or 0 where nothing is chosen."""
        return max(self._group.checkedId(), 0)

    def set_words(self, words: Sequence[str]) -> None:
        for point, text in zip(self.points, words, strict=True):
            point.words.setText(text)
            point.setAccessibleDescription(text)

    def set_value(self, value: int) -> None:
        """Show a choice, without telling it."""
        self._group.setExclusive(False)
        for number, point in enumerate(self.points, 1):
            point.setChecked(number == value)
        self._group.setExclusive(True)

    def choose(self, value: int) -> None:
        self.points[value - 1].click()

    def take_focus(self) -> None:
        (self.points[self.value - 1] if self.value else self.points[0]).setFocus(Qt.FocusReason.TabFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.text() in tuple("12345"):
            self.choose(int(event.text()))
            return True
        return super().eventFilter(watched, event)
