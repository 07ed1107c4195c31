"""Memory of the window's process with a hundred rounds of a song of four minutes.

`pytest -s tests/benchmarks/test_app_memory.py`; it writes 4.3 GB below the temporary folder, and removes them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.benchmarks.measuring import report, run_python

ROUNDS = 100
SECONDS = 240
LIMIT = 10**9

MEMORY = '''
import json, shutil
import numpy as np, psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from engine.audio import Audio, write
from engine.messages import Done, EditReport, RoundReport
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings, home
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.fake_engine import FakeEngine

class Copyist(FakeEngine):
    """What edits is the worker, another process: here its result must not cost memory, so it is a copy."""

    def finish(self, job=None, warnings=()):
        job = job or self.edits[-1]
        shutil.copyfile(job.source, job.output)
        entry = RoundReport(job.instruction, job.instruction, job.seed, 8, 0.5, job.output)
        self.replied.emit(Done(job.id, EditReport((entry,), job.output, 0.5)))

app = QApplication([])
engine = Copyist(obliging=True)
window = MainWindow(engine, Settings(), Playback(use_device=False))
window.apply_theme()
window.show()
engine.open()
process = psutil.Process()
base = process.memory_info().rss

rate = 44_100
path = home() / "song.wav"
path.parent.mkdir(parents=True, exist_ok=True)
noise = np.random.default_rng(0).normal(0, 0.1, (2, rate * 10)).astype(np.float32)
write(path, Audio(np.tile(noise, (1, SECONDS // 10)), rate))
del noise

def wait(condition):
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() or window.banner.isVisible() else None)
    timer.start(10)
    loop.exec()
    assert condition(), window.banner.cause.text()

window.open_path(path)
wait(lambda: len(window.media.thumbnails) == 1)
texts = ("remove drums", "add strings", "add organ", "remove bass")
sizes = []
for at in range(ROUNDS):
    window.submit(texts[at % len(texts)])
    wait(lambda: len(window.session.rounds) == at + 2)
    wait(lambda: window.session.current.id in window.media.thumbnails)
    if at % 7 == 3:
        window.session.undo()  # branches too
        wait(lambda: window.session.current.id in window.media.thumbnails)
    sizes.append(process.memory_info().rss)
print(json.dumps({"base": base, "sizes": sizes, "own": process.memory_full_info().uss,
                  "rounds": len(window.session.rounds) - 1}))
window.close()
'''


def test_a_hundred_rounds_stay_below_a_gigabyte(tmp_path: Path) -> None:
    if shutil.disk_usage(tmp_path).free < 6 * 2**30:
        pytest.skip("6 GB of free disk are needed")
    code = f"ROUNDS, SECONDS = {ROUNDS}, {SECONDS}\n{MEMORY}"
    try:
        told = json.loads(run_python(code, tmp_path / "home")[-1])
    finally:
        shutil.rmtree(tmp_path / "home", ignore_errors=True)
    sizes = told["sizes"]
    report(
        f"memory of the window with {told['rounds']} rounds of {SECONDS} s at 44.1 kHz stereo",
        window_alone_mb=round(told["base"] / 1e6),
        after_10_mb=round(sizes[9] / 1e6),
        after_100_mb=round(sizes[-1] / 1e6),
        most_mb=round(max(sizes) / 1e6),
        of_its_own_mb=round(told["own"] / 1e6),
    )
    assert told["rounds"] == ROUNDS
    assert max(sizes) < LIMIT
    # Rounds are on disk: memory must not follow their number.
    assert sizes[-1] - sizes[9] < 0.25 * LIMIT
