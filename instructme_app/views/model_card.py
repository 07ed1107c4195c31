"""One model in full: where and what it is, what it knows, its limits, its figures, how it was made."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from instructme_app.messages import translated
from instructme_app.model.formats import describe_bytes
from instructme_app.model.models import ModelFacts
from instructme_app.sizes import fit, px, text
from instructme_app.views.fitting import FittingLine
from instructme_app.views.form import Form, Scrolled, note, set_role

SHORT = 12
"""Digits of a hash that are shown: enough to tell two apart by eye."""


class HashButton(QPushButton):
    """A hash, short; the tooltip has all of it and a click copies it."""

    def __init__(self, digest: str, what: str) -> None:
        super().__init__(digest[:SHORT] or "–")
        self.digest = digest
        self.setProperty("kind", "hash")
        self.setToolTip(self.tr("{0}\nClick to copy").format(digest))
        self.setAccessibleName(self.tr("Copy the hash of {0}").format(what))
        self.setEnabled(bool(digest))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        fit(self, HashButton._write)
        self.clicked.connect(self._copy)

    def _write(self) -> None:
        self.setStyleSheet(
            "QPushButton { font-family: 'DejaVu Sans Mono', 'SF Mono', Consolas, monospace;"
            f" font-size: {text(12)}px; padding: 1px 0; text-align: left; border-radius: 5px; }}"
        )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.digest)
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), self.tr("Copied"), self)


class ModelCard(QWidget):
    """Shows one `ModelFacts`; rebuilt as a whole, since models differ in what they tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.state = note(role="muted")
        head = QVBoxLayout()
        head.setContentsMargins(26, 22, 26, 10)
        head.setSpacing(3)
        head.addWidget(self.title)
        head.addWidget(self.state)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addLayout(head)
        self._body: QWidget = QWidget()
        self._layout.addWidget(self._body, 1)
        self.facts: ModelFacts | None = None

    def set_state(self, text: str, wrong: bool = False) -> None:
        """A line below the name: loaded, whole, or what is wrong."""
        self.state.setText(text)
        self.state.setVisible(bool(text))
        set_role(self.state, "wrong" if wrong else "muted")

    def show_facts(self, facts: ModelFacts) -> None:
        if facts == self.facts:
            return
        self.facts = facts
        self.title.setText(facts.title)
        body = Scrolled(self._form(facts), (26, 6, 26, 22))
        self._layout.replaceWidget(self._body, body)
        self._body.hide()
        self._body.setParent(None)
        self._body.deleteLater()
        self._body = body

    def _form(self, facts: ModelFacts) -> Form:
        form = Form()
        form.row(self.tr("Folder"), FittingLine(str(facts.folder)))
        if facts.problem:
            return form
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(HashButton(facts.hash, facts.title))
        line.addStretch(1)
        form.row(self.tr("Hash"), holder)
        form.row(self.tr("Size"), QLabel(describe_bytes(facts.bytes)))
        form.row(self.tr("Licence"), QLabel(facts.licence or self.tr("not stated")))
        form.row(self.tr("Made on"), QLabel(facts.created or self.tr("not stated")))

        form.section(self.tr("What it knows"))
        form.row(self.tr("Instruments"), _words(facts.instruments))
        form.row(self.tr("Genres"), _words(facts.genres))
        if facts.limits:
            form.section(self.tr("Its limits"))
            for operations, limit in facts.limits:
                words = translated(limit)
                form.row(operations, note(words[:1].upper() + words[1:], "body"))
        if facts.measured:
            form.section(self.tr("How well it does"))
            about = self.tr("SI-SDR to the true result with its 95 % interval, higher is better. Songs: {0}.")
            form.wide(note(about.format(facts.measured_on or self.tr("not stated"))))
            form.wide(self._table(facts))
        form.section(self.tr("How it was made"))
        for stage, words in facts.made:
            form.row(stage, note(words, "body"))
        if facts.data:
            form.row(self.tr("From"), note("\n".join(facts.data), "body"))
        form.section(self.tr("Files"))
        form.wide(self._files(facts))
        if facts.figures:
            form.wide(self._all_figures(facts))
        return form

    def _table(self, facts: ModelFacts) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        fit(table, lambda _: grid.setColumnMinimumWidth(0, px(132)))
        for column, title in enumerate(("", self.tr("Edited"), self.tr("Left as it was"))):
            grid.addWidget(_cell(title, "faint"), 0, column)
        for row, (operation, edited, left) in enumerate(facts.measured, 1):
            grid.addWidget(_cell(operation, "body"), row, 0, Qt.AlignmentFlag.AlignTop)
            for column, (words, role) in enumerate(((edited, ""), (left, "body")), 1):
                cell = _cell(words, role)
                # With large text an interval goes below its mean rather than making the page wider.
                cell.setWordWrap(True)
                grid.addWidget(cell, row, column)
        for column in (1, 2):
            grid.setColumnStretch(column, 1)
        return table

    def _files(self, facts: ModelFacts) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(2)
        for row, file in enumerate(facts.files):
            size = _cell(describe_bytes(file.bytes), "body")
            size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(_cell(file.name), row, 0)
            grid.addWidget(size, row, 1)
            grid.addWidget(HashButton(file.hash, file.name), row, 2)
        grid.setColumnStretch(3, 1)
        return table

    def _all_figures(self, facts: ModelFacts) -> QWidget:
        holder = QWidget()
        button = QPushButton(self.tr("All {0} figures").format(len(facts.figures)))
        button.setProperty("kind", "link")
        button.setCheckable(True)
        button.setAutoDefault(False)
        text = QPlainTextEdit("\n".join(f"{name}   {value}" for name, value in facts.figures))
        text.setReadOnly(True)
        fit(text, lambda part: part.setMinimumHeight(px(220)))
        text.setTabChangesFocus(True)
        text.setAccessibleName(self.tr("All figures"))
        text.hide()
        button.toggled.connect(text.setVisible)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 6, 0, 0)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(text)
        return holder


def _words(names: tuple[str, ...]) -> QLabel:
    label = QLabel(", ".join(names) or "–")
    label.setWordWrap(True)
    return label


def _cell(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    if role:
        label.setProperty("role", role)
    return label
