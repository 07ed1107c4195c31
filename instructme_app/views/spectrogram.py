"""A spectrogram lane: tiles of 1,024 columns, made lazily off the window's thread and kept as pixmaps."""

from __future__ import annotations

import contextlib
import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QToolTip, QWidget

from engine.analysis.spectrogram import LOWEST_HERTZ, spectrogram
from instructme_app import theme
from instructme_app.views.lane import Lane, font
from instructme_app.views.time_axis import TimeAxis

TILE = 1024
"""Columns of one tile."""
ROWS = 192
HOPS = (256, 1024, 4096, 16_384, 65_536)
"""Samples between columns, from the closest zoom to an hour in sight."""
FLOOR_DB, CEILING_DB = -78.0, -6.0
KEPT = 160
"""Pixmaps in memory: some 120 MB, and far more than fit on a screen."""


@dataclass(frozen=True)
class TileKey:
    generation: int
    hop: int
    index: int


class _Signals(QObject):
    made = Signal(object, QImage, object)


class _TileTask(QRunnable):
    def __init__(self, key: TileKey, samples: np.ndarray, sample_rate: int, table: np.ndarray, out: _Signals) -> None:
        super().__init__()
        self._key, self._samples, self._rate, self._table, self._out = key, samples, sample_rate, table, out

    def run(self) -> None:
        values = tile_values(self._samples, self._rate, self._key.hop, self._key.index)
        # The window may close, and the signals go, while this is computed.
        with contextlib.suppress(RuntimeError):
            self._out.made.emit(self._key, heat_image(values, self._table), values)


def tile_values(samples: np.ndarray, sample_rate: int, hop: int, index: int) -> np.ndarray:
    """Samples (channels, frames) -> (ROWS, columns) uint8: FLOOR_DB to CEILING_DB on 0-255, low frequencies first."""
    frames = samples.shape[1]
    size = 1 << round(math.log2(0.085 * sample_rate))
    first = index * TILE
    columns = max(0, min(TILE, -(-frames // hop) - first))
    if hop < size:
        before = -(-size // (2 * hop))
        begin, end = (first - before) * hop, (first + columns + before) * hop
        heard = _window(samples, begin, end)
        decibels = spectrogram(
            heard, sample_rate, rows=ROWS, columns_per_second=sample_rate / hop, fft_size=size
        ).decibels[:, before : before + columns]
    else:
        # Far zooms look at one window per column only: an hour in sight reads some megabytes, not all of it.
        centres = [column * hop for column in range(first, first + columns)]
        windows = [_window(samples, centre - size // 2, centre + size // 2) for centre in centres]
        heard = np.concatenate([np.zeros(size // 2, dtype=np.float32), *windows])
        decibels = spectrogram(
            heard, sample_rate, rows=ROWS, columns_per_second=sample_rate / size, fft_size=size
        ).decibels[:, 1 : columns + 1]
    scaled = (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)
    return np.rint(np.clip(scaled, 0.0, 1.0) * 255).astype(np.uint8)


def _window(samples: np.ndarray, begin: int, end: int) -> np.ndarray:
    """Frames [begin, end) as mono, with silence where the song has none."""
    frames = samples.shape[1]
    inside = samples[:, max(begin, 0) : max(min(end, frames), 0)].mean(axis=0, dtype=np.float32)
    return np.pad(inside, (min(max(-begin, 0), end - begin), max(end - max(frames, begin), 0)))


def top_of(sample_rate: int) -> float:
    """Hertz of the highest row."""
    return min(20_000.0, sample_rate / 2)


def heat_image(values: np.ndarray, table: np.ndarray) -> QImage:
    """(rows, columns) uint8 as a picture, the first row at the bottom."""
    pixels = np.ascontiguousarray(table[values[::-1]])
    rows, columns = values.shape
    return QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()


class SpectrogramLane(Lane):
    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, "Spectrum", 72, parent)
        self._samples: np.ndarray | None = None
        self._sample_rate = 1
        self._generation = 0
        self._tiles: OrderedDict[TileKey, tuple[QPixmap, np.ndarray]] = OrderedDict()
        self._asked: set[TileKey] = set()
        self._pool = QThreadPool(self)
        # One core computes pictures; the other draws and plays.
        self._pool.setMaxThreadCount(1)
        self._signals = _Signals()
        self._signals.made.connect(self._take)
        self.note = ""

    def set_audio(self, samples: np.ndarray | None, sample_rate: int = 1) -> None:
        """`samples` (channels, frames), memory-mapped as a rule."""
        self._samples, self._sample_rate = samples, sample_rate
        self._forget()

    def theme_changed(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._generation += 1
        self._pool.clear()
        self._tiles.clear()
        self._asked.clear()
        self.refresh()

    def hop_in_sight(self, width: int) -> int:
        samples_per_pixel = self.axis.span * self._sample_rate / max(width, 1)
        return next((hop for hop in HOPS if hop >= samples_per_pixel / 1.5), HOPS[-1])

    def paint_content(self, painter: QPainter, area: QRect) -> None:
        if self._samples is None:
            painter.setPen(theme.active().colour("faint"))
            painter.setFont(font(12))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.note)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        hop = self.hop_in_sight(area.width())
        seconds = TILE * hop / self._sample_rate
        last = min(math.floor(self.axis.end / seconds), (self._samples.shape[1] - 1) // (TILE * hop))
        for index in range(math.floor(self.axis.start / seconds), last + 1):
            key = TileKey(self._generation, hop, index)
            kept = self._tiles.get(key)
            if kept is None:
                self._ask(key)
                continue
            self._tiles.move_to_end(key)
            left = self.axis.x_at(index * seconds, area.width())
            width = kept[0].width() * hop / self._sample_rate / self.axis.span * area.width()
            painter.drawPixmap(QRectF(left, 0, width, area.height()), kept[0], QRectF(kept[0].rect()))
        self._paint_grid(painter, area)

    def _paint_grid(self, painter: QPainter, area: QRect) -> None:
        painter.setFont(font(10))
        for hertz, label in ((100, "100"), (1000, "1k"), (10_000, "10k")):
            share = math.log(hertz / LOWEST_HERTZ) / math.log(top_of(self._sample_rate) / LOWEST_HERTZ)
            if not 0 < share < 1:
                continue
            y = round(area.height() * (1 - share))
            painter.setPen(theme.active().colour("text", 0.10))
            painter.drawLine(0, y, area.width(), y)
            if y > painter.fontMetrics().ascent() + 3:
                painter.setPen(theme.active().colour("text", 0.55))
                painter.drawText(5, y - 3, label)

    def _ask(self, key: TileKey) -> None:
        if key not in self._asked and self._samples is not None:
            self._asked.add(key)
            table = theme.active().heat_table()
            self._pool.start(_TileTask(key, self._samples, self._sample_rate, table, self._signals))

    def _take(self, key: TileKey, image: QImage, values: np.ndarray) -> None:
        if key.generation != self._generation:
            return
        self._asked.discard(key)
        self._tiles[key] = (QPixmap.fromImage(image), values)
        while len(self._tiles) > KEPT:
            self._tiles.popitem(last=False)
        self.refresh()

    @property
    def pending(self) -> int:
        """Tiles that were asked for and are not here yet."""
        return len(self._asked)

    def hovered(self, at: QPoint) -> None:
        area = self.content()
        if self._samples is None or not area.contains(at):
            QToolTip.hideText()
            return
        share = 1 - at.y() / max(area.height(), 1)
        hertz = LOWEST_HERTZ * (top_of(self._sample_rate) / LOWEST_HERTZ) ** share
        hop = self.hop_in_sight(area.width())
        column = int(self.seconds_at(at.x()) * self._sample_rate / hop)
        kept = self._tiles.get(TileKey(self._generation, hop, column // TILE))
        text = f"{hertz:,.0f} Hz"
        if kept is not None:
            values = kept[1]
            value = values[min(int(share * ROWS), ROWS - 1), min(column % TILE, values.shape[1] - 1)]
            text += f"   {FLOOR_DB + value / 255 * (CEILING_DB - FLOOR_DB):.0f} dB"
        QToolTip.showText(self.mapToGlobal(at), text, self)
