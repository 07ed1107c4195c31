"""A wider network that begins as a narrower one: what was learnt is kept, and there is room for more.

Net2WiderNet (Chen et al. 2016, arXiv 1511.05641). Channels are copied, and whatever reads a copied channel reads each
copy at its share, so the wider network says exactly what the narrower one says. Copies that stayed alike would learn
alike: so what reads them weighs them differently, by amounts that sum to nothing as long as they are copies.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

DIFFERENCE = 0.3
"""Deviation by which the weights of copies differ, as a share of the deviation of the layer's weights."""


def widened(weights: Mapping[str, Tensor], wider: Mapping[str, Tensor], *, seed: int) -> dict[str, Tensor]:
    """`weights` in the shapes of `wider`, which has the same names and is nowhere narrower.

    The first axis of every tensor is what a layer gives, the second, where it differs, what it reads. Networks may have
    normalisation of single channels, sums and rectifiers between their layers, but no normalisation across channels.
    Raises ValueError where `wider` is no wider version.
    """
    generator = torch.Generator().manual_seed(seed)
    grown: dict[str, Tensor] = {}
    for name, value in weights.items():
        shape = wider[name].shape if name in wider else None
        if shape is None or len(shape) != value.ndim or shape[2:] != value.shape[2:]:
            raise ValueError(f"{name} of {tuple(value.shape)} does not grow to {shape and tuple(shape)}")
        if any(new < old for new, old in zip(shape[:2], value.shape[:2], strict=True)):
            raise ValueError(f"{name} of {tuple(value.shape)} would shrink to {tuple(shape)}")
        if value.ndim and shape[0] > value.shape[0]:
            value = value[_copies(value.shape[0], shape[0])]
        if value.ndim > 1 and shape[1] > value.shape[1]:
            value = _read_by_copies(value, shape[1], generator)
        grown[name] = value.contiguous()
    return grown


def _copies(channels: int, wanted: int) -> Tensor:
    """(wanted,): which channel each is a copy of; the first are themselves."""
    return torch.arange(wanted) % channels


def _read_by_copies(value: Tensor, wanted: int, generator: torch.Generator) -> Tensor:
    source = _copies(value.shape[1], wanted)
    many = torch.bincount(source).reshape(-1, *[1] * (value.ndim - 2))
    noise = torch.randn((value.shape[0], wanted, *value.shape[2:]), generator=generator) * DIFFERENCE * value.std()
    mean = torch.zeros_like(value).index_add_(1, source, noise) / many
    return (value / many)[:, source] + noise - mean[:, source]
