"""One clear line about what went wrong and what to do, that never takes the keyboard away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app import theme
from instructme_app.messages import translated
from instructme_app.sizes import fit, px
from instructme_app.views.fitting import FittingWords


class Banner(QFrame):
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._icon = QLabel()
        self.cause = FittingWords()
        self.cause.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.remedy = FittingWords()
        self.remedy.setProperty("role", "muted")
        self.details_button = QPushButton(self.tr("Details"))
        self.details_button.setProperty("kind", "link")
        self.details_button.setCheckable(True)
        self.retry = QPushButton(self.tr("Try again"))
        self.retry.setProperty("kind", "quiet")
        self.close_button = QToolButton()
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details"))
        # A reader's keyboard gets out of it again.
        self.details.setTabChangesFocus(True)
        fit(self.details, lambda part: part.setMaximumHeight(px(120)))
        self.details.hide()

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.cause)
        words.addWidget(self.remedy)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addLayout(words, 1)
        for button in (self.details_button, self.retry, self.close_button):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 10, 10)
        layout.addLayout(line)
        layout.addWidget(self.details)

        self.details_button.toggled.connect(self.details.setVisible)
        self.close_button.clicked.connect(self.hide)
        self.retry.clicked.connect(self._retry)
        self.setAccessibleName(self.tr("Problem"))
        self.theme_changed()
        self.hide()

    def show_problem(self, cause: str, remedy: str, detail: str = "", can_retry: bool = False) -> None:
        cause, remedy = translated(cause), translated(remedy)
        self.cause.setText(_sentence(cause))
        self.remedy.setText(_sentence(remedy))
        self.remedy.setVisible(bool(remedy))
        self.details.setPlainText(detail)
        self.details_button.setChecked(False)
        self.details_button.setVisible(bool(detail))
        self.retry.setVisible(can_retry)
        self.setAccessibleDescription(f"{cause}; {remedy}")
        self.show()

    def theme_changed(self) -> None:
        self._icon.setPixmap(theme.pixmap("warning", theme.active().danger, 22))
        self.close_button.setIcon(theme.icon("cancel", "muted"))

    def _retry(self) -> None:
        self.hide()
        self.retry_requested.emit()


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else ""
