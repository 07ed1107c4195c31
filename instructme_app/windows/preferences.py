"""Preferences: every change counts at once, and nothing needs an OK."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QObject
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app.model import formats
from instructme_app.model.devices import Device, Devices
from instructme_app.model.settings import LANGUAGES, THEMES, Settings
from instructme_app.sizes import fit, px
from instructme_app.views.form import Form, Scrolled, beside, field, note, set_role
from instructme_app.views.form_controls import Check, Choice

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

WIDTH = 580
MEBIBYTE = 2**20
LIMITS = (200, 400, 800, 1600, 3200, 6400)
"""Mebibytes of sound that may be offered; no more than half of the machine's memory is."""


class Preferences(QDialog):
    """On `settings`, and on the `devices` that were found."""

    def __init__(self, settings: Settings, devices: Devices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._devices = settings, devices
        self._filling = False
        self.setWindowTitle(self.tr("Preferences"))
        self._build()
        self.refresh()
        self._connect()
        fit(self, Preferences._fit)

    def _fit(self) -> None:
        width = px(WIDTH)
        self.resize(width, self._scrolled.height_for(width) + self._buttons.sizeHint().height() + 4)

    def _build(self) -> None:
        form = Form()
        self.theme = Choice()
        self.language = Choice()
        form.section(self.tr("Window"))
        form.row(self.tr("Theme"), self.theme)
        form.row(self.tr("Language"), self.language, self.tr("A new language is taken up at the next start."))

        self.output = Choice()
        self.input = Choice()
        self.match = Check(self.tr("Match loudness when rounds are compared"))
        form.section(self.tr("Sound"))
        form.row(self.tr("Output"), self.output)
        form.row(self.tr("Input"), self.input)
        form.right(self.match)
        self.memory = Choice()
        form.row(
            self.tr("Memory for sound"), self.memory, self.tr("What does not fit is read from the disk when needed.")
        )

        self.projects = field()
        self.choose = QPushButton(self.tr("Choose …"))
        self.choose.setProperty("kind", "quiet")
        self.choose.setAutoDefault(False)
        self.choose.setAccessibleName(self.tr("Choose the folder of projects"))
        self.projects_note = note()
        self.format = Choice()
        form.section(self.tr("Files"))
        form.row(self.tr("Projects"), beside(self.projects, self.choose))
        self.projects.setAccessibleName(self.tr("Folder of projects"))
        form.right(self.projects_note)
        form.row(self.tr("Export as"), self.format)

        close = QPushButton(self.tr("Close"))
        close.setProperty("kind", "quiet")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(26, 0, 26, 20)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._scrolled = Scrolled(form, (26, 22, 26, 18))
        layout.addWidget(self._scrolled, 1)
        layout.addLayout(buttons)
        self._buttons = buttons

    def _connect(self) -> None:
        settings = self._settings
        self.theme.activated.connect(lambda _: setattr(settings, "theme", self.theme.currentData()))
        self.language.activated.connect(lambda _: setattr(settings, "language", self.language.currentData()))
        self.output.activated.connect(lambda _: setattr(settings, "output_device", self.output.currentData()))
        self.input.activated.connect(lambda _: setattr(settings, "input_device", self.input.currentData()))
        self.match.toggled.connect(self._set_match)
        self.memory.activated.connect(lambda _: setattr(settings, "memory_limit", self.memory.currentData()))
        self.format.activated.connect(lambda _: setattr(settings, "export_format", self.format.currentData()))
        self.projects.editingFinished.connect(lambda: self._set_projects(self.projects.text()))
        self.choose.clicked.connect(self._choose_projects)
        # What is changed elsewhere while this is open.
        settings.theme_changed.connect(lambda _: self.refresh())
        settings.match_loudness_changed.connect(lambda _: self.refresh())
        self._devices.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show what the settings say."""
        settings = self._settings
        self._filling = True
        themes = {"dark": self.tr("Dark"), "light": self.tr("Light"), "system": self.tr("As the system")}
        _fill(self.theme, [(themes[name], name) for name in THEMES], settings.theme)
        # Languages are called by their own names, so that one finds the way back.
        languages = {"system": self.tr("As the system"), "en": "English", "de": "Deutsch"}
        _fill(self.language, [(languages.get(name, name), name) for name in LANGUAGES], settings.language)
        _fill(self.output, self._choices(self._devices.outputs, settings.output_device), settings.output_device)
        _fill(self.input, self._choices(self._devices.inputs, settings.input_device), settings.input_device)
        self.match.setChecked(settings.match_loudness)
        most = max(psutil.virtual_memory().total // 2 // MEBIBYTE, LIMITS[1])
        limits = {limit * MEBIBYTE for limit in LIMITS if limit <= most} | {settings.memory_limit}
        memory = [(self.tr("{0} MB").format(limit // MEBIBYTE), limit) for limit in sorted(limits)]
        _fill(self.memory, memory, settings.memory_limit)
        self.projects.setText(str(settings.projects))
        self._tell(self.tr("New songs begin here; projects that exist stay where they are."))
        exports = [(self.tr("As at the last export"), "")]
        exports += [(formats.describe_key(key, None), key) for key in formats.KEYS]
        _fill(self.format, exports, settings.export_format)
        self._filling = False

    def _choices(self, found: tuple[Device, ...], chosen: str) -> list[tuple[str, str]]:
        choices = [(self.tr("As the system"), "")] + [(device.name, device.name) for device in found]
        if chosen and chosen not in {device.name for device in found}:
            choices.append((self.tr("{0} (not connected)").format(chosen), chosen))
        return choices

    def _set_match(self, match: bool) -> None:
        if not self._filling:
            self._settings.match_loudness = match

    def _choose_projects(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Folder of projects"), self.projects.text())
        if name:
            self.projects.setText(name)
            self._set_projects(name)

    def _set_projects(self, name: str) -> None:
        """A folder that exists, or that can be made in one that does."""
        folder = Path(name.strip()).expanduser()
        if not name.strip() or not folder.is_absolute():
            self.projects.setText(str(self._settings.projects))
            self._tell(self.tr("That is no full path of a folder; the folder before is kept."), wrong=True)
        elif not (folder.is_dir() or folder.parent.is_dir()) or folder.is_file():
            self._tell(self.tr("There is no such folder; choose another one, or make it first."), wrong=True)
        else:
            self._settings.projects = folder
            self._tell(self.tr("New songs begin here; projects that exist stay where they are."))

    def _tell(self, text: str, wrong: bool = False) -> None:
        self.projects_note.setText(text)
        set_role(self.projects_note, "wrong" if wrong else "faint")


class Preferring(QObject):
    """The action, and what follows a changed setting anywhere in the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: Preferences | None = None
        settings = window.settings
        self.action = window.actions_.add("edit", self.tr("Preferences …"), "Ctrl+,", self.open)
        settings.projects_changed.connect(lambda folder: setattr(window.session, "projects", folder))

    def open(self) -> Preferences:
        """Show the dialog; devices are looked for anew, off the window's thread."""
        if self.dialog is None:
            self.dialog = Preferences(self._window.settings, self._window.auditioning.devices, self._window)
        self.dialog.refresh()
        self._window.auditioning.devices.refresh()
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog


def _fill(box: QComboBox, entries: Sequence[tuple[str, object]], chosen: object) -> None:
    box.blockSignals(True)
    box.clear()
    for text, data in entries:
        box.addItem(text, data)
    box.setCurrentIndex(max(0, next((i for i, (_, data) in enumerate(entries) if data == chosen), 0)))
    box.blockSignals(False)
