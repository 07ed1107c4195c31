from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.grid import SAMPLE_RATE
from training.synthesis.electronics import (
    ROLES,
    DrumMachine,
    Patch,
    Role,
    piece_of,
    pumped,
    random_drum_machine,
    random_patch,
)
from training.synthesis.song import sorted_notes

SCALE = sorted_notes([(0.5 * turn, 0.5 * turn + 0.4, 48 + 2 * turn, 60 + 10 * turn) for turn in range(6)])


def harmonic_peak(sound: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)[np.argmax(spectrum)])


def plain(**settings: object) -> Patch:
    spectrum = 1 / np.arange(1, 401)
    return Patch(spectrum=spectrum, phases=np.full(400, 0.25), **settings)  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(role=st.sampled_from(sorted(set(ROLES.values()))), seed=st.integers(0, 2**32 - 1))
def test_every_patch_plays_something_finite_of_the_asked_length(role: Role, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sound = random_patch(role, rng).play(SCALE, start=0.0, seconds=3.0, rng=rng)
    assert sound.shape == (3 * SAMPLE_RATE,) and sound.dtype == np.float32
    assert np.isfinite(sound).all() and 1e-3 < float(np.abs(sound).max()) < 60


def test_the_same_seed_is_the_same_sound() -> None:
    def once() -> np.ndarray:
        rng = np.random.default_rng(3)
        return random_patch("lead", rng).play(SCALE, start=0.0, seconds=2.0, rng=rng)

    assert np.array_equal(once(), once())


@pytest.mark.parametrize("pitch", [40, 57, 81])
def test_a_patch_plays_the_written_pitch(pitch: int) -> None:
    sound = plain(cutoff=0.0, tracking=1.0, sustain=1.0, steepness=4.0).play(
        sorted_notes([(0, 2, pitch, 100)]), start=0.0, seconds=1.5, rng=np.random.default_rng(0)
    )
    assert abs(12 * np.log2(harmonic_peak(sound) / 440) + 69 - pitch) < 0.1


def test_nothing_aliases() -> None:
    # A high note through an open filter: between its harmonics there is nothing.
    sound = plain(cutoff=7.0, sustain=1.0).play(
        sorted_notes([(0, 2, 93, 127)]), start=0.0, seconds=1.0, rng=np.random.default_rng(0)
    )
    power = np.abs(np.fft.rfft(sound[2400:] * np.blackman(len(sound) - 2400))) ** 2
    hertz = np.fft.rfftfreq(len(sound) - 2400, 1 / SAMPLE_RATE)
    fundamental = 440 * 2 ** ((93 - 69) / 12)
    between = np.abs(hertz / fundamental - np.round(hertz / fundamental)) > 0.1
    assert power[between].sum() < 1e-4 * power.sum()


def test_a_lower_filter_is_darker_and_a_note_ends_when_it_is_let_go() -> None:
    def played(cutoff: float) -> np.ndarray:
        notes = sorted_notes([(0, 1, 48, 100)])
        return plain(cutoff=cutoff, release=0.05).play(notes, start=0.0, seconds=2.0, rng=np.random.default_rng(0))

    def brightness(sound: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float((power * np.arange(len(power))).sum() / power.sum())

    assert brightness(played(2.0)) < 0.5 * brightness(played(6.0))
    assert np.abs(played(4.0)[int(1.5 * SAMPLE_RATE) :]).max() < 1e-6


def test_what_began_before_the_clip_sounds_in_it() -> None:
    sound = plain(sustain=1.0).play(
        sorted_notes([(0, 8, 60, 100)]), start=4.0, seconds=1.0, rng=np.random.default_rng(0)
    )
    assert np.abs(sound[: SAMPLE_RATE // 4]).max() > 0.05


def test_an_echo_comes_back_softer() -> None:
    notes = sorted_notes([(0, 0.05, 60, 127)])
    patch = plain(decay=0.02, sustain=0.0, release=0.01, echo=(0.5, 0.5))
    sound = patch.play(notes, start=0.0, seconds=1.2, rng=np.random.default_rng(0))
    first, second, third = (np.abs(sound[round(at * SAMPLE_RATE) :][: SAMPLE_RATE // 5]).max() for at in (0, 0.5, 1.0))
    assert second == pytest.approx(first / 2, rel=1e-3) and third == pytest.approx(first / 4, rel=1e-3)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_kit_has_a_sound_for_every_stroke(seed: int) -> None:
    kit = random_drum_machine(np.random.default_rng(seed))
    for key in range(27, 88):
        sound = kit.sounds[piece_of(key)]
        assert np.isfinite(sound).all() and 0.9 < float(np.abs(sound).max()) <= 1.0


def test_strokes_sound_where_they_are_struck_and_a_closed_hat_ends_an_open_one() -> None:
    kit = DrumMachine(
        {"open": np.ones(SAMPLE_RATE, np.float32), "closed": np.zeros(10, np.float32)}, {"open": 1.0, "closed": 1.0}
    )
    alone = kit.play(sorted_notes([(0.25, 0.3, 46, 127)]), start=0.0, seconds=1.0)
    assert not alone[: SAMPLE_RATE // 4].any() and alone[SAMPLE_RATE // 4 :].all()
    ended = kit.play(sorted_notes([(0.25, 0.3, 46, 127), (0.5, 0.55, 42, 100)]), start=0.0, seconds=1.0)
    assert ended[SAMPLE_RATE // 2 - 10] == 1 and np.abs(ended[SAMPLE_RATE // 2 + 300 :]).max() < 1e-6


def test_a_pumped_sound_ducks_on_the_beats() -> None:
    sound = pumped(np.ones(2 * SAMPLE_RATE, np.float32), np.array([0.5, 1.0, 1.5]), depth=0.8, release=0.1)
    assert sound[SAMPLE_RATE // 4] == 1
    assert sound[SAMPLE_RATE] == pytest.approx(0.2, abs=1e-3) and sound[SAMPLE_RATE - 1] > 0.99
    assert np.array_equal(pumped(sound, np.zeros(0), 0.8, 0.1), sound)
