"""Tools > Record: a take from the microphone that becomes a song; and takes that a crash left are found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from instructme_app.messages import translated
from instructme_app.model.failure import Failure
from instructme_app.model.recording import Recorder, Take, recover
from instructme_app.views.recorder import RecorderDialog
from instructme_app.views.time_axis import clock

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

NOTE_MILLISECONDS = 15_000


class Recording(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.recorder = Recorder(self)
        self.dialog: RecorderDialog | None = None
        self._take: Take | None = None
        self._remark = ""
        self.open = window.actions_.add("tools", self.tr("Record …"), "Ctrl+Shift+R", self.show, icon="record")
        self.recorder.started.connect(lambda: self._ticked(0.0, 0.0))
        self.recorder.ticked.connect(self._ticked)
        self.recorder.finished.connect(self._finished)
        self.recorder.failed.connect(self._failed)
        QTimer.singleShot(0, self, self._recover)

    def show(self) -> None:
        if self.dialog is None:
            dialog = self.dialog = RecorderDialog(self._window)
            dialog.record_clicked.connect(self._record)
            dialog.stop_clicked.connect(self.recorder.stop)
            dialog.use_clicked.connect(self._use)
            dialog.closed.connect(self._closed)
        if not self.recorder.busy:
            self._take, self._remark = None, ""
            self.dialog.show_ready()
        self.dialog.open()

    def _record(self) -> None:
        self._window.playback.pause()
        self._take, self._remark = None, ""
        assert self.dialog is not None
        self.dialog.show_opening()
        self.recorder.start(self._window.settings.projects, self._window.settings.input_device)

    def _use(self) -> None:
        take = self._take
        if self.dialog is not None:
            self.dialog.close()
        if take is not None:
            self._window.open_path(take.path)

    def _closed(self) -> None:
        """What was recorded stays in its folder."""
        self.recorder.stop()

    def _ticked(self, seconds: float, peak: float) -> None:
        if self.dialog is not None:
            self.dialog.show_recording(seconds, peak)

    def _finished(self, take: Take) -> None:
        self._take = take
        if self.dialog is not None and self.dialog.isVisible():
            self.dialog.show_take(take.seconds, take.path.stem, self._remark)
        else:
            self._note(self.tr("The recording is kept as {0}").format(take.path))

    def _failed(self, failure: Failure) -> None:
        self._remark = _sentence(failure)
        if self.dialog is None or not self.dialog.isVisible():
            self._note(self._remark)
        elif self._take is None:
            self.dialog.show_ready(self._remark)

    def _recover(self) -> None:
        takes = recover(self._window.settings.projects)
        if takes:
            longest = max(takes, key=lambda take: take.seconds)
            words = self.tr("A recording of {0} was kept when the program ended: {1}")
            self._note(words.format(clock(longest.seconds), longest.path))

    def _note(self, words: str) -> None:
        self._window.statusBar().showMessage(words, NOTE_MILLISECONDS)


def _sentence(failure: Failure) -> str:
    cause, remedy = translated(failure.cause), translated(failure.remedy)
    return f"{cause[:1].upper()}{cause[1:]}: {remedy}."
