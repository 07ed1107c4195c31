"""The strip of a blind comparison: two sounds without names, a vote, and what the votes say."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from instructme_app import theme
from instructme_app.model import numbers


class BlindStrip(QFrame):
    number_chosen = Signal(int)
    vote_given = Signal(int)
    next_clicked = Signal()
    end_clicked = Signal()
    """End the comparison, or, once it is summed up, put the strip away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pill")
        self.setAccessibleName(self.tr("Blind comparison"))
        self.icon = QLabel()
        self.numbers = {number: self._number(number) for number in (1, 2)}
        self._group = QButtonGroup(self)
        for button in self.numbers.values():
            self._group.addButton(button)
        self.question = QLabel()
        self.question.setProperty("role", "muted")
        self.votes = {1: self._button(self.tr("1 is")), 2: self._button(self.tr("2 is"))}
        self.next = self._button(self.tr("Next"))
        self.tally = QLabel()
        self.tally.setProperty("role", "faint")
        self.end = self._button(self.tr("End"))
        self.end.setProperty("kind", "link")

        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(8)
        row.addWidget(self.icon)
        for button in self.numbers.values():
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self.question)
        for button in self.votes.values():
            row.addWidget(button)
        row.addWidget(self.next)
        row.addStretch(1)
        row.addWidget(self.tally)
        row.addWidget(self.end)

        for number, button in self.numbers.items():
            button.clicked.connect(lambda _=False, number=number: self.number_chosen.emit(number))
        for number, button in self.votes.items():
            button.clicked.connect(lambda _=False, number=number: self.vote_given.emit(number))
        self.next.clicked.connect(self.next_clicked)
        self.end.clicked.connect(self.end_clicked)
        self.theme_changed()

    def ask(self, number: int, right: int, total: int) -> None:
        """A trial, in which `number` is heard; `right` of `total` votes were right so far."""
        self._show(listening=True, voting=True)
        self.numbers[number].setChecked(True)
        self.question.setText(self.tr("Which one is edited?"))
        self._count(right, total)

    def reveal(self, number: int, was_right: bool, edited: int, right: int, total: int) -> None:
        """The vote is given: `edited` was the edited one. Both can still be heard."""
        self._show(listening=True, voting=False)
        self.numbers[number].setChecked(True)
        said = self.tr("Right: {0} was edited.") if was_right else self.tr("No: {0} was edited.")
        self.question.setText(said.format(edited))
        self._count(right, total)

    def sum_up(self, right: int, total: int, chance: float) -> None:
        """At the end: `chance` is how likely chance alone would have been as good."""
        self._show(listening=False, voting=False)
        self.next.hide()
        self.question.setText(
            self.tr("{0} of {1} right. Chance alone would do as well in {2} of cases.").format(
                right, total, percent(chance)
            )
        )
        self.tally.setText("")
        self.end.setText(self.tr("Close"))

    def theme_changed(self) -> None:
        self.icon.setPixmap(theme.pixmap("blind", theme.active().muted, 20))

    def _show(self, listening: bool, voting: bool) -> None:
        self.end.setText(self.tr("End"))
        for button in self.numbers.values():
            button.setVisible(listening)
        for button in self.votes.values():
            button.setVisible(voting)
        self.next.setVisible(not voting)

    def _count(self, right: int, total: int) -> None:
        self.tally.setText(self.tr("{0} of {1} right").format(right, total) if total else "")

    def _number(self, number: int) -> QPushButton:
        button = QPushButton(str(number))
        button.setProperty("kind", "side")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(self.tr("Hear number {0}").format(number))
        button.setToolTip(self.tr("Hear number {0} (X goes from one to the other)").format(number))
        return button

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "chip")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button


def percent(share: float) -> str:
    """A probability for people: 17 %, 0.4 %."""
    return f"{numbers.number(100 * share, '.0f' if share >= 0.01 else '.1f')} %"
