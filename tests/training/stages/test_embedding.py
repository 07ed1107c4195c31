from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from training.loop import RunRequest, train
from training.stages.base import Stage
from training.stages.latents import description, listed

MakeStage = Callable[..., Stage]
OPTIONS: Any = {"steps": 2, "device": "cpu", "workers": 0, "quiet": True}


def test_descriptions_name_what_is_heard() -> None:
    rng = np.random.default_rng(0)
    said = {description("jazz", ["drums", "bass", "saxophone"], rng) for _ in range(60)}
    assert any("jazz" in text and "saxophone" in text for text in said)
    assert all("jazz" in text or "drums" in text for text in said)
    assert all("jazz" not in description(None, ["drums"], rng) for _ in range(10))
    assert listed(["drums", "bass", "piano"]) == "drums, bass and piano"


def test_a_run_learns_on_the_latents_of_an_autoencoder(tmp_path: Path, toy_stage: MakeStage) -> None:
    train(toy_stage("autoencoder"), RunRequest(run=tmp_path / "autoencoder", **OPTIONS))
    stage = toy_stage("embedding", runs={"autoencoder": tmp_path / "autoencoder"})
    report = train(stage, RunRequest(run=tmp_path / "embedding", **OPTIONS))
    assert set(report.metrics) == {"loss", "found", "by_chance"}
    assert 0 <= report.metrics["found"] <= 1
