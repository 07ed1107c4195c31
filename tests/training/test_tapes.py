"""A tape gives back what was rendered, is the same whoever records it, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from tests.training.songs import WrittenSongs
from training import tapes
from training.cli import main
from training.tapes import Tapes, record

SECONDS = 2.0


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tapes, "SHARD_CLIPS", 3)
    monkeypatch.setattr(tapes, "PAIRS", 0.4)


def make(folder: Path, shards: range, seed: int = 0) -> Path:
    record(WrittenSongs(), folder, seconds=SECONDS, seed=seed, shards=shards, described={"paths": ["toys"]})
    return folder


def test_a_clip_comes_back_with_all_that_was_known_of_it(tmp_path: Path) -> None:
    songs = WrittenSongs()
    clip = songs.clip(3, seconds=SECONDS, rng=np.random.default_rng(0))
    tapes._write(tmp_path / "shard-00000.safetensors", [(clip, None)], {})
    found = Tapes(tmp_path).clip(0)
    assert list(found.stems) == list(clip.stems)
    for name, stem in clip.stems.items():
        assert found.stems[name].dtype == np.float32 and found.stems[name].shape == (round(SECONDS * SAMPLE_RATE),)
        np.testing.assert_allclose(found.stems[name], stem, atol=1 / 32767)
        np.testing.assert_allclose(found.notes[name], clip.notes[name], atol=1e-3)
    assert clip.chords is not None and found.chords is not None
    np.testing.assert_array_equal(found.chords, clip.chords)
    assert (found.genre, found.origin, found.beats, found.melody) == (clip.genre, clip.origin, None, None)


def test_a_step_gets_the_same_clips_whenever_it_is_asked_for(tmp_path: Path) -> None:
    found = Tapes(make(tmp_path, range(4)), seed=1)
    assert len(found) >= 12 and found.described["clips"] == len(found)
    origins = [clip.origin for clip, _ in found.scenes(5, 8)]
    assert origins == [clip.origin for clip, _ in Tapes(tmp_path, seed=1).scenes(5, 8)]
    assert origins != [clip.origin for clip, _ in found.scenes(6, 8)]
    assert len(found.scenes(0, 3 * len(found))) == 3 * len(found), "more than there are: some come again"


def test_a_window_moves_on_and_keeps_what_it_has(tmp_path: Path) -> None:
    found = Tapes(make(tmp_path, range(4)), window=4, renew=1)
    first, second = ([clip for clip, _ in found.scenes(step, 4)] for step in (0, 1))
    assert sum(any(one is other for other in second) for one in first) == 3
    seen = {id(clip): clip for step in range(len(found)) for clip, _ in found.scenes(step, 4)}
    assert {clip.origin for clip in seen.values()} == {found.clip(index).origin for index in range(len(found))}


def test_pairs_come_where_they_are_asked_for(tmp_path: Path) -> None:
    found = Tapes(make(tmp_path, range(6)))
    scenes = found.scenes(0, 5, paired=2)
    assert [other is not None for _, other in scenes] == [True, True, False, False, False]
    for clip, other in scenes[:2]:
        assert other is not None and set(other.stems) != set(clip.stems)


def test_shards_do_not_depend_on_who_records_them(tmp_path: Path) -> None:
    make(tmp_path / "one", range(3))
    make(tmp_path / "two", range(0, 3, 2))
    before = (tmp_path / "two" / "shard-00000.safetensors").stat().st_mtime_ns
    make(tmp_path / "two", range(3))
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert (tmp_path / "two" / "shard-00000.safetensors").stat().st_mtime_ns == before, "not recorded again"


def test_however_little_time_there_is_something_is_recorded(tmp_path: Path) -> None:
    record(WrittenSongs(), tmp_path, seconds=SECONDS, seed=0, shards=range(5), until=0.0, described={})
    assert [path.name for path in tmp_path.iterdir()] == ["shard-00000.safetensors"]


def test_no_tapes_and_a_damaged_one_are_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no tapes"):
        Tapes(tmp_path)
    (make(tmp_path, range(1)) / "shard-00000.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match="is no tape"):
        Tapes(tmp_path)


def test_a_stage_learns_from_tapes(tmp_path: Path) -> None:
    make(tmp_path / "tapes", range(1))
    make(tmp_path / "tapes" / "validation", range(1), seed=1)
    where = ("--config", "tiny", "--run", str(tmp_path / "run"), "--tapes", str(tmp_path / "tapes"))
    options = ("--steps", "1", "--device", "cpu", "--workers", "0", "--quiet")
    said = CliRunner().invoke(main, ["train", "renderer", *where, *options], catch_exceptions=False).output
    assert "1 steps" in said and "finished" in said


def test_tapes_and_data_are_not_both_taken(tmp_path: Path) -> None:
    make(tmp_path, range(1))
    arguments = ["train", "renderer", "--config", "tiny", "--tapes", str(tmp_path), "--data", str(tmp_path)]
    with pytest.raises(UserError, match="both say what to learn from"):
        CliRunner().invoke(main, arguments, catch_exceptions=False)
