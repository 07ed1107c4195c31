"""What a run says while it goes: a progress bar, TensorBoard, one JSON object a line, and where its time goes."""

from __future__ import annotations

import contextlib
import json
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

from training.checkpoints import replace


class Journal:
    """Opened by the main process only; the other processes of a run get `Journal(None)`, which is silent.

    first_step: where the run goes on. What was written of later steps, before a kill that no checkpoint outlived, is
    taken off: those steps are trained and told again.
    """

    def __init__(self, run: Path | None, title: str = "", *, first_step: int = 0, quiet: bool = False) -> None:
        self._lines = None
        self._board: Any = None
        self._bar: tqdm[Any] | None = None
        if run is None:
            return
        run.mkdir(parents=True, exist_ok=True)
        _keep_until(run / "metrics.jsonl", first_step)
        self._lines = (run / "metrics.jsonl").open("a", encoding="utf-8")
        try:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(run / "tensorboard"), purge_step=first_step)
        except ImportError:  # TensorBoard comes with the training set-up; metrics.jsonl has the same numbers
            self._board = None
        if not quiet:
            layout = "{desc} {percentage:5.1f}%|{bar}| {postfix}"
            self._bar = tqdm(total=1.0, desc=title, bar_format=layout, dynamic_ncols=True, mininterval=0.5)

    def progress(self, fraction: float, step: int, loss: float, rate: float, seconds_left: float) -> None:
        """`rate` in steps a second."""
        if self._bar is None:
            return
        minutes, seconds = divmod(int(seconds_left), 60)
        self._bar.n = min(1.0, fraction)
        self._bar.set_postfix_str(f"step {step} loss {loss:.4f} {rate:.2f} steps/s {minutes}:{seconds:02d} left")

    def record(self, kind: str, step: int, values: Mapping[str, float]) -> None:
        """`kind` ("train", "validation", "seconds") leads every value's name in TensorBoard. NaN is null."""
        if self._lines is None:
            return
        rounded = {name: float(f"{value:.6g}") if math.isfinite(value) else None for name, value in values.items()}
        self._lines.write(json.dumps({"kind": kind, "step": step, **rounded}, allow_nan=False) + "\n")
        self._lines.flush()
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(f"{kind}/{name}", value, step)

    def say(self, text: str) -> None:
        if self._bar is not None:
            self._bar.write(text)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._board is not None:
            self._board.close()
        if self._lines is not None:
            self._lines.close()


def _keep_until(path: Path, step: int) -> None:
    """Of the lines of an earlier call those up to `step`. The validation at `step` itself comes again with a resume."""
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    kept = [line for line in lines if _is_before(line, step)]
    if kept != lines:
        replace(path, lambda draft: draft.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8"))


def _is_before(line: str, step: int) -> bool:
    try:
        entry = json.loads(line)
        return entry["step"] < step or (entry["step"] == step and entry["kind"] != "validation")
    except (ValueError, KeyError, TypeError):
        return False  # cut off by the kill


class Stopwatch:
    """Where a step's time goes. On a GPU the parts are those of the queueing, only their sum is exact."""

    def __init__(self) -> None:
        self._parts: dict[str, float] = {}
        self._lap = time.monotonic()

    @contextlib.contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._parts[part] = self._parts.get(part, 0.0) + time.perf_counter() - begun

    def lap(self, steps: int) -> dict[str, float]:
        now = time.monotonic()
        shares = {part: seconds / steps for part, seconds in self._parts.items()}
        shares["step"] = (now - self._lap) / steps
        self._parts, self._lap = {}, now
        return shares
