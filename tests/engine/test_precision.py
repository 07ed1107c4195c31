"""The precision in which a model computes is the user's choice."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.audio import Audio
from engine.bundle import Bundle
from engine.editor import Editor
from engine.errors import UserError
from engine.messages import Load, decode, encode
from engine.networks import PRECISIONS, fast_bfloat16


def edited(bundle: Bundle, precision: str) -> np.ndarray:
    time = np.arange(24_000) / 24_000
    song = Audio((0.3 * np.sin(2 * np.pi * 220 * time)).astype(np.float32)[None], 24_000)
    return Editor(bundle, "cpu", precision).edit(song, "remove drums", seed=1).audio.samples


def test_both_precisions_edit_alike_but_not_the_same(tiny_bundle: Bundle) -> None:
    fine, coarse = edited(tiny_bundle, "float32"), edited(tiny_bundle, "bfloat16")
    assert not np.array_equal(fine, coarse)
    assert np.abs(fine - coarse).max() < 0.05 * np.abs(fine).max()
    assert any(np.array_equal(edited(tiny_bundle, "auto"), one) for one in (fine, coarse))


def test_a_precision_that_is_not_known_is_refused(tiny_bundle: Bundle) -> None:
    with pytest.raises(UserError, match="no precision 'int4'; choose one of auto, float32, bfloat16"):
        Editor(tiny_bundle, "cpu", "int4")


@pytest.mark.parametrize("precision", PRECISIONS)
def test_it_travels_to_the_worker(precision: str) -> None:
    assert decode(encode(Load(None, "cpu", precision))) == Load(None, "cpu", precision)


@pytest.mark.parametrize(
    ("machine", "fast"),
    [
        ({"cpu_name": "Intel Xeon", "avx512_bf16": True, "amx_bf16": True}, True),
        ({"cpu_name": "Intel Xeon", "avx512_bf16": True, "amx_bf16": False}, False),
        ({"cpu_name": "AMD EPYC", "avx512_bf16": True, "amx_bf16": False}, True),
        ({"cpu_name": "Apple M2", "bf16": True}, False),
    ],
)
def test_half_precision_is_taken_where_it_is_faster(monkeypatch: pytest.MonkeyPatch, machine: dict, fast: bool) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: machine)
    assert fast_bfloat16(torch.device("cpu")) is fast


def test_a_torch_that_cannot_tell_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not fast_bfloat16(torch.device("cpu"))
