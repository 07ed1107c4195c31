from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.models.autoencoder import Autoencoder, SpectralAutoencoder, build_autoencoder
from engine.models.configuration import AutoencoderConfiguration

SMALL = AutoencoderConfiguration(latent_channels=32, width=32, encoder_blocks=1, decoder_blocks=2)


@pytest.fixture
def autoencoder() -> SpectralAutoencoder:
    torch.manual_seed(0)
    return SpectralAutoencoder(SMALL).eval()


def noise(samples: int, batch: int = 2, seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(batch, 1, samples, generator=torch.Generator().manual_seed(seed))


def test_one_frame_stands_for_480_samples(autoencoder: SpectralAutoencoder) -> None:
    latents = autoencoder.encode(noise(48_000))
    assert latents.shape == (2, 32, 100)
    assert autoencoder.decode(latents).shape == (2, 1, 48_000)


@pytest.mark.parametrize("samples", [1, 479, 481, 1000])
def test_audio_that_ends_within_a_frame_is_padded_to_it(autoencoder: SpectralAutoencoder, samples: int) -> None:
    frames = -(-samples // 480)
    assert autoencoder.encode(noise(samples)).shape[-1] == frames
    assert autoencoder.decode(autoencoder.encode(noise(samples))).shape[-1] == frames * 480


def test_low_notes_survive_before_any_training(autoencoder: SpectralAutoencoder) -> None:
    time = torch.arange(24_000) / 24_000
    audio = (0.2 * torch.sin(2 * torch.pi * 110 * time) + 0.1 * torch.sin(2 * torch.pi * 330 * time))[None, None]
    error = (autoencoder.decode(autoencoder.encode(audio)) - audio)[..., 1920:-1920]
    assert error.square().mean() < 0.02 * audio.square().mean()


def test_a_wider_network_goes_on_where_a_narrower_one_ends(autoencoder: SpectralAutoencoder) -> None:
    wide = SpectralAutoencoder(replace(SMALL, latent_channels=64)).eval()
    wide.load_state_dict(wide.widened(autoencoder.state_dict()))
    time = torch.arange(24_000) / 24_000
    low, middle = ((0.2 * torch.sin(2 * torch.pi * hertz * time))[None, None] for hertz in (220, 1000))

    def error(network: SpectralAutoencoder, audio: torch.Tensor) -> float:
        rebuilt = network.decode(network.encode(audio)).detach()
        return float((rebuilt - audio)[..., 1920:-1920].square().mean() / audio.square().mean())

    assert error(wide, low) == pytest.approx(error(autoencoder, low), abs=0.01)
    # 1 kHz lies above the cosines of 32 channels and below those of 64.
    assert error(wide, middle) < 0.05 < 0.5 < error(autoencoder, middle)


def test_a_network_that_was_widened_is_widened_again_by_the_next_cosines(autoencoder: SpectralAutoencoder) -> None:
    wide = SpectralAutoencoder(replace(SMALL, latent_channels=64)).eval()
    wide.load_state_dict(wide.widened(autoencoder.state_dict()))
    wider = SpectralAutoencoder(replace(SMALL, latent_channels=96)).eval()
    wider.load_state_dict(wider.widened(wide.state_dict()))
    # 24 of 32 channels are cosines, and so are all that came later: the next one lies at 56 times 25 Hz.
    for hertz, share in ((1300, 0.05), (2100, 0.05), (2300, 0.5)):
        audio = (0.2 * torch.sin(2 * torch.pi * hertz * torch.arange(24_000) / 24_000))[None, None]
        error = (wider.decode(wider.encode(audio)).detach() - audio)[..., 1920:-1920].square().mean()
        assert (float(error / audio.square().mean()) < share) is (share < 0.5)


def test_weights_of_its_own_width_are_taken_as_they_are(autoencoder: SpectralAutoencoder) -> None:
    same = autoencoder.widened(autoencoder.state_dict())
    assert all(torch.equal(same[name], value) for name, value in autoencoder.state_dict().items())


def test_silence_is_the_zero_latent_and_back(autoencoder: SpectralAutoencoder) -> None:
    assert not autoencoder.encode(torch.zeros(1, 1, 4800)).any()
    assert not autoencoder.decode(torch.zeros(1, 32, 10)).any()


@pytest.mark.parametrize("gain", [0.01, 3.0])
def test_gains_pass_through_both_ways(autoencoder: SpectralAutoencoder, gain: float) -> None:
    latents = autoencoder.encode(noise(9600))
    torch.testing.assert_close(autoencoder.encode(gain * noise(9600)), gain * latents, rtol=1e-3, atol=1e-4 * gain)
    torch.testing.assert_close(
        autoencoder.decode(gain * latents), gain * autoencoder.decode(latents), rtol=1e-3, atol=1e-4 * gain
    )


def test_measured_latents_have_unit_variance_and_silence_stays_zero(autoencoder: SpectralAutoencoder) -> None:
    batches = [noise(9600, seed=seed) for seed in range(3)]
    before = autoencoder.decode(autoencoder.encode(batches[0]))
    autoencoder.measure_latents(batches)
    latents = torch.cat([autoencoder.encode(batch) for batch in batches])
    torch.testing.assert_close(latents.square().mean(dim=(0, 2)), torch.ones(32), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(autoencoder.decode(autoencoder.encode(batches[0])), before, rtol=1e-3, atol=1e-5)
    assert not autoencoder.encode(torch.zeros(1, 1, 960)).any()


def test_measuring_nothing_is_an_error(autoencoder: SpectralAutoencoder) -> None:
    with pytest.raises(ValueError, match="batch"):
        autoencoder.measure_latents([])


def test_every_weight_learns_also_in_half_precision(autoencoder: SpectralAutoencoder) -> None:
    audio = noise(9600)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        latents = autoencoder.encode_distribution(audio).sample(torch.Generator().manual_seed(0))
        decoded = autoencoder.decode_raw(latents)
    assert decoded.dtype == torch.float32
    (decoded - audio).square().mean().backward()
    for name, weight in autoencoder.named_parameters():
        assert weight.grad is not None and weight.grad.isfinite().all(), name
        assert weight.grad.any(), name


def test_silence_has_finite_gradients(autoencoder: SpectralAutoencoder) -> None:
    autoencoder.decode_raw(autoencoder.encode_raw(torch.zeros(1, 1, 4800))).sum().backward()
    assert all(weight.grad is None or weight.grad.isfinite().all() for weight in autoencoder.parameters())


def test_a_seed_repeats_the_latent_noise(autoencoder: SpectralAutoencoder) -> None:
    distribution = autoencoder.encode_distribution(noise(960))
    first, second = (distribution.sample(torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, distribution.mean)


def test_the_shipped_size_is_small() -> None:
    with torch.device("meta"):
        autoencoder = build_autoencoder(AutoencoderConfiguration())
    assert isinstance(autoencoder, SpectralAutoencoder) and isinstance(autoencoder, Autoencoder)
    assert sum(weight.numel() for weight in autoencoder.parameters()) < 16e6
