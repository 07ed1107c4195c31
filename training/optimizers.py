"""What turns gradients into steps: AdamW, or Muon for matrices with AdamW for all else.

Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon) makes every direction of a matrix's momentum as
long as every other, so that what is seldom asked for is learnt as fast as what always is. torch.optim.Muon takes
plain matrices and works in bfloat16; ours also takes convolutions and stacks of matrices, and works in float32 where
a CPU only imitates half precision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from engine.models.blocks import GroupLinear
from engine.networks import fast_bfloat16
from training.settings import StageSettings

ITERATIONS = 5
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic iteration, tuned by its authors: singular values end up between 0.7 and 1.2 in five rounds."""
_AS_ADAM = 0.2
"""Root mean square of AdamW's usual update; steps of that size take AdamW's learning rates (arXiv 2502.16982)."""
SMALLEST = 16
"""Rows and columns of a matrix that is worth it: thinner ones are inputs and outputs, which stay with AdamW."""


def optimizer_for(network: nn.Module, settings: StageSettings) -> torch.optim.Optimizer:
    """The optimizer of all of a network's parameters that learn. Only matrices decay, for norms and biases have no
    scale to keep small."""
    named = {name: value for name, value in network.named_parameters() if value.requires_grad}
    muon = settings.optimizer == "muon"
    stacked = {name: shape for name, shape in _stacks(network) if muon and name in named}
    hidden = [named[name] for name in stacked]
    matrices = [value for name, value in named.items() if value.ndim >= 2 and name not in stacked]
    others = [value for value in named.values() if value.ndim < 2]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    common = {"lr": settings.learning_rate, "betas": settings.betas}
    if settings.optimizer == "adamw":
        return torch.optim.AdamW([group for group in groups if group["params"]], fused=True, **common)
    groups.append({"params": hidden, "weight_decay": settings.weight_decay, "stacked": list(stacked.values())})
    return MuonAdamW([group for group in groups if group["params"]], **common)


def kept_of(group: Mapping[str, Any]) -> tuple[str, ...]:
    """What the optimizer keeps of each parameter of one of its groups from step to step."""
    return ("momentum",) if group.get("stacked") is not None else ("step", "exp_avg", "exp_avg_sq")


class MuonAdamW(torch.optim.Optimizer):
    """Muon for the groups that have `stacked`, AdamW for the others.

    `stacked` has for each parameter (stack, rows): how many matrices it is, and how many rows each of them has.
    """

    def __init__(self, groups: list[dict[str, Any]], lr: float, betas: tuple[float, float]) -> None:
        defaults = {"lr": lr, "betas": betas, "momentum": 0.95, "weight_decay": 0.0, "eps": 1e-8, "stacked": None}
        super().__init__(groups, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """One step along the gradients that there are."""
        if closure is not None:
            raise ValueError("a closure would have to be evaluated anew: it is not taken")
        for group in self.param_groups:
            if group["stacked"] is None:
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        self._adamw(parameter, parameter.grad, group)
            else:
                for parameter, stacked in zip(group["params"], group["stacked"], strict=True):
                    if parameter.grad is not None:
                        self._muon(parameter, parameter.grad, stacked, group)

    def _muon(self, parameter: Tensor, gradient: Tensor, stacked: tuple[int, int], group: Any) -> None:
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        momentum = state["momentum"].lerp_(gradient, 1 - group["momentum"])
        update = orthogonal(gradient.lerp(momentum, group["momentum"]).reshape(*stacked, -1))
        scale = _AS_ADAM * max(update.shape[-2:]) ** 0.5
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_(update.reshape(parameter.shape), alpha=-group["lr"] * scale)

    def _adamw(self, parameter: Tensor, gradient: Tensor, group: Any) -> None:
        state = self.state[parameter]
        if "step" not in state:
            state["step"] = torch.zeros(())
            state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
        state["step"] += 1
        step = float(state["step"])
        first, second = group["betas"]
        mean = state["exp_avg"].lerp_(gradient, 1 - first)
        square = state["exp_avg_sq"].mul_(second).addcmul_(gradient, gradient, value=1 - second)
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        spread = (square / (1 - second**step)).sqrt_().add_(group["eps"])
        parameter.addcdiv_(mean, spread, value=-group["lr"] / (1 - first**step))


def orthogonal(matrices: Tensor) -> Tensor:
    """(stack, rows, columns) -> the nearest matrices with all singular values near 1, float32."""
    x = matrices.to(torch.bfloat16 if fast_bfloat16(matrices.device) else torch.float32)
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    x = (x / x.norm(dim=(-2, -1), keepdim=True).clamp_min(1e-12)).contiguous()
    a, b, c = _COEFFICIENTS
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return (x.mT if tall else x).float()


def _stacks(network: nn.Module) -> Iterator[tuple[str, tuple[int, int]]]:
    """Name of every weight that is a matrix or a stack of some, and how: (stack, rows). A convolution is one matrix,
    with the weights of each output as a row."""
    for prefix, module in network.named_modules():
        if isinstance(module, GroupLinear):
            stack, rows = module.weight.shape[:2]
        elif isinstance(module, nn.Linear) or (isinstance(module, nn.Conv1d | nn.Conv2d) and module.groups == 1):
            stack, rows = 1, module.weight.shape[0]
        else:
            continue
        if min(rows, module.weight.numel() // (stack * rows)) >= SMALLEST:
            yield f"{prefix}.weight" if prefix else "weight", (stack, rows)
