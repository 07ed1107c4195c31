"""The list that the rounds stand in: its model, its keys and its clicks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QListView

from instructme_app.views.history_delegate import EDITED, ROUND, HistoryDelegate, Index
from instructme_app.views.history_rows import HistoryRow


class HistoryModel(QAbstractListModel):
    edited = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[HistoryRow] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROUND:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return "\n".join(part for part in (row.title, row.detail, row.level, row.note, row.warning) if part)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != EDITED or not index.isValid():
            return False
        self.edited.emit(self.rows[index.row()].id, value)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.rows[index.row()].state == "done" else flags

    def set_rows(self, rows: list[HistoryRow]) -> bool:
        """True where other rows are there now, and not only other words in them."""
        same = [(row.id, bool(row.note)) for row in rows] == [(row.id, bool(row.note)) for row in self.rows]
        if same:
            changed = [at for at, row in enumerate(rows) if row != self.rows[at]]
            self.rows = rows
            if changed:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return False
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        return True


class HistoryList(QListView):
    """Arrow keys move, Left and Right fold; a click on a star or a dot is not a click on the row,
    and with Ctrl it chooses what to compare with."""

    menu_requested = Signal(QModelIndex, QPoint)
    fold_requested = Signal(QModelIndex, bool)
    row_clicked = Signal(QModelIndex)
    star_clicked = Signal(QModelIndex)
    compare_clicked = Signal(QModelIndex)

    def __init__(self) -> None:
        super().__init__()
        self._taken = False
        self.clicked.connect(self.row_clicked)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setResizeMode(QListView.ResizeMode.Adjust)

    @property
    def delegate_(self) -> HistoryDelegate:
        delegate = self.itemDelegate()
        assert isinstance(delegate, HistoryDelegate)
        return delegate

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if plain and index.isValid() and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.fold_requested.emit(index, event.key() == Qt.Key.Key_Left)
            return
        if plain and index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.row_clicked.emit(index)
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self.indexAt(at)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            what = self.delegate_.hit(index.data(ROUND), self.visualRect(index), at)
            if what == "star":
                self.star_clicked.emit(index)
            elif what == "fold":
                self.fold_requested.emit(index, not index.data(ROUND).folded)
            elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.compare_clicked.emit(index)
            else:
                super().mousePressEvent(event)
                return
            self._taken = True
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        # What the press did already is no click on the row.
        if self._taken:
            self._taken = False
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.delegate_.pointer = event.position().toPoint()
        super().mouseMoveEvent(event)
        self.update(self.indexAt(self.delegate_.pointer))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What one stands at stays in sight when another panel takes room."""
        box, before = self.visualRect(self.currentIndex()), event.oldSize().height()
        seen = self.currentIndex().isValid() and box.top() >= 0 and box.bottom() < before
        super().resizeEvent(event)
        if seen:
            self.scrollTo(self.currentIndex())

    def leaveEvent(self, event: QEvent) -> None:
        self.delegate_.pointer = None
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.visualRect(index).center() if by_key else event.pos()
            self.menu_requested.emit(index, self.viewport().mapToGlobal(at))
