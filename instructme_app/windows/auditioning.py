"""The keys, the menu and the transport of listening: A and B, blind, shuttle, loop, and the sound devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu

from engine.session import Round
from instructme_app.model.devices import Device, Devices
from instructme_app.titles import title_of
from instructme_app.views.time_axis import Selection
from instructme_app.windows.audition import Side

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow

NOTE_MILLISECONDS = 15_000


class Auditioning(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.devices = Devices(self)
        self._summed_up = False
        self._offered: tuple[tuple[Side, ...], bool] = ((), False)
        self._add_actions()
        self._connect()
        window.media.limit = window.settings.memory_limit
        self._take_device()
        self._show()

    def _add_actions(self) -> None:
        window = self._window
        actions, playback, audition = window.actions_, window.playback, window.audition
        add = actions.add
        add("play", self.tr("Shuttle back; again: faster"), "J", lambda: playback.shuttle(-1))
        add("play", self.tr("Pause"), "K", playback.pause)
        add("play", self.tr("Shuttle on; again: faster"), "L", lambda: playback.shuttle(1))
        actions.separate("play")
        add("play", self.tr("Selection begins here"), "[", lambda: self._set_end(begin=True), enabled=self._has_song)
        add("play", self.tr("Selection ends here"), "]", lambda: self._set_end(begin=False), enabled=self._has_song)
        add("play", self.tr("Loop the selection, or the song"), "Ctrl+L", window.transport.loop_button.toggle)
        actions.separate("play")
        self.toggle = add(
            "play", self.tr("Before or after"), "X", audition.toggle, enabled=lambda: audition.can_compare
        )
        self.hold = add(
            "play",
            self.tr("Before, while held"),
            "B",
            lambda: self._hold(True),
            enabled=lambda: audition.can_compare,
        )
        self.hold.setAutoRepeat(False)
        self.blind = add(
            "play",
            self.tr("Blind comparison"),
            "Shift+X",
            self._toggle_blind,
            enabled=lambda: audition.can_compare or audition.blind is not None,
            icon="blind",
        )
        heard = actions.submenu("play", self.tr("Hear"))
        texts: tuple[tuple[Side, str], ...] = (
            ("current", self.tr("The current round")),
            ("reference", self.tr("What it is compared with")),
            ("removed", self.tr("What was removed")),
            ("added", self.tr("What was added")),
        )
        for number, (side, text) in enumerate(texts, 1):
            add(
                "play",
                text,
                f"Alt+{number}",
                lambda side=side: audition.hear(side),
                enabled=lambda side=side: side in audition.sides or self._stands_for(side),
                submenu=heard,
            )
        actions.separate("play")
        self._menus = {
            "output": actions.submenu("play", self.tr("Sound output")),
            "input": actions.submenu("play", self.tr("Microphone")),
        }
        # What is plugged in is looked for when the menu opens, and shown when it is found.
        actions.menu("play").aboutToShow.connect(self.devices.refresh)
        self._fill_menus()

    def _connect(self) -> None:
        window = self._window
        audition, playback, transport, settings = window.audition, window.playback, window.transport, window.settings
        audition.changed.connect(self._show)
        window.session.song_changed.connect(self._end_of_song)
        playback.noted.connect(self._note)
        playback.speed_changed.connect(transport.set_speed)
        transport.side_chosen.connect(audition.hear)
        transport.blind.number_chosen.connect(audition.hear_number)
        transport.blind.vote_given.connect(audition.vote)
        transport.blind.next_clicked.connect(audition.next_blind)
        transport.blind.end_clicked.connect(self._end_blind)
        settings.devices_changed.connect(self._take_device)
        settings.memory_limit_changed.connect(self._take_limit)
        settings.match_loudness_changed.connect(transport.match_button.setChecked)
        self.devices.changed.connect(self._fill_menus)

    def _has_song(self) -> bool:
        return self._window.session.project is not None

    def _stands_for(self, side: Side) -> bool:
        return side in ("removed", "added") and "difference" in self._window.audition.sides

    # What the user does

    def _set_end(self, begin: bool) -> None:
        axis, here = self._window.axis, self._window.playback.position
        selection = axis.selection
        start, end = (selection.start, selection.end) if selection is not None else (0.0, axis.duration)
        if begin:
            axis.select(Selection(here, end if end > here else axis.duration))
        else:
            axis.select(Selection(start if start < here else 0.0, here))

    def _hold(self, held: bool) -> None:
        app = QApplication.instance()
        if app is None:
            return
        if held:
            # The release goes to whatever has the keyboard by then, or to nobody at all.
            app.installEventFilter(self)
        else:
            app.removeEventFilter(self)
        self._window.audition.hold(held)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While B is held."""
        kind = event.type()
        released = (
            kind == QEvent.Type.KeyRelease
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_B
            and not event.isAutoRepeat()
        )
        if released or kind == QEvent.Type.ApplicationDeactivate:
            self._hold(False)
        return False

    def _toggle_blind(self) -> None:
        if self._window.audition.blind is not None:
            self._end_blind()
        else:
            self._summed_up = False
            self._window.audition.start_blind()

    def _end_blind(self) -> None:
        """Sum up, where there is anything to be summed up; then, or at once, put it away."""
        audition = self._window.audition
        blind = audition.blind
        self._summed_up = blind is not None and bool(blind.votes)
        if blind is not None and blind.votes:
            self._window.transport.blind.sum_up(blind.right, len(blind.votes), blind.chance)
        if blind is not None:
            audition.end_blind()
        else:
            self._show()

    def _end_of_song(self) -> None:
        self._summed_up = False
        self._show()

    # What the model tells

    def _show(self) -> None:
        audition, transport, session = self._window.audition, self._window.transport, self._window.session
        blind = audition.blind
        if blind is not None:
            total = len(blind.votes)
            if blind.revealed:
                vote = blind.votes[-1]
                transport.blind.reveal(audition.number, vote.right, vote.edited, blind.right, total)
            else:
                transport.blind.ask(audition.number, blind.right, total)
        transport.set_blind(blind is not None or self._summed_up)
        current, reference = session.current, audition.reference
        if current is not None and reference is not None:
            parent = session.grew(current, reference)
            before = self.tr("Before") if parent else self._name(reference)
            after = self.tr("After") if parent else self.tr("Now")
            transport.set_names(before, after, self._name(reference), self._name(current))
        sides = audition.sides
        transport.set_heard(audition.heard, sides, audition.gains if audition.match else {})
        if (sides, blind is not None) != self._offered:
            self._offered = (sides, blind is not None)
            self._window.actions_.refresh()

    def _name(self, entry: Round) -> str:
        return title_of(entry) if entry.parent is not None else self.tr("Source")

    def _note(self, words: str) -> None:
        self._window.statusBar().showMessage(words, NOTE_MILLISECONDS)

    # Devices

    def _take_device(self) -> None:
        self._window.playback.set_device(self._window.settings.output_device)
        self._fill_menus()

    def _take_limit(self, limit: int) -> None:
        self._window.media.limit = limit

    def _fill_menus(self) -> None:
        settings = self._window.settings
        self._fill(self._menus["output"], "output_device", settings.output_device, self.devices.outputs)
        self._fill(self._menus["input"], "input_device", settings.input_device, self.devices.inputs)

    def _fill(self, menu: QMenu, setting: str, chosen: str, devices: tuple[Device, ...]) -> None:
        menu.clear()
        group = QActionGroup(menu)

        def offer(name: str, text: str, present: bool = True) -> None:
            action = QAction(text, menu)
            action.setCheckable(True)
            action.setChecked(name == chosen)
            action.setEnabled(present)
            action.triggered.connect(lambda _=False: setattr(settings, setting, name))
            group.addAction(action)
            menu.addAction(action)

        settings = self._window.settings
        offer("", self.tr("As the system"))
        for device in devices:
            offer(device.name, device.name)
        if chosen and all(device.name != chosen for device in devices):
            offer(chosen, self.tr("{0} (not there)").format(chosen), present=False)
