"""What a network that writes notes is told of the music around them (`space = "score"`).

Rows of the source picture, (B, rows, Z) on the tokens of engine.score, N instruments of the vocabulary:

    88      keys that the listener hears, the mean probability in the token
    N       instruments that it hears
    8       beat and downbeat, each of a token's four label frames by itself
    24      rises of loudness in six bands, each of the four frames: where something is struck, to 20 ms
    176     onsets and keys of what is already written for this edit, without its drums (0 or 1)
    6       its kicks, snares and other drums, each in the first and in the second half of the token (0 or 1)
    N       the instrument that is asked for (1)

In a U-Net for sound z_s stands here; the paper's aggregation, concatenation and chords work on either.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.grid import SAMPLE_RATE, SAMPLES_PER_FRAME
from engine.models.spectral import stft, triangles
from engine.score import KEYS, LOWEST_KEY, TOKEN_FRAMES, WHEN

BANDS = 6
_WINDOW = 1024
_LOWEST, _HIGHEST = 60.0, 9_000.0
_FLOOR = 0.03
"""Of the music's own level: what rises below it is not struck."""
_LOUD = 2.0
"""Nepers that count as one: rises are then about 0 to 1.5."""


_KICKS, _SNARES = (35, 36), (37, 38, 39, 40)
_DRUMS = tuple(
    tuple(key - LOWEST_KEY for key in keys)
    for keys in (_KICKS, _SNARES, [key for key in range(41, LOWEST_KEY + KEYS) if key < 88])
)


def source_rows(instruments: int) -> int:
    """Rows of the source picture for a vocabulary of so many instruments."""
    return heard_rows(instruments) + 2 * KEYS + 2 * len(_DRUMS) + instruments


def heard_rows(instruments: int) -> int:
    """Those of them that come from the source."""
    return KEYS + instruments + (2 + BANDS) * TOKEN_FRAMES


def rises(audio: Tensor, level: float | None = None) -> Tensor:
    """Audio (B, T) at 24 kHz -> (B, BANDS, ceil(T / 480)): how much louder each frame is than the one before it, in
    bands evenly spaced in pitch, relative to the RMS `level`, of the audio itself if None."""
    with torch.autocast(audio.device.type, enabled=False), torch.no_grad():
        audio = audio.float()
        own = audio.square().mean(-1).sqrt() if level is None else torch.full(audio.shape[:1], level)
        floor = own.to(audio.device).clamp_min(1e-5)[:, None, None]
        window = torch.hann_window(_WINDOW, device=audio.device)
        spectrum = stft(audio, _WINDOW, SAMPLES_PER_FRAME, window)[..., :-1].abs()
        centres = _LOWEST * (_HIGHEST / _LOWEST) ** (torch.arange(BANDS, device=audio.device) / (BANDS - 1))
        bank = triangles(centres, _WINDOW // 2 + 1, SAMPLE_RATE / _WINDOW).to(audio.device)
        loudness = torch.log(bank.t() @ spectrum / (floor * _WINDOW**0.5) + _FLOOR)
        rise = (loudness - F.pad(loudness, (1, 0), mode="replicate")[..., :-1]).clamp_min(0)
        return rise / _LOUD


def heard_picture(pitches: Tensor, instruments: Tensor, pulse: Tensor, risen: Tensor) -> Tensor:
    """What is heard, on the label grid: keys (B, 88, F), instruments (B, N, F), beat and downbeat (B, 2, F), all
    probabilities, and `rises` (B, BANDS, F) -> (B, heard_rows, ceil(F / 4))."""
    fill = -pitches.shape[-1] % TOKEN_FRAMES
    slow = F.pad(torch.cat([pitches, instruments], dim=1), (0, fill))
    fast = F.pad(torch.cat([pulse, risen], dim=1), (0, fill))
    slow = slow.unflatten(-1, (-1, TOKEN_FRAMES)).mean(-1)
    fast = fast.unflatten(-1, (-1, TOKEN_FRAMES)).transpose(2, 3).flatten(1, 2)
    return torch.cat([slow, fast], dim=1)


def source_picture(heard: Tensor, written: Tensor, drums: Tensor, asked: Tensor) -> Tensor:
    """heard (B, heard_rows, Z); what is already written, as scores in -1..1 (B, CHANNELS, Z), the pitched parts in one
    and the drums in the other; asked: the instrument (B, N) -> (B, source_rows, Z)."""
    notes = (written[:, : 2 * KEYS] + 1) / 2
    struck = drums[:, :KEYS] > 0
    late = (drums[:, WHEN] > 0)[:, None]
    groups = torch.stack([struck[:, list(keys)].any(1) for keys in _DRUMS], dim=1)
    beaten = torch.cat([groups & ~late, groups & late], dim=1).to(heard.dtype)
    return torch.cat([heard, notes.to(heard.dtype), beaten, asked[..., None].expand(-1, -1, heard.shape[-1])], dim=1)
