"""A calm overlay: the window dims, one part of it stays bright, and a card beside it says what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from instructme_app import theme
from instructme_app.sizes import fit, px

CARD_WIDTH = 380
AROUND = 8
"""Pixels of light around what is shown."""


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    target: QWidget


class TourOverlay(QWidget):
    """Covers `ground`; Enter or Right goes on, Left back, Escape ends it. `finished` comes once, whichever way."""

    finished = Signal()

    def __init__(self, ground: QWidget, steps: list[Step]) -> None:
        super().__init__(ground)
        self._ground = ground
        self._steps, self._at = steps, 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Tour"))
        self.card = QFrame(self)
        self.card.setProperty("role", "card")
        fit(self.card, lambda part: part.setFixedWidth(px(CARD_WIDTH)))
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setProperty("role", "body")
        self.place = QLabel()
        self.place.setProperty("role", "faint")
        self.skip = QPushButton(self.tr("Skip"))
        self.skip.setProperty("kind", "link")
        self.back = QPushButton(self.tr("Back"))
        self.back.setProperty("kind", "quiet")
        self.next = QPushButton(self.tr("Next"))
        self.next.setProperty("kind", "primary")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.place)
        buttons.addStretch(1)
        for button in (self.skip, self.back, self.next):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        layout = QVBoxLayout(self.card)
        layout.setContentsMargins(20, 18, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addSpacing(6)
        layout.addLayout(buttons)
        self.skip.clicked.connect(self.end)
        self.back.clicked.connect(lambda: self.go(-1))
        self.next.clicked.connect(lambda: self.go(1))
        ground.installEventFilter(self)
        self.setGeometry(ground.rect())
        self._show_step()
        self.show()
        self.raise_()
        self.setFocus()

    @property
    def step(self) -> Step:
        return self._steps[self._at]

    def go(self, by: int) -> None:
        if self._at + by >= len(self._steps):
            self.end()
            return
        self._at = max(0, self._at + by)
        self._show_step()

    def end(self) -> None:
        if self.isHidden():
            return
        self.hide()
        self._ground.removeEventFilter(self)
        self.finished.emit()
        self.deleteLater()

    def event(self, event: QEvent) -> bool:
        # The window's own Escape would clear a selection and leave the tour standing.
        mine = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_Right)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in mine:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.end()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Right:
                self.go(1)
            case Qt.Key.Key_Left:
                self.go(-1)
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Clicks do not reach what is dimmed."""
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.setGeometry(self._ground.rect())
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.active()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QPainterPath()
        veil.addRect(QRectF(self.rect()))
        light = QPainterPath()
        light.addRoundedRect(QRectF(self._light()), 12, 12)
        painter.fillPath(veil.subtracted(light), colours.colour("window", 0.72))
        painter.setPen(QPen(colours.colour("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(light)
        painter.end()

    def _light(self) -> QRect:
        target = self.step.target
        box = QRect(target.mapTo(self._ground, QPoint(0, 0)), target.size())
        return box.adjusted(-AROUND, -AROUND, AROUND, AROUND).intersected(self.rect().adjusted(2, 2, -2, -2))

    def _show_step(self) -> None:
        last = self._at == len(self._steps) - 1
        self.title.setText(self.step.title)
        self.text.setText(self.step.text)
        self.place.setText(self.tr("{0} of {1}").format(self._at + 1, len(self._steps)))
        self.back.setVisible(self._at > 0)
        self.skip.setVisible(not last)
        self.next.setText(self.tr("Done") if last else self.tr("Next"))
        self.setAccessibleDescription(f"{self.step.title}. {self.step.text}")
        self._place()
        self.update()

    def _place(self) -> None:
        """Above, below or beside the light, wherever there is room; over it where there is none."""
        layout = self.card.layout()
        assert layout is not None
        layout.activate()
        # Words that wrap are as high as the card's width makes them; adjustSize takes a guess.
        frame = self.card.width() - self.card.contentsRect().width()
        self.card.setFixedHeight(layout.heightForWidth(px(CARD_WIDTH) - frame) + frame)
        light, card, gap = self._light(), self.card.size(), 14
        x = min(max(light.center().x() - card.width() // 2, gap), self.width() - card.width() - gap)
        y = min(max(light.center().y() - card.height() // 2, gap), self.height() - card.height() - gap)
        if light.top() - gap - card.height() >= 0:
            y = light.top() - gap - card.height()
        elif light.bottom() + gap + card.height() <= self.height():
            y = light.bottom() + gap
        elif light.left() - gap - card.width() >= 0:
            x = light.left() - gap - card.width()
        elif light.right() + gap + card.width() <= self.width():
            x = light.right() + gap
        self.card.move(x, y)
