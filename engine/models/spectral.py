"""Short-time Fourier transforms whose frames are counted from the grid, for any length of audio.

Two placements are used. `frames` blocks: frame f is centred on the samples it stands for
(f * hop + hop / 2), so that T = F * hop samples are exactly F frames: the autoencoder. `centred`:
frame t is centred on sample t * hop, and T samples are ceil(T / hop) + 1 frames: masks and listening.
All of it is computed in float32, whatever autocast says: half precision has no Fourier transform.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def frame_block(audio: Tensor, size: int, hop: int) -> Tensor:
    """(batch, F * hop) -> (batch, F, size): frame f is centred on block f."""
    margin = (size - hop) // 2
    return F.pad(audio, (margin, size - hop - margin)).unfold(-1, size, hop)


def join_blocks(frames: Tensor, hop: int) -> Tensor:
    """Overlap-add of frame_block's frames: (batch, F, size) -> (batch, F * hop)."""
    size, count = frames.shape[-1], frames.shape[-2]
    margin = (size - hop) // 2
    return overlap_add(frames, hop)[..., margin : margin + count * hop]


def overlap_add(frames: Tensor, hop: int) -> Tensor:
    """(batch, F, size) -> (batch, (F - 1) * hop + size rounded up to a hop)."""
    parts = -(-frames.shape[-1] // hop)
    frames = F.pad(frames, (0, parts * hop - frames.shape[-1]))
    # Unbound at once: the gradient of every single slice would be a whole tensor of zeros.
    pieces = frames.unflatten(-1, (parts, hop)).unbind(-2)
    total = sum(F.pad(piece, (0, 0, part, parts - 1 - part)) for part, piece in enumerate(pieces))
    assert isinstance(total, Tensor)
    return total.flatten(-2)


def stft(audio: Tensor, size: int, hop: int, window: Tensor) -> Tensor:
    """Centred: (batch, T) -> complex (batch, size // 2 + 1, ceil(T / hop) + 1). Beyond the ends lies silence."""
    samples = audio.shape[-1]
    after = -samples % hop + size // 2
    with torch.autocast(audio.device.type, enabled=False):
        frames = F.pad(audio.float(), (size // 2, after)).unfold(-1, size, hop)
        return torch.fft.rfft(frames * window).transpose(-1, -2)


def istft(spectrum: Tensor, size: int, hop: int, window: Tensor, samples: int) -> Tensor:
    """Inverse of `stft`: complex (batch, bins, frames) -> (batch, samples), least squares (Griffin and Lim 1984)."""
    with torch.autocast(spectrum.device.type, enabled=False):
        frames = torch.fft.irfft(spectrum.transpose(-1, -2), n=size) * window
        weight = overlap_add((window * window).expand(1, frames.shape[-2], size), hop)
        audio = overlap_add(frames, hop) / weight.clamp_min(1e-6)
        return audio[..., size // 2 : size // 2 + samples]


def triangles(centres: Tensor, bins: int, bin_hertz: float) -> Tensor:
    """Filterbank (bins, bands): triangles between neighbouring centres (Hertz), at least one bin wide.

    Where bands are closer than bins (the lowest notes) a band interpolates between two bins.
    """
    frequencies = torch.arange(bins) * bin_hertz
    below = torch.cat([2 * centres[:1] - centres[1:2], centres[:-1]])
    above = torch.cat([centres[1:], 2 * centres[-1:] - centres[-2:-1]])
    left = torch.maximum(centres - below, torch.tensor(bin_hertz))
    right = torch.maximum(above - centres, torch.tensor(bin_hertz))
    distance = frequencies[:, None] - centres[None, :]
    return torch.clamp(1 - torch.where(distance < 0, -distance / left, distance / right), min=0)
