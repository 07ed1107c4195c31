"""Opening what the clipboard names: a file that was copied, or a path as text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QMimeData, QObject, QUrl
from PySide6.QtGui import QGuiApplication

from engine.errors import UserError
from instructme_app.model.failure import Failure

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

LONGEST = 4096
"""Characters: what is longer is no path."""


def path_from(data: QMimeData | None) -> Path:
    """The file or folder that a clipboard names. Raises UserError where it names none."""
    nothing = UserError("the clipboard holds no path of a song", "copy a sound file, or its path, and paste again")
    if data is None:
        raise nothing
    for url in data.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    text = data.text().strip().split("\n")[0].strip().strip("\"'") if data.hasText() else ""
    if not text or len(text) > LONGEST or "\0" in text:
        raise nothing
    if text.lower().startswith("file:"):
        local = QUrl(text).toLocalFile()
        if local:
            return Path(local)
        raise nothing
    if urlsplit(text).scheme in ("http", "https", "ftp"):
        raise UserError("the clipboard names something on the net", "download it first, then paste its path")
    path = Path(os.path.expanduser(text))
    if not path.is_absolute():
        raise nothing
    return path


class Pasting(QObject):
    """A text field that has the keyboard takes Ctrl+V for itself."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.action = window.actions_.add("file", self.tr("Open what was copied"), "Ctrl+V", self.paste)

    def paste(self) -> None:
        """Open it, or say why not."""
        try:
            path = path_from(QGuiApplication.clipboard().mimeData())
        except UserError as error:
            self._window.session.failed.emit(Failure(error.cause, error.remedy))
            return
        self._window.open_path(path)
