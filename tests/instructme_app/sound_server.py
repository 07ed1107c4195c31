"""A private sound server with one sink that nobody hears: what arrives there is recorded and looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from instructme_app.model.devices import PORT, library

SINK = "testsink"
NEEDED = ("pulseaudio", "parec", "pactl")
RATE = 44_100


class SoundServer:
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self._environment = folder, environment
        self.process = subprocess.Popen(
            [
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--system=false",
                f"--load=module-null-sink sink_name={SINK} format=float32le rate={RATE} channels=2",
                "--load=module-native-protocol-unix",
            ],
            env=environment, stdout=subprocess.DEVNULL, stderr=(folder / "pulseaudio.log").open("w"),
        )  # fmt: skip
        self._wait_until_up()
        # Somebody who listens closely: without one, the sink takes its sound in bursts of two seconds.
        self._listener = self._parec(folder / "all.raw")

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + 10
        while subprocess.run(["pactl", "info"], env=self._environment, capture_output=True).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.skip("pulseaudio does not start here: " + (self.folder / "pulseaudio.log").read_text()[-300:])
            time.sleep(0.05)

    def _parec(self, path: Path) -> subprocess.Popen[bytes]:
        """Record what arrives at the sink from now on: 32-bit float, stereo."""
        return subprocess.Popen(
            ["parec", "--latency-msec=10", "--raw", "-d", f"{SINK}.monitor", "--format=float32le", f"--rate={RATE}",
             "--channels=2", str(path)],
            env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def arrived(self) -> np.ndarray:
        """Everything that the sink played until now: (frames, 2)."""
        data = (self.folder / "all.raw").read_bytes()
        return np.frombuffer(data[: len(data) // 8 * 8], dtype="<f4").reshape(-1, 2)

    def die(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        for process in (self._listener, self.process):
            process.terminate()
            process.wait(5)


@contextmanager
def sound_server(folder: Path) -> Iterator[SoundServer]:
    """Skips the test, and says why, where there is no such server or no PortAudio."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed: apt install pulseaudio pulseaudio-utils libasound2-plugins")
    changes: dict[str, str | None] = {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder / "pulse"),
        "PULSE_SERVER": f"unix:{folder / 'pulse' / 'native'}",
    }
    # A latency that is forced upon the server and is not the stream's own makes under-runs of its own.
    changes["PULSE_LATENCY_MSEC"] = None
    (folder / "pulse").mkdir(mode=0o700)
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    server = None
    try:
        # The sound library of this process looks for devices at its start: it has to start again in here.
        server = SoundServer(folder, dict(os.environ))
        try:
            library(anew=True)
        except (OSError, ImportError):
            pytest.skip("no PortAudio: apt install libportaudio2")
        yield server
    finally:
        PORT.wait(5)
        if server is not None:
            server.stop()
        _set(before)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
