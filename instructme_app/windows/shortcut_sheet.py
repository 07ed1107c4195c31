"""Everything that a key or a menu can do, grouped and searchable; Enter does it. Made from the register of actions."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QBrush,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPen,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from instructme_app import theme
from instructme_app.sizes import fit, font, px, window
from instructme_app.windows.actions import Actions

ACTION = Qt.ItemDataRole.UserRole + 1
KEYS = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex


class ShortcutSheet(QDialog):
    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(window(560, 680))
        self.search = QLineEdit()
        self.search.setProperty("role", "search")
        self.search.setPlaceholderText(self.tr("Search for an action or a key"))
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeView()
        self.tree.setAccessibleName(self.tr("Actions and their keys"))
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(0)
        self.tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self.tree.setItemDelegateForColumn(1, _KeyCaps(self.tree))
        self.none = QLabel(self.tr("Nothing is called that"))
        self.none.setProperty("role", "muted")
        self.none.hide()
        hint = QLabel(self.tr("Enter does what is selected. A text field keeps letters for itself."))
        hint.setProperty("role", "faint")
        hint.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        for widget in (self.search, self.none, self.tree, hint):
            layout.addWidget(widget, 1 if widget is self.tree else 0)

        self._model = QStandardItemModel(0, 2, self)
        self._fill(actions)
        fit(self, ShortcutSheet._size_groups)
        self.tree.setModel(self._model)
        self.tree.expandAll()
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for row in range(self._model.rowCount()):
            self.tree.setFirstColumnSpanned(row, QModelIndex(), True)
        self.search.textChanged.connect(self.filter)
        self.tree.activated.connect(self._do)

    @property
    def shown(self) -> list[str]:
        """The names of the actions that the search leaves."""
        return [
            group.child(row).text()
            for group in self._groups()
            for row in range(group.rowCount())
            if not self.tree.isRowHidden(row, group.index())
        ]

    def filter(self, text: str) -> None:
        """Keep the actions that hold every word of `text`, in their name, their keys or their menu's name."""
        words = text.casefold().split()
        first: QModelIndex | None = None
        for index, group in enumerate(self._groups()):
            some = False
            for row in range(group.rowCount()):
                keys = " ".join(group.child(row, 1).data(KEYS))
                content = f"{group.text()} {group.child(row).text()} {keys}".casefold()
                fits = all(word in content for word in words)
                self.tree.setRowHidden(row, group.index(), not fits)
                some = some or fits
                if fits and first is None:
                    first = group.child(row).index()
            self.tree.setRowHidden(index, QModelIndex(), not some)
        self.none.setVisible(first is None)
        self.tree.setCurrentIndex(first if first is not None and words else QModelIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do(self.tree.currentIndex())
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.search.hasFocus():
            self.tree.setFocus()
            self.tree.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def _groups(self) -> list[QStandardItem]:
        return [self._model.item(row) for row in range(self._model.rowCount())]

    def _fill(self, actions: Actions) -> None:
        for title, entries in actions.sections():
            group = QStandardItem(title)
            group.setSelectable(False)
            for entry in entries:
                name, keys = QStandardItem(_full_name(entry.action, title)), QStandardItem()
                name.setData(entry.action, ACTION)
                name.setAccessibleText(f"{name.text()} {' '.join(entry.keys)}")
                keys.setData(entry.keys, KEYS)
                group.appendRow([name, keys])
            self._model.appendRow(group)

    def _size_groups(self) -> None:
        for group in self._groups():
            group.setFont(font(14, QFont.Weight.DemiBold))
            group.setSizeHint(QSize(0, px(44)))

    def _do(self, index: QModelIndex) -> None:
        action = index.siblingAtColumn(0).data(ACTION) if index.isValid() else None
        if isinstance(action, QAction) and action.isEnabled():
            self.close()
            action.trigger()


def _full_name(action: QAction, title: str) -> str:
    """What stands in a submenu says which: "Theme: Dark"."""
    menus = [menu.title().replace("&", "") for menu in action.associatedObjects() if isinstance(menu, QMenu)]
    name = action.text() if not menus or menus[0] == title else f"{menus[0]}: {action.text()}"
    return name.replace("&", "")


class _KeyCaps(QStyledItemDelegate):
    """Keys as small caps, several of them side by side."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box = QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(12))
        colours = theme.active()
        right = box.right() - 8
        for key in reversed(index.data(KEYS) or ()):
            width = painter.fontMetrics().horizontalAdvance(key) + 16.0
            cap = QRectF(right - width, box.center().y() - px(22) / 2, width, px(22))
            painter.setPen(QPen(colours.colour("line"), 1))
            painter.setBrush(QBrush(colours.colour("raised")))
            painter.drawRoundedRect(cap, 6, 6)
            painter.setPen(colours.colour("muted"))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
            right = cap.left() - 6
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = QFontMetrics(font(12))
        keys = index.data(KEYS) or ()
        return QSize(sum(metrics.horizontalAdvance(key) + 22 for key in keys) + 16, px(32))
