"""Measurements run in processes of their own; what goes wrong there comes back as one line."""

from __future__ import annotations

import sys
import time

from training.evaluation.benchmark import Neighbours, cpu_seconds, peak_bytes, run_apart
from training.evaluation.report import parameters_markdown


def test_the_last_line_of_a_process_is_its_answer() -> None:
    done = run_apart([sys.executable, "-c", "print('building'); print('42')"])
    assert (done.output, done.failure) == ("42", "")


def test_a_process_that_fails_gives_its_last_words() -> None:
    done = run_apart([sys.executable, "-c", "raise ValueError('no such network')"])
    assert (done.output, done.failure) == ("", "ValueError: no such network")


def test_a_process_that_says_nothing_has_failed() -> None:
    assert run_apart([sys.executable, "-c", "pass"]).failure == "it gave no reason"


def test_a_process_is_ended_at_its_time() -> None:
    began = time.perf_counter()
    done = run_apart([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.5)
    assert done.failure.startswith("ended after") and time.perf_counter() - began < 30


def test_a_process_that_the_system_ends_is_told_from_one_that_fails() -> None:
    done = run_apart([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
    assert done.failure == "ended by signal 9, for want of memory?"


def test_work_and_memory_of_this_process_are_told() -> None:
    before = cpu_seconds()
    assert sum(range(2_000_000)) and cpu_seconds() > before
    assert 10 * 2**20 < peak_bytes() < 2**40


def test_own_work_does_not_count_as_that_of_neighbours() -> None:
    with Neighbours() as beside:
        ended = time.perf_counter() + 0.5
        while time.perf_counter() < ended:
            pass
    with Neighbours() as none:
        pass
    assert beside.cores >= 0 and none.cores >= 0


def test_a_part_that_a_configuration_has_not_is_a_dash() -> None:
    counts = {"paper": {"unet": 900_000_000, "embedding": 1_000_000}, "default": {"unet": 19_000_000}}
    lines = parameters_markdown(counts).splitlines()
    assert lines[-1] == "| embedding | 1.0 M | – |"
