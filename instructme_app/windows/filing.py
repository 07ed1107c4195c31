"""What the File menu does: opening, recent songs, copies, exporting, leaving."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from instructme_app.windows.closing import OnClose
from instructme_app.windows.dragging import Dragging
from instructme_app.windows.exporting import Exporting
from instructme_app.windows.pasting import Pasting
from instructme_app.windows.save_copy import SaveCopy

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

AUDIO_FILTER = "*.wav *.flac *.ogg *.opus *.mp3 *.aiff *.aif"


class Filing(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        actions, add = window.actions_, window.actions_.add
        self.open = add("file", self.tr("Open song …"), "Ctrl+O", self._open, icon="open")
        self.open_project = add("file", self.tr("Open project …"), "Ctrl+Shift+O", self._open_project)
        self._recent = actions.submenu("file", self.tr("Recent"))
        self._recent.setToolTipsVisible(True)
        self.pasting = Pasting(window)
        actions.separate("file")
        self.save_copy = SaveCopy(window)
        self.exporting = Exporting(window)
        self.export = self.exporting.action
        actions.separate("file")
        add("file", self.tr("Quit"), "Ctrl+Q", window.close)
        self.dragging = Dragging(window)
        OnClose(window, self.exporting.close)
        window.settings.recent_changed.connect(self._fill_recent)
        self._fill_recent()

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self._window.settings.recent:
            action = self._recent.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, path=path: self._window.open_path(path))
        self._recent.setEnabled(bool(self._recent.actions()))

    @property
    def going_on(self) -> str:
        """Who opened a sound file may have expected it without what was done to it before; "" where nothing was."""
        session, count = self._window.session, len(self._window.session.rounds) - 1
        if session.asked is None or session.asked.is_dir() or count < 1:
            return ""
        if count == 1:
            return self.tr("Going on with the round that you made of this song before")
        return self.tr("Going on with the {0} rounds that you made of this song before").format(count)

    def _open(self) -> None:
        kinds = ";;".join((self.tr("Songs ({0})").format(AUDIO_FILTER), self.tr("All files (*)")))
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open a song"), "", kinds)
        if name:
            self._window.open_path(Path(name))

    def _open_project(self) -> None:
        folder = str(self._window.settings.projects)
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Open a project"), folder)
        if name:
            self._window.open_path(Path(name))
