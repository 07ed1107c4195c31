"""How good a tagger is, from which probabilities it should count an instrument as heard, and what it is compared with.

Thresholds are chosen on validation songs and measured on other clips of theirs, or on the held-out songs, whose
soundfont nobody has trained on. An instrument is heard where it is for `HEARD_SECONDS` in all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.grid import FRAME_RATE
from engine.models.listener import Listener
from engine.models.tagger import SEGMENT_SECONDS, Tagger
from training.clip import OTHER
from training.corpora.corpus import Corpus
from training.evaluation.metrics import HEARD_PROBABILITY, HEARD_SECONDS

MIX, PART, STEM = "mix", "part", "stem"
KINDS = {MIX: "whole mixes", PART: "two to four stems", STEM: "single stems"}

GRID = np.arange(0.05, 0.96, 0.025)
PLATEAU = 0.01
"""F measures so close to the best are chance; the middle of their thresholds is taken."""


@dataclass(frozen=True, eq=False)
class Item:
    """Some stems of a clip: `audio` (samples,) at 24 kHz, of one of KINDS, in which `playing` are to be heard."""

    kind: str
    audio: np.ndarray
    playing: frozenset[str]


Scores = Callable[[np.ndarray], np.ndarray]
"""Audio (B, T) -> (B, N): the highest probability that each instrument reaches for HEARD_SECONDS in all."""


def items(corpus: Corpus, clips: int, *, seconds: float, seed: int, stems: int | None = None) -> Iterator[list[Item]]:
    """Of each clip the whole mix, two parts of the band, and its single stems (`stems` of them, all if None)."""
    for number in range(clips):
        rng = np.random.default_rng([seed, 515, number])
        clip = corpus.clip(int(rng.integers(len(corpus))), seconds=seconds, rng=rng)
        names = [name for name in clip.stems if name != OTHER]  # nobody knows what plays in it
        chosen = [(MIX, names)] if len(names) > 1 else []
        for _ in range(2 if len(names) > 2 else 0):
            size = int(rng.integers(2, min(4, len(names) - 1) + 1))
            chosen.append((PART, [names[int(place)] for place in rng.permutation(len(names))[:size]]))
        alone = [names[int(place)] for place in rng.permutation(len(names))[:stems]]
        chosen += [(STEM, [name]) for name in alone]
        yield [Item(kind, _sum(clip.stems, part), frozenset(part)) for kind, part in chosen]


def tagger_scores(network: Tagger) -> Scores:
    """The scores of a tagger: its segments are half a second long."""
    needed = max(1, round(HEARD_SECONDS / SEGMENT_SECONDS))
    return lambda audio: _reached(network.probabilities(audio), needed)


def listener_scores(listener: Listener) -> Scores:
    """The same of a model's listener, of which every frame is asked."""

    def scores(audio: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            heard = listener(torch.from_numpy(np.ascontiguousarray(audio, np.float32)))
        return _reached(heard.instruments.sigmoid().numpy(), round(HEARD_SECONDS * FRAME_RATE))

    return scores


@dataclass(frozen=True, eq=False)
class Asked:
    """What several judges say of the same items. scores: judge -> (items, N); truth: (items, N) bool."""

    instruments: tuple[str, ...]
    kinds: tuple[str, ...]
    truth: np.ndarray
    scores: Mapping[str, np.ndarray]


def ask(
    batches: Iterator[list[Item]],
    judges: Mapping[str, Scores],
    instruments: Sequence[str],
    on_clip: Callable[[], object] | None = None,
) -> Asked:
    """Every judge about every item. Raises ValueError where there is none."""
    kinds: list[str] = []
    truth: list[list[bool]] = []
    scores: dict[str, list[np.ndarray]] = {name: [] for name in judges}
    for batch in batches:
        audio = np.stack([item.audio for item in batch])
        kinds += [item.kind for item in batch]
        truth += [[name in item.playing for name in instruments] for item in batch]
        for name, judge in judges.items():
            scores[name].append(judge(audio))
        if on_clip is not None:
            on_clip()
    if not kinds:
        raise ValueError("there is nothing to ask about")
    found = {name: np.concatenate(values) for name, values in scores.items()}
    return Asked(tuple(instruments), tuple(kinds), np.array(truth), found)


def choose_thresholds(truth: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """truth, scores: (items, N) -> (N,) with the highest F measure of each instrument; 0.5 for one that never plays."""
    thresholds = np.full(truth.shape[1], HEARD_PROBABILITY)
    for column in range(truth.shape[1]):
        if truth[:, column].any():
            heard = scores[:, column, None] >= GRID
            hits = (heard & truth[:, column, None]).sum(axis=0)
            measure = 2 * hits / np.maximum(1, heard.sum(axis=0) + truth[:, column].sum())
            thresholds[column] = GRID[measure >= measure.max() - PLATEAU].mean()
    return thresholds


@dataclass(frozen=True)
class Agreement:
    """Of `count` true instruments: the share that was found (`recall`), the share of the found ones that is right
    (`precision`), and their harmonic mean."""

    precision: float
    recall: float
    f: float
    count: int


def agreement(truth: np.ndarray, heard: np.ndarray, instruments: Sequence[str]) -> dict[str, Agreement]:
    """truth, heard: (items, N) bool -> "micro", "macro" (the mean of those that play), and each that plays."""
    hits, found, true = (truth & heard).sum(axis=0), heard.sum(axis=0), truth.sum(axis=0)
    by_name = {
        name: _agreement(int(hits[column]), int(found[column]), int(true[column]))
        for column, name in enumerate(instruments)
        if true[column]
    }
    means = np.mean([[row.precision, row.recall, row.f] for row in by_name.values()] or [[0.0] * 3], axis=0).tolist()
    macro = Agreement(means[0], means[1], means[2], int(true.sum()))
    return {"micro": _agreement(int(hits.sum()), int(found.sum()), int(true.sum())), "macro": macro, **by_name}


def _agreement(hits: int, found: int, true: int) -> Agreement:
    return Agreement(hits / max(1, found), hits / max(1, true), 2 * hits / max(1, found + true), true)


def _reached(probabilities: np.ndarray, needed: int) -> np.ndarray:
    """(B, N, S) -> (B, N): the highest probability reached in `needed` of the S places; 0 where there are fewer."""
    if probabilities.shape[2] < needed:
        return np.zeros(probabilities.shape[:2], np.float32)
    return np.sort(probabilities, axis=2)[:, :, -needed]


def _sum(stems: Mapping[str, np.ndarray], names: Sequence[str]) -> np.ndarray:
    return np.stack([stems[name] for name in names]).sum(axis=0, dtype=np.float32)
