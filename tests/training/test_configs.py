from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.models.configuration import ModelConfiguration
from engine.models.sizes import AUDIT, PAPER
from training.settings import STAGE_SETTINGS, TrainingConfiguration, configuration_names
from training.stages import STAGES


def model(name: str) -> ModelConfiguration:
    return TrainingConfiguration.load(name).model


@pytest.mark.parametrize("name", configuration_names())
def test_every_shipped_configuration_has_all_stages(name: str) -> None:
    configuration = TrainingConfiguration.load(name)
    assert configuration.model.name == name
    assert set(configuration.stages) == set(STAGES) == set(STAGE_SETTINGS)


def test_the_shipped_ones_are_those_of_the_design() -> None:
    assert configuration_names() == (
        "audit", "audit_default", "default", "paper", "tiny", "without_aggregation", "without_chords", "without_keys",
    )  # fmt: skip


def test_default_writes_notes_and_is_for_the_rest_what_the_engine_builds_by_default() -> None:
    default, engine = model("default"), ModelConfiguration()
    assert default.unet.space == "score" and default.diffusion.objective == "binary_flow"
    assert default == replace(engine, unet=default.unet, diffusion=default.diffusion)


def test_paper_and_audit_are_the_engine_s_tables() -> None:
    assert model("paper") == PAPER
    assert model("audit") == AUDIT


def test_paper_is_trained_as_its_appendix_says() -> None:
    stages = TrainingConfiguration.load("paper").stages
    for name, rate, batch in (("autoencoder", 2e-4, 16), ("diffusion", 1e-4, 1)):
        stage = stages[name]
        assert (stage.optimizer, stage.learning_rate, stage.batch) == ("adamw", rate, batch), name
    assert TrainingConfiguration.load("audit").stages == stages


def test_ablations_differ_in_one_value() -> None:
    default = model("default")
    no_chords, no_aggregation = replace(default.unet, chords=False), replace(default.unet, source="concatenation")
    assert model("without_chords") == replace(default, name="without_chords", unet=no_chords)
    assert model("without_aggregation") == replace(default, name="without_aggregation", unet=no_aggregation)


def test_a_file_of_the_user_extends_a_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "wide.toml"
    file.write_text('extends = "tiny"\n[model.listener]\nwidth = 48\n[stages.listener]\nbatch = 3\n')
    configuration = TrainingConfiguration.load(str(file))
    assert configuration.model.name == "wide"
    assert configuration.model.listener.width == 48
    assert configuration.model.listener.blocks == 1
    assert configuration.stages["listener"].batch == 3
    assert configuration.stages["listener"].warmup == 2


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("[model.listener]\nwidht = 3\n", "widht"),
        ("[stages.listener]\nbatches = 3\n", "batches"),
        ("[stages.distillation]\nbatch = 3\n", "distillation"),
        ("[model\n", "not TOML"),
        ('extends = "nothing"\n', "nothing"),
        ('[stages.listener]\nbatch = "8"\n', "batch = '8'"),
        ("[stages.listener]\nbatch = 0\n", "batch = 0"),
        ("[stages.listener]\nbatch = 2.5\n", "batch = 2.5"),
        ("[stages.listener]\nlearning_rate = nan\n", "learning_rate = nan"),
        ("[stages.listener]\nlearning_rate = -1e-3\n", "learning_rate = -0.001"),
        ("[stages.listener]\nseconds = 0\n", "seconds = 0"),
        ('[stages.listener]\noptimizer = "adam"\n', "'adam'"),
        ("[stages.diffusion]\noperations = {mute = 1.0}\n", "'mute'"),
        ("[stages.diffusion]\noperations = {add = 0}\n", "no operation"),
        ('[stages.diffusion]\noperations = {add = "much"}\n', "operations.add"),
    ],
)
def test_a_typing_mistake_does_not_train_for_an_hour(tmp_path: Path, text: str, cause: str) -> None:
    file = tmp_path / "mistaken.toml"
    file.write_text(text)
    with pytest.raises(UserError, match=cause):
        TrainingConfiguration.load(str(file))


def test_a_configuration_that_extends_itself_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "loop.toml"
    file.write_text(f'extends = "{file}"\n')
    with pytest.raises(UserError, match="itself"):
        TrainingConfiguration.load(str(file))


def test_an_unknown_configuration_lists_those_that_there_are() -> None:
    with pytest.raises(UserError, match="tiny"):
        TrainingConfiguration.load("defualt")
