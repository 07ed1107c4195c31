"""What a musician does in the window, on a scripted engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.audio import read
from engine.session import Project
from instructme_app import theme
from instructme_app.views.time_axis import Selection
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT, exported, write_song
from tests.instructme_app.fake_engine import FakeEngine


def type_and_enter(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.bar.edit.setFocus()
    window.bar.edit.clear()
    qtbot.keyClicks(window.bar.edit, text)
    qtbot.keyClick(window.bar.edit, Qt.Key.Key_Return)


def titles(window: MainWindow) -> list[str]:
    return [row.title for row in window.history.rows]


def current_title(window: MainWindow) -> str:
    return next(row.title for row in window.history.rows if row.id == window.history.current)


def edit(qtbot: QtBot, window: MainWindow, engine: FakeEngine, text: str) -> str:
    type_and_enter(qtbot, window, text)
    engine.finish()
    return window.history.current


def test_a_dropped_song_is_opened_and_drawn(qtbot: QtBot, window: MainWindow, song: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(song))])
    nothing = Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, nothing))
    qtbot.waitUntil(lambda: len(window.media.thumbnails) == 1, timeout=WAIT)
    assert window.title.text() == "my song"
    assert "22.05 kHz" in window.about.text()
    assert titles(window) == ["Source"]
    assert window.axis.duration == pytest.approx(3.0)


def test_an_instruction_becomes_a_round_that_is_on_disk(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    type_and_enter(qtbot, opened, "take out the drums")
    (job,) = engine.edits
    assert job.instruction == "Remove drums"
    assert opened.bar.busy
    engine.progress(job, "sampling", 2, 8)
    assert "2/8" in opened.bar.status.text()
    engine.finish(job)
    assert not opened.bar.busy
    assert current_title(opened) == "Remove drums"
    assert opened.bar.edit.text() == ""
    assert opened.session.project is not None
    kept = opened.session.project.folder
    opened.session.close_song()
    with Project.open(kept) as project:
        assert project.history.current.understood == "Remove drums"
        assert project.history.current.seed == job.seed


def test_what_the_model_says_of_its_result_is_shown(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    type_and_enter(qtbot, opened, "remove drums")
    engine.finish(warnings=("almost nothing of the drums was found",))
    assert opened.statusBar().currentMessage() == "Almost nothing of the drums was found"


def test_what_was_said_of_a_round_is_not_said_of_the_next(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    type_and_enter(qtbot, opened, "remove drums")
    engine.finish(warnings=("almost nothing of the drums was found",))
    type_and_enter(qtbot, opened, "remove bass")
    engine.finish()
    assert current_title(opened) == "Remove bass"
    assert not opened.statusBar().currentMessage()


def test_what_is_understood_is_shown_before_it_runs(qtbot: QtBot, opened: MainWindow) -> None:
    qtbot.keyClicks(opened.bar.edit, "remove the drums and add strings")
    assert "Remove drums" in opened.bar.understood.text()
    assert "Add strings" in opened.bar.understood.text()
    assert opened.bar.run_button.isEnabled()


def test_half_a_sentence_is_no_mistake_but_a_kazoo_is(qtbot: QtBot, opened: MainWindow) -> None:
    qtbot.keyClicks(opened.bar.edit, "remove the ")
    assert opened.bar.understood.property("role") == "faint"
    qtbot.keyClicks(opened.bar.edit, "kazoo")
    assert opened.bar.understood.property("role") == "wrong"
    assert not opened.bar.run_button.isEnabled()


def test_several_edits_in_one_sentence_are_chained_rounds(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    type_and_enter(qtbot, opened, "remove the drums and add strings")
    assert len(engine.edits) == 1
    engine.finish()
    assert [job.instruction for job in engine.edits] == ["Remove drums", "Add strings"]
    assert engine.edits[1].source.endswith("0001.wav")
    engine.finish()
    assert current_title(opened) == "Add strings"
    rounds = opened.session.rounds
    assert [entry.parent for entry in rounds] == [None, rounds[0].id, rounds[1].id]


def test_an_edit_that_is_typed_during_another_waits_for_its_result(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    type_and_enter(qtbot, opened, "remove drums")
    type_and_enter(qtbot, opened, "add strings")
    assert len(engine.edits) == 1
    assert [row.state for row in opened.history.rows] == ["done", "running", "waiting"]
    engine.finish()
    engine.finish()
    assert current_title(opened) == "Add strings"


def test_undo_then_an_edit_makes_a_branch_and_loses_nothing(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    first = edit(qtbot, opened, engine, "remove drums")
    second = edit(qtbot, opened, engine, "add strings")
    qtbot.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.history.current == first
    third = edit(qtbot, opened, engine, "add organ")
    rows = {row.id: row for row in opened.history.rows}
    assert rows[second].parent == rows[third].parent == first
    assert rows[second].rail != rows[third].rail
    opened.history.round_chosen.emit(second)
    assert opened.history.current == second
    opened.session.undo()
    opened.session.redo()
    assert opened.history.current == second


def test_ctrl_z_in_an_empty_field_undoes_the_round(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    edit(qtbot, opened, engine, "remove drums")
    opened.bar.edit.setFocus()
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert current_title(opened) != "Remove drums"


def test_who_went_elsewhere_during_an_edit_stays_there(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    edit(qtbot, opened, engine, "remove drums")
    type_and_enter(qtbot, opened, "add strings")
    opened.session.jump(opened.session.rounds[0].id)
    engine.finish()
    assert opened.history.current == opened.session.rounds[0].id
    assert "Add strings" in titles(opened)


def test_escape_cancels_and_leaves_the_tree_as_it_was(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    type_and_enter(qtbot, opened, "remove drums")
    opened.escape()
    (job,) = engine.edits
    assert engine.cancelled[-1] == job.id
    engine.stop(job.id)
    assert not opened.bar.busy
    assert len(opened.history.rows) == 1
    assert not opened.banner.isVisible()
    assert not Path(job.output).exists()


def test_listening_gives_way_to_an_edit_and_is_taken_up_again(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    (listening,) = engine.analyses
    type_and_enter(qtbot, opened, "remove drums")
    assert listening.id in engine.cancelled
    engine.stop(listening.id)
    engine.finish()
    assert len(engine.analyses) == 2
    engine.hear(engine.analyses[-1])
    assert opened.lanes.instruments.names
    assert opened.lanes.ruler.words.startswith("C major")


def test_a_listener_that_kills_the_worker_is_not_asked_again(opened: MainWindow, engine: FakeEngine) -> None:
    engine.die()
    assert len(engine.analyses) == 1


def test_a_selection_becomes_the_region_of_the_edit(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    lane = opened.lanes.source
    qtbot.waitUntil(lambda: lane.width() > 300, timeout=WAIT)
    area = lane.content()
    drag(lane, QPoint(area.left() + area.width() // 3, 20), QPoint(area.left() + area.width() * 2 // 3, 20))
    assert opened.axis.selection is not None
    assert opened.axis.selection.start == pytest.approx(1.0, abs=0.02)
    assert opened.bar.region.isVisible()
    type_and_enter(qtbot, opened, "remove drums")
    assert engine.edits[0].region == (opened.axis.selection.start, opened.axis.selection.end)
    opened.bar.region.click()
    assert opened.axis.selection is None


def drag(widget: object, start: QPoint, end: QPoint) -> None:
    button, none, keys = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    for kind, at, pressed in (
        (QEvent.Type.MouseButtonPress, start, button),
        (QEvent.Type.MouseMove, end, button),
        (QEvent.Type.MouseButtonRelease, end, none),
    ):
        event = QMouseEvent(
            kind, QPointF(at), QPointF(at), button if kind != QEvent.Type.MouseMove else none, pressed, keys
        )
        QApplication.sendEvent(widget, event)  # type: ignore[arg-type]


def test_a_kept_seed_is_used_again(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    edit(qtbot, opened, engine, "remove drums")
    seed = engine.edits[0].seed
    opened.bar.seed_button.setChecked(True)
    edit(qtbot, opened, engine, "add strings")
    assert engine.edits[1].seed == seed


def test_before_and_after_are_heard_at_the_same_playhead(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    edit(qtbot, opened, engine, "remove drums")
    qtbot.waitUntil(lambda: len(opened.media.thumbnails) == 2, timeout=WAIT)
    opened.playback.seek(1.5)
    after = opened.playback.track
    opened.bar.edit.setFocus()
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_X)
    before = opened.playback.track
    assert opened.transport.before.isChecked()
    assert before is not None and after is not None
    assert not np.array_equal(before.samples, after.samples)
    assert opened.playback.position == pytest.approx(1.5)
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_X)
    assert opened.transport.after.isChecked()


def test_loudness_is_matched_and_the_gain_is_shown(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    edit(qtbot, opened, engine, "remove drums")
    qtbot.waitUntil(lambda: len(opened.media.thumbnails) == 2, timeout=WAIT)
    assert opened.playback.track is not None and opened.playback.track.gain > 1.05
    assert "dB" in opened.transport.gain.text()
    opened.transport.match_button.setChecked(False)
    assert opened.playback.track.gain == 1.0
    assert opened.transport.gain.text() == ""


def test_without_a_sound_device_the_cursor_runs_and_the_window_says_so(qtbot: QtBot, opened: MainWindow) -> None:
    opened.bar.edit.setFocus()
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Space)
    assert opened.playback.playing
    assert "Silent" in opened.transport.sound.text()
    qtbot.waitUntil(lambda: opened.playback.position > 0.05, timeout=WAIT)
    opened.playback.pause()


def test_a_project_goes_on_where_it_was(qtbot: QtBot, opened: MainWindow, engine: FakeEngine, tmp_path: Path) -> None:
    edit(qtbot, opened, engine, "remove drums")
    assert opened.session.project is not None
    folder = opened.session.project.folder
    opened.open_path(write_song(tmp_path / "other.wav", 2.0))
    qtbot.waitUntil(lambda: opened.session.name == "other", timeout=WAIT)
    assert len(opened.history.rows) == 1
    opened.open_path(folder)
    qtbot.waitUntil(lambda: opened.session.name == "my song", timeout=WAIT)
    assert current_title(opened) == "Remove drums"
    assert folder in opened.settings.recent


def test_what_cannot_be_opened_says_why_and_leaves_the_song_in_hand(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"this is not sound")
    opened.open_path(bad)
    qtbot.waitUntil(opened.banner.isVisible, timeout=WAIT)
    assert "bad.wav" in opened.banner.cause.text()
    assert opened.session.name == "my song"


def test_the_source_exports_as_it_came(qtbot: QtBot, opened: MainWindow, song: Path, tmp_path: Path) -> None:
    path = exported(qtbot, opened, tmp_path)
    assert path.suffix == ".flac" and path != song
    np.testing.assert_array_equal(read(path).samples, read(song).samples)
    assert str(path) in opened.statusBar().currentMessage()


def test_three_hundred_repaints_are_survived(opened: MainWindow, engine: FakeEngine) -> None:
    """PySide6 6.12.0 on Python 3.11 aborts after some dozens."""
    opened.resize(opened.minimumSize())
    engine.hear(engine.analyses[0])
    for index in range(300):
        opened.axis.show(index * 0.005, 1.0)
        opened.lanes.stack.set_position(index * 0.01)
        opened.lanes.stack.repaint()
        opened.history.list.viewport().repaint()


@pytest.mark.parametrize("name", ["light", "dark", "system"])
def test_themes_change_while_the_window_is_open(opened: MainWindow, name: str) -> None:
    opened.settings.theme = name
    assert theme.active() == theme.theme_for(name)
    assert not opened.grab().isNull()


def test_closing_ends_the_engine_and_gives_the_project_back(opened: MainWindow, engine: FakeEngine) -> None:
    assert opened.session.project is not None
    folder = opened.session.project.folder
    opened.axis.select(Selection(0.5, 1.0))
    opened.close()
    assert engine.closed
    Project.open(folder).close()
