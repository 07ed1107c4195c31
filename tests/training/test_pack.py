from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.bundle import Bundle
from engine.errors import UserError
from engine.models.renderer import Renderer
from tests.training.songs import WrittenSongs
from training import checkpoints
from training.calibration import GRID
from training.loop import RunRequest, train
from training.pack import pack_runs
from training.settings import TrainingConfiguration
from training.stages import stages_of
from training.stages.base import Stage
from training.tapes import record

MakeStage = Callable[..., Stage]


@pytest.fixture
def runs(tmp_path: Path, toy_stage: MakeStage) -> Path:
    """All five stages of `tiny`, each trained for one step on those before it."""
    options: Any = {"steps": 1, "device": "cpu", "workers": 0, "quiet": True}
    folders = {name: tmp_path / "runs" / name for name in stages_of(TrainingConfiguration.load("tiny").model)}
    for name, folder in folders.items():
        below = {stage: folders[stage] for stage in ("autoencoder", "listener") if stage != name}
        stage = toy_stage(name, runs={} if name in below or name in ("autoencoder", "listener") else below)
        train(stage, RunRequest(run=folder, data={"paths": ["toys.zip"]}, **options))
    return tmp_path / "runs"


def test_five_runs_become_a_bundle_that_knows_where_it_comes_from(runs: Path, tmp_path: Path) -> None:
    figures = tmp_path / "evaluation.json"
    figures.write_text(json.dumps({"remove": 8.5}))
    configuration = TrainingConfiguration.load("tiny").model
    bundle = pack_runs(configuration, runs, tmp_path / "model", metrics=(figures,), version="2")

    assert bundle.parts == configuration.parts
    assert Bundle.load(tmp_path / "model").configuration == configuration
    provenance = bundle.manifest["provenance"]["stages"]
    assert set(provenance) == set(stages_of(configuration))
    assert provenance["listener"]["data"] == {"paths": ["toys.zip"]}
    assert provenance["listener"]["step"] == 1
    assert provenance["listener"]["machine"]["cores"] >= 1
    assert bundle.metrics["evaluation"] == {"remove": 8.5}
    assert "chords" in bundle.metrics["listener"]
    trained = checkpoints.load_part(runs / "diffusion", "unet").state_dict()
    packed = bundle.part("unet").state_dict()
    for name, value in trained.items():
        assert torch.allclose(packed[name], value.float(), atol=1e-3, rtol=1e-3), name

    (runs / "embedding" / checkpoints.FILE).unlink()
    with pytest.raises(UserError, match="embedding"):
        pack_runs(configuration, runs, tmp_path / "model")
    assert Bundle.load(tmp_path / "model").version == "2"
    partial = pack_runs(configuration, runs, tmp_path / "part", partial=True)
    assert "embedding" not in partial.parts
    renewed = pack_runs(configuration, runs, tmp_path / "renewed", base=tmp_path / "model")
    assert renewed.parts == configuration.parts
    assert renewed.manifest["provenance"]["stages"]["embedding"] == provenance["embedding"]
    for name, value in bundle.part("embedding").state_dict().items():
        assert torch.equal(renewed.part("embedding").state_dict()[name], value), name

    (runs / "tagger" / checkpoints.FILE).unlink()
    (tmp_path / "model" / "tagger.safetensors").unlink()
    manifest = json.loads((tmp_path / "model" / "model.json").read_text())
    del manifest["files"]["tagger.safetensors"]
    (tmp_path / "model" / "model.json").write_text(json.dumps(manifest))
    older = pack_runs(configuration, runs, tmp_path / "older", base=tmp_path / "model")
    assert set(older.parts) == set(configuration.parts) - {"tagger"}

    wider = replace(configuration, listener=replace(configuration.listener, width=48))
    with pytest.raises(UserError, match="another configuration"):
        pack_runs(wider, runs, tmp_path / "other")


def test_who_writes_notes_takes_another_autoencoder_than_its_other_parts_knew(
    toy_stage: MakeStage, score_bundle: Bundle, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    options: Any = {"steps": 1, "device": "cpu", "workers": 0, "quiet": True}
    train(toy_stage("autoencoder"), RunRequest(run=tmp_path / "runs" / "autoencoder", data={}, **options))
    wide = TrainingConfiguration.load("tiny").model.autoencoder
    notes, sound = (replace(bundle.configuration, autoencoder=wide) for bundle in (score_bundle, tiny_bundle))
    packed = pack_runs(notes, tmp_path / "runs", tmp_path / "notes", base=score_bundle.folder)
    assert packed.configuration.autoencoder == wide != score_bundle.configuration.autoencoder
    with pytest.raises(UserError, match="another configuration"):
        pack_runs(sound, tmp_path / "runs", tmp_path / "sound", base=tiny_bundle.folder)


def test_validation_songs_choose_the_odds_of_what_is_asked_for(tiny_bundle: Bundle, tmp_path: Path) -> None:
    record(
        WrittenSongs(),
        tmp_path / "tapes" / "validation",
        seconds=1.0,
        seed=0,
        shards=range(1),
        described={"found": ["toys"]},
    )
    seen: list[int] = []
    packed = pack_runs(
        tiny_bundle.configuration,
        tmp_path / "runs",
        tmp_path / "model",
        base=tiny_bundle.folder,
        tapes=tmp_path / "tapes",
        on_clip=lambda: seen.append(1),
    )
    known = packed.manifest["provenance"]["asked_odds"]
    assert known["clips"] == len(seen) > 0 and known["found"] == ["toys"]
    assert set(known["stems"]) == set(packed.vocabulary.instrument_names) and any(known["stems"].values())
    renderer = packed.part("renderer")
    assert isinstance(renderer, Renderer)
    assert set(renderer.asked_odds.tolist()) <= set(GRID)
    again = pack_runs(tiny_bundle.configuration, tmp_path / "runs", tmp_path / "again", base=packed.folder)
    assert again.manifest["provenance"]["asked_odds"] == known
    assert torch.equal(again.part("renderer").state_dict()["asked_odds"], renderer.asked_odds)
