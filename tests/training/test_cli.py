from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.errors import UserError
from training.cli import main


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


def test_packing_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no training run"):
        run("pack", "--config", "tiny", "--run", str(tmp_path), "-o", str(tmp_path / "model"))
    assert not (tmp_path / "model").exists()
