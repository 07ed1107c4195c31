"""The exponent of cost against length is the slope that it is, with an interval; too few lengths have none."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
import torch

from engine.models.configuration import ModelConfiguration
from training.evaluation import scaling
from training.evaluation.benchmark import Apart
from training.evaluation.scaling import (
    AttentionMeasurement,
    AttentionRequest,
    evaluation,
    fit_exponent,
    last_exponent,
    measure_attention,
)

LENGTHS = [10.0, 30.0, 60.0, 600.0]


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_a_power_law_has_its_exponent_and_no_width(power: float) -> None:
    found = fit_exponent(LENGTHS, [0.3 * length**power for length in LENGTHS])
    assert found is not None and found.count == 4
    assert found.value == pytest.approx(power, abs=1e-9)
    assert found.high - found.low == pytest.approx(0.0, abs=1e-6)


def test_noise_gives_the_interval_a_width_that_holds_the_truth() -> None:
    noisy = [factor * length**1.5 for factor, length in zip([1.1, 0.9, 1.05, 0.97], LENGTHS, strict=True)]
    found = fit_exponent(LENGTHS, noisy)
    assert found is not None and found.low < 1.5 < found.high and found.high - found.low > 0.05


def test_fixed_costs_pull_the_exponent_down_and_the_longest_two_less() -> None:
    costs: list[float | None] = [20.0 + length for length in LENGTHS]
    found, last = fit_exponent(LENGTHS, costs), last_exponent(LENGTHS, costs)
    assert found is not None and last is not None and found.value < last < 1.0


def test_two_lengths_and_lengths_without_a_figure_have_no_exponent() -> None:
    assert fit_exponent([10.0, 30.0], [1.0, 3.0]) is None
    assert fit_exponent(LENGTHS, [1.0, 3.0, None, None]) is None
    assert fit_exponent([10.0, 10.0, 30.0], [1.0, 1.1, 3.0]) is None
    assert last_exponent(LENGTHS, [1.0, None, None, None]) is None
    assert last_exponent(LENGTHS, [1.0, 3.0, None, None]) == pytest.approx(1.0)


def test_a_chunk_that_holds_everything_is_full_attention() -> None:
    # 200 frames of the first level are 0.8 s.
    with torch.no_grad():
        chunks, full = (evaluation("layer", chunked, 0.8) for chunked in (True, False))
    assert chunks[1] == full[1] == 200
    torch.testing.assert_close(cast(Any, chunks[0]()), cast(Any, full[0]()))


def test_the_unet_is_evaluated_on_its_frames() -> None:
    with torch.no_grad():
        evaluate, frames = evaluation("unet", True, 1.0)
        latents = ModelConfiguration().autoencoder.latent_channels
        assert frames == 50 and cast(Any, evaluate()).shape == (1, 2 * latents, 50)


def test_a_length_that_cannot_fit_into_the_limit_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "run_apart", lambda *_: pytest.fail("a process was started"))
    full = AttentionMeasurement("layer", False, 10.0, step_seconds=1.0)
    assert measure_attention(AttentionRequest("layer", False, 100.0, 60.0), full).reason == (
        "not run: would take about 100 s"
    )
    failed = measure_attention(
        AttentionRequest("layer", False, 200.0, 60.0), AttentionMeasurement("layer", False, 100.0)
    )
    assert failed.step_seconds is None and failed.reason == "not run: 100 s did not work"


def test_chunks_are_expected_to_grow_linearly(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"network": "layer", "chunked": True, "seconds": 100.0, "step_seconds": 9.0}
    monkeypatch.setattr(scaling, "run_apart", lambda *_: Apart(output=json.dumps(answer)))
    shorter = AttentionMeasurement("layer", True, 10.0, step_seconds=1.0)
    assert measure_attention(AttentionRequest("layer", True, 100.0, 60.0), shorter).step_seconds == 9.0
