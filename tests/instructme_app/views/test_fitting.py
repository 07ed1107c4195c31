"""Labels that take the room there is, and say all of it to whoever asks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from instructme_app.views.fitting import FittingLine, FittingWords

LONG = "The Very Long Artist Name - " * 6 + "07.flac"
PATH = "/home/someone/" + "x" * 150


def in_sight(label: QLabel) -> str:
    """What is painted."""
    return QLabel.text(label)


@pytest.fixture
def row(qtbot: QtBot) -> QWidget:
    row = QWidget()
    QHBoxLayout(row)
    qtbot.addWidget(row)
    row.resize(300, 80)
    row.show()
    return row


def put(row: QWidget, label: QLabel) -> None:
    layout = row.layout()
    assert isinstance(layout, QHBoxLayout)
    layout.addWidget(label, 1)
    layout.activate()
    QApplication.processEvents()


def test_a_long_line_is_shortened_in_the_middle_and_widens_nothing(row: QWidget) -> None:
    label = FittingLine(LONG)
    put(row, label)
    assert row.width() == 300 and row.minimumSizeHint().width() < 100
    assert "…" in in_sight(label) and in_sight(label).endswith("flac")
    assert label.text() == label.toolTip() == label.accessibleName() == LONG
    row.resize(3000, 80)
    QApplication.processEvents()
    assert in_sight(label) == LONG


def test_a_line_with_a_name_of_its_own_keeps_it_and_is_described_by_its_words(row: QWidget) -> None:
    label = FittingLine(name="Selection", mode=Qt.TextElideMode.ElideRight)
    put(row, label)
    label.setText(LONG)
    assert (label.accessibleName(), label.accessibleDescription()) == ("Selection", LONG)
    assert in_sight(label).startswith("The Very") and in_sight(label).endswith("…")
    label.setText("")
    assert label.accessibleDescription() == label.toolTip() == in_sight(label) == ""


def test_a_path_is_shortened_and_the_words_around_it_wrap(row: QWidget) -> None:
    label, words = FittingWords(), f"The project '{PATH}' is open elsewhere, close it there first."
    put(row, label)
    label.setText(words)
    QApplication.processEvents()
    assert row.width() == 300 and row.minimumSizeHint().width() < 100
    assert in_sight(label).startswith("The project '/home/") and in_sight(label).endswith("close it there first.")
    assert len(in_sight(label)) < len(words)
    assert label.text() == label.toolTip() == label.accessibleName() == words
    assert label.heightForWidth(label.width()) >= 2 * label.fontMetrics().lineSpacing()
    label.setText("Make room.")
    assert in_sight(label) == "Make room." and label.toolTip() == ""


@pytest.mark.parametrize("label", [FittingLine, FittingWords])
def test_a_song_may_be_called_like_a_tag(qtbot: QtBot, label: type[FittingLine | FittingWords]) -> None:
    made = label()
    qtbot.addWidget(made)
    assert made.textFormat() == Qt.TextFormat.PlainText
