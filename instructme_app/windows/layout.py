"""Where the parts of the main window stand, what may be dragged, and which panels F6 goes round."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QByteArray, QEvent, QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLayout, QSplitter, QSplitterHandle, QVBoxLayout, QWidget

from instructme_app import sizes, theme
from instructme_app.sizes import fit, px

SIDE_WIDTH = 336
"""Pixels of the side panel until the user drags it."""
SIDE_LEAST = 240
"""And when it is dragged, of which the words take half."""
GAP = 12
TAB = Qt.FocusPolicy.TabFocus
LANES_LEAST = 118
"""Pixels of lanes that are always in sight."""


class MainLayout(QWidget):
    """From the top: header, banner, the lanes beside the side panel, a place for the queue, the instruction bar.

    Parts of the window put their widgets into `stage` (below the lanes), `side` or `above_bar`.
    """

    def __init__(
        self, header: QWidget, banner: QWidget, lanes: QWidget, transport: QWidget, history: QWidget, bar: QWidget
    ) -> None:
        super().__init__()
        self._lanes, self._transport, self._bar = lanes, transport, bar
        stage_panel = panel()
        self.stage = QVBoxLayout(stage_panel)
        self.stage.setContentsMargins(1, 6, 1, 12)
        self.stage.setSpacing(10)
        # On a small screen the lanes scroll by themselves, and nothing else of the window has to give way.
        frame = self.lanes_area = QFrame()
        fit(frame, lambda part: part.setMinimumHeight(px(LANES_LEAST)))
        frame.setProperty("role", "lanes")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(lanes)
        lanes.installEventFilter(self)
        self.stage.addWidget(frame, 1)
        self.stage.addWidget(transport)
        self.side_panel = panel()
        fit(self.side_panel, lambda part: part.setMinimumWidth((SIDE_LEAST + px(SIDE_LEAST)) // 2))
        self.side = QVBoxLayout(self.side_panel)
        self.side.setContentsMargins(1, 1, 1, 1)
        self.side.addWidget(history)
        self.splitter = _Splitter()
        self.splitter.addWidget(stage_panel)
        self.splitter.addWidget(self.side_panel)
        self.splitter.setCollapsible(0, False)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self._side_usual = px(SIDE_WIDTH)
        self.splitter.setSizes([1360 - self._side_usual, self._side_usual])
        sizes.changed.connect(self._widen_side)
        self._above = QWidget()
        self.above_bar = QVBoxLayout(self._above)
        self.above_bar.setContentsMargins(0, 0, 0, 0)
        self.above_bar.setSpacing(GAP)
        # An empty place must not leave a double gap behind.
        self._above.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(18, 8, 18, 6)
        rows.setSpacing(GAP)
        rows.addWidget(header)
        rows.addWidget(banner)
        rows.addWidget(self.splitter, 1)
        rows.addWidget(self._above)
        rows.addWidget(bar)

    def order_tabs(self) -> None:
        """Tab goes through the window as one reads it, whichever part was made first."""
        for one, other in pairwise(widget for widget in _reading_order(self) if widget.focusPolicy() & TAB):
            QWidget.setTabOrder(one, other)

    def add_above_bar(self, widget: QWidget) -> None:
        """A panel between the lanes and the instruction bar; it may hide and show itself."""
        self.above_bar.addWidget(widget)
        widget.installEventFilter(self)
        self._show_above()

    def panels(self) -> Iterator[QWidget]:
        """In the order in which F6 goes round them; only those in sight."""
        every = (self._bar, self._lanes, self._transport, self.side_panel, self._above)
        yield from (part for part in every if part.isVisible() and part.width() > 0)

    @property
    def sizes(self) -> QByteArray:
        """Where the splitter stands, to be kept in the settings."""
        return self.splitter.saveState()

    def restore(self, sizes: QByteArray | None) -> None:
        if sizes is not None:
            self.splitter.restoreState(sizes)

    def _widen_side(self) -> None:
        """As many words fit into the side panel as before."""
        usual, self._side_usual = self._side_usual, px(SIDE_WIDTH)
        first, side = self.splitter.sizes()
        wanted = min(round(side * self._side_usual / usual), (first + side) // 2)
        self.splitter.setSizes([first + side - wanted, wanted])

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self._lanes:
            if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
                # The lanes fill their ground: what says that they have the keyboard stands around them.
                self.lanes_area.setProperty("active", "true" if event.type() == QEvent.Type.FocusIn else "false")
                self.lanes_area.style().unpolish(self.lanes_area)
                self.lanes_area.style().polish(self.lanes_area)
        elif event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._show_above()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _show_above(self) -> None:
        widgets = [item.widget() for at in range(self.above_bar.count()) if (item := self.above_bar.itemAt(at))]
        self._above.setVisible(any(widget is not None and not widget.isHidden() for widget in widgets))


def _reading_order(part: QWidget | None) -> Iterator[QWidget]:
    """What is laid out in `part`, itself first, in the order of its layouts."""
    if part is None:
        return
    yield part
    if isinstance(part, QSplitter):
        for at in range(part.count()):
            yield from _reading_order(part.widget(at))
    elif (layout := part.layout()) is not None:
        yield from _laid_out(layout)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield from _reading_order(widget)
        elif (inner := item.layout()) is not None:
            yield from _laid_out(inner)


def panel() -> QFrame:
    """A framed ground for a group of controls."""
    frame = QFrame()
    frame.setProperty("role", "panel")
    return frame


class _Splitter(QSplitter):
    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setHandleWidth(GAP)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    """Three quiet dots, so that one sees what can be dragged; a double click folds the side panel away and back."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.active().colour("faint" if self.underMouse() else "line"))
        for step in (-7, 0, 7):
            painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2 + step), 1.6, 1.6)
        painter.end()

    def mouseDoubleClickEvent(self, event: object) -> None:
        first, second = self.splitter().sizes()
        self.splitter().setSizes([first + second, 0] if second else [first - px(SIDE_WIDTH), px(SIDE_WIDTH)])

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()
