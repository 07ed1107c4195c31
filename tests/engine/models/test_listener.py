from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.analysis.chords import CHORD_CLASSES
from engine.models.configuration import ListenerConfiguration
from engine.models.listener import BINS_PER_SEMITONE, SHORT_BANDS, Listener

INSTRUMENTS = 5


@pytest.fixture
def listener() -> Listener:
    torch.manual_seed(0)
    return Listener(ListenerConfiguration(width=32, blocks=2, channels=(8, 16), key_blocks=(1, 1)), INSTRUMENTS).eval()


def tone(hertz: float, samples: int = 24_000, level: float = 0.3) -> torch.Tensor:
    return level * torch.sin(2 * torch.pi * hertz * torch.arange(samples) / 24_000)[None]


@pytest.mark.parametrize(("samples", "frames"), [(1, 1), (480, 1), (481, 2), (24_000, 50)])
def test_any_length_is_heard_on_the_grid(listener: Listener, samples: int, frames: int) -> None:
    heard = listener(tone(440, samples))
    assert heard.chords.shape == (1, CHORD_CLASSES, frames)
    assert heard.pitches.shape == heard.onsets.shape == (1, 88, frames)
    assert heard.instruments.shape == (1, INSTRUMENTS, frames)
    assert heard.beats.shape == (1, 2, frames)


@pytest.mark.parametrize("key", [24, 48, 80])
def test_a_tone_lights_the_middle_bin_of_its_key(listener: Listener, key: int) -> None:
    spectrum, _ = listener.features(tone(27.5 * 2 ** (key / 12)))
    strongest = int(spectrum[0, 25].argmax())
    assert abs(strongest - (key * BINS_PER_SEMITONE + 1)) <= 1


@pytest.mark.parametrize("key", [3, 40, 70])
def test_a_key_looks_at_its_own_tone_by_either_window(listener: Listener, key: int) -> None:
    long, short = listener.features(tone(27.5 * 2 ** (key / 12), 48_000))
    for picture, bins in ((long, listener.long_bins), (short[..., :SHORT_BANDS], listener.short_bins)):
        seen = F.pad(picture, (0, 1), value=-9.0)[0, 50, bins].amax(-1)
        assert seen[key] > seen.max() - 0.3, "the loudest, or as loud as the octave below, whose harmonic it is"


def test_a_quiet_song_is_heard_as_a_loud_one(listener: Listener) -> None:
    audio = tone(440) + tone(660)
    loud, quiet = listener(audio), listener(0.01 * audio)
    torch.testing.assert_close(loud.pitches, quiet.pitches, rtol=0.02, atol=0.05)
    torch.testing.assert_close(loud.chords, quiet.chords, rtol=0.02, atol=0.05)


def test_silence_is_heard_without_infinities(listener: Listener) -> None:
    heard = listener(torch.zeros(1, 4800))
    assert all(part.isfinite().all() for part in (heard.chords, heard.pitches, heard.onsets, heard.beats))


def test_every_weight_learns_also_in_half_precision(listener: Listener) -> None:
    for gathering in listener.keys.gathering:
        torch.nn.init.normal_(gathering.get_parameter("out.weight"), std=0.1)  # what it tells begins as nothing
    audio = 0.1 * torch.randn(2, 9600, generator=torch.Generator().manual_seed(0))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        heard = listener(audio)
    parts = (heard.chords, heard.pitches, heard.onsets, heard.instruments, heard.beats)
    torch.stack([part.float().square().mean() for part in parts]).sum().backward()
    for name, weight in listener.named_parameters():
        assert weight.grad is not None and weight.grad.isfinite().all() and weight.grad.any(), name


def test_the_shipped_size_is_small() -> None:
    listener = Listener(ListenerConfiguration(), 18)
    assert 3e6 < sum(weight.numel() for weight in listener.parameters()) < 6e6
