"""The stage that learns to write notes: its examples ask for what the source lacks, and a run on them learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.bundle import Bundle
from engine.errors import UserError
from engine.models.hearing import heard_rows
from engine.score import CHANNELS, KEYS
from engine.vocabulary import Vocabulary
from tests.conftest import TINY_SCORE
from tests.training.songs import WrittenSongs
from training.library import Library, prepare
from training.loop import RunRequest, train
from training.settings import DiffusionSettings
from training.stages import stage_class, stages_of
from training.stages.arranging import ArrangingStage, _task

VOCABULARY = Vocabulary.default()


@pytest.fixture(scope="module")
def folder(score_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    listener = score_bundle.part("listener")
    for seed, place in ((0, folder), (1, folder / "validation")):
        prepare(WrittenSongs(), listener, place, seconds=2.0, seed=seed, shards=range(1), described={})
    return folder


@pytest.fixture
def stage(folder: Path) -> ArrangingStage:
    settings = DiffusionSettings(batch=4, warmup=2, ema_half_life=4, validation_batches=1, learning_rate=3e-3)
    made = stage_class("diffusion", "score")(TINY_SCORE, settings, VOCABULARY, None, None, runs={"library": folder})
    assert isinstance(made, ArrangingStage)
    return made


def test_a_model_that_writes_notes_has_its_own_stages() -> None:
    assert stages_of(TINY_SCORE) == ("autoencoder", "listener", "diffusion", "renderer", "synthesizer", "tagger")


def test_a_batch_is_a_pure_function_of_seed_and_step(stage: ArrangingStage) -> None:
    first, again, other = stage.batch(3), stage.batch(3), stage.batch(4)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["target"], other["target"])
    assert first["heard"].shape[1] == heard_rows(len(VOCABULARY.instruments))
    assert first["target"].shape[1] == CHANNELS
    assert (first["asked"].sum(1) == 1).all()


def test_what_is_asked_for_is_not_in_the_source_and_not_written_yet(folder: Path) -> None:
    clips = Library.load(folder).clips
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        clip = clips[rng.integers(len(clips))]
        task = _task(clip, None if clip.partner is None else clips[clip.partner], rng)
        if task is None:
            continue
        seen.add(task.instruction.operation)
        assert task.target not in task.written
        if task.donor is clip:
            assert task.target not in clip.sources[task.source]
        else:
            assert "vocals" not in (task.target, *task.written)
    assert seen == {"add", "replace", "remix"}


def test_target_heard_keys_and_chords_move_together(stage: ArrangingStage, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = stage.library.clips[0]
    task = next(
        found
        for seed in range(50)
        if (found := _task(clip, None, np.random.default_rng(seed))) and found.target != "drums"
    )
    made = {}
    for semitones in (0, 3):
        fixed: Any = type("Fixed", (), {"integers": staticmethod(lambda *_, at=semitones: at)})
        made[semitones] = stage._example(task, fixed)
    assert np.array_equal(made[3]["target"][3:KEYS], made[0]["target"][: KEYS - 3])
    assert np.array_equal(made[3]["heard"][3:KEYS], made[0]["heard"][: KEYS - 3])
    assert np.array_equal(made[3]["heard"][KEYS:], made[0]["heard"][KEYS:])
    np.testing.assert_allclose(made[3]["chords"][1 + 7 * 3], made[0]["chords"][1])


def test_a_run_learns(stage: ArrangingStage, tmp_path: Path) -> None:
    torch.manual_seed(0)
    begun = stage.evaluate(stage.build(), torch.device("cpu"))
    report = train(stage, RunRequest(run=tmp_path / "run", steps=60, device="cpu", workers=0, quiet=True))
    # The network begins near the rates of notes and rests, so that what it learns of music is the smaller part.
    assert report.metrics["loss"] < 0.9 * begun["loss"]
    assert set(report.metrics) == {"loss", "onsets_f", "classes", "onsets_ratio"}


def test_without_a_library_it_says_how_to_make_one() -> None:
    with pytest.raises(UserError, match="instructme prepare"):
        stage_class("diffusion", "score")(TINY_SCORE, DiffusionSettings(), VOCABULARY, None, None)
