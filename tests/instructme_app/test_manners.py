"""The window as furniture: what fits where, what is remembered, what Help shows, and the tour of the first start."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from engine.resources import RESOURCES
from instructme_app import language
from instructme_app.model.listening import KEPT
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.windows.about import parts, program_version
from instructme_app.windows.guide import GUIDE, GuideWindow
from instructme_app.windows.main_window import MainWindow
from instructme_app.windows.shortcut_sheet import ShortcutSheet
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

SMALLEST_SCREEN = (1280, 650)
"""Points left of 2560 x 1440 at 200%, and nearly those of 1366 x 768, below a title and above a task bar."""


def heard(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> MainWindow:
    engine.hear(engine.analyses[0])
    window.submit("remove drums")
    engine.finish()
    qtbot.waitUntil(lambda: len(window.media.thumbnails) == 2, timeout=WAIT)
    return window


def test_the_window_fits_a_small_screen(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    heard(qtbot, opened, engine)
    opened.resize(*SMALLEST_SCREEN)
    assert (opened.width(), opened.height()) == SMALLEST_SCREEN
    for part in (opened.header, opened.transport, opened.bar, opened.history):
        box = part.rect().translated(part.mapTo(opened, part.rect().topLeft()))
        assert opened.rect().contains(box), type(part).__name__


def test_no_label_is_cut_off_where_the_window_is_smallest(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    heard(qtbot, opened, engine)
    opened.resize(opened.minimumSizeHint())
    buttons = (opened.transport.before, opened.transport.after, opened.header.open_button)
    qtbot.waitUntil(lambda: all(b.width() >= b.minimumSizeHint().width() for b in buttons), timeout=WAIT)
    for label in opened.header.findChildren(QLabel):
        assert label.height() >= label.minimumSizeHint().height()


def test_the_splitter_stands_where_it_was_left(qtbot: QtBot, home: Path) -> None:
    def make() -> MainWindow:
        window = MainWindow(FakeEngine(), Settings(), Playback(use_device=False))
        qtbot.addWidget(window)
        window.resize(1360, 860)
        window.show()
        return window

    first = make()
    first.layout_.splitter.setSizes([800, 524])
    left = first.layout_.splitter.sizes()
    first.close()
    second = make()
    assert second.layout_.splitter.sizes() == left
    second.close()


def test_a_panel_above_the_bar_leaves_no_gap_while_it_is_hidden(window: MainWindow) -> None:
    before = window.layout_.splitter.height()
    more = QWidget()
    more.setFixedHeight(60)
    more.hide()
    window.layout_.add_above_bar(more)
    ground = more.parentWidget()
    assert ground is not None and not ground.isVisible()
    more.show()
    assert ground.isVisible()
    window.layout_.layout().activate()  # type: ignore[union-attr]
    assert window.layout_.splitter.height() < before


class TestShortcutSheet:
    def test_holds_every_action_with_its_keys(self, window: MainWindow) -> None:
        sheet = ShortcutSheet(window.actions_, window)
        registered = [entry for _, entries in window.actions_.sections() for entry in entries]
        assert len(sheet.shown) == len(registered) > 20
        assert "Play or pause" in sheet.shown

    def test_finds_by_words_and_by_keys(self, window: MainWindow) -> None:
        sheet = ShortcutSheet(window.actions_, window)
        sheet.search.setText("export ROUND")
        assert sheet.shown and all("ound" in name for name in sheet.shown)
        sheet.search.setText("ctrl+shift+z")
        assert sheet.shown == ["Redo"]
        sheet.search.setText("kazoo")
        assert not sheet.shown and not sheet.none.isHidden()

    def test_enter_does_what_is_found(self, qtbot: QtBot, opened: MainWindow) -> None:
        sheet = ShortcutSheet(opened.actions_, opened)
        sheet.show()
        sheet.search.setText("theme light")
        qtbot.keyClick(sheet.search, Qt.Key.Key_Return)
        assert opened.settings.theme == "light"
        assert not sheet.isVisible()

    def test_no_two_actions_have_the_same_key(self, window: MainWindow) -> None:
        taken: dict[str, str] = {}
        for _, entries in window.actions_.sections():
            for entry in entries:
                for key in entry.keys:
                    assert key not in taken, f"{key}: {taken.get(key)} and {entry.action.text()}"
                    taken[key] = entry.action.text()


class TestHelp:
    def test_f1_opens_the_guide_once(self, qtbot: QtBot, window: MainWindow) -> None:
        qtbot.keyClick(window, Qt.Key.Key_F1)
        qtbot.keyClick(window, Qt.Key.Key_F1)
        (guide,) = window.helping._open.values()
        assert isinstance(guide, GuideWindow)
        assert "InstructME" in guide.browser.toPlainText()
        window.close()
        assert not guide.isVisible()

    def test_the_guides_pictures_are_here_and_small(self) -> None:
        names = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", GUIDE.read_text(encoding="utf-8"))
        assert 1 <= len(names) <= 6
        for name in names:
            path = GUIDE.parent / name
            assert path.is_file(), name
            assert path.stat().st_size < 200_000, name

    def test_a_missing_guide_says_where_it_should_be(self, qtbot: QtBot, tmp_path: Path) -> None:
        guide = GuideWindow(tmp_path / "none.md")
        qtbot.addWidget(guide)
        assert "none.md" in guide.browser.toPlainText()

    def test_about_names_the_parts_and_their_licences(self) -> None:
        known = {name: licence for name, _, licence in parts()}
        assert program_version()
        assert "LGPL" in known["PySide6-Essentials"]
        assert {"numpy", "torch", "soundfile"} <= set(known)
        assert all(known.values())

    def test_the_log_folder_is_made_and_opened(self, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[QUrl] = []
        monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url) or True)
        window.helping._open_logs()
        assert Path(asked[0].toLocalFile()) == window.settings.folder / "logs"
        assert (window.settings.folder / "logs").is_dir()

    def test_where_no_program_opens_folders_the_place_is_told(
        self, window: MainWindow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
        window.helping._open_logs()
        assert str(window.settings.folder / "logs") in window.banner.remedy.text()

    def test_f11_fills_the_screen_and_gives_it_back(self, qtbot: QtBot, window: MainWindow) -> None:
        qtbot.keyClick(window, Qt.Key.Key_F11)
        assert window.isFullScreen()
        qtbot.keyClick(window, Qt.Key.Key_F11)
        assert not window.isFullScreen()


def is_whole(label: QLabel) -> bool:
    """All its wrapped lines are in sight."""
    return label.height() >= label.heightForWidth(label.width())


class TestTour:
    def test_comes_once_and_can_be_asked_for_again(self, qtbot: QtBot, opened: MainWindow) -> None:
        tour = opened.helping.tour
        assert not opened.settings.toured
        tour.start_once()
        assert tour.overlay is not None and tour.overlay.isVisible()
        titles = []
        while tour.overlay is not None:
            titles.append(tour.overlay.step.title)
            qtbot.keyClick(tour.overlay, Qt.Key.Key_Return)
        assert len(titles) == len(set(titles)) and 5 <= len(titles) <= 6
        tour.start_once()
        assert tour.overlay is None
        tour.start()
        assert tour.overlay is not None

    def test_is_skipped_by_escape_and_never_comes_again(self, qtbot: QtBot, opened: MainWindow) -> None:
        tour = opened.helping.tour
        tour.start_once()
        assert tour.overlay is not None
        qtbot.keyClick(tour.overlay, Qt.Key.Key_Escape)
        assert tour.overlay is None
        assert Settings().toured

    @pytest.mark.parametrize("size", [(1280, 650), (1360, 860), (2400, 1300)])
    def test_the_card_is_in_sight_and_beside_what_it_shows(
        self, qtbot: QtBot, opened: MainWindow, size: tuple[int, int]
    ) -> None:
        opened.resize(*size)
        opened.helping.tour.start()
        overlay = opened.helping.tour.overlay
        assert overlay is not None
        for _ in overlay._steps:
            card = overlay.card.geometry()
            assert overlay.rect().contains(card), overlay.step.title
            qtbot.waitUntil(lambda: is_whole(overlay.text), timeout=WAIT)
            large = overlay._light().width() > 500 and overlay._light().height() > 300
            assert large or not card.intersects(overlay._light()), overlay.step.title
            overlay.go(1)

    def test_goes_back_too(self, qtbot: QtBot, opened: MainWindow) -> None:
        opened.helping.tour.start()
        overlay = opened.helping.tour.overlay
        assert overlay is not None
        first = overlay.step
        assert not overlay.back.isVisible()
        qtbot.keyClick(overlay, Qt.Key.Key_Right)
        assert overlay.step is not first
        overlay.back.click()
        assert overlay.step is first


class TestLanguage:
    def test_what_is_not_shipped_is_english(self) -> None:
        assert language.language_for("fr") == "en"
        assert language.language_for("de") == "de"

    def test_the_system_decides_where_nothing_is_chosen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, code in (("de_AT", "de"), ("en_GB", "en"), ("fr_FR", "en"), ("C", "en")):
            monkeypatch.setattr(QLocale, "system", lambda name=name: QLocale(name))
            assert language.language_for("system") == code

    def test_the_choice_is_kept(self, window: MainWindow) -> None:
        window.helping._speak("de")
        assert Settings().language == "de"
        assert "next start" in window.statusBar().currentMessage()


def test_the_icons_are_drawn_in_one_colour() -> None:
    for path in (RESOURCES / "icons").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "currentColor" in text or path.stem == "instructme", path.name


def test_what_is_heard_of_many_rounds_does_not_pile_up_in_memory(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    engine.obliging = True
    engine.hear(engine.analyses[0])
    for at in range(5):
        opened.submit("remove drums")
        qtbot.waitUntil(lambda at=at: len(opened.session.rounds) == at + 2, timeout=WAIT)
    ids = [entry.id for entry in opened.session.rounds]
    assert all(opened.listening.heard(name) is not None for name in ids)
    assert set(opened.listening._heard) == set(ids[-KEPT:])
    opened.listening.heard(ids[-KEPT])
    opened.listening.heard(ids[0])
    assert ids[-KEPT] in opened.listening._heard
