"""What the Help menu does, and going about in the window by keyboard: F1, the keys, the tour, the log, F6, F11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QWidget

from instructme_app.model.failure import Failure
from instructme_app.model.settings import LANGUAGES
from instructme_app.windows.about import AboutWindow
from instructme_app.windows.guide import GuideWindow
from instructme_app.windows.shortcut_sheet import ShortcutSheet
from instructme_app.windows.tour import Tour

if TYPE_CHECKING:
    from instructme_app.windows.main_window import MainWindow


class Helping(QObject):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._open: dict[type[QWidget], QWidget] = {}
        self.tour = Tour(window)
        actions = window.actions_
        add = actions.add

        actions.separate("view")
        add("view", self.tr("Next panel"), "F6", lambda: self.go_round(1))
        add("view", self.tr("Previous panel"), "Shift+F6", lambda: self.go_round(-1))
        self.full_screen = add("view", self.tr("Full screen"), "F11", self._full_screen, checked=False)
        languages = actions.submenu("view", self.tr("Language"))
        # Each language is named in itself: who cannot read this one finds the own.
        names = {"system": self.tr("As the system"), "en": "English", "de": "Deutsch"}
        for language in LANGUAGES:
            add("view", names[language], "", lambda language=language: self._speak(language), submenu=languages)

        add("help", self.tr("Guide"), "F1", lambda: self.show_window(GuideWindow, GuideWindow))
        add(
            "help",
            self.tr("Keyboard shortcuts"),
            "Ctrl+/",
            lambda: self.show_window(ShortcutSheet, lambda: ShortcutSheet(actions, window)),
        )
        add("help", self.tr("Tour of the window"), "", self.tour.start)
        actions.separate("help")
        add("help", self.tr("Open the log folder"), "", self._open_logs)
        add("help", self.tr("About InstructME"), "", lambda: self.show_window(AboutWindow, lambda: AboutWindow(window)))

    def show_window(self, kind: type[QWidget], make: object) -> QWidget:
        """One window of each kind; a second asking brings it to the front."""
        shown = self._open.get(kind)
        if shown is None:
            assert callable(make)
            shown = make()
            assert isinstance(shown, QWidget)
            shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            shown.destroyed.connect(lambda: self._open.pop(kind, None))
            self._open[kind] = shown
        shown.show()
        shown.raise_()
        shown.activateWindow()
        return shown

    def go_round(self, step: int) -> None:
        """The keyboard moves to the next panel in sight, on what can take it there."""
        panels = list(self._window.layout_.panels())
        focus = QApplication.focusWidget()
        at = next((index for index, part in enumerate(panels) if focus is not None and _holds(part, focus)), -step)
        for offset in range(1, len(panels) + 1):
            target = first_focus(panels[(at + step * offset) % len(panels)])
            if target is not None:
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def close_windows(self) -> None:
        for shown in list(self._open.values()):
            shown.close()

    def _full_screen(self) -> None:
        if self.full_screen.isChecked():
            self._window.showFullScreen()
        else:
            self._window.showNormal()

    def _speak(self, language: str) -> None:
        self._window.settings.language = language
        self._window.statusBar().showMessage(self.tr("The language changes at the next start"), 8000)

    def _open_logs(self) -> None:
        folder = self._window.settings.folder / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            cause = self.tr("no program opens folders here")
            self._window.session.failed.emit(Failure(cause, self.tr("the log lies in {0}").format(folder)))


def _holds(part: QWidget, focus: QWidget) -> bool:
    return part is focus or part.isAncestorOf(focus)


def first_focus(part: QWidget) -> QWidget | None:
    """The first widget in `part`, in tab order, that can take the keyboard; itself where it can."""
    candidate: QWidget | None = part
    for _ in range(2000):
        assert candidate is not None
        usable = candidate.isVisible() and candidate.isEnabled()
        if usable and _holds(part, candidate) and candidate.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return candidate
        candidate = candidate.nextInFocusChain()
        if candidate is None or candidate is part:
            return None
    return None
