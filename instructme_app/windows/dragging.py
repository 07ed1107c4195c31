"""A round as a file for other programs: dragged out of the history, or copied to the clipboard."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QThreadPool, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication

from engine.errors import UserError
from engine.session import Round
from instructme_app import theme
from instructme_app.model.exporting import named
from instructme_app.model.failure import Failure
from instructme_app.model.naming import DEFAULT_PATTERN, file_name
from instructme_app.model.session import Session

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

FOLDER = "dragged"
KEPT_DAYS = 14
"""Other programs may go on using a file where it lies: it stays for that long. A link takes no space of its own."""


def lay_out(source: Path, name: str, folder: Path) -> Path:
    """`source` under `name` in a new folder inside `folder`: as a hard link, or a copy where links cannot be made.

    Raises UserError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix="", dir=folder)) / f"{name}{source.suffix}"
        try:
            os.link(source, place)
        except OSError:
            shutil.copyfile(source, place)
        else:
            # It is the project's own sound under a second name: a program that writes into it must be refused.
            if os.name == "posix":
                place.chmod(0o444)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UserError(f"'{name}' cannot be handed over ({reason})", "export it instead") from error
    return place


def sweep(folder: Path, now: float | None = None) -> None:
    """Remove what was handed over long ago."""
    limit = (now or time.time()) - KEPT_DAYS * 86_400
    with contextlib.suppress(OSError):
        for place in folder.iterdir():
            if place.is_dir() and place.stat().st_mtime < limit:
                shutil.rmtree(place, ignore_errors=True)


def file_of(session: Session, entry: Round, folder: Path) -> Path:
    """A round as a file with a name that says what it is. Raises UserError."""
    return lay_out(session.path_of(entry), file_name(DEFAULT_PATTERN, named(session, entry)), folder)


def mime_of(path: Path) -> QMimeData:
    """What other programs take: the address of a file."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


class Dragging(QObject):
    """Watches the history: a press that moves far enough becomes a drag of the round it began on."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._list = window.history.list
        self._pressed: tuple[QPoint, str] | None = None
        self._list.viewport().installEventFilter(self)
        # Only where the history has the keyboard: elsewhere Ctrl+C copies words.
        self.copy = window.actions_.add(
            "history", self.tr("Copy as a file"), "Ctrl+C", self.copy_file, enabled=lambda: bool(window.session.rounds)
        )
        window.removeAction(self.copy)
        self.copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        window.history.addAction(self.copy)
        folder = self.folder
        QThreadPool.globalInstance().start(lambda: sweep(folder))

    @property
    def folder(self) -> Path:
        """On the disk of the projects, so that links can be made."""
        return self._window.settings.projects.parent / FOLDER

    def copy_file(self) -> None:
        """The chosen round of the history goes to the clipboard."""
        entry = self._round(self._chosen())
        path = self._file(entry) if entry is not None else None
        if path is not None:
            QGuiApplication.clipboard().setMimeData(mime_of(path))
            self._window.statusBar().showMessage(self.tr("Copied as a file: {0}").format(path.name), 8000)

    def drag(self, round_id: str) -> QDrag | None:
        """A drag of a finished round, not begun yet; None where that cannot be."""
        entry = self._round(round_id)
        path = self._file(entry) if entry is not None else None
        if path is None:
            return None
        drag = QDrag(self._list)
        drag.setMimeData(mime_of(path))
        drag.setPixmap(theme.pixmap("wave", theme.active().accent, 28))
        drag.setHotSpot(QPoint(-8, -8))
        return drag

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            at = event.position().toPoint()
            if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                found = self._at(at)
                self._pressed = (at, found) if found else None
            elif event.type() == QEvent.Type.MouseButtonRelease:
                self._pressed = None
            elif event.type() == QEvent.Type.MouseMove and self._pressed is not None:
                start, found = self._pressed
                if (at - start).manhattanLength() >= QApplication.startDragDistance():
                    self._pressed = None
                    drag = self.drag(found)
                    if drag is not None:
                        drag.exec(Qt.DropAction.CopyAction)
                    return True
        return False

    def _at(self, at: QPoint) -> str:
        index = self._list.indexAt(at)
        rows = self._window.history.rows
        return rows[index.row()].id if index.isValid() and index.row() < len(rows) else ""

    def _chosen(self) -> str:
        """The round that the keyboard is at, else the current one."""
        return self._window.history.target

    def _round(self, round_id: str) -> Round | None:
        return next((entry for entry in self._window.session.rounds if entry.id == round_id), None)

    def _file(self, entry: Round) -> Path | None:
        try:
            return file_of(self._window.session, entry, self.folder)
        except UserError as error:
            self._window.session.failed.emit(Failure(error.cause, error.remedy))
            return None
