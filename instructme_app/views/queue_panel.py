"""The queue of edits as a short list: what runs, what waits and in which order, and what failed and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app import theme

TALLEST = 148
"""Pixels of rows that are in sight; more are scrolled."""


@dataclass(frozen=True)
class QueueRow:
    """`detail`: seed, region and the like; of a failed edit cause and remedy, with a traceback in `folded`."""

    id: str
    title: str
    detail: str
    state: Literal["running", "waiting", "failed"]
    place: int = 0
    """In the line of those that wait, from 1."""
    can_rise: bool = False
    can_sink: bool = False
    folded: str = ""


class QueuePanel(QFrame):
    cancel_clicked = Signal(str)
    moved = Signal(str, int)
    """A row, and how many places down it is to go."""
    retry_clicked = Signal(str)
    change_clicked = Signal(str)
    dismiss_clicked = Signal(str)
    cancel_all_clicked = Signal()
    close_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("Queue of edits"))
        self.rows: tuple[QueueRow, ...] = ()
        self._widgets: list[_Row] = []
        self.heading = QLabel(self.tr("QUEUE"))
        self.heading.setProperty("role", "heading")
        self.summary = QLabel()
        self.summary.setProperty("role", "faint")
        self.cancel_all = QPushButton(self.tr("Cancel all"))
        self.cancel_all.setProperty("kind", "link")
        self.close_button = QToolButton()
        self.close_button.setIconSize(QSize(14, 14))
        self.close_button.setAccessibleName(self.tr("Hide the queue"))
        self.close_button.setToolTip(self.tr("Hide the queue (Ctrl+J)"))
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 8, 0)
        head.setSpacing(12)
        head.addWidget(self.heading)
        head.addWidget(self.summary)
        head.addStretch(1)
        head.addWidget(self.cancel_all)
        head.addWidget(self.close_button)
        self._list = QWidget()
        self._lines = QVBoxLayout(self._list)
        self._lines.setContentsMargins(6, 0, 6, 0)
        self._lines.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._list)
        # Its rows wrap by its width, which a scroll bar changes too.
        self._scroll.viewport().installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 6, 1, 8)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self._scroll)
        self.cancel_all.clicked.connect(self.cancel_all_clicked)
        self.close_button.clicked.connect(self.close_clicked)
        self.theme_changed()
        self.set_rows(())
        self.hide()

    def set_rows(self, rows: Sequence[QueueRow]) -> None:
        """In their order. Rows that stay as they were keep their widgets, and with them the keyboard."""
        if tuple(rows) != self.rows or not rows:
            kept = {widget.row: widget for widget in self._widgets}
            widgets = [kept.pop(row, None) or self._made(row) for row in rows]
            for gone in kept.values():
                self._lines.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
            for index, widget in enumerate(widgets):
                self._lines.insertWidget(index, widget)
            self._widgets, self.rows = widgets, tuple(rows)
        waiting = sum(row.state == "waiting" for row in rows)
        failed = sum(row.state == "failed" for row in rows)
        parts = [self.tr("{0} waiting").format(waiting)] * bool(waiting)
        parts += [self.tr("{0} failed").format(failed)] * bool(failed)
        nothing = self.tr("Nothing waits. What you start while an edit is running waits here.")
        self.summary.setText("  ·  ".join(parts) if rows else nothing)
        self.cancel_all.setVisible(any(row.state != "failed" for row in rows))
        self._scroll.setVisible(bool(rows))
        self.fit()

    def fit(self) -> None:
        """As high as the rows are at this width, up to TALLEST."""
        margins = self._lines.contentsMargins()
        width = self._scroll.viewport().width() - margins.left() - margins.right()
        height = sum(widget.height_at(width) for widget in self._widgets)
        self._scroll.setFixedHeight(min(height, TALLEST))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return super().eventFilter(watched, event)

    def theme_changed(self) -> None:
        self.close_button.setIcon(theme.icon("down", "muted", 14))
        for widget in self._widgets:
            widget.theme_changed()

    def focus_first(self) -> None:
        (self._widgets[0].first_button if self._widgets else self.close_button).setFocus()

    def _made(self, row: QueueRow) -> _Row:
        widget = _Row(row)
        widget.cancel.clicked.connect(lambda: self.cancel_clicked.emit(row.id))
        widget.rise.clicked.connect(lambda: self.moved.emit(row.id, -1))
        widget.sink.clicked.connect(lambda: self.moved.emit(row.id, 1))
        widget.retry.clicked.connect(lambda: self.retry_clicked.emit(row.id))
        widget.change.clicked.connect(lambda: self.change_clicked.emit(row.id))
        widget.dismiss.clicked.connect(lambda: self.dismiss_clicked.emit(row.id))
        widget.unfold.toggled.connect(lambda _: self.fit())
        return widget


class _Row(QWidget):
    """One edit and what can be done with it."""

    def __init__(self, row: QueueRow) -> None:
        super().__init__()
        self.row = row
        self.mark = QLabel()
        self.mark.setFixedSize(16, 16)
        self.mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.mark.setProperty("role", "faint")
        title = QLabel(row.title)
        title.setTextFormat(Qt.TextFormat.PlainText)
        detail = QLabel(row.detail)
        detail.setTextFormat(Qt.TextFormat.PlainText)
        detail.setProperty("role", "wrong" if row.state == "failed" else "faint")
        detail.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        detail.setWordWrap(row.state == "failed")
        detail.setToolTip(row.detail)
        self.retry = self._link(self.tr("Try again"))
        self.change = self._link(self.tr("Change"))
        self.change.setToolTip(self.tr("Put the words back into the field"))
        self.unfold = self._link(self.tr("Details"))
        self.unfold.setCheckable(True)
        self.rise = self._tool(self.tr("Earlier"))
        self.sink = self._tool(self.tr("Later"))
        self.cancel = self._tool(self.tr("Cancel"))
        self.dismiss = self._tool(self.tr("Dismiss"))
        failed = row.state == "failed"
        shown = {
            self.retry: failed,
            self.change: failed,
            self.unfold: bool(row.folded),
            self.rise: row.state == "waiting",
            self.sink: row.state == "waiting",
            self.cancel: not failed,
            self.dismiss: failed,
        }
        self.rise.setEnabled(row.can_rise)
        self.sink.setEnabled(row.can_sink)
        self.first_button = self.retry if failed else self.cancel
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.mark)
        line.addWidget(title)
        line.addWidget(detail, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button, visible in shown.items():
            button.setAccessibleName(f"{button.toolTip() or button.text()}: {row.title}")  # type: ignore[attr-defined]
            # Shown before it has a parent, it would be a window for a moment, and take the keyboard.
            if not visible:
                button.hide()
            buttons.addWidget(button)
        line.addLayout(buttons)
        self.folded = QPlainTextEdit(row.folded)
        self.folded.setReadOnly(True)
        self.folded.setFixedHeight(96)
        self.folded.hide()
        self.unfold.toggled.connect(self.folded.setVisible)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 0, 2, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self.folded)
        self.theme_changed()

    def height_at(self, width: int) -> int:
        """Pixels: what failed is told in lines that wrap, and a label without a width would wrap after each word."""
        return self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()

    def theme_changed(self) -> None:
        colours = theme.active()
        if self.row.state == "waiting":
            self.mark.setText(str(self.row.place))
        else:
            picture = ("run", colours.accent) if self.row.state == "running" else ("warning", colours.danger)
            self.mark.setPixmap(theme.pixmap(*picture, 16))
        icons = ((self.rise, "up"), (self.sink, "down"), (self.cancel, "cancel"), (self.dismiss, "cancel"))
        for button, icon in icons:
            button.setIcon(theme.icon(icon, "muted", 16))

    def _link(self, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setProperty("kind", "link")
        return button

    def _tool(self, words: str) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(16, 16))
        button.setProperty("kind", "step")
        button.setToolTip(words)
        return button
