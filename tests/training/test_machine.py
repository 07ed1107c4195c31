"""What a run asks of the machine that it is on."""

from __future__ import annotations

import pytest
import torch

from training import machine


@pytest.mark.parametrize("fast", [True, False])
def test_a_cpu_gets_half_precision_where_it_is_fast_at_it(monkeypatch: pytest.MonkeyPatch, fast: bool) -> None:
    monkeypatch.setattr(machine, "fast_bfloat16", lambda device: fast)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert machine.precision_for("cpu", "auto") == ("bf16" if fast else "no")
    assert machine.precision_for("cpu", "bf16") == "bf16", "who asks for it gets it"
    assert machine.precision_for("mps", "auto") == "no"
