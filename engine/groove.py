"""Bars that repeat, for a network that writes notes.

Music repeats itself: of the bars of a band one is much like the next. What a diffusion samples does not where its
training was short, for each token is decided by noise of its own. So tokens that have the same place in their bars
begin with the same noise, and how likely anything is struck there is told by the bars around, too. Which notes these
are, the harmony of each bar decides.
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
    """`places`: (Z,) of each token its place in bars, counted from any: 3.25 is a quarter into the third. `by_key`:
    whether keys are struck each in a rhythm of its own, as those of drums are, instead of all in one."""

    def __init__(self, places: np.ndarray, by_key: bool) -> None:
        self.by_key = by_key
        tokens = np.arange(places.size)
        length = 1 / np.median(np.diff(places)) if places.size > 1 else 1.0
        first = np.floor(places % 1 * length).astype(int)
        self.order = torch.from_numpy(np.clip(first, 0, max(places.size - 1, 0)))
        """(Z,): of each token the one whose noise it begins with."""
        self._there: list[tuple[Tensor, Tensor]] = []
        for bars in range(-AROUND, AROUND + 1):
            found = np.interp(places + bars, places, tokens, left=-1, right=-1)
            self._there.append((torch.from_numpy(np.rint(found.clip(0)).astype(int)), torch.from_numpy(found >= 0)))

    def __call__(self, logits: Tensor) -> Tensor:
        """Logits of scores (B, CHANNELS, Z), with the onsets of each token drawn towards those of its place in the
        bars around."""
        onsets = logits[:, :KEYS]
        mine = onsets if self.by_key else torch.logsumexp(onsets, dim=1, keepdim=True)
        total = torch.zeros_like(mine)
        count = torch.zeros(mine.shape[-1], device=mine.device)
        for index, known in self._there:
            known = known.to(mine.device)
            total += mine[..., index.to(mine.device)] * known
            count += known
        shift = SHARED * (total / count - mine)
        return torch.cat([onsets + shift, logits[:, KEYS:]], dim=1)
