"""What is running: its stage, how far it is, how long it takes, and the song as it forms."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from instructme_app import theme
from instructme_app.views.scales import heat_image


class PreviewStrip(QWidget):
    """A small spectrogram, low notes at the bottom; empty it takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(220, 40)
        self.setAccessibleName(self.tr("The song as it forms"))
        self.setToolTip(self.tr("A rough look at the song as it forms"))
        self._values: np.ndarray | None = None
        self._image: QImage | None = None
        self._painted_in = ""
        self.hide()

    def set_values(self, values: np.ndarray | None) -> None:
        """uint8 (bands, columns), 255 the loudest; None for nothing."""
        self._values, self._image = values, None
        self.setVisible(values is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.active()
        if self._values is not None and (self._image is None or self._painted_in != colours.name):
            self._image, self._painted_in = heat_image(self._values, colours.heat_table()), colours.name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(frame, 5, 5)
        painter.setClipPath(path)
        if self._image is not None:
            painter.drawImage(frame, self._image)
        painter.setClipping(False)
        painter.setPen(QPen(colours.colour("line"), 1))
        painter.drawPath(path)
        painter.end()


class RunningRow(QWidget):
    cancel_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preview = PreviewStrip()
        self.status = QLabel()
        self.status.setProperty("role", "muted")
        # A long instruction gives way to the time that is left.
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.left = QLabel()
        self.left.setProperty("role", "muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setProperty("kind", "link")
        self.cancel_button.setToolTip(self.tr("Take the running edit back (Esc)"))
        self.cancel_button.clicked.connect(self.cancel_clicked)
        words = QHBoxLayout()
        words.setSpacing(12)
        words.addWidget(self.status, 1)
        words.addWidget(self.left)
        lines = QVBoxLayout()
        lines.setSpacing(5)
        lines.addLayout(words)
        lines.addWidget(self.progress)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(14)
        row.addWidget(self.preview)
        row.addLayout(lines, 1)
        row.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def set_progress(self, status: str, share: float | None, left: str = "") -> None:
        """`share` 0-1, None while it is not known; `left` says how long it still takes."""
        self.show()
        self.status.setText(status)
        self.status.setToolTip(status)
        self.left.setText(left)
        if share is None:
            self.progress.setRange(0, 0)
        else:
            self.progress.setRange(0, 1000)
            self.progress.setValue(round(share * 1000))

    def set_cancelling(self) -> None:
        self.status.setText(self.tr("Stopping …"))
        self.left.clear()

    def set_idle(self) -> None:
        self.preview.set_values(None)
        self.hide()
