"""`paper` weighs what the paper says (Tables 7 and 9), built without taking memory."""

from __future__ import annotations

import pytest

from engine.models.configuration import ModelConfiguration
from engine.models.sizes import AUDIT, PAPER, PAPER_PARAMETERS, main, part_sizes


@pytest.mark.parametrize("part", PAPER_PARAMETERS)
def test_the_papers_parameter_counts_are_met_within_three_percent(part: str) -> None:
    assert part_sizes(PAPER)[part] == pytest.approx(PAPER_PARAMETERS[part], rel=0.03)


def test_the_baseline_differs_in_the_unet_only() -> None:
    assert AUDIT.autoencoder == PAPER.autoencoder
    assert AUDIT.text == PAPER.text
    assert AUDIT.unet.source == "concatenation"
    assert not AUDIT.unet.chords
    assert AUDIT.unet.chunk_frames == 0
    assert part_sizes(AUDIT)["unet"] < part_sizes(PAPER)["unet"]


def test_what_we_ship_is_small() -> None:
    assert 15e6 < part_sizes(ModelConfiguration())["unet"] < 60e6


def test_configurations_survive_json() -> None:
    for configuration in (PAPER, AUDIT):
        assert ModelConfiguration.from_json(configuration.to_json()) == configuration


def test_the_command_prints_the_counts_beside_the_papers(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    printed = capsys.readouterr().out
    assert "paper    unet" in printed
    assert "stated: 898.9 M" in printed
    assert "stated: 69.8 M" in printed
