from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training import checkpoints
from training.clip import OTHER, Clip
from training.loop import RunRequest, train
from training.stages.base import Stage
from training.stages.mixing import Cut
from training.stages.renderer import STEMS

MakeStage = Callable[..., Stage]


def test_every_stem_has_an_owner_and_queries_name_what_may_be_missing(toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("renderer")
    classes = len(stage.vocabulary.instruments)
    absent = present = 0
    for step in range(20):
        batch = stage.batch(step)
        assert batch["query"].sum(dim=1).min() >= 1
        for stems, owner, query in zip(batch["stems"], batch["owner"], batch["query"], strict=True):
            owners = owner[owner >= 0].tolist()
            assert len(set(owners)) == len(owners) and max(owners) <= classes
            assert not stems[owner < 0].any()
            assert float(stems.sum(dim=0).abs().max()) <= 1.0
            asked = {index for index, one in enumerate(query.tolist()) if one}
            present += bool(asked & set(owners))
            absent += not asked & set(owners)
    assert absent >= 1 and present >= 1


def test_a_tape_runs_faster_or_slower_and_stays_as_long(toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("renderer")
    clip = stage.clips.scenes(0, 1)[0][0]
    heard: set[int] = set()
    for seed in range(12):
        piece = stage._cut(clip, 24_000, np.random.default_rng(seed))
        assert list(piece.stems) == list(clip.stems)
        assert all(stem.shape == (24_000,) and stem.dtype == np.float32 for stem in piece.stems.values())
        heard.add(int(np.abs(np.fft.rfft(piece.stems["piano"])).argmax()))
    true = int(np.abs(np.fft.rfft(clip.stems["piano"][:24_000])).argmax())
    assert len(heard) > 3
    assert all(abs(12 * np.log2(peak / true)) < stage.settings.varispeed + 0.5 for peak in heard)


def test_a_band_that_is_too_full_keeps_its_sum(toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("renderer")
    names = [*stage.vocabulary.instrument_names[:9], "kazoo"]
    rng = np.random.default_rng(0)
    stems = {name: rng.normal(size=4800).astype(np.float32) for name in names}
    piece = Cut(Clip(stems), stems, slice(0, 10))
    made, owner = stage._stems(piece, names)
    np.testing.assert_allclose(made.sum(axis=0), piece.mix(names), atol=1e-5)
    assert owner[-1] == len(stage.vocabulary.instruments) and len(set(owner)) == STEMS


def test_what_nobody_knows_is_left_to_all_classes_and_only_voices_are_asked_for(toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("renderer")
    rng = np.random.default_rng(0)
    stems = {name: rng.normal(size=4800).astype(np.float32) for name in ("drums", OTHER)}
    piece = Cut(Clip(stems), stems, slice(0, 10))
    made, owner = stage._stems(piece, list(stems))
    names = stage.vocabulary.instrument_names
    assert owner[0] == names.index("drums") and owner[-1] == len(names) + 1
    np.testing.assert_array_equal(made[-1], stems[OTHER])
    assert stage._asked(piece, list(stems), rng) == {"vocals"}
    network = stage.build()
    batch = {key: value.clone() for key, value in stage.batch(0).items()}
    batch["owner"][:, 0] = len(names) + 1
    loss, _ = stage.loss(network, batch, torch.Generator())
    loss.backward()
    assert bool(torch.isfinite(loss))


def test_a_silent_mix_gives_finite_gradients(toy_stage: MakeStage) -> None:
    stage: Any = toy_stage("renderer")
    network = stage.build()
    batch = {key: torch.zeros_like(value) if key == "stems" else value for key, value in stage.batch(0).items()}
    loss, _ = stage.loss(network, batch, torch.Generator())
    loss.backward()
    assert bool(torch.isfinite(loss))
    gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
    assert all(bool(torch.isfinite(gradient).all()) for gradient in gradients)


def test_the_post_filter_is_trained_where_an_autoencoder_is_given(tmp_path: Path, toy_stage: MakeStage) -> None:
    options: Any = {"steps": 2, "device": "cpu", "workers": 0, "quiet": True}
    train(toy_stage("autoencoder"), RunRequest(run=tmp_path / "autoencoder", **options))
    stage = toy_stage("renderer", runs={"autoencoder": tmp_path / "autoencoder"})
    report = train(stage, RunRequest(run=tmp_path / "renderer", **options))
    assert {"extract", "extract_unedited", "remove", "remove_unedited", "decoded", "refined"} <= set(report.metrics)
    trained = checkpoints.load_part(tmp_path / "renderer", "renderer").state_dict()
    assert float(trained["refine_out.bias"].abs().max()) > 0
