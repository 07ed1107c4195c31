"""A project that lost a round: what was made from it says so, and is not taken for a change of anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT, write_song
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(obliging=True)


def leave(qtbot: QtBot, window: MainWindow, folder: Path) -> Path:
    """Open another song; returns where the project of the one in hand lies."""
    assert window.session.project is not None
    project = window.session.project.folder
    qtbot.waitUntil(lambda: window.editing.queue.running is None and not window.listening.busy, timeout=WAIT)
    with qtbot.waitSignal(window.session.song_changed, timeout=WAIT):
        window.open_path(write_song(folder / "between.wav", 0.5))
    return project


def come_back(qtbot: QtBot, window: MainWindow, project: Path) -> None:
    with qtbot.waitSignal(window.session.song_changed, timeout=WAIT):
        window.open_path(project)


def make(window: MainWindow, *texts: str) -> None:
    for text in texts:
        window.editing.submit(text)


@pytest.fixture
def repaired(qtbot: QtBot, opened: MainWindow, tmp_path: Path) -> MainWindow:
    """Of two rounds in a row the first is lost; the second is the current one."""
    make(opened, "remove drums", "add strings")
    project = leave(qtbot, opened, tmp_path)
    (project / "rounds" / "0001.wav").unlink()
    come_back(qtbot, opened, project)
    return opened


def test_a_round_whose_origin_is_lost_says_so_and_what_that_means(repaired: MainWindow) -> None:
    source, row = repaired.history.rows
    assert row.title == "Add strings" and row.parent == source.id
    assert row.detail.startswith("origin lost · ") and not source.warning
    index = repaired.history.list.model().index(1, 0)
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
        assert "made from is lost. Its sound is whole" in index.data(role)


def test_what_was_made_of_it_afterwards_is_whole(repaired: MainWindow) -> None:
    make(repaired, "remove bass")
    assert [bool(row.warning) for row in repaired.history.rows] == [False, True, False]


def test_it_is_not_called_after_what_it_was_not_made_from(qtbot: QtBot, repaired: MainWindow) -> None:
    transport = repaired.transport
    assert (transport.before.accessibleName(), transport.after.accessibleName()) == ("Source", "Now")
    # What was taken from the lost round does not tell this one from the source.
    assert repaired.session.project is not None and repaired.session.project.stem_path("0002", "removed") is not None
    assert repaired.audition.sides == ("current", "reference", "difference")


def test_it_cannot_be_made_again_of_what_is_lost(repaired: MainWindow) -> None:
    assert not repaired.editing.can_repeat and not repaired.instructing.again.isEnabled()


def test_what_was_heard_in_a_lost_round_is_not_told_of_another_with_its_id(
    qtbot: QtBot, opened: MainWindow, engine: FakeEngine, tmp_path: Path
) -> None:
    make(opened, "remove drums")
    project = leave(qtbot, opened, tmp_path)
    assert (project / "analysis" / "0001.npz").is_file()
    for path in (*project.glob("manifest*.json"), *project.glob("rounds/0001.*")):
        path.unlink()
    come_back(qtbot, opened, project)
    qtbot.waitUntil(lambda: opened.listening.heard("0000") is not None, timeout=WAIT)
    heard = len(engine.analyses)
    make(opened, "add strings")
    assert [entry.id for entry in opened.session.rounds] == ["0000", "0001"]
    qtbot.waitUntil(lambda: opened.listening.heard("0001") is not None, timeout=WAIT)
    assert len(engine.analyses) == heard + 1, "it was listened to, and not taken from before"


def test_the_picture_of_a_lost_round_is_not_shown_of_another_with_its_id(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    make(opened, "remove drums")
    assert opened.session.project is not None
    kept = opened.session.project.folder / "thumbnails" / "0001.json"
    qtbot.waitUntil(kept.is_file, timeout=WAIT)
    project = leave(qtbot, opened, tmp_path)
    kept.write_text(json.dumps({"rms": [1.0], "loudness": -3.0}))
    for path in (*project.glob("manifest*.json"), *project.glob("rounds/0001.*")):
        path.unlink()
    come_back(qtbot, opened, project)
    make(opened, "add strings")
    qtbot.waitUntil(lambda: "0001" in opened.rounds.gists.thumbnails, timeout=WAIT)
    assert len(opened.rounds.gists.thumbnails["0001"].rms) > 1
