"""What a musician does with the rounds: names, notes, stars, branches, the trash, comparing, regions, the log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from engine.audio import read
from engine.session import SOURCE, Project, Round, read_log
from instructme_app.views.history import HistoryPanel, HistoryRow
from instructme_app.views.history_delegate import ROUND, Areas
from instructme_app.views.time_axis import Selection
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

Edit = Callable[[str], str]


@pytest.fixture
def edit(qtbot: QtBot, opened: MainWindow, engine: FakeEngine) -> Edit:
    engine.obliging = True

    def make(text: str) -> str:
        opened.submit(text)
        qtbot.waitUntil(lambda: not opened.editing.queue.jobs, timeout=WAIT)
        return opened.history.current

    return make


def entry(window: MainWindow, round_id: str) -> Round:
    return window.session.round(round_id)


def row(window: MainWindow, round_id: str) -> HistoryRow:
    return next(row for row in window.history.rows if row.id == round_id)


def place(window: MainWindow, round_id: str) -> tuple[Areas, QPoint]:
    """Where a round's parts stand in the list, and the middle of its title."""
    panel = window.history
    index = panel.list.model().index([row.id for row in panel.rows].index(round_id), 0)
    areas = Areas.of(index.data(ROUND), panel.list.visualRect(index))
    return areas, areas.title.center().toPoint()


def click(qtbot: QtBot, window: MainWindow, at: QPoint, *, ctrl: bool = False) -> None:
    keys = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(window.history.list.viewport(), Qt.MouseButton.LeftButton, keys, at)


def editor_of(window: MainWindow) -> QLineEdit:
    """The one in sight: one that was just closed may still be there for a moment."""
    (editor,) = (edit for edit in window.history.list.findChildren(QLineEdit) if edit.isVisible())
    return editor


def write_in_place(qtbot: QtBot, window: MainWindow, text: str) -> None:
    editor = editor_of(window)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    with qtbot.waitSignal(window.history.list.itemDelegate().closeEditor, timeout=WAIT):
        qtbot.keyClick(editor, Qt.Key.Key_Return)


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    keys = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        keys |= modifier
    qtbot.keyClick(window, key, keys)


CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_a_round_tells_seed_time_loudness_and_shows_its_waveform(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    made = edit("remove drums")
    qtbot.waitUntil(lambda: entry(opened, made).loudness is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: row(opened, made).thumbnail is not None, timeout=WAIT)
    shown = row(opened, made)
    assert f"seed {entry(opened, made).seed}" in shown.detail
    assert shown.level == f"−{abs(entry(opened, made).loudness or 0):.1f} LUFS"


def test_f2_renames_the_round_in_place(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    made = edit("remove drums")
    press(qtbot, opened, Qt.Key.Key_F2)
    write_in_place(qtbot, opened, "without drums")
    assert row(opened, made).title == entry(opened, made).label == "without drums"
    press(qtbot, opened, Qt.Key.Key_F2)
    write_in_place(qtbot, opened, "Remove drums")
    assert entry(opened, made).label == ""
    assert opened.session.project is not None
    opened.rounds.rename(made, "kept")
    folder = opened.session.project.folder
    opened.session.close_song()
    with Project.open(folder) as project:
        assert project.history[made].label == "kept"


def test_f3_writes_a_note_below_the_round(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    made = edit("remove drums")
    before = place(opened, made)[0].card.height()
    press(qtbot, opened, Qt.Key.Key_F3)
    write_in_place(qtbot, opened, "too dry")
    assert row(opened, made).note == entry(opened, made).note == "too dry"
    opened.history.list.doItemsLayout()
    assert place(opened, made)[0].card.height() > before


def test_escape_leaves_a_name_as_it_was(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    made = edit("remove drums")
    press(qtbot, opened, Qt.Key.Key_F2)
    editor = editor_of(opened)
    qtbot.keyClicks(editor, "no")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert entry(opened, made).label == ""


def test_a_round_that_arrives_while_a_name_is_written_waits_to_be_shown(
    qtbot: QtBot, opened: MainWindow, edit: Edit
) -> None:
    first = edit("remove drums")
    press(qtbot, opened, Qt.Key.Key_F2)
    editor = editor_of(opened)
    editor.selectAll()
    qtbot.keyClicks(editor, "half a na")
    edit("add strings")
    assert len(opened.history.rows) == 2
    qtbot.keyClicks(editor, "me")
    with qtbot.waitSignal(opened.history.list.itemDelegate().closeEditor, timeout=WAIT):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert entry(opened, first).label == "half a name"
    qtbot.waitUntil(lambda: len(opened.history.rows) == 3, timeout=WAIT)


def test_a_star_is_set_by_key_and_by_a_click_that_does_not_jump(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    first, second = edit("remove drums"), edit("add strings")
    press(qtbot, opened, Qt.Key.Key_F4)
    assert entry(opened, second).starred
    areas, _ = place(opened, first)
    click(qtbot, opened, areas.star.center().toPoint())
    assert entry(opened, first).starred and opened.history.current == second
    click(qtbot, opened, areas.star.center().toPoint())
    assert not entry(opened, first).starred


def test_a_click_goes_to_a_round_and_with_ctrl_compares_with_it(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    first, second = edit("remove drums"), edit("add strings")
    _, title = place(opened, SOURCE)
    click(qtbot, opened, title, ctrl=True)
    assert opened.history.current == second and row(opened, SOURCE).compared
    assert opened.session.reference == opened.session.source
    click(qtbot, opened, title, ctrl=True)
    assert opened.session.compared is None and not row(opened, SOURCE).compared
    click(qtbot, opened, place(opened, first)[1])
    assert opened.history.current == first


def test_keys_move_to_parents_children_and_branches(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    first = edit("remove drums")
    press(qtbot, opened, Qt.Key.Key_Up, CTRL)
    assert opened.history.current == SOURCE
    press(qtbot, opened, Qt.Key.Key_Down, CTRL)
    assert opened.history.current == first
    press(qtbot, opened, Qt.Key.Key_Up, CTRL)
    second = edit("add strings")
    opened.history.list.setFocus()
    press(qtbot, opened, Qt.Key.Key_Left, CTRL)
    assert opened.history.current == first
    press(qtbot, opened, Qt.Key.Key_Right, CTRL)
    assert opened.history.current == second


def test_a_branch_folds_and_opens_for_a_round_inside_it(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    branch = edit("remove drums")
    inside = edit("add strings")
    opened.session.jump(SOURCE)
    edit("add organ")
    areas, _ = place(opened, branch)
    click(qtbot, opened, areas.dot.toPoint())
    assert [shown.id for shown in opened.history.rows] == [SOURCE, branch, opened.history.current]
    assert row(opened, branch).below == 1
    opened.session.jump(inside)
    assert inside in [shown.id for shown in opened.history.rows]


def test_arrow_keys_fold_in_the_list(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    edit("remove drums")
    edit("add strings")
    panel = opened.history
    panel.list.setFocus()
    panel.list.setCurrentIndex(panel.list.model().index(1, 0))
    qtbot.keyClick(panel.list, Qt.Key.Key_Left)
    assert len(panel.rows) == 2
    qtbot.keyClick(panel.list, Qt.Key.Key_Right)
    assert len(panel.rows) == 3
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert panel.current == SOURCE


def test_only_starred_rounds_or_those_with_some_words_are_shown(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    first, second = edit("remove drums"), edit("add strings")
    opened.session.annotate(first, starred=True)
    panel = opened.history
    panel.starred_button.click()
    assert [shown.id for shown in panel.rows] == [first]
    assert panel.count.text().startswith("1 of 3")
    panel.starred_button.click()
    press(qtbot, opened, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(panel.search, "STRINGS")
    assert [shown.id for shown in panel.rows] == [second]
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert len(panel.rows) == 3 and not panel.search.isVisible()


def test_what_is_deleted_can_be_taken_back_at_once(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    first = edit("remove drums")
    edit("add strings")
    opened.session.jump(first)
    press(qtbot, opened, Qt.Key.Key_Delete, CTRL)
    assert [shown.id for shown in opened.history.rows] == [SOURCE]
    assert opened.history.strip.isVisible() and "1 more" in opened.history.offer.text()
    opened.history.undo_button.click()
    assert len(opened.history.rows) == 3 and opened.history.current == first
    assert not opened.history.strip.isVisible()
    opened.rounds.delete(first)
    press(qtbot, opened, Qt.Key.Key_Delete, CTRL, SHIFT)
    assert len(opened.history.rows) == 3


def test_delete_alone_acts_in_the_history_only(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    made = edit("remove drums")
    opened.bar.edit.setFocus()
    qtbot.keyClick(opened.bar.edit, Qt.Key.Key_Delete)
    assert made in [shown.id for shown in opened.history.rows]
    opened.history.list.setFocus()
    qtbot.keyClick(opened.history.list, Qt.Key.Key_Delete)
    assert [shown.id for shown in opened.history.rows] == [SOURCE]


def test_the_source_and_what_is_being_edited_are_not_deleted(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, edit: Edit
) -> None:
    made = edit("remove drums")
    opened.rounds.delete(SOURCE)
    assert len(opened.history.rows) == 2
    engine.obliging = False
    opened.submit("add strings")
    told = []
    opened.session.failed.connect(told.append)
    opened.rounds.delete(made)
    assert told and made in [shown.id for shown in opened.history.rows]
    engine.finish()
    assert len(opened.session.rounds) == 3


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_the_trash_lists_what_is_in_it_and_brings_it_back(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    first = edit("remove drums")
    opened.session.jump(SOURCE)
    second = edit("add strings")
    menu = opened.rounds._trash_menu
    menu.aboutToShow.emit()
    assert texts(menu) == ["The trash is empty"]
    opened.rounds.delete(first)
    opened.rounds.delete(second)
    menu.aboutToShow.emit()
    found = texts(menu)
    assert found[:2] == ["Bring back “Add strings”", "Bring back “Remove drums”"] and "MB" in found[2]
    menu.actions()[1].trigger()
    assert first in [shown.id for shown in opened.history.rows]


@pytest.mark.parametrize("sure", [True, False])
def test_emptying_the_trash_asks_and_says_what_it_frees(
    qtbot: QtBot, opened: MainWindow, edit: Edit, sure: bool
) -> None:
    made = edit("remove drums")
    assert opened.session.project is not None
    audio = opened.session.project.audio_path(made)
    opened.rounds.delete(made)
    asked = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.informativeText())
        # The careful answer is the one that Enter gives.
        assert box.defaultButton().text() == "Keep them"
        buttons = {button.text(): button for button in box.findChildren(QPushButton)}
        buttons["Delete for good" if sure else "Keep them"].click()

    QTimer.singleShot(0, answer)
    assert opened.rounds.empty_trash() is sure
    assert "MB" in asked[0]
    assert audio.exists() is not sure
    assert opened.rounds.undelete.isEnabled() is not sure


def test_the_menu_of_a_round_does_what_it_says(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    first, second = edit("remove drums"), edit("add strings")
    menu = opened.rounds.menu_for(first)
    assert menu is not None
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Take the selection from this round"].isEnabled() is False
    assert "Delete, and 1 that grew on it" in actions
    actions["Star"].trigger()
    assert entry(opened, first).starred
    actions["Compare with this round"].trigger()
    assert opened.session.compared == entry(opened, first)
    actions["Go to this round"].trigger()
    assert opened.history.current == first
    source = opened.rounds.menu_for(SOURCE)
    assert source is not None
    assert not next(action for action in source.actions() if action.text().startswith("Delete")).isEnabled()
    assert opened.rounds.menu_for("a job") is None
    assert second in [shown.id for shown in opened.history.rows]


def test_the_selection_is_taken_from_another_round(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    first = edit("remove drums")
    opened.session.undo()
    second = edit("add strings")
    told = []
    opened.session.failed.connect(told.append)
    opened.rounds.take_region(first)
    assert told and "selected" in told[0].cause
    opened.axis.select(Selection(1.0, 2.0))
    opened.rounds.take_region(first)
    assert "running" in [shown.state for shown in opened.history.rows]
    qtbot.waitUntil(lambda: len(opened.session.rounds) == 4, timeout=WAIT)
    made = opened.session.current
    assert made is not None and (made.parent, made.taken_from) == (second, first)
    assert row(opened, made.id).title == "Region 0:01-0:02 from 'Remove drums'"
    assert [shown.state for shown in opened.history.rows] == ["done"] * 4


def test_the_log_is_written_for_the_command_line(qtbot: QtBot, opened: MainWindow, edit: Edit, tmp_path: Path) -> None:
    edit("remove drums")
    made = edit("add strings")
    action = next(a for a in opened.actions_.menu("history").actions() if a.text() == "Export the log …")
    action.trigger()
    dialog = opened.filing.exporting.dialog
    assert dialog is not None and dialog.wanted == ("log",)
    dialog.form.folder.setText(str(tmp_path))
    with qtbot.waitSignal(dialog.exported, timeout=WAIT) as done:
        dialog.export_button.click()
    assert done.args is not None
    log = read_log(json.loads(done.args[0][0].read_text(encoding="utf-8")))
    assert [logged.understood for logged in log.way_to(made)] == ["Remove drums", "Add strings"]
    assert log.way_to(made)[0].seed == entry(opened, log.way_to(made)[0].id).seed
    again = opened.filing.exporting.open()
    assert again is not None and again.wanted == ("round",), "what an action chose is not taken for the user's choice"


def test_thumbnails_and_loudness_of_every_round_are_kept_for_the_next_time(
    qtbot: QtBot, opened: MainWindow, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [edit("remove drums"), edit("add strings")]
    qtbot.waitUntil(lambda: all(entry(opened, id).loudness is not None for id in made), timeout=WAIT)
    assert opened.session.project is not None
    folder = opened.session.project.folder
    kept = folder / "thumbnails"
    qtbot.waitUntil(lambda: {path.stem for path in kept.glob("*.json")} >= set(made), timeout=WAIT)
    (kept / f"{made[0]}.json").write_text("{")
    opened.session.close_song()
    opened.open_path(folder)
    qtbot.waitUntil(lambda: made[1] in opened.rounds.gists.thumbnails, timeout=WAIT)
    # What cannot be read is worked out again, in its own time.
    qtbot.waitUntil(lambda: made[0] in opened.rounds.gists.thumbnails, timeout=WAIT)


def test_a_picture_of_an_earlier_release_is_made_anew(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    made = [edit("remove drums"), edit("add strings")][0]
    assert opened.session.project is not None
    folder = opened.session.project.folder
    kept = folder / "thumbnails" / f"{made}.json"
    qtbot.waitUntil(kept.is_file, timeout=WAIT)
    opened.session.close_song()
    kept.write_text('{"low": [-1.0, -1.0], "high": [1.0, 1.0], "loudness": -3.0}')
    opened.open_path(folder)
    qtbot.waitUntil(lambda: made in opened.rounds.gists.thumbnails, timeout=WAIT)
    qtbot.waitUntil(lambda: "rms" in kept.read_text(), timeout=WAIT)
    assert len(opened.rounds.gists.thumbnails[made].rms) > 2


def test_a_hundred_rounds_are_shown_and_painted_quickly(qtbot: QtBot) -> None:
    """Only the rows in sight are painted: a thousand rounds take no longer than a hundred. (It is measured against
    itself, since the machine that runs this may be slow.)"""

    def panel(rounds: int) -> HistoryPanel:
        panel = HistoryPanel()
        qtbot.addWidget(panel)
        panel.resize(336, 600)
        rows = [HistoryRow("0", None, "Source", "song")]
        rows += [HistoryRow(str(n), str(n // 2), f"Edit {n}", "12:00", note="x" * (n % 3)) for n in range(1, rounds)]
        panel.set_rows(rows, str(rounds - 1))
        panel.show()
        qtbot.waitExposed(panel, timeout=WAIT)
        return panel

    def paint(panel: HistoryPanel) -> float:
        times = []
        for _ in range(12):
            begin = time.perf_counter()
            panel.list.viewport().grab()
            times.append(time.perf_counter() - begin)
        return sorted(times)[3]

    small, large = panel(100), panel(1000)
    assert paint(large) < 3 * paint(small) + 0.005


def test_a_round_that_cannot_be_read_is_still_in_the_tree(qtbot: QtBot, opened: MainWindow, edit: Edit) -> None:
    made = edit("remove drums")
    assert opened.session.project is not None
    folder = opened.session.project.folder
    path = opened.session.project.audio_path(made)
    assert read(path).frames
    opened.session.close_song()
    (folder / "thumbnails" / f"{made}.json").unlink(missing_ok=True)
    path.write_bytes(b"RIFF")
    opened.open_path(folder)
    qtbot.waitUntil(lambda: len(opened.history.rows) == 2, timeout=WAIT)
    qtbot.waitUntil(lambda: SOURCE in opened.rounds.gists.thumbnails, timeout=WAIT)
    assert row(opened, made).thumbnail is None
