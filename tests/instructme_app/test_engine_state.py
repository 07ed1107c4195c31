"""What the window says of the engine: that something goes on only while it does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.fake_engine import FakeEngine


def heard(window: MainWindow) -> set[str]:
    """What the lanes that show the listener's findings say instead."""
    return {lane.note for lane in (window.lanes.chords, window.lanes.pitches, window.lanes.instruments)}


def test_listening_goes_on_until_it_has_ended(opened: MainWindow, engine: FakeEngine) -> None:
    assert heard(opened) == {"Listening …"}
    engine.fail(engine.analyses[0])  # type: ignore[arg-type]
    assert heard(opened) == {"This round could not be listened to"}


def test_a_listener_that_killed_the_engine_is_not_said_to_listen(opened: MainWindow, engine: FakeEngine) -> None:
    engine.die()
    assert "Model fake" in opened.engine_state.text()
    assert heard(opened) == {"This round could not be listened to"}


def test_an_engine_that_comes_up_again_is_said_to(opened: MainWindow, engine: FakeEngine) -> None:
    engine.hear(engine.analyses[0])
    engine.died.emit("Killed", True)
    assert "Loading" in opened.engine_state.text()
    assert "starts again by itself" in opened.banner.remedy.text()


def test_an_engine_that_stays_down_is_said_to_until_an_edit_starts_it(opened: MainWindow, engine: FakeEngine) -> None:
    engine.hear(engine.analyses[0])
    engine.die(again=False)
    assert opened.engine_state.text() == "The engine has stopped; the next edit starts it again"
    assert "the next edit starts it again" in opened.banner.remedy.text()
    assert not opened.instructing.rest.isEnabled()
    engine.started.emit()  # as the door does when something is asked of it
    assert "Loading" in opened.engine_state.text()
    engine.start()
    assert "Model fake" in opened.engine_state.text()


def test_an_edit_that_the_engine_died_of_for_good_says_how_to_go_on(opened: MainWindow, engine: FakeEngine) -> None:
    opened.submit("remove drums")
    engine.die(again=False)
    (row,) = opened.instructing.queue.rows
    assert "Try the edit again; the engine starts anew for it." in row.detail
    assert "Loading" not in opened.engine_state.text()


def test_lanes_do_not_wait_for_an_engine_that_is_down(opened: MainWindow, engine: FakeEngine) -> None:
    opened.submit("remove drums")
    engine.stop(engine.analyses[0].id)
    engine.finish()
    engine.stop(engine.analyses[-1].id)
    engine.die(again=False)
    opened.session.undo()
    assert heard(opened) == {"Not listened to: the engine has stopped"}


def test_a_model_that_is_missing_at_the_start_is_not_loaded_for_ever(opened: MainWindow, engine: FakeEngine) -> None:
    engine.started.emit()
    assert "Loading" in opened.engine_state.text() and heard(opened) == {"Loading the model …"}
    engine.refuse()
    assert opened.engine_state.text() == "No model is loaded; choose one in Tools > Models"
    assert heard(opened) == {"Not listened to: no model is loaded"}
    assert opened.banner.isVisible()
    engine.start()
    assert "Model fake" in opened.engine_state.text() and heard(opened) == {"Listening …"}


def test_a_model_that_cannot_replace_the_one_in_use_changes_nothing(opened: MainWindow, engine: FakeEngine) -> None:
    engine.refuse()
    assert "Model fake" in opened.engine_state.text()


def test_a_model_that_rests_listens_to_nothing(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    opened.instructing.rest.trigger()
    engine.stop(engine.analyses[0].id)
    engine.rest()
    assert heard(opened) == {"Not listened to: the model rests until the next edit"}
    opened.bar.edit.setText("remove drums")
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Return)
    assert heard(opened) == {"Listening …"}
