"""Play, what is heard, loop, matched loudness, and the clock; the blind comparison below them while there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QElapsedTimer, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app import theme
from instructme_app.model.numbers import number
from instructme_app.sizes import fit, px, square, text
from instructme_app.views.blind import BlindStrip
from instructme_app.views.time_axis import clock

HOLD = 400
"""Milliseconds: who keeps "before" pressed for longer wants it for as long as that only."""

ROOM = {"problem": 780, "gain": 690, "name": 640, "total": 600, "start": 560, "rest": 500}
"""Pixels of width, at the usual size of text, from which on there is room for what can be missed, and for the rest."""
GAPS = 190
"""Of these pixels, those between the words, which do not grow with them."""

HEIGHT = 36
"""Pixels of the framed controls."""

NAME_ROOM = 130
"""Pixels that the name of a round takes at most; half of it where there is little room."""


def room_for(what: str) -> int:
    """Pixels of width from which on `what` of ROOM finds its place."""
    return GAPS + px(ROOM[what] - GAPS)


class Transport(QWidget):
    play_clicked = Signal()
    start_clicked = Signal()
    side_chosen = Signal(str)
    """"current", "reference", "removed", "added" or "difference"."""
    loop_toggled = Signal(bool)
    match_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._duration = self._seconds = 0.0
        self._playing, self._speed = False, 1
        self._heard, self._heard_before = "current", "current"
        self._names = ("", "")
        self._gains: Mapping[str, float] = {}
        self._pressed = QElapsedTimer()
        self.start_button = self._tool(self.tr("To the start (Home)"))
        self.play_button = self._tool(self.tr("Play (Space)"), 34)
        self.loop_button = self._tool(self.tr("Loop the selection, or the song (Ctrl+L)"), checkable=True)
        self.match_button = self._tool(
            self.tr("Match loudness while comparing; files are never altered"), checkable=True
        )
        self.match_button.setChecked(True)
        self.position = QLabel()
        self.position.setProperty("role", "clock")
        self.gain = QLabel()
        self.gain.setProperty("role", "faint")
        self.gain.setTextFormat(Qt.TextFormat.RichText)
        self.sound = QLabel()
        self.sound.setProperty("role", "faint")
        self.silent = QLabel()

        self.before = self._side(self.tr("Before"), "before")
        self.after = self._side(self.tr("After"), "after")
        self.solos = {
            "removed": self._tool(self.tr("Only what was removed (Alt+3)"), 16, True),
            "added": self._tool(self.tr("Only what was added (Alt+4)"), 16, True),
            "difference": self._tool(self.tr("Only the difference (Alt+3)"), 16, True),
        }
        self._sides: dict[str, QAbstractButton] = {"reference": self.before, "current": self.after, **self.solos}
        self._group = QButtonGroup(self)
        self.pill = QFrame()
        self.pill.setProperty("role", "pill")
        fit(self.pill, lambda part: part.setFixedHeight(px(HEIGHT)))
        fit(self.match_button, lambda part: part.setFixedSize(square(HEIGHT)))
        pair = QHBoxLayout(self.pill)
        pair.setContentsMargins(3, 0, 3, 0)
        pair.setSpacing(2)
        for button in self._sides.values():
            self._group.addButton(button)
            pair.addWidget(button)
        self.set_names(self.tr("Before"), self.tr("After"))

        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 14, 0)
        row.setSpacing(4)
        row.addWidget(self.start_button)
        row.addWidget(self.play_button)
        row.addWidget(self.loop_button)
        row.addSpacing(6)
        row.addWidget(self.position)
        row.addSpacing(6)
        row.addWidget(self.pill)
        row.addWidget(self.match_button)
        row.addWidget(self.gain)
        row.addStretch(1)
        row.addWidget(self.silent)
        row.addWidget(self.sound)
        self.blind = BlindStrip()
        self.blind.hide()
        below = QHBoxLayout()
        below.setContentsMargins(14, 0, 14, 0)
        below.addWidget(self.blind)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(row)
        rows.addLayout(below)

        self.start_button.clicked.connect(self.start_clicked)
        self.play_button.clicked.connect(self.play_clicked)
        self.loop_button.toggled.connect(self.loop_toggled)
        self.match_button.toggled.connect(self.match_toggled)
        self.before.pressed.connect(self._press_before)
        self.before.clicked.connect(self._release_before)
        for name, button in self._sides.items():
            if button is not self.before:
                button.clicked.connect(lambda _=False, name=name: self.side_chosen.emit(name))
        self.theme_changed()
        self.set_duration(0.0)
        self.set_heard("current", (), {})
        self._make_room()

    def _tool(self, tip: str, size: int = 20, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        fit(button, lambda part: part.setIconSize(square(size)))
        button.setCheckable(checkable)
        # Space plays wherever the keyboard is: a focused button would take it.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _side(self, text: str, tone: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "side")
        button.setProperty("tone", tone)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def theme_changed(self) -> None:
        self._show_clock()
        self._show_gains()
        self.start_button.setIcon(theme.icon("to-start", "muted"))
        self.play_button.setIcon(theme.icon("pause" if self._playing else "play", "accent", 34))
        self.loop_button.setIcon(theme.icon("loop", "accent" if self.loop_button.isChecked() else "muted"))
        self.match_button.setIcon(theme.icon("match", "accent" if self.match_button.isChecked() else "muted"))
        for name, role in (("removed", "less"), ("added", "more"), ("difference", "accent")):
            self.solos[name].setIcon(theme.icon(name, role if self.solos[name].isChecked() else "muted", 16))
        self.silent.setPixmap(theme.pixmap("silent", theme.active().faint, 18))
        self.blind.theme_changed()

    def minimumSizeHint(self) -> QSize:
        # What can be missed makes room by itself: it must not hold the window open.
        return QSize(room_for("rest"), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        width, problem = self.width(), bool(self.sound.text())
        self.start_button.setVisible(width >= room_for("start"))
        self.gain.setVisible(width >= room_for("gain") and not self.pill.isHidden())
        self.sound.setVisible(problem and width >= room_for("problem"))
        self.silent.setVisible(problem)
        self._show_names()
        self._show_clock()

    # The clock

    def set_playing(self, playing: bool) -> None:
        self._playing = playing
        self.play_button.setAccessibleName(self.tr("Pause (Space)") if playing else self.tr("Play (Space)"))
        self.play_button.setToolTip(self.play_button.accessibleName())
        self.theme_changed()

    def set_speed(self, speed: int) -> None:
        """Times the song's own; shown where it is another than 1."""
        self._speed = speed
        self._show_clock()

    def set_duration(self, seconds: float) -> None:
        self._duration = seconds
        self.set_position(0.0)

    def set_position(self, seconds: float) -> None:
        self._seconds = seconds
        self._show_clock()

    def _show_clock(self) -> None:
        aside, room = "", self.width() >= room_for("total")
        if self._speed != 1:
            aside = f"{'−' if self._speed < 0 else ''}{number(abs(self._speed))}×"
        elif self._duration and room:
            aside = f"/ {clock(self._duration)}"
        faint = theme.active().faint
        small = f'<span style="color:{faint}; font-size:{text(12)}px"> &nbsp;{aside}</span>' if aside else ""
        self.position.setText(clock(self._seconds) + small)
        # A clock that changes its width shakes everything beside it.
        widest = clock(self._duration)
        digits = 2 * len(widest) - 1 if room else len(widest) + 2 * bool(aside)
        self.position.setMinimumWidth(self.position.fontMetrics().horizontalAdvance("0" * digits))

    def set_usable(self, usable: bool) -> None:
        """Whether there is a song to be played."""
        for part in (self.start_button, self.play_button, self.loop_button, self.pill):
            part.setEnabled(usable)

    # What is heard

    def set_names(self, before: str, after: str, what_before: str = "", what_after: str = "") -> None:
        """Of the two sides; `what_` says which rounds they are."""
        self._names = (before, after)
        self._show_names()
        holding = self.tr("X goes from one to the other; hold B, or this button, to hear it only as long as you hold")
        self.before.setToolTip("\n".join(line for line in (what_before, holding) if line))
        self.after.setToolTip("\n".join(line for line in (what_after, self.tr("The round in hand (Alt+1)")) if line))

    def _show_names(self) -> None:
        """A round's name may be long: its button takes no more than there is room for."""
        room = px(NAME_ROOM if self.width() >= room_for("name") else NAME_ROOM // 2)
        for button, name in zip((self.before, self.after), self._names, strict=True):
            # An ampersand would underline what follows it.
            words = button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
            button.setText(words.replace("&", "&&"))
            button.setAccessibleName(name)

    def set_heard(self, heard: str, sides: Sequence[str], gains: Mapping[str, float]) -> None:
        """`heard` is one of `sides`, those that can be heard. `gains`: the decibels that matched loudness adds to the
        current round and to the reference; empty where it is off."""
        self._heard = heard
        compares = "reference" in sides
        for name, button in self._sides.items():
            button.setEnabled(name in sides)
            button.setChecked(name == heard)
        stems = "difference" not in sides
        for name, button in self.solos.items():
            button.setVisible(compares and stems == (name != "difference"))
        self._gains = gains if compares else {}
        self.theme_changed()

    def _show_gains(self) -> None:
        shown = {side: gain for side in ("reference", "current") if (gain := self._gains.get(side)) is not None}
        if all(abs(gain) < 0.05 for gain in shown.values()):
            self.gain.setText("")
            return
        strong = theme.active().text
        parts = [
            f'<span style="color:{strong}">{number(gain, "+.1f")}</span>'
            if side == self._heard
            else number(gain, "+.1f")
            for side, gain in shown.items()
        ]
        self.gain.setText(self.tr("{0} dB").format("&nbsp; / &nbsp;".join(parts)))
        self.gain.setToolTip(
            "\n".join(
                (
                    self.tr("Gain while comparing, so that both are equally loud; files are never altered."),
                    *(
                        f"{self._sides[side].accessibleName()}: {number(gain, '+.1f')} dB"
                        for side, gain in shown.items()
                    ),
                )
            )
        )

    def set_blind(self, blind: bool) -> None:
        """While it lasts nothing may tell which round is heard."""
        self.blind.setVisible(blind)
        self.pill.setVisible(not blind)
        self.match_button.setVisible(not blind)
        self._make_room()

    def _press_before(self) -> None:
        self._heard_before = self._heard
        self._pressed.start()
        self.side_chosen.emit("reference")

    def _release_before(self) -> None:
        if self._pressed.isValid() and self._pressed.elapsed() > HOLD:
            self.side_chosen.emit(self._heard_before)
        self._sides[self._heard].setChecked(True)

    # What else there is to say

    def set_sound_problem(self, problem: str) -> None:
        self.sound.setText(self.tr("Silent: {0}").format(problem) if problem else "")
        self.silent.setToolTip(self.sound.text())
        self.silent.setAccessibleName(self.sound.text())
        self._make_room()
