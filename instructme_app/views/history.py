"""The panel of rounds: every round ever made, with the branch it stands on. A click goes back to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from instructme_app import theme
from instructme_app.sizes import fit, square
from instructme_app.views.fitting import FittingLine
from instructme_app.views.history_delegate import ROUND, HistoryDelegate
from instructme_app.views.history_list import HistoryList, HistoryModel
from instructme_app.views.history_rows import HistoryRow, lay_out, matching, unfolded_for

__all__ = ["HistoryPanel", "HistoryRow", "lay_out"]

OFFER_MILLISECONDS = 20_000
"""How long a deletion can be taken back by the strip below the list; the menu can do it any time."""


class HistoryPanel(QWidget):
    """A heading, what is shown, the tree, and a strip that takes a deletion back. Knows rows only, and no session."""

    round_chosen = Signal(str)
    renamed = Signal(str, str)
    noted = Signal(str, str)
    star_toggled = Signal(str)
    compare_chosen = Signal(str)
    """A round was chosen as the one to compare with; chosen again, it is no longer."""
    menu_requested = Signal(str, QPoint)
    undo_delete_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: list[HistoryRow] = []
        self._folded: set[str] = set()
        self._current = ""
        self._waiting: tuple[Sequence[HistoryRow], str] | None = None
        self._model = HistoryModel()
        self._build()
        self._model.edited.connect(self._edited)
        self.list.row_clicked.connect(self._choose)
        self.list.star_clicked.connect(lambda index: self.star_toggled.emit(index.data(ROUND).id))
        self.list.fold_requested.connect(lambda index, shut: self.fold(index.data(ROUND).id, shut))
        self.list.compare_clicked.connect(lambda index: self.compare_chosen.emit(index.data(ROUND).id))
        self.list.menu_requested.connect(lambda index, at: self.menu_requested.emit(index.data(ROUND).id, at))
        self._delegate.closeEditor.connect(self._editor_closed)
        self.starred_button.toggled.connect(lambda _: self._filter())
        self.search_button.toggled.connect(self._search_toggled)
        self.search.textChanged.connect(lambda _: self._filter())
        self.undo_button.clicked.connect(self.undo_delete_clicked)
        self._offer = QTimer(self, singleShot=True, interval=OFFER_MILLISECONDS)
        self._offer.timeout.connect(self.strip.hide)
        self.theme_changed()

    def _build(self) -> None:
        heading = QLabel(self.tr("HISTORY"))
        heading.setProperty("role", "heading")
        self.count = FittingLine(mode=Qt.TextElideMode.ElideRight)
        self.count.setProperty("role", "faint")
        self.starred_button, self.search_button = QToolButton(), QToolButton()
        self.starred_button.setToolTip(self.tr("Show starred rounds only"))
        self.search_button.setToolTip(self.tr("Find a round by its words (Ctrl+F)"))
        for button in (self.starred_button, self.search_button):
            button.setCheckable(True)
            fit(button, lambda part: part.setIconSize(square(16)))
            button.setAccessibleName(button.toolTip())
        self.search = QLineEdit()
        self.search.setProperty("role", "small")
        self.search.setPlaceholderText(self.tr("Words of an instruction, a name or a note"))
        self.search.setAccessibleName(self.tr("Find a round"))
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.search.hide()
        self.list = HistoryList()
        self.list.setModel(self._model)
        self._delegate = HistoryDelegate(self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.setAccessibleName(self.tr("History"))
        self.strip = QFrame()
        self.strip.setProperty("role", "pill")
        self.offer = QLabel()
        self.offer.setProperty("role", "muted")
        self.offer.setWordWrap(True)
        self.undo_button = QPushButton(self.tr("Undo"))
        self.undo_button.setProperty("kind", "quiet")
        self.undo_button.setAccessibleName(self.tr("Bring the deleted rounds back"))
        line = QHBoxLayout(self.strip)
        line.setContentsMargins(12, 6, 6, 6)
        line.addWidget(self.offer, 1)
        line.addWidget(self.undo_button)
        self.strip.hide()

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(heading)
        words.addWidget(self.count)
        top = QHBoxLayout()
        top.setContentsMargins(18, 0, 10, 4)
        top.setSpacing(2)
        top.addLayout(words, 1)
        top.addWidget(self.starred_button)
        top.addWidget(self.search_button)
        find = QHBoxLayout()
        find.setContentsMargins(14, 0, 12, 6)
        find.addWidget(self.search)
        below = QHBoxLayout()
        below.setContentsMargins(10, 6, 10, 2)
        below.addWidget(self.strip)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 8)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addLayout(find)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)

    # What is shown

    @property
    def rows(self) -> list[HistoryRow]:
        """As they stand in the list."""
        return list(self._model.rows)

    @property
    def current(self) -> str:
        return self._current

    @property
    def target(self) -> str:
        """The round that a key means: the one that the keyboard is at in the list, else the current one."""
        index = self.list.currentIndex()
        if self.list.hasFocus() and index.isValid() and index.data(ROUND).state == "done":
            return index.data(ROUND).id
        return self._current

    def set_rows(self, rows: Sequence[HistoryRow], current: str) -> None:
        """`rows` in the order the rounds were made; `current` is the id of the one that stands now."""
        if self._delegate.editing:
            # Somebody is writing a name: what is new is shown when that is done.
            self._waiting = (rows, current)
            return
        moved = current != self._current
        self._all, self._current = list(rows), current
        if moved:
            self._folded = unfolded_for(rows, self._folded, current)
        self._show(moved)

    def clear(self) -> None:
        """Another song: nothing folded, nothing filtered, nothing to be taken back."""
        self._folded.clear()
        self._waiting = None
        self.starred_button.setChecked(False)
        self.search_button.setChecked(False)
        self.strip.hide()

    def fold(self, round_id: str, shut: bool) -> None:
        """Put away what grew on a round, or show it. What is shut already hands on to the row above."""
        row = next((row for row in self._model.rows if row.id == round_id), None)
        if row is None:
            return
        if shut and (row.folded or not row.below) and row.parent is not None:
            self._focus(row.parent)
        elif shut:
            self._folded.add(round_id)
        else:
            self._folded.discard(round_id)
        self._show(False)

    def edit(self, round_id: str, field: str) -> None:
        """Write a round's "label" or "note" in place."""
        for index, row in enumerate(self._model.rows):
            if row.id == round_id and row.state == "done":
                self._delegate.field, self._delegate.editing = field, round_id
                at = self._model.index(index)
                # A note that is not there yet needs its line first.
                self._delegate.sizeHintChanged.emit(at)
                self.list.setCurrentIndex(at)
                self.list.scrollTo(at)
                self.list.edit(at)
                return

    def finish_edit(self) -> None:
        """Take a name or a note that is being written as it stands, before its round is out of reach."""
        editor = self._delegate.editor
        if editor is not None:
            self._delegate.commitData.emit(editor)
            self._delegate.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def offer_undo(self, words: str) -> None:
        """A strip that says what was deleted, and takes it back."""
        self.offer.setText(words)
        self.strip.show()
        self._offer.start()

    def withdraw_offer(self) -> None:
        self.strip.hide()

    def find(self) -> None:
        self.search_button.setChecked(True)
        self.search.setFocus()
        self.search.selectAll()

    def theme_changed(self) -> None:
        self.starred_button.setIcon(theme.icon("star-full" if self.starred_button.isChecked() else "star", "muted", 16))
        self.search_button.setIcon(theme.icon("search", "muted", 16))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.theme_changed()
        super().changeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape in the field of words ends the search, and nothing else that Escape would end."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.search_button.setChecked(False)
                self.list.setFocus()
                return True
        return super().eventFilter(watched, event)

    def _show(self, moved: bool) -> None:
        filtered = self.starred_button.isChecked() or bool(self.search.text().strip())
        if filtered:
            placed = matching(self._all, self.search.text(), self.starred_button.isChecked())
        else:
            placed = lay_out(self._all, self._folded, self._current)
        focused = self.list.currentIndex()
        at = focused.data(ROUND).id if focused.isValid() else ""
        self._delegate.current = self._current
        reset = self._model.set_rows(placed)
        if moved or (reset and not any(row.id == at for row in placed)):
            at = self._current
        if reset or moved:
            self._focus(at)
        self.list.viewport().update()
        rounds = sum(row.parent is not None and row.state == "done" for row in self._all)
        self.count.setText(
            self.tr("{0} of {1} shown").format(len(placed), len(self._all)) if filtered else self._counted(rounds)
        )

    def _focus(self, round_id: str) -> None:
        for index, row in enumerate(self._model.rows):
            if row.id == round_id:
                self.list.setCurrentIndex(self._model.index(index))
                self.list.scrollTo(self._model.index(index))

    def _filter(self) -> None:
        self.theme_changed()
        self._show(False)
        self._focus(self._current)

    def _search_toggled(self, on: bool) -> None:
        self.search.setVisible(on)
        if on:
            self.search.setFocus()
        else:
            self.search.clear()

    def _choose(self, index: QModelIndex) -> None:
        row: HistoryRow = index.data(ROUND)
        if row.state == "done":
            self.round_chosen.emit(row.id)

    def _edited(self, round_id: str, text: str) -> None:
        (self.noted if self._delegate.field == "note" else self.renamed).emit(round_id, text)

    def _editor_closed(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        self._delegate.editing, self._delegate.editor = "", None
        self.list.scheduleDelayedItemsLayout()
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.set_rows(*waiting)

    def _counted(self, rounds: int) -> str:
        if rounds == 0:
            return self.tr("Your edits appear here")
        return self.tr("1 round, on disk") if rounds == 1 else self.tr("{0} rounds, all on disk").format(rounds)
