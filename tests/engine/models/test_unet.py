"""The U-Net: who sees what, in which shape, at which length."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.models.configuration import UNetConfiguration
from engine.models.unet import UNet

TINY = UNetConfiguration(channels=(16, 16, 32), blocks=(1, 1, 1), head_channels=8, chunk_frames=8)
CHANNELS, WORDS, CLASSES = 4, 6, 5


def build(config: UNetConfiguration) -> UNet:
    """With every weight set: a fresh U-Net predicts zero by design."""
    net = UNet(config, CHANNELS, WORDS, CLASSES)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.dim() > 1:
                fan_in = parameter[0].numel()
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * fan_in**-0.5)
    return net.eval()


def inputs(config: UNetConfiguration, frames: int, batch: int = 2) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    return {
        "state": normal(batch, len(config.state) * CHANNELS, frames),
        "time": torch.full((batch,), 300.0),
        "source": normal(batch, CHANNELS, frames),
        "text": normal(batch, 3, WORDS),
        "text_mask": torch.ones(batch, 3, dtype=torch.bool),
        "chords": normal(batch, CLASSES, frames).softmax(1) if config.chords else None,
    }


VARIANTS = {
    "default": TINY,
    "two dimensions": replace(TINY, state=("target",), dimensions=2, learn_sigma=True),
    "two dimensions, two latents": replace(TINY, dimensions=2),
    "audit": replace(TINY, source="concatenation", chords=False, chunk_frames=0),
    "deeper": replace(TINY, depth=2),
}


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("frames", [1, 13, 40])
def test_any_number_of_frames_comes_out_as_it_went_in(name: str, frames: int) -> None:
    config = VARIANTS[name]
    net = build(config)
    with torch.no_grad():
        out = net(**inputs(config, frames))
    assert out.shape == (2, net.out_channels, frames)
    assert out.isfinite().all()
    assert out.abs().max() > 1e-3


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("changed", ["state", "time", "source", "text", "chords"])
def test_everything_given_matters(name: str, changed: str) -> None:
    config = VARIANTS[name]
    given = inputs(config, 24)
    if given[changed] is None:
        return
    net = build(config)
    with torch.no_grad():
        before = net(**given)
        after = net(**{**given, changed: given[changed].flip(-1) if changed != "time" else given["time"] + 500})
    assert (before - after).abs().max() > 1e-4


def test_chords_are_seen_in_the_bottleneck_only() -> None:
    net = UNet(TINY, CHANNELS, WORDS, CLASSES)
    readers = {name.split(".")[0] for name, _ in net.named_parameters() if "chord" in name}
    assert readers == {"bottleneck"}
    text_readers = {name.split(".")[0] for name, _ in net.named_parameters() if "text_attention" in name}
    assert text_readers == {"down", "up"}


def test_the_source_enters_the_down_path_only() -> None:
    net = UNet(TINY, CHANNELS, WORDS, CLASSES)
    merged = {name.split(".")[0] for name, _ in net.named_parameters() if ".source." in name}
    assert merged == {"down"}
    assert all(any(".source." in name for name, _ in level.named_parameters()) for level in net.down)


def test_without_chords_the_bottleneck_reads_the_text() -> None:
    config = replace(TINY, chords=False)
    net = build(config)
    assert not [name for name, _ in net.named_parameters() if "chord" in name]
    assert "bottleneck.transformers.0.text_attention.query.weight" in net.state_dict()


def test_a_unet_with_chords_insists_on_them() -> None:
    with pytest.raises(ValueError, match="chords"):
        build(TINY)(**{**inputs(TINY, 8), "chords": None})


def test_chords_may_come_at_another_rate() -> None:
    given = inputs(TINY, 40)
    net = build(TINY)
    with torch.no_grad():
        slow = net(**{**given, "chords": given["chords"][..., ::5]})
    assert slow.shape == (2, 8, 40)


def test_a_sequence_twice_as_long_gives_the_same_start() -> None:
    """No statistics are taken over time: what is far away cannot be seen."""
    config = replace(TINY, channels=(16, 16), blocks=(1, 1), chords=False)
    net = build(config)
    long = inputs(config, 256)
    short = {**long, "state": long["state"][..., :128], "source": long["source"][..., :128]}
    with torch.no_grad():
        assert torch.allclose(net(**long)[..., :16], net(**short)[..., :16], atol=1e-4)


def test_examples_of_a_batch_do_not_see_each_other() -> None:
    net = build(TINY)
    given = inputs(TINY, 21)
    with torch.no_grad():
        both = net(**given)
        first = net(**{name: value[:1] for name, value in given.items()})
    assert torch.allclose(both[:1], first, atol=1e-5)


def test_a_fresh_unet_predicts_zero() -> None:
    assert not UNet(TINY, CHANNELS, WORDS, CLASSES)(**inputs(TINY, 16)).any()


def test_gradients_are_finite_in_bfloat16() -> None:
    net = build(TINY).train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = net(**inputs(TINY, 21))
    out.float().square().mean().backward()
    gradients = [parameter.grad for parameter in net.parameters()]
    assert all(g is not None and g.isfinite().all() for g in gradients)


def test_weights_survive_a_round_trip_through_a_state_dict() -> None:
    net, other = build(TINY), UNet(TINY, CHANNELS, WORDS, CLASSES).eval()
    other.load_state_dict({name: value.contiguous() for name, value in net.state_dict().items()})
    with torch.no_grad():
        assert torch.allclose(net(**inputs(TINY, 16)), other(**inputs(TINY, 16)), atol=1e-6)
