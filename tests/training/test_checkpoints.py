from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.bundle import Bundle
from engine.errors import UserError
from engine.models.build import build_part
from engine.models.configuration import TaggerConfiguration
from engine.models.tagger import Tagger
from engine.vocabulary import Vocabulary
from training import checkpoints
from training.checkpoints import Checkpoint
from training.evaluation.tagger import store_tagger
from training.settings import TrainingConfiguration


def small(step: int) -> Checkpoint:
    return Checkpoint({"weights": {"a": torch.full((3,), float(step))}, "ema": {"a": torch.zeros(3)}}, {"step": step})


def listener_run(folder: Path) -> nn.Module:
    """A run in `folder` that has trained the listener that is returned."""
    configuration, vocabulary = TrainingConfiguration.load("tiny").model, Vocabulary.default()
    network = build_part("listener", configuration, vocabulary)
    state = {
        "stage": "listener",
        "part": "listener",
        "configuration": configuration.to_json(),
        "vocabulary": vocabulary.to_json(),
    }
    checkpoints.write(folder, Checkpoint({"ema": network.state_dict()}, state))
    return network


def test_what_is_written_is_read(tmp_path: Path) -> None:
    checkpoints.write(tmp_path / "run", small(7))
    found = checkpoints.read(tmp_path / "run")
    assert found.state["step"] == 7
    assert torch.equal(found.groups["weights"]["a"], torch.full((3,), 7.0))
    assert json.loads((tmp_path / "run" / "state.json").read_text())["step"] == 7


def test_only_the_named_groups_are_read(tmp_path: Path) -> None:
    checkpoints.write(tmp_path, small(1))
    assert set(checkpoints.read(tmp_path, groups=("ema",)).groups) == {"ema"}
    assert checkpoints.read(tmp_path, groups=()).state["step"] == 1


def test_a_disk_that_fails_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints.write(tmp_path, small(1))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(UserError, match="No space left"):
            checkpoints.write(tmp_path, small(2))
    assert checkpoints.read(tmp_path).state["step"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.safetensors", "state.json"]


@pytest.mark.parametrize("content", [b"", b"not a checkpoint at all", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / checkpoints.FILE).write_bytes(content)
    with pytest.raises(UserError, match="not a checkpoint"):
        checkpoints.read(tmp_path)


def test_a_truncated_checkpoint_is_named(tmp_path: Path) -> None:
    checkpoints.write(tmp_path, small(1))
    path = tmp_path / checkpoints.FILE
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(UserError, match="not a checkpoint"):
        checkpoints.read(tmp_path)


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    assert not checkpoints.exists(tmp_path)
    with pytest.raises(UserError, match="no training run"):
        checkpoints.read(tmp_path)


def test_a_part_comes_back_with_its_averaged_weights(tmp_path: Path) -> None:
    network = listener_run(tmp_path)
    part = checkpoints.load_part(tmp_path, "listener")
    assert not part.training
    assert not any(parameter.requires_grad for parameter in part.parameters())
    for name, value in network.state_dict().items():
        assert torch.equal(part.state_dict()[name], value)


def test_a_bundle_is_as_good_as_a_run_to_go_on_from(tmp_path: Path) -> None:
    configuration, vocabulary = TrainingConfiguration.load("tiny").model, Vocabulary.default()
    network = build_part("listener", configuration, vocabulary)
    provenance = {"stages": {"listener": {"step": 7}}}
    Bundle.write(tmp_path / "model", configuration, vocabulary, {"listener": network}, provenance)

    found = checkpoints.read_trained(tmp_path / "model", "listener", "listener")
    assert found.state["step"] == 7 and checkpoints.configuration_of(found) == configuration
    assert checkpoints.vocabulary_of(found) == vocabulary
    part = checkpoints.load_part(tmp_path / "model", "listener")
    for name, value in network.state_dict().items():
        assert torch.allclose(found.groups["ema"][name], value, atol=1e-3)
        assert torch.equal(part.state_dict()[name], found.groups["ema"][name])
    with pytest.raises(UserError, match="no renderer"):
        checkpoints.load_part(tmp_path / "model", "renderer")


def test_the_judges_tagger_can_learn_on_as_it_is_stored(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Tagger(TaggerConfiguration(width=2), 2)
    store_tagger(tmp_path, network, {"piano": 0.5, "drums": 0.4}, provenance={"step": 7}, metrics={"micro_f": 0.6})
    found = checkpoints.read_trained(tmp_path, "tagger", "tagger")
    assert (found.state["step"], found.state["metrics"]) == (7, {"micro_f": 0.6})
    for name, value in network.state_dict().items():
        torch.testing.assert_close(found.groups["ema"][name], value, rtol=1e-3, atol=1e-4)


def test_a_run_of_another_part_is_refused(tmp_path: Path) -> None:
    listener_run(tmp_path)
    for read in (checkpoints.read_trained, lambda run, _, part: checkpoints.load_part(run, part)):
        with pytest.raises(UserError, match="run of the listener"):
            read(tmp_path, "autoencoder", "autoencoder")
