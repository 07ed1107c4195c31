"""How much likelier an instrument is for being asked for: chosen after training, on validation songs.

The renderer's shares say what a bin most likely is before anybody asks. Whoever asks for the organ has heard one, and
shares that are right on average are then too small: of organs, winds and guitars in whole mixes the network takes so
little that removing them is hardly heard. `Renderer.asked_odds` raises an instrument's odds where it is asked for, each
by what serves its removal and its extraction together, which share a mask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.models.renderer import Renderer
from training.clip import OTHER, Clip
from training.evaluation.metrics import si_sdr

GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Nepers. With more than one what is taken for an instrument that is not there comes within 24 dB of the song."""

USUAL = 6
"""Stems for which the average over all instruments counts: a rare one's odds must not hang on two songs."""

SWING_DB = 2.0
"""Bound of what one stem can say: from silence to a trace of sound SI-SDR leaps by tens of decibels."""

AUDIBLE = 1e-3
"""Share of the mix's power below which a stem, or all but it, decides nothing."""


@dataclass(frozen=True, eq=False)
class AskedOdds:
    """`values`: nepers, one for each instrument in the network's order. `stems`: from how many of each."""

    values: torch.Tensor
    stems: tuple[int, ...]


def choose_odds(
    renderer: Renderer,
    clips: Iterable[Clip],
    instruments: Sequence[str],
    *,
    on_clip: Callable[[], object] | None = None,
) -> AskedOdds:
    """The odds with which removing and extracting each stem of whole mixes gain most. The renderer's own are left as
    they are. Clips with a stem that nobody knows are passed over."""
    gains: dict[str, list[np.ndarray]] = {name: [] for name in instruments}
    kept = renderer.asked_odds.clone()
    try:
        for clip in clips:
            if OTHER not in clip.stems and len(clip.stems) > 1:
                _add(gains, renderer, clip, instruments)
            if on_clip is not None:
                on_clip()
    finally:
        renderer.asked_odds.copy_(kept)
    every = [row for rows in gains.values() for row in rows]
    usual = np.mean(every, axis=0) if every else np.zeros(len(GRID))
    values = []
    for name in instruments:
        total = np.sum(gains[name], axis=0) if gains[name] else np.zeros(len(GRID))
        values.append(GRID[int(np.argmax((total + USUAL * usual) / (len(gains[name]) + USUAL)))])
    return AskedOdds(torch.tensor(values), tuple(len(gains[name]) for name in instruments))


@torch.inference_mode()
def _add(gains: dict[str, list[np.ndarray]], renderer: Renderer, clip: Clip, instruments: Sequence[str]) -> None:
    """What each of GRID brings to each stem that can be heard, in dB over the first of them."""
    device = renderer.asked_odds.device
    mix = np.stack(list(clip.stems.values())).sum(axis=0, dtype=np.float32)
    source = torch.from_numpy(mix)[None].to(device)
    spectrum = renderer.stft(source)
    log_shares = renderer.log_shares(renderer.features(spectrum))
    power = float(np.square(mix).mean())
    for name, stem in clip.stems.items():
        rest = mix - stem
        if name not in gains or min(np.square(stem).mean(), np.square(rest).mean()) < AUDIBLE * power:
            continue
        query = torch.zeros(1, len(instruments), device=device)
        query[0, list(instruments).index(name)] = 1
        found = []
        for odds in GRID:
            renderer.asked_odds.fill_(odds)
            mask = renderer.mask(log_shares, query)
            taken = renderer.istft(spectrum * mask, mix.size)[0].cpu().numpy()
            found.append([si_sdr(taken, stem), si_sdr(mix - taken, rest)])
        curves = np.array(found, dtype=np.float64)  # None, which silence gets, is no number
        if np.isfinite(curves).all():
            gains[name].append(np.clip(curves - curves[:1], -SWING_DB, SWING_DB).mean(axis=1))
