"""Labels that never ask for more room than there is: no song's name and no path makes the window wider."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from instructme_app.views.form import ShortLabel


class FittingLine(ShortLabel):
    """A `ShortLabel` that is spoken to like any label: `text` is all of it, whatever is in sight.

    With a `name`, that is what it is called, and its words describe it.
    """

    def __init__(self, text: str = "", name: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        self._name = name
        super().__init__(mode=mode)
        # A song may be called "<b>".
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def text(self) -> str:
        return self.whole

    def setText(self, text: str) -> None:
        if text != self.whole or not self.accessibleName():
            self.set_whole(text)
            if self._name:
                self.setAccessibleName(self._name)
                self.setAccessibleDescription(text)

    def _shorten(self) -> None:
        room = max(self.contentsRect().width(), self.minimumWidth())
        QLabel.setText(self, self.fontMetrics().elidedText(self.whole, self._mode, room))


class FittingWords(QLabel):
    """Words that wrap; one that is longer than a line, as a path is, is shortened in the middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def text(self) -> str:
        return self._whole

    def setText(self, text: str) -> None:
        self._whole = text
        self._shorten()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._shorten()

    def _shorten(self) -> None:
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        middle = Qt.TextElideMode.ElideMiddle
        shown = " ".join(metrics.elidedText(word, middle, room) for word in self._whole.split(" "))
        QLabel.setText(self, shown)
        self.setToolTip(self._whole if shown != self._whole else "")
        self.setAccessibleName(self._whole)
