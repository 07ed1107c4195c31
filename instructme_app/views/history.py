"""The tree of rounds: every round ever made, with the branch it stands on. A click goes back to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from instructme_app import theme
from instructme_app.model.media import Thumbnail
from instructme_app.views.lane import font

Index = QModelIndex | QPersistentModelIndex
ROW = 66
RAIL = 20
"""Pixels between two branches."""
MOST_RAILS = 5
"""Branches further out share the last rail: the words must stay readable."""


@dataclass(frozen=True)
class HistoryRow:
    """One round as the panel shows it. Parents stand above their children."""

    id: str
    parent: str | None
    title: str
    detail: str
    state: str = "done"
    """done, running or waiting."""
    thumbnail: Thumbnail | None = None
    rail: int = 0


def lay_out(rows: Sequence[HistoryRow]) -> list[HistoryRow]:
    """Give each round its rail: a first child goes on below its parent, further ones branch to the right.

    Rows come in the order they were made and leave in the order of the tree, each branch whole.
    """
    children: dict[str | None, list[HistoryRow]] = {}
    known = {row.id for row in rows}
    for row in rows:
        children.setdefault(row.parent if row.parent in known else None, []).append(row)
    placed: list[HistoryRow] = []
    free = 0

    # A stack and not recursion: chains of a thousand rounds are allowed.
    stack: list[tuple[HistoryRow, int | None]] = [(row, None) for row in reversed(children.get(None, []))]
    while stack:
        row, rail = stack.pop()
        if rail is None:
            rail, free = free, free + 1
        placed.append(HistoryRow(row.id, row.parent, row.title, row.detail, row.state, row.thumbnail, rail))
        below = children.get(row.id, [])
        stack.extend((child, None) for child in reversed(below[1:]))
        if below:
            stack.append((below[0], rail))
    return placed


class _HistoryModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[HistoryRow] = []
        self.current = ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return f"{row.title}\n{row.detail}"
        return None

    def set_rows(self, rows: list[HistoryRow], current: str) -> None:
        if [row.id for row in rows] == [row.id for row in self.rows]:
            self.rows, self.current = rows, current
            self.dataChanged.emit(self.index(0), self.index(max(len(rows) - 1, 0)))
        else:
            self.beginResetModel()
            self.rows, self.current = rows, current
            self.endResetModel()


class _HistoryDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _HistoryModel)
        row, colours = model.rows[index.row()], theme.active()
        box: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        current = row.id == model.current
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = box.left() + 14
        rails = min(max((other.rail for other in model.rows), default=0), MOST_RAILS - 1) + 1
        card = QRectF(left + rails * RAIL, box.top() + 3, box.right() - left - rails * RAIL - 8, ROW - 6)
        if current or state & QStyle.StateFlag.State_MouseOver or state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colours.colour("accent", 0.55) if current else colours.colour("line"), 1))
            painter.setBrush(colours.colour("raised"))
            painter.drawRoundedRect(card, 9, 9)
        self._paint_rails(painter, model, index.row(), box, left)

        words = card.adjusted(12, 9, -12, -9)
        if row.thumbnail is not None:
            picture = QRectF(words.right() - 54, words.top() + 4, 54, words.height() - 8)
            tone = "accent" if current else "source"
            _paint_thumbnail(painter, picture, row.thumbnail, colours.colour(tone, 1.0 if current else 0.75))
            words.setRight(picture.left() - 10)
        painter.setFont(font(13, QFont.Weight.DemiBold if current else QFont.Weight.Normal))
        painter.setPen(colours.colour("text" if row.state == "done" else "muted"))
        title = QFontMetrics(painter.font()).elidedText(row.title, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, title)
        painter.setFont(font(11))
        painter.setPen(colours.colour("faint"))
        detail = QFontMetrics(painter.font()).elidedText(row.detail, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, detail)
        painter.restore()

    def _paint_rails(self, painter: QPainter, model: _HistoryModel, at: int, box: QRect, left: int) -> None:
        """The lines that run through this row, and this row's dot on its own."""
        colours = theme.active()
        rows = model.rows
        place = {row.id: index for index, row in enumerate(rows)}
        middle, top, bottom = box.top() + ROW / 2, float(box.top()), float(box.top() + ROW)

        def x(rail: int) -> float:
            return left + min(rail, MOST_RAILS - 1) * RAIL + 7.0

        painter.setBrush(Qt.BrushStyle.NoBrush)
        line = QPen(colours.colour("faint", 0.8), 1.6)
        line.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(line)
        for index, row in enumerate(rows):
            above = place.get(row.parent or "")
            if above is None or not above <= at <= index:
                continue
            same = rows[above].rail == row.rail
            # A branch leaves its parent's dot sideways and runs down its own rail.
            if above < at < index:
                painter.drawLine(QPointF(x(row.rail), top), QPointF(x(row.rail), bottom))
            elif at == index:
                painter.drawLine(QPointF(x(row.rail), top), QPointF(x(row.rail), middle))
            elif same:
                painter.drawLine(QPointF(x(row.rail), middle), QPointF(x(row.rail), bottom))
            else:
                path = QPainterPath(QPointF(x(rows[above].rail), middle))
                path.cubicTo(QPointF(x(row.rail), middle), QPointF(x(row.rail), middle), QPointF(x(row.rail), bottom))
                painter.drawPath(path)
        row = rows[at]
        current = row.id == model.current
        centre = QPointF(x(row.rail), middle)
        painter.setPen(QPen(colours.colour("accent" if current or row.state == "running" else "faint"), 1.8))
        painter.setBrush(colours.colour("accent" if current else "panel"))
        painter.drawEllipse(centre, 5.0, 5.0)


def _paint_thumbnail(painter: QPainter, area: QRectF, picture: Thumbnail, colour: Any) -> None:
    count = len(picture.low)
    peak = max(1e-6, *map(abs, picture.low), *map(abs, picture.high)) if count else 1.0
    middle, scale = area.center().y(), area.height() / 2 / max(peak, 0.05)
    step = area.width() / max(count - 1, 1)
    points = [QPointF(area.left() + i * step, middle - high * scale - 0.4) for i, high in enumerate(picture.high)]
    points += [QPointF(area.left() + i * step, middle - picture.low[i] * scale + 0.4) for i in reversed(range(count))]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF(points))


class HistoryPanel(QWidget):
    """A heading and the tree; arrow keys move, Enter or a click goes to a round."""

    round_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = QLabel(self.tr("HISTORY"))
        heading.setProperty("role", "heading")
        self.count = QLabel()
        self.count.setProperty("role", "faint")
        self._model = _HistoryModel()
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_HistoryDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("History"))
        self.list.clicked.connect(self._choose)
        self.list.activated.connect(self._choose)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 14, 0, 8)
        layout.setSpacing(2)
        heading.setContentsMargins(18, 0, 0, 0)
        layout.addWidget(heading)
        self.count.setContentsMargins(18, 0, 0, 6)
        layout.addWidget(self.count)
        layout.addWidget(self.list, 1)

    @property
    def rows(self) -> list[HistoryRow]:
        return list(self._model.rows)

    @property
    def current(self) -> str:
        return self._model.current

    def set_rows(self, rows: Sequence[HistoryRow], current: str) -> None:
        """`rows` in the order the rounds were made; `current` is the id of the one that stands now."""
        placed = lay_out(rows)
        self._model.set_rows(placed, current)
        rounds = sum(row.parent is not None and row.state == "done" for row in placed)
        self.count.setText(self._counted(rounds))
        for index, row in enumerate(placed):
            if row.id == current:
                self.list.scrollTo(self._model.index(index))

    def _choose(self, index: QModelIndex) -> None:
        row = self._model.rows[index.row()]
        if row.state == "done":
            self.round_chosen.emit(row.id)

    def _counted(self, rounds: int) -> str:
        if rounds == 0:
            return self.tr("Your edits appear here")
        return self.tr("1 round, on disk") if rounds == 1 else self.tr("{0} rounds, all on disk").format(rounds)
