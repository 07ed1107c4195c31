"""Colours, type and spacing of the window: one accent, two themes, and icons tinted to match."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from engine.resources import RESOURCES

ICONS = RESOURCES / "icons"
FAMILIES = ["Inter", "SF Pro Text", "Segoe UI Variable", "Segoe UI", "Cantarell", "Noto Sans", "DejaVu Sans"]
GUTTER = 112
"""Pixels left of every lane, where its label stands: lanes share one left edge."""


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
    source: str
    accent: str
    accent_text: str
    focus: str
    danger: str
    danger_panel: str
    heat: tuple[str, ...]
    """Stops of the colour scale of spectrogram and matrices, from nothing to all."""

    def colour(self, role: str, alpha: float = 1.0) -> QColor:
        colour = QColor(getattr(self, role))
        colour.setAlphaF(alpha)
        return colour

    def heat_table(self) -> np.ndarray:
        """(256, 4) uint8 BGRA rows, the byte order of QImage.Format_RGB32 on little-endian machines."""
        stops = np.array([(stop.red(), stop.green(), stop.blue()) for stop in map(QColor, self.heat)], dtype=np.float64)
        at = np.linspace(0.0, len(stops) - 1.0, 256)
        rgb = np.stack([np.interp(at, np.arange(len(stops)), stops[:, channel]) for channel in range(3)], axis=1)
        table = np.full((256, 4), 255, dtype=np.uint8)
        table[:, :3] = np.rint(rgb[:, ::-1]).astype(np.uint8)
        return table


DARK = Theme(
    name="dark",
    window="#0f1216",
    panel="#151a20",
    raised="#1d232b",
    hover="#262e38",
    lane="#12161b",
    line="#252c35",
    text="#e8ebf0",
    muted="#98a2b1",
    faint="#667080",
    source="#7d8fa8",
    accent="#f5a94e",
    accent_text="#1c1306",
    focus="#7d5c34",
    danger="#ff7b72",
    danger_panel="#2a191b",
    heat=("#12161b", "#1d1f45", "#4a2570", "#8f2f78", "#d0525f", "#f5a94e", "#fff3d1"),
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
    muted="#5b6675",
    faint="#858f9d",
    source="#7487a0",
    accent="#c26a0e",
    accent_text="#ffffff",
    focus="#dba263",
    danger="#c0362c",
    danger_panel="#fdeceb",
    heat=("#fbfcfd", "#f6e3c6", "#f2bd83", "#dd7f5a", "#a8436f", "#5a2472", "#1d1640"),
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
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPixelSize(13)
    app.setFont(font)
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
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("faint"))
    app.setPalette(palette)
    app.setStyleSheet(_style_sheet(theme))


def _style_sheet(theme: Theme) -> str:
    sheet = _SHEET.replace("@family", ", ".join(f'"{family}"' for family in FAMILIES))
    # Longest names first, or @accent would eat the head of @accent_text.
    for field in sorted(fields(theme), key=lambda field: -len(field.name)):
        value = getattr(theme, field.name)
        if isinstance(value, str):
            sheet = sheet.replace(f"@{field.name}", value)
    return sheet


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
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 6px 8px; }
QStatusBar { padding-left: 12px; background: @window; color: @faint; font-size: 12px; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @faint; font-size: 12px; padding: 0 6px; }

QLabel[role="title"] { color: @text; font-size: 17px; font-weight: 600; }
QLabel[role="muted"] { color: @muted; font-size: 12px; }
QLabel[role="faint"] { color: @faint; font-size: 12px; }
QLabel[role="heading"] { color: @muted; font-size: 11px; font-weight: 600; letter-spacing: 1px; }
QLabel[role="clock"] { color: @text; font-size: 18px; font-weight: 500; }
QLabel[role="understood"] { color: @accent; font-size: 12px; font-weight: 500; }
QLabel[role="wrong"] { color: @danger; font-size: 12px; }

QFrame[role="panel"] { background: @panel; border: 1px solid @line; border-radius: 10px; }
QFrame[role="prompt"] { background: @panel; border: 1px solid @line; border-radius: 14px; }
QFrame[role="prompt"][active="true"] { border: 1px solid @focus; }
QFrame[role="banner"] { background: @danger_panel; border: 1px solid @danger; border-radius: 10px; }
QFrame[role="pill"] { background: @raised; border: 1px solid @line; border-radius: 9px; }

QPushButton, QToolButton { background: transparent; color: @text; border: 1px solid transparent; border-radius: 7px;
    padding: 6px 12px; }
QToolButton { padding: 6px; }
QPushButton:hover, QToolButton:hover { background: @hover; }
QPushButton:disabled, QToolButton:disabled { color: @faint; }
QPushButton:focus, QToolButton:focus { border: 1px solid @faint; }
QPushButton[kind="quiet"] { border: 1px solid @line; background: @raised; }
QPushButton[kind="quiet"]:hover { background: @hover; }
QPushButton[kind="quiet"]:focus { border: 1px solid @faint; }
QPushButton[kind="primary"] { background: @accent; color: @accent_text; font-weight: 600; border-radius: 9px;
    padding: 7px 16px; }
QPushButton[kind="primary"]:hover { border: 1px solid @text; }
QPushButton[kind="primary"]:disabled { background: @hover; color: @faint; }
QPushButton[kind="side"] { border-radius: 6px; padding: 4px 14px; color: @muted; font-weight: 600; }
QPushButton[kind="side"]:checked { background: @hover; color: @text; }
QPushButton[kind="side"][tone="after"]:checked { background: @accent; color: @accent_text; }
QPushButton[kind="chip"] { border: 1px solid @line; border-radius: 10px; padding: 3px 11px;
    color: @muted; font-size: 12px; }
QPushButton[kind="chip"]:hover { color: @text; background: @hover; }
QPushButton[kind="link"] { color: @muted; padding: 2px 6px; font-size: 12px; }
QPushButton[kind="link"]:hover { color: @text; }
QToolButton:checked { background: @hover; }

QLineEdit { background: transparent; color: @text; border: none; font-size: 16px; padding: 4px 0;
    selection-background-color: @accent; selection-color: @accent_text; }
QLineEdit[role="small"] { font-size: 12px; background: @raised; border: 1px solid @line; border-radius: 7px;
    padding: 4px 8px; }
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
QSplitter::handle { background: transparent; }
"""


@lru_cache(maxsize=128)
def pixmap(name: str, colour: str, size: int = 20, ratio: float = 2.0) -> QPixmap:
    """resources/icons/<name>.svg with `currentColor` as `colour`, `size` device-independent pixels."""
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
    result.addPixmap(pixmap(name, _active.faint, size), QIcon.Mode.Disabled)
    return result
