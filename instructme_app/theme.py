"""Colours and shapes of the window: one accent, two themes, and icons tinted to match."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from engine.resources import RESOURCES
from instructme_app import colour_maps, sizes

ICONS = RESOURCES / "icons"


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb, named for what they mean and not for how they look."""

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    lane: str
    line: str
    text: str
    muted: str
    faint: str
    disabled: str
    """For what cannot be used now; every other text colour reaches 4.5:1 on its grounds (WCAG 2.2 AA)."""
    source: str
    accent: str
    accent_text: str
    focus: str
    danger: str
    danger_panel: str
    heat: tuple[str, ...]
    """Stops of the colour scale of spectrogram and matrices, from nothing to all: ever lighter, or ever darker."""
    less: str
    """What left, where two rounds are compared."""
    more: str
    """What came."""

    def colour(self, role: str, alpha: float = 1.0) -> QColor:
        colour = QColor(getattr(self, role))
        colour.setAlphaF(alpha)
        return colour

    def heat_table(self) -> np.ndarray:
        """(256, 4) uint8 BGRA rows, the byte order of QImage.Format_RGB32 on little-endian machines."""
        return colour_maps.sequential(self.heat)

    def difference_table(self) -> np.ndarray:
        """As `heat_table`: from what left, over nothing in the middle, to what came."""
        return colour_maps.diverging(self.less, self.lane, self.more)


DARK = Theme(
    name="dark",
    window="#0f1216",
    panel="#151a20",
    raised="#1d232b",
    hover="#262e38",
    lane="#12161b",
    line="#252c35",
    text="#e8ebf0",
    muted="#a7b0be",
    faint="#858f9e",
    disabled="#667080",
    source="#7d8fa8",
    accent="#f5a94e",
    accent_text="#1c1306",
    focus="#946c3c",
    danger="#ff7b72",
    danger_panel="#2a191b",
    heat=("#12161b", "#1d1f45", "#4a2570", "#8f2f78", "#d0525f", "#f5a94e", "#fff3d1"),
    less="#4f9df7",
    more="#f39a3d",
)

LIGHT = Theme(
    name="light",
    window="#f3f4f6",
    panel="#ffffff",
    raised="#ffffff",
    hover="#eceff3",
    lane="#fbfcfd",
    line="#dce1e7",
    text="#1a1f26",
    muted="#525c6a",
    faint="#626c7a",
    disabled="#858f9d",
    source="#7487a0",
    accent="#a65808",
    accent_text="#ffffff",
    focus="#b47c28",
    danger="#c0362c",
    danger_panel="#fdeceb",
    heat=("#fbfcfd", "#f6e3c6", "#f2bd83", "#dd7f5a", "#a8436f", "#5a2472", "#1d1640"),
    less="#1f55b0",
    more="#a14b06",
)


def theme_for(choice: str) -> Theme:
    """`choice` is dark, light or system. Where the system does not say, dark."""
    if choice == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK
    return LIGHT if choice == "light" else DARK


_active = DARK


def active() -> Theme:
    """The theme that the window is painted in now."""
    return _active


def apply(app: QApplication, theme: Theme) -> None:
    """Paint the whole application in `theme`; views that keep pictures drop them on a palette change."""
    global _active
    _active = theme
    app.setStyle("Fusion")
    app.setFont(sizes.font(sizes.BODY))
    palette = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, "window"),
        (QPalette.ColorRole.Base, "panel"),
        (QPalette.ColorRole.AlternateBase, "raised"),
        (QPalette.ColorRole.Button, "raised"),
        (QPalette.ColorRole.WindowText, "text"),
        (QPalette.ColorRole.Text, "text"),
        (QPalette.ColorRole.ButtonText, "text"),
        (QPalette.ColorRole.ToolTipBase, "raised"),
        (QPalette.ColorRole.ToolTipText, "text"),
        (QPalette.ColorRole.PlaceholderText, "faint"),
        (QPalette.ColorRole.Highlight, "accent"),
        (QPalette.ColorRole.HighlightedText, "accent_text"),
        (QPalette.ColorRole.Link, "accent"),
    ):
        palette.setColor(role, theme.colour(name))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("disabled"))
    app.setPalette(palette)
    app.setStyleSheet(_style_sheet(theme))
    sizes.settle(app)


def _style_sheet(theme: Theme) -> str:
    sheet = _SHEET.replace("@family", ", ".join(f'"{family}"' for family in sizes.FAMILIES))
    # Longest names first, or @accent would eat the head of @accent_text.
    for field in sorted(fields(theme), key=lambda field: -len(field.name)):
        value = getattr(theme, field.name)
        if isinstance(value, str):
            sheet = sheet.replace(f"@{field.name}", value)
    sheet = re.sub(r"(font-size: )(\d+)px", lambda found: f"{found[1]}{sizes.text(int(found[2]))}px", sheet)
    return re.sub(r"(\d+)dp", lambda found: f"{sizes.px(int(found[1]))}px", sheet)


# `dp` are pixels of the design that grow with the text, as the sizes of fonts do anyway.
_SHEET = """
QWidget { font-family: @family; }
QMainWindow, QDialog { background: @window; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 5px 8px; }
QMenuBar { background: @window; color: @muted; padding: 3px 10px; }
QMenuBar::item { padding: 5px 10px; border-radius: 6px; background: transparent; }
QMenuBar::item:selected { background: @hover; color: @text; }
QMenu { background: @raised; color: @text; border: 1px solid @line; border-radius: 8px; padding: 6px; }
QMenu::item { padding: 7px 26px 7px 14px; border-radius: 6px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @line; margin: 6px 8px; }
QStatusBar { padding-left: 12px; background: @window; color: @faint; font-size: 12px; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @faint; font-size: 12px; padding: 0 6px 0 19px; }

QLabel[role="title"] { color: @text; font-size: 17px; font-weight: 600; }
QLabel[role="muted"] { color: @muted; font-size: 12px; }
QLabel[role="faint"] { color: @faint; font-size: 12px; }
QLabel[role="heading"] { color: @muted; font-size: 11px; font-weight: 600; letter-spacing: 1px; }
QLabel[role="headline"] { color: @text; font-size: 22px; font-weight: 600; }
QLabel[role="point"] { color: @muted; font-size: 14px; font-weight: 600; }
QLabel[role="point-words"] { color: @text; font-size: 12px; }
QLabel[role="point-words"]:disabled, QLabel[role="point"]:disabled { color: @disabled; }
QLabel[role="body"] { color: @muted; font-size: 13px; }
QLabel[role="clock"] { color: @text; font-size: 18px; font-weight: 500; }
QLabel[role="understood"] { color: @accent; font-size: 12px; font-weight: 500; }
QLabel[role="wrong"] { color: @danger; font-size: 12px; }

QFrame[role="panel"] { background: @panel; border: 1px solid @line; border-radius: 10px; }
QFrame[role="prompt"] { background: @panel; border: 1px solid @line; border-radius: 14px; }
QFrame[role="prompt"][active="true"] { border: 1px solid @focus; }
QFrame[role="banner"] { background: @danger_panel; border: 1px solid @danger; border-radius: 10px; }
QFrame[role="card"] { background: @raised; border: 1px solid @line; border-radius: 12px; }
QWidget[held="true"] { background: @hover; border-radius: 6px; }
QFrame[role="drop"] { background: @accent; border-radius: 1px; }
QFrame[role="pill"] { background: @raised; border: 1px solid @line; border-radius: 9px; }

QPushButton, QToolButton { background: transparent; color: @text; border: 1px solid transparent; border-radius: 7px;
    padding: 6px 12px; }
QToolButton { padding: 6px; }
QPushButton, QToolButton { icon-size: 16dp; }
QCheckBox::indicator { width: 16dp; height: 16dp; border: none; background: transparent; }
QPushButton:hover, QToolButton:hover { background: @hover; }
QPushButton:disabled, QToolButton:disabled { color: @disabled; }
QPushButton:focus, QToolButton:focus { border: 1px solid @accent; }
QPushButton[kind="quiet"] { border: 1px solid @line; background: @raised; }
QPushButton[kind="quiet"]:hover { background: @hover; }
QPushButton[kind="quiet"]:focus { border: 1px solid @accent; }
QPushButton[kind="primary"] { background: @accent; color: @accent_text; font-weight: 600; border-radius: 9px;
    padding: 6px 16px; }
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:focus { border: 1px solid @text; }
QPushButton[kind="primary"]:disabled { background: @hover; color: @disabled; }
QPushButton[kind="side"] { border-radius: 6px; padding: 4px 14px; color: @muted; font-weight: 600; }
QPushButton[kind="side"]:checked { background: @hover; color: @text; }
QPushButton[kind="side"][tone="after"]:checked { background: @accent; color: @accent_text; }
QPushButton[kind="chip"] { border: 1px solid @line; border-radius: 10px; padding: 3px 11px;
    color: @muted; font-size: 12px; }
QPushButton[kind="chip"]:hover { color: @text; background: @hover; }
QPushButton[kind="chip"]:focus, QPushButton[kind="side"]:focus { border: 1px solid @accent; }
QPushButton[kind="point"] { border: 1px solid @line; border-radius: 9px; padding: 0; }
QPushButton[kind="point"]:hover { background: @hover; }
QPushButton[kind="point"]:checked { background: @hover; border: 2px solid @accent; }
QPushButton[kind="point"]:focus { border: 2px solid @text; }
QPushButton[kind="link"] { color: @muted; padding: 2px 6px; font-size: 12px; }
QPushButton[kind="link"]:hover { color: @text; }
QToolButton:checked { background: @hover; }

QLineEdit { background: transparent; color: @text; border: none; font-size: 16px; padding: 4px 0;
    selection-background-color: @accent; selection-color: @accent_text; }
QLineEdit[role="search"] { font-size: 14px; background: @raised; border: 1px solid @line; border-radius: 9px;
    padding: 7px 12px; min-height: 20dp; }
QLineEdit[role="search"]:focus { border: 1px solid @accent; }
QLineEdit[role="small"] { font-size: 12px; background: @raised; border: 1px solid @line; border-radius: 7px;
    padding: 4px 8px; }
QLineEdit[role="small"]:focus, QPlainTextEdit[role="small"]:focus, QComboBox:focus, QSpinBox:focus,
QDoubleSpinBox:focus { border: 1px solid @accent; }
QPlainTextEdit { background: transparent; color: @muted; border: none; font-size: 12px; }
QListView { background: transparent; border: none; outline: none; color: @text; }
QListView[role="completions"] { background: @raised; border: 1px solid @line; border-radius: 8px; padding: 5px;
    font-size: 14px; }
QListView[role="completions"]::item { padding: 6px 10px; border-radius: 6px; }
QListView[role="completions"]::item:selected, QListView[role="completions"]::item:hover { background: @hover;
    color: @text; }
QProgressBar { background: @hover; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle { background: @hover; border-radius: 3px; min-height: 28px; min-width: 28px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: @muted; border: none; border-bottom: 1px solid @line;
    padding: 8px 4px; font-size: 12px; font-weight: 600; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @hover; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent; }
QSlider::handle:horizontal { background: @text; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; }
QSlider::handle:horizontal:focus { background: @accent; }
QSplitter::handle { background: transparent; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QFrame[role="lanes"] { border: 1px solid transparent; border-radius: 8px; }
QFrame[role="lanes"][active="true"] { border: 1px solid @focus; }
QComboBox, QSpinBox, QDoubleSpinBox { background: @raised; color: @text; border: 1px solid @line; border-radius: 7px;
    padding: 5px 10px; min-height: 20dp; }
QAbstractSpinBox QLineEdit { font-size: 13px; padding: 0 8px; }
QAbstractSpinBox QLineEdit[role="bare"] { padding: 0; border: none; }
QComboBox QLineEdit { font-size: 13px; padding: 0; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { subcontrol-origin: border; width: 0; height: 0;
    border: none; }
QToolButton[kind="step"] { padding: 4px; border-radius: 6px; font-size: 12px; }
QSpinBox[role="bare"], QDoubleSpinBox[role="bare"], QLineEdit[role="bare"] { background: transparent;
    border: 1px solid transparent; border-radius: 5px; padding: 3px 1px; min-height: 0; font-size: 12px; }
QSpinBox[role="bare"]:focus, QDoubleSpinBox[role="bare"]:focus, QLineEdit[role="bare"]:focus {
    border: 1px solid @accent; }
QComboBox::drop-down { border: none; width: 22dp; }
QComboBox QAbstractItemView { background: @raised; color: @text; border: 1px solid @line; padding: 4px;
    selection-background-color: @hover; selection-color: @text; }
QCheckBox, QRadioButton { color: @text; spacing: 8px; border: 1px solid transparent; border-radius: 5px; padding: 2px; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid @accent; }
QTextBrowser { background: @panel; color: @text; border: none; padding: 18px 26px; font-size: 14px; }
QTextBrowser[role="list"] { background: @panel; border: 1px solid @line; border-radius: 9px; padding: 6px 8px;
    font-size: 12px; }
QTreeView, QTableView { background: transparent; border: none; color: @text; outline: none; }
QTreeView::item { padding: 5px 4px; border-radius: 5px; }
QTreeView::item:selected, QTreeView::item:hover { background: @hover; color: @text; }
QListView:focus, QTreeView:focus, QTextBrowser:focus { border: 1px solid @focus; border-radius: 8px; }
"""


def pixmap(name: str, colour: str, size: int = 20, ratio: float = 2.0) -> QPixmap:
    """resources/icons/<name>.svg with `currentColor` as `colour`, `size` pixels of the design on each side."""
    return _pixmap(name, colour, sizes.px(size), ratio)


@lru_cache(maxsize=128)
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    text = (ICONS / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, role: str = "text", size: int = 20) -> QIcon:
    """An icon in a colour of the active theme, with a fainter picture for the disabled state."""
    result = QIcon(pixmap(name, getattr(_active, role), size))
    result.addPixmap(pixmap(name, _active.disabled, size), QIcon.Mode.Disabled)
    return result
