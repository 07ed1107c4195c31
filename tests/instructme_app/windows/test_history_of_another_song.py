"""What is written in the history, or open, when another song comes: it means the rounds of its own song."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from engine.session import Project
from instructme_app.model.failure import Failure
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT, write_song
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture
def edited(opened: MainWindow, engine: FakeEngine) -> MainWindow:
    """With the rounds 0001 and 0002."""
    for text in ("remove drums", "add strings"):
        opened.submit(text)
        engine.finish()
    return opened


@pytest.fixture
def other(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> Callable[[], None]:
    """Opens another song, which has none of these rounds, and is there when it is."""
    path = write_song(tmp_path / "other.wav", 1.0)

    def arrive() -> None:
        window.open_path(path)
        qtbot.waitUntil(lambda: window.session.name == "other", timeout=WAIT)

    return arrive


def write(window: MainWindow, round_id: str, field: str, text: str) -> None:
    """Begin to write `text`, and leave the field open."""
    window.history.edit(round_id, field)
    editor = window.history.list.findChild(QLineEdit)
    assert editor is not None
    editor.setText(text)


def kept(folder: Path, round_id: str) -> tuple[str, str]:
    """Label and note, as they are on disk."""
    with Project.open(folder) as project:
        entry = project.history[round_id]
        return entry.label, entry.note


@pytest.mark.parametrize(("field", "expected"), [("label", ("best take", "")), ("note", ("", "best take"))])
def test_what_is_being_written_when_another_song_comes_goes_to_its_own_round(
    qtbot: QtBot, edited: MainWindow, other: Callable[[], None], field: str, expected: tuple[str, str]
) -> None:
    assert edited.session.project is not None
    folder = edited.session.project.folder
    write(edited, "0002", field, "best take")
    other()
    assert kept(folder, "0002") == expected
    assert [row.id for row in edited.history.rows] == ["0000"]
    qtbot.waitUntil(lambda: edited.history.list.findChild(QLineEdit) is None, timeout=WAIT)
    assert edited.session.source is not None and edited.session.source.label == "other"
    assert not edited.banner.isVisible()


def test_a_song_that_is_being_named_keeps_the_name_and_the_next_one_its_own(
    edited: MainWindow, other: Callable[[], None]
) -> None:
    assert edited.session.project is not None
    folder = edited.session.project.folder
    write(edited, "0000", "label", "my hit")
    other()
    assert kept(folder, "0000") == ("my hit", "")
    assert edited.session.name == "other" and edited.title.text() == "other"
    assert [row.id for row in edited.history.rows] == ["0000"]


def test_a_name_that_is_being_written_when_the_window_closes_is_kept(edited: MainWindow) -> None:
    assert edited.session.project is not None
    folder = edited.session.project.folder
    write(edited, "0001", "label", "best take")
    edited.close()
    assert kept(folder, "0001") == ("best take", "")


def test_a_round_that_is_not_there_is_neither_named_nor_starred_nor_noted(edited: MainWindow) -> None:
    failures: list[Failure] = []
    edited.session.failed.connect(failures.append)
    before = edited.session.rounds
    for send in (edited.history.renamed, edited.history.noted):
        send.emit("0007", "best take")
    edited.history.star_toggled.emit("0007")
    edited.rounds.delete("0007")
    assert edited.session.rounds == before and not failures


def test_a_menu_of_a_round_goes_with_its_song(edited: MainWindow, other: Callable[[], None]) -> None:
    """It would mean the round of the same id in the next one."""
    seen: list[bool] = []

    def arrive() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        seen.append(menu.isVisible())
        other()
        seen.append(menu.isVisible())
        menu.close()

    QTimer.singleShot(0, arrive)
    edited.rounds._show_menu("0001", edited.mapToGlobal(QPoint(300, 300)))
    assert seen == [True, False]


def test_only_the_trash_that_was_asked_about_is_emptied(
    edited: MainWindow, engine: FakeEngine, other: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    edited.rounds.delete("0002")

    def answer(box: QMessageBox) -> int:
        other()
        edited.submit("remove drums")
        engine.finish()
        edited.rounds.delete("0001")
        return 0

    def yes(box: QMessageBox) -> QAbstractButton:
        return next(b for b in box.buttons() if box.buttonRole(b) is QMessageBox.ButtonRole.DestructiveRole)

    monkeypatch.setattr(QMessageBox, "exec", answer)
    monkeypatch.setattr(QMessageBox, "clickedButton", yes)
    assert not edited.rounds.empty_trash()
    assert [deleted.top.id for deleted in edited.rounds._trash] == ["0001"]
