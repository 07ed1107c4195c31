"""What the app's measurements share: how a figure is printed, and on what machine it was taken."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def machine() -> dict[str, object]:
    """Cores and the processor's model; with `load`, since a figure taken on a busy machine is another figure."""
    model = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        lines = [line for line in facts.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = lines[0].split(":", 1)[1].strip() if lines else model
    return {"cores": os.cpu_count(), "processor": model, "load": round(os.getloadavg()[0], 1)}


def report(name: str, **figures: object) -> None:
    """One line of JSON, shown by `pytest -s` and in the summary of a failure."""
    print(json.dumps({"measured": name, **figures, "machine": machine()}))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def run_python(code: str, home: Path, limit: float = 1800.0) -> list[str]:
    """Lines that `code` prints in a Python of its own, offscreen, with a home of its own."""
    environment = {**os.environ, "INSTRUCTME_HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    # As an installed program runs, from the second start on: not compiling itself every time.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.setdefault("PYTHONPYCACHEPREFIX", str(home.parent / "bytecode"))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=limit
    )
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.strip()]
