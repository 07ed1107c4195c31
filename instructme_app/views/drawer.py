"""The drawer of the instruction bar: how much of a change is made, in how many steps, and what it takes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QSpinBox, QWidget

from instructme_app.sizes import fit, px
from instructme_app.views.fitting import FittingLine
from instructme_app.views.form_controls import Decimal
from instructme_app.views.prompt_controls import Stepper

MOST_STEPS = 64
MOST_GUIDANCE = 20.0
LEAST_STRENGTH = 5
"""Percent: at 0 a model would work for minutes on a round that equals the one before it."""
SHORTEST, LONGEST = 32, 150
"""Pixels of the slider: it gives way where the window is narrow."""
NUMBER = 84
"""Pixels of a number, or of the words in its place."""


class Drawer(QWidget):
    """Strength as a share, steps and guidance, of which the lowest setting is the model's own choice."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        own = self.tr("Model's own")
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(LEAST_STRENGTH, 100)
        self.strength.setValue(100)
        self.strength.setPageStep(10)
        self.strength.setMinimumWidth(SHORTEST)
        self.strength.setMaximumWidth(LONGEST)
        self.strength.setAccessibleName(self.tr("Strength"))
        self.strength.setToolTip(self.tr("How much of the change is made; at 50% what is removed keeps half its level"))
        self.percent = QLabel()
        fit(self.percent, lambda part: part.setFixedWidth(px(40)))
        self.steps = QSpinBox()
        self.steps.setRange(0, MOST_STEPS)
        self.steps.setSpecialValueText(own)
        steps = Stepper(self.steps, self.tr("Steps"), NUMBER)
        steps.setToolTip(self.tr("Sampling steps of what is added: more take longer"))
        self.guidance = Decimal()
        self.guidance.setRange(0.0, MOST_GUIDANCE)
        self.guidance.setSingleStep(0.5)
        self.guidance.setDecimals(1)
        self.guidance.setSpecialValueText(own)
        guidance = Stepper(self.guidance, self.tr("Guidance"), NUMBER)
        guidance.setToolTip(self.tr("How closely what is added follows the words; 1 is none"))
        self._steppers = (steps, guidance)
        self.memory = FittingLine(mode=Qt.TextElideMode.ElideRight)
        self.memory.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.memory.setProperty("role", "faint")
        self.reset = QPushButton(self.tr("Reset"))
        self.reset.setProperty("kind", "link")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 2)
        row.setSpacing(10)
        for words, parts in (
            (self.tr("Strength"), (self.strength, self.percent)),
            (self.tr("Steps"), (steps,)),
            (self.tr("Guidance"), (guidance,)),
        ):
            label = QLabel(words)
            label.setProperty("role", "muted")
            row.addWidget(label)
            for part in parts:
                row.addWidget(part, part is self.strength)
            row.addSpacing(4)
        row.addWidget(self.reset)
        row.addWidget(self.memory, 1)
        self.strength.valueChanged.connect(self._show)
        for stepper in self._steppers:
            stepper.changed.connect(self._show)
        self.reset.clicked.connect(self.set_default)
        self._show()

    @property
    def share(self) -> float:
        """Of the change that is made, 0-1."""
        return self.strength.value() / 100

    @property
    def chosen_steps(self) -> int | None:
        return self.steps.value() or None

    @property
    def chosen_guidance(self) -> float | None:
        return self.guidance.value() or None

    @property
    def is_default(self) -> bool:
        return self.share == 1 and self.chosen_steps is None and self.chosen_guidance is None

    def set_default(self) -> None:
        self.strength.setValue(100)
        self.steps.setValue(0)
        self.guidance.setValue(0.0)

    def theme_changed(self) -> None:
        for stepper in self._steppers:
            stepper.theme_changed()

    def set_memory(self, words: str, enough: bool = True) -> None:
        """What the edit takes of memory, in one line."""
        self.memory.setText(words)
        role = "faint" if enough else "wrong"
        if self.memory.property("role") != role:
            self.memory.setProperty("role", role)
            self.memory.style().unpolish(self.memory)
            self.memory.style().polish(self.memory)

    def _show(self) -> None:
        self.percent.setText(f"{self.strength.value()}%")
        self.reset.setVisible(not self.is_default)
        self.changed.emit()
