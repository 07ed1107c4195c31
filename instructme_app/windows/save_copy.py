"""Save a copy: the project folder at a place that the user names. One stays in the original."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, QThreadPool
from PySide6.QtWidgets import QFileDialog, QMessageBox

from engine.errors import UserError
from instructme_app.model.copying import Copied, CopyTask, check_target
from instructme_app.model.failure import Failure
from instructme_app.model.formats import describe_bytes
from instructme_app.model.naming import safe
from instructme_app.windows.closing import OnClose

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

TOLD_MILLISECONDS = 12_000


class SaveCopy(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._task: CopyTask | None = None
        self._signals: CopyTask.Signals | None = None
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self.action = window.actions_.add(
            "file", self.tr("Save a copy …"), "Ctrl+S", self.ask, enabled=lambda: window.session.project is not None
        )
        OnClose(window, self.close)

    @property
    def running(self) -> bool:
        return self._task is not None

    def ask(self) -> None:
        """Ask for the place, and before anything there is replaced."""
        session = self._window.session
        if session.project is None or self.running:
            return
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        suggested = Path(documents or str(Path.home())) / safe(session.name)
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save a copy of the project"),
            str(suggested),
            self.tr("Project folder (*)"),
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, target: Path) -> None:
        """Begin the copy; the status line or the banner says how it went."""
        session = self._window.session
        if session.project is None or self.running:
            return
        try:
            replaces = check_target(session.project.folder, target)
        except UserError as error:
            session.failed.emit(Failure(error.cause, error.remedy))
            return
        if replaces and not self._agreed(target):
            return
        signals = self._signals = CopyTask.Signals()
        signals.progress.connect(self._progressed)
        signals.finished.connect(self._finished)
        signals.failed.connect(self._failed)
        signals.cancelled.connect(self._ended)
        self._task = CopyTask(session.project.folder, target, replaces, signals)
        self._pool.start(self._task)
        self._window.statusBar().showMessage(self.tr("Saving a copy …"))

    def close(self) -> None:
        """Half a copy is taken back."""
        if self._task is not None:
            self._task.cancel()
        self._pool.waitForDone(5000)

    def _agreed(self, target: Path) -> bool:
        box = QMessageBox(self._window)
        box.setWindowTitle(self.tr("Save a copy"))
        box.setText(self.tr("Replace the project '{0}'?").format(target.name))
        box.setInformativeText(self.tr("All its rounds are replaced by those of this song."))
        replace = box.addButton(self.tr("Replace"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(self.tr("Keep it"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.exec()
        return box.clickedButton() is replace

    def _progressed(self, share: float) -> None:
        self._window.statusBar().showMessage(self.tr("Saving a copy … {0} %").format(round(share * 100)))

    def _finished(self, copied: Copied) -> None:
        self._ended()
        if copied.linked > copied.copied:
            text = self.tr("Copied to {0}; it shares its sound with this project and takes {1}")
        else:
            text = self.tr("Copied to {0}; it takes {1}")
        told = text.format(copied.folder, describe_bytes(copied.copied))
        self._window.statusBar().showMessage(told, TOLD_MILLISECONDS)

    def _failed(self, failure: Failure) -> None:
        self._ended()
        self._window.session.failed.emit(failure)

    def _ended(self) -> None:
        self._task = None
        self._window.statusBar().clearMessage()
