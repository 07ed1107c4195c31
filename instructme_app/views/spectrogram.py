"""A spectrogram lane: logarithmic frequency, decibels as colours; its tiles are made off the window's thread."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from instructme_app import theme
from instructme_app.model.numbers import number
from instructme_app.model.tiles import (
    CEILING_DB,
    DB_PER_STEP,
    FLOOR_DB,
    HOPS,
    ROWS,
    TILE,
    Sound,
    TileKey,
    TileStore,
    hertz_at,
    hop_for,
    share_of,
)
from instructme_app.views.lane import Lane, tick_labels
from instructme_app.views.scales import heat_image, paint_colour_bar
from instructme_app.views.time_axis import TimeAxis, clock

KEPT = 96
"""Coloured tiles that a lane keeps: some 40 MB."""
MOST_DB = 30.0
"""Decibels of difference at the ends of the colour scale."""
NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
TICKS = ((100, "100"), (1000, "1k"), (10_000, "10k"), (300, "300"), (3000, "3k"), (50, "50"), (30, "30"))
"""Hertz, the most important first."""


def note_name(hertz: float) -> str:
    """The nearest note of the equal temperament on A4 = 440 Hz, and its distance: `A4 +12 ct`."""
    if hertz <= 0:
        return ""
    pitch = 69 + 12 * math.log2(hertz / 440)
    nearest = round(pitch)
    cents = round((pitch - nearest) * 100)
    return f"{NOTES[nearest % 12]}{nearest // 12 - 1}" + (f" {cents:+d} ct" if cents else "")


class SpectrogramLane(Lane):
    """With a `reference` it shows the difference: decibels that came or left against it, row by row."""

    def __init__(
        self,
        axis: TimeAxis,
        store: TileStore,
        title: str,
        parent: QWidget | None = None,
        tones: tuple[str, ...] = (),
    ) -> None:
        super().__init__(axis, title, 84, parent, tones)
        self.stretch = 3
        self._store = store
        self._sound: Sound | None = None
        self._reference: Sound | None = None
        self._coloured: OrderedDict[tuple[str, str, int, int], QPixmap] = OrderedDict()
        self._missing: set[tuple[int, int]] = set()
        store.made.connect(self._made)

    def set_sound(self, sound: Sound | None, reference: Sound | None = None) -> None:
        if (sound, reference) != (self._sound, self._reference):
            self._sound, self._reference = sound, reference
            self._missing.clear()
            self.refresh()

    def theme_changed(self) -> None:
        self._coloured.clear()
        self.refresh()

    @property
    def pending(self) -> int:
        """Tiles in sight that are not here yet, as of the last painting."""
        return len(self._missing)

    @property
    def ready(self) -> bool:
        return not self._missing

    def hop_in_sight(self, width: int) -> int:
        assert self._sound is not None
        return hop_for(self.axis.span * self._sound.sample_rate / max(width, 1))

    # Painting

    def paint_image(self, painter: QPainter, area: QRect) -> None:
        self._missing.clear()
        sound = self._sound
        if sound is None or sound.frames == 0:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipRect(area)
        hop = self.hop_in_sight(area.width())
        for index in self._in_sight(hop):
            picture = self._tile(hop, index, ask=True)
            if picture is not None:
                self._draw(painter, area, hop, index, picture)
            else:
                self._missing.add((hop, index))
                self._draw_stand_in(painter, area, hop, index)
        painter.setClipping(False)

    def _in_sight(self, hop: int) -> range:
        assert self._sound is not None
        seconds = TILE * hop / self._sound.sample_rate
        last = min(math.floor(self.axis.end / seconds), self._sound.tiles(hop) - 1)
        return range(math.floor(self.axis.start / seconds), last + 1)

    def _draw(self, painter: QPainter, area: QRect, hop: int, index: int, picture: QPixmap) -> None:
        """Only the columns in sight: a tile of a far zoom, seen close, would be wider than a painter can count."""
        assert self._sound is not None
        per_column = hop / self._sound.sample_rate
        start = index * TILE * per_column
        first = max(0, math.floor((self.axis.start - start) / per_column) - 1)
        last = min(picture.width(), math.ceil((self.axis.end - start) / per_column) + 1)
        if last <= first:
            return
        left = self.axis.x_at(start + first * per_column, area.width())
        right = self.axis.x_at(start + last * per_column, area.width())
        painter.drawPixmap(
            QRectF(left, 0, right - left, area.height()), picture, QRectF(first, 0, last - first, picture.height())
        )

    def _draw_stand_in(self, painter: QPainter, area: QRect, hop: int, index: int) -> None:
        """Until a tile is there: the same time from another zoom, or a calm, even ground."""
        assert self._sound is not None
        at = HOPS.index(hop)
        for near in (*HOPS[at + 1 : at + 4], *HOPS[max(at - 1, 0) : at]):
            begin, end = index * hop // near, ((index + 1) * hop - 1) // near
            found = [(other, self._tile(near, other, ask=False)) for other in range(begin, end + 1)]
            if all(picture is not None for _, picture in found):
                left = self.axis.x_at(index * TILE * hop / self._sound.sample_rate, area.width())
                right = self.axis.x_at((index + 1) * TILE * hop / self._sound.sample_rate, area.width())
                painter.save()
                painter.setClipRect(QRectF(left, 0, right - left, area.height()).intersected(QRectF(area)))
                for other, picture in found:
                    if picture is not None:
                        self._draw(painter, area, near, other, picture)
                painter.restore()
                return
        seconds = TILE * hop / self._sound.sample_rate
        left = max(self.axis.x_at(index * seconds, area.width()), 0.0)
        end = min((index + 1) * seconds, self._sound.frames / self._sound.sample_rate)
        right = min(self.axis.x_at(end, area.width()), float(area.width()))
        painter.fillRect(QRectF(left, 0, right - left, area.height()), theme.active().colour("hover", 0.45))

    def _tile(self, hop: int, index: int, ask: bool) -> QPixmap | None:
        sound, reference = self._sound, self._reference
        assert sound is not None
        key = (sound.key, reference.key if reference is not None else "", hop, index)
        if key in self._coloured:
            self._coloured.move_to_end(key)
            return self._coloured[key]
        look = self._store.get if ask else self._store.peek
        values = look(sound, hop, index)
        table = theme.active().heat_table()
        if reference is not None:
            before = look(reference, hop, index)
            if values is None or before is None:
                return None
            values = difference_values(values, before)
            table = theme.active().difference_table()
        if values is None or values.shape[1] == 0:
            return None
        self._coloured[key] = QPixmap.fromImage(heat_image(values, table))
        while len(self._coloured) > KEPT:
            self._coloured.popitem(last=False)
        return self._coloured[key]

    def _made(self, key: TileKey) -> None:
        if (key.hop, key.index) in self._missing and key.sound in self._keys():
            self.refresh()

    def _keys(self) -> set[str]:
        return {sound.key for sound in (self._sound, self._reference) if sound is not None}

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        if self._sound is None:
            self.paint_note(painter, area)
            return
        painter.setPen(QPen(theme.active().colour("text", 0.09), 1))
        for y, _ in self._ticks(area.height())[:3]:
            painter.drawLine(QPointF(0, round(y) + 0.5), QPointF(area.width(), round(y) + 0.5))

    def paint_ticks(self, painter: QPainter, area: QRect) -> None:
        tick_labels(painter, area, self._ticks(area.height()))

    def paint_scale(self, painter: QPainter, area: QRect) -> None:
        if self._sound is None:
            return
        if self._reference is not None:
            ends = [(1.0, f"+{MOST_DB:.0f}"), (0.0, f"−{MOST_DB:.0f}"), (0.5, "0")]
            paint_colour_bar(painter, area, theme.active().difference_table(), ends, " dB")
            return
        labels = [
            ((level - FLOOR_DB) / (CEILING_DB - FLOOR_DB), number(level, ".0f"))
            for level in (-10.0, -70.0, -40.0, -20.0, -30.0, -50.0, -60.0)
        ]
        paint_colour_bar(painter, area, theme.active().heat_table(), labels, " dB")

    def _ticks(self, height: int) -> list[tuple[float, str]]:
        """Heights and labels of the frequency axis."""
        if self._sound is None:
            return []
        shares = [(share_of(hertz, self._sound.sample_rate), words) for hertz, words in TICKS]
        return [((1 - share) * height, words) for share, words in shares if 0 <= share < 1]

    # Reading

    def readout(self, at: QPoint) -> str:
        """Time, Hertz with the note's name, and decibels under a point of the widget."""
        if self._sound is None:
            return ""
        area, rate = self.content(), self._sound.sample_rate
        share = min(max(1 - (at.y() + 0.5) / max(area.height(), 1), 0.0), 1.0)
        hertz, seconds = hertz_at(share, rate), self.seconds_at(at.x())
        parts = [clock(seconds, 3), f"{number(hertz, ',.0f')} Hz", note_name(hertz)]
        hop = self.hop_in_sight(area.width())
        column = int(seconds * rate / hop)
        row = min(int(share * ROWS), ROWS - 1)
        levels = [
            int(values[row, min(column % TILE, values.shape[1] - 1)])
            for sound in (self._sound, self._reference)
            if sound is not None
            and (values := self._store.peek(sound, hop, column // TILE)) is not None
            and values.shape[1]
        ]
        if self._reference is None and levels:
            parts.append(_level(levels[0]))
        elif len(levels) == 2:
            step = number((levels[0] - levels[1]) * DB_PER_STEP, "+.0f")
            parts.append(f"{_level(levels[1])} → {_level(levels[0])}   {step} dB")
        return "   ".join(parts)


def difference_values(values: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Two tiles (rows, columns) -> uint8: -MOST_DB to MOST_DB on 0-255. What both floors hide counts as equal."""
    columns = min(values.shape[1], before.shape[1])
    steps = values[:, :columns].astype(np.float32) - before[:, :columns]
    return np.rint(np.clip(127.5 + steps * (DB_PER_STEP / MOST_DB * 127.5), 0, 255)).astype(np.uint8)


def _level(value: int) -> str:
    if value == 0:
        return f"< {number(FLOOR_DB, '.0f')} dB"
    return f"{number(FLOOR_DB + value * DB_PER_STEP, '.0f')} dB"
