from __future__ import annotations

import pytest
import torch

from engine.models.configuration import RendererConfiguration
from engine.models.renderer import Renderer

INSTRUMENTS, LATENTS = 4, 8
SMALL = RendererConfiguration(bands=64, channels=(8, 16), blocks=(1, 1), refine_width=32)


@pytest.fixture
def renderer() -> Renderer:
    torch.manual_seed(0)
    return Renderer(SMALL, INSTRUMENTS, LATENTS).eval()


def noise(samples: int, batch: int = 2, seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


def query(*chosen: int) -> torch.Tensor:
    chosen_ones = torch.zeros(1, INSTRUMENTS)
    chosen_ones[0, list(chosen)] = 1
    return chosen_ones


@pytest.mark.parametrize("samples", [1, 480, 5000, 24_000])
def test_the_transform_returns_what_it_was_given(renderer: Renderer, samples: int) -> None:
    audio = noise(samples)
    spectrum = renderer.stft(audio)
    assert spectrum.shape == (2, 1025, -(-samples // 480) + 1)
    torch.testing.assert_close(renderer.istft(spectrum, samples), audio, rtol=0, atol=1e-6)


def test_frames_and_bins_lie_where_the_grid_says(renderer: Renderer) -> None:
    click = torch.zeros(1, 9600)
    click[0, 10 * 480] = 1
    assert int(renderer.stft(click).abs().sum(1).argmax()) == 10
    tone = torch.sin(2 * torch.pi * 3000 * torch.arange(9600) / 24_000)[None]
    assert int(renderer.stft(tone).abs().sum(2).argmax()) == 3000 * 2048 // 24_000


def test_the_same_transform_as_torchs_own(renderer: Renderer) -> None:
    audio = noise(9600)
    expected = torch.stft(
        audio, 2048, 480, window=torch.hann_window(2048), center=True, pad_mode="constant", return_complex=True
    )
    torch.testing.assert_close(renderer.stft(audio), expected, rtol=1e-4, atol=1e-4)


def test_what_is_removed_and_what_is_left_sum_to_the_source(renderer: Renderer) -> None:
    audio = noise(9600)
    mask = renderer.select(audio, query(1).expand(2, -1))
    assert mask.shape == (2, 1025, 21)
    assert mask.min() >= 0 and mask.max() <= 1
    both = renderer.apply_mask(mask, audio) + renderer.apply_mask(1 - mask, audio)
    torch.testing.assert_close(both, audio, rtol=0, atol=1e-5)


def test_nobody_asked_for_selects_nothing(renderer: Renderer) -> None:
    assert not renderer.select(noise(4800), query().expand(2, -1)).any()


def test_the_mask_depends_on_the_query_and_not_on_the_level(renderer: Renderer) -> None:
    audio = noise(4800, batch=1)
    first = renderer.select(audio, query(0))
    assert not torch.allclose(first, renderer.select(audio, query(2)), atol=1e-4)
    torch.testing.assert_close(first, renderer.select(0.05 * audio, query(0)), rtol=0.02, atol=0.01)


def test_masks_of_instruments_add_up(renderer: Renderer) -> None:
    audio = noise(9600, batch=1)
    both = renderer.select(audio, query(0, 2))
    torch.testing.assert_close(both, renderer.select(audio, query(0)) + renderer.select(audio, query(2)))
    everything = renderer.select(audio, query(*range(INSTRUMENTS)))
    assert float(everything.detach().max()) < 1, "something always stays for what is none of the instruments"


def odd(renderer: Renderer, *nepers: float) -> Renderer:
    renderer.asked_odds.copy_(torch.tensor(nepers))
    return renderer


def test_what_is_asked_for_is_likelier_by_its_odds_and_nothing_else_is(renderer: Renderer) -> None:
    audio = noise(9600, batch=1)
    plain = {one: renderer.select(audio, query(one)) for one in (0, 2)}
    both = renderer.select(audio, query(0, 2))
    odd(renderer, 1.0, 0.5, 0.0, 0.0)
    raised = renderer.select(audio, query(0))
    torch.testing.assert_close(raised.logit() - plain[0].logit(), torch.ones_like(raised), rtol=0, atol=1e-3)
    assert torch.equal(renderer.select(audio, query(2)), plain[2])
    more = renderer.select(audio, query(0, 2))
    assert bool((more > both).all()) and float(more.detach().max()) < 1
    assert not renderer.select(audio, query()).any()


def test_filters_of_a_song_that_is_the_same_in_both_channels_follow_the_odds_as_its_mask_does(
    renderer: Renderer,
) -> None:
    odd(renderer, 1.0, 0.0, 0.0, 0.5)
    audio = noise(24_000, batch=1)
    mask = renderer.select(audio, query(0, 1))[0]
    filters = renderer.select_stereo(audio.expand(2, -1), query(0, 1)[0])
    torch.testing.assert_close(filters.sum(dim=1)[0], mask, rtol=0.02, atol=0.01)


def test_extra_odds_are_those_of_what_is_asked_for_and_a_little_more(renderer: Renderer) -> None:
    audio = noise(24_000, batch=1)
    odd(renderer, 1.0, 0.5, 0.0, 0.0)
    asked = query(0, 2)
    once, stereo = renderer.select(audio, asked), renderer.select_stereo(audio.expand(2, -1), asked[0])
    odd(renderer, 0.25, 0.5, -0.75, 0.0)
    torch.testing.assert_close(renderer.select(audio, asked, extra_odds=0.75), once)
    torch.testing.assert_close(renderer.select_stereo(audio.expand(2, -1), asked[0], extra_odds=0.75), stereo)
    assert not renderer.select(audio, query(), extra_odds=0.75).any()


def test_weights_from_before_there_were_odds_have_none(renderer: Renderer) -> None:
    old = {name: value for name, value in renderer.state_dict().items() if name != "asked_odds"}
    odd(renderer, 1.0, 1.0, 1.0, 1.0).load_state_dict(old)
    assert not renderer.asked_odds.any()


def test_an_untrained_post_filter_changes_nothing(renderer: Renderer) -> None:
    source, added = noise(9000), noise(9000, seed=1)
    torch.testing.assert_close(renderer.refine(source, added, torch.randn(2, LATENTS, 19)), added, rtol=0, atol=1e-5)


def test_every_weight_learns_also_in_half_precision(renderer: Renderer) -> None:
    audio = noise(9600)
    torch.nn.init.normal_(renderer.refine_out.weight, std=0.02)
    for gathering in renderer.trunk.gathering:
        torch.nn.init.normal_(gathering.out.weight, std=0.1)  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mask = renderer.select(audio, query(0, 2).expand(2, -1))
        refined = renderer.refine(audio, noise(9600, seed=1), torch.randn(2, LATENTS, 20))
    assert mask.dtype == refined.dtype == torch.float32
    (renderer.apply_mask(mask, audio).square().mean() + refined.square().mean()).backward()
    for name, weight in renderer.named_parameters():
        assert weight.grad is not None and weight.grad.isfinite().all() and weight.grad.any(), name


def test_shares_of_all_classes_sum_to_one(renderer: Renderer) -> None:
    shares = renderer.log_shares(renderer.features(renderer.stft(noise(4800)))).exp()
    assert shares.shape == (2, 11, INSTRUMENTS + 1, 1024)
    torch.testing.assert_close(shares.sum(dim=2), torch.ones(2, 11, 1024))


def test_where_no_latents_are_decoded_there_is_no_post_filter() -> None:
    renderer = Renderer(SMALL, INSTRUMENTS, 0)
    assert not renderer.cleans
    assert not any(name.startswith("refine") for name, _ in renderer.named_parameters())


def test_silence_is_rendered_without_infinities(renderer: Renderer) -> None:
    silence = torch.zeros(1, 4800)
    assert renderer.select(silence, query(0)).isfinite().all()
    assert not renderer.refine(silence, silence, torch.zeros(1, LATENTS, 10)).any()


def test_half_an_instrument_is_found_after_a_few_steps() -> None:
    """Low and high tones are two instruments: the network must learn which is which."""
    torch.manual_seed(0)
    renderer = Renderer(SMALL, 2, LATENTS)
    time = torch.arange(9600) / 24_000
    low, high = torch.sin(2 * torch.pi * 300 * time), torch.sin(2 * torch.pi * 4000 * time)
    audio = (low + high).expand(2, -1)
    wanted = renderer.stft(torch.stack([low, high])).abs()
    optimizer = torch.optim.Adam(renderer.parameters(), lr=3e-3)
    for _ in range(30):
        mask = renderer.select(audio, torch.eye(2))
        loss = (mask * renderer.stft(audio).abs() - wanted).abs().mean() / wanted.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.3
