"""How one row of the history is painted, where its parts stand, and how its words are edited in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from instructme_app import sizes, theme
from instructme_app.model.media import Thumbnail
from instructme_app.sizes import font, px
from instructme_app.views.history_rows import HistoryRow

Index = QModelIndex | QPersistentModelIndex
ROW = 60
NOTE = 17
"""Pixels, at the usual size of text, of a row, and those that a note adds to it."""
RAIL = 15
"""Pixels between two branches."""
MOST_RAILS = 7
"""Branches further out share the last rail: the words must stay readable."""
WIDE, HIGH = 64, 24
"""Pixels of the waveform beside the words."""
HAIR = 0.4
"""Pixels of its half height that silence has."""
LEAST_RMS = 0.01
"""What is quieter everywhere is not blown up: it would look like music."""
ROUND = Qt.ItemDataRole.UserRole
EDITED = Qt.ItemDataRole.UserRole + 1
"""Role under which the text that is edited in place is asked for and given back."""


@dataclass(frozen=True)
class Areas:
    """Where the parts of a row stand, in the list's pixels."""

    card: QRectF
    dot: QPointF
    title: QRectF
    detail: QRectF
    note: QRectF
    star: QRectF
    picture: QRectF | None
    level: QRectF | None

    @classmethod
    def of(cls, row: HistoryRow, box: QRect) -> Areas:
        rail = min(row.rail, MOST_RAILS - 1)
        left = box.left() + 16
        dot = QPointF(left + rail * RAIL + 3, box.top() + px(ROW) / 2)
        card = QRectF(box).adjusted(0, 2, -8, -2)
        card.setLeft(dot.x() + 15)
        words = card.adjusted(11, 8, -10, -8)
        picture = level = None
        right = words.right()
        if card.width() >= px(190) and row.state == "done":
            right -= px(WIDE)
            picture = QRectF(right, words.top() - 2, px(WIDE), px(HIGH))
            level = QRectF(right - px(8), words.top() + px(25), px(WIDE) + px(8), px(15))
            right -= 8
        star = QRectF(right - px(16), words.top() + 1, px(16), px(16))
        end = star.left() - 4 if row.state == "done" and row.parent is not None else words.right()
        title = QRectF(words.left(), words.top(), end - words.left(), px(18))
        detail = QRectF(words.left(), words.top() + px(24), right - words.left(), px(16))
        note = QRectF(words.left(), words.top() + px(41), words.width(), px(16))
        return cls(card, dot, title, detail, note, star, picture, level)

    def rail(self, number: int, row: HistoryRow) -> float:
        """x of another rail."""
        return self.dot.x() + (min(number, MOST_RAILS - 1) - min(row.rail, MOST_RAILS - 1)) * RAIL


def tr(text: str) -> str:
    return QCoreApplication.translate("HistoryPanel", text)


class HistoryDelegate(QStyledItemDelegate):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.current = ""
        self.field = "label"
        """What is edited in place: label or note."""
        self.editing = ""
        """Id of the row that is being edited in place."""
        self.editor: QLineEdit | None = None
        """Where it is written, while it is."""
        self.pointer: QPoint | None = None
        """Where the mouse is, in the list's pixels."""
        self._pictures: dict[tuple[int, str, float], tuple[Thumbnail, QPixmap]] = {}
        sizes.changed.connect(self._forget_pictures)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: HistoryRow = index.data(ROUND)
        noted = row.note or (self.editing == row.id and self.field == "note")
        return QSize(160, px(ROW + NOTE if noted else ROW))

    def hit(self, row: HistoryRow, box: QRect, at: QPoint) -> str:
        """What a click at `at` means: "star", "fold" or "" for the row itself."""
        areas = Areas.of(row, box)
        if row.state == "done" and row.parent is not None and areas.star.adjusted(-5, -6, 5, 6).contains(QPointF(at)):
            return "star"
        dot = QRectF(areas.dot.x() - 9, areas.dot.y() - 12, 18, 24)
        return "fold" if row.below and dot.contains(QPointF(at)) else ""

    # In place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        row: HistoryRow = index.data(ROUND)
        self.editing = row.id
        edit = self.editor = QLineEdit(parent)
        edit.setProperty("role", "small")
        edit.setMaxLength(200)
        if self.field == "note":
            edit.setPlaceholderText(tr("Note"))
            edit.setAccessibleName(tr("Note on {0}").format(row.title))
        else:
            edit.setPlaceholderText(row.title if not row.label else tr("Name"))
            edit.setAccessibleName(tr("Name of {0}").format(row.title))
        return edit

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        row: HistoryRow = index.data(ROUND)
        editor.setText(row.note if self.field == "note" else row.label or row.title)
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text().strip(), EDITED)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        row: HistoryRow = index.data(ROUND)
        areas = Areas.of(row, option.rect)  # type: ignore[attr-defined]
        at = areas.note if self.field == "note" else areas.title
        right = areas.star.left() - 4 if self.field == "label" else areas.card.right() - 8
        top, height = (at.top() - 2, px(22)) if self.field == "note" else (at.top() - 4, px(26))
        editor.setGeometry(QRectF(at.left() - 9, top, right - at.left() + 9, height).toRect())

    # Painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: HistoryRow = index.data(ROUND)
        colours = theme.active()
        box: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        areas = Areas.of(row, box)
        current = row.id == self.current
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if current or hovered or focused:
            edge = colours.colour("accent", 0.6) if current else colours.colour("line")
            painter.setPen(QPen(colours.colour("muted") if focused and not current else edge, 1.6 if focused else 1))
            painter.setBrush(colours.colour("raised" if current or focused else "hover", 1.0 if current else 0.5))
            painter.drawRoundedRect(areas.card, 9, 9)
        self._paint_rails(painter, row, areas, box, current)
        starry = row.state == "done" and row.parent is not None and (row.starred or hovered or focused)
        self._paint_words(painter, row, areas, current, starry)
        if starry:
            name = "star-full" if row.starred else "star"
            over = self.pointer is not None and areas.star.adjusted(-5, -6, 5, 6).contains(QPointF(self.pointer))
            tone = "accent" if row.starred else "text" if over else "faint"
            painter.drawPixmap(areas.star.topLeft(), theme.pixmap(name, getattr(colours, tone), 16))
        if areas.picture is not None and row.thumbnail is not None:
            tone = colours.colour("accent") if current else colours.colour("source", 0.85)
            ratio = painter.device().devicePixelRatio()
            painter.drawPixmap(areas.picture.topLeft(), self._picture(row.thumbnail, tone, ratio))
        painter.restore()

    def _paint_words(self, painter: QPainter, row: HistoryRow, areas: Areas, current: bool, starry: bool) -> None:
        colours = theme.active()
        title = QRectF(areas.title)
        if not starry:
            title.setRight(max(title.right(), areas.star.right() - 2))
        if row.compared:
            badge = QRectF(title.left(), title.top() + 1, px(17), px(16))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.colour("source"))
            painter.drawRoundedRect(badge, 4, 4)
            painter.setPen(colours.colour("panel"))
            painter.setFont(font(11, QFont.Weight.Bold))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, tr("B"))
            title.setLeft(badge.right() + 7)
        if row.folded:
            painter.setFont(font(11, QFont.Weight.DemiBold))
            count = tr("+{0}").format(row.below)
            width = painter.fontMetrics().horizontalAdvance(count) + 12
            badge = QRectF(areas.detail.right() - width, areas.detail.top(), width, px(16))
            painter.setPen(QPen(colours.colour("line"), 1))
            painter.setBrush(colours.colour("hover"))
            painter.drawRoundedRect(badge, 8, 8)
            painter.setPen(colours.colour("muted"))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, count)
        tone = "text" if row.state == "done" else "muted"
        _line(painter, title, row.title, font(13, QFont.Weight.DemiBold if current else QFont.Weight.Normal), tone)
        detail = areas.detail.adjusted(0, 0, -px(46) if row.folded else -6, 0)
        _line(painter, detail, row.detail, font(11), "faint")
        if areas.level is not None and row.level:
            _line(painter, areas.level, row.level, font(11), "faint", Qt.AlignmentFlag.AlignRight)
        if row.note and not (self.editing == row.id and self.field == "note"):
            slanted = QFont(font(11))
            slanted.setItalic(True)
            _line(painter, areas.note, row.note, slanted, "muted")

    def _paint_rails(self, painter: QPainter, row: HistoryRow, areas: Areas, box: QRect, current: bool) -> None:
        """The lines that run through this row, and this row's dot on its own."""
        colours = theme.active()
        x, middle, top, bottom = areas.dot.x(), areas.dot.y(), float(box.top()), float(box.bottom() + 1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Lines lie over one another: they must not be see-through. The way to the current round comes last, on top.
        plain = QPen(_between(colours.colour("panel"), colours.colour("faint"), 0.6), 1.4)
        led = QPen(_between(colours.colour("panel"), colours.colour("accent"), 0.75), 1.8)
        lines: list[tuple[bool, bool, QPainterPath]] = []

        def line(is_led: bool, start: QPointF, end: QPointF, broken: bool = False) -> None:
            path = QPainterPath(start)
            if start.x() == end.x():
                path.lineTo(end)
            else:
                path.cubicTo(QPointF(start.x(), end.y()), QPointF(start.x(), end.y()), end)
            lines.append((is_led, broken, path))

        for number in range(min(row.rail, MOST_RAILS - 1)):
            # A branch stands between its parent and what goes on there: every rail to its left runs through.
            at = areas.rail(number, row)
            line(number == row.led_past, QPointF(at, top), QPointF(at, bottom))
        if row.join:
            comes = x - RAIL if row.join == "off" and row.rail < MOST_RAILS else x
            line(row.led_in, QPointF(comes, top), QPointF(x, middle), bool(row.warning))
        if row.goes_on:
            line(row.led_on, QPointF(x, middle), QPointF(x, bottom))
        for pen in (plain, led):
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            for is_led, broken, path in lines:
                if is_led == (pen is led):
                    pen.setDashPattern([2, 2]) if broken else pen.setStyle(Qt.PenStyle.SolidLine)
                    painter.setPen(pen)
                    painter.drawPath(path)
        hot = self.pointer is not None and self.hit(row, box, self.pointer) == "fold"
        strong = current or row.state == "running" or row.led_on
        painter.setPen(QPen(colours.colour("accent" if strong else "muted" if hot else "faint"), 1.8))
        painter.setBrush(colours.colour("accent" if current else "panel"))
        painter.drawEllipse(areas.dot, 5.5, 5.5)
        if row.folded or hot:
            # Plus for what is folded, minus for what could be.
            painter.setPen(QPen(colours.colour("accent_text" if current else "text"), 1.3))
            painter.drawLine(QPointF(x - 2.5, middle), QPointF(x + 2.5, middle))
            if row.folded:
                painter.drawLine(QPointF(x, middle - 2.5), QPointF(x, middle + 2.5))

    def _forget_pictures(self) -> None:
        self._pictures.clear()

    def _picture(self, thumbnail: Thumbnail, colour: QColor, ratio: float) -> QPixmap:
        """The waveform, drawn once for each tone: a hundred rounds scroll past as fast as three."""
        key = (id(thumbnail), colour.name(QColor.NameFormat.HexArgb), ratio)
        known = self._pictures.get(key)
        if known is not None and known[0] is thumbnail:
            return known[1]
        if len(self._pictures) > 500:
            self._pictures.clear()
        picture = QPixmap(QSize(px(WIDE), px(HIGH)) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_thumbnail(painter, QRectF(0, 0, px(WIDE), px(HIGH)), thumbnail, colour)
        painter.end()
        self._pictures[key] = (thumbnail, picture)
        return picture


def _between(first: QColor, second: QColor, share: float) -> QColor:
    """An opaque mix of two colours."""
    return QColor.fromRgbF(
        first.redF() + (second.redF() - first.redF()) * share,
        first.greenF() + (second.greenF() - first.greenF()) * share,
        first.blueF() + (second.blueF() - first.blueF()) * share,
    )


def _line(
    painter: QPainter, area: QRectF, text: str, type_: QFont, tone: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:  # fmt: skip
    painter.setFont(type_)
    painter.setPen(theme.active().colour(tone))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shown)


def _paint_thumbnail(painter: QPainter, area: QRectF, picture: Thumbnail, colour: Any) -> None:
    """As high as its loudest column: how loud a round is stands below it in words."""
    scale = (area.height() / 2 - HAIR) / max(LEAST_RMS, *picture.rms)
    middle, step = area.center().y(), area.width() / max(len(picture.rms) - 1, 1)
    heights = [HAIR + value * scale for value in picture.rms]
    points = [QPointF(area.left() + i * step, middle - height) for i, height in enumerate(heights)]
    points += [QPointF(at.x(), 2 * middle - at.y()) for at in reversed(points)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF(points))
