"""What the stages minimise. Pure functions of tensors; audio is (..., T), every loss is one number.

Energies are summed in float32, and every logarithm and root has a floor: near-silent targets are
common (an instrument that is not there), and one division by nothing ruins a night of training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.models.listener import Heard

RESOLUTIONS = (256, 512, 1024, 2048, 4096)
SILENCE_RMS = 1e-3
"""-60 dB: below it a target is silence, and its scale or direction means nothing."""


# --- Waveforms


def si_sdr(estimate: Tensor, reference: Tensor) -> Tensor:
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux et al. 2019): (..., T) -> (...)."""
    estimate, reference = estimate.float(), reference.float()
    estimate = estimate - estimate.mean(-1, keepdim=True)
    reference = reference - reference.mean(-1, keepdim=True)
    scale = (estimate * reference).sum(-1, keepdim=True) / (reference.square().sum(-1, keepdim=True) + 1e-8)
    target = scale * reference
    return 10 * torch.log10((target.square().sum(-1) + 1e-8) / ((estimate - target).square().sum(-1) + 1e-8))


def si_sdr_loss(estimate: Tensor, reference: Tensor, limit_db: float = 30.0) -> Tensor:
    """Mean negative SI-SDR over the clips whose reference sounds; 0 where none does.

    Beyond `limit_db` a clip is good enough: its gradient fades, so that easy clips do not rule the batch.
    """
    estimate, reference = estimate.float(), reference.float()
    sounds = reference.square().mean(-1).sqrt() > SILENCE_RMS
    power = reference.square().sum(-1, keepdim=True).clamp_min(1e-8)
    target = (estimate * reference).sum(-1, keepdim=True) / power * reference
    signal = target.square().sum(-1)
    error = (estimate - target).square().sum(-1)
    # The floor follows the reference, so that an estimate of nothing has a finite ratio and gradient.
    floor = 1e-6 * power.squeeze(-1)
    ratio = 10 * torch.log10((signal + floor) / (error + 10 ** (-limit_db / 10) * signal + floor))
    return -torch.where(sounds, ratio, torch.zeros_like(ratio)).sum() / sounds.sum().clamp_min(1)


# --- Spectra


@lru_cache(maxsize=64)
def _window(size: int, device: torch.device) -> Tensor:
    return torch.hann_window(size, device=device)


def magnitudes(audio: Tensor, size: int, hop: int | None = None) -> Tensor:
    """Linear magnitudes (rows, frames, bins) of (..., T), half overlapped; a full-scale sine peaks near 0.5."""
    hop = hop or size // 2
    with torch.autocast(audio.device.type, enabled=False):
        audio = audio.float().reshape(-1, audio.shape[-1])
        window = _window(size, audio.device)
        audio = F.pad(audio, (size // 2, size // 2 + -audio.shape[-1] % hop))
        spectrum = torch.fft.rfft(audio.unfold(-1, size, hop) * (window / window.sum()))
        # The root of the power with a floor: |x| has no gradient at silence.
        return torch.view_as_real(spectrum).square().sum(-1).add(1e-14).sqrt()


def spectral_losses(
    estimate: Tensor, reference: Tensor, sizes: Sequence[int] = RESOLUTIONS, floor: float = 1e-5
) -> tuple[Tensor, Tensor]:
    """(spectral convergence, log-spectral distance), each the mean over resolutions (Yamamoto et al. 2020).

    Convergence is the error's share of the reference's magnitudes (of silence: of the silence threshold);
    the distance is the mean absolute difference of natural logarithms above `floor` (-100 dB).
    """
    convergence = estimate.new_zeros((), dtype=torch.float32)
    distance = convergence.clone()
    for size in sizes:
        with torch.no_grad():
            wanted = magnitudes(reference, size)
        got = magnitudes(estimate, size)
        norm = wanted.square().sum((1, 2)).sqrt().clamp_min(1e-4)
        convergence = convergence + (((got - wanted).square().sum((1, 2)) + 1e-12).sqrt() / norm).mean()
        distance = distance + (torch.log(got + floor) - torch.log(wanted + floor)).abs().mean()
    return convergence / len(sizes), distance / len(sizes)


def multi_resolution_loss(
    estimate: Tensor, reference: Tensor, sizes: Sequence[int] = RESOLUTIONS, floor: float = 1e-5
) -> Tensor:
    """The sum of both `spectral_losses`."""
    convergence, distance = spectral_losses(estimate, reference, sizes, floor)
    return convergence + distance


@dataclass(frozen=True)
class SelectionLoss:
    """Terms of one batch of masks, each one number. The ratios are SI-SDR in dB, higher is better, over the items that
    have such a part; `leak` is the level in dB, against the mixture, of what is taken for instruments that are not
    there, summed over these items and divided by all."""

    taken_db: Tensor
    rest_db: Tensor
    leak_db: Tensor
    magnitude: Tensor


def selection_loss(mask: Tensor, spectrum: Tensor, wanted: Tensor, limit_db: float = 30.0) -> SelectionLoss:
    """How well a real mask (B, K, t) takes the spectrum `wanted` out of `spectrum` (complex, same shape).

    Every item counts relative to its own target, not to the mixture: measured against the mixture, quiet stems
    weigh nothing and the mask falls shut within 200 steps (extract -27 dB). For the same reason taking nothing is
    the worst answer here where there is something, and leaks below -25 dB are good enough. A real mask lets the
    products be multiplied out, <M X, S> = sum M Re(X S*), so that no complex number is differentiated.
    """
    mask = mask.float()
    mixture, target = _power(spectrum), _power(wanted)
    shared = spectrum.real * wanted.real + spectrum.imag * wanted.imag
    remaining = (mixture - 2 * shared + target).clamp_min(0)

    def mean(x: Tensor) -> Tensor:
        return x.mean(dim=(1, 2))

    whole, of_target, of_rest = mean(mixture), mean(target), mean(remaining)
    masked = mask * mixture
    taken_power, taken_mixture, taken_target = mean(mask * masked), mean(masked), mean(mask * shared)
    rest_power = whole - 2 * taken_mixture + taken_power
    rest_shared = whole - mean(shared) - taken_mixture + taken_target

    present = of_target > 1e-4 * whole
    stays = of_rest > 1e-4 * whole
    taken_db = _ratio_db(taken_target, taken_power, of_target, limit_db)
    rest_db = _ratio_db(rest_shared, rest_power, of_rest, limit_db)
    leak_db = 10 * torch.log10(taken_power / (whole + 1e-8) + 10**-2.5)

    level = mixture.sqrt()
    taken = mask * level
    of_taken = mean((taken - target.sqrt()).abs()) / mean(target.sqrt()).clamp_min(1e-2 * mean(level) + 1e-6)
    of_left = mean((level - taken - remaining.sqrt()).abs()) / (mean(level) + 1e-6)
    return SelectionLoss(
        _mean_where(taken_db, present),
        _mean_where(rest_db, stays & present),
        torch.where(present, torch.zeros_like(leak_db), leak_db).mean(),
        _mean_where(of_taken, present) + of_left.mean(),
    )


def share_loss(log_shares: Tensor, spectra: Tensor, owner: Tensor, never: Sequence[int] = ()) -> Tensor:
    """Cross-entropy of the shares of all classes against those of the stems' magnitudes, each bin weighted by the
    root of its level within the clip.

    log_shares: (B, t, C, K - 1), as the renderer gives them; spectra: complex (B, S, K, t); owner: (B, S) int64, the
    class of each stem, -1 where there is none, C where nobody knows it: such a stem may be given to any classes but
    those that are `never` in it.
    """
    example, stem = (owner >= 0).nonzero(as_tuple=True)
    with torch.no_grad():
        levels = (_power(spectra[example, stem, :-1]) + 1e-14).sqrt()
        whole = levels.new_zeros((owner.shape[0], *levels.shape[1:])).index_add_(0, example, levels)
        weight = whole.sqrt()
        weight = weight / weight.mean(dim=(1, 2), keepdim=True).clamp_min(1e-4)
        truth = (levels * (weight / whole.clamp_min(1e-12))[example]).transpose(1, 2)
    given, classes = log_shares.transpose(1, 2), log_shares.shape[2]
    if bool((owner == classes).any()):
        possible = [one for one in range(classes) if one not in never]
        given = torch.cat([given, given[:, possible].logsumexp(dim=1, keepdim=True)], dim=1)
    return -(truth * given[example, owner[example, stem]]).sum() / whole.numel()


def _power(spectrum: Tensor) -> Tensor:
    return spectrum.real.square() + spectrum.imag.square()


def _mean_where(values: Tensor, chosen: Tensor) -> Tensor:
    """Of the chosen values; 0 where there are none."""
    return torch.where(chosen, values, torch.zeros_like(values)).sum() / chosen.sum().clamp_min(1)


def _ratio_db(shared: Tensor, power: Tensor, reference: Tensor, limit_db: float) -> Tensor:
    """SI-SDR from the products <e, r>, <e, e>, <r, r>. Nothing at all has -30 dB: its floors follow the reference."""
    floor = 1e-5 * reference + 1e-10
    signal = shared.square() / (reference + 1e-10)
    error = (power - signal).clamp_min(0)
    return 10 * torch.log10((signal + 1e-3 * floor) / (error + 10 ** (-limit_db / 10) * signal + floor))


# --- The listener


@dataclass(frozen=True)
class Labels:
    """What a batch's labels say; None or the value named is unknown, and no loss is taken there.

    chords: (B, F) class, -1 unknown. pitches, onsets: (B, 88, F) in 0..1, negative unknown. instruments: (B, N, F) in
    0..1, negative unknown. beats: (B, F) 0 nothing, 1 beat, 2 downbeat, -1 unknown.
    """

    chords: Tensor | None = None
    pitches: Tensor | None = None
    onsets: Tensor | None = None
    instruments: Tensor | None = None
    beats: Tensor | None = None


@dataclass(frozen=True)
class ListenerLoss:
    chords: Tensor
    pitches: Tensor
    onsets: Tensor
    instruments: Tensor
    beats: Tensor


def listener_loss(
    heard: Heard,
    labels: Labels,
    *,
    pitch_balance: float = 2.0,
    onset_balance: float = 4.0,
    instrument_balance: float = 1.5,
    beat_balance: float = 6.0,
) -> ListenerLoss:
    """Cross-entropies over what is known. The balances are how much more a sounding key, an onset, a present
    instrument and a beat weigh than their absence."""
    zero = heard.chords.new_zeros(())
    chords = pitches = onsets = instruments = beats = zero
    if labels.chords is not None and bool((labels.chords >= 0).any()):
        chords = F.cross_entropy(heard.chords.float(), labels.chords.long(), ignore_index=-1, label_smoothing=0.02)
    if labels.pitches is not None:
        pitches = _known_bce(heard.pitches, labels.pitches.float(), pitch_balance)
    if labels.onsets is not None:
        onsets = _known_bce(heard.onsets, _spread(labels.onsets.float()), onset_balance)
    if labels.instruments is not None:
        instruments = _known_bce(heard.instruments, labels.instruments.float(), instrument_balance)
    if labels.beats is not None:
        beats = _known_bce(heard.beats, beat_targets(labels.beats), beat_balance)
    return ListenerLoss(chords, pitches, onsets, instruments, beats)


def beat_targets(beats: Tensor) -> Tensor:
    """(B, F) 0, 1, 2 or -1 -> (B, 2, F) of beat and downbeat, half as sure one frame (20 ms) before and after."""
    known = (beats >= 0).unsqueeze(1)
    marks = torch.stack([beats >= 1, beats == 2], dim=1).float()
    return torch.where(known, _spread(marks), torch.full_like(marks, -1.0))


def _spread(marks: Tensor) -> Tensor:
    """(..., F): a mark is half as sure one frame (20 ms) before and after. What is negative stays."""
    beside = torch.maximum(F.pad(marks, (1, 0))[..., :-1], F.pad(marks, (0, 1))[..., 1:])
    return torch.where(marks < 0, marks, torch.maximum(marks, 0.5 * beside.clamp_min(0)))


def _known_bce(logits: Tensor, targets: Tensor, balance: float) -> Tensor:
    known = (targets >= 0).float()
    targets = targets.clamp_min(0)
    weight = known * (1 + (balance - 1) * targets)
    loss = F.binary_cross_entropy_with_logits(logits.float(), targets, reduction="none")
    return (loss * weight).sum() / weight.sum().clamp_min(1)
