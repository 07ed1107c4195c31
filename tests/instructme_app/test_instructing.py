"""Asking for edits: the bar, its drawer, the queue and what becomes of it, on a scripted engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.footprint import needed
from engine.instruction import read_instructions
from engine.messages import Unload
from engine.vocabulary import Vocabulary
from instructme_app.model.settings import Settings
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

CTRL = Qt.KeyboardModifier.ControlModifier


def ask(qtbot: QtBot, window: MainWindow, text: str, keys: Qt.KeyboardModifier | None = None) -> None:
    window.bar.edit.setFocus()
    window.bar.edit.clear()
    qtbot.keyClicks(window.bar.edit, text)
    qtbot.keyClick(window.bar.edit, Qt.Key.Key_Return, keys or Qt.KeyboardModifier.NoModifier)


def waiting(window: MainWindow) -> list[str]:
    return [row.title for row in window.instructing.queue.rows if row.state == "waiting"]


def row_of(window: MainWindow, title: str) -> object:
    return next(widget for widget in window.instructing.queue._widgets if widget.row.title == title)


def edited(window: MainWindow) -> dict[str, list[str]]:
    """What was made of what: names of rounds by the name of their parent."""
    names = {entry.id: entry.understood or "Source" for entry in window.session.rounds}
    found: dict[str, list[str]] = {}
    for entry in window.session.rounds:
        if entry.parent is not None:
            found.setdefault(names[entry.parent], []).append(names[entry.id])
    return found


# How an edit is to be made


def test_the_drawer_says_how_an_edit_is_made_and_the_round_keeps_it(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    qtbot.keyClick(opened, Qt.Key.Key_Period, CTRL)
    assert opened.bar.drawer.isVisible()
    opened.bar.drawer.strength.setValue(60)
    opened.bar.drawer.steps.setValue(16)
    opened.bar.drawer.guidance.setValue(3.5)
    ask(qtbot, opened, "add strings")
    (job,) = engine.edits
    assert (job.strength, job.steps, job.guidance) == (0.6, 16, 3.5)
    engine.finish()
    current = opened.session.current
    assert current is not None and (current.strength, current.guidance) == (0.6, 3.5)


def test_left_alone_it_is_the_models_own(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    ask(qtbot, opened, "add strings")
    (job,) = engine.edits
    assert (job.strength, job.steps, job.guidance) == (1.0, None, None)
    opened.bar.drawer.strength.setValue(10)
    opened.bar.drawer.reset.click()
    assert opened.bar.drawer.is_default


def test_an_edit_that_changes_nothing_cannot_be_asked_for(opened: MainWindow, engine: FakeEngine) -> None:
    opened.bar.drawer.strength.setValue(0)
    opened.submit("remove drums")
    assert opened.bar.drawer.percent.text() != "0%" and 0 < engine.edits[-1].strength < 0.1


def test_variations_become_siblings_with_seeds_of_their_own(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    opened.bar.variation_count.setValue(3)
    ask(qtbot, opened, "add strings")
    engine.obliging = True
    engine.finish(engine.edits[0])
    assert edited(opened) == {"Source": ["Add strings"] * 3}
    assert len({job.seed for job in engine.edits}) == 3
    # One stands at the first of them, and the next edit is one again.
    assert opened.session.current is not None and opened.session.current.id == opened.session.rounds[1].id
    assert opened.bar.variation_count.value() == 1


def test_variations_of_a_kept_seed_count_up_from_it(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    opened.bar.seed_button.setChecked(True)
    opened.bar.seed.setText("41")
    opened.bar.variation_count.setValue(2)
    engine.obliging = True
    ask(qtbot, opened, "add strings")
    assert [job.seed for job in engine.edits] == [41, 42]


def test_variations_of_a_chain_are_chains_beside_one_another(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    opened.bar.variation_count.setValue(2)
    engine.obliging = True
    ask(qtbot, opened, "remove the drums and add strings")
    parents = [entry.parent for entry in opened.session.rounds]
    ids = [entry.id for entry in opened.session.rounds]
    assert parents == [None, ids[0], ids[1], ids[0], ids[3]]


def test_a_seed_that_is_typed_is_used_and_a_lock_opened_again_is_not(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    opened.bar.seed_button.click()
    opened.bar.seed.clear()
    qtbot.keyClicks(opened.bar.seed, "12x7")
    assert opened.bar.kept_seed == 127
    opened.bar.seed_button.click()
    assert opened.bar.kept_seed is None


def test_again_makes_a_sibling_with_another_seed_and_goes_to_it(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    assert not opened.instructing.again.isEnabled()
    opened.bar.drawer.strength.setValue(50)
    engine.obliging = True
    ask(qtbot, opened, "add strings")
    opened.bar.drawer.set_default()
    qtbot.keyClick(opened, Qt.Key.Key_R, CTRL)
    first, second = engine.edits
    assert second.source == first.source and second.instruction == first.instruction
    assert second.seed != first.seed and second.strength == 0.5
    assert opened.session.current is not None and opened.session.current.id == opened.session.rounds[-1].id


def test_instructions_are_remembered_over_starts(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, home: Path
) -> None:
    engine.obliging = True
    for text in ("remove drums", "add strings", "remove drums"):
        ask(qtbot, opened, text)
    assert Settings(home).instructions == ("add strings", "remove drums")
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Up)
    assert opened.bar.edit.text() == "remove drums"
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Up)
    assert opened.bar.edit.text() == "add strings"
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Down)
    assert opened.bar.edit.text() == "remove drums"


def test_nothing_is_offered_for_removal_that_is_not_heard(opened: MainWindow, engine: FakeEngine) -> None:
    engine.hear(engine.analyses[-1])
    offered = " ".join(opened.editing.suggestions())
    assert "drums" in offered and "trumpet" not in offered


def test_what_is_wrong_with_the_words_is_said_once(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    ask(qtbot, opened, "remove the ")
    assert opened.bar.understood.property("role") == "wrong"
    assert not opened.banner.isVisible()
    assert engine.edits == []
    opened.submit("add kazoo")
    assert opened.bar.edit.text() == "add kazoo" and "kazoo" in opened.bar.understood.text()
    assert not opened.banner.isVisible()


# Memory


def test_an_edit_that_would_not_fit_is_asked_about_once(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_free = psutil.virtual_memory()._replace(available=10_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: nothing_free)
    ask(qtbot, opened, "add strings")
    assert engine.edits == []
    assert "Takes about" in opened.bar.understood.text()
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Return)
    assert len(engine.edits) == 1


def test_another_text_is_asked_about_again(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_free = psutil.virtual_memory()._replace(available=10_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: nothing_free)
    ask(qtbot, opened, "add strings")
    ask(qtbot, opened, "add organ")
    assert engine.edits == []


def test_longer_songs_and_what_is_taken_out_of_them_take_more_memory() -> None:
    def takes(text: str, seconds: float, channels: int = 2) -> int:
        return needed(seconds, 44_100, channels, read_instructions(text, Vocabulary.default()))

    assert takes("remove drums", 600) > takes("remove drums", 60) > takes("remove drums", 60, 1)
    assert takes("replace piano with organ", 60) > takes("remove drums", 60) > takes("add strings", 60)
    assert takes("remove drums and add strings", 60) == takes("remove drums", 60)


def test_the_drawer_shows_what_an_edit_takes(qtbot: QtBot, opened: MainWindow) -> None:
    opened.bar.drawer_button.click()
    qtbot.keyClicks(opened.bar.edit, "add strings")
    assert "GB" in opened.bar.drawer.memory.text()


def test_the_model_rests_until_the_next_edit(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    engine.hear(engine.analyses[-1])
    engine.obliging = True
    opened.instructing.rest.trigger()
    assert isinstance(engine.requests[-1], Unload)
    assert "resting" in opened.engine_state.text()
    assert not opened.instructing.rest.isEnabled()
    ask(qtbot, opened, "remove drums")
    assert "resting" not in opened.engine_state.text()
    assert len(opened.session.rounds) == 2


def test_a_model_that_rests_is_not_woken_to_listen(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    engine.obliging = True
    ask(qtbot, opened, "remove drums")
    heard = len(engine.analyses)
    opened.instructing.rest.trigger()
    opened.session.undo()
    assert len(engine.analyses) == heard


# The queue


def test_the_queue_is_seen_when_something_waits_and_goes_by_itself(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    ask(qtbot, opened, "remove drums")
    assert not opened.instructing.queue.isVisible()
    ask(qtbot, opened, "add strings")
    assert opened.instructing.queue.isVisible()
    engine.finish()
    assert not opened.instructing.queue.isVisible()
    qtbot.keyClick(opened, Qt.Key.Key_J, CTRL)
    assert opened.instructing.queue.isVisible()


def test_an_edit_can_be_put_before_those_that_wait(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    ask(qtbot, opened, "remove drums")
    ask(qtbot, opened, "add strings")
    opened.bar.edit.setText("add organ")
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Return, CTRL)
    assert waiting(opened) == ["Add organ", "Add strings"]
    engine.finish()
    assert engine.edits[-1].instruction == "Add organ"


def test_an_edit_asked_for_at_another_round_branches_from_it(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    ask(qtbot, opened, "remove drums")
    engine.finish()
    ask(qtbot, opened, "add strings")
    opened.history.round_chosen.emit(opened.session.rounds[0].id)
    ask(qtbot, opened, "add organ")
    ask(qtbot, opened, "add choir")
    for _ in range(3):
        engine.finish()
    assert edited(opened) == {
        "Source": ["Remove drums", "Add organ"],
        "Remove drums": ["Add strings"],
        "Add organ": ["Add choir"],
    }


def test_an_edit_put_next_at_another_round_branches_from_it(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    ask(qtbot, opened, "remove drums")
    engine.finish()
    ask(qtbot, opened, "add strings")
    ask(qtbot, opened, "add choir")
    opened.session.undo()
    ask(qtbot, opened, "add organ", CTRL)
    assert waiting(opened) == ["Add organ", "Add choir"]
    for _ in range(3):
        engine.finish()
    assert edited(opened) == {
        "Source": ["Remove drums", "Add organ"],
        "Remove drums": ["Add strings"],
        "Add strings": ["Add choir"],
    }


def test_an_edit_asked_for_while_a_round_is_made_again_goes_on_from_the_new_one(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    ask(qtbot, opened, "remove drums")
    engine.finish()
    opened.instructing.again.trigger()
    ask(qtbot, opened, "add organ")
    engine.finish()
    engine.finish()
    source, first, second, organ = opened.session.rounds
    assert (first.parent, second.parent, organ.parent) == (source.id, source.id, second.id)


def test_the_order_of_the_queue_is_the_order_of_the_chain(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    for text in ("remove drums", "add strings", "add organ"):
        ask(qtbot, opened, text)
    row_of(opened, "Add organ").rise.click()  # type: ignore[attr-defined]
    assert waiting(opened) == ["Add organ", "Add strings"]
    engine.obliging = True
    engine.finish(engine.edits[0])
    assert edited(opened) == {
        "Source": ["Remove drums"],
        "Remove drums": ["Add organ"],
        "Add organ": ["Add strings"],
    }


def test_one_of_the_waiting_is_cancelled_and_the_others_go_on(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    for text in ("remove drums", "add strings", "add organ"):
        ask(qtbot, opened, text)
    row_of(opened, "Add strings").cancel.click()  # type: ignore[attr-defined]
    engine.obliging = True
    engine.finish(engine.edits[0])
    assert edited(opened) == {"Source": ["Remove drums"], "Remove drums": ["Add organ"]}


def test_all_are_cancelled_at_once(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    for text in ("remove drums", "add strings", "add organ"):
        ask(qtbot, opened, text)
    opened.instructing.queue.cancel_all.click()
    engine.stop(engine.edits[0].id)
    assert opened.editing.queue.jobs == ()
    assert len(engine.edits) == 1 and len(opened.session.rounds) == 1


def test_a_failed_edit_stays_with_cause_and_remedy_until_it_is_tried_again(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    ask(qtbot, opened, "take out the drums")
    ask(qtbot, opened, "add strings")
    engine.fail(engine.edits[0], cause="the disk is full", detail="Traceback: …")
    assert len(engine.edits) == 1
    assert len(opened.history.rows) == 1
    assert not opened.banner.isVisible()
    (row,) = opened.instructing.queue.rows
    assert row.state == "failed" and opened.instructing.queue.isVisible()
    assert row.detail == "The disk is full. Ask for something else. One more edit waits for it."
    widget = row_of(opened, "Remove drums")
    assert widget.folded.isHidden()  # type: ignore[attr-defined]
    widget.unfold.click()  # type: ignore[attr-defined]
    assert not widget.folded.isHidden()  # type: ignore[attr-defined]
    engine.obliging = True
    widget.retry.click()  # type: ignore[attr-defined]
    assert edited(opened) == {"Source": ["Remove drums"], "Remove drums": ["Add strings"]}
    assert engine.edits[1].seed == engine.edits[0].seed
    assert not opened.instructing.queue.isVisible()


def test_the_words_of_a_failed_edit_can_be_changed(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    ask(qtbot, opened, "take out the drums")
    engine.fail()
    row_of(opened, "Remove drums").change.click()  # type: ignore[attr-defined]
    assert opened.bar.edit.text() == "take out the drums"
    assert opened.instructing.queue.rows == ()


def test_the_death_of_the_worker_fails_the_edit_and_nothing_else(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    ask(qtbot, opened, "remove drums")
    engine.die("Segmentation fault")
    (row,) = opened.instructing.queue.rows
    assert "stopped" in row.detail and row.folded == "Segmentation fault"
    engine.obliging = True
    row_of(opened, "Remove drums").retry.click()  # type: ignore[attr-defined]
    assert edited(opened) == {"Source": ["Remove drums"]}


def test_a_late_word_about_a_failed_job_does_not_touch_its_retry(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine
) -> None:
    ask(qtbot, opened, "remove drums")
    first = engine.edits[0]
    engine.fail(first)
    opened.editing.retry(first.id)
    engine.stop(first.id)
    assert opened.editing.queue.running is not None
    engine.finish()
    assert edited(opened) == {"Source": ["Remove drums"]}


# While it runs


def test_the_song_is_seen_as_it_forms(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    ask(qtbot, opened, "add strings")
    job, strip = engine.edits[0], opened.bar.running.preview
    engine.progress(job, "sampling", 1, 8)
    image = np.zeros((48, 120), np.uint8)
    image[40:] = 255
    engine.preview(job, image)
    assert strip.isVisible()
    picture = strip.grab().toImage()
    top, bottom = picture.pixelColor(strip.width() // 2, 5), picture.pixelColor(strip.width() // 2, strip.height() - 6)
    assert abs(top.lightness() - bottom.lightness()) > 60
    engine.progress(job, "decoding", 0, 100)
    assert not strip.isVisible()


def test_the_bar_of_progress_only_goes_forward(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    ask(qtbot, opened, "replace piano with organ")
    job, seen = engine.edits[0], []
    for stage in ("listening", "rendering", "encoding", "sampling", "decoding", "rendering", "writing"):
        for done in (0, 4, 8):
            engine.progress(job, stage, done, 8)
            seen.append(opened.bar.running.progress.value())
    assert seen == sorted(seen) and seen[-1] > 950


def test_time_left_is_told_from_earlier_edits(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    ask(qtbot, opened, "add strings")
    engine.finish()
    ask(qtbot, opened, "add organ")
    engine.progress(engine.edits[-1], "listening", 1, 2)
    assert "left" in opened.bar.running.left.text()


def test_the_stems_of_a_round_are_kept_with_it(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> None:
    ask(qtbot, opened, "remove drums")
    engine.finish()
    current, project = opened.session.current, opened.session.project
    assert current is not None and project is not None
    assert project.stem_path(current.id, "removed") is not None
    assert project.stem_path(current.id, "added") is None


def test_with_no_song_an_instruction_says_so(qtbot: QtBot, window: MainWindow) -> None:
    window.submit("remove drums")
    qtbot.waitUntil(window.banner.isVisible, timeout=WAIT)
    assert "no song" in window.banner.cause.text().lower()
