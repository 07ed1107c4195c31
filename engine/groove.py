"""Bars of drums that repeat, for a network that writes notes.

Of the bars of a drummer one is much like the next. What a diffusion samples does not where its training was short, for
each token is decided by noise of its own. So tokens that have the same place in their bars begin with the same noise,
and how likely a drum is struck there is told by the bars around, too.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.score import KEYS

AROUND = 4
"""Bars before and after that tell of a bar: verses differ from choruses."""
SHARED = 0.9
"""Of what decides whether something is struck, the share of the bars around."""


class Groove:
    """`places`: (Z,) of each token its place in bars, counted from any: 3.25 is a quarter into the third."""

    def __init__(self, places: np.ndarray) -> None:
        tokens = np.arange(places.size)
        token = float(np.median(np.diff(places))) if places.size > 1 else 1.0
        first = np.floor(places % 1 / token).astype(int)
        self.order = torch.from_numpy(np.clip(first, 0, max(places.size - 1, 0)))
        """(Z,): of each token the one whose noise it begins with."""
        self._there: list[tuple[Tensor, Tensor]] = []
        for bars in range(-AROUND, AROUND + 1):
            there = places + bars
            index = np.rint(np.interp(there, places, tokens)).astype(int)
            known = (there > places[0] - token / 2) & (there < places[-1] + token / 2)
            self._there.append((torch.from_numpy(index), torch.from_numpy(known)))

    def __call__(self, logits: Tensor) -> Tensor:
        """Logits of scores (B, CHANNELS, Z), with the onsets of each token drawn towards those of its place in the
        bars around."""
        onsets = logits[:, :KEYS]
        total = torch.zeros_like(onsets)
        count = torch.zeros(onsets.shape[-1], device=onsets.device)
        for index, known in self._there:
            known = known.to(onsets.device)
            total += onsets[..., index.to(onsets.device)] * known
            count += known
        return torch.cat([onsets.lerp(total / count, SHARED), logits[:, KEYS:]], dim=1)
