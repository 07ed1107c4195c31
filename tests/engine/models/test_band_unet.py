from __future__ import annotations

import pytest
import torch

from engine.models.band_unet import BandUNet, band_centres


@pytest.mark.parametrize("bands", [32, 96, 160])
def test_bands_are_a_bin_apart_below_and_a_share_of_an_octave_above(bands: int) -> None:
    centres = band_centres(bands, 24_000 / 2048, 12_000.0)
    steps = centres.diff()
    assert centres.shape == (bands,) and bool((steps > 0).all())
    assert steps[0] == pytest.approx(24_000 / 2048, rel=0.6)
    assert float(centres[-1]) == pytest.approx(12_000, rel=0.02)
    ratios = centres[1:] / centres[:-1]
    assert float(ratios[-1]) == pytest.approx(float(ratios[-4]), rel=1e-3)


def test_any_number_of_frames_comes_back() -> None:
    network = BandUNet(1, 3, 16, (8, 16), (1, 1))
    for frames in (1, 2, 7, 12):
        assert network(torch.zeros(2, 1, frames, 16)).shape == (2, 3, frames, 16)


def test_every_weight_learns() -> None:
    torch.manual_seed(0)
    network = BandUNet(1, 3, 16, (8, 16, 24), (1, 1, 2))
    for gathering in network.gathering:
        torch.nn.init.normal_(gathering.out.weight, std=0.1)  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]
    network(torch.randn(2, 1, 9, 16)).square().mean().backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None and weight.grad.any(), name


def test_what_is_heard_late_is_known_early() -> None:
    """The gathering: who plays at all is known everywhere, further than the convolutions reach."""
    torch.manual_seed(0)
    network = BandUNet(1, 1, 8, (8, 8), (1, 1)).eval()
    for gathering in network.gathering:
        torch.nn.init.normal_(gathering.out.weight, std=1.0)  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]
    quiet = torch.zeros(1, 1, 400, 8)
    loud = quiet.clone()
    loud[..., -4:, :] = 50.0
    with torch.no_grad():
        assert not torch.allclose(network(quiet)[:, :, :4], network(loud)[:, :, :4], atol=1e-5)


def test_shapes_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(ValueError, match="do not go together"):
        BandUNet(1, 1, 18, (8, 8, 8), (1, 1, 1))
