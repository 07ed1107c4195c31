"""What the window says about an edit, measured: the memory that it asks for, what resting frees, what a preview costs.

    python -m pytest -s tests/benchmarks/test_asking.py

on the shipped model and the demo song, repeated.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine.audio import Audio, read, to_model, write
from engine.bundle import default_bundle
from engine.editor import Editor, EditRequest
from engine.footprint import needed, weights
from engine.instruction import read_instructions
from engine.messages import Done, EditJob, Failed, Load, Message, Ready, Unload, Unloaded, decode, encode
from engine.preview import FLOOR_DB, SpectrumGuess, _levels
from engine.resources import DEMO
from engine.vocabulary import Vocabulary
from tests.benchmarks.measuring import ROOT, report

LENGTHS = (30.0, 180.0, 600.0)
INSTRUCTIONS = ("remove drums", "add organ", "replace piano with organ")
MB = 1e6


class Watched:
    """A worker with the shipped model, and its highest private memory. (Pages of its temporary files do not count:
    the system takes them back when it needs them.)"""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "engine.worker"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._seen = psutil.Process(self.process.pid)
        self.peak = 0
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def held(self) -> int:
        info = self._seen.memory_info()
        return info.rss - info.shared if hasattr(info, "shared") else info.rss

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            try:
                self.peak = max(self.peak, self.held())
            except psutil.Error:
                return

    def ask(self, message: Message, *ends: type) -> Message:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(encode(message))
        self.process.stdin.flush()
        for line in self.process.stdout:
            reply = decode(line)
            if isinstance(reply, ends):
                return reply
        raise AssertionError("the worker ended")

    def close(self) -> None:
        self._over.set()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


@pytest.fixture
def worker() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.close()


def song(path: Path, seconds: float) -> Path:
    demo = read(next(iter(sorted(DEMO.glob("*.flac")))))
    times = int(np.ceil(seconds * demo.sample_rate / demo.frames))
    samples = np.tile(demo.samples, (1, times))[:, : round(seconds * demo.sample_rate)]
    write(path, Audio(np.ascontiguousarray(samples), demo.sample_rate))
    return path


@pytest.mark.parametrize("instruction", INSTRUCTIONS)
@pytest.mark.parametrize("seconds", LENGTHS)
def test_memory_is_asked_for_as_it_is_taken(worker: Watched, tmp_path: Path, instruction: str, seconds: float) -> None:
    assert isinstance(worker.ask(Load(None, "cpu"), Ready, Failed), Ready)
    # A first short edit loads what is loaded late.
    short = song(tmp_path / "short.wav", 2.0)
    worker.ask(EditJob("0", str(short), str(tmp_path / "o.wav"), instruction), Done, Failed)
    loaded, worker.peak = worker.held(), 0
    path = song(tmp_path / "song.wav", seconds)
    out, stems = tmp_path / "out.wav", tmp_path / "out"
    done = worker.ask(EditJob("1", str(path), str(out), instruction, stems=str(stems)), Done, Failed)
    assert isinstance(done, Done), done
    taken = worker.peak - loaded
    told = needed(seconds, 44_100, 2, read_instructions(instruction, Vocabulary.default()))
    report(
        "memory of an edit", instruction=instruction, seconds=seconds, loaded_mb=round(loaded / MB),
        taken_mb=round(taken / MB), told_mb=round(told / MB),
    )  # fmt: skip
    # Too little would be no warning where one is due; too much, one where none is.
    assert taken <= told <= taken * 2.5 + 300 * MB


def test_resting_frees_the_networks(worker: Watched, tmp_path: Path) -> None:
    assert isinstance(worker.ask(Load(None, "cpu"), Ready, Failed), Ready)
    short = song(tmp_path / "short.wav", 5.0)
    worker.ask(EditJob("0", str(short), str(tmp_path / "o.wav"), "add organ"), Done, Failed)
    loaded = worker.held()
    assert isinstance(worker.ask(Unload(), Unloaded), Unloaded)
    resting = worker.held()
    told = weights(default_bundle())
    report("resting", loaded_mb=round(loaded / MB), resting_mb=round(resting / MB), weights_mb=round(told / MB))
    assert loaded - resting > 0.7 * told


def test_previews_cost_a_twentieth_of_an_edit_at_most(tmp_path: Path) -> None:
    """In time of the processor, so that a busy machine does not count."""
    editor = Editor.load(None, "cpu")
    request = EditRequest(read(song(tmp_path / "song.wav", 30.0)), "add organ", seed=1)
    spent: list[float] = []

    def look(make: Callable[[], object]) -> None:
        begin = time.process_time()
        make()
        spent.append(time.process_time() - begin)

    editor.run(request)
    begin = time.process_time()
    editor.run(request, on_preview=look)
    editing = time.process_time() - begin - sum(spent)
    report("previews", editing=round(editing, 3), previews=round(sum(spent), 3), share=round(sum(spent) / editing, 4))
    assert len(spent) == editor.bundle.configuration.diffusion.sample_steps
    assert sum(spent) < 0.05 * editing


def test_a_preview_looks_like_the_song() -> None:
    """Learnt from the first half of the demo song, seen on the second, against its real spectrogram."""
    networks = Editor.load(None, "cpu").networks
    audio = to_model(read(next(iter(sorted(DEMO.glob("*.flac"))))))
    half = audio.shape[0] // 2 // 2400 * 2400
    first, second = audio[:half], audio[half : 2 * half]
    guess = SpectrumGuess(first, networks.encode(first, lambda share: None).numpy())
    seen = guess(networks.encode(second, lambda share: None).numpy()).astype(np.float64)
    columns = np.arange(seen.shape[1])
    real = _levels(second, columns, half / seen.shape[1])
    real = np.clip(real - _levels(first, columns, half / seen.shape[1]).max() + FLOOR_DB, 0, FLOOR_DB) * 255 / FLOOR_DB
    unexplained = np.square(real - seen).mean() / np.square(real - real.mean(axis=1, keepdims=True)).mean()
    report("preview", explained=round(1 - unexplained, 3))
    assert unexplained < 0.6
