"""A library of heard clips: what the diffusion over scores is trained on (`space = "score"`).

A clip costs a rendering, which tapes save, and a listening for each part of the band that may be a source: half a
second of a core. The notes and what was heard of the audio are some 200 KB. So they are made once, by as many processes
as there are cores, and every run, the ablations too, reads the same: no audio enters the training loop.

A library is a folder of shards. Shard n is a pure function of the corpus, the seed and n, and is written whole or not
at all: making a library can be stopped and gone on with, and several processes can share the work.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.errors import UserError
from engine.models.hearing import heard_picture, rises
from engine.score import TOKEN_FRAMES
from training.clip import Clip
from training.corpora.corpus import Corpus
from training.shards import missing
from training.stages.mixing import fitted, whole_frames
from training.synthesis.effects import level
from training.tapes import Tapes
from training.triplets import AUDIBLE

FORMAT = 1
SHARD_CLIPS = 20
SOURCES = 3
"""Parts of the band of each clip that are heard, besides the whole band."""
PAIRS = 0.35
"""Share of the songs that are taken with an aligned one, for remixes."""


@dataclass(frozen=True)
class HeardClip:
    """What an example needs of a clip. Z tokens of engine.score.

    notes: stem -> (notes, 4). sources: which stems each source has, the first one all; pictures (sources,
    heard_rows, Z) and chords (sources, classes, Z) of them, float16. partner: place of the aligned clip in the library.
    """

    notes: Mapping[str, np.ndarray]
    genre: str | None
    sources: tuple[tuple[str, ...], ...]
    pictures: Tensor
    chords: Tensor
    partner: int | None = None


class Library:
    """All clips of a folder, in memory."""

    def __init__(self, clips: list[HeardClip], described: Mapping[str, Any]) -> None:
        self.clips = clips
        self.described = described

    @classmethod
    def load(cls, folder: Path) -> Library:
        """Raises UserError where there is none, or a damaged one."""
        shards = sorted(folder.glob("shard-*.safetensors"))
        if not shards:
            raise UserError(f"{folder} holds no library", "make one with `instructme prepare`")
        clips: list[HeardClip] = []
        described: dict[str, Any] = {}
        for path in shards:
            try:
                with safe_open(path, framework="pt") as file:
                    state = json.loads((file.metadata() or {})["state"])
                    described = state["described"]
                    first = len(clips)
                    clips += [_read(file, index, entry, first) for index, entry in enumerate(state["clips"])]
            except (OSError, SafetensorError, KeyError, ValueError) as error:
                raise UserError(
                    f"{path} is no part of a library ({error})", "delete it and prepare it again"
                ) from error
        return cls(clips, {**described, "clips": len(clips)})


def prepare(
    corpus: Corpus | Tapes,
    listener: Any,
    folder: Path,
    *,
    seconds: float,
    seed: int,
    shards: range,
    until: float = float("inf"),
    described: Mapping[str, Any],
    on_shard: Callable[[int, int], None] | None = None,
) -> None:
    """Write the shards that are not there yet, until time.monotonic() is `until`, and one at least. Of tapes each shard
    gives one. `on_shard` gets number and clips."""
    for number, path in missing(folder, shards, until, described):
        rng = np.random.default_rng([seed, number])
        clips = _taken(corpus, number) if isinstance(corpus, Tapes) else _rendered(corpus, seconds, rng)
        _write(path, clips, listener, seconds, rng, described)
        if on_shard:
            on_shard(number, len(clips))


def _rendered(corpus: Corpus, seconds: float, rng: np.random.Generator) -> list[tuple[Clip, int | None]]:
    """Clips in which an instrument can be left out, each with the place of its partner among them."""
    clips: list[tuple[Clip, int | None]] = []
    while len(clips) < SHARD_CLIPS:
        index = int(rng.integers(len(corpus)))
        pair = corpus.pair(index, seconds=seconds, rng=rng) if rng.random() < PAIRS else None
        if pair is not None and all(len(sounding(clip)) > 1 for clip in pair):
            clips += [(pair[0], len(clips) + 1), (pair[1], len(clips))]
            continue
        clip = corpus.clip(index, seconds=seconds, rng=rng)
        if len(sounding(clip)) > 1:
            clips.append((clip, None))
    return clips


def _taken(tapes: Tapes, number: int) -> list[tuple[Clip, int | None]]:
    """The same, of what has been rendered before."""
    recorded = tapes.shard(number)
    usable = [place for place, (clip, _) in enumerate(recorded) if len(sounding(clip)) > 1]
    return [(recorded[place][0], _index(usable, recorded[place][1])) for place in usable]


def _index(places: list[int], place: int | None) -> int | None:
    return places.index(place) if place in places else None


def sounding(clip: Clip) -> list[str]:
    """Stems whose notes are known and which are heard."""
    return [name for name, stem in clip.stems.items() if len(clip.notes.get(name, ())) and level(stem) > AUDIBLE]


def fingerprint(network: nn.Module) -> str:
    """Of a network's weights, so that no library is heard by two."""
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        digest.update(name.encode() + value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


@torch.no_grad()
def hear(listener: Any, audio: Tensor) -> tuple[Tensor, Tensor]:
    """Audio (B, T) -> what is heard (B, heard_rows, Z) and chords (B, classes, Z), on tokens."""
    heard = listener(audio)
    picture = heard_picture(heard.pitches.sigmoid(), heard.instruments.sigmoid(), heard.beats.sigmoid(), rises(audio))
    fill = -heard.chords.shape[-1] % TOKEN_FRAMES
    chords = F.pad(heard.chords.float().softmax(1), (0, fill), mode="replicate")
    return picture.float(), chords.unflatten(-1, (-1, TOKEN_FRAMES)).mean(-1)


def _write(
    path: Path,
    clips: list[tuple[Clip, int | None]],
    listener: Any,
    seconds: float,
    rng: np.random.Generator,
    described: Mapping[str, Any],
) -> None:
    tensors: dict[str, Tensor] = {}
    entries: list[dict[str, Any]] = []
    samples = whole_frames(seconds)
    for index, (clip, partner) in enumerate(clips):
        tracks = sounding(clip)
        sources = [tuple(tracks)]
        for _ in range(SOURCES):
            size = int(rng.integers(1, len(tracks)))
            source = tuple(tracks[place] for place in sorted(rng.permutation(len(tracks))[:size]))
            if source not in sources:
                sources.append(source)
        audio = np.stack([fitted(np.sum([clip.stems[name] for name in names], axis=0), samples) for names in sources])
        picture, chords = hear(listener, torch.from_numpy(audio.astype(np.float32)))
        tensors[f"{index}/pictures"], tensors[f"{index}/chords"] = picture.half(), chords.half()
        for name in tracks:
            tensors[f"{index}/notes/{name}"] = torch.from_numpy(clip.notes[name].astype(np.float32))
        entries.append({"genre": clip.genre, "sources": sources, "stems": tracks, "partner": partner})
    state = json.dumps({"format": FORMAT, "described": dict(described), "clips": entries})
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    save_file(tensors, draft, metadata={"state": state})
    os.replace(draft, path)


def _read(file: Any, index: int, entry: Mapping[str, Any], first: int) -> HeardClip:
    return HeardClip(
        {name: file.get_tensor(f"{index}/notes/{name}").double().numpy() for name in entry["stems"]},
        entry["genre"],
        tuple(tuple(names) for names in entry["sources"]),
        file.get_tensor(f"{index}/pictures"),
        file.get_tensor(f"{index}/chords"),
        None if entry["partner"] is None else first + entry["partner"],
    )
