"""What the window remembers between starts, and where projects live."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

THEMES = ("dark", "light", "system")
RECENT = 10


def home() -> Path:
    """The folder of projects, settings of this program and logs; INSTRUCTME_HOME moves it."""
    named = os.environ.get("INSTRUCTME_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("InstructME", appauthor=False))


class Settings(QObject):
    """Theme, recent files, loudness matching and the window's place, in an INI file under `home()`."""

    theme_changed = Signal(str)
    recent_changed = Signal()

    def __init__(self, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder or home()
        self._store = QSettings(str(self.folder / "settings.ini"), QSettings.Format.IniFormat)

    @property
    def projects(self) -> Path:
        return self.folder / "projects"

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
        self._store.setValue("match_loudness", "true" if value else "false")

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
    def geometry(self) -> QByteArray | None:
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)
