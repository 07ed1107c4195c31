"""What one sees of a song: comparing, selecting, zooming, showing and hiding, and pictures of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from instructme_app import theme
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.views.matrices import MatrixLane
from instructme_app.views.stack import GAP, Room, share_heights
from instructme_app.views.time_axis import Selection
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(obliging=True)


def shown(window: MainWindow) -> list[str]:
    names = {id(value): name for name, value in vars(window.lanes).items()}
    return [names[id(lane)] for lane in window.lanes.visible()]


def mouse(widget: QWidget, kind: QEvent.Type, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    pressed = none if kind == QEvent.Type.MouseButtonRelease else left
    place = QPointF(at)
    QApplication.sendEvent(widget, QMouseEvent(kind, place, place, button, pressed, keys))


def drag(widget: QWidget, start: float, end: float, keys: Qt.KeyboardModifier = NONE, y: int = 12) -> None:
    mouse(widget, QEvent.Type.MouseButtonPress, QPoint(round(start), y), keys)
    mouse(widget, QEvent.Type.MouseMove, QPoint(round((start + end) / 2), y), keys)
    mouse(widget, QEvent.Type.MouseMove, QPoint(round(end), y), keys)
    mouse(widget, QEvent.Type.MouseButtonRelease, QPoint(round(end), y), keys)


def x_of(window: MainWindow, seconds: float) -> float:
    area = window.lanes.source.content()
    return area.left() + window.axis.x_at(seconds, area.width())


def wheel(widget: QWidget, at: QPoint, steps: float, keys: Qt.KeyboardModifier = NONE) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, round(120 * steps)), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


# Comparing


def test_v_goes_through_side_by_side_overlay_and_difference(qtbot: QtBot, edited: MainWindow) -> None:
    lanes = edited.lanes
    assert shown(edited)[:4] == ["source", "current", "source_spectrogram", "spectrogram"]
    edited.bar.edit.setFocus()
    qtbot.keyClick(edited.bar.edit, Qt.Key.Key_V)
    assert lanes.mode == "overlay"
    assert shown(edited)[:2] == ["overlay", "spectrogram"]
    assert [trace.tone for trace in lanes.overlay.traces] == ["source", "accent"]
    qtbot.keyClick(edited.bar.edit, Qt.Key.Key_V)
    assert shown(edited)[:2] == ["difference", "spectrogram_difference"]
    assert edited.viewing.bar.buttons["difference"].isChecked()
    qtbot.keyClick(edited.bar.edit, Qt.Key.Key_V)
    assert lanes.mode == "side"


def test_a_song_that_is_not_edited_is_shown_once(heard: MainWindow) -> None:
    assert shown(heard) == ["source", "spectrogram", "chords", "pitches", "instruments"]
    assert not heard.viewing.bar.buttons["overlay"].isEnabled()


def test_a_spectrogram_of_the_difference_is_blue_where_something_left(qtbot: QtBot, edited: MainWindow) -> None:
    edited.lanes.set_mode("difference")
    lane = edited.lanes.spectrogram_difference
    edited.lanes.stack.repaint()
    qtbot.waitUntil(lambda: lane.ready and not edited.lanes.tiles.pending, timeout=WAIT)
    edited.lanes.stack.repaint()
    picture = lane.grab().toImage()
    area = lane.content()
    # The fake engine makes everything quieter: the tone of 330 Hz lost level all along.
    strip = [picture.pixelColor(area.left() + 200 + 3 * step, area.height() * 2 // 3) for step in range(60)]
    assert sum(colour.blue() for colour in strip) > sum(colour.red() for colour in strip)


def test_in_the_difference_matrices_are_signed_and_elsewhere_they_are_not(edited: MainWindow) -> None:
    lanes: tuple[MatrixLane, ...] = (edited.lanes.chords, edited.lanes.pitches, edited.lanes.instruments)
    assert not any(lane.signed for lane in lanes)
    edited.lanes.set_mode("difference")
    assert all(lane.signed for lane in lanes)


def test_another_round_can_be_the_reference(qtbot: QtBot, edited: MainWindow) -> None:
    edited.editing.submit("add strings")
    qtbot.waitUntil(lambda: len(edited.media.thumbnails) == 3, timeout=WAIT)
    assert edited.lanes.source.title == "Before"
    assert edited.lanes.source.subtitle == "Remove drums"
    edited.session.compare(edited.session.rounds[0].id)
    assert edited.lanes.source.title == "Source"


def test_what_is_heard_in_the_reference_can_have_lanes_of_its_own(edited: MainWindow) -> None:
    edited.viewing.both.trigger()
    assert {"source_chords", "source_pitches", "source_instruments"} <= set(shown(edited))
    assert edited.lanes.source_chords.levels is not None
    edited.lanes.set_mode("overlay")
    assert "source_chords" not in shown(edited)


# Selecting


def test_a_dragged_selection_snaps_to_beats_and_alt_does_the_opposite(heard: MainWindow) -> None:
    lane = heard.lanes.source
    drag(lane, x_of(heard, 0.58), x_of(heard, 1.41))
    assert heard.axis.selection == Selection(0.5, 1.5)
    drag(lane, x_of(heard, 0.58), x_of(heard, 1.41), ALT)
    selection = heard.axis.selection
    assert selection is not None
    assert selection.start == pytest.approx(0.58, abs=0.01)
    assert selection.end == pytest.approx(1.41, abs=0.01)
    heard.viewing.snap.trigger()
    drag(lane, x_of(heard, 0.3), x_of(heard, 0.4))
    assert heard.axis.selection is not None and heard.axis.selection.duration == pytest.approx(0.1, abs=0.02)
    drag(lane, x_of(heard, 1.62), x_of(heard, 2.9), ALT)
    assert heard.axis.selection == Selection(1.5, 3.0)


def test_shift_extends_from_the_nearer_end(heard: MainWindow) -> None:
    heard.axis.select(Selection(1.0, 1.5))
    drag(heard.lanes.chords, x_of(heard, 2.45), x_of(heard, 2.52), SHIFT)
    assert heard.axis.selection == Selection(1.0, 2.5)
    drag(heard.lanes.chords, x_of(heard, 0.45), x_of(heard, 0.45), SHIFT)
    assert heard.axis.selection == Selection(0.5, 2.5)


def test_the_ends_of_a_selection_are_handles(heard: MainWindow) -> None:
    heard.axis.select(Selection(1.0, 2.0))
    drag(heard.lanes.ruler, x_of(heard, 2.0) + 2, x_of(heard, 2.52))
    assert heard.axis.selection == Selection(1.0, 2.5)
    drag(heard.lanes.spectrogram, x_of(heard, 1.0) - 2, x_of(heard, 0.02))
    assert heard.axis.selection == Selection(0.0, 2.5)


def test_a_double_click_selects_the_bar_and_ctrl_a_the_song(qtbot: QtBot, heard: MainWindow) -> None:
    at = QPoint(round(x_of(heard, 1.2)), 10)
    for kind in (
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseButtonRelease,
    ):
        mouse(heard.lanes.source, kind, at)
    assert heard.axis.selection == Selection(0.0, 2.0)
    assert heard.viewing.bar.selection.text().endswith("2.00 s   ·   1 bar")
    heard.lanes.stack.setFocus()
    qtbot.keyClick(heard.lanes.stack, Qt.Key.Key_A, CTRL)
    assert heard.axis.selection == Selection(0.0, heard.axis.duration)


def test_a_click_seeks_to_where_it_was_and_not_to_the_beat(heard: MainWindow) -> None:
    at = round(x_of(heard, 1.1))
    drag(heard.lanes.pitches, at, at)
    assert heard.playback.position == pytest.approx(1.1, abs=0.01)


# Going about


def test_the_wheel_scrolls_and_with_ctrl_zooms_at_the_pointer(heard: MainWindow) -> None:
    axis, lane = heard.axis, heard.lanes.source
    at = QPoint(round(x_of(heard, 2.0)), 10)
    under = lane.seconds_at(at.x())
    assert under == pytest.approx(2.0, abs=0.01)
    wheel(lane, at, 3, CTRL)
    assert axis.span < 2.0
    assert lane.seconds_at(at.x()) == pytest.approx(under, abs=1e-6)
    start = axis.start
    wheel(lane, at, -1)
    assert axis.start > start
    wheel(lane, at, 1)
    assert axis.start == pytest.approx(start)


def test_arrow_keys_plus_minus_and_zero_go_about_while_the_lanes_have_the_focus(
    qtbot: QtBot, heard: MainWindow
) -> None:
    axis, stack = heard.axis, heard.lanes.stack
    stack.setFocus()
    qtbot.keyClick(stack, Qt.Key.Key_Plus)
    zoomed = axis.span
    assert zoomed < heard.axis.duration
    qtbot.keyClick(stack, Qt.Key.Key_Right)
    assert axis.start == pytest.approx(0.1 * zoomed)
    qtbot.keyClick(stack, Qt.Key.Key_Left)
    assert axis.start == pytest.approx(0.0)
    qtbot.keyClick(stack, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(stack, Qt.Key.Key_Right, SHIFT)
    assert axis.selection == Selection(0.0, 1.0)
    qtbot.keyClick(stack, Qt.Key.Key_Left, SHIFT)
    assert axis.selection == Selection(0.0, 0.5)
    qtbot.keyClick(stack, Qt.Key.Key_Minus)
    qtbot.keyClick(stack, Qt.Key.Key_Plus)
    qtbot.keyClick(stack, Qt.Key.Key_0)
    assert axis.span == axis.duration
    # In the text field the same keys write.
    heard.bar.edit.setFocus()
    heard.bar.edit.setText("ab")
    heard.bar.edit.setCursorPosition(2)
    qtbot.keyClick(heard.bar.edit, Qt.Key.Key_Left)
    qtbot.keyClick(heard.bar.edit, Qt.Key.Key_0)
    assert heard.bar.edit.text() == "a0b"


def test_the_part_in_sight_is_dragged_in_the_overview(heard: MainWindow) -> None:
    strip, axis = heard.lanes.stack.overview, heard.axis
    area = strip.content()
    axis.show(1.0, 0.5)
    drag(strip, area.left() + area.width() * 1.25 / 3, area.left() + area.width() * 2.25 / 3)
    assert (axis.start, axis.span) == pytest.approx((2.0, 0.5), abs=0.02)
    drag(strip, area.left() + area.width() * 2.5 / 3, area.left() + area.width() * 2.75 / 3)
    assert axis.span == pytest.approx(0.75, abs=0.03)
    press = area.left() + area.width() // 6
    drag(strip, press, press)
    assert axis.start + axis.span / 2 == pytest.approx(0.5, abs=0.02)


def test_single_samples_are_drawn_as_points(heard: MainWindow) -> None:
    lane = heard.lanes.source
    heard.axis.show(0.5, 1e-9)
    assert heard.axis.span * 22_050 == pytest.approx(16)
    samples = lane.traces[0].pyramid.samples
    heard.lanes.stack.repaint()
    picture, area = lane.grab().toImage(), lane.content()
    background = theme.active().colour("lane").rgb()
    first = int(np.ceil(heard.axis.start * 22_050))
    for index in (first + 3, first + 7):
        x = area.left() + heard.axis.x_at(index / 22_050, area.width())
        y = area.height() / 2 - float(samples[0, index]) * (area.height() / 2 - 3)
        between = area.left() + heard.axis.x_at((index + 0.5) / 22_050, area.width())
        assert picture.pixel(round(x), round(y)) != background
        assert picture.pixel(round(between), area.height() - 3) == background


# Showing, hiding, heights


def test_lanes_are_hidden_by_key_and_stay_hidden_at_the_next_start(
    qtbot: QtBot, edited: MainWindow, engine: FakeEngine
) -> None:
    edited.lanes.stack.setFocus()
    qtbot.keyClick(edited.lanes.stack, Qt.Key.Key_4, CTRL)
    assert "pitches" not in shown(edited)
    qtbot.keyClick(edited.lanes.stack, Qt.Key.Key_6, CTRL)
    edited.lanes.set_mode("overlay")
    edited.lanes.set_height("chords", 200)
    edited.viewing.snap.trigger()
    again = MainWindow(FakeEngine(), Settings(), Playback(use_device=False))
    qtbot.addWidget(again)
    assert not again.lanes.shown("pitches")
    assert again.lanes.mode == "overlay"
    assert again.lanes.chords.chosen_height == 200
    assert not again.axis.snapping
    assert not again.axis.grid_shown
    again.close()


@pytest.mark.parametrize("kept", ['{"heights": {"chords": "x", "none": 5}, "hidden": 3}', "[1]", "{", "null"])
def test_settings_that_make_no_sense_are_passed_over(qtbot: QtBot, home: Path, kept: str) -> None:
    settings = Settings()
    settings._store.setValue("views", kept)
    window = MainWindow(FakeEngine(), settings, Playback(use_device=False))
    qtbot.addWidget(window)
    assert all(window.lanes.shown(group) for group in ("waveform", "chords"))
    assert window.lanes.heights() == {}
    window.close()


def test_a_border_is_dragged_and_all_lanes_of_its_kind_keep_the_height(edited: MainWindow) -> None:
    lanes, column = edited.lanes, edited.lanes.stack.column
    before = lanes.source.height()
    y = lanes.source.geometry().bottom() + 3
    mouse(column, QEvent.Type.MouseButtonPress, QPoint(300, y))
    mouse(column, QEvent.Type.MouseMove, QPoint(300, y + 40))
    mouse(column, QEvent.Type.MouseButtonRelease, QPoint(300, y + 40))
    assert lanes.source.height() == lanes.current.height() == before + 40
    mouse(column, QEvent.Type.MouseButtonDblClick, QPoint(300, lanes.source.geometry().bottom() + 3))
    assert lanes.heights() == {}


def test_what_does_not_fit_scrolls_and_what_is_left_over_is_shared() -> None:
    rooms = [Room(100, 34, None, 2), Room(100, 34, 150, 3), Room(50, 34, None, 1)]
    spacious = share_heights(rooms, 600)
    assert sum(spacious) + 3 * GAP == 600
    assert spacious[1] == 150
    assert spacious[0] - 100 == pytest.approx(2 * (spacious[2] - 50), abs=2)
    tight = share_heights(rooms, 300)
    assert sum(tight) + 3 * GAP == 300
    assert share_heights(rooms, 10) == [70, 150, 35]
    assert share_heights([], 100) == []


def test_a_lane_has_a_menu(heard: MainWindow) -> None:
    menu = heard.viewing.menu_for(heard.lanes.chords)
    actions = {action.text(): action for action in menu.actions()}
    actions["Hide this lane"].trigger()
    assert "chords" not in shown(heard)
    assert heard.viewing.menu_for(None).actions()


# Pictures


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_views_are_saved_as_a_picture_with_everything_in_it(
    qtbot: QtBot, edited: MainWindow, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"views.{ending}"
    # A zoom that nothing was drawn of yet: the picture waits for its tiles.
    edited.axis.show(0.7, 0.9)
    edited.viewing.picturing.save(path, list(edited.lanes.visible()))
    qtbot.waitUntil(path.exists, timeout=WAIT)
    if ending == "svg":
        text = path.read_text(encoding="utf-8")
        for words in ("my song", "Spectrum", "Pitches", ">10k<", "dB<", ">C4<"):
            assert words in text, words
        assert QSvgRenderer(str(path)).isValid()
        # A waveform stays a drawing, a spectrogram a picture inside it.
        assert text.count("<image") >= 4
        assert max(map(len, re.findall(r'd="([^"]*)"', text) + re.findall(r'points="([^"]*)"', text))) > 5000
    else:
        assert QImage(str(path)).width() == 2 * edited.lanes.stack.width()
    assert not list(tmp_path.glob(".*.part"))


def test_one_lane_is_saved_alone_and_a_bad_place_is_told(qtbot: QtBot, heard: MainWindow, tmp_path: Path) -> None:
    save: Callable = heard.viewing.picturing.save
    save(tmp_path / "all.png", list(heard.lanes.visible()))
    save(tmp_path / "one.png", [heard.lanes.chords])
    qtbot.waitUntil((tmp_path / "one.png").exists, timeout=WAIT)
    assert QImage(str(tmp_path / "one.png")).height() < 500
    save(tmp_path / "nowhere" / "x.png", [heard.lanes.chords])
    assert heard.banner.isVisible()
    heard.banner.hide()
    save(tmp_path / "x.bmp", [heard.lanes.chords])
    assert "bmp" in heard.banner.cause.text()


# The inspector


def test_the_spectrum_at_the_playhead_shows_both_rounds(qtbot: QtBot, edited: MainWindow) -> None:
    edited.playback.seek(1.0)
    edited.viewing.inspecting.action.trigger()
    inspector = edited.viewing.inspecting.inspector
    assert inspector is not None and inspector.isVisible()
    qtbot.waitUntil(lambda: inspector.curves[0].xData is not None and len(inspector.curves[0].xData) > 0, timeout=WAIT)
    # The louder of the two tones at one second is that of 330 Hz.
    pitches, levels = inspector.curves[1].xData, inspector.curves[1].yData
    assert pitches is not None and levels is not None
    hertz = 10 ** pitches[np.argmax(levels)]
    assert hertz == pytest.approx(330, rel=0.02)
    assert "Source" in inspector.legend.text() and "Remove drums" in inspector.legend.text()
    inspector.close()
    assert not edited.viewing.inspecting.action.isChecked()


# Reading


def test_the_pointer_reads_time_hertz_with_note_and_decibels(qtbot: QtBot, heard: MainWindow) -> None:
    lane = heard.lanes.spectrogram
    qtbot.waitUntil(lambda: lane.ready and not heard.lanes.tiles.pending, timeout=WAIT)
    area = lane.content()
    texts = [lane.readout(QPoint(round(x_of(heard, 1.9)), y)) for y in range(area.height())]
    assert all(re.search(r"0:01\.\d{3} .*Hz .*[A-G]♯?-?\d.*dB", text) for text in texts)
    loudest = max(texts, key=lambda text: float(text.split("   ")[-1].replace("< ", "").replace("−", "-").split()[0]))
    hertz = float(loudest.split("   ")[1].split()[0].replace(",", ""))
    assert 290 < hertz < 370
    chords = heard.lanes.chords.readout(QPoint(round(x_of(heard, 0.5)), heard.lanes.chords.height() - 1))
    assert re.match(r"0:00\.5\d   C   \d+%", chords)
    assert "C8" in heard.lanes.pitches.readout(QPoint(round(x_of(heard, 0.5)), 0))
    assert "dB" in heard.lanes.source.readout(QPoint(round(x_of(heard, 0.5)), 5))


# Songs that are unlike songs


@pytest.mark.parametrize(
    ("frames", "channels", "rate"),
    [(1, 1, 44_100), (2, 2, 8000), (40, 1, 44_100), (8000, 1, 8000), (96_000, 2, 192_000), (20_000, 6, 48_000)],
)
def test_any_song_is_drawn_in_every_mode_and_zoom(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, frames: int, channels: int, rate: int
) -> None:
    path = tmp_path / "odd.wav"
    samples = np.random.default_rng(0).uniform(-1, 1, (frames, channels))
    soundfile.write(path, samples, rate)
    window.open_path(path)
    qtbot.waitUntil(lambda: window.session.info is not None or window.banner.isVisible(), timeout=WAIT)
    if window.session.info is None:
        pytest.skip(f"refused: {window.banner.cause.text()}")
    qtbot.waitUntil(lambda: len(window.media.thumbnails) == 1, timeout=WAIT)
    window.editing.submit("remove drums")
    qtbot.waitUntil(lambda: len(window.media.thumbnails) == 2, timeout=WAIT)
    for mode in ("side", "overlay", "difference"):
        window.lanes.set_mode(mode)
        for span in (frames / rate, frames / rate / 10, 1e-9):
            window.axis.show(0.0, span)
            window.lanes.stack.repaint()
            qtbot.waitUntil(lambda: window.lanes.tiles.pending == 0, timeout=WAIT)
            window.lanes.stack.repaint()
            for lane in window.lanes.visible():
                area = lane.content()
                lane.readout(QPoint(area.left() + area.width() // 2, area.height() // 2))
    assert not window.banner.isVisible()


def test_three_hundred_repaints_of_all_views_are_survived(qtbot: QtBot, edited: MainWindow) -> None:
    """PySide6 6.12.0 on Python 3.11 aborts after some dozens."""
    edited.axis.select(Selection(0.5, 1.0))
    for index in range(300):
        if index % 50 == 0:
            edited.lanes.next_mode()
        edited.axis.show((index % 60) * 0.03, 3.0 * 0.97 ** (index % 200))
        edited.lanes.stack.set_position(index * 0.01)
        edited.lanes.stack.repaint()
