"""The listening test: one page a case, source and unnamed versions at one playhead, three scales to rate each on."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.audio import read, resample
from engine.errors import UserError
from instructme_app.model.listening_test import SCALES, ListeningTest, Page, Rating, results, write_results
from instructme_app.model.mixer import Track
from instructme_app.model.playback import Playback
from instructme_app.sizes import fit, px, window
from instructme_app.views.banner import Banner
from instructme_app.views.form import BAR
from instructme_app.views.rating import RatingCard
from instructme_app.views.version_player import VersionPlayer
from instructme_app.windows.listening_pages import EndPage, StartPage, buttons_line, cards_line
from instructme_app.windows.listening_scales import heading, wordings

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

log = logging.getLogger(__name__)

LABELS = "ABCDEFGH"
SOURCE, TARGET = "source", "target"


class ListeningTests(QObject):
    """Tools > Listening test."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.actions_.add("tools", self.tr("Listening test …"), "", self._open)

    def _open(self) -> None:
        self._window.playback.pause()
        self._window.helping.show_window(ListeningTestWindow, ListeningTestWindow)


class ListeningTestWindow(QWidget):
    """Space plays; S, T and the letters choose what is heard; 1-5 rate; Enter goes on."""

    def __init__(self, playback: Playback | None = None) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Listening test – InstructME"))
        self.resize(window(1120, 760))
        self.playback = playback or Playback(self)
        self.test: ListeningTest | None = None
        self._at = 0
        self._tracks: dict[str, Track] = {}
        self._drafts: dict[tuple[int, str], dict[str, int]] = {}
        self._ticket = 0
        self._signals = _Signals()
        self._signals.read.connect(self._sounds_read)
        self._signals.failed.connect(self._sounds_failed)
        self.banner = Banner()
        self.start = StartPage()
        self.end = EndPage()
        self.player = VersionPlayer()
        self.cards = {scale: RatingCard(*heading(scale)) for scale in SCALES}
        self._build()
        self._keys()
        playback_, player = self.playback, self.player
        self.start.started.connect(self.begin)
        self.start.browsed.connect(self._browse)
        self.end.exported.connect(self._export)
        self.end.back_chosen.connect(lambda: self.show_page(self._at))
        player.play_clicked.connect(playback_.toggle)
        player.seek_requested.connect(playback_.seek)
        player.chosen.connect(self.hear)
        playback_.position_changed.connect(player.set_position)
        playback_.playing_changed.connect(player.set_playing)
        playback_.device_changed.connect(player.set_sound_problem)
        for scale, card in self.cards.items():
            card.chosen.connect(lambda value, scale=scale: self._rated(scale, value))

    def _build(self) -> None:
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.place = QLabel()
        self.place.setProperty("role", "muted")
        self.instruction = QLabel()
        self.instruction.setProperty("role", "headline")
        self.instruction.setWordWrap(True)
        self.hint = QLabel()
        self.hint.setProperty("role", "muted")
        self.back_button = QPushButton(self.tr("Back"))
        self.back_button.setProperty("kind", "quiet")
        self.next_button = QPushButton(self.tr("Next"))
        self.next_button.setProperty("kind", "primary")
        self.back_button.clicked.connect(lambda: self.show_page(self._at - 1))
        self.next_button.clicked.connect(self.go_on)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.place)
        layout.addWidget(self.progress)
        layout.addWidget(self.instruction)
        layout.addWidget(self.player)
        layout.addWidget(_scrolled(list(self.cards.values())), 1)
        layout.addLayout(buttons_line(self.hint, self.back_button, self.next_button))
        self.stack = QStackedWidget()
        for part in (self.start, page, self.end):
            self.stack.addWidget(part)
        # The keys of the page work from the moment it is shown.
        page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._page = page
        whole = QVBoxLayout(self)
        whole.setContentsMargins(26, 18, 26, 18)
        whole.setSpacing(12)
        whole.addWidget(self.banner)
        whole.addWidget(self.stack, 1)

    def _keys(self) -> None:
        def key(name: str, act: Callable[[], object]) -> None:
            shortcut = QShortcut(QKeySequence(name), self._page)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

        key("Space", self.playback.toggle)
        key("S", lambda: self.hear(SOURCE))
        key("T", lambda: self.hear(TARGET))
        for at, label in enumerate(LABELS):
            key(label, lambda at=at: self._hear_label(at))
        key("Return", self.go_on)
        key("Backspace", lambda: self.show_page(self._at - 1))

    # The way through the test

    def begin(self, folder: str, listener: str, seed: int) -> None:
        """Start, or go on where this listener stopped; the banner says what is wrong with the folder."""
        try:
            self.test = ListeningTest(Path(folder), listener, seed)
        except UserError as error:
            self.banner.show_problem(error.cause, error.remedy)
            return
        self.banner.hide()
        self._drafts.clear()
        if self.test.done == len(self.test.pages):
            self._show_end()
        else:
            self.show_page(self.test.first_open)

    @property
    def page(self) -> Page:
        assert self.test is not None
        return self.test.pages[self._at]

    def show_page(self, at: int) -> None:
        assert self.test is not None
        self._at = min(max(at, 0), len(self.test.pages) - 1)
        page = self.page
        self.stack.setCurrentWidget(self._page)
        self.playback.close()
        self._tracks.clear()
        self.place.setText(self.tr("Case {0} of {1}").format(self._at + 1, len(self.test.pages)))
        self.progress.setRange(0, len(self.test.pages))
        self.progress.setValue(self.test.done)
        self.instruction.setText(self.tr("“{0}”").format(page.case.instruction))
        versions = [(SOURCE, self.tr("Source"))]
        if page.case.target is not None:
            versions.append((TARGET, self.tr("Target")))
        self.player.set_versions([*versions, *((name, LABELS[at]) for at, name in enumerate(page.systems))])
        for scale, card in self.cards.items():
            card.set_words(wordings(scale, page.case.kind))
        self.back_button.setEnabled(self._at > 0)
        for system in page.systems:
            kept = self.test.rating(page, system)
            if kept is not None:
                self._drafts[self._at, system] = {scale: getattr(kept, scale) for scale in SCALES}
        self._heard = SOURCE
        self.player.set_chosen(SOURCE)
        self._refresh()
        self._page.setFocus()
        self._read_sounds(page)

    def go_on(self) -> None:
        """To the next page, once this one is rated."""
        if self.test is None or not self.next_button.isEnabled():
            return
        if self._at + 1 < len(self.test.pages):
            self.show_page(self._at + 1)
        else:
            self._show_end()

    def hear(self, version: str) -> None:
        """Another version from where the playhead stands; the cards show what is rated of it so far."""
        if version not in self.player.versions:
            return
        self._heard = version
        self.player.set_chosen(version)
        if version in self._tracks:
            self.playback.set_track(self._tracks[version])
        self._refresh()
        self._to_next_scale()

    def _hear_label(self, at: int) -> None:
        if at < len(self.page.systems):
            self.hear(self.page.systems[at])

    def _rated(self, scale: str, value: int) -> None:
        assert self.test is not None
        draft = self._drafts.setdefault((self._at, self._heard), {})
        draft[scale] = value
        if len(draft) == len(SCALES):
            try:
                self.test.rate(self.page, self._heard, Rating(**draft))
            except UserError as error:
                self.banner.show_problem(error.cause, error.remedy)
        self._refresh()
        self._to_next_scale()

    def _to_next_scale(self) -> None:
        """Digits go to the first scale that is still open."""
        draft = self._drafts.get((self._at, self._heard), {})
        later = [card for name, card in self.cards.items() if name not in draft and card.isEnabled()]
        if later:
            later[0].take_focus()

    def _refresh(self) -> None:
        assert self.test is not None
        rateable = self._heard in self.page.systems
        draft = self._drafts.get((self._at, self._heard), {})
        for scale, card in self.cards.items():
            card.setEnabled(rateable)
            card.set_value(draft.get(scale, 0) if rateable else 0)
        rated = {system for system in self.page.systems if self.test.rating(self.page, system) is not None}
        self.player.set_rated(rated)
        open_labels = [LABELS[at] for at, system in enumerate(self.page.systems) if system not in rated]
        self.next_button.setEnabled(not open_labels)
        last = self._at + 1 == len(self.test.pages)
        self.next_button.setText(self.tr("Finish") if last else self.tr("Next"))
        if not rateable:
            self.hint.setText(self.tr("Choose a letter to hear a version and rate it"))
        elif open_labels:
            self.hint.setText(self.tr("Still to rate: {0}").format(", ".join(open_labels)))
        else:
            self.hint.setText(self.tr("All versions are rated; the answers are saved"))

    def _show_end(self) -> None:
        assert self.test is not None
        self.playback.pause()
        try:
            _, means = results(self.test.folder)
        except UserError as error:
            self.banner.show_problem(error.cause, error.remedy)
            return
        self.end.set_means(means)
        self.stack.setCurrentWidget(self.end)

    # Files

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Choose the folder of cases"))
        if name:
            self.start.folder.setText(name)

    def _export(self) -> None:
        assert self.test is not None
        suggested = str(self.test.folder / "results.csv")
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save the results"), suggested, "CSV (*.csv)")
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> bool:
        assert self.test is not None
        try:
            write_results(self.test.folder, path)
        except UserError as error:
            self.banner.show_problem(error.cause, error.remedy)
            return False
        self.end.say(self.tr("Saved to {0}").format(path))
        return True

    def _read_sounds(self, page: Page) -> None:
        self._ticket += 1
        self.player.set_ready(False)
        paths = {SOURCE: page.case.source, **page.case.outputs}
        if page.case.target is not None:
            paths[TARGET] = page.case.target
        QThreadPool.globalInstance().start(_ReadTask(self._ticket, paths, self._signals))

    def _sounds_read(self, ticket: int, rate: int, tracks: dict[str, Track]) -> None:
        if ticket != self._ticket:
            return
        self._tracks = tracks
        source = tracks[SOURCE]
        self.playback.open(rate, source.samples.shape[0])
        self.playback.set_track(tracks[self._heard])
        self.player.set_duration(max(track.frames for track in tracks.values()) / rate)
        self.player.set_ready(True)

    def _sounds_failed(self, ticket: int, cause: str, remedy: str) -> None:
        if ticket == self._ticket:
            self.banner.show_problem(cause, remedy)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._ticket += 1
        self.playback.close()
        super().closeEvent(event)


def _scrolled(cards: Sequence[QWidget]) -> QScrollArea:
    """The cards side by side; on a small screen, or in large letters, they scroll rather than lose a line."""
    holder, area = QWidget(), QScrollArea()
    line = cards_line(cards)
    line.setContentsMargins(0, 0, 0, 0)
    holder.setLayout(line)
    area.setWidget(holder)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumWidth(holder.minimumSizeHint().width() + BAR)
    fit(area, lambda part: part.setMinimumHeight(px(160)))
    return area


class _Signals(QObject):
    read = Signal(int, int, object)
    failed = Signal(int, str, str)


class _ReadTask(QRunnable):
    """All sounds of a page at the source's rate, off the window's thread."""

    def __init__(self, ticket: int, paths: dict[str, Path], signals: _Signals) -> None:
        super().__init__()
        self._ticket, self._paths, self._signals = ticket, paths, signals

    def run(self) -> None:
        # The window may close, and the signals go, while this is read.
        with contextlib.suppress(RuntimeError):
            try:
                rate = 0
                tracks: dict[str, Track] = {}
                for version, path in self._paths.items():
                    audio = read(path)
                    rate = rate or audio.sample_rate
                    samples = audio.samples
                    if audio.sample_rate != rate:
                        samples = resample(samples, audio.sample_rate, rate)
                    tracks[version] = Track(samples)
                self._signals.read.emit(self._ticket, rate, tracks)
            except UserError as error:
                self._signals.failed.emit(self._ticket, error.cause, error.remedy)
            except (OSError, MemoryError) as error:
                log.exception("reading a case")
                self._signals.failed.emit(self._ticket, f"a sound cannot be read ({error})", "check the disk")
