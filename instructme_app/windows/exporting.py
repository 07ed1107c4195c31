"""The export dialog: what, in which format, under which name; progress that can be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, QThreadPool, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.audio import QUALITIES
from engine.errors import UserError
from instructme_app.messages import line
from instructme_app.model import formats
from instructme_app.model.exporting import (
    ExportRequest,
    ExportTask,
    Forecast,
    ForecastTask,
    What,
    named,
    offered,
    plan,
)
from instructme_app.model.failure import Failure
from instructme_app.model.naming import DEFAULT_PATTERN
from instructme_app.model.numbers import number
from instructme_app.model.session import Session
from instructme_app.model.settings import Settings
from instructme_app.sizes import fit, px
from instructme_app.views.export_form import ExportForm
from instructme_app.views.form import Scrolled, note, set_role

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

WIDTH = 600
SPARE = 46
"""Pixels below the form, so that a second file or a line of trouble needs no scrolling."""
TOO_FULL = 0.98
"""Share of the free space past which an export is not begun."""
PAUSE = 150
"""Milliseconds without a key press after which sizes are estimated."""


class ExportDialog(QDialog):
    """Not modal: one may go on listening, and what is chosen follows the current round until the export begins."""

    exported = Signal(object)
    """The paths, when all are in their places."""

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._request: ExportRequest | None = None
        self._task: ExportTask | None = None
        self._task_signals: ExportTask.Signals | None = None
        self._preset: tuple[What, ...] = ()
        """What an action chose, and not the user."""
        self._ticket = 0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._forecasts = ForecastTask.Signals()
        self._forecasts.told.connect(self._show_forecast)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._ask_forecast)
        self.setWindowTitle(self.tr("Export"))
        self._build()
        self._restore()
        self._connect()
        self.refresh()
        fit(self, ExportDialog._fit)

    def _fit(self) -> None:
        width = px(WIDTH)
        self.resize(width, self._scrolled.height_for(width) + self._foot.sizeHint().height() + SPARE)

    def _build(self) -> None:
        self.form = ExportForm()
        self.message = note(role="wrong")
        self.message.hide()
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the export"))
        self.progress.hide()
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setProperty("kind", "quiet")
        self.cancel_button.setAutoDefault(False)
        self.export_button = QPushButton()
        self.export_button.setProperty("kind", "primary")
        self.export_button.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.export_button)
        foot = QVBoxLayout()
        foot.setContentsMargins(26, 0, 26, 20)
        foot.setSpacing(12)
        foot.addWidget(self.message)
        foot.addWidget(self.progress)
        foot.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._scrolled = Scrolled(self.form, (26, 22, 26, 16))
        layout.addWidget(self._scrolled, 1)
        self._foot = foot
        layout.addLayout(foot)

    def _connect(self) -> None:
        for check in self.form.checks.values():
            check.toggled.connect(lambda _: self._changed())
        self.form.format.currentIndexChanged.connect(lambda _: self._format_changed())
        self.form.quality.currentIndexChanged.connect(lambda _: self._changed())
        self.form.pattern.textChanged.connect(lambda _: self._changed())
        self.form.folder.textChanged.connect(lambda _: self._changed())
        self.form.choose.clicked.connect(self._choose_folder)
        self.export_button.clicked.connect(self.start)
        self.cancel_button.clicked.connect(self.reject)
        self._session.current_changed.connect(self.refresh)
        self._session.rounds_changed.connect(self.refresh)
        self._session.song_changed.connect(self.refresh)

    # What is chosen

    @property
    def running(self) -> bool:
        return self._task is not None

    @property
    def wanted(self) -> tuple[What, ...]:
        return self.form.wanted  # type: ignore[return-value]

    def _restore(self) -> None:
        choice = self._settings.export_choice
        self.form.want(choice.get("wanted") or ("round",))
        self._fill_formats(self._settings.export_format or str(choice.get("format", formats.SOURCE_FORMAT)))
        self._fill_qualities(str(choice.get("quality", "best")))
        self.form.pattern.setText(str(choice.get("pattern") or DEFAULT_PATTERN))
        folder = str(choice.get("folder") or "")
        music = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
        asked = self._session.asked
        beside = str(asked.resolve().parent) if asked is not None and asked.is_file() else ""
        self.form.folder.setText(next((name for name in (folder, beside, music) if name and Path(name).is_dir()), ""))

    def want_now(self, wanted: tuple[What, ...]) -> None:
        """Choose `wanted` for this export. Unless the user chooses otherwise the next one begins as the last did."""
        self.form.want(wanted)
        self._preset = self.wanted

    def _remember(self) -> None:
        before = self._settings.export_choice.get("wanted") or ["round"]
        self._settings.export_choice = {
            "wanted": before if self.wanted == self._preset else list(self.wanted),
            "format": self.form.format.currentData(),
            "quality": self.form.quality.currentData() or "best",
            "pattern": self.form.pattern.text(),
            "folder": self.form.folder.text(),
        }

    def _fill_formats(self, key: str) -> None:
        info = self._session.info
        self.form.format.blockSignals(True)
        self.form.format.clear()
        for name in formats.KEYS:
            self.form.format.addItem(formats.describe_key(name, info), name)
        self.form.format.setCurrentIndex(max(0, self.form.format.findData(key)))
        self.form.format.blockSignals(False)

    def _fill_qualities(self, quality: str) -> None:
        info = self._session.info
        if info is None:
            return
        container = formats.chosen(self.form.format.currentData(), "best", info).container
        self.form.quality.blockSignals(True)
        self.form.quality.clear()
        for name in QUALITIES:
            self.form.quality.addItem(formats.describe_quality(name, container), name)
        self.form.quality.setCurrentIndex(max(0, self.form.quality.findData(quality)))
        self.form.quality.blockSignals(False)

    def _format_changed(self) -> None:
        self._fill_qualities(self.form.quality.currentData() or "best")
        self._changed()

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Export to"), self.form.folder.text())
        if name:
            self.form.folder.setText(name)

    # What it would do

    def refresh(self) -> None:
        """The round or the song is another."""
        if self.running:
            return
        session = self._session
        current = session.current
        if current is None or session.info is None:
            self.reject()
            return
        self.form.offer(offered(session), named(session, current).round, len(session.rounds) - 1)
        self._fill_formats(self.form.format.currentData())
        self._fill_qualities(self.form.quality.currentData() or "best")
        self._changed()

    def _changed(self) -> None:
        """Plan anew: names at once, sizes a moment later and off this thread."""
        if self.running:
            return
        info = self._session.info
        self._request = None
        self._ticket += 1
        self._pause.stop()
        if info is None:
            return
        encoding = formats.chosen(self.form.format.currentData(), self.form.quality.currentData() or "best", info)
        self.form.set_about(self._about(encoding, info.sample_rate), not encoding.lossless)
        words = {"removed": self.tr("removed"), "added": self.tr("added"), "difference": self.tr("changed")}
        words["notes"] = self.tr("notes")
        words["log"] = self.tr("edits")
        try:
            encoding.check(info.channels)
            items = plan(self._session, self.wanted, self.form.pattern.text(), words)
        except UserError as error:
            self.form.show_names(())
            self._say(line(error.cause, error.remedy))
            self._show_button()
            return
        self._say("")
        request = ExportRequest(items, Path(self.form.folder.text()), encoding, forbidden=self._session.asked)
        self.form.show_names(tuple(path.name for path in request.targets))
        self._request = request if items and self.form.folder.text().strip() else None
        self._show_button()
        if self._request is not None:
            self._pause.start()

    def _about(self, encoding: formats.Encoding, rate: int) -> str:
        target = encoding.rate_for(rate)
        if target != rate:
            return self.tr("Resampled to {0} kHz, which is the most that MP3 holds.").format(number(target / 1000))
        if encoding.lossless and encoding.subtype in ("PCM_16", "PCM_24"):
            return self.tr("Dithered where it has to be rounded; untouched samples of the song stay as they are.")
        return ""

    def _ask_forecast(self) -> None:
        if self._request is not None:
            self._pool.clear()
            self._pool.start(ForecastTask(self._ticket, self._request, self._forecasts))

    def _show_forecast(self, ticket: int, found: Forecast | None) -> None:
        if ticket != self._ticket or self._request is None or self.running:
            return
        if found is None:
            self.form.total.setText(self.tr("The size is not known"))
            return
        whole = sum(found.sizes)
        if found.free is None:
            self._say(self.tr("There is no such folder; choose another one"))
            self._request = None
        elif whole > found.free * TOO_FULL:
            size, free = formats.describe_bytes(whole), formats.describe_bytes(found.free)
            self._say(
                self.tr("This needs about {0} and {1} are free; free some space, or choose another disk").format(
                    size, free
                )
            )
            self._request = None
        else:
            sizes = [formats.describe_bytes(size) for size in found.sizes]
            self.form.show_sizes(sizes, formats.describe_bytes(whole), formats.describe_bytes(found.free))
            if found.standing:
                request = self._request
                self._request = ExportRequest(request.items, request.folder, request.encoding, True, request.forbidden)
        self._show_button(len(found.standing))

    def _show_button(self, standing: int = 0) -> None:
        if standing == 1:
            self.export_button.setText(self.tr("Replace 1 file"))
        elif standing:
            self.export_button.setText(self.tr("Replace {0} files").format(standing))
        else:
            self.export_button.setText(self.tr("Export"))
        self.export_button.setEnabled(self._request is not None and not self.running)

    def _say(self, text: str, role: str = "wrong") -> None:
        self.message.setText(text[:1].upper() + text[1:])
        self.message.setVisible(bool(text))
        set_role(self.message, role)

    # Doing it

    def start(self) -> None:
        """Begin the export that is shown."""
        if self._request is None or self.running:
            return
        self._remember()
        self._say("")
        self._pause.stop()
        signals = self._task_signals = ExportTask.Signals()
        signals.progress.connect(lambda share: self.progress.setValue(round(share * 1000)))
        signals.finished.connect(self._finished)
        signals.failed.connect(self._failed)
        signals.cancelled.connect(self._cancelled)
        self._task = ExportTask(self._request, signals)
        self._set_running(True)
        self._pool.clear()
        self._pool.start(self._task)

    def reject(self) -> None:
        """Takes a running export back; otherwise closes."""
        if self._task is not None:
            self._task.cancel()
            self._say(self.tr("Taking it back …"), "faint")
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._task is not None:
            self._task.cancel()
        super().closeEvent(event)

    def wait(self, milliseconds: int = 10_000) -> bool:
        """For the end of the window: until nothing is being written any more."""
        self._pause.stop()
        self._pool.clear()
        if self._task is not None:
            self._task.cancel()
        return self._pool.waitForDone(milliseconds)

    def _set_running(self, running: bool) -> None:
        if not running:
            self._task = None
        self.form.setEnabled(not running)
        self.progress.setValue(0)
        self.progress.setVisible(running)
        self._show_button()
        if running:
            self.cancel_button.setFocus()

    def _finished(self, paths: tuple[Path, ...]) -> None:
        self._set_running(False)
        self.exported.emit(paths)
        self.accept()

    def _failed(self, failure: Failure) -> None:
        self._set_running(False)
        self._changed()
        self._say(line(failure.cause, failure.remedy))

    def _cancelled(self) -> None:
        self._set_running(False)
        self._changed()
        self._say(self.tr("Taken back; nothing was written"), "faint")


class Exporting(QObject):
    """The actions that export, and their one dialog."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: ExportDialog | None = None
        add = window.actions_.add
        self.action = add("file", self.tr("Export …"), "Ctrl+E", self.open, enabled=self._has_song, icon="export")
        self.everything = add(
            "file", self.tr("Export every round …"), "Ctrl+Shift+S", self.open_all, enabled=self._has_rounds
        )

    def open(self) -> ExportDialog | None:
        """Show the dialog, with what was chosen last."""
        if not self._has_song():
            return None
        if self.dialog is None or not self.dialog.isVisible():
            self.close()
            self.dialog = ExportDialog(self._window.session, self._window.settings, self._window)
            self.dialog.exported.connect(self._tell)
            self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        return self.dialog

    def open_all(self) -> None:
        self._open_with("tree")

    def open_log(self) -> None:
        """How the rounds were made, for `instructme edit --replay`."""
        self._open_with("log")

    def _open_with(self, what: What) -> None:
        dialog = self.open()
        if dialog is not None and not dialog.running:
            dialog.want_now((what,))

    def close(self) -> None:
        if self.dialog is not None:
            self.dialog.wait()
            self.dialog.deleteLater()
            self.dialog = None

    def _has_song(self) -> bool:
        return self._window.session.project is not None

    def _has_rounds(self) -> bool:
        return len(self._window.session.rounds) > 1

    def _tell(self, paths: tuple[Path, ...]) -> None:
        if len(paths) == 1:
            text = self.tr("Exported to {0}").format(paths[0])
        else:
            text = self.tr("Exported {0} files to {1}").format(len(paths), paths[0].parent)
        self._window.statusBar().showMessage(text, 8000)
