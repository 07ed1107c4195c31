"""Changing the model through the engine's door, and going back to the one before where another cannot be had."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from engine.bundle import default_bundle
from engine.messages import Failed, Load, Ready, Reply
from instructme_app.model.models import Models, chosen_load
from instructme_app.windows.closing import OnClose
from instructme_app.windows.model_page import ModelPage, device_words

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

READY_MILLISECONDS = 8000


class Modelling(QObject):
    """The action, and the changing of models through the engine's door."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._door = window._door
        self.page: ModelPage | None = None
        self.models = Models(window.settings, self)
        self._loading: Load | None = None
        """What the engine was asked for and has not answered yet."""
        self._falling_back = False
        """That is the model before, since another one could not be had."""
        self._before = chosen_load(window.settings)
        self._wanted = ("", "auto", "auto")
        self.action = window.actions_.add("tools", self.tr("Models …"), "Ctrl+M", self.open)
        self._door.replied.connect(self._replied)
        self._door.died.connect(self._died)
        window.editing.engine_changed.connect(self._show)
        OnClose(window, self.models.close)

    def open(self) -> ModelPage:
        """Show the page."""
        if self.page is None:
            self.page = ModelPage(self.models, self._window.settings, self._window)
            self.page.wanted.connect(self.load)
        self.models.refresh()
        self._show()
        self.page.show()
        self.page.raise_()
        self.page.activateWindow()
        return self.page

    def load(self, folder: str, device: str, precision: str) -> None:
        """Ask the engine for another model, device or precision. What is being edited ends first."""
        self._wanted = (folder, device, precision)
        self._loading, self._falling_back = Load(folder or None, device, precision), False
        self._door.send(self._loading)
        self._window.statusBar().showMessage(self.tr("Loading the model '{0}' …").format(Path(folder).name))
        self._show()

    def _replied(self, reply: Reply) -> None:
        if self._loading is None:
            return
        if isinstance(reply, Ready) and self._falling_back:
            # Nothing is new: what the banner says of the other model is the last word.
            self._loading = None
            self._show(reply)
        elif isinstance(reply, Ready):
            folder, device, precision = self._wanted
            settings = self._window.settings
            settings.model, settings.device, settings.precision = folder, device, precision
            self._before, self._loading = self._loading, None
            told = self.tr("The model {0} is ready on {1}").format(reply.model, device_words(reply.device))
            self._window.statusBar().showMessage(told, READY_MILLISECONDS)
            self._show(reply)
        elif isinstance(reply, Failed) and reply.id is None:
            self._refused()

    def _died(self, _detail: str, again: bool) -> None:
        """A model may take the engine down with it, for want of memory. One that starts again asks for it again."""
        if self._loading is not None and not again:
            self._refused()

    def _refused(self) -> None:
        """The banner says why. What edited before is taken up again; where that fails too, there is no model."""
        self._window.statusBar().clearMessage()
        if self._falling_back:
            self._loading, self._falling_back = None, False
            if self._window.editing.ready is not None:
                self._window.editing.lose_model()
        else:
            self._loading, self._falling_back = self._before, True
            self._door.send(self._before)
        if self.page is not None:
            self.page.show_devices()
        self._show()

    def _show(self, ready: Ready | None = None) -> None:
        if self.page is not None:
            # The engine knows the shipped model without its folder.
            loading = str(self._loading.model or default_bundle()) if self._loading is not None else ""
            self.page.set_engine(ready or self._window.editing.ready, loading)
