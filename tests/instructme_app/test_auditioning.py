"""What a musician hears, and how it is chosen: A and B, stems, blind, shuttle, loop, loudness."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.audio import Audio, read, write
from instructme_app import theme
from instructme_app.model.devices import Device
from instructme_app.views.time_axis import Selection
from instructme_app.windows.audition import matching_gains
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

NONE, SHIFT, CONTROL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def edit(window: MainWindow, engine: FakeEngine, text: str = "remove drums") -> str:
    window.submit(text)
    engine.finish()
    assert window.session.current is not None
    return window.session.current.id


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    """On the lanes: a text field would take letters for itself."""
    window.setFocus()
    QTest.keyClick(window, key, modifier)


@pytest.fixture
def edited(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> MainWindow:
    """One round, read, beside its source."""
    edit(opened, engine)
    read_both(qtbot, opened)
    # Keys go to the window that is active, which another test's may still be.
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow, timeout=WAIT)
    return opened


def read_both(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: set(window.audition.gains) == {"current", "reference"}, timeout=WAIT)


def playing(window: MainWindow) -> np.ndarray:
    track = window.playback.track
    assert track is not None
    return track.read(0, track.frames)


def round_samples(window: MainWindow, round_id: str) -> np.ndarray:
    return read(window.session.path_of(window.session.round(round_id))).samples


def test_x_goes_from_one_side_to_the_other(edited: MainWindow) -> None:
    edited.audition.set_match(False)
    press(edited, Qt.Key.Key_X)
    assert edited.transport.before.isChecked()
    np.testing.assert_array_equal(playing(edited), round_samples(edited, "0000"))
    press(edited, Qt.Key.Key_X)
    assert edited.transport.after.isChecked()
    np.testing.assert_array_equal(playing(edited), round_samples(edited, "0001"))


def test_b_is_before_only_while_it_is_held(edited: MainWindow) -> None:
    edited.setFocus()
    QTest.keyPress(edited, Qt.Key.Key_B)
    assert edited.audition.before
    QTest.keyRelease(edited, Qt.Key.Key_B)
    assert not edited.audition.before


def test_a_held_key_that_repeats_itself_stays_held(edited: MainWindow) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    edited.setFocus()
    QTest.keyPress(edited, Qt.Key.Key_B)
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress) * 3:
        QApplication.sendEvent(edited, QKeyEvent(kind, Qt.Key.Key_B, NONE, "b", autorep=True))
    assert edited.audition.before
    QTest.keyRelease(edited, Qt.Key.Key_B)
    assert not edited.audition.before


def test_a_window_that_is_left_lets_go(edited: MainWindow) -> None:
    from PySide6.QtCore import QEvent

    edited.setFocus()
    QTest.keyPress(edited, Qt.Key.Key_B)
    QApplication.sendEvent(QApplication.instance(), QEvent(QEvent.Type.ApplicationDeactivate))  # type: ignore[arg-type]
    assert not edited.audition.before


def test_a_short_press_of_before_stays_and_a_long_one_returns(qtbot: QtBot, edited: MainWindow) -> None:
    button = edited.transport.before
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    assert edited.audition.before
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert edited.audition.before
    edited.transport.after.click()
    assert not edited.audition.before
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: edited.transport._pressed.elapsed() > 420, timeout=WAIT)
    assert edited.audition.before
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert not edited.audition.before
    assert edited.transport.after.isChecked()


def test_any_two_rounds_are_compared(qtbot: QtBot, edited: MainWindow, engine: FakeEngine) -> None:
    edit(edited, engine, "add strings")
    edited.audition.set_match(False)
    edited.session.compare("0000")
    read_both(qtbot, edited)
    press(edited, Qt.Key.Key_X)
    np.testing.assert_array_equal(playing(edited), round_samples(edited, "0000"))
    edited.session.compare("0001")
    qtbot.waitUntil(lambda: np.array_equal(playing(edited), round_samples(edited, "0001")), timeout=WAIT)
    assert edited.audition.before


def stem(window: MainWindow, round_id: str, name: str) -> Path:
    return window.session.path_of(window.session.round(round_id)).with_name(f"{round_id}.{name}.wav")


def test_without_stems_the_difference_is_heard(qtbot: QtBot, edited: MainWindow, engine: FakeEngine) -> None:
    edit(edited, engine, "add strings")
    stem(edited, "0001", "removed").unlink()
    edited.session.jump("0001")
    read_both(qtbot, edited)
    press(edited, Qt.Key.Key_3, ALT)
    assert edited.audition.heard == "difference"
    assert edited.transport.solos["difference"].isChecked()
    difference = round_samples(edited, "0001") - round_samples(edited, "0000")
    np.testing.assert_allclose(playing(edited), difference, atol=1e-6)
    press(edited, Qt.Key.Key_1, ALT)
    assert edited.audition.heard == "current"
    press(edited, Qt.Key.Key_2, ALT)
    assert edited.audition.heard == "reference"


def test_what_was_removed_and_added_are_heard_alone(qtbot: QtBot, edited: MainWindow, engine: FakeEngine) -> None:
    shape = round_samples(edited, "0001").shape
    added = np.random.default_rng(1).normal(0, 0.1, shape).astype(np.float32)
    edited.submit("replace piano with organ")
    job = engine.edits[-1]
    write(Path(f"{job.stems}.added.wav"), Audio(added, 22_050))
    engine.finish(job)
    read_both(qtbot, edited)
    assert edited.audition.sides == ("current", "reference", "removed", "added")
    press(edited, Qt.Key.Key_3, ALT)
    np.testing.assert_array_equal(playing(edited), read(stem(edited, "0002", "removed")).samples)
    press(edited, Qt.Key.Key_4, ALT)
    np.testing.assert_array_equal(playing(edited), added)
    assert edited.transport.solos["added"].isChecked()
    # Stems tell a round from its parent, and from no other.
    edited.session.compare("0000")
    assert edited.audition.sides == ("current", "reference", "difference")
    assert edited.audition.heard == "current"


def test_what_an_edit_did_not_add_cannot_be_heard(edited: MainWindow) -> None:
    assert edited.audition.sides == ("current", "reference", "removed")
    press(edited, Qt.Key.Key_4, ALT)
    assert edited.audition.heard == "current"
    assert not edited.transport.solos["added"].isEnabled()


def test_the_two_sides_are_named_by_what_they_are(qtbot: QtBot, edited: MainWindow, engine: FakeEngine) -> None:
    before, after = edited.transport.before, edited.transport.after
    assert (before.text(), after.text()) == ("Before", "After")
    edit(edited, engine, "add strings")
    edited.session.compare("0000")
    assert (before.text(), after.text()) == ("Source", "Now")
    edited.session.annotate("0001", label="Drums & bass with everything else taken out")
    edited.session.compare(None)
    edited.session.jump("0000")
    edited.session.compare("0001")
    assert before.accessibleName() == "Drums & bass with everything else taken out"
    assert before.text().startswith("Drums && b") and before.text().endswith("…")
    assert before.toolTip().startswith("Drums & bass with everything else taken out")


def test_the_gains_can_be_read_after_a_change_of_theme(edited: MainWindow) -> None:
    for name in ("light", "dark"):
        edited.settings.theme = name
        assert theme.active().text in edited.transport.gain.text()


def test_both_gains_are_shown_and_no_file_is_altered(edited: MainWindow) -> None:
    text = edited.transport.gain.text()
    assert text.count("0.0") + text.count("+") >= 2
    assert "Before: +0.0 dB" in edited.transport.gain.toolTip()
    before = round_samples(edited, "0001").tobytes()
    press(edited, Qt.Key.Key_X)
    assert round_samples(edited, "0001").tobytes() == before


def test_sides_are_matched_without_passing_full_scale() -> None:
    gains = matching_gains({"current": -20.0, "reference": -14.0}, {"current": 0.25, "reference": 0.9}, -14.0)
    assert gains == {"current": pytest.approx(6.0), "reference": pytest.approx(0.0)}
    # The quiet one has a peak that leaves 2 dB: both meet lower.
    tight = matching_gains(
        {"current": -20.0, "reference": -14.0}, {"current": 10 ** (-2 / 20), "reference": 0.9}, -14.0
    )
    assert tight == {"current": pytest.approx(2.0), "reference": pytest.approx(-4.0)}
    assert matching_gains({"current": -60.0}, {"current": 0.001}, -14.0) == {"current": 12.0}
    over = matching_gains({"current": -11.0, "reference": -14.0}, {"current": 2.0, "reference": 0.9}, -14.0)
    assert over == pytest.approx({"current": -6.02, "reference": -3.02}, abs=0.01)
    hot = matching_gains({"current": -12.0, "reference": -14.0}, {"current": 1.0, "reference": 1.19}, -12.0)
    assert hot == pytest.approx({"current": -3.51, "reference": -1.51}, abs=0.01)
    assert matching_gains({"current": None, "reference": -9.0}, {}, -14.0)["current"] == 0.0
    assert matching_gains({"current": -20.0}, {"current": 0.5}, None) == {"current": 0.0}


def test_a_blind_comparison_from_the_first_vote_to_the_sum(qtbot: QtBot, edited: MainWindow) -> None:
    transport, audition = edited.transport, edited.audition
    press(edited, Qt.Key.Key_X, SHIFT)
    assert transport.blind.isVisible()
    assert not transport.pill.isVisible()
    assert not transport.gain.isVisible()
    assert audition.blind is not None
    for trial in range(4):
        heard = []
        for number in (1, 2):
            transport.blind.numbers[number].click()
            heard.append(audition.blind.round_at(number))
            np.testing.assert_allclose(playing(edited), round_samples(edited, heard[-1]), atol=1e-6)
        assert set(heard) == {"0000", "0001"}
        edited_at = heard.index("0001") + 1
        transport.blind.votes[edited_at if trial < 3 else 3 - edited_at].click()
        assert f"{edited_at} was edited" in transport.blind.question.text()
        assert transport.blind.tally.text() == ("3 of 4 right" if trial == 3 else f"{trial + 1} of {trial + 1} right")
        if trial < 3:
            transport.blind.next.click()
    press(edited, Qt.Key.Key_X, SHIFT)
    assert "3 of 4 right" in transport.blind.question.text()
    assert "31 %" in transport.blind.question.text()
    transport.blind.end.click()
    assert not transport.blind.isVisible()
    assert transport.pill.isVisible()


def test_a_blind_comparison_keeps_its_pair_while_an_edit_ends(
    qtbot: QtBot, edited: MainWindow, engine: FakeEngine
) -> None:
    edited.audition.start_blind()
    edit(edited, engine, "add strings")
    assert edited.audition.blind is not None
    assert {edited.audition.blind.round_at(number) for number in (1, 2)} == {"0000", "0001"}
    edited.audition.end_blind()
    qtbot.waitUntil(lambda: np.allclose(playing(edited), round_samples(edited, "0002"), atol=1e-6), timeout=WAIT)


def test_reading_ends_where_a_blind_comparison_and_what_is_shown_are_five_rounds(
    qtbot: QtBot, edited: MainWindow, engine: FakeEngine
) -> None:
    """Were one of the five closed for each that is read, they would be read for ever."""
    for text in ("add piano", "add choir", "add strings", "remove bass"):
        edit(edited, engine, text)
    edited.session.jump("0002")
    edited.audition.start_blind()
    edited.media.limit = 0
    edited.session.jump("0005")
    wanted = {"0000", "0001", "0002", "0004", "0005"}
    qtbot.waitUntil(lambda: not edited.media._asked and wanted <= set(edited.media._kept), timeout=WAIT)
    edited.audition.end_blind()


def test_brackets_set_the_selection_and_ctrl_l_loops_it(qtbot: QtBot, edited: MainWindow) -> None:
    edited.playback.seek(1.0)
    press(edited, Qt.Key.Key_BracketLeft)
    assert edited.axis.selection == Selection(1.0, edited.axis.duration)
    edited.playback.seek(2.0)
    press(edited, Qt.Key.Key_BracketRight)
    assert edited.axis.selection == Selection(1.0, 2.0)
    press(edited, Qt.Key.Key_L, CONTROL)
    assert edited.transport.loop_button.isChecked()
    assert edited.playback._mixer.loop == (22_050, 44_100)
    edited.playback.seek(0.5)
    press(edited, Qt.Key.Key_BracketRight)
    assert edited.axis.selection == Selection(0.0, 0.5)


def test_j_k_l_shuttle(qtbot: QtBot, edited: MainWindow) -> None:
    speeds = []
    edited.playback.seek(1.5)
    for key in (Qt.Key.Key_L, Qt.Key.Key_L, Qt.Key.Key_L, Qt.Key.Key_J, Qt.Key.Key_J):
        press(edited, key)
        speeds.append(edited.playback.speed)
    assert speeds == [1, 2, 4, -1, -2]
    assert "−2×" in edited.transport.position.text()
    assert edited.playback.playing
    place = edited.playback.position
    qtbot.waitUntil(lambda: edited.playback.position < place, timeout=WAIT)
    press(edited, Qt.Key.Key_K)
    assert not edited.playback.playing
    assert "×" not in edited.transport.position.text()


def test_devices_are_chosen_in_the_menu_and_kept(edited: MainWindow) -> None:
    devices = edited.auditioning.devices
    devices._found.emit((Device("Loudspeakers", 2, 48_000, True), Device("Headphones", 2, 44_100, False)), ())
    menu = edited.auditioning._menus["output"]
    texts = [action.text() for action in menu.actions()]
    assert texts == ["As the system", "Loudspeakers", "Headphones"]
    menu.actions()[2].trigger()
    assert edited.settings.output_device == "Headphones"
    devices._found.emit((Device("Loudspeakers", 2, 48_000, True),), ())
    assert [action.text() for action in menu.actions()][-1] == "Headphones (not there)"
