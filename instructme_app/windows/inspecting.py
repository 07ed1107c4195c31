"""The spectrum at the playhead, or of the selection, of the current round and its reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from instructme_app.model.spectrum import Spectra, Spectrum
from instructme_app.model.tiles import Sound
from instructme_app.titles import title_of
from instructme_app.views.time_axis import clock

if TYPE_CHECKING:
    from instructme_app.views.inspector import SpectrumInspector
    from instructme_app.windows.main_window import MainWindow

PAUSE = 50
"""Milliseconds between two spectra while playing: as fast as one reads."""


class Inspecting(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.inspector: SpectrumInspector | None = None
        self._names: list[str] = []
        self._spectra = Spectra(self)
        self._spectra.made.connect(self._take)
        self.action = window.actions_.add(
            "view", self.tr("Spectrum at the playhead"), "Ctrl+I", lambda: None, checked=False
        )
        self.action.toggled.connect(self._toggle)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._ask)
        window.playback.position_changed.connect(lambda _: self._later())
        window.axis.selection_changed.connect(self._later)
        window.lanes.mode_changed.connect(self._later)
        window.media.loaded.connect(lambda _: self._later())
        window.lanes.closing.connect(self._spectra.close)

    def _toggle(self, on: bool) -> None:
        if not on:
            if self.inspector is not None:
                self.inspector.hide()
            return
        if self.inspector is None:
            # Only now: pyqtgraph takes a third of a second to load.
            from instructme_app.views.inspector import SpectrumInspector

            self.inspector = SpectrumInspector(self._window)
            self.inspector.closed.connect(lambda: self.action.setChecked(False))
        self.inspector.show()
        self._ask()

    def _later(self) -> None:
        if self.inspector is not None and self.inspector.isVisible() and not self._pause.isActive():
            self._pause.start()

    def _ask(self) -> None:
        sounds, self._names = [], []
        session = self._window.session
        for entry in (self._window.lanes.reference, session.current):
            media = self._window.media.get(entry.id, session.path_of(entry)) if entry is not None else None
            if entry is not None and media is not None:
                sounds.append(Sound(entry.id, media.audio.samples, media.audio.sample_rate))
                self._names.append(title_of(entry) if entry.parent is not None else self.tr("Source"))
        selection, at = self._window.axis.selection, self._window.playback.position
        span = (at, at) if selection is None else (selection.start, selection.end)
        if self.inspector is not None:
            self.inspector.set_where(
                self.tr("at {0}").format(clock(at))
                if selection is None
                else self.tr("mean of {0} – {1}").format(clock(span[0]), clock(span[1]))
            )
        if sounds:
            self._spectra.ask(sounds, span)

    def _take(self, made: list[Spectrum]) -> None:
        if self.inspector is not None and len(made) == len(self._names):
            self.inspector.show_spectra(made, self._names)
