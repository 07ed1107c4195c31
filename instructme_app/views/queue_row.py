"""A row of the queue: one edit, and what can be done with it by buttons and by dragging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app import theme
from instructme_app.sizes import fit, px, square


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


class RowWidget(QWidget):
    """One that waits, and is not alone in that, can be dragged; Escape puts it back where it was."""

    stepped = Signal(int)
    """So many places down, by the keyboard."""
    dragged = Signal(int)
    """The height, in the list, to which it is held."""
    dropped = Signal(bool)
    """Let go of; False where it is to stay."""

    def __init__(self, row: QueueRow) -> None:
        super().__init__()
        self.row = row
        self._press: QPoint | None = None
        self._held = False
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        if self.can_move:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.mark = QLabel()
        fit(self.mark, lambda part: part.setFixedSize(square(16)))
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
        self.rise = self._tool(self.tr("Earlier"), "Alt+Up")
        self.sink = self._tool(self.tr("Later"), "Alt+Down")
        self.cancel = self._tool(self.tr("Cancel"))
        self.dismiss = self._tool(self.tr("Dismiss"))
        failed = row.state == "failed"
        shown: dict[QAbstractButton, bool] = {
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
            button.setAccessibleName(f"{button.accessibleName() or button.text()}: {row.title}")
            button.setCursor(Qt.CursorShape.ArrowCursor)
            button.installEventFilter(self)
            # Shown before it has a parent, it would be a window for a moment, and take the keyboard.
            if not visible:
                button.hide()
            buttons.addWidget(button)
        line.addLayout(buttons)
        self.folded = QPlainTextEdit(row.folded)
        self.folded.setReadOnly(True)
        fit(self.folded, lambda part: part.setFixedHeight(px(96)))
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

    @property
    def can_move(self) -> bool:
        return self.row.can_rise or self.row.can_sink

    @property
    def focused(self) -> str:
        """Which of its buttons has the keyboard: "" for none."""
        names = ("rise", "sink", "cancel", "retry", "change", "unfold", "dismiss")
        return next((name for name in names if getattr(self, name) is self.focusWidget()), "")

    def focus(self, name: str) -> None:
        """Give the keyboard to the button `name`, or to the nearest that can take it."""
        button: QAbstractButton = getattr(self, name)
        others = (self.rise, self.sink, self.first_button)
        fit = next((one for one in (button, *others) if one.isEnabled() and not one.isHidden()), self.first_button)
        fit.setFocus()

    # Another place in the queue

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the buttons, which would take the arrows for themselves; and of the application while the row is held:
        Escape means that then, and not the edit that runs."""
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        pressed = event.type() == QEvent.Type.KeyPress
        if self._held and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if pressed:
                self._let_go(False)
            return True
        step = -1 if event.key() == Qt.Key.Key_Up else 1 if event.key() == Qt.Key.Key_Down else 0
        keys = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if pressed and step and keys == Qt.KeyboardModifier.AltModifier and isinstance(watched, QAbstractButton):
            if self.row.can_rise if step < 0 else self.row.can_sink:
                self.stepped.emit(step)
            return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.can_move:
            self._press = event.position().toPoint()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._press is None:
            super().mouseMoveEvent(event)
            return
        if not self._held and (at - self._press).manhattanLength() >= QApplication.startDragDistance():
            self._held = True
            self._show_held()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        if self._held:
            self.dragged.emit(self.mapToParent(at).y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._let_go(True)

    def hideEvent(self, event: QHideEvent) -> None:
        # Its edit began, or was cancelled, while it was held.
        self._let_go(False)
        super().hideEvent(event)

    def _let_go(self, here: bool) -> None:
        held, self._press, self._held = self._held, None, False
        if held:
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            self._show_held()
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            self.dropped.emit(here)

    def _show_held(self) -> None:
        self.setProperty("held", "true" if self._held else "false")
        self.style().unpolish(self)
        self.style().polish(self)

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

    def _tool(self, words: str, keys: str = "") -> QToolButton:
        button = QToolButton()
        fit(button, lambda part: part.setIconSize(square(16)))
        button.setProperty("kind", "step")
        button.setAccessibleName(words)
        native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{words} ({native})" if keys else words)
        return button
