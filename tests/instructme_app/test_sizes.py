"""Text is as large as the system's, or its user's, and what holds it grows along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QRect
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

import instructme_app
from instructme_app import sizes, theme
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.sizes import font, px
from instructme_app.views.history_delegate import Areas, HistoryDelegate
from instructme_app.views.history_rows import HistoryRow
from instructme_app.views.ruler import bars, times
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.accessibility import cut_off
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

POINTS = (9.0, 13.0, 18.0)


@pytest.fixture(params=POINTS, ids=lambda points: f"{points:g} pt")
def system(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[QFont]:
    """The system's font, as large as that."""
    chosen = QFont()
    chosen.setPointSizeF(request.param)
    qapp.setFont(chosen)
    sizes.follow(qapp)
    yield chosen
    usual = QFont()
    usual.setPixelSize(sizes.BODY)
    qapp.setFont(usual)
    sizes.follow(qapp)
    # What a test behind this one makes must not find a style sheet of another size.
    theme.apply(qapp, theme.active())


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(obliging=True)


@pytest.fixture
def sized(qtbot: QtBot, system: QFont, home: Path, song: Path, engine: FakeEngine) -> Iterator[MainWindow]:
    """The window in that size, with a song, a round and a drawer that is open."""
    window = MainWindow(engine, Settings(), Playback(use_device=False))
    window.apply_theme()
    qtbot.addWidget(window)
    window.resize(1360, 860)
    window.show()
    engine.open()
    window.open_path(song)
    qtbot.waitUntil(lambda: window.axis.grid.beats.size > 0, timeout=WAIT)
    window.submit("remove drums")
    qtbot.waitUntil(lambda: len(window.media.thumbnails) == 2, timeout=WAIT)
    window.bar.drawer_button.setChecked(True)
    QApplication.processEvents()
    yield window
    window.close()


def test_plain_text_is_as_large_as_the_systems(sized: MainWindow, system: QFont) -> None:
    wanted = QFontInfo(system).pixelSize()
    assert QFontInfo(sized.header.open_button.font()).pixelSize() == wanted
    assert QFontInfo(font(sizes.BODY)).pixelSize() == wanted
    # What is larger or smaller in the design is so in proportion.
    assert QFontInfo(sized.title.font()).pixelSize() == pytest.approx(17 / 13 * wanted, abs=0.6)
    assert QFontInfo(font(9)).pixelSize() >= sizes.SMALLEST


def test_no_words_of_the_window_are_cut_off(sized: MainWindow) -> None:
    assert cut_off(sized) == []


def test_the_window_fits_a_small_screen(sized: MainWindow) -> None:
    assert sized.minimumSizeHint().width() <= 1360 and sized.width() == 1360


@pytest.mark.parametrize("opened", ["export", "preferences", "models", "shortcuts"])
def test_no_words_of_a_dialog_are_cut_off(qtbot: QtBot, sized: MainWindow, opened: str) -> None:
    before = set(QApplication.topLevelWidgets())
    if opened == "export":
        sized.filing.exporting.open()
    elif opened == "preferences":
        sized.preferring.open()
    elif opened == "models":
        sized.modelling.open()
    else:
        next(e.action for _, group in sized.actions_.sections() for e in group if "Ctrl+/" in e.keys).trigger()
    QApplication.processEvents()
    (dialog,) = (part for part in set(QApplication.topLevelWidgets()) - before if part.isVisible())
    assert cut_off(dialog) == []
    dialog.close()


def test_the_parts_of_a_round_in_the_history_do_not_overlap(qtbot: QtBot, system: QFont) -> None:
    row = HistoryRow("1", "0", "Remove drums", "12:00 · seed 7", note="for the bridge", level="−14.0 LUFS")
    panel = QWidget()
    qtbot.addWidget(panel)

    class Index(QModelIndex):
        def data(self, role: int = 0) -> HistoryRow:
            return row

    height = HistoryDelegate(panel).sizeHint(QStyleOptionViewItem(), Index()).height()
    areas = Areas.of(row, QRect(0, 0, px(336), height))
    for box, size in ((areas.title, 13), (areas.detail, 11), (areas.note, 11), (areas.level, 11)):
        assert box is not None and box.height() >= QFontMetrics(font(size)).height() - 1
    assert areas.title.bottom() <= areas.detail.top() and areas.detail.bottom() <= areas.note.top() + 1
    assert areas.note.bottom() <= areas.card.bottom() and areas.picture is not None and areas.level is not None
    assert areas.picture.bottom() <= areas.level.top() + 1 and areas.star.right() <= areas.picture.left()


def test_what_is_painted_beside_the_lanes_has_room(sized: MainWindow) -> None:
    small, name = QFontMetrics(font(11)), QFontMetrics(font(11, QFont.Weight.DemiBold))
    assert times() - px(10) >= small.ascent() and bars() >= QFontMetrics(font(10)).ascent()
    for lane in sized.lanes.stack.lanes:
        if not lane.isHidden():
            assert lane.height() >= lane.least_height >= name.height() + 6, lane.title
            assert name.horizontalAdvance(lane.title) <= lane.content().left() - 18, lane.title


@pytest.fixture
def changed(qtbot: QtBot, qapp: QApplication, sized: MainWindow, system: QFont) -> MainWindow:
    """The window after the system's text became large, or small where it was large, while it was open."""
    other = QFont(system)
    other.setPointSizeF(9.0 if system.pointSizeF() > 9 else 18.0)
    before = px(100)
    qapp.setFont(other)
    qtbot.waitUntil(lambda: px(100) != before, timeout=WAIT)
    QApplication.processEvents()
    return sized


def test_a_size_that_changes_counts_at_once(changed: MainWindow, system: QFont) -> None:
    wanted = px(sizes.BODY)
    assert wanted != QFontInfo(system).pixelSize()
    assert QFontInfo(changed.header.open_button.font()).pixelSize() == wanted
    assert QFontInfo(changed.title.font()).pixelSize() == pytest.approx(17 / 13 * wanted, abs=0.6)
    assert changed.transport.pill.height() == px(36) and changed.transport.play_button.iconSize() == sizes.square(34)
    assert cut_off(changed) == []
    for lane in changed.lanes.stack.lanes:
        assert lane.isHidden() or lane.height() >= lane.least_height == px(lane.LEAST)


def test_a_window_that_changed_its_size_is_as_one_that_was_made_in_it(
    qtbot: QtBot, changed: MainWindow, song: Path, home: Path
) -> None:
    fresh = MainWindow(FakeEngine(obliging=True), Settings(), Playback(use_device=False))
    fresh.apply_theme()
    qtbot.addWidget(fresh)
    fresh.resize(changed.size())
    fresh.show()
    fresh.bar.drawer_button.setChecked(True)
    QApplication.processEvents()

    def measured(window: MainWindow) -> list[tuple[int, int, int]]:
        bar, transport, header = window.bar, window.transport, window.header
        parts = (bar.run_button, bar.seed_lock, bar.variations, transport.match_button)
        parts += (header.open_button, window.viewing.bar)
        least = ((part.minimumSizeHint(), part.height()) for part in parts)
        return [(size.width(), size.height(), height) for size, height in least]

    assert measured(changed) == measured(fresh)
    fresh.close()


def test_a_dialog_that_is_open_follows(qtbot: QtBot, qapp: QApplication, sized: MainWindow, system: QFont) -> None:
    sized.modelling.open()
    page = sized.modelling.page
    assert page is not None
    other = QFont(system)
    other.setPointSizeF(9.0 if system.pointSizeF() > 9 else 18.0)
    before = px(34)
    qapp.setFont(other)
    qtbot.waitUntil(lambda: px(34) != before, timeout=WAIT)
    assert page.list.item(0).sizeHint().height() == px(34)
    qtbot.waitUntil(lambda: cut_off(page) == [], timeout=WAIT)
    page.close()


def test_the_systems_font_counts_where_none_was_set(
    qtbot: QtBot, sized: MainWindow, system: QFont, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a desktop says: its theme has changed, and nothing of which font."""
    bigger = QFont(system)
    bigger.setPointSizeF(system.pointSizeF() + 3)
    before = px(100)
    QApplication.sendEvent(sized, QEvent(QEvent.Type.ThemeChange))
    QApplication.processEvents()
    assert px(100) == before
    monkeypatch.setattr(QFontDatabase, "systemFont", staticmethod(lambda _: bigger))
    QApplication.sendEvent(sized, QEvent(QEvent.Type.ThemeChange))
    qtbot.waitUntil(lambda: px(100) != before, timeout=WAIT)
    assert px(sizes.BODY) == QFontInfo(bigger).pixelSize()


def test_what_is_gone_is_not_sized_any_more(qapp: QApplication, qtbot: QtBot) -> None:
    part, sized_parts = QWidget(), []
    sizes.fit(part, sized_parts.append)
    part.deleteLater()
    qtbot.waitSignal(part.destroyed, timeout=WAIT, raising=False).wait()
    sizes.changed.emit()
    assert len(sized_parts) == 1


def test_the_model_page_fits_a_narrow_screen(sized: MainWindow) -> None:
    sized.modelling.open()
    page = sized.modelling.page
    assert page is not None
    QApplication.processEvents()
    assert page.minimumSizeHint().width() <= 1024
    page.close()


def test_pixels_of_text_are_fixed_in_one_place() -> None:
    """Anywhere else they would not follow."""
    wrong = []
    for path in Path(instructme_app.__file__).parent.rglob("*.py"):
        words = path.read_text(encoding="utf-8")
        if path.name != "sizes.py" and "setPixelSize" in words or "setPointSize" in words:
            wrong.append(path.name)
        if path.name != "theme.py" and re.search(r"font-size: ?\d", words):
            wrong.append(path.name)
    assert not wrong
