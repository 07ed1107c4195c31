"""The line at the window's foot: remarks begin where its other words begin, and what does not fit is shortened."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from instructme_app.views.fitting import FittingLine

MARGIN = 18
"""Pixels at the right."""


class StatusLine(QStatusBar):
    """Shows `standing` for good, and a message in its place for a while. By itself Qt draws messages at the very edge,
    and cuts them off where they are long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.standing = QLabel(self)
        self.addWidget(self.standing)
        self.said = FittingLine(mode=Qt.TextElideMode.ElideRight)
        self.said.setParent(self)
        self.said.hide()
        self.setSizeGripEnabled(False)
        self.messageChanged.connect(self._say)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing: labels say it all."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self._place()
        self.said.setVisible(bool(words))

    def _place(self) -> None:
        left = self.standing.x()
        self.said.setGeometry(left, 0, self.width() - left - MARGIN, self.height())
