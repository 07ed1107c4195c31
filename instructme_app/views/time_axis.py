"""The one time axis that every lane shares, and what can be done with the mouse on it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from instructme_app.model.numbers import localised
from instructme_app.views.beats import BeatGrid

SHORTEST_VIEW = 0.002
"""Seconds: the closest zoom while nothing is known of the song's samples."""
FEWEST_SAMPLES = 16
"""Samples across the window at the closest zoom."""
SNAP_PIXELS = 9.0
"""Lines of the beat grid closer than this are not snapped to, but the bars around them."""


@dataclass(frozen=True)
class Selection:
    """A span of the song in seconds; the region of the next edit and of the loop."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        return self.end - self.start


class TimeAxis(QObject):
    """Which seconds of the song are in sight, which are selected, and where its beats are. No pixels kept."""

    changed = Signal()
    selection_changed = Signal()
    grid_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration = 0.0
        self.start = 0.0
        self.span = 1.0
        self.selection: Selection | None = None
        self.grid = BeatGrid()
        self.grid_shown = True
        self.snapping = True
        self._shortest = SHORTEST_VIEW

    def set_sample_rate(self, sample_rate: int) -> None:
        """The closest zoom shows single samples."""
        self._shortest = FEWEST_SAMPLES / max(sample_rate, 1)

    def set_grid(self, grid: BeatGrid) -> None:
        if grid is not self.grid:
            self.grid = grid
            self.grid_changed.emit()

    def show_grid(self, shown: bool) -> None:
        if shown != self.grid_shown:
            self.grid_shown = shown
            self.grid_changed.emit()

    def set_duration(self, seconds: float) -> None:
        """A new song: all of it in sight, nothing selected."""
        self.duration = max(0.0, seconds)
        self.start, self.span = 0.0, max(self.duration, self._shortest)
        self.changed.emit()
        self.select(None)

    @property
    def end(self) -> float:
        return self.start + self.span

    def x_at(self, seconds: float, width: float) -> float:
        return (seconds - self.start) / self.span * width

    def seconds_at(self, x: float, width: float) -> float:
        """Seconds under pixel `x` of a lane of `width` pixels, kept inside the song."""
        return min(max(self.start + x / max(width, 1.0) * self.span, 0.0), self.duration)

    def show(self, start: float, span: float) -> None:
        span = min(max(span, self._shortest), max(self.duration, self._shortest))
        start = min(max(start, 0.0), max(self.duration - span, 0.0))
        if (start, span) != (self.start, self.span):
            self.start, self.span = start, span
            self.changed.emit()

    def show_all(self) -> None:
        self.show(0.0, self.duration)

    def zoom(self, factor: float, around: float) -> None:
        """Scale the span by `factor`; the second `around` stays where it is on the screen."""
        span = min(max(self.span * factor, self._shortest), max(self.duration, self._shortest))
        share = (around - self.start) / self.span
        self.show(around - share * span, span)

    def pan(self, seconds: float) -> None:
        self.show(self.start + seconds, self.span)

    def follow(self, seconds: float) -> None:
        """Turn the page when the playhead leaves the sight."""
        if not self.start <= seconds <= self.end:
            self.show(seconds - 0.05 * self.span, self.span)

    def snapped(self, seconds: float, width: float) -> float:
        """The line of the beat grid, or the end of the song, that is nearest in a lane of `width` pixels."""
        if not self.grid:
            return seconds
        line = self.grid.nearest(seconds, SNAP_PIXELS * self.span / max(width, 1.0))
        return min((0.0, line, self.duration), key=lambda at: abs(at - seconds))

    def select_all(self) -> None:
        self.select(Selection(0.0, self.duration))

    def select_bar(self, seconds: float) -> None:
        bar = self.grid.bar_at(seconds, self.duration)
        if bar is not None:
            self.select(Selection(*bar))

    def select(self, selection: Selection | None) -> None:
        if selection is not None:
            start, end = sorted((selection.start, selection.end))
            start, end = max(start, 0.0), min(end, self.duration)
            selection = Selection(start, end) if end > start else None
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit()


def clock(seconds: float, decimals: int = 1, *, tidy: bool = False) -> str:
    """`m:ss.d`, or `h:mm:ss.d` from an hour on, as this locale writes decimals; `tidy` leaves out those that are 0."""
    ticks = round(max(seconds, 0.0) * 10**decimals)
    whole, fraction = divmod(ticks, 10**decimals)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return localised(f"{text}.{fraction:0{decimals}d}") if decimals and (fraction or not tidy) else text
