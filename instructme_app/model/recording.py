"""Recording: from the microphone into a file that grows as one plays, so that nothing of it can be lost."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.audio import MAX_SECONDS
from instructme_app.model.devices import NO_LIBRARY, PORT, index_of, library
from instructme_app.model.failure import Failure
from instructme_app.model.wav_writer import WavWriter

log = logging.getLogger(__name__)

FOLDER = "recordings"
"""Inside the folder of projects."""
PART = ".part.wav"
SYNC_SECONDS = 1.0
"""The most that a crash can take."""
STALLED = 2.5
"""Seconds without sound from the device after which it is gone."""
TICK = 33


@dataclass(frozen=True)
class Take:
    """A finished recording."""

    path: Path
    seconds: float


def recover(projects: Path) -> tuple[Take, ...]:
    """Finish the recordings that a crash left behind. Takes that hold nothing are removed."""
    found = []
    for part in sorted((projects / FOLDER).glob(f"*{PART}")):
        data = max(part.stat().st_size, 0)
        with part.open("rb") as file:
            head = file.read(44)
        if len(head) < 44 or data <= 44:
            part.unlink(missing_ok=True)
            continue
        rate, frame = int.from_bytes(head[24:28], "little"), int.from_bytes(head[32:34], "little")
        seconds = int.from_bytes(head[40:44], "little") / max(frame, 1) / max(rate, 1)
        if not seconds:
            part.unlink(missing_ok=True)
            continue
        found.append(Take(_named(part), seconds))
    return tuple(found)


class Recorder(QObject):
    """Start, watch, stop. One take at a time."""

    started = Signal()
    ticked = Signal(float, float)
    """Seconds recorded, and the largest sample since the tick before."""
    finished = Signal(object)
    """A Take. Also where the device went away, or the disk ran full: what was recorded until then is kept."""
    failed = Signal(object)
    """A Failure; may come with a take."""
    _ended = Signal(object)
    _opened = Signal(int, object)
    _refused = Signal(int, object)
    _broken = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ticket = 0
        self._take: _Taking | None = None
        self._opening = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._tick)
        self._ended.connect(self.finished)
        self._opened.connect(self._begin)
        self._refused.connect(self._refuse)
        self._broken.connect(self._break)

    @property
    def recording(self) -> bool:
        return self._take is not None

    @property
    def busy(self) -> bool:
        """Recording, or waiting for the device."""
        return self._opening or self.recording

    def start(self, projects: Path, device: str = "") -> None:
        """From the microphone `device`, or the system's where it is empty or gone."""
        if self.busy:
            return
        self._ticket += 1
        ticket, self._opening = self._ticket, True

        def act() -> None:
            try:
                taking = _Taking(projects / FOLDER, device, lambda failure: self._broken.emit(ticket, failure))
            except (OSError, ImportError) as error:
                self._refused.emit(ticket, _disk_failure(error) if isinstance(error, OSError) else _no_device())
            except Exception as error:  # sounddevice.PortAudioError has no stable import when PortAudio is missing
                log.info("no microphone: %s", error)
                self._refused.emit(ticket, _no_device())
            else:
                self._opened.emit(ticket, taking)

        PORT.submit(act)

    def stop(self) -> None:
        """`finished` brings the take, once it is on the disk; nothing comes where nothing was recorded."""
        self._ticket += 1
        self._opening = False
        taking, self._take = self._take, None
        self._timer.stop()
        if taking is not None:
            PORT.submit(lambda: self._end(taking))

    def _end(self, taking: _Taking) -> None:
        """In PORT's thread."""
        take = taking.finish()
        if take is not None:
            self._ended.emit(take)

    def _begin(self, ticket: int, taking: _Taking) -> None:
        if ticket != self._ticket:
            PORT.submit(lambda: taking.finish())
            return
        self._opening, self._take = False, taking
        self._timer.start()
        self.started.emit()

    def _refuse(self, ticket: int, failure: Failure) -> None:
        if ticket == self._ticket:
            self._opening = False
            self.failed.emit(failure)

    def _break(self, ticket: int, failure: Failure) -> None:
        if ticket == self._ticket:
            self.stop()
            self.failed.emit(failure)

    def _tick(self) -> None:
        taking = self._take
        if taking is None:
            return
        if taking.gone:
            self.stop()
            self.failed.emit(Failure(self.tr("the microphone went away"), self.tr("what was recorded is kept")))
        elif taking.seconds >= MAX_SECONDS or taking.full:
            self.stop()
            self.failed.emit(Failure(self.tr("the recording is as long as a song can be"), self.tr("it is kept")))
        else:
            self.ticked.emit(taking.seconds, taking.peak())


class _Taking:
    """The stream, and the thread that writes what it brings. Made and finished in PORT's thread."""

    def __init__(self, folder: Path, device: str, broken: Any) -> None:
        sounddevice = library(anew=not PORT.open_streams)
        index = index_of(device, "input") if device else None
        entry = sounddevice.query_devices(index, "input")
        rate, channels = round(entry["default_samplerate"]), min(2, entry["max_input_channels"])
        folder.mkdir(parents=True, exist_ok=True)
        name = datetime.now().strftime("Recording %Y-%m-%d %H.%M.%S")
        self._writer = WavWriter(folder / f"{_free(folder, name)}{PART}", rate, channels)
        self._broken = broken
        self._blocks: queue.SimpleQueue[np.ndarray | None] = queue.SimpleQueue()
        self._peak = 0.0
        self._last = time.monotonic()
        self._stream: Any = None
        self._thread = threading.Thread(target=self._write, name="recording", daemon=True)
        try:
            self._stream = sounddevice.InputStream(
                samplerate=rate, channels=channels, device=index, dtype="float32", callback=self._hear
            )
            self._stream.start()
        except BaseException:
            if self._stream is not None:
                self._stream.close()
            self._writer.close()
            self._writer.path.unlink(missing_ok=True)
            raise
        PORT.open_streams += 1
        self._thread.start()

    @property
    def seconds(self) -> float:
        return self._writer.seconds

    @property
    def full(self) -> bool:
        return self._writer.full

    @property
    def gone(self) -> bool:
        return not self._stream.active or time.monotonic() - self._last > STALLED

    def peak(self) -> float:
        """The largest sample since this was asked last."""
        peak, self._peak = self._peak, 0.0
        return peak

    def finish(self) -> Take | None:
        """Close the device and the file; None where nothing came."""
        # A device that was pulled out cannot be closed in order.
        with contextlib.suppress(Exception):
            self._stream.close()
        PORT.open_streams -= 1
        self._blocks.put(None)
        self._thread.join(5.0)
        try:
            self._writer.close()
        except OSError:
            log.exception("closing a recording")
        part = self._writer.path
        if not self._writer.frames:
            part.unlink(missing_ok=True)
            return None
        return Take(_named(part), self._writer.seconds)

    def _hear(self, block: np.ndarray, _frames: int, _time: Any, _status: Any) -> None:
        """In the audio callback: nothing here may wait."""
        self._last = time.monotonic()
        self._peak = max(self._peak, float(np.abs(block).max(initial=0.0)))
        self._blocks.put(block.copy())

    def _write(self) -> None:
        synced = time.monotonic()
        try:
            while (block := self._blocks.get()) is not None:
                if not self._writer.full:
                    self._writer.write(block)
                if time.monotonic() - synced > SYNC_SECONDS:
                    self._writer.sync()
                    synced = time.monotonic()
        except OSError as error:
            log.exception("recording")
            self._broken(_disk_failure(error))


def _free(folder: Path, stem: str) -> str:
    """`stem`, or the first like it that no recording has."""
    free, number = stem, 2
    while (folder / f"{free}.wav").exists() or (folder / f"{free}{PART}").exists():
        free, number = f"{stem} {number}", number + 1
    return free


def _named(part: Path) -> Path:
    """A finished take gets its name."""
    stem = part.name.removesuffix(PART)
    path = part.with_name(f"{stem}.wav")
    if path.exists():
        path = part.with_name(f"{_free(part.parent, stem)}.wav")
    part.rename(path)
    return path


def _no_device() -> Failure:
    return Failure("there is no microphone", "connect one, or choose another one in Play > Microphone")


def _disk_failure(error: OSError) -> Failure:
    if error.errno is None:
        return Failure(NO_LIBRARY, "install PortAudio (Debian and Ubuntu: apt install libportaudio2)")
    return Failure(f"the recording cannot be written ({error.strerror})", "what was recorded is kept; check the disk")
