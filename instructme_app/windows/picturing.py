"""Saving what the lanes show as PNG or SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine.errors import UserError
from instructme_app.model.failure import Failure
from instructme_app.titles import title_of
from instructme_app.views.lane import Lane
from instructme_app.views.picture import LanePicture
from instructme_app.views.time_axis import clock

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow


class Picturing(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: tuple[Path, list[Lane]] | None = None
        """What is saved as soon as the last tile in it is there."""
        self.action = window.actions_.add(
            "view",
            self.tr("Save the views as a picture …"),
            "Ctrl+Shift+E",
            lambda: self.ask(list(window.lanes.visible())),
            enabled=lambda: window.session.project is not None,
        )
        window.lanes.tiles.made.connect(lambda _: self._go_on())

    def ask(self, lanes: Sequence[Lane]) -> None:
        session = self._window.session
        if session.current is None or not lanes:
            return
        what = lanes[0].title if len(lanes) == 1 else title_of(session.current) or self.tr("views")
        name, chosen = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save as a picture"),
            f"{session.name} - {what}.png",
            self.tr("Picture") + " (*.png);;" + self.tr("Vector drawing") + " (*.svg)",
        )
        if name:
            path = Path(name)
            ending = ".svg" if "svg" in chosen else ".png"
            self.save(path if path.suffix else path.with_suffix(ending), lanes)

    def save(self, path: Path, lanes: Sequence[Lane]) -> None:
        """Once all tiles in sight are there; the status line says when it is done, the banner what is wrong."""
        self._waiting = (path, list(lanes))
        self._go_on()
        if self._waiting is not None:
            self._window.statusBar().showMessage(self.tr("Drawing {0} …").format(path.name), 8000)

    def _go_on(self) -> None:
        if self._waiting is None or self._window.session.current is None:
            return
        path, lanes = self._waiting
        picture = self._picture(lanes)
        if not picture.ready:
            return
        self._waiting = None
        try:
            picture.save(path)
        except UserError as error:
            self._window.session.failed.emit(Failure(error.cause, error.remedy))
            return
        self._window.statusBar().showMessage(self.tr("Saved {0}").format(path), 8000)

    def _picture(self, lanes: Sequence[Lane]) -> LanePicture:
        window = self._window
        session, axis = window.session, window.axis
        current, reference = session.current, window.lanes.reference
        assert current is not None
        parts = [title_of(current)] if current.parent is not None else []
        if reference is not None:
            parts.append(
                self.tr("compared with {0}").format(title_of(reference) if reference.parent else self.tr("the source"))
            )
        parts.append(f"{clock(axis.start)} – {clock(axis.end)}")
        return LanePicture(session.name, "   ·   ".join(parts), window.lanes.ruler, lanes, window.lanes.stack.width())
