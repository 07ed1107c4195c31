"""Play, before and after, loop, matched loudness, and the clock."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from instructme_app import theme
from instructme_app.views.time_axis import Selection, clock


class Transport(QWidget):
    play_clicked = Signal()
    start_clicked = Signal()
    before_chosen = Signal(bool)
    loop_toggled = Signal(bool)
    match_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._duration = self._seconds = 0.0
        self._playing = False
        self.start_button = self._tool(self.tr("To the start (Home)"))
        self.play_button = self._tool(self.tr("Play (Space)"), 34)
        self.loop_button = self._tool(self.tr("Loop the selection, or the song (L)"), checkable=True)
        self.match_button = self._tool(
            self.tr("Match loudness while comparing; files are never altered"), checkable=True
        )
        self.match_button.setChecked(True)
        self.position = QLabel()
        self.position.setProperty("role", "clock")
        self.gain = QLabel()
        self.gain.setProperty("role", "faint")
        self.selection = QLabel()
        self.selection.setProperty("role", "muted")
        self.sound = QLabel()
        self.sound.setProperty("role", "faint")

        self.before = self._side(self.tr("Before"), "before")
        self.after = self._side(self.tr("After"), "after")
        self.after.setChecked(True)
        self._sides = QButtonGroup(self)
        self._sides.addButton(self.before)
        self._sides.addButton(self.after)
        pill = QFrame()
        pill.setProperty("role", "pill")
        pair = QHBoxLayout(pill)
        pill.setFixedHeight(36)
        pair.setContentsMargins(3, 0, 3, 0)
        pair.setSpacing(2)
        pair.addWidget(self.before)
        pair.addWidget(self.after)
        pill.setToolTip(self.tr("Before or after, at the same playhead (X)"))

        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 0, 14, 0)
        layout.setSpacing(6)
        layout.addWidget(self.start_button)
        layout.addWidget(self.play_button)
        layout.addWidget(self.loop_button)
        layout.addSpacing(10)
        layout.addWidget(self.position)
        layout.addSpacing(18)
        layout.addWidget(pill)
        layout.addWidget(self.match_button)
        layout.addWidget(self.gain)
        layout.addStretch(1)
        layout.addWidget(self.sound)
        layout.addWidget(self.selection)

        self.start_button.clicked.connect(self.start_clicked)
        self.play_button.clicked.connect(self.play_clicked)
        self.loop_button.toggled.connect(self.loop_toggled)
        self.match_button.toggled.connect(self.match_toggled)
        self.before.toggled.connect(self.before_chosen)
        self.theme_changed()
        self.set_duration(0.0)
        self.set_selection(None)

    def _tool(self, tip: str, size: int = 20, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setIconSize(QSize(size, size))
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
        self.set_position(self._seconds)
        self.start_button.setIcon(theme.icon("to-start", "muted"))
        self.play_button.setIcon(theme.icon("pause" if self._playing else "play", "accent", 34))
        self.loop_button.setIcon(theme.icon("loop", "accent" if self.loop_button.isChecked() else "muted"))
        self.match_button.setIcon(theme.icon("match", "accent" if self.match_button.isChecked() else "muted"))

    def set_playing(self, playing: bool) -> None:
        self._playing = playing
        self.theme_changed()

    def set_duration(self, seconds: float) -> None:
        self._duration = seconds
        self.set_position(0.0)

    def set_position(self, seconds: float) -> None:
        faint = theme.active().faint
        self._seconds = seconds
        total = f'<span style="color:{faint}; font-size:12px"> &nbsp;/ {clock(self._duration)}</span>'
        self.position.setText(clock(seconds) + (total if self._duration else ""))
        # A clock that changes its width shakes everything beside it.
        self.position.setMinimumWidth(
            self.position.fontMetrics().horizontalAdvance("0" * 2 * len(clock(self._duration)))
        )

    def set_before(self, before: bool) -> None:
        (self.before if before else self.after).setChecked(True)

    def set_comparison(self, possible: bool) -> None:
        self.before.setEnabled(possible)
        if not possible:
            self.after.setChecked(True)

    def set_gain(self, decibels: float | None) -> None:
        """The gain that matched loudness adds to what is heard now; None hides it."""
        self.gain.setText("" if decibels is None else self.tr("{0:+.1f} dB").format(decibels))

    def set_selection(self, selection: Selection | None) -> None:
        self.selection.setText(
            ""
            if selection is None
            else self.tr("Selected {0} – {1}").format(clock(selection.start), clock(selection.end))
        )

    def set_sound_problem(self, problem: str) -> None:
        self.sound.setText(self.tr("Silent: {0}").format(problem) if problem else "")
