"""Everything that the denoising network looks at besides the noisy state and the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.text import TextEmbedding


class Network(Protocol):
    """engine.models.unet.UNet, or anything called like it."""

    def __call__(
        self, state: Tensor, time: Tensor, source: Tensor, text: Tensor, text_mask: Tensor, chords: Tensor | None, /
    ) -> Tensor: ...


@dataclass(frozen=True)
class Condition:
    """source: (B, C, F) normalised z_s. text: (B, L, D) with text_mask (B, L) bool. chords: (B, classes, F'), or None
    for a network without them."""

    source: Tensor
    text: Tensor
    text_mask: Tensor
    chords: Tensor | None = None

    @property
    def batch(self) -> int:
        return self.source.shape[0]

    @property
    def frames(self) -> int:
        return self.source.shape[-1]

    def without_text(self, null_text: TextEmbedding) -> Condition:
        """The unconditional branch of Eq. 4: the empty text in place of the instruction.

        Only the text goes. Source and chords stay, as in Eq. 4, where p_s and z_s are in both terms.
        """
        return self._with_text(null_text.to(self.text.device).expand(self.batch))

    def with_text_dropped(self, null_text: TextEmbedding, probability: float, generator: torch.Generator) -> Condition:
        """For training: the text of each example goes with `probability` (p_CFG)."""
        draw = torch.rand(self.batch, generator=generator, device=generator.device)
        dropped = (draw < probability).to(self.text.device)
        null = null_text.to(self.text.device).expand(self.batch)
        words = max(self.text.shape[1], null.states.shape[1])
        text, mask = _padded(self.text, self.text_mask, words)
        null_states, null_mask = _padded(null.states.to(text.dtype), null.mask, words)
        return self._with_text(
            TextEmbedding(
                torch.where(dropped[:, None, None], null_states, text), torch.where(dropped[:, None], null_mask, mask)
            )
        )

    def joined(self, other: Condition) -> Condition:
        """Both conditions as one batch, this one first."""
        words = max(self.text.shape[1], other.text.shape[1])
        pairs = [_padded(c.text, c.text_mask, words) for c in (self, other)]
        if (self.chords is None) != (other.chords is None):
            raise ValueError("conditions with and without chords cannot be one batch")
        chords = None
        if self.chords is not None and other.chords is not None:
            chords = torch.cat([self.chords, other.chords])
        return Condition(
            torch.cat([self.source, other.source]),
            torch.cat([pairs[0][0], pairs[1][0]]),
            torch.cat([pairs[0][1], pairs[1][1]]),
            chords,
        )

    def window(self, start: int, end: int) -> Condition:
        """What concerns frames [start, end) of the source; chords at their own rate."""
        chords = self.chords
        if chords is not None:
            ratio = chords.shape[-1] / self.frames
            first = int(start * ratio)
            chords = chords[..., first : max(round(end * ratio), first + 1)]
        return replace(self, source=self.source[..., start:end], chords=chords)

    def to(self, device: torch.device | str) -> Condition:
        chords = None if self.chords is None else self.chords.to(device)
        return Condition(self.source.to(device), self.text.to(device), self.text_mask.to(device), chords)

    def predict(self, network: Network, state: Tensor, time: Tensor) -> Tensor:
        """One evaluation of the network under this condition. state: (B, S * C, F), time: (B,), 0 to 1000."""
        return network(state, time, self.source, self.text, self.text_mask, self.chords)

    def _with_text(self, text: TextEmbedding) -> Condition:
        return replace(self, text=text.states.to(self.text.dtype), text_mask=text.mask)


def _padded(states: Tensor, mask: Tensor, words: int) -> tuple[Tensor, Tensor]:
    missing = words - states.shape[1]
    return F.pad(states, (0, 0, 0, missing)), F.pad(mask, (0, missing))
