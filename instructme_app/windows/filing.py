"""What the File menu does: opening, recent songs, exporting, leaving."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine.errors import UserError
from instructme_app.model.failure import Failure
from instructme_app.windows.export import export_round

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

AUDIO_FILTER = "Audio (*.wav *.flac *.ogg *.mp3 *.aiff *.aif);;All files (*)"
EXPORT_FILTER = "FLAC (*.flac);;WAV (*.wav);;Ogg Vorbis (*.ogg);;MP3 (*.mp3)"


class Filing(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        add = window.actions_.add
        self.open = add("file", self.tr("Open song …"), "Ctrl+O", self._open, icon="open")
        self.open_project = add("file", self.tr("Open project …"), "Ctrl+Shift+O", self._open_project)
        self._recent = window.actions_.submenu("file", self.tr("Recent"))
        window.actions_.separate("file")
        self.export = add(
            "file", self.tr("Export this round …"), "Ctrl+E", self._export, enabled=self._has_song, icon="export"
        )
        window.actions_.separate("file")
        add("file", self.tr("Quit"), "Ctrl+Q", window.close)
        window.settings.recent_changed.connect(self._fill_recent)
        self._fill_recent()

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

    def _has_song(self) -> bool:
        return self._window.session.project is not None

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
