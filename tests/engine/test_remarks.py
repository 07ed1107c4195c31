from __future__ import annotations

import numpy as np
import pytest

from engine.bundle import Bundle
from engine.instruction import Instruction, Operation
from engine.remarks import HARDLY_ANY, remarks

NOISE = np.random.default_rng(1).standard_normal((1, 48_000)).astype(np.float32) * 0.1


def mask_of(bundle: Bundle, decibels: float) -> np.ndarray:
    bins = bundle.configuration.renderer.fft_size // 2 + 1
    return np.full((bins, 101), 10 ** (decibels / 20), np.float16)


@pytest.mark.parametrize("operation", [Operation.REMOVE, Operation.EXTRACT, Operation.REPLACE])
def test_a_mask_that_found_hardly_anything_is_told(tiny_bundle: Bundle, operation: Operation) -> None:
    instruction = Instruction(operation, ("drums",), ("bass",) if operation is Operation.REPLACE else ())
    limit = HARDLY_ANY[operation]
    found = [remarks(instruction, tiny_bundle, NOISE, mask_of(tiny_bundle, limit + off)) for off in (-1.0, 1.0)]
    assert [any("almost nothing of the drums" in sentence for sentence in said) for said in found] == [True, False]


def test_more_has_to_be_found_of_what_is_replaced() -> None:
    assert HARDLY_ANY[Operation.REPLACE] > HARDLY_ANY[Operation.REMOVE]


def test_where_nothing_is_taken_out_nothing_is_said_of_it(tiny_bundle: Bundle) -> None:
    add = Instruction(Operation.ADD, ("strings",), ignored=("soft",))
    assert remarks(add, tiny_bundle, NOISE, None) == ("'soft' was ignored",)
    quiet = remarks(Instruction(Operation.REMOVE, ("drums",)), tiny_bundle, 0 * NOISE, mask_of(tiny_bundle, -3.0))
    assert quiet == ("there is nothing but silence here",)
