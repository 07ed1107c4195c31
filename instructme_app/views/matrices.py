"""What the listener hears, over time: chords and instruments as probability matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter, QPen, qRgb
from PySide6.QtWidgets import QToolTip, QWidget

from instructme_app import theme
from instructme_app.model.analysis import ChordSpan
from instructme_app.views.lane import Lane, font
from instructme_app.views.time_axis import TimeAxis

ROOTS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MINOR_QUALITIES = frozenset({"min", "min7", "dim"})
STRIP = 22
"""Pixels at the top of the chord lane, where the names stand."""


def fold_chords(chords: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """(classes, frames) probabilities -> (24, frames): 12 major rows, then 12 minor ones, C upwards."""
    folded = np.zeros((24, chords.shape[1]), dtype=np.float32)
    for row, name in zip(chords, names, strict=False):
        root, _, quality = name.partition(":")
        if root in _ROOT_INDEX:
            folded[_ROOT_INDEX[root] + (12 if quality in MINOR_QUALITIES else 0)] += row
    return np.clip(folded, 0.0, 1.0)


_ROOT_INDEX = {name: index for index, name in enumerate(ROOTS)} | {
    "C#": 1, "D#": 3, "F#": 6, "G#": 8, "A#": 10, "Cb": 11, "Fb": 4, "E#": 5, "B#": 0,
}  # fmt: skip


def short_name(chord: str) -> str:
    """`Eb:min7` as musicians write it: `E♭m7`."""
    root, _, quality = chord.partition(":")
    root = root.replace("b", "♭").replace("#", "♯")
    tails = {"": "", "maj": "", "min": "m", "min7": "m7", "maj7": "maj7", "dim": "°", "sus": "sus", "7": "7"}
    return root + tails.get(quality, quality)


class _MatrixLane(Lane):
    def __init__(self, axis: TimeAxis, title: str, height: int, parent: QWidget | None = None) -> None:
        super().__init__(axis, title, height, parent)
        self._matrix: np.ndarray | None = None
        self._frame_rate = 50.0
        self._image: QImage | None = None
        self.note = ""

    def set_note(self, text: str) -> None:
        self.note = text
        self.refresh()

    def theme_changed(self) -> None:
        self._image = None
        self.refresh()

    def _set_matrix(self, matrix: np.ndarray | None, frame_rate: float) -> None:
        self._matrix, self._frame_rate, self._image = matrix, frame_rate, None
        self.refresh()

    def _draw_matrix(self, painter: QPainter, target: QRect) -> None:
        """Only the frames in sight are scaled; rows run from the bottom up."""
        assert self._matrix is not None
        if self._image is None:
            pixels = np.rint(np.clip(self._matrix[::-1], 0, 1) * 255).astype(np.uint8)
            rows, frames = pixels.shape
            padded = np.zeros((rows, -(-frames // 4) * 4), dtype=np.uint8)
            padded[:, :frames] = pixels
            image = QImage(padded.tobytes(), frames, rows, padded.shape[1], QImage.Format.Format_Indexed8)
            image.setColorTable([qRgb(int(r), int(g), int(b)) for b, g, r, _ in theme.active().heat_table()])
            # The bytes above belong to Python: keep a copy that belongs to Qt.
            self._image = image.copy()
        rate = self._frame_rate
        source = QRectF(self.axis.start * rate, 0, self.axis.span * rate, self._image.height())
        painter.drawImage(QRectF(target), self._image, source)

    def _draw_note(self, painter: QPainter, area: QRect) -> None:
        painter.setPen(theme.active().colour("faint"))
        painter.setFont(font(12))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.note)


class ChordLane(_MatrixLane):
    """Chord names along the top; below, 24 major and minor rows."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, "Chords", STRIP + 24 * 4, parent)
        self._spans: tuple[ChordSpan, ...] = ()

    def set_chords(self, matrix: np.ndarray | None, spans: Sequence[ChordSpan], frame_rate: float = 50.0) -> None:
        """`matrix` is (24, frames), see fold_chords."""
        self._spans = tuple(spans)
        self._set_matrix(matrix, frame_rate)

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        colours = theme.active()
        if self._matrix is None:
            self._draw_note(painter, area)
            return
        body = area.adjusted(0, STRIP, 0, 0)
        self._draw_matrix(painter, body)
        painter.setPen(QPen(colours.colour("line"), 1))
        half = body.top() + body.height() / 2
        painter.drawLine(QPointF(0, half), QPointF(area.width(), half))
        painter.setFont(font(10))
        painter.setPen(colours.colour("text", 0.45))
        for top, name in ((body.top(), self.tr("minor")), (half, self.tr("major"))):
            painter.drawText(QPointF(5, top + 13), name)
        painter.setFont(font(12, QFont.Weight.DemiBold))
        metrics = QFontMetrics(painter.font())
        for span in self._spans:
            left, right = self.axis.x_at(span.start, area.width()), self.axis.x_at(span.end, area.width())
            if right < 0 or left > area.width() or span.name == "N":
                continue
            painter.setPen(QPen(colours.colour("line"), 1))
            painter.drawLine(QPointF(left, 3), QPointF(left, STRIP - 3))
            name = short_name(span.name)
            if metrics.horizontalAdvance(name) + 10 <= right - left:
                painter.setPen(colours.colour("text"))
                painter.drawText(QPointF(max(left, 0.0) + 6, STRIP - 7), name)

    def hovered(self, at: QPoint) -> None:
        body = self.content().adjusted(0, STRIP, 0, 0)
        if self._matrix is None or not body.contains(at):
            QToolTip.hideText()
            return
        row = min(23, int((body.bottom() - at.y()) / body.height() * 24))
        frame = min(int(self.seconds_at(at.x()) * self._frame_rate), self._matrix.shape[1] - 1)
        name = short_name(ROOTS[row % 12] + (":min" if row >= 12 else ""))
        QToolTip.showText(self.mapToGlobal(at), f"{name}  {self._matrix[row, frame]:.0%}", self)


class InstrumentLane(_MatrixLane):
    """One row for each instrument that is heard anywhere, loudest evidence on top."""

    ROW = 17
    MOST = 12

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, "Heard", 64, parent)
        self.names: tuple[str, ...] = ()

    def set_instruments(
        self, matrix: np.ndarray | None, names: Sequence[str], heard: Sequence[str], frame_rate: float = 50.0
    ) -> None:
        """`matrix` (instruments, frames) in the order of `names`; rows of `heard` are shown."""
        rows = [name for name in names if name in set(heard)]
        if matrix is None or not rows:
            self.names = ()
            self._set_matrix(None, frame_rate)
            self._fit(64)
            return
        share = {name: float(matrix[names.index(name)].mean()) for name in rows}
        shown = sorted(rows, key=lambda name: -share[name])[: self.MOST]
        self.names = tuple(shown)
        picked = matrix[[names.index(name) for name in reversed(shown)]]
        self._set_matrix(np.ascontiguousarray(picked, dtype=np.float32), frame_rate)
        self._fit(max(34, len(shown) * self.ROW + 6))

    def _fit(self, height: int) -> None:
        self.setMinimumHeight(height)
        self.setMaximumHeight(height)

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        if self._matrix is None:
            self._draw_note(painter, area)
            return
        body = area.adjusted(0, 3, 0, -3)
        self._draw_matrix(painter, body)
        painter.setPen(QPen(theme.active().colour("lane"), 3))
        for row in range(1, len(self.names)):
            y = body.top() + row * body.height() / len(self.names)
            painter.drawLine(QPointF(0, y), QPointF(area.width(), y))

    def paint_labels(self, painter: QPainter, area: QRect) -> None:
        if not self.names:
            super().paint_labels(painter, area)
            return
        painter.setFont(font(11))
        painter.setPen(theme.active().colour("muted"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        height = (self.height() - 6) / len(self.names)
        for row, name in enumerate(self.names):
            painter.drawText(QRectF(4, 3 + row * height, area.width() - 12, height), right, name)
