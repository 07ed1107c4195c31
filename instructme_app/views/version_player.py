"""A small player: play, a line to seek on, and buttons for versions that are heard at one playhead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QSlider, QToolButton, QWidget

from instructme_app import theme
from instructme_app.sizes import fit, px, square
from instructme_app.views.time_axis import clock

STEPS = 1000


class VersionPlayer(QFrame):
    play_clicked = Signal()
    seek_requested = Signal(float)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._duration, self._playing = 0.0, False
        self._buttons: dict[str, QPushButton] = {}
        self._labels: dict[str, str] = {}
        self.play_button = QToolButton()
        self.play_button.setAccessibleName(self.tr("Play (Space)"))
        self.play_button.setToolTip(self.tr("Play (Space)"))
        fit(self.play_button, lambda part: part.setIconSize(square(30)))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(self.tr("Playhead"))
        self.time = QLabel()
        self.time.setProperty("role", "muted")
        self.sound = QLabel()
        self.sound.setProperty("role", "faint")
        pill = QFrame()
        pill.setProperty("role", "pill")
        fit(pill, lambda part: part.setFixedHeight(px(38)))
        self._pair = QHBoxLayout(pill)
        self._pair.setContentsMargins(3, 0, 3, 0)
        self._pair.setSpacing(2)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 16, 8)
        layout.setSpacing(12)
        layout.addWidget(self.play_button)
        layout.addWidget(pill)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.time)
        layout.addWidget(self.sound)
        self.play_button.clicked.connect(self.play_clicked)
        self.slider.sliderMoved.connect(lambda at: self.seek_requested.emit(at / STEPS * self._duration))
        self.slider.actionTriggered.connect(self._stepped)
        self.set_playing(False)
        self.set_position(0.0)

    @property
    def versions(self) -> tuple[str, ...]:
        return tuple(self._buttons)

    def set_versions(self, versions: Sequence[tuple[str, str]]) -> None:
        """(name, label) each; what a listener sees and hears of a name is the label only."""
        for button in self._buttons.values():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        self._buttons, self._labels = {}, dict(versions)
        for name, label in versions:
            button = QPushButton(label)
            button.setProperty("kind", "side")
            button.setProperty("tone", "after")
            button.setCheckable(True)
            button.setAccessibleName(self.tr("Hear {0}").format(label))
            button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._group.addButton(button)
            self._pair.addWidget(button)
            self._buttons[name] = button

    def set_chosen(self, name: str) -> None:
        self._buttons[name].setChecked(True)

    def set_rated(self, names: Iterable[str]) -> None:
        rated = set(names)
        for name, button in self._buttons.items():
            button.setText(f"{self._labels[name]} ✓" if name in rated else self._labels[name])

    def set_ready(self, ready: bool) -> None:
        for widget in (self.play_button, self.slider):
            widget.setEnabled(ready)
        if not ready:
            self.set_duration(0.0)

    def set_duration(self, seconds: float) -> None:
        self._duration = seconds
        self.set_position(0.0)

    def set_position(self, seconds: float) -> None:
        if not self.slider.isSliderDown():
            self.slider.setValue(round(seconds / self._duration * STEPS) if self._duration else 0)
        self.time.setText(f"{clock(seconds)} / {clock(self._duration)}")

    def set_playing(self, playing: bool) -> None:
        self._playing = playing
        self.play_button.setIcon(theme.icon("pause" if playing else "play", "accent", 30))

    def set_sound_problem(self, problem: str) -> None:
        self.sound.setText(self.tr("Silent: {0}").format(problem) if problem else "")

    def _stepped(self, _action: int) -> None:
        """By the keyboard or a click beside the handle; dragging tells itself."""
        if not self.slider.isSliderDown():
            self.seek_requested.emit(self.slider.sliderPosition() / STEPS * self._duration)
