"""The tour of the first start: six short steps over the song in hand, and never again unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from instructme_app.views.tour_card import Step, TourOverlay

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow


class Tour(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.overlay: TourOverlay | None = None

    def start_once(self) -> None:
        """At the first start of all."""
        if not self._window.settings.toured:
            self.start()

    def start(self) -> None:
        if self.overlay is not None:
            return
        self.overlay = TourOverlay(self._window.layout_, self._steps())
        self.overlay.finished.connect(self._ended)

    def _ended(self) -> None:
        self.overlay = None
        self._window.settings.toured = True
        self._window.bar.edit.setFocus()

    def _steps(self) -> list[Step]:
        window = self._window
        return [
            Step(
                self.tr("Start with a song"),
                self.tr("Drop a sound file anywhere on the window, or open one here. The demo song is open already."),
                window.header.open_button,
            ),
            Step(
                self.tr("Say what to change"),
                self.tr(
                    "Type it in plain words, such as: remove the drums. Below the line stands how it is understood; "
                    "Enter starts the edit."
                ),
                window.bar,
            ),
            Step(
                self.tr("Listen before and after"),
                self.tr(
                    "Space plays. X switches between before and after at the same place, with their loudness matched, "
                    "so that louder does not pass for better."
                ),
                window.transport,
            ),
            Step(
                self.tr("Go back at any time"),
                self.tr(
                    "Every edit is kept here. Go back to any of them and edit again: that makes a branch, and nothing "
                    "is lost."
                ),
                window.layout_.side_panel,
            ),
            Step(
                self.tr("Change only a part"),
                self.tr("Drag across the song to select a part. The next edit changes that part, and nothing else."),
                window.layout_.lanes_area,
            ),
            Step(
                self.tr("Take it with you"),
                self.tr("Export writes a file as good as the one you opened. F1 shows the guide, Ctrl+/ all the keys."),
                window.header.export_button,
            ),
        ]
