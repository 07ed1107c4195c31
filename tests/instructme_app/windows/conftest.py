"""A song that was listened to, and one that was edited once. For tests whose `engine` is an obliging one."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT


@pytest.fixture
def heard(qtbot: QtBot, opened: MainWindow) -> MainWindow:
    """The song is open and was listened to: beats every half second, bars every two."""
    qtbot.waitUntil(lambda: opened.axis.grid.beats.size > 0, timeout=WAIT)
    return opened


@pytest.fixture
def edited(qtbot: QtBot, heard: MainWindow) -> MainWindow:
    heard.editing.submit("remove the drums")
    qtbot.waitUntil(lambda: len(heard.media.thumbnails) == 2, timeout=WAIT)
    qtbot.waitUntil(lambda: heard.lanes.reference is not None, timeout=WAIT)
    return heard
