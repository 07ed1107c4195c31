"""How alike two sounds are as pictures, and how much of what should stay did stay. Model-rate mono audio, never NaN."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch

from engine.grid import SAMPLE_RATE, SAMPLES_PER_FRAME
from engine.models.spectral import stft, triangles
from training.evaluation.metrics import is_silent, residual_db

FFT_SIZE = 2048
MEL_BANDS = 128
LOWEST_HERTZ, HIGHEST_HERTZ = 40.0, 11_500.0
PICTURE_RANGE_DB = 80.0
"""From 0 dB (a full-scale sine) down; what is softer is black."""

PATCH_FRAMES = 25
"""Half a second: one gain of a kept sound is estimated in each patch of the spectrogram."""
PATCH_EDGES = (0, 8, 16, 24, 32, 44, 60, 80, 108, 144, 192, 256, 340, 456, 608, 808, 1025)
"""Bins of the patches' borders: a third of an octave or more, and 200 values or more in each patch."""
PRESERVATION_RANGE = (-20.0, 60.0)


def mel_picture(audio: np.ndarray) -> torch.Tensor:
    """audio (T,) -> (bands, frames) of decibels in 128 mel bands, 0 for silence and 1 for a full-scale sine."""
    window, bank = _mel_bank()
    power = _stft(audio[None], window)[0].abs().square() * (2 / window.sum()).square()
    decibels = 10 * torch.log10(bank.t() @ power + 1e-12)
    return (1 + decibels / PICTURE_RANGE_DB).clamp(0, 1)


def mel_ssim(output: np.ndarray, target: np.ndarray) -> float | None:
    """Structural similarity (Wang et al. 2004) of the two mel spectrograms, 1 for equal ones.

    None where the target is silent: two black pictures agree whatever was asked.
    """
    from torchmetrics.functional.image import structural_similarity_index_measure

    if is_silent(target):
        return None
    # It is (batch, channels, height, width) that torchmetrics takes.
    pictures = [mel_picture(audio)[None, None] for audio in (output, target)]
    if min(pictures[0].shape[-2:]) < 11:
        return None  # smaller than the metric's window
    value = structural_similarity_index_measure(pictures[0], pictures[1], data_range=1.0)
    assert isinstance(value, torch.Tensor)
    return float(value)


def preservation(output: np.ndarray, kept: np.ndarray, others: Sequence[np.ndarray]) -> float | None:
    """How untouched the sounds that should stay are in the output, in dB; None where nothing was to stay.

    `others`: what leaves the source and what is new in the true target. In every patch of the spectrogram the
    output is explained as g * kept + h * others by least squares; g = 1 says that the kept sound is there as it
    was. The value is the energy of `kept` against that of (1 - g) * kept, within PRESERVATION_RANGE. What the
    model adds, right or wrong, does not count against it, other than by chance likeness (20 dB or more down).
    """
    if is_silent(kept):
        return None
    sounding = [kept, *(other for other in others if not is_silent(other))]
    window = torch.hann_window(FFT_SIZE)
    spectra = _stft(np.stack([output, *sounding]), window).to(torch.complex128)
    frames = spectra.shape[-1]
    parts = -(-frames // PATCH_FRAMES)
    spectra = torch.nn.functional.pad(spectra, (0, parts * PATCH_FRAMES - frames)).unflatten(-1, (parts, PATCH_FRAMES))
    lost = total = 0.0
    for low, high in zip(PATCH_EDGES, PATCH_EDGES[1:], strict=False):
        # (signals, parts, values): every patch of this band at once
        patch = spectra[:, low:high].transpose(1, 2).flatten(2)
        basis, heard = patch[1:].permute(1, 2, 0), patch[0][..., None]
        gram = basis.mH @ basis
        energy = gram[:, 0, 0].real
        # A little of each signal's own energy keeps patches solvable in which a signal rests.
        ridge = 1e-6 * torch.diag_embed(torch.diagonal(gram, dim1=1, dim2=2).real + 1e-9)
        gains = torch.linalg.solve(gram + ridge, basis.mH @ heard)[:, 0, 0]
        lost += float((energy * (1 - gains).abs().square()).sum())
        total += float(energy.sum())
    return float(np.clip(-10 * np.log10(lost / max(total, 1e-30) + 1e-12), *PRESERVATION_RANGE))


def outside_db(output: np.ndarray, source: np.ndarray, region: tuple[float, float]) -> float:
    """Level of what changed outside `region` (seconds), relative to the source there; -100 or less is nothing."""
    first, last = (round(place * SAMPLE_RATE) for place in region)
    rest = np.r_[0:first, last : source.shape[0]]
    return residual_db(output[rest] - source[rest], source[rest])


def _stft(audio: np.ndarray, window: torch.Tensor) -> torch.Tensor:
    """(batch, T) -> (batch, bins, frames)."""
    return stft(torch.from_numpy(np.ascontiguousarray(audio, dtype=np.float32)), FFT_SIZE, SAMPLES_PER_FRAME, window)


@functools.cache
def _mel_bank() -> tuple[torch.Tensor, torch.Tensor]:
    """Window, and filters (bins, bands) with centres that are equal steps of the mel scale (O'Shaughnessy) apart."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HERTZ, HIGHEST_HERTZ))
    centres = 700 * (10 ** (torch.linspace(low, high, MEL_BANDS) / 2595) - 1)
    return torch.hann_window(FFT_SIZE), triangles(centres, FFT_SIZE // 2 + 1, SAMPLE_RATE / FFT_SIZE)
