"""Preferences count at once, persist, and refuse what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from instructme_app import theme
from instructme_app.model.devices import Device
from instructme_app.model.settings import DEFAULT_MEMORY, LEAST_MEMORY, Settings
from instructme_app.views.form_controls import Choice
from instructme_app.windows.main_window import MainWindow
from instructme_app.windows.preferences import Preferences
from tests.instructme_app.conftest import WAIT, write_song


@pytest.fixture
def dialog(window: MainWindow) -> Preferences:
    return window.preferring.open()


def choose(box: Choice, data: object) -> None:
    """As a click on that line of the list does."""
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_every_choice_counts_at_once_and_is_there_at_the_next_start(
    dialog: Preferences, window: MainWindow, home: Path
) -> None:
    choose(dialog.theme, "light")
    assert theme.active().name == "light"
    choose(dialog.language, "de")
    choose(dialog.memory, 800 * 2**20)
    assert window.media.limit == 800 * 2**20
    choose(dialog.format, "MP3 MPEG_LAYER_III")
    dialog.match.click()
    assert not window.transport.match_button.isChecked() and not window.audition.match
    later = Settings()
    assert (later.theme, later.language, later.memory_limit) == ("light", "de", 800 * 2**20)
    assert (later.export_format, later.match_loudness) == ("MP3 MPEG_LAYER_III", False)


def test_the_window_starts_with_what_the_settings_say(window: MainWindow) -> None:
    assert window.media.limit == DEFAULT_MEMORY
    assert window.session.projects == window.settings.projects == window.settings.folder / "projects"


def test_what_is_changed_elsewhere_shows_in_the_open_dialog(dialog: Preferences, window: MainWindow) -> None:
    window.transport.match_button.click()
    assert not dialog.match.isChecked()
    window.settings.theme = "light"
    assert dialog.theme.currentData() == "light"


def test_new_songs_begin_in_the_folder_of_projects(
    qtbot: QtBot, dialog: Preferences, window: MainWindow, tmp_path: Path
) -> None:
    dialog.projects.setText(str(tmp_path / "elsewhere"))
    dialog.projects.editingFinished.emit()
    window.open_path(write_song(tmp_path / "a.wav"))
    qtbot.waitUntil(lambda: window.session.project is not None, timeout=WAIT)
    assert window.session.project is not None
    assert window.session.project.folder.parent == tmp_path / "elsewhere"
    assert Settings().projects == tmp_path / "elsewhere"


@pytest.mark.parametrize("name", ["", "somewhere", "/no/such/folder/at/all"])
def test_a_folder_that_cannot_be_is_refused_in_a_line(dialog: Preferences, window: MainWindow, name: str) -> None:
    before = window.settings.projects
    dialog.projects.setText(name)
    dialog.projects.editingFinished.emit()
    assert window.settings.projects == before
    assert dialog.projects_note.property("role") == "wrong" and dialog.projects_note.text()


def test_a_file_is_no_folder_of_projects(dialog: Preferences, window: MainWindow, song: Path) -> None:
    dialog.projects.setText(str(song))
    dialog.projects.editingFinished.emit()
    assert window.settings.projects != song


def test_devices_are_offered_and_one_that_is_gone_is_kept_and_named(dialog: Preferences, window: MainWindow) -> None:
    devices = window.auditioning.devices
    devices.outputs = (Device("Speakers", 2, 48_000, True), Device("Headphones", 2, 44_100, False))
    devices.inputs = (Device("Microphone", 1, 48_000, True),)
    devices.changed.emit()
    choose(dialog.output, "Headphones")
    choose(dialog.input, "Microphone")
    assert window.playback._device == "Headphones"
    assert (Settings().output_device, Settings().input_device) == ("Headphones", "Microphone")
    devices.outputs = devices.outputs[:1]
    devices.changed.emit()
    assert dialog.output.currentData() == "Headphones"
    assert dialog.output.currentText() == "Headphones (not connected)"


def test_damaged_settings_fall_back(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "settings.ini").write_text(
        "[General]\nmemory_limit=lots\nexport_choice={{\ntheme=pink\ndevice=abacus\nprecision=2\nlanguage=xx\n"
    )
    settings = Settings()
    assert settings.memory_limit == DEFAULT_MEMORY and settings.export_choice == {} and settings.theme == "dark"
    assert settings.device == settings.precision == "auto"
    settings.memory_limit = 5
    assert settings.memory_limit == LEAST_MEMORY


@pytest.mark.parametrize("width", [0, 900])
def test_nothing_is_cut_off_in_a_narrow_dialog(qtbot: QtBot, dialog: Preferences, width: int) -> None:
    width = max(width, dialog.minimumSizeHint().width())
    assert width <= 900, "the narrowest screen that we promise"
    dialog.resize(width, 380)
    qtbot.waitUntil(lambda: dialog.width() == width and dialog.theme.width() > 150, timeout=WAIT)
    for box in (dialog.theme, dialog.language, dialog.output, dialog.format, dialog.memory):
        words = box.fontMetrics().horizontalAdvance(box.currentText())
        assert words + 40 <= box.width(), box.currentText()


def test_the_keyboard_goes_through_it_and_escape_closes(qtbot: QtBot, dialog: Preferences) -> None:
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT)
    dialog.theme.setFocus()
    seen = []
    for _ in range(8):
        seen.append(dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert seen == [
        dialog.theme, dialog.language, dialog.output, dialog.input, dialog.match, dialog.memory, dialog.projects,
        dialog.choose,
    ]  # fmt: skip
    assert all(widget.accessibleName() or widget.text() for widget in seen)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
