"""How long an edit takes and how much memory: each measurement in a process of its own, on this machine.

    python -m training.evaluation.benchmark '{"seconds": 30, ...}'

is that process. It edits a file (the demo song, repeated) through the same door as `instructme edit`, so that reading,
windows, the renderer and writing are all in the figure; loading the model is given apart.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from engine.audio import Audio, read
from engine.errors import UserError
from engine.resources import DEMO

INSTRUCTIONS = ("remove drums", "add organ")
"""One edit that takes away and one that samples something new: they cost differently."""

LENGTHS = (10.0, 30.0, 60.0, 600.0)


@dataclass(frozen=True)
class Request:
    """One measurement. `model` None is the shipped one, `steps` None the model's own choice."""

    seconds: float
    instruction: str
    model: str | None = None
    device: str = "auto"
    steps: int | None = None


@dataclass(frozen=True)
class Measurement:
    """`load_seconds` is until the first edit can begin: imports, weights, and one second of song as a warm-up.
    `peak_bytes` is the process's highest resident memory, `device_bytes` the accelerator's highest allocation."""

    audio_seconds: float
    instruction: str
    device: str
    steps: int
    load_seconds: float
    edit_seconds: float
    peak_bytes: int
    device_bytes: int = 0
    cpu_seconds: float = 0.0
    """Work of all cores during the edit: what runs beside it on the machine disturbs it less than `edit_seconds`."""
    threads: int = 0

    @property
    def ratio(self) -> float:
        """Seconds of audio that are edited in one second."""
        return self.audio_seconds / self.edit_seconds


def measure(request: Request) -> Measurement:
    """Edits in a fresh process, and waits for it. Raises UserError with that process's words where it fails."""
    done = run_apart([sys.executable, "-m", "training.evaluation.benchmark", json.dumps(asdict(request))])
    if done.failure:
        cause = f"editing {request.seconds:g} s failed ({done.failure})"
        raise UserError(cause, "try a shorter file, or see the cause above")
    return Measurement(**json.loads(done.output))


@dataclass(frozen=True)
class Apart:
    """What a process of its own ended with: the last line that it printed, or why it failed."""

    output: str = ""
    failure: str = ""


def run_apart(command: list[str], timeout: float | None = None) -> Apart:
    """Runs `command` and waits for it, for `timeout` seconds at most; then it is ended."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return Apart(failure=f"ended after {timeout:.0f} s")
    if done.returncode < 0:
        # Linux ends the process that takes the last memory.
        hint = ", for want of memory?" if done.returncode == -9 else ""
        return Apart(failure=f"ended by signal {-done.returncode}{hint}")
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        return Apart(failure=(done.stderr.strip().splitlines() or ["it gave no reason"])[-1])
    return Apart(output=lines[-1])


def cpu_seconds() -> float:
    """Work of all threads of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Neighbours:
    """What other programs did on this machine while something was measured: `cores` that they kept busy.

    with Neighbours() as beside:
        measure(...)
    """

    cores = 0.0

    def __enter__(self) -> Neighbours:
        self._began, self._busy, self._own = time.perf_counter(), _busy_seconds(), _own_seconds()
        return self

    def __exit__(self, *_: object) -> None:
        others = (_busy_seconds() - self._busy) - (_own_seconds() - self._own)
        self.cores = max(0.0, others / max(time.perf_counter() - self._began, 1e-9))


def _busy_seconds() -> float:
    """Seconds that all cores have worked since the machine started."""
    import psutil

    times = psutil.cpu_times()._asdict()
    # "guest" is in "user" already.
    return sum(value for name, value in times.items() if name not in ("idle", "iowait", "guest", "guest_nice"))


def _own_seconds() -> float:
    """Work of this process and of the children that it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return cpu_seconds() + children.ru_utime + children.ru_stime


def peak_bytes() -> int:
    """Highest resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes on Linux, bytes on macOS.
    return peak if sys.platform == "darwin" else peak * 1024


def parameter_counts(name: str) -> dict[str, int]:
    """Part -> parameters of the configuration `name`, built on the meta device: nothing is allocated.

    The text encoder is not counted: it is taken as it is.
    """
    import torch

    from engine.models.build import build_part
    from engine.models.sizes import AUDIT, PAPER, parameters
    from engine.vocabulary import Vocabulary
    from training.settings import TrainingConfiguration

    known = {"paper": PAPER, "audit": AUDIT}
    configuration = known[name] if name in known else TrainingConfiguration.load(name).model
    vocabulary = Vocabulary.default()
    with torch.device("meta"):
        return {part: parameters(build_part(part, configuration, vocabulary)) for part in configuration.parts}


def machine() -> dict[str, Any]:
    """This machine by its processor, cores, memory and accelerator."""
    import psutil
    import torch

    facts: dict[str, Any] = {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    if torch.cuda.is_available():
        facts["accelerator"] = torch.cuda.get_device_name()
    return facts


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def song_of(seconds: float) -> Audio:
    """The demo song, repeated or cut to `seconds`, quieter by 3 dB so that nothing has to be scaled."""
    demo = read(DEMO / "demo.flac")
    frames = round(seconds * demo.sample_rate)
    samples = np.tile(demo.samples, (1, -(-frames // demo.samples.shape[1])))[:, :frames]
    return Audio(np.ascontiguousarray(samples * np.float32(0.7)), demo.sample_rate)


def write_song(path: str, seconds: str) -> None:
    song = song_of(float(seconds))
    soundfile.write(path, song.samples.T, song.sample_rate, subtype="PCM_16")


def _run(request: Request) -> Measurement:
    """In the process that is measured."""
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / "source.wav", Path(folder) / "output.wav"
        # Made in a process of its own: ten minutes of song in memory must not count as the edit's.
        make = "import sys; from training.evaluation.benchmark import write_song; write_song(*sys.argv[1:])"
        subprocess.run([sys.executable, "-c", make, str(source), str(request.seconds)], check=True)

        began = time.perf_counter()
        import torch

        from engine.bundle import default_bundle
        from engine.editor import Editor
        from engine.jobs import edit_file

        editor = Editor.load(request.model or default_bundle(), device=request.device)
        # Networks are loaded when first needed, so a second of song goes first.
        editor.edit(song_of(1.0), request.instruction, steps=1)
        loaded, work = time.perf_counter(), cpu_seconds()
        report = edit_file(editor, source, output, (request.instruction,), seed=0, steps=request.steps)
        edited, work = time.perf_counter(), cpu_seconds() - work
    cuda = torch.cuda.is_available()
    return Measurement(
        audio_seconds=request.seconds,
        instruction=request.instruction,
        device=str(editor.device),
        steps=report.rounds[-1].steps,
        load_seconds=loaded - began,
        edit_seconds=edited - loaded,
        peak_bytes=peak_bytes(),
        device_bytes=torch.cuda.max_memory_allocated() if cuda else 0,
        cpu_seconds=work,
        threads=torch.get_num_threads(),
    )


def main() -> None:
    print(json.dumps(asdict(_run(Request(**json.loads(sys.argv[1]))))))


if __name__ == "__main__":
    main()
