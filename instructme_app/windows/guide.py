"""The guide, read inside the program and without a network: docs/guide.md as it stands in the repository."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from engine.resources import RESOURCES
from instructme_app.sizes import window

GUIDE = RESOURCES.parent / "docs" / "guide.md"
PICTURE_WIDTH = 760
LINE_HEIGHT = 125.0
"""Per cent."""


class GuideWindow(QWidget):
    def __init__(self, path: Path = GUIDE) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Guide – InstructME"))
        self.resize(window(880, 780))
        self.browser = _Reader(path.parent)
        self.browser.setAccessibleName(self.tr("Guide"))
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._follow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.browser)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError:
            text = self.tr("The guide is not here: {0} is missing. Install the program again, whole.").format(path)
        self.browser.setMarkdown(text)
        _give_air(self.browser.document())

    def _follow(self, url: QUrl) -> None:
        """Places in the guide are shown here; the rest is the system's."""
        if url.isRelative() and not url.path() and url.fragment():
            self.browser.scrollToAnchor(url.fragment())
        elif not url.isRelative():
            QDesktopServices.openUrl(url)


def _give_air(document: QTextDocument) -> None:
    """Space around paragraphs and headings, which Markdown leaves to whoever shows it."""
    block = document.begin()
    while block.isValid():
        cursor, form = QTextCursor(block), block.blockFormat()
        if cursor.currentTable() is None and not form.nonBreakableLines():
            form.setTopMargin(22 if form.headingLevel() else 0)
            form.setBottomMargin(8 if form.headingLevel() else 12)
            form.setLineHeight(LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setBlockFormat(form)
        block = block.next()


class _Reader(QTextBrowser):
    """Pictures from the guide's own folder only, no wider than the page."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        url = QUrl(name) if isinstance(name, str) else name
        if kind == QTextDocument.ResourceType.ImageResource.value and url.isRelative():
            path = (self._folder / url.path()).resolve()
            if path.is_relative_to(self._folder.resolve()):
                picture = QImage(str(path))
                if picture.width() > PICTURE_WIDTH:
                    ratio = self.devicePixelRatioF()
                    picture = picture.scaledToWidth(
                        round(PICTURE_WIDTH * ratio), Qt.TransformationMode.SmoothTransformation
                    )
                    picture.setDevicePixelRatio(ratio)
                return picture
        return None
