"""The everyday actions: go about in the rounds, write an instruction, play, zoom, choose a theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication

from instructme_app.model.settings import THEMES

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow


ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Commands(QObject):
    """Space plays wherever the keyboard is, as musicians expect; Enter presses the button that has it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        actions, session, playback, axis = window.actions_, window.session, window.playback, window.axis
        add = actions.add

        self.undo = add("edit", self.tr("Undo"), "Ctrl+Z", session.undo, enabled=lambda: session.can_undo, icon="undo")
        self.redo = add(
            "edit",
            self.tr("Redo"),
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            session.redo,
            enabled=lambda: session.can_redo,
            icon="redo",
        )
        actions.separate("edit")
        self.instruct = add("edit", self.tr("Write an instruction"), "Ctrl+K", self._focus_bar)
        self.cancel = add("edit", self.tr("Cancel, or clear the selection"), "Escape", window.escape)

        self.play = add("play", self.tr("Play or pause"), "Space", playback.toggle)
        add("play", self.tr("To the start"), "Home", lambda: playback.seek(0.0))

        add("view", self.tr("Zoom in"), "Ctrl++", lambda: axis.zoom(0.6, playback.position))
        add("view", self.tr("Zoom out"), "Ctrl+-", lambda: axis.zoom(1 / 0.6, playback.position))
        add("view", self.tr("Whole song"), "Ctrl+0", axis.show_all)
        actions.separate("view")
        themes = actions.submenu("view", self.tr("Theme"))
        labels = {"dark": self.tr("Dark"), "light": self.tr("Light"), "system": self.tr("As the system")}
        for name in THEMES:
            add("view", labels[name], "", lambda name=name: setattr(window.settings, "theme", name), submenu=themes)

        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys arrive here that neither a shortcut nor the part with the keyboard wanted."""
        if watched is self._window and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            button, keys = QApplication.focusWidget(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            plain = event.key() in ENTER and keys == Qt.KeyboardModifier.NoModifier
            if plain and isinstance(button, QAbstractButton) and self._window.isAncestorOf(button):
                # Held down, it must not press again and again.
                if not event.isAutoRepeat():
                    button.click()
                return True
        return super().eventFilter(watched, event)

    def _focus_bar(self) -> None:
        self._window.bar.edit.setFocus()
        self._window.bar.edit.selectAll()
