"""The form of the export dialog: what, how, where, and which files that gives. It knows nothing of the session."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app.model.naming import TOKENS
from instructme_app.views.fitting import FittingLine
from instructme_app.views.form import Form, beside, field, note
from instructme_app.views.form_controls import Check, Choice

SHOWN = 5
"""Files that the preview names one by one."""


class ExportForm(Form):
    """`checks` by the names in `instructme_app.model.exporting.What`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        labels = {
            "round": self.tr("This round"),
            "removed": self.tr("What was removed"),
            "added": self.tr("What was added"),
            "notes": self.tr("Its notes, as MIDI"),
            "difference": self.tr("What changed: before minus after"),
            "tree": self.tr("Every round"),
            "log": self.tr("How it was made, as JSON"),
        }
        self.checks: dict[str, Check] = {}
        choices = QWidget()
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        for what, text in labels.items():
            self.checks[what] = Check(text)
            column.addWidget(self.checks[what])
        self.section(self.tr("What"))
        self.wide(choices)

        self.section(self.tr("How"))
        self.format = Choice()
        self.quality = Choice()
        self.about = note()
        self.row(self.tr("Format"), self.format)
        self._quality_label = self.row(self.tr("Quality"), self.quality)
        self.right(self.about)

        self.section(self.tr("Where"))
        self.pattern = field()
        self.pattern.setToolTip(
            self.tr("Words in braces are filled in: {0}").format(", ".join(f"{{{name}}}" for name in TOKENS))
        )
        self.row(self.tr("Name"), self.pattern)
        self.folder = field()
        self.folder.setAccessibleName(self.tr("Folder"))
        self.choose = QPushButton(self.tr("Choose …"))
        self.choose.setProperty("kind", "quiet")
        self.choose.setAutoDefault(False)
        self.choose.setAccessibleName(self.tr("Choose the folder"))
        self.row(self.tr("Folder"), beside(self.folder, self.choose))

        files = QFrame()
        files.setProperty("role", "card")
        grid = QGridLayout(files)
        grid.setContentsMargins(14, 10, 14, 10)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        self.names = [FittingLine() for _ in range(SHOWN)]
        self.sizes = [QLabel() for _ in range(SHOWN)]
        for row, (name, size) in enumerate(zip(self.names, self.sizes, strict=True)):
            size.setProperty("role", "faint")
            size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(name, row, 0)
            grid.addWidget(size, row, 1)
        self.total = note()
        grid.addWidget(self.total, SHOWN, 0, 1, 2)
        self.right(files)
        self._count = 0

    @property
    def wanted(self) -> tuple[str, ...]:
        return tuple(what for what, check in self.checks.items() if check.isChecked() and not check.isHidden())

    def want(self, wanted: Sequence[str]) -> None:
        for what, check in self.checks.items():
            check.setChecked(what in wanted)

    def offer(self, there: Sequence[str], title: str, rounds: int) -> None:
        """Only what the current round has; `title` is its name, `rounds` how many there are to export."""
        for what, check in self.checks.items():
            check.setVisible(what in there)
        self.checks["round"].setText(self.tr("This round: {0}").format(title))
        self.checks["tree"].setText(self.tr("All {0} rounds").format(rounds))

    def set_about(self, text: str, lossy: bool) -> None:
        self.quality.setVisible(lossy)
        self._quality_label.setVisible(lossy)
        self.about.setText(text)
        self.about.setVisible(bool(text))

    def show_names(self, names: Sequence[str]) -> None:
        """The files, of which no sizes are known yet."""
        for index, (label, size) in enumerate(zip(self.names, self.sizes, strict=True)):
            label.setText(names[index] if index < len(names) else "")
            label.setVisible(index < len(names))
            size.setText("")
            size.setVisible(index < len(names))
        self._count = len(names)
        self.total.setText(self._counted() if names else self.tr("Nothing is chosen"))

    def show_sizes(self, sizes: Sequence[str], whole: str, free: str) -> None:
        for label, size in zip(self.sizes, sizes, strict=False):
            label.setText(size)
        about, left = self.tr("about {0}").format(whole), self.tr("{0} free").format(free)
        self.total.setText("   ·   ".join((self._counted(), about, left)))

    def _counted(self) -> str:
        if self._count > SHOWN:
            return self.tr("and {0} more").format(self._count - SHOWN)
        return self.tr("1 file") if self._count == 1 else self.tr("{0} files").format(self._count)
