"""How alike two sounds are as pictures, and how much of what should stay did stay. Model-rate mono audio, never NaN."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from engine.grid import SAMPLE_RATE, SAMPLES_PER_FRAME
from engine.models.spectral import stft, triangles
from training.evaluation.metrics import is_silent, residual_db
from training.losses import spectral_losses

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


def log_spectral_distance(estimate: np.ndarray, reference: np.ndarray) -> float | None:
    """Mean absolute difference of the natural logarithms of the magnitudes of (T,) and (T,), above -100 dB, over five
    resolutions from 11 to 171 ms, as autoencoders are trained with; None where the reference is silent."""
    if is_silent(reference):
        return None
    mine, true = (torch.from_numpy(np.ascontiguousarray(sound, np.float32))[None] for sound in (estimate, reference))
    return float(spectral_losses(mine, true)[1])


class Truth:
    """What the outputs of one case are compared with; what is asked of the truth alone is computed once.

    `target`: (T,) of the case; `kept`: what should stay of its source; `others`: what leaves the source and what is
    new in the target.
    """

    def __init__(self, target: np.ndarray, kept: np.ndarray, others: Sequence[np.ndarray]) -> None:
        self.target = target
        self.kept = kept
        self.others = tuple(others)

    def ssim(self, output: np.ndarray) -> float | None:
        """Structural similarity (Wang et al. 2004) of the mel spectrograms of output and target, 1 for equal ones.

        None where the target is silent: two black pictures agree whatever was asked.
        """
        from torchmetrics.functional.image import structural_similarity_index_measure

        if self._picture is None or min(self._picture.shape) < 11:  # smaller than the metric's window
            return None
        # It is (batch, channels, height, width) that torchmetrics takes.
        pictures = [picture[None, None] for picture in (mel_picture(output), self._picture)]
        value = structural_similarity_index_measure(pictures[0], pictures[1], data_range=1.0)
        assert isinstance(value, torch.Tensor)
        return float(value)

    def preservation(self, output: np.ndarray) -> float | None:
        """How untouched the sounds that should stay are in the output, in dB; None where nothing was to stay.

        In every patch of the spectrogram the output is explained as g * kept + h * others by least squares; g = 1 says
        that the kept sound is there as it was. The value is the energy of `kept` against that of (1 - g) * kept,
        within PRESERVATION_RANGE. What the model adds, right or wrong, does not count against it, other than by
        chance likeness (20 dB or more down).
        """
        if self._patches is None:
            return None
        lost = total = 0.0
        heard = _parts(output[None])
        for patch in self._patches:
            # (parts, values): every patch of this band at once
            values = heard[0, patch.low : patch.high].transpose(0, 1).flatten(1)
            gains = (patch.gain * values).sum(1)
            lost += float((patch.energy * (1 - gains).abs().square()).sum())
            total += float(patch.energy.sum())
        return float(np.clip(-10 * np.log10(lost / max(total, 1e-30) + 1e-12), *PRESERVATION_RANGE))

    @functools.cached_property
    def _picture(self) -> torch.Tensor | None:
        return None if is_silent(self.target) else mel_picture(self.target)

    @functools.cached_property
    def _patches(self) -> list[_Patch] | None:
        if is_silent(self.kept):
            return None
        spectra = _parts(np.stack([self.kept, *(other for other in self.others if not is_silent(other))]))
        patches = []
        for low, high in zip(PATCH_EDGES, PATCH_EDGES[1:], strict=False):
            basis = spectra[:, low:high].transpose(1, 2).flatten(2).permute(1, 2, 0)
            gram = basis.mH @ basis
            # A little of each signal's own energy keeps patches solvable in which a signal rests.
            ridge = 1e-6 * torch.diag_embed(torch.diagonal(gram, dim1=1, dim2=2).real + 1e-9)
            first = torch.zeros(gram.shape[:2] + (1,), dtype=gram.dtype)
            first[:, 0] = 1
            # The gain of `kept` is the first row of (gram + ridge)^-1 basis^H, whatever output that is applied to.
            row = torch.linalg.solve(gram + ridge, first).mH @ basis.mH
            patches.append(_Patch(low, high, row[:, 0], gram[:, 0, 0].real))
        return patches


@dataclass(frozen=True, eq=False)
class _Patch:
    """Bins [low, high) of the spectrogram, and of each of its parts: `gain` (parts, values), which makes the gain of
    the kept sound of an output's values, and the `energy` (parts,) of the kept sound."""

    low: int
    high: int
    gain: torch.Tensor
    energy: torch.Tensor


def mel_ssim(output: np.ndarray, target: np.ndarray) -> float | None:
    """`Truth.ssim` of one output."""
    return Truth(target, target, ()).ssim(output)


def preservation(output: np.ndarray, kept: np.ndarray, others: Sequence[np.ndarray]) -> float | None:
    """`Truth.preservation` of one output."""
    return Truth(kept, kept, others).preservation(output)


def outside_db(output: np.ndarray, source: np.ndarray, region: tuple[float, float]) -> float:
    """Level of what changed outside `region` (seconds), relative to the source there; -100 or less is nothing."""
    first, last = (round(place * SAMPLE_RATE) for place in region)
    rest = np.r_[0:first, last : source.shape[0]]
    return residual_db(output[rest] - source[rest], source[rest])


def _parts(audio: np.ndarray) -> torch.Tensor:
    """(signals, T) -> spectra (signals, bins, parts, PATCH_FRAMES) in double precision, zeros after the end."""
    spectra = _stft(audio, torch.hann_window(FFT_SIZE)).to(torch.complex128)
    frames = spectra.shape[-1]
    parts = -(-frames // PATCH_FRAMES)
    return torch.nn.functional.pad(spectra, (0, parts * PATCH_FRAMES - frames)).unflatten(-1, (parts, PATCH_FRAMES))


def _stft(audio: np.ndarray, window: torch.Tensor) -> torch.Tensor:
    """(batch, T) -> (batch, bins, frames)."""
    return stft(torch.from_numpy(np.ascontiguousarray(audio, dtype=np.float32)), FFT_SIZE, SAMPLES_PER_FRAME, window)


@functools.cache
def _mel_bank() -> tuple[torch.Tensor, torch.Tensor]:
    """Window, and filters (bins, bands) with centres that are equal steps of the mel scale (O'Shaughnessy) apart."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HERTZ, HIGHEST_HERTZ))
    centres = 700 * (10 ** (torch.linspace(low, high, MEL_BANDS) / 2595) - 1)
    return torch.hann_window(FFT_SIZE), triangles(centres, FFT_SIZE // 2 + 1, SAMPLE_RATE / FFT_SIZE)
