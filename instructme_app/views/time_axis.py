"""The one time axis that every lane shares, and what can be done with the mouse on it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

SHORTEST_VIEW = 0.002
"""Seconds: the closest zoom, some hundred samples across the window."""


@dataclass(frozen=True)
class Selection:
    """A span of the song in seconds; the region of the next edit and of the loop."""

    start: float
    end: float

    @property
    def duration(self) -> float:
        return self.end - self.start


class TimeAxis(QObject):
    """Which seconds of the song are in sight, and which are selected. No widget, no pixels kept."""

    changed = Signal()
    selection_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration = 0.0
        self.start = 0.0
        self.span = 1.0
        self.selection: Selection | None = None

    def set_duration(self, seconds: float) -> None:
        """A new song: all of it in sight, nothing selected."""
        self.duration = max(0.0, seconds)
        self.start, self.span = 0.0, max(self.duration, SHORTEST_VIEW)
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
        span = min(max(span, SHORTEST_VIEW), max(self.duration, SHORTEST_VIEW))
        start = min(max(start, 0.0), max(self.duration - span, 0.0))
        if (start, span) != (self.start, self.span):
            self.start, self.span = start, span
            self.changed.emit()

    def show_all(self) -> None:
        self.show(0.0, self.duration)

    def zoom(self, factor: float, around: float) -> None:
        """Scale the span by `factor`; the second `around` stays where it is on the screen."""
        span = min(max(self.span * factor, SHORTEST_VIEW), max(self.duration, SHORTEST_VIEW))
        share = (around - self.start) / self.span
        self.show(around - share * span, span)

    def pan(self, seconds: float) -> None:
        self.show(self.start + seconds, self.span)

    def follow(self, seconds: float) -> None:
        """Turn the page when the playhead leaves the sight."""
        if not self.start <= seconds <= self.end:
            self.show(seconds - 0.05 * self.span, self.span)

    def select(self, selection: Selection | None) -> None:
        if selection is not None:
            start, end = sorted((selection.start, selection.end))
            start, end = max(start, 0.0), min(end, self.duration)
            selection = Selection(start, end) if end > start else None
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit()


def clock(seconds: float, decimals: int = 1) -> str:
    """`m:ss.d`, or `h:mm:ss.d` from an hour on."""
    ticks = round(max(seconds, 0.0) * 10**decimals)
    whole, fraction = divmod(ticks, 10**decimals)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f"{text}.{fraction:0{decimals}d}" if decimals else text
