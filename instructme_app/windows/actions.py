"""The register of everything that a key or a menu can do: one row an action, read by the shortcut sheet too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from instructme_app import theme

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow


@dataclass(frozen=True)
class Entry:
    """An action, where it stands, and when it can be used."""

    menu: str
    action: QAction
    enabled: Callable[[], bool] | None
    icon: str

    @property
    def keys(self) -> tuple[str, ...]:
        """As this system writes them."""
        native = QKeySequence.SequenceFormat.NativeText
        return tuple(sequence.toString(native) for sequence in self.action.shortcuts())


class Actions(QObject):
    """Parts of the window hang their actions in here. A text field takes letters for itself, as Qt has it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        titles = {
            "file": self.tr("&File"),
            "edit": self.tr("&Edit"),
            "history": self.tr("Hi&story"),
            "play": self.tr("&Play"),
            "view": self.tr("&View"),
            "tools": self.tr("&Tools"),
            "help": self.tr("&Help"),
        }
        self._menus = {name: window.menuBar().addMenu(title) for name, title in titles.items()}
        self._entries: list[Entry] = []

    def menu(self, name: str) -> QMenu:
        """One of "file", "edit", "history", "play", "view", "tools", "help"."""
        return self._menus[name]

    def add(
        self,
        menu: str,
        text: str,
        keys: str | tuple[str, ...],
        act: Callable[[], object],
        *,
        enabled: Callable[[], bool] | None = None,
        checked: bool | None = None,
        icon: str = "",
        submenu: QMenu | None = None,
    ) -> QAction:
        """An action of the window, at the end of `menu` (or of a `submenu` of it).

        `enabled` is asked at every `refresh`; `checked` makes it an on-off action, which `act` then reads off it.
        """
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(key) for key in ((keys,) if isinstance(keys, str) else keys) if key])
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(lambda _=False: act())
        (submenu or self._menus[menu]).addAction(action)
        self._window.addAction(action)
        self._entries.append(Entry(menu, action, enabled, icon))
        return action

    def separate(self, menu: str) -> None:
        self._menus[menu].addSeparator()

    def submenu(self, menu: str, title: str) -> QMenu:
        return self._menus[menu].addMenu(title)

    def refresh(self) -> None:
        """Something changed that may let actions be used, or not."""
        for entry in self._entries:
            if entry.enabled is not None:
                entry.action.setEnabled(entry.enabled())

    def theme_changed(self) -> None:
        for entry in self._entries:
            if entry.icon:
                entry.action.setIcon(theme.icon(entry.icon, "muted", 16))

    def sections(self) -> Iterator[tuple[str, list[Entry]]]:
        """Per menu its title and the actions in it, in the order in which they were added."""
        for name, menu in self._menus.items():
            entries = [entry for entry in self._entries if entry.menu == name]
            if entries:
                yield menu.title().replace("&", ""), entries
