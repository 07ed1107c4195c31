"""Version, licence, and those of the parts that InstructME is made of, read from what is installed."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from instructme_app import theme
from instructme_app.sizes import window


def program_version() -> str:
    try:
        return version("instructme")
    except PackageNotFoundError:
        return ""


def parts() -> list[tuple[str, str, str]]:
    """(name, version, licence) of each package that the program needs to run; nothing is imported for it."""
    found = []
    try:
        wanted = requires("instructme") or []
    except PackageNotFoundError:
        wanted = []
    for line in wanted:
        if "extra ==" in line:
            continue
        name = line.replace("<", " ").replace(">", " ").replace("=", " ").replace("[", " ").split()[0]
        try:
            facts = metadata(name)
        except PackageNotFoundError:
            continue
        found.append((name, facts["Version"], _licence(facts)))
    return found


def _licence(facts: object) -> str:
    """A short name: the SPDX expression, else the classifier, else the first line of the old field."""
    get, every = facts.get, facts.get_all  # type: ignore[attr-defined]
    expression = get("License-Expression")
    if expression:
        return str(expression)
    classes = [str(line).rsplit("::", 1)[-1].strip() for line in every("Classifier") or () if "License ::" in str(line)]
    if classes:
        return ", ".join(classes)
    lines = str(get("License") or "").strip().splitlines()
    return lines[0][:60] if lines else ""


class AboutWindow(QDialog):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About InstructME"))
        self.resize(window(520, 480))
        picture = QLabel()
        picture.setPixmap(theme.pixmap("instructme", theme.active().accent, 44))
        title = QLabel(f"InstructME {program_version()}".strip())
        title.setProperty("role", "title")
        says = QLabel(self.tr("A song in, an instruction in, the edited song out. Everything runs on this computer."))
        says.setProperty("role", "muted")
        says.setWordWrap(True)
        runs = QLabel(
            self.tr("MIT licence   ·   Python {0}   ·   Qt {1}   ·   {2}").format(
                platform.python_version(), qVersion(), platform.system()
            )
        )
        runs.setProperty("role", "faint")
        runs.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        heading = QLabel(self.tr("MADE WITH"))
        heading.setProperty("role", "heading")
        table = QTextBrowser()
        table.setProperty("role", "list")
        table.setAccessibleName(self.tr("Parts and their licences"))
        muted = theme.active().muted
        rows = "".join(
            f'<tr><td>{name} {number}</td><td style="color:{muted}; padding-left:24px">{licence}</td></tr>'
            for name, number, licence in parts()
        )
        table.setHtml(f"<table cellspacing='5'>{rows}</table>")
        words = QVBoxLayout()
        words.setSpacing(3)
        for widget in (title, says, runs):
            words.addWidget(widget)
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(heading)
        layout.addWidget(table, 1)
