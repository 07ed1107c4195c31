"""A door to an engine that does what a test tells it to, with real files and the real messages."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.analysis.chords import CHORD_CLASSES, chord_index
from engine.audio import Audio, probe, read, write
from engine.messages import (
    Analyzed,
    AnalyzeJob,
    Cancel,
    Done,
    EditJob,
    EditReport,
    Failed,
    Preview,
    Progress,
    Ready,
    Request,
    RoundReport,
    Stopped,
    Unload,
    Unloaded,
)
from engine.vocabulary import Vocabulary


class FakeEngine(QObject):
    """Edits and analyses wait until the test says how they end; with `obliging`, they end well at once."""

    replied = Signal(object)
    started = Signal()
    died = Signal(str, bool)

    def __init__(self, obliging: bool = False) -> None:
        super().__init__()
        self.obliging = obliging
        self.requests: list[Request] = []
        self.opened = self.closed = False
        self.deaths = 0

    # The door

    def open(self) -> None:
        self.opened = True
        self.start()

    def send(self, request: Request) -> None:
        self.requests.append(request)
        if self.obliging:
            if isinstance(request, EditJob):
                self.finish(request)
            elif isinstance(request, AnalyzeJob):
                self.hear(request)
            elif isinstance(request, Unload):
                self.rest()
        if isinstance(request, Cancel) and self.obliging:
            self.stop(request.id)

    def close(self, limit: float = 5.0) -> bool:
        self.closed = True
        return True

    # What a test makes it do

    def start(self) -> None:
        vocabulary = Vocabulary.default()
        self.started.emit()
        self.replied.emit(
            Ready("fake", "cpu", vocabulary.instrument_names, vocabulary.genre_names, 24_000, version="1.0")
        )

    @property
    def edits(self) -> list[EditJob]:
        return [request for request in self.requests if isinstance(request, EditJob)]

    @property
    def analyses(self) -> list[AnalyzeJob]:
        return [request for request in self.requests if isinstance(request, AnalyzeJob)]

    @property
    def cancelled(self) -> list[str]:
        return [request.id for request in self.requests if isinstance(request, Cancel)]

    def progress(self, job: EditJob, stage: str, done: int, total: int) -> None:
        self.replied.emit(Progress(job.id, stage, done, total))  # type: ignore[arg-type]

    def finish(self, job: EditJob | None = None, warnings: tuple[str, ...] = ()) -> None:
        """Write a quieter, filtered song, differently for each instruction and seed, and say Done."""
        job = job or self.edits[-1]
        audio = read(job.source)
        rng = np.random.default_rng([job.seed, *job.instruction.encode()])
        blocks = np.repeat(rng.uniform(0.35, 0.95, audio.frames // 4800 + 1), 4800)[: audio.frames]
        edited = audio.samples * blocks.astype(np.float32)
        write(Path(job.output), Audio(edited, audio.sample_rate), like=probe(job.source))
        if job.stems is not None:
            write(Path(f"{job.stems}.removed.wav"), Audio(audio.samples - edited, audio.sample_rate))
        entry = RoundReport(job.instruction, job.instruction, job.seed, 8, 0.5, job.output, warnings=warnings)
        self.replied.emit(Done(job.id, EditReport((entry,), job.output, 0.5)))

    def fail(self, job: EditJob | None = None, cause: str = "there is no drum in it", detail: str = "") -> None:
        job = job or self.edits[-1]
        self.replied.emit(Failed(job.id, cause, "ask for something else", detail))

    def rest(self) -> None:
        self.replied.emit(Unloaded(300_000_000))

    def preview(self, job: EditJob, image: np.ndarray) -> None:
        """`image`: uint8 (bands, columns)."""
        text = base64.b64encode(image.tobytes()).decode("ascii")
        bands, columns = image.shape
        self.replied.emit(Preview(job.id, text, bands, columns, 0.0, 3.0))

    def stop(self, job_id: str) -> None:
        self.replied.emit(Stopped(job_id))

    def die(self, detail: str = "Killed", again: bool = True) -> None:
        """The process goes, and a new one comes up; without `again` it stays away until it is started."""
        self.deaths += 1
        self.died.emit(detail, again)
        if again:
            self.start()

    def refuse(self) -> None:
        """There is no model where one was to be loaded from."""
        self.replied.emit(Failed(None, "there is no model in '/nowhere'", "choose another one"))

    def hear(self, job: AnalyzeJob) -> None:
        """A four-chord song with a band in it."""
        names = Vocabulary.default().instrument_names
        duration = probe(job.source).duration
        frames = round(duration * 50)
        rng = np.random.default_rng(len(job.source))
        chords = rng.dirichlet(np.full(CHORD_CLASSES, 0.05), frames).T.astype(np.float32) * 0.3
        loop, bar, entries = ("C:maj", "A:min", "F:maj7", "G:7"), 2.0, []
        pitches = np.zeros((88, frames), dtype=np.float32)
        for index in range(int(np.ceil(duration / bar))):
            start, end, chord = index * bar, min((index + 1) * bar, duration), loop[index % 4]
            chords[chord_index(chord), round(start * 50) : round(end * 50)] += 0.7
            entries.append({"start": start, "end": end, "chord": chord})
            # Bass, and the chord above middle C; the lowest row is A0.
            root = {"C": 3, "A": 12, "F": 8, "G": 10}[chord[0]]
            keys = [root + 12, *(root + 36 + step for step in (0, 3 if "min" in chord else 4, 7))]
            pitches[keys, round(start * 50) : round((end - 0.2) * 50)] = 0.9
        instruments = np.zeros((len(names), frames), dtype=np.float32)
        heard = ("drums", "bass", "piano", "electric guitar", "strings")
        for name in heard:
            present = np.repeat(rng.random(frames // 150 + 1) > 0.25, 150)[:frames]
            instruments[names.index(name)] = np.where(present, 0.85, 0.08) + rng.normal(0, 0.04, frames)
        if job.output is not None:
            np.savez(
                job.output,
                chords=chords.clip(0, 1),
                instruments=instruments.clip(0, 1),
                pitches=pitches,
                beats=np.arange(0, duration, 0.5),
                downbeats=np.arange(0, duration, 2.0),
            )
        summary = {"tempo": 120.0, "key": "C:maj", "chords": entries, "instruments": list(heard)}
        self.replied.emit(Analyzed(job.id, summary, job.output))
