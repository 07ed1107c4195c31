"""The sound devices of this computer, and the one thread that talks to the sound library.

PortAudio must not be entered by two threads at once, and opening a device may take a second: everything that
opens, closes or lists goes through `PORT`. Only the audio callbacks run elsewhere.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)

NO_LIBRARY = "no sound library (PortAudio) on this computer"


@dataclass(frozen=True)
class Device:
    """`name` is what the settings keep; `default` is the one that the system would take."""

    name: str
    channels: int
    sample_rate: int
    default: bool


class _Port:
    """Runs what it is given, one after the other, in a thread that is made when first needed."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.open_streams = 0
        """Counted by those who open and close, in this thread: the library may only start anew at 0."""

    def submit(self, task: Callable[[], object]) -> None:
        if self._thread is None:
            # A daemon: a driver that never returns must not keep the program from ending.
            self._thread = threading.Thread(target=self._run, name="sound devices", daemon=True)
            self._thread.start()
        self._tasks.put(task)

    def wait(self, seconds: float) -> bool:
        """Until everything submitted so far is done; False where that takes longer."""
        if self._thread is None:
            return True
        done = threading.Event()
        self.submit(done.set)
        return done.wait(seconds)

    def _run(self) -> None:
        while True:
            task = self._tasks.get()
            try:
                # A window that closed meanwhile has taken its signals along.
                with contextlib.suppress(RuntimeError):
                    task()
            except Exception:
                log.exception("a sound device")


PORT = _Port()


def library(anew: bool = False) -> Any:
    """The sounddevice module; `anew` lets it look for devices again, which it does at its start only.

    For PORT's thread. Raises OSError or ImportError where there is no PortAudio.
    """
    import sounddevice

    if anew and not PORT.open_streams:
        sounddevice._terminate()
        sounddevice._initialize()
    return sounddevice


def outputs(anew: bool = False) -> tuple[Device, ...]:
    """Where sound can go. For PORT's thread, as `inputs` is; windows ask `Devices`."""
    return _listed("output", anew)


def inputs(anew: bool = False) -> tuple[Device, ...]:
    """Where sound can come from."""
    return _listed("input", anew)


def index_of(name: str, kind: str) -> int | None:
    """The device of that name that can do `kind` ("input" or "output"), or None. For PORT's thread."""
    for index, entry in enumerate(library().query_devices()):
        if entry["name"] == name and entry[f"max_{kind}_channels"] > 0:
            return index
    return None


def _listed(kind: str, anew: bool) -> tuple[Device, ...]:
    try:
        sounddevice = library(anew)
        default = sounddevice.default.device[0 if kind == "input" else 1]
        apis = sounddevice.query_hostapis()
        known: dict[str, Device] = {}
        for index, entry in enumerate(sounddevice.query_devices()):
            channels = entry[f"max_{kind}_channels"]
            if index == default < 0 and apis:
                default = apis[0][f"default_{kind}_device"]
            # The same device comes once for each of the system's sound interfaces: the first is the usual one.
            if channels > 0 and entry["name"] not in known:
                rate = round(entry["default_samplerate"])
                known[entry["name"]] = Device(entry["name"], channels, rate, index == default)
        return tuple(known.values())
    except (OSError, ImportError):
        return ()
    except Exception as error:  # sounddevice.PortAudioError has no stable import when PortAudio is missing
        log.info("no sound devices: %s", error)
        return ()


class Devices(QObject):
    """What was found last, for menus and preferences: `refresh` looks again without holding up the window."""

    changed = Signal()
    _found = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.outputs: tuple[Device, ...] = ()
        self.inputs: tuple[Device, ...] = ()
        self._found.connect(self._take)

    def refresh(self) -> None:
        PORT.submit(lambda: self._found.emit(outputs(anew=True), inputs()))

    def _take(self, found_outputs: tuple[Device, ...], found_inputs: tuple[Device, ...]) -> None:
        if (found_outputs, found_inputs) != (self.outputs, self.inputs):
            self.outputs, self.inputs = found_outputs, found_inputs
            self.changed.emit()
