"""Small controls of the instruction bar: a number with a step on either side, and the lock of the seed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from instructme_app import theme
from instructme_app.sizes import fit, font, px, square

SEED_DIGITS = 18
"""Fewer than a 64-bit number has."""


class Stepper(QFrame):
    """A number between two buttons; arrow keys and the wheel change it, too."""

    changed = Signal()

    def __init__(self, number: QSpinBox | QDoubleSpinBox, name: str, width: int, parent: QWidget | None = None) -> None:
        """`number` says what there is to choose from. It is `width` pixels wide at the usual size of text, and more
        where its words are longer."""
        super().__init__(parent)
        self.setProperty("role", "pill")
        self.number = number
        number.setProperty("role", "bare")
        number.lineEdit().setProperty("role", "bare")
        number.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        number.setAccessibleName(name)
        fit(
            number,
            lambda part: part.setFixedWidth(
                max(px(width), QFontMetrics(font(12)).horizontalAdvance(part.specialValueText() + part.suffix()) + 12)
            ),
        )
        self.less, self.more = QToolButton(), QToolButton()
        # The number itself is reached by Tab, and steps by the arrow keys.
        for button, step, words in ((self.less, -1, self.tr("Less")), (self.more, 1, self.tr("More"))):
            button.setProperty("kind", "step")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            fit(button, lambda part: part.setIconSize(square(14)))
            button.setAccessibleName(f"{name}: {words}")
            button.clicked.connect(lambda _=False, step=step: number.stepBy(step))
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        row.addWidget(self.less)
        row.addWidget(number)
        row.addWidget(self.more)
        number.valueChanged.connect(self._changed)
        self._changed()

    def setToolTip(self, words: str) -> None:
        for part in (self.number, self.less, self.more):
            part.setToolTip(words)

    def theme_changed(self) -> None:
        self.less.setIcon(theme.icon("minus", "muted", 14))
        self.more.setIcon(theme.icon("plus", "muted", 14))

    def _changed(self) -> None:
        value = self.number.value()
        self.less.setEnabled(value > self.number.minimum())
        self.more.setEnabled(value < self.number.maximum())
        self.changed.emit()


class SeedLock(QFrame):
    """Open: every edit gets a seed of its own. Locked: the number that it shows, which can be changed."""

    changed = Signal(object)
    """The seed that is kept, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pill")
        self.button = QToolButton()
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        fit(self.button, lambda part: part.setIconSize(square(16)))
        self.button.setProperty("kind", "step")
        self.edit = QLineEdit()
        self.edit.setProperty("role", "bare")
        fit(self.edit, lambda part: part.setFixedWidth(px(62)))
        self.edit.setMaxLength(SEED_DIGITS)
        self.edit.setValidator(QRegularExpressionValidator(r"\d*", self))
        self.edit.setAccessibleName(self.tr("Seed"))
        self.edit.setToolTip(self.tr("The seed that is kept. Type another number to use that."))
        self.edit.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        row.addWidget(self.button)
        row.addWidget(self.edit)
        self.button.toggled.connect(self._toggled)
        self.edit.textChanged.connect(lambda _: self.changed.emit(self.kept))
        self._show()

    @property
    def kept(self) -> int | None:
        """The seed that the user holds on to, or None for a new one each time."""
        text = self.edit.text().strip()
        return int(text) if self.button.isChecked() and text else None

    def offer(self, seed: int) -> None:
        """The seed of the round in hand: what is kept when the user decides to keep it."""
        if not self.button.isChecked():
            self.edit.setText(str(seed))

    def theme_changed(self) -> None:
        self._show()

    def _toggled(self, kept: bool) -> None:
        self.edit.setVisible(kept)
        if kept and not self.edit.text():
            self.edit.setText("0")
        self._show()
        self.changed.emit(self.kept)

    def _show(self) -> None:
        kept = self.button.isChecked()
        self.button.setIcon(theme.icon("lock" if kept else "dice", "accent" if kept else "muted", 16))
        self.button.setText(self.tr("Seed") if kept else self.tr("New seed"))
        self.button.setAccessibleName(self.tr("Keep the seed"))
        self.button.setToolTip(
            self.tr("Every edit uses this seed. Click to use a new one each time.")
            if kept
            else self.tr("Every edit gets a new seed. Click to keep the seed of the round in hand.")
        )
