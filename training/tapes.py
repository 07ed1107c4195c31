"""Tapes: rendered clips on disk, for the stages that learn from sound.

A clip costs 0.15 s of a core to render, as much as a training step of a small network. Rendered once, by as many
processes as there are cores, five thousand of them take 12 GB and every later run reads them for nothing. What a
tape cannot vary any more (key, tempo, which stems play, their levels and tone) the stages vary as they cut.

A folder of tapes is a folder of shards. Shard n is a pure function of the corpus, the seed and n, and is written whole
or not at all: recording can be stopped and gone on with, and several processes can share the work.
"""

from __future__ import annotations

import functools
import json
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from engine.errors import UserError
from training.clip import Clip
from training.corpora.corpus import Corpus
from training.shards import missing
from training.stages.base import Scene

FORMAT = 1
SHARD_CLIPS = 20
PAIRS = 0.15
"""Share of the clips that are recorded with an aligned one."""

_FULL_SCALE = 32767.0
_SCALARS = ("genre", "key", "bpm", "origin")


class Tapes:
    """The clips of a folder, as a ClipSource: what a step gets depends on the seed and the step alone.

    With a `window` step s draws from places s * renew to s * renew + window - 1 of a shuffled list that is gone through
    again and again, and those clips are the same objects from step to step: for stages that remember what they have
    worked out of a clip. It takes 5 MB a clip.
    """

    def __init__(self, folder: Path, *, seed: int = 0, window: int | None = None, renew: int = 1) -> None:
        """Reads the shards' headers. Raises UserError where there is none, or a damaged one."""
        self.seed = seed
        self.window = window
        self.renew = renew
        self._kept: OrderedDict[int, Clip] = OrderedDict()
        self._places: list[tuple[Path, str, int | None]] = []
        self._shards: list[range] = []
        paths = sorted(folder.glob("shard-*.safetensors"))
        if not paths:
            raise UserError(f"{folder} holds no tapes", "make some with `instructme record`")
        described: dict[str, Any] = {}
        for path in paths:
            try:
                with safe_open(path, framework="numpy") as file:
                    state = json.loads((file.metadata() or {})["state"])
                if state["format"] != FORMAT:
                    raise ValueError(f"format {state['format']}")
                described = state["described"]
                partners = [entry["partner"] for entry in state["clips"]]
            except (OSError, SafetensorError, KeyError, ValueError) as error:
                raise UserError(f"{path} is no tape ({error})", "delete it and record it again") from error
            first = len(self._places)
            self._places += [
                (path, str(index), None if partner is None else first + partner)
                for index, partner in enumerate(partners)
            ]
            self._shards.append(range(first, len(self._places)))
        self.described: Mapping[str, Any] = {**described, "clips": len(self._places)}

    def __len__(self) -> int:
        return len(self._places)

    @property
    def shards(self) -> int:
        return len(self._shards)

    def shard(self, number: int) -> list[tuple[Clip, int | None]]:
        """The clips of a shard, each with the place of its partner among them."""
        places = self._shards[number]
        first = places.start
        partners = [self._places[place][2] for place in places]
        return [
            (self._read(place), None if partner is None else partner - first)
            for place, partner in zip(places, partners, strict=True)
        ]

    def clip(self, index: int) -> Clip:
        if self.window is None:
            return self._read(index)
        if index not in self._kept:
            self._kept[index] = self._read(index)
            if len(self._kept) > 2 * self.window:
                self._kept.popitem(last=False)
        return self._kept[index]

    def _read(self, index: int) -> Clip:
        path, name, _ = self._places[index]
        with safe_open(path, framework="numpy") as file:
            entry = json.loads(file.metadata()["state"])["clips"][int(name)]

            def read(key: str) -> np.ndarray | None:
                return file.get_tensor(f"{name}/{key}") if key in entry["arrays"] else None

            def named(kind: str) -> dict[str, np.ndarray]:
                return {key.partition("/")[2]: file.get_tensor(f"{name}/{key}") for key in entry["arrays"]
                        if key.partition("/")[0] == kind}  # fmt: skip

            stems = {name: sound.astype(np.float32) / np.float32(_FULL_SCALE) for name, sound in named("stems").items()}
            return Clip(
                stems,
                chords=read("chords"),
                beats=read("beats"),
                pitches={name: keys.astype(bool) for name, keys in named("pitches").items()},
                notes={name: notes.astype(np.float64) for name, notes in named("notes").items()},
                melody=None if (melody := read("melody")) is None else melody.astype(bool),
                **{key: entry[key] for key in _SCALARS},
            )

    def scenes(self, step: int, count: int, *, paired: int = 0) -> list[Scene]:
        """`count` clips, none twice while there are enough. The first `paired` are taken from those which have a
        partner, where any has."""
        rng = np.random.default_rng([self.seed, step])
        places = self._window_at(step)
        chosen = _drawn([index for index in places if self._places[index][2] is not None], paired, rng)
        rest = [index for index in places if index not in chosen]
        chosen += _drawn(rest or places, count - len(chosen), rng)
        found: list[Scene] = []
        for turn, index in enumerate(chosen):
            partner = self._places[index][2] if turn < paired else None
            found.append((self.clip(index), None if partner is None else self.clip(partner)))
        return found

    def _window_at(self, step: int) -> list[int]:
        if self.window is None:
            return list(range(len(self)))
        found: dict[int, None] = {}
        for place in range(step * self.renew, step * self.renew + self.window):
            found[int(self._shuffled(place // len(self))[place % len(self)])] = None
        return list(found)

    @functools.lru_cache(maxsize=2)  # noqa: B019 (as long as the run itself)
    def _shuffled(self, turn: int) -> np.ndarray:
        return np.random.default_rng([self.seed, turn, *b"order"]).permutation(len(self))


def record(
    corpus: Corpus,
    folder: Path,
    *,
    seconds: float,
    seed: int,
    shards: Sequence[int],
    until: float = float("inf"),
    described: Mapping[str, Any],
    on_shard: Callable[[int, int], None] | None = None,
) -> None:
    """Write the shards that are not there yet, until time.monotonic() is `until`, and one at least. `on_shard` gets
    number and clips."""
    for number, path in missing(folder, shards, until, described):
        rng = np.random.default_rng([seed, number, *b"tapes"])
        clips: list[tuple[Clip, int | None]] = []
        while len(clips) < SHARD_CLIPS:
            index = int(rng.integers(len(corpus)))
            pair = corpus.pair(index, seconds=seconds, rng=rng) if rng.random() < PAIRS else None
            if pair is not None:
                clips += [(pair[0], len(clips) + 1), (pair[1], len(clips))]
            else:
                clips.append((corpus.clip(index, seconds=seconds, rng=rng), None))
        _write(path, clips, described)
        if on_shard:
            on_shard(number, len(clips))


def _write(path: Path, clips: Sequence[tuple[Clip, int | None]], described: Mapping[str, Any]) -> None:
    tensors: dict[str, np.ndarray] = {}
    entries: list[dict[str, Any]] = []
    for index, (clip, partner) in enumerate(clips):
        arrays = _arrays(clip)
        tensors |= {f"{index}/{key}": np.ascontiguousarray(value) for key, value in arrays.items()}
        scalars = {key: getattr(clip, key) for key in _SCALARS}
        entries.append({"partner": partner, "arrays": list(arrays), **scalars})
    state = json.dumps({"format": FORMAT, "described": dict(described), "clips": entries})
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    save_file(tensors, draft, metadata={"state": state})
    os.replace(draft, path)


def _arrays(clip: Clip) -> dict[str, np.ndarray]:
    """Everything of a clip that is an array: sound as 16 bit, truth as bytes."""
    arrays = {
        f"stems/{name}": np.round(np.clip(stem, -1, 1) * _FULL_SCALE).astype(np.int16)
        for name, stem in clip.stems.items()
    }
    arrays |= {f"pitches/{name}": keys.astype(np.uint8) for name, keys in clip.pitches.items()}
    arrays |= {f"notes/{name}": notes.astype(np.float32) for name, notes in clip.notes.items()}
    for key, kind in (("chords", np.int16), ("beats", np.uint8), ("melody", np.uint8)):
        value = getattr(clip, key)
        if value is not None:
            arrays[key] = value.astype(kind)
    return arrays


def _drawn(numbers: Sequence[int], count: int, rng: np.random.Generator) -> list[int]:
    if not numbers or count <= 0:
        return []
    return [int(number) for number in rng.choice(numbers, size=count, replace=count > len(numbers))]
