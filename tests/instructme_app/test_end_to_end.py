"""The real window, the real worker process and a real (tiny, untrained) model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.audio import probe, read
from engine.bundle import Bundle
from engine.messages import Load, Progress, Reply
from instructme_app.engine_thread import EngineThread
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.model.wishes import Wish
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import exported

LOAD = 120_000
"""Milliseconds for the worker to import torch and load a model on a busy machine."""


@pytest.fixture
def real(qtbot: QtBot, home: Path, song: Path, tiny_bundle: Bundle) -> Iterator[MainWindow]:
    """With a song open and the model loaded."""
    door = EngineThread(Load(str(tiny_bundle.folder), "cpu"))
    window = MainWindow(door, Settings(), Playback(use_device=False))
    window.apply_theme()
    qtbot.addWidget(window)
    window.show()
    door.open()
    try:
        window.open_path(song)
        qtbot.waitUntil(lambda: window.editing.ready is not None and window.session.project is not None, timeout=LOAD)
        yield window
    finally:
        window.close()


def done(qtbot: QtBot, window: MainWindow, rounds: int) -> None:
    """Wait until there are so many rounds, and nothing waits any more."""

    def over() -> bool:
        return (len(window.session.rounds) == rounds and not window.editing.queue.jobs) or troubled(window)

    qtbot.waitUntil(over, timeout=LOAD)
    assert not troubled(window), [entry.failure for entry in window.editing.queue.failed]


def troubled(window: MainWindow) -> bool:
    return window.banner.isVisible() or bool(window.editing.queue.failed)


def test_two_chained_edits_undo_and_an_export(qtbot: QtBot, real: MainWindow, song: Path, tmp_path: Path) -> None:
    real.submit("take out the drums and add strings")
    done(qtbot, real, 3)
    assert [entry.understood for entry in real.session.rounds[1:]] == ["Remove drums", "Add strings"]

    current = real.session.current
    assert current is not None
    source, made = probe(song), probe(real.session.path_of(current))
    assert (made.sample_rate, made.channels, made.frames) == (source.sample_rate, source.channels, source.frames)
    qtbot.waitUntil(lambda: real.listening.heard(current.id) is not None, timeout=LOAD)

    real.session.undo()
    path = exported(qtbot, real, tmp_path)
    undone = real.session.current
    assert undone is not None and undone.understood == "Remove drums"
    np.testing.assert_array_equal(read(path).samples, read(real.session.path_of(undone)).samples)


def test_an_undone_edit_and_its_branch_are_both_kept_with_stems_that_sum(qtbot: QtBot, real: MainWindow) -> None:
    real.submit("remove the drums")
    done(qtbot, real, 2)
    real.session.undo()
    real.bar.drawer.strength.setValue(50)
    real.submit("replace piano with organ")
    done(qtbot, real, 3)
    source, first, second = real.session.rounds
    assert first.parent == second.parent == source.id
    assert real.session.current == second and second.strength == 0.5
    project = real.session.project
    assert project is not None
    before, after = (read(real.session.path_of(entry)).samples for entry in (source, second))
    removed, added = (project.stem_path(second.id, name) for name in ("removed", "added"))
    assert removed is not None and added is not None
    # The song has 16 bits or fewer of room for the rounding of the file.
    np.testing.assert_allclose(after, before - read(removed).samples + read(added).samples, atol=2**-15)
    assert project.stem_path(first.id, "added") is None


def test_variations_and_an_edit_that_was_cancelled_and_asked_for_again(qtbot: QtBot, real: MainWindow) -> None:
    real.bar.variation_count.setValue(2)
    real.submit("add strings")
    done(qtbot, real, 3)
    source, *variations = real.session.rounds
    assert {entry.parent for entry in variations} == {source.id}
    assert variations[0].seed != variations[1].seed
    first, second = (read(real.session.path_of(entry)).samples for entry in variations)
    assert not np.array_equal(first, second)

    replies: list[Reply] = []
    real._door.replied.connect(replies.append)
    real.editing.submit("add organ", Wish(steps=1000))

    def sampling() -> bool:
        return any(isinstance(reply, Progress) and reply.stage == "sampling" and reply.done for reply in replies)

    qtbot.waitUntil(sampling, timeout=LOAD)
    real.escape()
    qtbot.waitUntil(lambda: not real.editing.queue.jobs, timeout=LOAD)
    assert len(real.session.rounds) == 3 and not troubled(real)
    assert max(reply.done for reply in replies if isinstance(reply, Progress) and reply.stage == "sampling") < 1000
    real.submit("add organ")
    done(qtbot, real, 4)
    assert real.session.rounds[-1].parent == variations[0].id
