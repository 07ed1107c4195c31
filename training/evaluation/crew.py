"""Songs that are measured in several processes at once, each with one thread of arithmetic.

An edit of ten seconds is some thousand small products, which two threads do no faster than one; two songs at once are
done in little more than half the time. One thread also makes figures those of every machine: a sum that threads share
out is rounded in another order, and half-precision networks carry that into the second place of a decibel.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.errors import UserError

MEMORY = 2 * 2**30
"""Bytes that a process may come to need."""
MOST = 16

# numpy's threads spin while they wait for one another, and take the cores from the other processes; how many there are
# it reads where it is imported.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

T = TypeVar("T")
R = TypeVar("R")


def processes_for(device: str) -> int:
    """As many as there are cores, and memory for; one where an accelerator does the arithmetic."""
    if device != "cpu":
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MOST, _memory() // MEMORY))


def one_thread(device: str) -> None:
    """Makes this process compute with one thread, where it computes on the processor."""
    if device == "cpu":
        import torch

        torch.set_num_threads(1)


class Crew:
    """Processes that each open what they measure with once, and then do one task after the other.

    `open_desk`: what each process calls first; work is done on what it returns. It and all work are functions of
    modules (or partials of such), because they are sent by name. Processes start with the first task, and end with the
    `with` block.
    """

    def __init__(self, open_desk: Callable[[], Any], processes: int) -> None:
        self.open_desk = open_desk
        self.processes = processes
        self.worked = 0.0
        """Seconds of processor time that tasks have taken."""
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is not None:
            # After a failure nobody waits for what the others are at.
            self._pool.shutdown(wait=kind is None, cancel_futures=True)
            self._pool = None

    def map(self, work: Callable[[Any, T], R], tasks: Sequence[T]) -> Iterator[R]:
        """What `work(desk, task)` gives for each task, in their order. Raises the UserError of a task, and one where a
        process died."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.processes, multiprocessing.get_context("spawn"), _begin, (self.open_desk,)
            )
        with _environment(_ONE_THREAD):
            waiting = [self._pool.submit(_work, work, task) for task in tasks]
        try:
            for future in waiting:
                done = future.result()
                self.worked += done.worked
                if done.mistake is not None:
                    raise UserError(*done.mistake)
                yield done.result
        except BrokenProcessPool as error:
            raise UserError("a process that measured has died", "use --jobs 1, or give it more memory") from error
        finally:
            for future in waiting:
                future.cancel()


@dataclass(frozen=True)
class _Done:
    result: Any
    worked: float
    mistake: tuple[str, str] | None = None


_desk: Any = None


@contextlib.contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Within, processes start with these settings."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin(open_desk: Callable[[], Any]) -> None:
    global _desk
    # Ctrl-C reaches every process of the terminal: this one has nothing to say about it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    _desk = open_desk()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(work: Callable[[Any, Any], Any], task: Any) -> _Done:
    began = time.process_time()
    try:
        result, mistake = work(_desk, task), None
    except UserError as error:
        # An exception of two arguments does not come through a pipe whole.
        result, mistake = None, (error.cause, error.remedy)
    return _Done(result, time.process_time() - began, mistake)


def _memory() -> int:
    """Bytes of this machine; more than enough where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return MOST * MEMORY
