"""What reaches the loudspeaker has no click in it, whatever is pressed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructme_app.model.mixer import Mixer, Track, downmix

RATE = 44_100


def sine(hertz: float, seconds: float = 1.0, gain: float = 0.5, phase: float = 0.0) -> Track:
    time = np.arange(round(seconds * RATE)) / RATE
    wave = gain * np.sin(2 * np.pi * hertz * time + phase)
    return Track(np.stack([wave, wave]).astype(np.float32))


def largest_step(sound: np.ndarray) -> float:
    return float(np.abs(np.diff(sound, axis=0)).max())


# The steepest that a 220 Hz sine at 0.5 gets, and what a 10 ms ramp adds to it.
SMOOTH = 2 * np.pi * 220 / RATE * 0.5 + 2 * 0.5 / 441 + 1e-4


def playing(track: Track) -> Mixer:
    mixer = Mixer(RATE)
    mixer.track, mixer.playing = track, True
    mixer.render(2048)
    return mixer


def test_switching_rounds_while_playing_does_not_click() -> None:
    mixer = playing(sine(220))
    before = mixer.render(512)
    mixer.track = sine(220, phase=np.pi)
    after = mixer.render(4096)
    assert largest_step(np.concatenate([before, after])) < SMOOTH


def test_a_cut_would_have_clicked() -> None:
    """The bound above means something: without the fade it is broken by far."""
    one, other = sine(220).samples.T, sine(220, phase=np.pi).samples.T
    assert (
        largest_step(np.concatenate([one[:2560], other[2560:5000]])) > 3 * SMOOTH
        or largest_step(np.concatenate([one[:2600], other[2600:5000]])) > 3 * SMOOTH
    )


@pytest.mark.parametrize("act", ["seek", "pause", "switch twice", "loop", "gain"])
def test_nothing_that_can_be_pressed_clicks(act: str) -> None:
    mixer = playing(sine(220))
    heard = [mixer.render(300)]
    if act == "seek":
        mixer.seek(20_123)
    elif act == "pause":
        mixer.playing = False
    elif act == "switch twice":
        mixer.track = sine(220, phase=1.0)
        heard.append(mixer.render(100))
        mixer.track = sine(220, phase=2.0)
    elif act == "loop":
        mixer.loop = (500, mixer.position + 777)
    else:
        mixer.track = sine(220, gain=0.1)
    heard.append(mixer.render(6000))
    assert largest_step(np.concatenate(heard)) < 1.5 * SMOOTH


def test_both_rounds_sound_at_the_same_playhead() -> None:
    ramp = np.linspace(0, 1, RATE, dtype=np.float32)
    mixer = playing(Track(np.stack([ramp, ramp])))
    mixer.track = Track(np.stack([ramp, ramp]))
    position = mixer.position
    sound = mixer.render(1000)
    # Two equal rounds cross-fade into themselves: the sum of the gains is one all the way.
    np.testing.assert_allclose(sound[:, 0], ramp[position : position + 1000], atol=1e-6)


def test_the_samples_are_passed_on_unchanged() -> None:
    track = sine(330)
    mixer = playing(track)
    np.testing.assert_array_equal(mixer.render(1000), track.samples[:, 2048:3048].T)


def test_blocks_of_any_size_give_the_same_sound() -> None:
    def run(sizes: list[int]) -> np.ndarray:
        mixer = playing(sine(220))
        mixer.track = sine(440)
        return np.concatenate([mixer.render(size) for size in sizes])

    np.testing.assert_allclose(run([1000]), run([1, 99, 300, 41, 559]), atol=1e-6)


def test_a_paused_mixer_is_silent_and_stands_still() -> None:
    mixer = playing(sine(220))
    mixer.playing = False
    mixer.render(RATE // 10)
    position = mixer.position
    assert not mixer.render(1000).any()
    assert mixer.position == position
    assert mixer.silent


def test_the_end_of_the_song_stops_playback() -> None:
    mixer = playing(sine(220, seconds=0.1))
    mixer.render(RATE)
    assert not mixer.playing
    assert mixer.position == RATE // 10


def test_a_loop_comes_round() -> None:
    mixer = playing(sine(220))
    mixer.loop = (3000, 4000)
    mixer.render(10_000)
    assert 3000 <= mixer.position < 4000
    assert mixer.playing


def test_mono_reaches_both_ears() -> None:
    mixer = playing(Track(sine(220).samples[:1]))
    sound = mixer.render(1000)
    np.testing.assert_array_equal(sound[:, 0], sound[:, 1])
    assert sound.any()


def test_matched_loudness_changes_what_is_heard_by_its_gain() -> None:
    track = sine(220)
    mixer = playing(Track(track.samples, gain=0.25))
    np.testing.assert_allclose(mixer.render(500), track.samples[:, 2048:2548].T * 0.25, atol=1e-7)


# Whatever is pressed, in whatever order: hypothesis tries.

LOUD = 0.5
SLOPE = 2 * np.pi * 220 / RATE * LOUD
"""The steepest that these sines get from one sample to the next, at the song's own speed."""

TRACKS = tuple(sine(220, seconds=0.6, gain=LOUD, phase=phase) for phase in (0.0, 1.0, np.pi))
DIFFERENCE = Track(TRACKS[0].samples, minus=TRACKS[1].samples)
FRAMES = TRACKS[0].frames

acts = st.one_of(
    st.tuples(st.just("switch"), st.sampled_from((*TRACKS, DIFFERENCE, Track(TRACKS[0].samples, 0.3)))),
    st.tuples(st.just("seek"), st.integers(0, FRAMES)),
    st.tuples(st.just("speed"), st.sampled_from((-8, -4, -2, -1, 1, 2, 4, 8))),
    st.tuples(st.just("loop"), st.one_of(st.none(), st.tuples(st.integers(0, FRAMES), st.integers(0, FRAMES)))),
    st.tuples(st.just("play"), st.booleans()),
)


def act_on(mixer: Mixer, act: tuple[str, Any]) -> None:
    kind, value = act
    if kind == "switch":
        mixer.track = value
    elif kind == "seek":
        mixer.seek(value)
    elif kind == "speed":
        mixer.speed = value
    elif kind == "loop":
        mixer.loop = value
    else:
        mixer.playing = value


@given(st.lists(st.tuples(acts, st.integers(1, 1500)), max_size=30))
@settings(max_examples=150, deadline=None)
def test_no_order_of_acts_makes_a_jump_that_a_cross_fade_does_not(steps: list[tuple[tuple[str, Any], int]]) -> None:
    mixer = playing(TRACKS[0])
    sound = [mixer.render(64)]
    for act, frames in steps:
        act_on(mixer, act)
        sound.append(mixer.render(frames))
    # Voices that fade share one sum of levels, which is 1: so the sound moves no faster than its fastest voice
    # (8 times the song's slope, twice for a difference) and the ramp between two voices of opposite sign.
    most = 2 * 8 * SLOPE + 2 * 2 * LOUD / mixer.fade_frames
    assert largest_step(np.concatenate(sound)) <= most + 1e-4
    assert np.abs(np.concatenate(sound)).max() <= 2 * LOUD + 1e-4


@given(
    st.integers(0, FRAMES - 1),
    st.sampled_from((-8, -4, -2, -1, 1, 2, 4, 8)),
    st.lists(st.tuples(st.sampled_from(TRACKS), st.integers(1, 700)), min_size=1, max_size=12),
)
@settings(max_examples=100, deadline=None)
def test_the_position_goes_on_as_if_nothing_had_been_switched(
    start: int, speed: int, steps: list[tuple[Track, int]]
) -> None:
    mixer = playing(TRACKS[0])
    mixer.seek(start)
    mixer.speed = speed
    place = start
    for track, frames in steps:
        mixer.track = track
        mixer.render(frames)
        place = min(max(place + speed * frames, 0), FRAMES)
        assert mixer.position == place
    assert mixer.playing or place in (0, FRAMES)


@given(
    st.tuples(st.integers(0, FRAMES - 2000), st.integers(1000, 5000)),
    st.integers(0, FRAMES),
    st.sampled_from((-8, -2, -1, 1, 2, 8)),
    st.lists(st.integers(1, 3000), min_size=1, max_size=15),
)
@settings(max_examples=100, deadline=None)
def test_who_is_in_a_loop_stays_in_it(span: tuple[int, int], seek: int, speed: int, blocks: list[int]) -> None:
    start, end = span[0], min(span[0] + span[1], FRAMES)
    mixer = playing(TRACKS[0])
    mixer.loop, mixer.speed = (start, end), speed
    mixer.seek(seek)
    inside = False
    for frames in blocks:
        mixer.render(frames)
        # A step may overshoot the end by less than itself before it turns.
        now_inside = start - abs(speed) < mixer.position < end + abs(speed)
        assert now_inside or not inside
        inside = inside or now_inside
        assert mixer.playing


def test_a_difference_is_one_round_minus_another() -> None:
    mixer = playing(DIFFERENCE)
    expected = (TRACKS[0].samples - TRACKS[1].samples)[:, 2048:3048].T
    np.testing.assert_allclose(mixer.render(1000), expected, atol=1e-7)


def test_twice_the_speed_is_twice_the_way_at_twice_the_pitch() -> None:
    mixer = playing(sine(220))
    mixer.speed = 2
    mixer.render(1000)
    place = mixer.position
    sound = mixer.render(4000)[:, 0]
    assert mixer.position == place + 8000
    crossings = np.count_nonzero(np.diff(np.signbit(sound)))
    assert crossings == pytest.approx(2 * 440 * 4000 / RATE, abs=2)


def test_backwards_is_the_song_turned_round() -> None:
    track = sine(220)
    mixer = playing(track)
    mixer.seek(20_000)
    mixer.speed = -1
    mixer.render(1000)
    assert mixer.position == 19_000
    np.testing.assert_array_equal(mixer.render(500), track.samples[:, 18_500:19_000].T[::-1])


def test_backwards_ends_at_the_start() -> None:
    mixer = playing(sine(220))
    mixer.speed = -4
    mixer.render(4096)
    assert (mixer.position, mixer.playing, mixer.speed) == (0, False, 1)


def test_a_loop_shorter_than_the_fade_neither_hangs_nor_piles_up() -> None:
    mixer = playing(sine(220))
    mixer.loop = (3000, 3001)
    sound = mixer.render(RATE)
    assert largest_step(sound) < 1.5 * SMOOTH
    assert len(mixer._fading) <= 2


@pytest.mark.parametrize("channels", range(1, 9))
@pytest.mark.parametrize("outputs", [1, 2])
def test_every_channel_is_heard_and_none_is_too_loud(channels: int, outputs: int) -> None:
    matrix = downmix(channels, outputs)
    silent = [channel for channel in range(channels) if not matrix[channel].any()]
    assert silent == ([3] if channels == 6 and outputs == 2 else [])
    if channels > 1:
        assert matrix.sum(axis=0).max() <= 1.0 + 1e-6
