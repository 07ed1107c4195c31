"""Which channels cancel each other, and that turning them costs nothing."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio import Audio, opposed_channels, turned

RATE = 24_000


def noise(channels: int = 2, seconds: float = 1.0, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal((channels, round(RATE * seconds)), np.float32)


def audio(*channels: np.ndarray) -> Audio:
    return Audio(np.stack(channels).astype(np.float32), RATE)


ONE, OTHER, THIRD = noise(3)
SILENCE = np.zeros_like(ONE)


@pytest.mark.parametrize(
    "song",
    [
        audio(ONE),
        audio(ONE, ONE),
        audio(ONE, OTHER),
        audio(ONE, SILENCE),
        audio(SILENCE, SILENCE),
        audio(ONE, OTHER, THIRD),
        # A wide pad under something in the middle, and a side that comes back upside down and softer.
        audio(OTHER + ONE, OTHER - ONE),
        audio(ONE, -0.3 * ONE),
        # A constant is no sound, nor is what its rounding leaves.
        audio(SILENCE + 0.5, SILENCE - 0.5),
        audio(ONE + 0.5, ONE - 0.5),
        Audio(np.zeros((2, 0), np.float32), RATE),
        Audio(np.ones((2, 1), np.float32), RATE),
    ],
)
def test_an_ordinary_song_stays_the_very_object_that_it_is(song: Audio) -> None:
    assert opposed_channels(song) is None
    assert turned(song, None) is song


@pytest.mark.parametrize(
    ("song", "signs"),
    [
        (audio(ONE, -ONE), [1, -1]),
        (audio(-ONE, ONE), [1, -1]),
        (audio(ONE, -0.8 * ONE), [1, -1]),
        (audio(ONE + 0.1 * OTHER, -ONE + 0.1 * THIRD), [1, -1]),
        # A constant, as a cheap converter leaves it, is not what is heard.
        (audio(ONE + 0.5, -ONE + 0.5), [1, -1]),
        (audio(SILENCE, ONE, SILENCE, -ONE), [1, 1, 1, -1]),
        (audio(ONE, ONE, -ONE, -ONE), [1, 1, -1, -1]),
    ],
)
def test_channels_that_cancel_are_turned_and_the_first_is_not(song: Audio, signs: list[int]) -> None:
    found = opposed_channels(song)
    assert found is not None and found.tolist() == signs
    heard = turned(song, found).mono().samples
    assert np.square(heard - heard.mean()).sum() > 0.2 * np.square(song.samples[-1] - song.samples[-1].mean()).sum()


def test_turning_twice_gives_every_bit_back() -> None:
    song = audio(ONE, -ONE)
    song.samples[:, :5] = 0.0
    signs = opposed_channels(song)
    again = turned(turned(song, signs), signs).samples
    assert np.array_equal(again.view(np.uint32), song.samples.view(np.uint32))


def test_it_is_a_matter_of_the_whole_song() -> None:
    """One stretch in which the channels cancel does not turn a song around, however long the blocks are."""
    straight, crossed = noise(1, 20, 1)[0], noise(1, 1, 2)[0]
    left, right = np.concatenate([straight, crossed]), np.concatenate([straight, -crossed])
    assert opposed_channels(audio(left, right)) is None
    assert opposed_channels(audio(left, -right)) is not None
