"""Menus, keyboard shortcuts, and the dialogs they open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu

from engine.errors import UserError
from instructme_app import theme
from instructme_app.model.failure import Failure
from instructme_app.model.settings import THEMES
from instructme_app.windows.export import export_round

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

AUDIO_FILTER = "Audio (*.wav *.flac *.ogg *.mp3 *.aiff *.aif);;All files (*)"
EXPORT_FILTER = "FLAC (*.flac);;WAV (*.wav);;Ogg Vorbis (*.ogg);;MP3 (*.mp3)"


class Actions(QObject):
    """Every action of the window, each with its key. A text field takes letters for itself, as Qt has it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        bar = window.menuBar()
        file, edit = bar.addMenu(self.tr("File")), bar.addMenu(self.tr("Edit"))
        play, view = bar.addMenu(self.tr("Play")), bar.addMenu(self.tr("View"))
        session, playback, axis = window.session, window.playback, window.axis

        self.open = self._add(file, self.tr("Open song …"), "Ctrl+O", self._open)
        self.open_project = self._add(file, self.tr("Open project …"), "Ctrl+Shift+O", self._open_project)
        self._recent = file.addMenu(self.tr("Recent"))
        file.addSeparator()
        self.export = self._add(file, self.tr("Export this round …"), "Ctrl+E", self._export)
        file.addSeparator()
        self._add(file, self.tr("Quit"), "Ctrl+Q", window.close)

        self.undo = self._add(edit, self.tr("Undo"), "Ctrl+Z", session.undo)
        self.redo = self._add(edit, self.tr("Redo"), "Ctrl+Shift+Z", session.redo)
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        edit.addSeparator()
        self.instruct = self._add(edit, self.tr("Write an instruction"), "Ctrl+K", self._focus_bar)
        self.cancel = self._add(edit, self.tr("Cancel, or clear the selection"), "Escape", window.escape)

        self.play = self._add(play, self.tr("Play or pause"), "Space", playback.toggle)
        self.before = self._add(play, self.tr("Before or after"), "X", window.toggle_before)
        self._add(play, self.tr("To the start"), "Home", lambda: playback.seek(0.0))
        self._add(play, self.tr("Back five seconds"), "J", lambda: self._skip(-5.0))
        self._add(play, self.tr("On five seconds"), "K", lambda: self._skip(5.0))
        self._add(play, self.tr("Loop"), "L", window.transport.loop_button.toggle)

        self._add(view, self.tr("Zoom in"), "Ctrl++", lambda: axis.zoom(0.6, playback.position))
        self._add(view, self.tr("Zoom out"), "Ctrl+-", lambda: axis.zoom(1 / 0.6, playback.position))
        self._add(view, self.tr("Whole song"), "Ctrl+0", axis.show_all)
        view.addSeparator()
        themes = view.addMenu(self.tr("Theme"))
        labels = {"dark": self.tr("Dark"), "light": self.tr("Light"), "system": self.tr("As the system")}
        for name in THEMES:
            self._add(themes, labels[name], "", lambda name=name: setattr(window.settings, "theme", name))

        window.settings.recent_changed.connect(self._fill_recent)
        self._fill_recent()

    def _add(self, menu: QMenu, text: str, key: str, act: Callable[[], object]) -> QAction:
        action = QAction(text, self._window)
        if key:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _=False: act())
        menu.addAction(action)
        self._window.addAction(action)
        return action

    def refresh(self) -> None:
        session = self._window.session
        self.export.setEnabled(session.project is not None)
        self.undo.setEnabled(session.can_undo)
        self.redo.setEnabled(session.can_redo)

    def theme_changed(self) -> None:
        for action, name in ((self.undo, "undo"), (self.redo, "redo"), (self.export, "export"), (self.open, "open")):
            action.setIcon(theme.icon(name, "muted", 16))

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self._window.settings.recent:
            action = self._recent.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, path=path: self._window.open_path(path))
        self._recent.setEnabled(bool(self._recent.actions()))

    def _open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open a song"), "", AUDIO_FILTER)
        if name:
            self._window.open_path(Path(name))

    def _open_project(self) -> None:
        folder = str(self._window.settings.projects)
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Open a project"), folder)
        if name:
            self._window.open_path(Path(name))

    def _export(self) -> None:
        session = self._window.session
        if session.current is None or session.info is None:
            return
        suggested = f"{session.name} - {session.current.understood or self.tr('copy')}.{session.info.format.lower()}"
        name, chosen = QFileDialog.getSaveFileName(self._window, self.tr("Export this round"), suggested, EXPORT_FILTER)
        if not name:
            return
        path = Path(name)
        if not path.suffix:
            path = path.with_suffix(chosen[chosen.index("*") + 1 : -1])
        self.export_to(path)

    def export_to(self, path: Path) -> bool:
        """Write the current round to `path`; the banner says why where that fails."""
        session = self._window.session
        try:
            written = export_round(session, path)
        except UserError as error:
            session.failed.emit(Failure(error.cause, error.remedy))
            return False
        self._window.statusBar().showMessage(self.tr("Exported to {0}").format(written), 8000)
        return True

    def _skip(self, seconds: float) -> None:
        self._window.playback.seek(max(0.0, self._window.playback.position + seconds))

    def _focus_bar(self) -> None:
        self._window.bar.edit.setFocus()
        self._window.bar.edit.selectAll()
