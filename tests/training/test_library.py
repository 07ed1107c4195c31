"""A library is the same whoever makes it, goes on where it stopped, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.bundle import Bundle
from engine.errors import UserError
from engine.models.hearing import heard_rows
from engine.score import TOKEN_RATE
from tests.training.songs import WrittenSongs
from training import library, tapes
from training.library import Library, prepare
from training.tapes import Tapes, record

SECONDS = 2.0


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "SHARD_CLIPS", 3)


def make(folder: Path, bundle: Bundle, shards: range, seed: int = 0) -> None:
    listener = bundle.part("listener")
    prepare(WrittenSongs(), listener, folder, seconds=SECONDS, seed=seed, shards=shards, described={"paths": ["toys"]})


def test_clips_keep_their_notes_and_what_was_heard_of_parts_of_the_band(score_bundle: Bundle, tmp_path: Path) -> None:
    make(tmp_path, score_bundle, range(2))
    found = Library.load(tmp_path)
    assert found.described["paths"] == ["toys"]
    assert len(found.clips) >= 6
    instruments = len(score_bundle.vocabulary.instruments)
    for clip in found.clips:
        assert set(clip.sources[0]) == set(clip.notes)
        assert all(set(source) < set(clip.notes) for source in clip.sources[1:])
        tokens = round(SECONDS * TOKEN_RATE)
        assert clip.pictures.shape == (len(clip.sources), heard_rows(instruments), tokens)
        assert torch.allclose(clip.chords.float().sum(1), torch.ones(len(clip.sources), tokens), atol=0.02)
    pairs = [(place, clip.partner) for place, clip in enumerate(found.clips) if clip.partner is not None]
    assert pairs
    assert all(found.clips[partner].partner == place for place, partner in pairs)


def test_shards_do_not_depend_on_who_makes_them(score_bundle: Bundle, tmp_path: Path) -> None:
    make(tmp_path / "one", score_bundle, range(3))
    make(tmp_path / "two", score_bundle, range(0, 3, 2))
    make(tmp_path / "two", score_bundle, range(1, 3, 2))
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_tapes_are_heard_instead_of_rendered_again(
    score_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tapes, "PAIRS", 0.6)
    record(WrittenSongs(), tmp_path / "tapes", seconds=SECONDS, seed=0, shards=range(2), described={"paths": ["toys"]})
    recorded = Tapes(tmp_path / "tapes")
    listener = score_bundle.part("listener")
    folder = tmp_path / "library"
    prepare(recorded, listener, folder, seconds=SECONDS, seed=0, shards=range(2), described={"paths": ["toys"]})
    found = Library.load(folder).clips
    heard = [clip for clip, _ in recorded.shard(0) + recorded.shard(1) if len(library.sounding(clip)) > 1]
    assert [set(clip.notes) for clip in found] == [set(library.sounding(clip)) for clip in heard]
    pairs = [(place, clip.partner) for place, clip in enumerate(found) if clip.partner is not None]
    assert pairs and all(found[partner].partner == place for place, partner in pairs)


def test_what_is_there_is_not_made_again(score_bundle: Bundle, tmp_path: Path) -> None:
    make(tmp_path, score_bundle, range(1))
    before = (tmp_path / "shard-00000.safetensors").stat().st_mtime_ns
    make(tmp_path, score_bundle, range(2), seed=5)
    assert (tmp_path / "shard-00000.safetensors").stat().st_mtime_ns == before
    assert len(list(tmp_path.iterdir())) == 2


def test_no_library_and_a_damaged_one_are_said(score_bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no library"):
        Library.load(tmp_path)
    make(tmp_path, score_bundle, range(1))
    (tmp_path / "shard-00000.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match="is no part of a library"):
        Library.load(tmp_path)


def test_notes_are_counted_from_the_beginning_of_the_clip() -> None:
    clip = WrittenSongs().clip(0, seconds=SECONDS, rng=np.random.default_rng(0))
    assert all(notes[:, 0].min() >= 0 and notes[:, 0].max() < SECONDS for notes in clip.notes.values())
