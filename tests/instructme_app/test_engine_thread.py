"""The door to the engine, with real processes: what a worker may do, and that the window's thread never waits."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from engine.messages import Cancel, Done, EditJob, Load, Ready, Reply, Stopped
from instructme_app import engine_thread
from instructme_app.engine_thread import EngineThread
from tests.instructme_app.conftest import WAIT


class Watched:
    """An open door and what came through it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        command = (sys.executable, "-m", "tests.instructme_app.scripted_worker")
        self.door = EngineThread(Load("scripted"), command)
        self.replies: list[Reply] = []
        self.deaths: list[str] = []
        self.agains: list[bool] = []
        self.door.replied.connect(self.replies.append)
        self.door.died.connect(self._died)
        self.door.open()

    def _died(self, detail: str, again: bool) -> None:
        self.deaths.append(detail)
        self.agains.append(again)

    def ask(self, instruction: str, id: str = "1") -> None:
        self.door.send(EditJob(id, "in.wav", "out.wav", instruction))

    def wait_for(self, kind: type, count: int = 1) -> Reply:
        def found() -> list[Reply]:
            return [reply for reply in self.replies if isinstance(reply, kind)]

        self.qtbot.waitUntil(lambda: len(found()) >= count, timeout=WAIT)
        return found()[count - 1]


@pytest.fixture
def watched(qtbot: QtBot) -> Iterator[Watched]:
    watched = Watched(qtbot)
    yield watched
    assert watched.door.close(5.0)


def test_the_model_is_loaded_without_being_asked_for(watched: Watched) -> None:
    ready = watched.wait_for(Ready)
    assert isinstance(ready, Ready) and ready.instruments == ("drums",)


def test_requests_may_be_sent_before_the_worker_is_up(watched: Watched) -> None:
    watched.ask("finish")
    watched.wait_for(Done)


def test_a_library_that_prints_does_not_break_the_line(watched: Watched) -> None:
    watched.ask("babble")
    watched.wait_for(Done)


def test_a_dead_worker_is_told_with_its_last_words_and_replaced(watched: Watched) -> None:
    first = watched.wait_for(Ready)
    watched.ask("die")
    second = watched.wait_for(Ready, 2)
    assert watched.deaths == ["the last words"] and watched.agains == [True]
    assert first != second
    watched.ask("finish", "2")
    watched.wait_for(Done)


def test_a_worker_that_works_between_its_deaths_is_replaced_each_time(qtbot: QtBot, watched: Watched) -> None:
    watched.wait_for(Ready)
    for death in range(engine_thread.RESTARTS + 1):
        # A worker that comes up well forgives the deaths before it: this one dies before that.
        watched.ask("finish", f"ready {death}")
        watched.wait_for(Done, death + 1)
        watched.ask("die", f"die {death}")
        qtbot.waitUntil(lambda count=death + 1: len(watched.deaths) == count, timeout=WAIT)
    watched.ask("finish", "again")
    watched.wait_for(Done, engine_thread.RESTARTS + 2)


def test_cancel_is_answered(watched: Watched) -> None:
    watched.wait_for(Ready)
    watched.ask("hang on", "slow")
    watched.door.send(Cancel("slow"))
    assert watched.wait_for(Stopped) == Stopped("slow")
    assert not watched.deaths


def test_a_job_that_does_not_stop_is_ended_with_its_process(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_thread, "CANCEL_GRACE", 0.1)
    watched.wait_for(Ready)
    watched.ask("hang", "hang")
    watched.door.send(Cancel("hang"))
    assert watched.wait_for(Stopped) == Stopped("hang")
    watched.wait_for(Ready, 2)
    assert not watched.deaths


def test_a_job_behind_one_that_does_not_stop_is_done_by_the_next_process(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_thread, "CANCEL_GRACE", 0.1)
    watched.wait_for(Ready)
    watched.ask("block", "hang")
    watched.door.send(Cancel("hang"))
    watched.ask("finish", "behind")
    done = watched.wait_for(Done)
    assert isinstance(done, Done) and done.id == "behind"
    assert not watched.deaths


def test_closing_has_a_time_limit_even_for_a_worker_that_refuses(qtbot: QtBot) -> None:
    watched = Watched(qtbot)
    watched.ask("refuse to quit")
    watched.wait_for(Done)
    begin = time.monotonic()
    assert watched.door.close(0.3)
    assert time.monotonic() - begin < 0.3 + engine_thread.REAP_SECONDS


def test_a_program_that_does_not_exist_is_a_death_and_not_a_hang(qtbot: QtBot) -> None:
    door = EngineThread(Load(), ("/nonexistent/python",))
    told: list[tuple[str, str, bool]] = []
    door.started.connect(lambda: told.append(("started", "", True)))
    door.died.connect(lambda detail, again: told.append(("died", detail, again)))
    door.open()
    qtbot.waitUntil(lambda: len(told) == 2 * (engine_thread.RESTARTS + 1), timeout=WAIT)
    assert [kind for kind, _, _ in told] == ["started", "died"] * (engine_thread.RESTARTS + 1)
    assert "could not be started" in told[1][1]
    # What is left down is said to be: nobody waits for it.
    assert [again for kind, _, again in told if kind == "died"] == [True] * engine_thread.RESTARTS + [False]
    assert door.close(5.0)
