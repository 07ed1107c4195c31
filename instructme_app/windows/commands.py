"""The everyday actions: go about in the rounds, write an instruction, play, zoom, choose a theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from instructme_app.model.settings import THEMES

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow


class Commands(QObject):
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

    def _focus_bar(self) -> None:
        self._window.bar.edit.setFocus()
        self._window.bar.edit.selectAll()
