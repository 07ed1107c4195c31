from __future__ import annotations

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from engine.bundle import Bundle
from engine.errors import UserError
from engine.models.build import build_part
from engine.vocabulary import Vocabulary
from tests.training.songs import WrittenSongs, write_stems
from training import checkpoints, tapes
from training.cli import main
from training.settings import TrainingConfiguration


def write_tapes(folder: Path) -> None:
    for place in (folder / "validation", folder):
        tapes.record(WrittenSongs(), place, seconds=2.0, seed=0, shards=range(1), described={"seed": 0, "paths": []})


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
        (("--set", "batch"), "no value for batch"),
        (("--set", "batch=0"), "batch = 0"),
        (("--set", "learning_rate=-1"), "learning_rate = -1"),
        (("--lr", "nan"), "learning_rate = nan"),
        (("--autoencoder", "nowhere"), "no training run"),
        (("--data", "nowhere.zip"), "does not exist"),
        (("--tapes", "nowhere"), "holds no tapes"),
        (("--tapes", "nowhere", "--data", "somewhere"), "both say what to learn from"),
        (("--tapes", "nowhere", "--soundfont", "somewhere"), "both say what to learn from"),
        (("--device", "mps"), "no Apple GPU"),
        (("--device", "cuda"), "no CUDA"),
    ],
)
def test_a_mistake_is_told_before_anything_is_trained(
    tmp_path: Path, arguments: tuple[str, ...], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    folder = tmp_path / "run"
    with pytest.raises(UserError, match=cause):
        run("train", "renderer", "--device", "cpu", "--run", str(folder), "--steps", "1", *arguments)
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


@pytest.mark.parametrize(("stage", "config"), [("embedding", "default"), ("synthesizer", "tiny")])
def test_a_stage_that_a_configuration_has_not_is_refused(stage: str, config: str) -> None:
    with pytest.raises(UserError, match=f"{config} has no {stage}.*its stages are autoencoder"):
        run("train", stage, "--config", config, "--steps", "1")


@pytest.mark.parametrize("option", ["--data", "--tapes"])
@pytest.mark.parametrize("stage", ["diffusion", "synthesizer"])
def test_songs_are_not_taken_where_nothing_would_hear_them(tmp_path: Path, stage: str, option: str) -> None:
    with pytest.raises(UserError, match=f"takes no {option}"):
        run("train", stage, "--run", str(tmp_path / "run"), "--steps", "1", option, str(tmp_path))


def test_data_of_which_no_song_is_for_training_is_told(tmp_path: Path) -> None:
    write_stems(tmp_path / "album" / "test")
    with pytest.raises(UserError, match="no song of .* is for training"):
        run("record", "--data", str(tmp_path / "album"), "-o", str(tmp_path / "tapes"))
    assert not (tmp_path / "tapes").exists(), "told before anything was rendered"


def test_options_without_use_are_said_and_the_seed_is_the_run_s_own(tmp_path: Path) -> None:
    write_tapes(tmp_path / "tapes")
    where = ("--config", "tiny", "--run", str(tmp_path / "run"), "--tapes", str(tmp_path / "tapes"))
    base = ("train", "listener", *where, "--device", "cpu", "--workers", "0")
    said = run(*base, "--steps", "1", "--seed", "7", "--autoencoder", str(tmp_path))
    assert "has no use for --autoencoder" in said
    assert "goes on from" not in run(*base, "--steps", "2")
    state = checkpoints.read(tmp_path / "run").state
    assert (state["seed"], state["step"], state["changes"]) == (7, 2, [])


def test_shards_of_other_songs_or_chance_are_not_mixed(tmp_path: Path) -> None:
    write_tapes(tmp_path / "tapes")
    with pytest.raises(UserError, match="was begun with seed 0, and these are 3"):
        run("record", "-o", str(tmp_path / "tapes"), "--seed", "3")
