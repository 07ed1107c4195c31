"""The paper's waveform VAE: shapes, normalisation, and that it learns."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.models.autoencoder import Autoencoder, build_autoencoder
from engine.models.configuration import AutoencoderConfiguration
from engine.models.waveform_autoencoder import (
    DiagonalGaussian,
    WaveformAutoencoder,
    WaveformDiscriminator,
    adversarial_loss,
    discriminator_loss,
)

TINY = AutoencoderConfiguration(
    kind="waveform",
    latent_channels=4,
    samples_per_frame=12,
    width=16,
    encoder_blocks=1,
    decoder_blocks=1,
    down_channels=(8, 8),
    up_channels=(8, 8),
    down_rates=(4, 3),
)


@pytest.fixture
def net() -> WaveformAutoencoder:
    torch.manual_seed(0)
    return WaveformAutoencoder(TINY)


@pytest.mark.parametrize(("samples", "frames"), [(12, 1), (120, 10), (121, 11)])
def test_a_started_frame_is_filled_up_with_silence(net: WaveformAutoencoder, samples: int, frames: int) -> None:
    latents = net.encode(torch.randn(2, 1, samples))
    assert latents.shape == (2, 4, frames)
    assert net.decode(latents).shape == (2, 1, frames * 12)


def test_it_keeps_the_contract_of_autoencoders() -> None:
    assert isinstance(build_autoencoder(TINY), Autoencoder)


def test_rates_must_make_the_frame() -> None:
    with pytest.raises(ValueError, match="samples a frame"):
        WaveformAutoencoder(replace(TINY, samples_per_frame=13))


def test_measured_latents_have_unit_variance(net: WaveformAutoencoder) -> None:
    audio = torch.randn(8, 1, 480, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        raw = net.encode_raw(audio)
        net.measure_latents([audio[:4], audio[4:]])
        latents = net.encode(audio)
        assert torch.allclose(net.decode(latents), net.decode_raw(raw), atol=1e-5)
    assert torch.allclose(latents.mean((0, 2)), torch.zeros(4), atol=1e-3)
    assert torch.allclose(latents.std((0, 2)), torch.ones(4), atol=1e-2)


def test_measuring_without_audio_is_an_error(net: WaveformAutoencoder) -> None:
    with pytest.raises(ValueError, match="without a batch"):
        net.measure_latents([])


def test_the_divergence_of_a_standard_normal_is_zero() -> None:
    posterior = DiagonalGaussian(torch.zeros(1, 4, 5), torch.zeros(1, 4, 5))
    assert posterior.kl() == 0
    assert DiagonalGaussian(torch.ones(1, 4, 5), torch.zeros(1, 4, 5)).kl() == 0.5
    one, two = (posterior.sample(torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, two)


def test_reconstruction_improves_by_training(net: WaveformAutoencoder) -> None:
    time = torch.arange(480) / 24_000
    audio = torch.stack([torch.sin(2 * torch.pi * hertz * time) for hertz in (220.0, 440.0)])[:, None]
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    losses = []
    generator = torch.Generator().manual_seed(0)
    for _ in range(40):
        posterior = net.encode_distribution(audio)
        loss = (net.decode_raw(posterior.sample(generator)) - audio).square().mean() + 1e-4 * posterior.kl()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_the_discriminator_learns_to_tell_noise_from_tones() -> None:
    torch.manual_seed(0)
    judge = WaveformDiscriminator((8, 8, 8, 8))
    generator = torch.Generator().manual_seed(0)
    tones = torch.sin(2 * torch.pi * 440 * torch.arange(1024) / 24_000).expand(4, 1, -1)
    optimizer = torch.optim.Adam(judge.parameters(), 2e-3)
    for _ in range(30):
        loss = discriminator_loss(judge(tones), judge(torch.randn(4, 1, 1024, generator=generator)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        noise = judge(torch.randn(4, 1, 1024, generator=generator))
        assert noise.shape == (4, 1, 4)
        assert judge(tones).mean() > noise.mean() + 0.5
        assert adversarial_loss(judge(tones)) < adversarial_loss(noise)
