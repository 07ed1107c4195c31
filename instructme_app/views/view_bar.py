"""The line over the lanes: how two rounds are compared, snapping, which lanes are shown, what is selected."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from instructme_app import theme
from instructme_app.model.numbers import number
from instructme_app.sizes import fit, px, text
from instructme_app.views.beats import BeatGrid
from instructme_app.views.fitting import FittingLine
from instructme_app.views.time_axis import Selection, clock

MODES = ("side", "overlay", "difference")
HEIGHT = 28
"""Pixels of every control in the bar."""


class ViewBar(QWidget):
    mode_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools: list[QToolButton] = []
        names = {
            "side": (self.tr("Side by side"), self.tr("Reference and current, one below the other (V)")),
            "overlay": (self.tr("Overlay"), self.tr("Both waveforms in one lane (V)")),
            "difference": (self.tr("Difference"), self.tr("What left in blue, what came in orange (V)")),
        }
        pill = QFrame()
        pill.setProperty("role", "pill")
        fit(pill, lambda part: part.setFixedHeight(px(HEIGHT)))
        pill.setAccessibleName(self.tr("How two rounds are compared"))
        pair = QHBoxLayout(pill)
        pair.setContentsMargins(2, 0, 2, 0)
        pair.setSpacing(1)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QPushButton] = {}
        for mode in MODES:
            button = QPushButton(names[mode][0])
            button.setToolTip(names[mode][1])
            button.setProperty("kind", "side")
            fit(button, _write)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, mode=mode: self.mode_chosen.emit(mode))
            self._group.addButton(button)
            self.buttons[mode] = button
            pair.addWidget(button)
        self.snap = self._tool("snap", self.tr("Snap selections to beats"))
        self.inspect = self._tool("spectrum", self.tr("Spectrum at the playhead"))
        self.lanes = self._tool("lanes", self.tr("Show and hide lanes"))
        self.lanes.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.selection = FittingLine(name=self.tr("Selection"), mode=Qt.TextElideMode.ElideRight)
        self.selection.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.selection.setProperty("role", "muted")

        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 0, 14, 4)
        layout.setSpacing(4)
        layout.addWidget(pill)
        layout.addSpacing(8)
        for button in (self.snap, self.lanes, self.inspect):
            layout.addWidget(button)
        layout.addWidget(self.selection, 1)
        self.set_mode("side", False)
        self.theme_changed()

    def _tool(self, icon: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("picture", icon)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setStyleSheet("padding: 4px;")
        fit(button, lambda part: part.setFixedHeight(px(HEIGHT)))
        self._tools.append(button)
        return button

    def bind(self, button: QToolButton, action: QAction) -> None:
        """The button does what `action` does, and shows whether it is on."""
        button.setCheckable(action.isCheckable())
        button.setChecked(action.isChecked())
        button.clicked.connect(action.trigger)
        keys = action.shortcut().toString()
        button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())

        def follow() -> None:
            button.setChecked(action.isChecked())
            self.theme_changed()

        action.toggled.connect(lambda _: follow())
        self.theme_changed()

    def set_menu(self, menu: QMenu) -> None:
        self.lanes.setMenu(menu)
        self.lanes.setStyleSheet("QToolButton { padding: 4px; } QToolButton::menu-indicator { image: none; }")

    def set_mode(self, mode: str, possible: bool) -> None:
        """`possible` is False while there are no two rounds to compare."""
        self.buttons[mode].setChecked(True)
        for button in self.buttons.values():
            button.setEnabled(possible)

    def set_selection(self, selection: Selection | None, grid: BeatGrid) -> None:
        self.selection.setText("" if selection is None else self._described(selection, grid))

    def _described(self, selection: Selection, grid: BeatGrid) -> str:
        decimals = 1 if selection.duration >= 1 else 3
        words = [
            f"{clock(selection.start, decimals)} – {clock(selection.end, decimals)}",
            self.tr("{0} s").format(number(selection.duration, ".2f" if decimals == 1 else ".4f")),
        ]
        bars = grid.bars_between(selection.start, selection.end)
        if bars is not None:
            rounded = round(bars, 2)
            words.append(self.tr("1 bar") if rounded == 1 else self.tr("{0} bars").format(number(rounded)))
        return "   ·   ".join(words)

    def theme_changed(self) -> None:
        for button in self._tools:
            role = "accent" if button.isCheckable() and button.isChecked() else "muted"
            button.setIcon(theme.icon(str(button.property("picture")), role))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.theme_changed()
        super().changeEvent(event)


def _write(button: QPushButton) -> None:
    button.setStyleSheet(f"padding: 2px 10px; font-size: {text(12)}px; font-weight: 500;")
