"""The top line of the window: which song this is, and its two doors, open and export."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from instructme_app import theme
from instructme_app.views.fitting import FittingLine


class Header(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = FittingLine("InstructME")
        self.title.setProperty("role", "title")
        self.about = FittingLine()
        self.about.setProperty("role", "muted")
        self.open_button = QPushButton(self.tr("Open"))
        self.export_button = QPushButton(self.tr("Export"))
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(6, 0, 0, 0)
        self._line.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.about)
        self._line.addLayout(words, 1)
        for button in (self.open_button, self.export_button):
            button.setProperty("kind", "quiet")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._line.addWidget(button)

    def add(self, widget: QWidget) -> None:
        """Something more at the left of Open."""
        self._line.insertWidget(1, widget)

    def theme_changed(self) -> None:
        self.open_button.setIcon(theme.icon("open", "muted", 16))
        self.export_button.setIcon(theme.icon("export", "muted", 16))
