"""The diffusion's stage where it samples notes (`space = "score"`): what one new instrument plays, written to what the
listener hears of a source, to what is already written of the edit, and to the instruction.

Examples are the paper's, seen one instrument at a time: add and replace take stems of the clip that the source lacks,
remix takes them from an aligned clip, after some of its other stems. They are made of a library of heard clips
(training.library), in all keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.analysis.chords import CHORD_CLASSES, transpose_chords
from engine.diffusion.condition import Condition
from engine.diffusion.objectives import build_objective
from engine.diffusion.sampling import sample
from engine.errors import UserError
from engine.instruction import Instruction, Operation
from engine.models.hearing import source_picture
from engine.score import CHANNELS, KEYS, moved, write_score
from engine.vocabulary import VOCALS
from training.library import HeardClip, Library
from training.settings import DiffusionSettings
from training.stages.base import Batch, Metrics, Stage, evaluation_generator, mean
from training.stages.latents import Texts
from training.stages.mixing import stacked, sub_band
from training.wordings import wording

DRUMS = "drums"
_MOST_SEMITONES = 5
_TO_GENRE = 0.6
"""Share of remixes between genres that are asked for by genre."""
_REPLACED = 0.4
"""Share of new instruments that are asked for in place of another, where one can be."""
_FIXED = (DRUMS, "bass", VOCALS)
"""Nobody wants drums in place of a piano, or a bass in place of a singer."""


@dataclass(frozen=True)
class _Task:
    """One new instrument to a source. `source` counts the clip's sources; `target` and `written` are the donor's."""

    instruction: Instruction
    clip: HeardClip
    source: int
    donor: HeardClip
    target: str
    written: tuple[str, ...]


class ArrangingStage(Stage):
    name = "diffusion"
    part = "unet"
    uses = ("library",)
    renders = False
    learns_from = "it learns from the library that `instructme prepare` makes, named with --library"
    unused = ("clips", "seconds", "window", "renew", "soundfont")
    settings: DiffusionSettings
    """Of which `clips`, `seconds`, `operations` and `absent` are the library's to decide."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        folder = self.runs.get("library")
        if folder is None:
            raise UserError(
                "a diffusion that writes notes learns from a library of heard clips",
                "make one with `instructme prepare`, and name it with --library",
            )
        self.library = Library.load(folder)
        self.kept_apart = Library.load(folder / "validation")
        self.texts = Texts(self.configuration.text, self.runs.get("text"))
        self.objective = build_objective(self.configuration.diffusion)

    def description(self) -> dict[str, Any]:
        return dict(self.library.described)

    def batch(self, step: int) -> Batch:
        return self._drawn(self.library, np.random.default_rng([self.seed, 0, *self.name.encode(), step]))

    def validation_batches(self, device: torch.device) -> list[Batch]:
        if self._validation_batches is None:
            self._validation_batches = [
                self._drawn(self.kept_apart, np.random.default_rng([1, *self.name.encode(), step]))
                for step in range(self.settings.validation_batches)
            ]
        return [{key: value.to(device) for key, value in batch.items()} for batch in self._validation_batches]

    def _drawn(self, library: Library, rng: np.random.Generator) -> Batch:
        """heard (B, heard_rows, Z); chords (B, classes, Z); target, written, drums (B, CHANNELS, Z); asked (B, N);
        text (B, L, D), text_mask (B, L)."""
        made: list[dict[str, np.ndarray]] = []
        texts: list[str] = []
        while len(made) < self.settings.batch:
            clip = library.clips[rng.integers(len(library.clips))]
            other = None if clip.partner is None else library.clips[clip.partner]
            task = _task(clip, other, rng)
            if task is not None:
                made.append(self._example(task, rng))
                texts.append(wording(task.instruction, self.vocabulary, rng))
        return {**stacked(made), **self.texts.batch(texts)}

    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        condition = self._condition(batch)
        null = self.texts.null_on(condition.text.device)
        condition = condition.with_text_dropped(null, self.configuration.diffusion.text_dropout, generator)
        return self.objective.loss(network, batch["target"], condition, generator), {}

    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """The loss at fixed times; and of sampled notes against the true ones: F measure of the tokens that have
        onsets, overlap of pitch classes by sounding time, and the ratio of the numbers of onsets."""
        figures: dict[str, list[float]] = {name: [] for name in ("loss", "onsets_f", "classes", "onsets_ratio")}
        for index, batch in enumerate(self.validation_batches(device)):
            condition = self._condition(batch)
            true = batch["target"]
            loss = self.objective.loss(network, true, condition, evaluation_generator(device, index))
            figures["loss"].append(float(loss.detach()))
            drawn = sample(
                network,
                self.configuration.diffusion,
                condition,
                self.texts.null_on(device),
                channels=CHANNELS,
                seed=1000 * index,
            )
            mine, theirs = (score[:, :KEYS] > 0 for score in (drawn, true))
            hits = (mine.any(1) & theirs.any(1)).sum()
            figures["onsets_f"].append(float(2 * hits / (mine.any(1).sum() + theirs.any(1).sum()).clamp_min(1)))
            figures["onsets_ratio"].append(float(mine.sum() / theirs.sum().clamp_min(1)))
            pitched = batch["asked"][:, self.vocabulary.instrument_names.index(DRUMS)] == 0
            classes = [_classes(score[pitched]) for score in (drawn, true)]
            both = classes[1].sum(-1) > 0.5
            if both.any():
                figures["classes"].append(float(torch.minimum(*classes)[both].sum(-1).mean()))
        return {name: mean(values) for name, values in figures.items()}

    def _example(self, task: _Task, rng: np.random.Generator) -> dict[str, np.ndarray]:
        semitones = int(rng.integers(-_MOST_SEMITONES, _MOST_SEMITONES + 1))
        heard = task.clip.pictures[task.source].float().numpy()
        tokens = heard.shape[1]
        keys = np.zeros_like(heard[:KEYS])
        if semitones >= 0:
            keys[semitones:] = heard[: KEYS - semitones]
        else:
            keys[:semitones] = heard[-semitones:KEYS]
        names = self.vocabulary.instrument_names
        asked = np.zeros(len(names), np.float32)
        asked[names.index(task.target)] = 1
        return {
            "heard": np.concatenate([keys, heard[KEYS:]]),
            "chords": task.clip.chords[task.source].float().numpy()[_came_from(semitones)],
            "target": _score(task.donor, [task.target], tokens, semitones),
            "written": _score(task.donor, [name for name in task.written if name != DRUMS], tokens, semitones),
            "drums": _score(task.donor, [name for name in task.written if name == DRUMS], tokens, 0),
            "asked": asked,
        }

    def _condition(self, batch: Batch) -> Condition:
        source = source_picture(batch["heard"], batch["written"], batch["drums"], batch["asked"])
        chords = batch["chords"] if self.configuration.unet.chords else None
        return Condition(source, batch["text"], batch["text_mask"], chords)


def _task(clip: HeardClip, other: HeardClip | None, rng: np.random.Generator) -> _Task | None:
    """None where the chosen source leaves nothing to be written."""
    if other is not None and rng.random() < 0.6:
        # The singer stays.
        new = [name for name in other.notes if name != VOCALS]
        target = str(rng.choice(new)) if new else None
        if target is None:
            return None
        written = sub_band([name for name in new if name != target], rng, 0)
        to_genre = other.genre is not None and other.genre != clip.genre and rng.random() < _TO_GENRE
        instruction = (
            Instruction(Operation.REMIX, genre=other.genre) if to_genre else Instruction(Operation.REMIX, tuple(new))
        )
        # Whole bands are what is remixed most.
        source = 0 if rng.random() < 0.5 else int(rng.integers(len(clip.sources)))
        return _Task(instruction, clip, source, other, target, tuple(written))
    if len(clip.sources) < 2:
        return None
    source = int(rng.integers(1, len(clip.sources)))
    stems = clip.sources[source]
    left = [name for name in clip.notes if name not in stems]
    rng.shuffle(left)
    target, written = left[0], tuple(left[1 : 1 + int(rng.random() < 0.25)])
    replaceable = [name for name in stems if name not in _FIXED]
    if replaceable and target not in _FIXED and not written and rng.random() < _REPLACED:
        instruction = Instruction(Operation.REPLACE, (str(rng.choice(replaceable)),), (target,))
    else:
        instruction = Instruction(Operation.ADD, (*written, target))
    return _Task(instruction, clip, source, clip, target, written)


def _score(clip: HeardClip, stems: Sequence[str], tokens: int, semitones: int) -> np.ndarray:
    notes = np.concatenate([np.zeros((0, 4)), *(clip.notes[name] for name in stems)])
    score = write_score(notes, tokens)
    return score if list(stems) == [DRUMS] else moved(score, semitones)


def _came_from(semitones: int) -> np.ndarray:
    """(CHORD_CLASSES,): of each chord the one that it was before it was moved by semitones."""
    classes = np.arange(CHORD_CLASSES, dtype=np.int16)
    return transpose_chords(classes, -semitones).astype(np.int64)


def _classes(score: Tensor) -> Tensor:
    """Scores (B, CHANNELS, Z) -> shares (B, 12) of pitch classes by sounding time; zeros where nothing sounds."""
    time = (score[:, KEYS : 2 * KEYS] > 0).float().sum(-1)
    folded = F.pad(time, (0, -KEYS % 12)).unflatten(1, (-1, 12)).sum(1)
    return folded / folded.sum(-1, keepdim=True).clamp_min(1e-6)
