"""What the listener hears, over time: chords, pitches and instruments as probability matrices."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import islice

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from instructme_app import theme
from instructme_app.model.analysis import ChordSpan
from instructme_app.model.levels import MatrixLevels
from instructme_app.model.numbers import number
from instructme_app.sizes import font, px
from instructme_app.views.lane import Lane, tick_labels
from instructme_app.views.scales import heat_image, paint_colour_bar, spaced
from instructme_app.views.time_axis import TimeAxis, clock

ROOTS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MINOR_QUALITIES = frozenset({"min", "min7", "dim"})
LABEL_PIXELS = 11.0
"""Between two names of rows, at least."""
BAR, UPRIGHT = 14, 14
"""Pixels of a gutter that is full of names: the bar of its tones, and words that stand upright."""


def strip() -> int:
    """Pixels at the top of the chord lane, where the names stand."""
    return px(20)


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


def subtract(now: np.ndarray, then: np.ndarray) -> np.ndarray:
    """(rows, frames) each -> now - then over the frames that both have."""
    frames = min(now.shape[1], then.shape[1])
    return now[:, :frames] - then[:, :frames]


class MatrixLane(Lane):
    """Rows run from the bottom up. A signed matrix is a difference, in the colours of one."""

    def __init__(
        self, axis: TimeAxis, title: str, height: int, parent: QWidget | None = None, tones: tuple[str, ...] = ()
    ) -> None:
        super().__init__(axis, title, height, parent, tones)
        self.levels: MatrixLevels | None = None
        self.signed = False
        self._frame_rate = 50.0

    def set_matrix(self, matrix: np.ndarray | None, frame_rate: float = 50.0, signed: bool = False) -> None:
        """`matrix` (rows, frames) in 0-1, or -1 to 1 if `signed`."""
        self.levels = None if matrix is None or 0 in matrix.shape else MatrixLevels(matrix)
        self._frame_rate, self.signed = frame_rate, signed
        self.refresh()

    def body(self, area: QRect) -> QRect:
        """Where in the picture the matrix stands."""
        return area

    def row_name(self, row: int) -> str:
        raise NotImplementedError

    def paint_image(self, painter: QPainter, area: QRect) -> None:
        if self.levels is None:
            return
        body = self.body(area)
        # One column for each pixel of the device: nothing is stretched in time, and no short note is lost.
        width = max(1, round(body.width() * painter.device().devicePixelRatio()))
        rate = self._frame_rate
        values = self.levels.columns(self.axis.start * rate, self.axis.end * rate, width)
        scaled = 127.5 + values * 127.5 if self.signed else values * 255
        painter.drawImage(QRectF(body), heat_image(np.rint(scaled).astype(np.uint8), self._table()))

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        if self.levels is None:
            self.paint_note(painter, area)

    def paint_scale(self, painter: QPainter, area: QRect) -> None:
        if self.levels is None or area.height() < 44:
            return
        half = number(0.5).removeprefix("0")
        labels = [(1.0, "+1"), (0.0, "−1"), (0.5, "0")] if self.signed else [(1.0, "1"), (0.0, "0"), (0.5, half)]
        paint_colour_bar(painter, self.body(area), self._table(), labels)

    def _table(self) -> np.ndarray:
        return theme.active().difference_table() if self.signed else theme.active().heat_table()

    def readout(self, at: QPoint) -> str:
        """Time, row and probability under a point of the widget."""
        body, seconds = self.body(self.content()), self.seconds_at(at.x())
        if self.levels is None or not body.contains(at):
            return ""
        row = int(np.clip((body.bottom() + 1 - at.y()) / body.height() * self.levels.rows, 0, self.levels.rows - 1))
        frame = min(int(seconds * self._frame_rate), self.levels.frames - 1)
        value = float(self.levels.columns(frame, frame + 1, 1)[row, 0])
        share = number(value, "+.0%" if self.signed else ".0%")
        return f"{clock(seconds, 2)}   {self.row_name(row)}   {share}"


class ChordLane(MatrixLane):
    """Chord names along the top, those of the reference above them; below, 24 major and minor rows."""

    def __init__(self, axis: TimeAxis, title: str, parent: QWidget | None = None, tones: tuple[str, ...] = ()) -> None:
        super().__init__(axis, title, 20 + 24 * 3, parent, tones)
        self.stretch = 1
        self.spans: tuple[ChordSpan, ...] = ()
        self.reference: tuple[ChordSpan, ...] = ()

    def set_chords(
        self,
        matrix: np.ndarray | None,
        spans: Sequence[ChordSpan],
        frame_rate: float = 50.0,
        reference: Sequence[ChordSpan] = (),
        signed: bool = False,
    ) -> None:
        """`matrix` is (24, frames), see fold_chords; `reference` are the chords that `spans` are compared with."""
        self.spans, self.reference = tuple(spans), tuple(reference)
        self.set_matrix(matrix, frame_rate, signed)

    @property
    def natural_height(self) -> int:
        return self.usual_height + (strip() if self.reference else 0)

    def body(self, area: QRect) -> QRect:
        return area.adjusted(0, strip() * 2 if self.reference else strip(), 0, 0)

    def row_name(self, row: int) -> str:
        return short_name(ROOTS[row % 12] + (":min" if row >= 12 else ""))

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        if self.levels is None:
            self.paint_note(painter, area)
            return
        colours, body = theme.active(), self.body(area)
        half = round(body.top() + body.height() / 2) + 0.5
        painter.setPen(QPen(colours.colour("text", 0.25), 1))
        painter.drawLine(QPointF(0, half), QPointF(area.width(), half))
        if self.reference:
            self._paint_names(painter, area.width(), 0, self.reference, "source")
        self._paint_names(
            painter, area.width(), body.top() - strip(), self.spans, "accent" if self.reference else "text"
        )

    def _paint_names(self, painter: QPainter, width: int, top: int, spans: Sequence[ChordSpan], tone: str) -> None:
        """Names that would run into the next one are left out, and the ticks tell where they are."""
        colours = theme.active()
        painter.setFont(font(12, QFont.Weight.DemiBold))
        metrics = QFontMetrics(painter.font())
        free = 0.0
        tick = QPen(colours.colour("faint", 0.6), 1)
        words = QPen(colours.colour(tone))
        first = bisect_right(spans, self.axis.start, key=lambda span: span.end)
        for span in islice(spans, first, bisect_left(spans, self.axis.end, key=lambda span: span.start)):
            left, right = self.axis.x_at(span.start, width), self.axis.x_at(span.end, width)
            if max(left, 0.0) + 5 < free or span.name == "N":
                continue
            name = short_name(span.name)
            long = metrics.horizontalAdvance(name)
            begin = max(left, 0.0) + 5
            # The first one may begin out of sight: it must still end before its chord does.
            if begin + long > width or (left < 0 and begin + long > right):
                continue
            if left >= 0:
                painter.setPen(tick)
                painter.drawLine(QPointF(round(left) + 0.5, top + 4), QPointF(round(left) + 0.5, top + strip() - 3))
            painter.setPen(words)
            painter.drawText(QPointF(begin, top + strip() - px(6)), name)
            free = begin + long + 6

    def paint_ticks(self, painter: QPainter, area: QRect) -> None:
        if self.levels is None:
            return
        body = self.body(area)
        pixels = body.height() / 24
        step = spaced(12, pixels, px(LABEL_PIXELS))
        rows = [(body.height() - (row + 0.5) * pixels, self.row_name(row)) for row in range(0, 24, min(step, 12))]
        # Room for no more than what the two halves are.
        halves = [(0.25 * body.height(), self.tr("minor")), (0.75 * body.height(), self.tr("major"))]
        tick_labels(painter, body, halves if step > 4 else rows, LABEL_PIXELS - 2)


class InstrumentLane(MatrixLane):
    """One row for each instrument that is heard anywhere, loudest evidence on top."""

    ROW = 16
    MOST = 12

    def __init__(self, axis: TimeAxis, title: str, parent: QWidget | None = None, tones: tuple[str, ...] = ()) -> None:
        super().__init__(axis, title, 64, parent, tones)
        self.names: tuple[str, ...] = ()

    def set_instruments(
        self,
        matrix: np.ndarray | None,
        names: Sequence[str],
        heard: Sequence[str],
        frame_rate: float = 50.0,
        signed: bool = False,
    ) -> None:
        """`matrix` (instruments, frames) in the order of `names`; rows of `heard` are shown."""
        rows = [name for name in names if name in set(heard)]
        if matrix is None or not rows or matrix.shape[1] == 0:
            self.names = ()
            self.set_matrix(None, frame_rate)
            return
        share = {name: float(np.abs(matrix[names.index(name)]).mean()) for name in rows}
        shown = sorted(rows, key=lambda name: -share[name])[: self.MOST]
        self.names = tuple(shown)
        self.set_matrix(matrix[[names.index(name) for name in reversed(shown)]], frame_rate, signed)

    @property
    def natural_height(self) -> int:
        return max(self.least_height, len(self.names) * px(self.ROW) + 4) if self.names else px(48)

    def row_name(self, row: int) -> str:
        return self.names[len(self.names) - 1 - row]

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        if self.levels is None:
            self.paint_note(painter, area)
            return
        painter.setPen(QPen(theme.active().colour("lane"), 3))
        for row in range(1, len(self.names)):
            y = row * area.height() / len(self.names)
            painter.drawLine(QPointF(0, y), QPointF(area.width(), y))

    def paint_labels(self, painter: QPainter, area: QRect) -> None:
        if not self.names:
            super().paint_labels(painter, area)
            return
        self.paint_tones(painter, area)
        left = area.left() + (BAR if self.tones else 4)
        if self.subtitle:
            self._paint_upright(painter, QRect(left, area.top(), px(UPRIGHT), area.height()))
            left += px(UPRIGHT)
        height = area.height() / len(self.names)
        painter.setFont(font(min(11.0, (height - 3) / px(11) * 11)))
        painter.setPen(theme.active().colour("muted"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, name in enumerate(self.names):
            box = QRectF(left, area.top() + row * height, area.right() - 5 - left, height)
            words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(box, right, words)

    def _paint_upright(self, painter: QPainter, area: QRect) -> None:
        """The description, turned: the names of the instruments leave it no line."""
        painter.save()
        painter.translate(area.left(), area.bottom())
        painter.rotate(-90)
        painter.setFont(font(10))
        painter.setPen(theme.active().colour("faint"))
        words = painter.fontMetrics().elidedText(self.subtitle, Qt.TextElideMode.ElideRight, area.height())
        painter.drawText(QRectF(0, 0, area.height(), area.width()), Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()
