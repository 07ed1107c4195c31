from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.bundle import Bundle
from engine.errors import UserError
from engine.models.build import build_part
from engine.vocabulary import Vocabulary
from training import checkpoints
from training.cli import main
from training.settings import TrainingConfiguration


def run(*arguments: str) -> str:
    return CliRunner().invoke(main, arguments, catch_exceptions=False).output


def test_parameters_are_counted_without_building_anything() -> None:
    counts = {line.split()[0]: float(line.split()[1]) for line in run("parameters", "paper").splitlines()}
    assert counts["autoencoder"] == pytest.approx(69.8, rel=0.03)
    assert counts["unet"] == pytest.approx(898.9, rel=0.03)


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("--config", "nothing"), "no configuration"),
        (("--set", "depth=3"), "no setting 'depth'"),
        (("--set", "batch=many"), "no value for batch"),
        (("--autoencoder", "nowhere"), "no training run"),
        (("--data", "nowhere.zip"), "does not exist"),
    ],
)
def test_a_mistake_is_told_before_anything_is_trained(tmp_path: Path, arguments: tuple[str, ...], cause: str) -> None:
    folder = tmp_path / "run"
    with pytest.raises(UserError, match=cause):
        run("train", "renderer", "--run", str(folder), "--steps", "1", "--device", "cpu", *arguments)
    assert not folder.exists()


def test_a_model_is_what_a_run_begins_with_and_stands_on(tmp_path: Path) -> None:
    settings = TrainingConfiguration.load("tiny")
    vocabulary = Vocabulary.default()
    parts = {name: build_part(name, settings.model, vocabulary) for name in ("autoencoder", "listener", "unet")}
    model = Bundle.write(tmp_path / "model", settings.model, vocabulary, parts, {"stages": {"diffusion": {"step": 5}}})
    where = ("--config", "tiny", "--run", str(tmp_path / "run"), "--init-from", str(model.folder))
    run("train", "diffusion", *where, "--steps", "1", "--device", "cpu", "--workers", "0", "--window", "2", "--quiet")
    assert checkpoints.read(tmp_path / "run").state["began_with"]["step"] == 5


def test_packing_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no training run"):
        run("pack", "--config", "tiny", "--run", str(tmp_path), "-o", str(tmp_path / "model"))
    assert not (tmp_path / "model").exists()
