"""The machine that a run is on: its devices through Accelerate, its signals, and what to say of it later."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs

from engine.errors import UserError
from engine.networks import fast_bfloat16


def accelerator_for(device: str, precision: str) -> Accelerator:
    """device: auto, cpu, cuda or mps; precision as `precision_for` has it. Raises UserError for a device that is not
    here."""
    on_cpu = device == "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("there is no CUDA device here", "use --device cpu")
    if device == "mps" and not torch.backends.mps.is_available():
        raise UserError("there is no Apple GPU here", "use --device cpu")
    if torch.cuda.is_available() and not on_cpu:
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.benchmark = True
    # A stage may leave a head out of a step (the discriminator before its start).
    unused = DistributedDataParallelKwargs(find_unused_parameters=True)
    return Accelerator(mixed_precision=precision_for(device, precision), cpu=on_cpu, kwargs_handlers=[unused])


def precision_for(device: str, precision: str) -> str:
    """bf16 or no; auto is bf16 where the device multiplies it faster. What has to imitate it, as GPUs before Ampere do,
    too, takes longer for it than for float32: a CPU five times as long."""
    if precision != "auto":
        return precision
    if device == "mps" or (device == "auto" and torch.backends.mps.is_available()):
        return "no"
    if device != "cpu" and torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "no"
    return "bf16" if fast_bfloat16(torch.device("cpu")) else "no"


def describe(device: torch.device, processes: int = 1) -> dict[str, Any]:
    """What a run was trained on: for the provenance of a bundle."""
    name = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    found: dict[str, Any] = {"cpu": name, "cores": os.cpu_count(), "threads": torch.get_num_threads()}
    if device.type == "cuda":
        found["gpu"] = torch.cuda.get_device_name(device)
        found["gpus"] = processes
    return found


@contextlib.contextmanager
def stop_signals(stop: Callable[[int], None]) -> Iterator[None]:
    """Within, the first SIGINT or SIGTERM asks the run to stop; a second one acts as ever."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    old = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(number: int, _frame: Any) -> None:
        stop(number)
        signal.signal(number, old[signal.Signals(number)])

    for number in old:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
