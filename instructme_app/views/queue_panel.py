"""The queue of edits as a short list: what runs, what waits and in which order, and what failed and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app import sizes, theme
from instructme_app.sizes import fit, px, square
from instructme_app.views.queue_row import QueueRow, RowWidget

__all__ = ["QueuePanel", "QueueRow"]

TALLEST = 148
"""Pixels of rows that are in sight; more are scrolled."""


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
        self._widgets: list[RowWidget] = []
        self._aimed = 0
        """How many places down the row that is dragged would go."""
        self.heading = QLabel(self.tr("QUEUE"))
        self.heading.setProperty("role", "heading")
        self.summary = QLabel()
        self.summary.setProperty("role", "faint")
        self.cancel_all = QPushButton(self.tr("Cancel all"))
        self.cancel_all.setProperty("kind", "link")
        sizes.changed.connect(self.fit)
        self.close_button = QToolButton()
        fit(self.close_button, lambda part: part.setIconSize(square(14)))
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
        self._mark = QFrame(self._list)
        self._mark.setProperty("role", "drop")
        self._mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._mark.hide()
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
        """In their order. Rows that stay as they were keep their widgets; one that moved keeps the keyboard, too."""
        if tuple(rows) != self.rows or not rows:
            focused = next(((widget.row.id, widget.focused) for widget in self._widgets if widget.focused), None)
            here = focused is not None and self.isAncestorOf(self.window().focusWidget() or self)
            kept = {widget.row: widget for widget in self._widgets}
            widgets = [kept.pop(row, None) or self._made(row) for row in rows]
            for gone in kept.values():
                self._lines.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
            for index, widget in enumerate(widgets):
                self._lines.insertWidget(index, widget)
            self._widgets, self.rows = widgets, tuple(rows)
            again = next((widget for widget in widgets if focused is not None and widget.row.id == focused[0]), None)
            if here and focused is not None and again is not None and not again.focused:
                # What is not shown yet takes no keyboard.
                again.show()
                again.focus(focused[1])
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
        self._scroll.setFixedHeight(min(height, px(TALLEST)))

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

    def _aim(self, held: RowWidget, y: int) -> None:
        """Show where `held` would come to stand, let go of at height `y` of the list."""
        line = [widget for widget in self._widgets if widget.row.state == "waiting"]
        others = [widget for widget in line if widget is not held]
        to = sum(widget.geometry().center().y() < y for widget in others)
        self._aimed = to - line.index(held)
        top = others[to].y() if to < len(others) else others[-1].geometry().bottom() + 1
        self._mark.setGeometry(8, max(top - 1, 0), self._list.width() - 16, 2)
        self._mark.setVisible(self._aimed != 0)
        self._mark.raise_()
        self._scroll.ensureVisible(0, y, 0, held.height() // 2)

    def _drop(self, held: RowWidget, here: bool) -> None:
        places, self._aimed = self._aimed, 0
        self._mark.hide()
        if here and places:
            self.moved.emit(held.row.id, places)

    def _made(self, row: QueueRow) -> RowWidget:
        widget = RowWidget(row)
        widget.cancel.clicked.connect(lambda: self.cancel_clicked.emit(row.id))
        widget.rise.clicked.connect(lambda: self.moved.emit(row.id, -1))
        widget.sink.clicked.connect(lambda: self.moved.emit(row.id, 1))
        widget.retry.clicked.connect(lambda: self.retry_clicked.emit(row.id))
        widget.change.clicked.connect(lambda: self.change_clicked.emit(row.id))
        widget.dismiss.clicked.connect(lambda: self.dismiss_clicked.emit(row.id))
        widget.stepped.connect(lambda places: self.moved.emit(row.id, places))
        widget.dragged.connect(lambda y: self._aim(widget, y))
        widget.dropped.connect(lambda here: self._drop(widget, here))
        widget.unfold.toggled.connect(lambda _: self.fit())
        return widget
