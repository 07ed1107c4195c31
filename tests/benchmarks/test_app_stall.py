"""The longest time for which the window's thread does nothing else during a real edit, with the shipped model.

`pytest -s tests/benchmarks/test_app_stall.py`; the song has 30 s and plays all the while.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.benchmarks.measuring import percentile, report, run_python

MOST_MS = 33.0

STALL = """
import json, sys, time
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication
from engine.resources import DEMO
from instructme_app.engine_thread import EngineThread
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.windows.main_window import MainWindow

app = QApplication([])
door = EngineThread()
window = MainWindow(door, Settings(), Playback(use_device=False))
window.apply_theme()
window.show()
door.open()

def wait(condition, what, seconds=600.0):
    loop, end = QEventLoop(), time.monotonic() + seconds
    def look():
        if condition() or window.banner.isVisible() or time.monotonic() > end:
            loop.quit()
    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(25)
    loop.exec()
    assert condition(), f"waited for {what}: {window.banner.cause.text()}"

def at_rest():
    current, queue = window.session.current, window.editing.queue
    return (queue.running is None and not queue.waiting and current is not None
            and current.id in window.media.thumbnails and window.listening.heard(current.id) is not None)

window.open_path(next(iter(sorted(DEMO.glob("*.flac")))))
wait(lambda: window.editing.ready is not None and at_rest(), "the song to be read and heard")
window.playback.play()

gaps, work = [], []
last, done = time.perf_counter(), time.thread_time()
def tick():
    global last, done
    now, worked = time.perf_counter(), time.thread_time()
    gaps.append((now - last) * 1000)
    work.append((worked - done) * 1000)
    last, done = now, worked
timer = QTimer()
timer.setTimerType(Qt.TimerType.PreciseTimer)
timer.timeout.connect(tick)
last, done = time.perf_counter(), time.thread_time()
timer.start(10)
began = time.perf_counter()
for text in ("remove drums", "add strings"):
    made = len(window.session.rounds)
    window.submit(text)
    wait(lambda: len(window.session.rounds) > made and at_rest(), text)
timer.stop()
print(json.dumps({"gaps": gaps, "work": work, "seconds": time.perf_counter() - began, "torch": "torch" in sys.modules}))
window.close()
"""


def test_the_window_never_waits_for_an_edit(tmp_path: Path) -> None:
    told = json.loads(run_python(STALL, tmp_path / "home")[-1])
    gaps = told["gaps"]
    p99 = percentile(gaps, 0.99)
    report(
        "stalls of the window's thread during two edits of 30 s, listening and drawing included",
        p50_ms=round(percentile(gaps, 0.5), 1),
        p99_ms=round(p99, 1),
        max_ms=round(max(gaps), 1),
        # Of these gaps, what the thread itself worked: the rest it waited for a core, or for another thread.
        own_work_p99_ms=round(percentile(told["work"], 0.99), 1),
        own_work_max_ms=round(max(told["work"]), 1),
        ticks=len(gaps),
        seconds=round(told["seconds"], 1),
    )
    assert not told["torch"]
    assert p99 < MOST_MS
