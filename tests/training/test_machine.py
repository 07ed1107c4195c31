"""What a run asks of the machine that it is on."""

from __future__ import annotations

import pytest
import torch

from engine.errors import UserError
from training import machine


@pytest.mark.parametrize("fast", [True, False])
def test_a_cpu_gets_half_precision_where_it_is_fast_at_it(monkeypatch: pytest.MonkeyPatch, fast: bool) -> None:
    monkeypatch.setattr(machine, "fast_bfloat16", lambda device: fast)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert machine.precision_for("cpu", "auto") == ("bf16" if fast else "no")
    assert machine.precision_for("cpu", "bf16") == "bf16", "who asks for it gets it"
    assert machine.precision_for("mps", "auto") == "no"


@pytest.mark.parametrize("native", [True, False])
def test_a_gpu_gets_half_precision_where_it_need_not_imitate_it(monkeypatch: pytest.MonkeyPatch, native: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    # What has no bfloat16 says that it has, unless it is asked without emulation.
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: native or including_emulation)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for device in ("auto", "cuda"):
        assert machine.precision_for(device, "auto") == ("bf16" if native else "no")


def test_a_device_that_is_not_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for device in ("cuda", "mps"):
        with pytest.raises(UserError, match="use --device cpu"):
            machine.accelerator_for(device, "auto")
