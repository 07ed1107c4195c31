"""Labels that never ask for more room than there is: no song's name and no path makes the window wider."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from instructme_app.sizes import fit, px

LEAST = 40
"""Pixels that a line takes at least: of fewer nothing can be read."""


class _Fitting(QLabel):
    """What fits is in sight and painted anew with each size and font; `text` is all of it, and the tooltip says it
    where words are missing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        # A song may be called "<b>".
        self.setTextFormat(Qt.TextFormat.PlainText)

    def text(self) -> str:
        return self._whole

    def setText(self, text: str) -> None:
        self._whole = text
        self._describe()
        self._fit()

    def _describe(self) -> None:
        self.setAccessibleName(self._whole)

    def fitting(self, room: int) -> str:
        """As much of the text as goes into `room` pixels."""
        raise NotImplementedError

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        shown = self.fitting(max(self.contentsRect().width(), self.minimumWidth()))
        QLabel.setText(self, shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class FittingLine(_Fitting):
    """One line, shortened in the middle. With a `name`, that is what it is called, and its words describe it."""

    def __init__(self, text: str = "", name: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self._name, self._mode = name, mode
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        fit(self, lambda part: part.setMinimumWidth(px(LEAST)))
        self.setText(text)

    def _describe(self) -> None:
        self.setAccessibleName(self._name or self.text())
        self.setAccessibleDescription(self.text() if self._name else "")

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())

    def fitting(self, room: int) -> str:
        return self.fontMetrics().elidedText(self.text(), self._mode, room)


class FittingWords(_Fitting):
    """Words that wrap; one that is longer than a line, as a path is, is shortened in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def fitting(self, room: int) -> str:
        metrics, middle = self.fontMetrics(), Qt.TextElideMode.ElideMiddle
        return " ".join(metrics.elidedText(word, middle, room) for word in self.text().split(" "))
