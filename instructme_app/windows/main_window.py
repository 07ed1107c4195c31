"""The main window: puts model and views together, and nothing that could stand on its own."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QWidget

from instructme_app import sizes, theme
from instructme_app.engine_thread import EngineDoor
from instructme_app.messages import translated
from instructme_app.model.editing import Editing, EngineState
from instructme_app.model.failure import Failure
from instructme_app.model.listening import Listening
from instructme_app.model.media import MediaLibrary
from instructme_app.model.playback import Playback
from instructme_app.model.session import Session
from instructme_app.model.settings import Settings
from instructme_app.model.wishes import MOST_VARIATIONS
from instructme_app.views.banner import Banner
from instructme_app.views.header import Header
from instructme_app.views.history import HistoryPanel
from instructme_app.views.instruction_bar import InstructionBar
from instructme_app.views.status_line import StatusLine
from instructme_app.views.time_axis import TimeAxis
from instructme_app.views.transport import Transport
from instructme_app.windows.actions import Actions
from instructme_app.windows.audition import Audition
from instructme_app.windows.auditioning import Auditioning
from instructme_app.windows.commands import Commands
from instructme_app.windows.describing import describe_song, understand
from instructme_app.windows.filing import Filing
from instructme_app.windows.helping import Helping
from instructme_app.windows.history import HistoryCommands
from instructme_app.windows.instructing import Instructing
from instructme_app.windows.lanes import SongLanes
from instructme_app.windows.layout import MainLayout
from instructme_app.windows.listening_test import ListeningTests
from instructme_app.windows.modelling import Modelling
from instructme_app.windows.preferences import Preferring
from instructme_app.windows.recording import Recording
from instructme_app.windows.recovery import Recovery
from instructme_app.windows.viewing import Viewing

log = logging.getLogger(__name__)

NOTE_MILLISECONDS = 15_000
"""How long a remark stands in the status line."""


class MainWindow(QMainWindow):
    def __init__(self, door: EngineDoor, settings: Settings, playback: Playback | None = None) -> None:
        super().__init__()
        self._door = door
        self.settings = settings
        self.session = Session(settings.projects, self)
        self.listening = Listening(self.session, door, self)
        self.editing = Editing(self.session, self.listening, door, self)
        self.media = MediaLibrary(self)
        self.playback = playback or Playback(self)
        self.audition = Audition(self.session, self.media, self.playback, self)
        self.audition.match = settings.match_loudness
        self.axis = TimeAxis(self)
        self.lanes = SongLanes(self.session, self.editing, self.listening, self.media, self.axis, self)
        self.history = HistoryPanel()
        self.transport = Transport()
        self.transport.match_button.setChecked(settings.match_loudness)
        self.bar = InstructionBar(self.editing.complete, lambda text: understand(self.editing, text), MOST_VARIATIONS)
        self.banner = Banner()
        self.header = Header()
        self.title, self.about = self.header.title, self.header.about
        self._retry_text = ""
        self._remarked = ""
        self._parting = ""
        """What there was to say when the song before was closed."""
        self._left_out = ""
        """And of files that were dropped beside the one that opens."""
        self._greeting = ""
        """What was said when this song opened: of the next one it is not true."""
        self._build()
        self.actions_ = Actions(self)
        self.filing = Filing(self)
        self.commands = Commands(self)
        self.instructing = Instructing(self)
        self.viewing = Viewing(self)
        self.rounds = HistoryCommands(self)
        self.auditioning = Auditioning(self)
        self.recording = Recording(self)
        self.recovery = Recovery(self)
        self.preferring = Preferring(self)
        self.modelling = Modelling(self)
        self.helping = Helping(self)
        self.listening_tests = ListeningTests(self)
        self._connect()
        self._show_engine()
        self._show_song()
        self.layout_.order_tabs()
        self.bar.edit.setFocus()

    def _build(self) -> None:
        self.setWindowTitle("InstructME")
        self.setAcceptDrops(True)
        self.resize(1360, 860)
        # Its width is what its parts need.
        self.setMinimumHeight(560)
        self.layout_ = MainLayout(self.header, self.banner, self.lanes.stack, self.transport, self.history, self.bar)
        self.layout_.restore(self.settings.splitter)
        self.setCentralWidget(self.layout_)
        for field in self.findChildren(QLineEdit):
            # A file that falls on a field is meant for the window; the field would take its address as words.
            field.setAcceptDrops(False)
        line = StatusLine()
        self.setStatusBar(line)
        self.engine_state = line.standing

    def _connect(self) -> None:
        session, editing, transport, bar = self.session, self.editing, self.transport, self.bar
        session.song_closing.connect(self.media.clear)
        session.song_changed.connect(self._new_song)
        session.opening_changed.connect(self._show_song)
        session.rounds_changed.connect(self._show_history)
        session.current_changed.connect(self._show_current)
        session.failed.connect(self._show_failure)
        editing.queue_changed.connect(self._show_history)
        editing.engine_changed.connect(self._show_engine)
        editing.failed.connect(self._show_failure)
        editing.noted.connect(self._remark)
        editing.taken_back.connect(self._tell_taken_back)
        self.listening.heard_changed.connect(lambda _: bar.set_suggestions(editing.suggestions()))
        self.media.loaded.connect(lambda _: self._show_history())
        self.media.failed.connect(lambda _key, cause, remedy: self._show_failure(Failure(cause, remedy)))
        self.playback.position_changed.connect(self._show_position)
        self.playback.playing_changed.connect(transport.set_playing)
        self.playback.device_changed.connect(transport.set_sound_problem)
        self.lanes.stack.seek_requested.connect(self.playback.seek)
        self.axis.selection_changed.connect(self._show_selection)
        self.history.round_chosen.connect(session.jump)
        transport.play_clicked.connect(self.playback.toggle)
        transport.start_clicked.connect(lambda: self.playback.seek(0.0))
        transport.loop_toggled.connect(lambda _: self._set_loop())
        transport.match_toggled.connect(self._set_match)
        bar.region_cleared.connect(lambda: self.axis.select(None))
        self.banner.retry_requested.connect(lambda: self.submit(self._retry_text))
        self.header.open_button.clicked.connect(self.filing.open.trigger)
        self.header.export_button.clicked.connect(self.filing.export.trigger)
        self.settings.theme_changed.connect(lambda _: self.apply_theme())
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _: self.apply_theme())

    # What the user does

    def open_path(self, path: Path) -> None:
        """A sound file or a project's folder; the banner says why where it cannot be opened."""
        self.banner.hide()
        self._left_out = ""
        self.session.open(path)

    def submit(self, text: str) -> None:
        self.instructing.submit(text)

    def escape(self) -> None:
        """One thing at a time: the running edit, then the banner, then the selection."""
        if self.editing.queue.running is not None:
            self.editing.cancel()
        elif self.banner.isVisible():
            self.banner.hide()
        else:
            self.axis.select(None)

    def apply_theme(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, theme.theme_for(self.settings.theme))
        for part in (self.header, self.transport, self.bar, self.banner, self.actions_, self.instructing):
            part.theme_changed()

    # What the model tells

    def _tell_taken_back(self, count: int) -> None:
        one, many = self.tr("An edit of '{0}' was taken back"), self.tr("{1} edits of '{0}' were taken back")
        words = one if count == 1 else many
        self._parting = words.format(self.session.name, count)

    def _remark(self, words: str) -> None:
        """Say something of the round in hand; it goes when another is shown."""
        self._remarked = words[:1].upper() + words[1:]
        self.statusBar().showMessage(self._remarked, NOTE_MILLISECONDS)

    def _new_song(self) -> None:
        info = self.session.info
        assert info is not None
        if self.session.asked is not None:
            self.settings.remember(self.session.asked)
        problems = "; ".join(map(translated, self.session.project.problems)) if self.session.project is not None else ""
        told = [part for part in (self._left_out, self._parting, self.filing.going_on, problems) if part]
        self._parting = self._left_out = ""
        if told:
            # No remark, for it is true of each round.
            self._greeting = ". ".join(part[:1].upper() + part[1:] for part in told)
            self.statusBar().showMessage(self._greeting, NOTE_MILLISECONDS)
        elif self._greeting and self.statusBar().currentMessage() == self._greeting:
            self.statusBar().clearMessage()
        self.playback.open(info.sample_rate, info.channels)
        self.axis.set_duration(info.duration)
        self.transport.set_duration(info.duration)
        self._show_song()
        self._set_loop()

    def _show_song(self) -> None:
        info = self.session.info
        self.header.export_button.setEnabled(info is not None)
        self.transport.set_usable(info is not None)
        self.actions_.refresh()
        if self.session.opening is not None:
            self.about.setText(self.tr("Opening {0} …").format(self.session.opening.name))
            return
        if info is None:
            self.about.setText(self.tr("Drop a song here, or open one"))
            return
        self.title.setText(self.session.name)
        self.about.setText(describe_song(info))
        self.setWindowTitle(f"{self.session.name} – InstructME")

    def _show_history(self) -> None:
        self.rounds.refresh()

    def _show_current(self) -> None:
        # What was said of one round is not true of another; what an edit has to say comes after its round.
        if self._remarked and self.statusBar().currentMessage() == self._remarked:
            self.statusBar().clearMessage()
        self._show_history()
        self.bar.set_suggestions(self.editing.suggestions())
        current = self.session.current
        if current is not None and current.seed is not None:
            self.bar.show_seed(current.seed)

    def _show_engine(self) -> None:
        self.engine_state.setText(self._engine_words())
        self.bar.refresh()

    def _engine_words(self) -> str:
        ready = self.editing.ready
        match self.editing.state:
            case EngineState.RESTING:
                return self.tr("Model resting, its memory is free")
            case EngineState.DOWN:
                return self.tr("The engine has stopped; the next edit starts it again")
            case EngineState.MISSING:
                return self.tr("No model is loaded; choose one in Tools > Models")
            case EngineState.READY if ready is not None:
                device = {"cpu": "CPU", "cuda": "GPU", "mps": "GPU"}.get(ready.device.split(":")[0], ready.device)
                return self.tr("Model {0} on {1}").format(f"{ready.model} {ready.version}".strip(), device)
            case _:
                return self.tr("Loading the model …")

    def _show_failure(self, failure: Failure) -> None:
        self._retry_text = failure.typed
        self.banner.show_problem(failure.cause, failure.remedy, failure.detail, bool(failure.typed))
        if failure.typed:
            self.bar.restore(failure.typed)

    def _show_position(self, seconds: float) -> None:
        self.lanes.stack.set_position(seconds)
        self.transport.set_position(seconds)
        if self.playback.playing:
            self.axis.follow(seconds)

    def _show_selection(self) -> None:
        self.bar.set_region(self.axis.selection)
        self._set_loop()

    def _set_loop(self) -> None:
        selection = self.axis.selection
        on = self.transport.loop_button.isChecked()
        span = (selection.start, selection.end) if selection is not None else (0.0, self.axis.duration)
        self.playback.set_loop(span if on and self.axis.duration > 0 else None)
        self.transport.theme_changed()

    def _set_match(self, match: bool) -> None:
        self.settings.match_loudness = match
        self.audition.set_match(match)
        self.transport.theme_changed()

    # The window itself

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.ThemeChange, QEvent.Type.ApplicationFontChange, QEvent.Type.FontChange):
            # Not while Qt is still handing round the font that it changed.
            QTimer.singleShot(0, self, self._follow_font)

    def _follow_font(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication) and sizes.follow_again(app):
            self.apply_theme()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._brought(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        brought = self._brought(event)
        if brought:
            self.open_path(brought[0])
            if len(brought) > 1:
                words = self.tr("{0} files were dropped, and one song is open at a time: this is the first")
                self._left_out = words.format(len(brought))

    def _brought(self, event: QDropEvent) -> list[Path]:
        """What is dropped, unless it was dragged out of this window: a click on a round during which the hand moved
        must not open it as another song."""
        source = event.source()
        if isinstance(source, QWidget) and source.window() is self:
            return []
        own = self.filing.dragging.folder.resolve()
        paths = (Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
        return [path for path in paths if not path.resolve().is_relative_to(own)]

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.geometry = self.saveGeometry()
        self.settings.splitter = self.layout_.sizes
        self.hide()
        self.helping.close_windows()
        self.session.close()
        self.playback.close()
        self.media.close()
        self.lanes.close()
        if not self._door.close():
            log.warning("the engine did not end in time")
        super().closeEvent(event)
