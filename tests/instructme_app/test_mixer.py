"""What reaches the loudspeaker has no click in it, whatever is pressed."""

from __future__ import annotations

import numpy as np
import pytest

from instructme_app.model.mixer import Mixer, Track

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
