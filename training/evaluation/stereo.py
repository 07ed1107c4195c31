"""What two channels are worth: taking instruments out of held-out songs whose stems are placed as in a mix.

The other tables are of one channel. Here every stem has a place between two, in a room, and the same renderer is used
in two ways: its mask on both channels, and the filters that the editor makes of its shares (engine.models.wiener).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve

from engine.audio import Audio
from engine.grid import SAMPLE_RATE
from engine.instruction import Instruction, Operation
from engine.rendering import Change, apply_change
from training.evaluation.figures import Figures
from training.evaluation.measuring import RENDERED, UNEDITED, Record
from training.evaluation.metrics import bootstrap_median, si_sdr
from training.evaluation.study import Study
from training.evaluation.systems import System
from training.evaluation.tables import Column, Row, Table
from training.synthesis.effects import level, random_room
from training.triplets import AUDIBLE

ONE_MASK = "one mask"
OUTPUTS = {UNEDITED: "unedited source", ONE_MASK: "one mask for both channels", RENDERED: "**filters of both**"}
EDITS = ("extract", "remove")

CENTRE = frozenset({"vocals", "drums", "bass"})
"""What is mixed into the middle, by custom."""
WIDEST_PAN = 0.7
MOST_ROOM, ROOM_SECONDS = 0.2, (0.4, 1.6)

MEAN = Column("si_sdr", "SI-SDR, dB", "decibels", 1)
MEDIAN = Column("median", "median, dB", "decibels", 1)
GAIN = Column("gain", "gain, dB", "decibels", 1)


@dataclass(frozen=True)
class SongInStereo:
    """One instrument of a song, by one system."""

    system: str
    song: int


def measure_stereo(study: Study) -> Figures:
    """Every system on every song, in the crew where there is one."""
    tasks = [SongInStereo(system.name, song) for system in study.systems for song in range(study.songs)]
    made = (measure_song(study, task) for task in tasks) if study.crew is None else study.crew.map(measure_song, tasks)
    records: list[Record] = []
    for task, found in zip(tasks, made, strict=True):
        records += found
        study.on_case(f"song {task.song} of {task.system} in stereo")
    return Figures(records)


def measure_song(study: Study, task: SongInStereo) -> list[Record]:
    """In a process of the crew, with a study of its own. No records of a song in which nothing can be asked for."""
    system = next(system for system in study.systems if system.name == task.system)
    rng = np.random.default_rng([study.seed, 77, task.song])
    clip = study.data.corpus.clip(task.song, seconds=study.seconds, rng=rng)
    known = system.editor.bundle.vocabulary.instrument_names
    asked = [name for name in sorted(clip.stems) if name in known and level(clip.stems[name]) > AUDIBLE]
    if len(asked) < 2:
        return []
    name = str(rng.choice(asked))
    stems = placed(clip.stems, rng)
    source, wanted = np.sum(list(stems.values()), axis=0), stems[name]
    estimates = {UNEDITED: None, ONE_MASK: _masked(system, source, name), RENDERED: _filtered(system, source, name)}
    records: list[Record] = []
    for output, taken in estimates.items():
        kept = {"extract": source if taken is None else taken, "remove": source if taken is None else source - taken}
        truth = {"extract": wanted, "remove": source - wanted}
        for edit in EDITS:
            record = {"system": system.name, "output": output, "operation": edit, "song": task.song, "embeddings": {}}
            records.append({**record, MEAN.metric: si_sdr(kept[edit].ravel(), truth[edit].ravel())})
    return records


def placed(stems: Mapping[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Stems (samples,) in a mix of two channels: (2, samples) each, of one place and in one room."""
    seconds = rng.uniform(*ROOM_SECONDS)
    room = [random_room(rng, seconds) for _ in range(2)]
    found = {}
    for name, stem in stems.items():
        pan = 0.0 if name in CENTRE else rng.uniform(-WIDEST_PAN, WIDEST_PAN)
        angle = (pan + 1) * np.pi / 4
        dry = np.sqrt(2) * np.array([[np.cos(angle)], [np.sin(angle)]]) * stem
        wet = [fftconvolve(stem, side)[: len(stem)] for side in room]
        found[name] = (dry + rng.uniform(0, MOST_ROOM) * np.array(wet)).astype(np.float32)
    return found


def _masked(system: System, source: np.ndarray, name: str) -> np.ndarray:
    """By one mask for both channels, as it is found in their mean."""
    mask = system.editor.networks.select(source.mean(axis=0, keepdims=True), (name,), lambda share: None)
    return apply_change(Audio(source, SAMPLE_RATE), Change(mask, "kept")).samples


def _filtered(system: System, source: np.ndarray, name: str) -> np.ndarray:
    """As users have it."""
    return system.editor.edit(Audio(source, SAMPLE_RATE), Instruction(Operation.EXTRACT, (name,))).audio.samples


def stereo_table(figures: Figures, edits: Sequence[str] = EDITS) -> Table:
    rows = []
    for system in figures.systems:
        for edit in edits:
            for output, title in OUTPUTS.items():
                key = (system, output)
                count = figures.count(key, (edit,))
                if not count:
                    continue
                values = [record[MEAN.metric] for record in figures.records(key, edit)]
                cells = {
                    MEAN.metric: figures.of(key, MEAN.metric, (edit,)),
                    MEDIAN.metric: bootstrap_median(values),
                    GAIN.metric: figures.of(key, MEAN.metric, (edit,), against=(system, UNEDITED)),
                }
                rows.append(Row((system, edit, title), cells, count))
    notes = (
        f"One instrument of each song. Vocals, drums and bass sit in the middle, all else up to {WIDEST_PAN:g} to a "
        f"side (equal power), in a room at up to {MOST_ROOM:g} of the direct sound's level. SI-SDR is of both "
        "channels as one signal; *gain* is over the unedited source.",
    )
    return Table("stereo", "Stereo", ("model", "edit", "output"), (MEAN, MEDIAN, GAIN), tuple(rows), notes)
