"""The first and the last page of the listening test: what is to be heard by whom, and what came out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from instructme_app.model.listening_test import SCALES, Mean
from instructme_app.model.numbers import number
from instructme_app.sizes import fit, px
from instructme_app.windows.listening_scales import heading

MOST_SEED = 999_999


def cards_line(cards: Sequence[QWidget]) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(12)
    for card in cards:
        line.addWidget(card, 1)
    return line


def buttons_line(first: QWidget, *buttons: QWidget) -> QHBoxLayout:
    """`first` at the left, the buttons at the right."""
    line = QHBoxLayout()
    line.setSpacing(10)
    line.addWidget(first, 1)
    for button in buttons:
        line.addWidget(button)
    return line


class StartPage(QWidget):
    started = Signal(str, str, int)
    browsed = Signal()

    def __init__(self) -> None:
        super().__init__()
        title = QLabel(self.tr("Listening test"))
        title.setProperty("role", "headline")
        says = QLabel(
            self.tr(
                "You hear each song as it was and as several systems edited it, without their names and in an order "
                "that the seed draws. Rate every version on three scales from 1 to 5. Answers are saved at once; "
                "under the same name you go on where you stopped."
            )
        )
        says.setProperty("role", "body")
        says.setWordWrap(True)
        self.folder = self._field(self.tr("Folder of cases"))
        self.browse = QPushButton(self.tr("Choose …"))
        self.browse.setProperty("kind", "quiet")
        self.listener = self._field(self.tr("Your name or number"))
        self.listener.setText("1")
        self.seed = QSpinBox()
        self.seed.setRange(0, MOST_SEED)
        self.seed.setValue(secrets.randbelow(MOST_SEED))
        self.seed.setAccessibleName(self.tr("Seed"))
        self.seed.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.seed.lineEdit().setTextMargins(10, 0, 0, 0)
        self.begin = QPushButton(self.tr("Begin"))
        self.begin.setProperty("kind", "primary")
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.browse)
        form = QFormLayout()
        form.setSpacing(12)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Folder of cases"), place)
        form.addRow(self.tr("Your name or number"), self.listener)
        form.addRow(self.tr("Seed of the order"), self.seed)
        layout_note = QLabel(
            self.tr(
                "Each case is a folder with source.wav, instruction.txt and one sound file for each system, named "
                "after the system; target.wav may stand beside them."
            )
        )
        layout_note.setProperty("role", "muted")
        layout_note.setWordWrap(True)
        column = QVBoxLayout()
        column.setSpacing(16)
        for part in (title, says):
            column.addWidget(part)
        column.addLayout(form)
        column.addWidget(layout_note)
        column.addWidget(self.begin, 0, Qt.AlignmentFlag.AlignLeft)
        ground = QWidget()
        fit(ground, lambda part: part.setFixedWidth(px(640)))
        ground.setLayout(column)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(ground)
        middle.addStretch(1)
        around = QVBoxLayout(self)
        around.addStretch(1)
        around.addLayout(middle)
        around.addStretch(2)
        self.browse.clicked.connect(self.browsed)
        self.begin.clicked.connect(self._begin)
        self.folder.returnPressed.connect(self._begin)
        self.folder.textChanged.connect(lambda text: self.begin.setEnabled(bool(text.strip())))
        self.begin.setEnabled(False)

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setProperty("role", "search")
        field.setAccessibleName(name)
        return field

    def _begin(self) -> None:
        if self.folder.text().strip():
            self.started.emit(self.folder.text().strip(), self.listener.text(), self.seed.value())


class EndPage(QWidget):
    exported = Signal()
    back_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        title = QLabel(self.tr("Thank you, every case is rated"))
        title.setProperty("role", "headline")
        says = QLabel(self.tr("Means of all listeners so far, with the 95% interval by Student's t."))
        says.setProperty("role", "body")
        self._model = QStandardItemModel(0, 2 + len(SCALES), self)
        self.table = QTableView()
        self.table.setModel(self._model)
        self.table.setAccessibleName(self.tr("Results"))
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.back = QPushButton(self.tr("Back to the cases"))
        self.back.setProperty("kind", "quiet")
        self.save = QPushButton(self.tr("Save the results …"))
        self.save.setProperty("kind", "primary")
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(says)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons_line(self.note, self.back, self.save))
        self.back.clicked.connect(self.back_chosen)
        self.save.clicked.connect(self.exported)

    def set_means(self, means: Sequence[Mean]) -> None:
        """One row a system: only here are the names seen."""
        self.note.setText("")
        self._model.clear()
        titles = [heading(scale)[0] for scale in SCALES]
        self._model.setHorizontalHeaderLabels([self.tr("System"), self.tr("Ratings"), *titles])
        for system in sorted({mean.system for mean in means}):
            own = {mean.scale: mean for mean in means if mean.system == system}
            cells = [system, str(own[SCALES[0]].ratings), *(_written(own[scale]) for scale in SCALES)]
            self._model.appendRow([QStandardItem(cell) for cell in cells])

    def say(self, words: str) -> None:
        self.note.setText(words)


def _written(mean: Mean) -> str:
    if mean.interval is None:
        return number(mean.mean, ".2f")
    middle, low, high = (number(value, ".2f") for value in (mean.mean, *mean.interval))
    return f"{middle}  ({low} – {high})"
