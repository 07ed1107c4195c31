"""Tasks are done elsewhere, come back in their order, and fail in words."""

from __future__ import annotations

import functools
import os
import time

import pytest

from engine.errors import UserError
from training.evaluation.crew import Crew, processes_for


def open_desk(name: str) -> str:
    return f"{name}'s desk"


def work(desk: str, task: int) -> tuple[str, int, int]:
    if task < 0:
        raise UserError(f"{task} cannot be done", "give another")
    if task > 99:
        os._exit(1)
    end = time.process_time() + 0.01
    while time.process_time() < end:
        pass
    return desk, task, os.getpid()


@pytest.fixture(scope="module")
def crew() -> Crew:
    return Crew(functools.partial(open_desk, "anna"), 2)


def test_results_come_in_the_order_of_the_tasks_from_other_processes(crew: Crew) -> None:
    with crew:
        found = list(crew.map(work, [3, 1, 2, 1]))
        assert [(desk, task) for desk, task, _ in found] == [("anna's desk", task) for task in (3, 1, 2, 1)]
        assert os.getpid() not in {process for *_, process in found}
        assert crew.worked >= 0.04


def threads(desk: str, task: int) -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def test_each_process_computes_with_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    with Crew(functools.partial(open_desk, "anna"), 1) as crew:
        assert list(crew.map(threads, [0])) == ["1"]
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_a_users_mistake_is_said_as_it_was_made(crew: Crew) -> None:
    with crew, pytest.raises(UserError) as caught:
        list(crew.map(work, [1, -1, 2]))
    assert (caught.value.cause, caught.value.remedy) == ("-1 cannot be done", "give another")


def test_a_process_that_dies_is_said(crew: Crew) -> None:
    with crew, pytest.raises(UserError, match="has died; use --jobs 1"):
        list(crew.map(work, [1, 100]))


def test_no_process_starts_before_there_is_a_task() -> None:
    def nobody_can_send_this() -> None:
        raise AssertionError

    with Crew(nobody_can_send_this, 2) as crew:
        assert list(crew.map(work, [])) == []


def test_an_accelerator_has_one_process() -> None:
    assert processes_for("cuda") == 1
    assert 1 <= processes_for("cpu") <= (os.cpu_count() or 1)
