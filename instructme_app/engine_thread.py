"""The one door to the engine: a thread that owns the worker process and speaks engine.messages with it.

The window sends requests and receives replies; it never waits for either. The worker is started when
the thread starts, started again when it dies, and may be killed (a process may, a thread never).
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import deque
from typing import Any, Protocol

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QThread, QTimer, Signal, Slot

from engine.messages import (
    Analyzed,
    AnalyzeJob,
    Cancel,
    Done,
    EditJob,
    Failed,
    Load,
    ProtocolError,
    Quit,
    Ready,
    Request,
    Stopped,
    decode,
    encode,
)
from engine.resources import RESOURCES

log = logging.getLogger(__name__)

CANCEL_GRACE = 20.0
"""Seconds that a job has to answer Cancel before its process is ended and started anew."""
RESTARTS = 3
"""Deaths within `RESTART_WINDOW` seconds after which the worker stays down until something is asked of it."""
RESTART_WINDOW = 60.0
_ENDINGS = (Done, Analyzed, Stopped, Failed)


class EngineDoor(Protocol):
    """What the model of the window needs of an engine; tests put a scripted one here.

    Signals: `replied(engine.messages.Reply)`; `started()` when a worker process is up and the model is
    being loaded; `died(str, bool)` with what it last wrote to stderr, and whether another is started without being
    asked to, once per death, after which no job lives.
    """

    replied: Any
    started: Any
    died: Any

    def open(self) -> None: ...

    def send(self, request: Request) -> None: ...

    def close(self, limit: float = 5.0) -> bool: ...


REAP_SECONDS = 10.0
"""For the system to take back a killed process on a busy machine."""


class EngineThread(QObject):
    """The real door. Every method returns at once, save `close`, which waits for the end."""

    replied = Signal(object)
    started = Signal()
    died = Signal(str, bool)
    _send = Signal(object)
    _begin = Signal()
    _finish = Signal(float)

    def __init__(
        self, load: Load | None = None, command: tuple[str, ...] | None = None, parent: QObject | None = None
    ) -> None:
        """`load` is sent to every new worker; `command` replaces `python -m engine.worker`."""
        super().__init__(parent)
        self._thread = QThread()
        self._thread.setObjectName("engine")
        self._owner = _WorkerOwner(load or Load(), command or (sys.executable, "-m", "engine.worker"))
        self._owner.moveToThread(self._thread)
        self._begin.connect(self._owner.begin)
        self._send.connect(self._owner.send)
        self._finish.connect(self._owner.finish)
        self._owner.replied.connect(self.replied)
        self._owner.started.connect(self.started)
        self._owner.died.connect(self.died)

    def open(self) -> None:
        self._thread.start()
        self._begin.emit()

    def send(self, request: Request) -> None:
        self._send.emit(request)

    def close(self, limit: float = 5.0) -> bool:
        """Ask the worker to quit, end it after `limit` seconds. True when thread and process are gone."""
        if not self._thread.isRunning():
            return True
        self._finish.emit(limit)
        return self._thread.wait(round((limit + REAP_SECONDS) * 1000))


class _WorkerOwner(QObject):
    """Lives in the engine thread: the process, its pipes, its deaths."""

    replied = Signal(object)
    started = Signal()
    died = Signal(str, bool)

    def __init__(self, load: Load, command: tuple[str, ...]) -> None:
        super().__init__()
        self._load = load
        self._command = command
        self._process: QProcess | None = None
        self._buffer = b""
        self._errors: deque[str] = deque(maxlen=60)
        self._deaths: deque[float] = deque(maxlen=RESTARTS)
        self._open_jobs: dict[str, EditJob | AnalyzeJob] = {}
        self._cancels: dict[str, QTimer] = {}
        self._closing = False
        self._ending_a_job = False
        """The process is being ended for a job that would not stop, and for nothing else."""
        self._backlog: list[bytes] = []
        """Written before the process was up."""

    @Slot()
    def begin(self) -> None:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        paths = [str(RESOURCES.parent), environment.value("PYTHONPATH")]
        environment.insert("PYTHONPATH", os.pathsep.join(path for path in paths if path))
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.insert("PYTHONIOENCODING", "utf-8")
        process.setProcessEnvironment(environment)
        process.started.connect(self._flush)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._process_error)
        self._process, self._buffer = process, b""
        self._backlog = [encode(self._load).encode("ascii")]
        # Before the attempt: it may fail at once, and that death must be the last word.
        self.started.emit()
        process.start(self._command[0], list(self._command[1:]))

    @Slot(object)
    def send(self, request: Request) -> None:
        if self._closing:
            return
        if isinstance(request, Load):
            self._load = request
        if self._process is None:
            # It died too often and was left down: something is asked of it, so it gets another chance.
            self._deaths.clear()
            self.begin()
            if isinstance(request, Load):
                return
        if isinstance(request, EditJob | AnalyzeJob):
            self._open_jobs[request.id] = request
        if isinstance(request, Cancel):
            self._watch_cancel(request.id)
        self._write(request)

    @Slot(float)
    def finish(self, limit: float) -> None:
        self._closing = True
        if self._process is None or self._process.state() == QProcess.ProcessState.NotRunning:
            self._close_down()
            return
        # A running job must not hold the window's end up: take it back before asking to quit.
        for job in self._open_jobs:
            self._write(Cancel(job))
        self._write(Quit())
        self._process.closeWriteChannel()
        QTimer.singleShot(round(limit * 1000), self, self._kill)

    def _write(self, request: Request) -> None:
        if self._process is None:
            return
        if self._process.state() == QProcess.ProcessState.Running:
            self._process.write(encode(request).encode("ascii"))
        else:
            self._backlog.append(encode(request).encode("ascii"))

    @Slot()
    def _flush(self) -> None:
        if self._process is not None:
            self._process.write(b"".join(self._backlog))
            self._backlog.clear()

    @Slot()
    def _read(self) -> None:
        if self._process is None:
            return
        self._buffer += bytes(self._process.readAllStandardOutput().data())
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            if not line.strip():
                continue
            try:
                reply = decode(line.decode("utf-8", "replace"))
            except ProtocolError as error:
                # Some library printed to stdout: worth a line in the log, not a broken session.
                log.warning("the worker wrote something else: %s", error)
                continue
            if isinstance(reply, _ENDINGS) and reply.id is not None:
                self._settle(reply.id)
            if isinstance(reply, Ready):
                self._deaths.clear()
            self.replied.emit(reply)

    @Slot()
    def _read_errors(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
            self._errors.extend(line for line in text.splitlines() if line.strip())

    @Slot(QProcess.ProcessError)
    def _process_error(self, error: QProcess.ProcessError) -> None:
        # Other errors are followed by `finished`; a process that never started is not.
        if error == QProcess.ProcessError.FailedToStart:
            self._errors.append(f"{self._command[0]}: could not be started")
            self._ended()

    @Slot()
    def _ended(self) -> None:
        if self._process is None:
            return
        self._read()
        self._read_errors()
        self._process.deleteLater()
        self._process = None
        for job in list(self._cancels):
            # Its process was ended because it would not stop: for the user the job has stopped.
            self._settle(job)
            self.replied.emit(Stopped(job))
        waiting, self._open_jobs = self._open_jobs, {}
        if self._closing:
            self._close_down()
            return
        if self._ending_a_job:
            # We did this. Jobs run in order, so those behind the stubborn one had not begun: they just go on.
            self._ending_a_job = False
            self._errors.clear()
            self.begin()
            for request in waiting.values():
                self.send(request)
            return
        detail = "\n".join(self._errors)
        self._errors.clear()
        now = time.monotonic()
        again = len(self._deaths) < RESTARTS or now - self._deaths[0] > RESTART_WINDOW
        self._deaths.append(now)
        log.warning("the worker ended; last words:\n%s", detail)
        self.died.emit(detail, again)
        if again:
            self.begin()

    def _watch_cancel(self, job: str) -> None:
        if job not in self._open_jobs or job in self._cancels:
            return
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(self._end_job)
        timer.start(round(CANCEL_GRACE * 1000))
        self._cancels[job] = timer

    def _settle(self, job: str) -> None:
        self._open_jobs.pop(job, None)
        timer = self._cancels.pop(job, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()

    @Slot()
    def _end_job(self) -> None:
        self._ending_a_job = True
        self._kill()

    @Slot()
    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _close_down(self) -> None:
        for timer in self._cancels.values():
            timer.stop()
        # Not by a signal: the QThread object lives in the window's thread, which may be waiting for this one.
        QThread.currentThread().quit()
