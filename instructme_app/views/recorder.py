"""The recorder: how loud, how long, stop, take again, use it."""

from __future__ import annotations

from math import log10

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from instructme_app import theme
from instructme_app.model.numbers import number
from instructme_app.sizes import fit, font, px, square, text
from instructme_app.views.time_axis import clock

QUIETEST = -60.0
"""Decibels under full scale at the left end of the meter."""
HOT = -1.0
"""From here on a microphone is about to clip."""
FALL = 0.9
"""Of the distance to silence that the bar keeps from one tick to the next."""


class LevelMeter(QWidget):
    """Peak level: a bar that falls back slowly, and a line where it was highest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        fit(self, lambda part: part.setMinimumSize(QSize(px(320), px(14) + text(10) + 2)))
        self._share = self._highest = 0.0
        self.clipped = False
        self.clear()

    def clear(self) -> None:
        self._share = self._highest = 0.0
        self.clipped = False
        self.setAccessibleName(self.tr("Level"))
        self.update()

    def show_peak(self, peak: float) -> None:
        """`peak` is a sample's size, 1.0 being full scale."""
        decibels = 20 * log10(peak) if peak > 0 else QUIETEST
        share = min(max(1 - decibels / QUIETEST, 0.0), 1.0)
        self._share = max(share, self._share * FALL)
        self._highest = max(self._highest, share)
        self.clipped = self.clipped or decibels >= HOT
        self.setAccessibleName(self.tr("Level: {0} dB").format(number(max(decibels, QUIETEST), ".0f")))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.active()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(0, 4, self.width(), 8)
        painter.setBrush(colours.colour("hover"))
        painter.drawRoundedRect(bar, 4, 4)
        if self._share > 0.01:
            painter.setBrush(colours.colour("danger" if self.clipped else "accent"))
            painter.drawRoundedRect(QRectF(0, 4, max(self._share * self.width(), 8), 8), 4, 4)
        if self._highest > 0.01:
            painter.setBrush(colours.colour("danger" if self.clipped else "text"))
            painter.drawRoundedRect(QRectF(self._highest * (self.width() - 2), 2, 2, 12), 1, 1)
        painter.setFont(font(10))
        painter.setPen(colours.colour("faint"))
        for decibels in (-48, -36, -24, -12, 0):
            words, x = f"{decibels}".replace("-", "−"), (1 - decibels / QUIETEST) * self.width()
            width = painter.fontMetrics().horizontalAdvance(words)
            painter.drawText(round(min(max(x - width / 2, 0), self.width() - width)), self.height() - 1, words)
        painter.end()


class RecorderDialog(QDialog):
    record_clicked = Signal()
    stop_clicked = Signal()
    use_clicked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Record"))
        self.time = QLabel()
        self.time.setProperty("role", "clock")
        self.time.setAccessibleName(self.tr("Time recorded"))
        self.state = QLabel()
        self.state.setProperty("role", "muted")
        self.state.setWordWrap(True)
        self.state.setMinimumHeight(self.state.fontMetrics().lineSpacing() * 2)
        self.state.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.meter = LevelMeter()
        self.record = QPushButton()
        self.record.setProperty("kind", "quiet")
        self.use = QPushButton(self.tr("Open as a song"))
        self.use.setProperty("kind", "primary")
        self.cancel = QPushButton(self.tr("Close"))
        self.cancel.setProperty("kind", "link")
        for button in (self.record, self.use, self.cancel):
            fit(button, lambda part: part.setIconSize(square(16)))
            button.setAutoDefault(False)

        top = QHBoxLayout()
        top.addWidget(self.time)
        top.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.record)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.use)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(22, 18, 22, 18)
        rows.setSpacing(12)
        rows.addLayout(top)
        rows.addWidget(self.meter)
        rows.addWidget(self.state)
        rows.addLayout(buttons)
        fit(self, lambda part: part.setMinimumWidth(px(420)))

        self._recording = False
        self.record.clicked.connect(self._record)
        self.use.clicked.connect(self.use_clicked)
        self.cancel.clicked.connect(self.close)
        self.show_ready()

    def show_ready(self, problem: str = "") -> None:
        """Nothing is recorded yet; `problem` says why it cannot be."""
        self._show(recording=False, take=False)
        self.time.setText(clock(0))
        self.meter.clear()
        self.state.setProperty("role", "wrong" if problem else "muted")
        self.state.style().polish(self.state)
        self.state.setText(problem or self.tr("The take is written to the projects' folder while you play."))

    def show_opening(self) -> None:
        self._show(recording=True, take=False)
        self.time.setText(clock(0))
        self.meter.clear()
        self._say(self.tr("Waiting for the microphone …"))

    def show_recording(self, seconds: float, peak: float) -> None:
        self._show(recording=True, take=False)
        self.time.setText(clock(seconds))
        self.meter.show_peak(peak)
        self._say(self.tr("Too loud: turn the microphone down.") if self.meter.clipped else self.tr("Recording"))

    def show_take(self, seconds: float, name: str, remark: str = "") -> None:
        """A finished take, called `name`; `remark` says why it ended by itself."""
        self._show(recording=False, take=True)
        self.time.setText(clock(seconds))
        self._say("\n".join(line for line in (remark, self.tr("Kept as “{0}”").format(name)) if line))
        self.use.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)

    def reject(self) -> None:
        # Escape goes the same way as the button.
        self.close()

    def _say(self, words: str) -> None:
        self.state.setProperty("role", "muted")
        self.state.style().polish(self.state)
        self.state.setText(words)

    def _show(self, recording: bool, take: bool) -> None:
        self._recording = recording
        label = self.tr("Stop") if recording else self.tr("Take again") if take else self.tr("Record")
        self.record.setText(label)
        self.record.setIcon(theme.icon("stop" if recording else "record", "text" if recording else "danger", 16))
        self.use.setVisible(take)

    def _record(self) -> None:
        (self.stop_clicked if self._recording else self.record_clicked).emit()
