"""Sampling: the same seed gives the same music, at any length, in windows or whole."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.diffusion.condition import Condition
from engine.diffusion.guidance import ClassifierGuidance
from engine.diffusion.sampling import NOISE_BLOCK, initial_noise, sample
from engine.errors import Cancelled
from engine.models.configuration import DiffusionConfiguration, EmbeddingConfiguration, UNetConfiguration
from engine.models.embedding import MusicTextEmbedding
from engine.models.text import TextEmbedding
from engine.models.unet import UNet

NULL = TextEmbedding(torch.zeros(1, 1, 6), torch.ones(1, 1, dtype=torch.bool))
FLOW = DiffusionConfiguration(sample_steps=3)
EPSILON = DiffusionConfiguration(objective="epsilon", sample_steps=3)


def condition(frames: int, batch: int = 1) -> Condition:
    generator = torch.Generator().manual_seed(0)
    return Condition(
        torch.randn(batch, 4, frames, generator=generator),
        torch.randn(1, 2, 6, generator=generator).expand(batch, -1, -1),
        torch.ones(batch, 2, dtype=torch.bool),
        torch.rand(batch, 5, frames, generator=generator),
    )


def local(
    state: Tensor, time: Tensor, source: Tensor, text: Tensor, text_mask: Tensor, chords: Tensor | None
) -> Tensor:
    """A network whose frames see only themselves, and everything that is given."""
    assert chords is not None
    words = (text * text_mask[..., None]).mean((1, 2))
    return state.tanh() + source * time[:, None, None] / 1000 + words[:, None, None] + chords.mean(1, keepdim=True)


@pytest.mark.parametrize("config", [FLOW, EPSILON])
@pytest.mark.parametrize("frames", [150, 90, 40])
def test_windows_and_the_whole_agree_for_a_local_network(config: DiffusionConfiguration, frames: int) -> None:
    whole = sample(local, config, condition(frames), NULL, channels=4, seed=1, window=1000, overlap=0)
    parts = sample(local, config, condition(frames), NULL, channels=4, seed=1, window=40, overlap=12)
    assert torch.allclose(whole, parts, atol=1e-4)


def test_the_network_never_sees_more_than_a_window() -> None:
    lengths = []

    def network(state: Tensor, *rest: Tensor | None) -> Tensor:
        lengths.append(state.shape[-1])
        return state

    sample(network, FLOW, condition(200), NULL, channels=4, seed=1, window=60, overlap=10)
    assert set(lengths) == {60}


def test_the_same_seed_gives_the_same_samples_and_another_another() -> None:
    def draw(seed: int) -> Tensor:
        return sample(local, FLOW, condition(30), NULL, channels=4, seed=seed)

    first = draw(7)
    torch.rand(5)
    assert torch.equal(first, draw(7))
    assert not torch.allclose(first, draw(8))


def test_noise_does_not_depend_on_length_or_batch() -> None:
    long = initial_noise(6, 2 * NOISE_BLOCK + 7, [3, 4])
    assert long.shape == (2, 6, 2 * NOISE_BLOCK + 7)
    assert torch.equal(initial_noise(6, 33, [4])[0], long[1, :, :33])
    assert long.std() == pytest.approx(1, abs=0.05)
    assert not torch.equal(long[0], long[1])


def test_each_example_has_its_own_seed() -> None:
    both = sample(local, FLOW, condition(30, batch=2), NULL, channels=4, seed=5)
    explicit = sample(local, FLOW, condition(30, batch=2), NULL, channels=4, seed=[5, 6])
    assert torch.equal(both, explicit)
    with pytest.raises(ValueError, match="seeds"):
        sample(local, FLOW, condition(30, batch=2), NULL, channels=4, seed=[5])


def test_progress_is_told_after_each_step() -> None:
    told = []
    sample(local, FLOW, condition(10), NULL, channels=4, seed=1, on_step=lambda *done: told.append(done))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_cancelling_acts_within_one_step() -> None:
    done: list[int] = []
    with pytest.raises(Cancelled):
        sample(
            local,
            FLOW,
            condition(10),
            NULL,
            channels=4,
            seed=1,
            steps=100,
            on_step=lambda index, _: done.append(index),
            is_cancelled=lambda: len(done) == 2,
        )
    assert done == [1, 2]


def test_at_least_one_step_is_needed() -> None:
    with pytest.raises(ValueError, match="0 steps"):
        sample(local, FLOW, condition(10), NULL, channels=4, seed=1, steps=0)


@pytest.mark.parametrize("config", [FLOW, EPSILON])
def test_classifier_guidance_brings_the_samples_nearer(config: DiffusionConfiguration) -> None:
    torch.manual_seed(0)
    embedding = MusicTextEmbedding(EmbeddingConfiguration(width=16, blocks=2, channels=8), 4, 6).eval()
    text = TextEmbedding(torch.randn(1, 3, 6), torch.ones(1, 3, dtype=torch.bool))
    distances = []
    for scale in (0.0, 0.5):
        guidance = ClassifierGuidance(embedding, text, scale, latent_channels=4)
        drawn = sample(local, config, condition(40), NULL, channels=4, seed=1, classifier=guidance)
        distances.append(embedding.distance(drawn, guidance.language).item())
    assert distances[1] < distances[0]


@pytest.mark.parametrize("learn_sigma", [False, True])
def test_a_unet_is_sampled(learn_sigma: bool) -> None:
    config = UNetConfiguration(
        channels=(16, 16), blocks=(1, 1), head_channels=8, chunk_frames=8, learn_sigma=learn_sigma
    )
    torch.manual_seed(0)
    net = UNet(config, 4, 6, 5).eval()
    torch.nn.init.normal_(net.conv_out.weight, std=0.1)
    diffusion = EPSILON if learn_sigma else FLOW
    drawn = sample(net, diffusion, condition(45), NULL, channels=net.state_channels, seed=1, window=32, overlap=8)
    assert drawn.shape == (1, 8, 45)
    assert drawn.isfinite().all()
    assert not drawn.requires_grad


@pytest.mark.parametrize("config", [FLOW, EPSILON])
def test_sampling_goes_on_from_a_draft_with_the_last_steps(config: DiffusionConfiguration) -> None:
    times: list[float] = []

    def network(state: Tensor, time: Tensor, *rest: Tensor | None) -> Tensor:
        times.append(float(time[0]))
        return torch.zeros_like(state)

    sample(network, config, condition(20), NULL, channels=4, seed=1, steps=8, guidance_scale=1.0)
    whole = list(times)
    times.clear()
    draft = torch.full((1, 4, 20), 0.5)
    sample(
        network,
        config,
        condition(20),
        NULL,
        channels=4,
        seed=1,
        steps=8,
        guidance_scale=1.0,
        draft=draft,
        strength=0.25,
    )
    assert times == whole[-2:]


def test_the_weaker_the_nearer_to_the_draft() -> None:
    frames = 40
    draft = torch.randn(1, 4, frames, generator=torch.Generator().manual_seed(3))

    def towards_zero(state: Tensor, time: Tensor, *rest: Tensor | None) -> Tensor:
        return state / (time[:, None, None] / 1000)

    far = [
        float((result - draft).square().mean())
        for result in (
            sample(
                lambda state, *rest: torch.zeros_like(state), FLOW, condition(frames), NULL,
                channels=4, seed=1, steps=8, guidance_scale=1.0, draft=draft, strength=strength,
            )
            for strength in (0.125, 0.5, 1.0)
        )
    ]  # fmt: skip
    assert far[0] < far[1] < far[2]
    # A network that is sure of something else is believed in the end.
    sure = sample(
        towards_zero, FLOW, condition(frames), NULL,
        channels=4, seed=1, steps=8, guidance_scale=1.0, draft=draft, strength=0.5,
    )  # fmt: skip
    assert float(sure.abs().max()) < 1e-3


def test_a_draft_at_full_strength_is_as_good_as_none() -> None:
    draft = torch.ones(1, 4, 30)
    alone, drafted = (
        sample(local, FLOW, condition(30), NULL, channels=4, seed=1, draft=given) for given in (None, draft)
    )
    torch.testing.assert_close(alone, drafted)
