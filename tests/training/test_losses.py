from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest
import torch
from torch import Tensor

from engine.models.listener import Heard
from training.discriminator import Discriminator, adversarial_losses, discriminator_loss
from training.losses import (
    Labels,
    beat_targets,
    listener_loss,
    multi_resolution_loss,
    selection_loss,
    share_loss,
    si_sdr,
    si_sdr_loss,
    spectral_losses,
)


def noise(samples: int = 4800, batch: int = 3, seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


def test_si_sdr_of_a_tenth_of_noise_is_twenty_decibels_at_any_gain() -> None:
    reference, error = noise(48_000), noise(48_000, seed=1)
    for gain in (0.2, 1.0, 5.0):
        torch.testing.assert_close(
            si_sdr(gain * (reference + 0.1 * error), reference), torch.full((3,), 20.0), rtol=0, atol=0.3
        )


@pytest.mark.parametrize("loss", [si_sdr_loss, multi_resolution_loss])
def test_waveform_losses_fall_as_the_estimate_nears_the_reference(loss) -> None:
    reference = noise()
    far, near, there = (loss(reference + share * noise(seed=1), reference) for share in (1.0, 0.1, 0.0))
    assert far > near > there


@pytest.mark.parametrize("level", [0.0, 1e-6, 0.1])
@pytest.mark.parametrize("reference_level", [0.0, 1e-6, 0.1])
def test_gradients_are_finite_for_silence_on_either_side(level: float, reference_level: float) -> None:
    estimate = (level * noise(seed=1)).requires_grad_()
    reference = reference_level * noise()
    total = si_sdr_loss(estimate, reference) + multi_resolution_loss(estimate, reference, sizes=(256, 1024))
    total.backward()
    assert total.isfinite() and estimate.grad is not None and estimate.grad.isfinite().all()


def test_a_silent_reference_does_not_move_the_scale_invariant_loss() -> None:
    reference = noise()
    estimate = reference + 0.3 * noise(seed=1)
    with_silence = torch.cat([reference, torch.zeros(1, 4800)])
    torch.testing.assert_close(
        si_sdr_loss(torch.cat([estimate, noise(batch=1, seed=3)]), with_silence), si_sdr_loss(estimate, reference)
    )


def test_convergence_is_the_share_of_the_error() -> None:
    reference = noise(24_000)
    convergence, distance = spectral_losses(0.5 * reference, reference)
    assert convergence.item() == pytest.approx(0.5, abs=0.01)
    assert distance.item() == pytest.approx(0.693, abs=0.01)


def heard(frames: int = 6) -> Heard:
    generator = torch.Generator().manual_seed(0)
    parts = [torch.randn(2, rows, frames, generator=generator).requires_grad_() for rows in (85, 88, 88, 3, 2)]
    return Heard(*parts)


def test_nothing_known_teaches_nothing() -> None:
    unknown = Labels(*(torch.full(shape, -1) for shape in ((2, 6), (2, 88, 6), (2, 88, 6), (2, 3, 6), (2, 6))))
    for labels in (Labels(), unknown):
        loss = listener_loss(heard(), labels)
        assert all(getattr(loss, part.name).item() == 0 for part in fields(loss))


def test_only_known_frames_have_gradients() -> None:
    answer = heard()
    chords = torch.full((2, 6), -1)
    chords[0, 2] = 7
    beats = torch.full((2, 6), -1)
    beats[1, 3:] = 0
    loss = listener_loss(answer, Labels(chords=chords, beats=beats))
    (loss.chords + loss.beats).backward()
    assert answer.chords.grad is not None and answer.beats.grad is not None
    assert answer.chords.grad.abs().sum(1).nonzero().tolist() == [[0, 2]]
    assert answer.beats.grad.abs().sum(1).nonzero().tolist() == [[1, 3], [1, 4], [1, 5]]
    assert answer.pitches.grad is None


def test_beats_are_half_sure_beside_themselves_and_downbeats_are_beats() -> None:
    targets = beat_targets(torch.tensor([[0, 1, 0, 0, 2, 0, -1]]))
    assert targets[0, 0].tolist() == [0.5, 1, 0.5, 0.5, 1, 0.5, -1]
    assert targets[0, 1].tolist() == [0, 0, 0, 0.5, 1, 0.5, -1]


def test_onsets_are_half_sure_beside_themselves_and_unknown_ones_stay_unknown() -> None:
    struck = torch.tensor([[[0, 0, 1, 0, 0, 0]], [[-1] * 6]])
    right = Heard(*(torch.zeros(2, rows, 6) for rows in (85, 1, 1, 3, 2)))
    sharp, soft = (
        replace(right, onsets=torch.tensor(row).expand(2, 1, 6))
        for row in ([-9.0, -9, 9, -9, -9, -9], [-9.0, 0, 9, 0, -9, -9])
    )
    losses = [listener_loss(heard, Labels(onsets=struck)).onsets for heard in (sharp, soft)]
    assert losses[1] < losses[0]


def test_the_judge_and_the_judged_want_opposite_things() -> None:
    torch.manual_seed(0)
    judge = Discriminator(channels=4, sizes=(256, 512))
    real, fake = noise().unsqueeze(1), (0.5 * noise(seed=1)).unsqueeze(1).requires_grad_()
    optimizer = torch.optim.Adam(judge.parameters(), lr=1e-2)
    for _ in range(30):
        loss = discriminator_loss(judge(real), judge(fake.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 1.5
    hinge, features = adversarial_losses(judge(real), judge(fake))
    (hinge + features).backward()
    assert hinge.item() > 1 and fake.grad is not None and fake.grad.any()


def test_the_ratios_of_a_mask_are_those_of_the_complex_spectra() -> None:
    generator = torch.Generator().manual_seed(0)
    stem, rest = (torch.randn(2, 33, 20, dtype=torch.complex64, generator=generator) for _ in range(2))
    mask = torch.rand(2, 33, 20, generator=generator)
    terms = selection_loss(mask, stem + rest, stem)

    def ratio(estimate: Tensor, reference: Tensor) -> Tensor:
        estimate, reference = (torch.view_as_real(x).flatten(1) for x in (estimate, reference))
        scale = (estimate * reference).sum(1, keepdim=True) / reference.square().sum(1, keepdim=True)
        error = estimate - scale * reference
        return 10 * torch.log10((scale * reference).square().sum(1) / error.square().sum(1)).mean()

    assert float(terms.taken_db) == pytest.approx(float(ratio(mask * (stem + rest), stem)), abs=0.05)
    assert float(terms.rest_db) == pytest.approx(float(ratio((1 - mask) * (stem + rest), rest)), abs=0.05)


def test_a_shut_mask_is_no_better_for_a_quiet_stem_than_the_right_one() -> None:
    generator = torch.Generator().manual_seed(0)
    loud, quiet = (torch.randn(1, 32, 20, dtype=torch.complex64, generator=generator) for _ in range(2))
    loud[:, 16:] = 0
    quiet[:, :16] = 0
    right = (torch.arange(32) >= 16).float()[None, :, None].expand(1, 32, 20)
    mixture, wanted = loud + 0.05 * quiet, 0.05 * quiet
    open_db = selection_loss(right, mixture, wanted).taken_db
    shut = selection_loss(torch.zeros_like(right), mixture, wanted)
    assert float(open_db) > 25
    assert float(shut.taken_db) < -20
    assert float(shut.magnitude) > float(selection_loss(right, mixture, wanted).magnitude)


def test_what_is_taken_for_an_absent_instrument_is_a_leak() -> None:
    mixture = torch.randn(1, 32, 20, dtype=torch.complex64, generator=torch.Generator().manual_seed(0))
    half = torch.full((1, 32, 20), 0.5)
    terms = selection_loss(half, mixture, torch.zeros_like(mixture))
    assert float(terms.leak_db) == pytest.approx(-6.0, abs=0.1)
    assert float(terms.taken_db) == 0


def shares_case() -> tuple[torch.Tensor, torch.Tensor]:
    """Two stems that share no bin: spectra (1, 3, 17, 2) with an empty third slot, owners of classes 2 and 0."""
    spectra = torch.zeros(1, 3, 17, 2, dtype=torch.complex64)
    spectra[0, 0, :8], spectra[0, 1, 8:] = 1.0, torch.tensor(1.0j)
    return spectra, torch.tensor([[2, 0, -1]])


def test_shares_are_learnt_from_whose_bin_it_is() -> None:
    spectra, owner = shares_case()
    logits = torch.zeros(1, 2, 4, 16)
    logits[:, :, 2, :8] = logits[:, :, 0, 8:] = 12.0
    right, wrong, undecided = (x.log_softmax(dim=2) for x in (logits, logits.flip(-1), torch.zeros_like(logits)))
    assert float(share_loss(right, spectra, owner)) < 1e-3
    assert float(share_loss(undecided, spectra, owner)) == pytest.approx(math.log(4), rel=1e-3)
    assert float(share_loss(wrong, spectra, owner)) > 5


def test_a_stem_that_nobody_knows_may_be_given_to_any_class_that_is_possible() -> None:
    spectra, owner = shares_case()
    owner[0, 0] = 4
    logits = torch.zeros(1, 2, 4, 16)
    logits[:, :, 0, 8:] = 12.0
    for given, right in ((1, True), (2, True), (3, False)):
        logits[:, :, :, :8] = 0.0
        logits[:, :, given, :8] = 12.0
        loss = float(share_loss(logits.log_softmax(dim=2), spectra, owner, never=(3,)))
        assert (loss < 1e-3) if right else (loss > 5)


def test_shares_of_silence_ask_for_nothing() -> None:
    spectra, owner = shares_case()
    logits = torch.randn(1, 2, 4, 16, requires_grad=True)
    loss = share_loss(logits.log_softmax(dim=2), torch.zeros_like(spectra), owner)
    loss.backward()
    assert logits.grad is not None and logits.grad.isfinite().all()
