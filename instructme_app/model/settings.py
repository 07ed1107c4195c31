"""What the window remembers between starts, and where projects live."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

THEMES = ("dark", "light", "system")
LANGUAGES = ("system", "en", "de")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "float32", "bfloat16")
RECENT = 10
INSTRUCTIONS = 100
DEFAULT_MEMORY, LEAST_MEMORY = 400 * 2**20, 128 * 2**20
"""Bytes."""


def home() -> Path:
    """The folder of projects, settings of this program and logs; INSTRUCTME_HOME moves it."""
    named = os.environ.get("INSTRUCTME_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("InstructME", appauthor=False))


class Settings(QObject):
    """Theme, recent files, loudness matching and the window's place, in an INI file under `home()`."""

    theme_changed = Signal(str)
    recent_changed = Signal()
    projects_changed = Signal(Path)
    memory_limit_changed = Signal(object)
    """Bytes, which a C++ int may be too small for."""
    match_loudness_changed = Signal(bool)
    devices_changed = Signal()

    def __init__(self, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder or home()
        self._store = QSettings(str(self.folder / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def projects(self) -> Path:
        """Where new projects are made; those that exist stay where they are."""
        named = str(self._store.value("projects", ""))
        return Path(named) if named else self.folder / "projects"

    @projects.setter
    def projects(self, value: Path) -> None:
        if value != self.projects:
            self._store.setValue("projects", str(value))
            self.projects_changed.emit(value)

    @property
    def memory_limit(self) -> int:
        """Bytes of sound that may be kept in memory."""
        try:
            value = int(str(self._store.value("memory_limit", DEFAULT_MEMORY)))
        except ValueError:
            value = DEFAULT_MEMORY
        return max(value, LEAST_MEMORY)

    @memory_limit.setter
    def memory_limit(self, value: int) -> None:
        if value != self.memory_limit:
            self._store.setValue("memory_limit", value)
            self.memory_limit_changed.emit(value)

    @property
    def export_format(self) -> str:
        """A key of instructme_app.model.formats, or "" for the format of the last export."""
        return str(self._store.value("export_format", ""))

    @export_format.setter
    def export_format(self, value: str) -> None:
        self._store.setValue("export_format", value)

    @property
    def export_choice(self) -> dict[str, Any]:
        """What was chosen at the last export; {} before the first one."""
        try:
            found = json.loads(str(self._store.value("export_choice", "{}")))
        except ValueError:
            found = {}
        return found if isinstance(found, dict) else {}

    @export_choice.setter
    def export_choice(self, value: dict[str, Any]) -> None:
        self._store.setValue("export_choice", json.dumps(value))

    @property
    def output_device(self) -> str:
        """Name of the sound output; "" is the system's own."""
        return str(self._store.value("output_device", ""))

    @output_device.setter
    def output_device(self, value: str) -> None:
        if value != self.output_device:
            self._store.setValue("output_device", value)
            self.devices_changed.emit()

    @property
    def input_device(self) -> str:
        """Name of the microphone; "" is the system's own."""
        return str(self._store.value("input_device", ""))

    @input_device.setter
    def input_device(self, value: str) -> None:
        if value != self.input_device:
            self._store.setValue("input_device", value)
            self.devices_changed.emit()

    @property
    def model(self) -> str:
        """Folder of the model to load; "" is the one that came with the program."""
        return str(self._store.value("model", ""))

    @model.setter
    def model(self, value: str) -> None:
        self._store.setValue("model", value)

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Models that the user added, in the order of adding."""
        value = self._store.value("model_folders", [])
        names = [value] if isinstance(value, str) else list(value or [])  # type: ignore[call-overload]
        return tuple(Path(str(name)) for name in names)

    @model_folders.setter
    def model_folders(self, value: tuple[Path, ...]) -> None:
        self._store.setValue("model_folders", [str(path) for path in value])

    @property
    def device(self) -> str:
        """Where the model computes: one of DEVICES."""
        value = str(self._store.value("device", "auto"))
        return value if value in DEVICES else "auto"

    @device.setter
    def device(self, value: str) -> None:
        self._store.setValue("device", value)

    @property
    def precision(self) -> str:
        """How the model computes: one of PRECISIONS."""
        value = str(self._store.value("precision", "auto"))
        return value if value in PRECISIONS else "auto"

    @precision.setter
    def precision(self, value: str) -> None:
        self._store.setValue("precision", value)

    @property
    def theme(self) -> str:
        value = str(self._store.value("theme", "dark"))
        return value if value in THEMES else "dark"

    @theme.setter
    def theme(self, value: str) -> None:
        if value != self.theme:
            self._store.setValue("theme", value)
            self.theme_changed.emit(value)

    @property
    def match_loudness(self) -> bool:
        return str(self._store.value("match_loudness", "true")).lower() == "true"

    @match_loudness.setter
    def match_loudness(self, value: bool) -> None:
        changed = value != self.match_loudness
        self._store.setValue("match_loudness", "true" if value else "false")
        if changed:
            self.match_loudness_changed.emit(value)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Newest first; what is gone meanwhile is left out."""
        value = self._store.value("recent", [])
        names = [value] if isinstance(value, str) else list(value or [])  # type: ignore[call-overload]
        return tuple(path for path in map(Path, map(str, names)) if path.exists())

    def remember(self, path: Path) -> None:
        path = path.resolve()
        names = [str(path), *(str(known) for known in self.recent if known != path)]
        self._store.setValue("recent", names[:RECENT])
        self.recent_changed.emit()

    @property
    def instructions(self) -> tuple[str, ...]:
        """What was asked for, the latest last."""
        value = self._store.value("instructions", [])
        return (value,) if isinstance(value, str) else tuple(map(str, value or []))  # type: ignore[call-overload]

    def remember_instruction(self, text: str) -> None:
        known = [other for other in self.instructions if other != text]
        self._store.setValue("instructions", [*known, text][-INSTRUCTIONS:])

    @property
    def geometry(self) -> QByteArray | None:
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def splitter(self) -> QByteArray | None:
        """Where the main window's splitter stands."""
        value = self._store.value("splitter")
        return value if isinstance(value, QByteArray) else None

    @splitter.setter
    def splitter(self, value: QByteArray) -> None:
        self._store.setValue("splitter", value)

    @property
    def language(self) -> str:
        """One of LANGUAGES; taken up at the next start."""
        value = str(self._store.value("language", "system"))
        return value if value in LANGUAGES else "system"

    @language.setter
    def language(self, value: str) -> None:
        self._store.setValue("language", value)

    @property
    def toured(self) -> bool:
        """The tour of the first start was seen, or skipped."""
        return str(self._store.value("toured", "false")).lower() == "true"

    @toured.setter
    def toured(self, value: bool) -> None:
        self._store.setValue("toured", "true" if value else "false")

    @property
    def views(self) -> dict[str, Any]:
        """What the views were set to: lanes hidden, their heights, how rounds are compared. {} where unreadable."""
        try:
            value = json.loads(str(self._store.value("views", "{}")))
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @views.setter
    def views(self, value: dict[str, Any]) -> None:
        self._store.setValue("views", json.dumps(value))
