"""The spectrum at the playhead, or of the selection, for two rounds in one plot. Loaded when it is first opened:
pyqtgraph costs a third of a second."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from instructme_app import theme
from instructme_app.model.numbers import number
from instructme_app.model.spectrum import Spectrum
from instructme_app.sizes import font, px, window
from instructme_app.views.spectrogram import note_name

LOWEST_DB, HIGHEST_DB = -96.0, 6.0
TICKS = ((30, "30"), (100, "100"), (300, "300"), (1000, "1k"), (3000, "3k"), (10_000, "10k"), (20_000, "20k"))


class SpectrumInspector(QWidget):
    """A small window of its own, above the main one."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle(self.tr("Spectrum"))
        self.resize(window(560, 340))
        self.setMinimumSize(360, 220)
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName(self.tr("Spectrum in decibels over frequency"))
        item = self.plot.getPlotItem()
        assert item is not None
        self._item = item
        item.setMenuEnabled(False)
        item.hideButtons()
        item.showGrid(x=True, y=True, alpha=0.12)
        item.getAxis("bottom").setTicks([[(math.log10(hertz), words) for hertz, words in TICKS], []])
        item.getViewBox().setLimits(xMin=1.0, xMax=4.6, yMin=-110, yMax=20, minXRange=0.15, minYRange=6)
        item.getViewBox().setYRange(LOWEST_DB, HIGHEST_DB, padding=0)
        item.getViewBox().setXRange(math.log10(30), math.log10(20_000), padding=0.02)
        self.curves = [item.plot([], []) for _ in range(2)]
        for curve in self.curves:
            # In the constructor this raises in pyqtgraph 0.14.
            curve.setClipToView(True)
        self._cross = [pg.InfiniteLine(angle=angle, movable=False) for angle in (90, 0)]
        for line in self._cross:
            line.hide()
            item.addItem(line, ignoreBounds=True)
        self._names: tuple[str, ...] = ()
        self.legend = QLabel()
        self.readout = QLabel()
        self.where = QLabel()
        self.where.setProperty("role", "faint")
        self.readout.setProperty("role", "muted")
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 14, 0)
        head.addWidget(self.legend)
        head.addSpacing(12)
        head.addWidget(self.where)
        head.addStretch(1)
        head.addWidget(self.readout)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 8, 6)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.plot, 1)
        scene = self.plot.scene()
        assert isinstance(scene, pg.GraphicsScene)
        scene.sigMouseMoved.connect(self._point)
        self.theme_changed()

    def show_spectra(self, spectra: Sequence[Spectrum], names: Sequence[str]) -> None:
        """The current round last; one or two of them."""
        self._names = tuple(names)
        padded: list[Spectrum | None] = [*([None] * (2 - len(spectra))), *spectra]
        for curve, made in zip(self.curves, padded, strict=True):
            if made is None:
                curve.setData([], [])
            else:
                curve.setData(np.log10(made.hertz), made.decibels)
        self._show_names()

    def set_where(self, text: str) -> None:
        self.where.setText(text)

    def describe(self, hertz: float, decibels: float) -> str:
        return f"{number(hertz, ',.0f')} Hz   {note_name(hertz)}   {number(decibels, '.0f')} dB"

    def theme_changed(self) -> None:
        colours = theme.active()
        self.plot.setBackground(colours.colour("lane"))
        # The current round lies over the reference, and its ground lets it through.
        for curve, tone, width in zip(self.curves, ("source", "accent"), (1.6, 1.8), strict=True):
            curve.setPen(pg.mkPen(colours.colour(tone), width=width))
            curve.setFillLevel(-110)
            curve.setBrush(pg.mkBrush(colours.colour(tone, 0.08)))
        for name in ("left", "bottom"):
            axis = self._item.getAxis(name)
            axis.setPen(pg.mkPen(colours.colour("line")))
            axis.setTextPen(pg.mkPen(colours.colour("faint")))
            axis.setTickFont(font(10))
        self._item.getAxis("left").setWidth(px(54))
        self._item.setLabel("left", self.tr("dB"), color=colours.faint)
        self._item.setLabel("bottom", self.tr("Hz"), color=colours.faint)
        for line in self._cross:
            line.setPen(pg.mkPen(colours.colour("muted", 0.6), width=1))
        self._show_names()

    def _show_names(self) -> None:
        colours = theme.active()
        tones = ((colours.source, colours.accent) if len(self._names) > 1 else (colours.accent,))[: len(self._names)]
        self.legend.setText(
            " &nbsp; ".join(
                f'<span style="color:{tone}">■</span> {name}' for tone, name in zip(tones, self._names, strict=True)
            )
        )

    def _point(self, at: QPointF) -> None:
        box = self._item.getViewBox()
        inside = box.sceneBoundingRect().contains(at)
        for line in self._cross:
            line.setVisible(inside)
        if not inside:
            self.readout.setText("")
            return
        place = box.mapSceneToView(at)
        self._cross[0].setPos(place.x())
        self._cross[1].setPos(place.y())
        self.readout.setText(self.describe(10 ** place.x(), place.y()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "legend"):
            self.theme_changed()
        super().changeEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.closed.emit()
        super().hideEvent(event)
