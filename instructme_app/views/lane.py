"""A lane: a label at the left, a picture over the shared time axis, a scale at the right."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from instructme_app import theme
from instructme_app.sizes import fit, font, px
from instructme_app.views.grid import paint_grid
from instructme_app.views.time_axis import TimeAxis
from instructme_app.views.time_widget import TimeWidget, gutter

TITLE_LEFT = 18
TITLE_WIDTH = 72
"""Pixels of a lane's name, at the usual size of text; right of it the scale's own labels."""


class Lane(TimeWidget):
    """Keeps its picture as a pixmap until data, zoom, size or theme change: the playhead repaints nothing of it."""

    LEAST = 34
    """Pixels of height below which nothing can be read, at the usual size of text."""
    COMPACT = 0.7
    """Of the height that a lane takes by itself, what it makes do with before lanes scroll out of sight."""

    def __init__(
        self, axis: TimeAxis, title: str, height: int, parent: QWidget | None = None, tones: tuple[str, ...] = ()
    ) -> None:
        """`height` in pixels, at the usual size of text.

        `tones` are colours of the theme that say whose picture it is, in a bar at the left."""
        super().__init__(axis, parent)
        self.title = title
        self.subtitle = ""
        self.note = ""
        """Shown in the middle while there is nothing to draw."""
        self.tones = tones
        self._design_height = height
        self.stretch = 0
        """Its share of the height that is left over."""
        self.chosen_height: int | None = None
        """What the user dragged it to."""
        self._picture: QPixmap | None = None
        fit(self, lambda lane: lane.setMinimumHeight(lane.least_height))
        self.setAccessibleName(title)
        axis.changed.connect(self._moved)
        axis.grid_changed.connect(self.refresh)

    # What a lane draws

    def paint_image(self, painter: QPainter, area: QRect) -> None:
        """What is a picture by nature (a spectrogram), under all lines; `area` starts at 0, 0."""

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        """Lines and words, that stay sharp in an exported drawing; kept inside `area`, which starts at 0, 0."""

    def paint_ticks(self, painter: QPainter, area: QRect) -> None:
        """The labels of the vertical axis, left of `area`, which is the picture's place in the painter."""

    def paint_scale(self, painter: QPainter, area: QRect) -> None:
        """The colour bar or the like, right of `area`, which is the picture's place in the painter."""

    def readout(self, at: QPoint) -> str:
        """What is under a point of the picture, in widget coordinates; "" for nothing."""
        return ""

    @property
    def least_height(self) -> int:
        return px(self.LEAST)

    @property
    def usual_height(self) -> int:
        return px(self._design_height)

    @property
    def natural_height(self) -> int:
        """Pixels that it takes without the user's choice."""
        return self.usual_height

    @property
    def ready(self) -> bool:
        """Nothing of what is in sight is still being made."""
        return True

    # Label and picture

    def paint_labels(self, painter: QPainter, area: QRect) -> None:
        """Name and description; `area` is the gutter at the lane's left."""
        colours = theme.active()
        self.paint_tones(painter, area)
        box = QRect(area.left() + TITLE_LEFT, area.top() + 5, px(TITLE_WIDTH), area.height() - 8)
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        painter.setFont(font(11, QFont.Weight.DemiBold))
        painter.setPen(colours.colour("muted"))
        painter.drawText(box, flags, self.title)
        if not self.subtitle:
            return
        painter.setFont(font(11))
        painter.setPen(colours.colour("faint"))
        metrics = painter.fontMetrics()
        words = box.adjusted(0, px(16), 0, 0)
        lines = max(0, (words.height() + 1) // metrics.lineSpacing())
        for index, line in enumerate(_wrapped(self.subtitle, metrics, words.width(), lines)):
            painter.drawText(words.left(), words.top() + metrics.ascent() + index * metrics.lineSpacing(), line)

    def paint_tones(self, painter: QPainter, area: QRect) -> None:
        """Whose picture it is, as a bar at the left."""
        for index, tone in enumerate(self.tones):
            part = (area.height() - 12) / len(self.tones)
            bar = QRectF(area.left() + 8, area.top() + 6 + index * part, 2.5, part)
            painter.fillRect(bar, theme.active().colour(tone))

    def set_tones(self, tones: tuple[str, ...]) -> None:
        if tones != self.tones:
            self.tones = tones
            self.update()

    def hovered(self, at: QPoint) -> None:
        if self.content().contains(at):
            words = self.readout(at)
        else:
            # The label may be cut short.
            words = f"{self.title}\n{self.subtitle}".strip() if at.x() < gutter() else ""
        if words:
            QToolTip.showText(self.mapToGlobal(at), words, self)
        else:
            QToolTip.hideText()

    def set_title(self, text: str) -> None:
        if text != self.title:
            self.title = text
            self.setAccessibleName(text)
            self.update()

    def set_subtitle(self, text: str) -> None:
        if text != self.subtitle:
            self.subtitle = text
            self.setAccessibleDescription(text)
            self.update()

    def set_note(self, text: str) -> None:
        if text != self.note:
            self.note = text
            self.refresh()

    def refresh(self) -> None:
        """The picture is out of date."""
        self._picture = None
        self.update()

    def _moved(self) -> None:
        """Another stretch of time: labels and scale stay as they are."""
        self._picture = None
        self.update(self.content())

    def paintEvent(self, event: QPaintEvent) -> None:
        area, seen = self.content(), event.rect()
        painter = QPainter(self)
        painter.drawPixmap(area.topLeft(), self._current_picture(area))
        if seen.left() < area.left():
            self.paint_labels(painter, QRect(0, 0, gutter(), self.height()))
            self.paint_ticks(painter, area)
        if seen.right() > area.right():
            self.paint_scale(painter, area)
        self.paint_selection(painter, area)
        painter.end()

    def _current_picture(self, area: QRect) -> QPixmap:
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            picture = QPixmap(math.ceil(area.width() * ratio), math.ceil(area.height() * ratio))
            picture.setDevicePixelRatio(ratio)
            picture.fill(theme.active().colour("lane"))
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            inside = QRect(0, 0, area.width(), area.height())
            self.paint_image(painter, inside)
            paint_grid(painter, inside, self.axis)
            self.paint_content(painter, inside)
            painter.end()
            self._picture = picture
        return self._picture

    def paint_note(self, painter: QPainter, area: QRect) -> None:
        painter.setPen(theme.active().colour("faint"))
        painter.setFont(font(12))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.note)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.theme_changed()
        super().changeEvent(event)

    def theme_changed(self) -> None:
        """Lanes that keep coloured pictures of their own drop them here."""
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.refresh()


def tick_labels(
    painter: QPainter, area: QRect, labels: Iterable[tuple[float, str]], least: float = 11.0, right: int = 6
) -> None:
    """Labels of the vertical axis, right-aligned against the picture, at heights counted from its top.

    The most important come first: one that would touch another is left out. The outermost stay inside the lane.
    """
    painter.setFont(font(9))
    painter.setPen(theme.active().colour("faint"))
    metrics = painter.fontMetrics()
    half = metrics.capHeight() / 2 + 1
    placed: list[float] = []
    for y, text in labels:
        middle = min(max(y, half), area.height() - half)
        if all(abs(middle - other) >= px(least) for other in placed):
            placed.append(middle)
            x = area.left() - right - metrics.horizontalAdvance(text)
            painter.drawText(QPointF(x, area.top() + middle + half - 1), text)


def scale_label(painter: QPainter, area: QRect, y: float, text: str, offset: int = 20) -> None:
    """A label of the scale right of the picture, at height `y` of it."""
    painter.setFont(font(9))
    painter.setPen(theme.active().colour("faint"))
    half = painter.fontMetrics().capHeight() / 2 + 1
    middle = min(max(y, half), area.height() - half)
    painter.drawText(QPointF(area.right() + offset, area.top() + middle + half - 1), text)


def _wrapped(text: str, metrics: QFontMetrics, width: int, most: int) -> list[str]:
    """`text` in at most so many lines of `width` pixels; what does not fit ends in dots."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if line and metrics.horizontalAdvance(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    if len(lines) > most:
        lines = [*lines[: max(most - 1, 0)], " ".join(lines[max(most - 1, 0) :])][:most]
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines]
