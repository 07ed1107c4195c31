"""Noise and mains hum are told from music, and music is never taken for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.analysis.stationary import stationary_frames
from engine.audio import read, to_model
from engine.grid import SAMPLE_RATE, frames_in

SECONDS = 12
TIME = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
DEMO = Path(__file__).parents[3] / "resources" / "demo" / "demo.flac"


def noise(slope: float = 0.0, seed: int = 0) -> np.ndarray:
    """RMS 1, its power falling with frequency ** slope: 0 is white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(TIME.size))
    spectrum *= np.maximum(np.fft.rfftfreq(TIME.size, 1 / SAMPLE_RATE), 20) ** (-slope / 2)
    wave = np.fft.irfft(spectrum, TIME.size)
    return wave / wave.std()


def tones(*hertz: float, partials: int = 1) -> np.ndarray:
    """Steady tones at an RMS of about 1, as a drawbar organ holds them."""
    waves = [np.sin(2 * np.pi * one * n * TIME + n * one) / n for one in hertz for n in range(1, partials + 1)]
    return np.sum(waves, axis=0) / np.sqrt(len(hertz) / 2)


def share(wave: np.ndarray, level: float = -20.0) -> float:
    signal = (10 ** (level / 20) * wave).astype(np.float32)
    return float(stationary_frames(signal, frames_in(signal.size)).mean())


@pytest.mark.parametrize("level", [-20, -40, -60, -75])
@pytest.mark.parametrize("slope", [-0.5, 0, 1, 2])
def test_noise_of_any_colour_and_level_is_noise(slope: float, level: int) -> None:
    assert share(noise(slope, seed=-level), level) == 1


@pytest.mark.parametrize("mains", [50, 60, 49.97, 60.03])
@pytest.mark.parametrize("partials", [1, 5, 30])
@pytest.mark.parametrize("hiss", [0, 0.01, 1])
def test_hum_is_hum_with_and_without_hiss(mains: float, partials: int, hiss: float) -> None:
    assert share(tones(mains, partials=partials) + hiss * noise(0.5), -50) == 1


@pytest.mark.parametrize("name", ["G1", "B1", "chord", "fifth", "A"])
@pytest.mark.parametrize("partials", [1, 8])
@pytest.mark.parametrize("hiss", [0, 0.03, 0.3])
def test_a_note_that_is_held_for_ever_is_music(name: str, partials: int, hiss: float) -> None:
    notes = {"G1": (49.0,), "B1": (61.74,), "chord": (261.63, 329.63, 392.0), "fifth": (98.0, 146.83), "A": (440.0,)}
    assert share(tones(*notes[name], partials=partials) + hiss * noise(1)) == 0


def test_what_begins_and_ends_is_music() -> None:
    strokes = np.exp(-((TIME % 0.5) / 0.1)) * noise()
    assert share(strokes) == 0
    assert share(strokes + 0.1 * noise(0, 1)) == 0
    swelling = (1 + 0.5 * np.sin(2 * np.pi * 0.3 * TIME)) * noise()
    assert share(swelling) == 0
    # On the mains' own frequency, but struck.
    assert share(np.exp(-(TIME % 1.0)) * tones(50, partials=8)) == 0


@pytest.mark.parametrize("level", [0, -40])
@pytest.mark.parametrize("hiss", [0, 0.3])
def test_a_song_is_music_however_soft_and_under_hiss(level: float, hiss: float) -> None:
    song = to_model(read(DEMO))[: TIME.size]
    assert share(song / song.std() + hiss * noise(), level - 20) == 0


def test_noise_before_a_song_is_told_from_it() -> None:
    wave = noise() + np.where(TIME >= 8, 1.0, 0.0) * tones(261.63, 329.63, 392.0)
    signal = (0.01 * wave).astype(np.float32)
    found = stationary_frames(signal, frames_in(signal.size))
    assert found[: 50 * 7].all() and not found[50 * 8 :].any()


@pytest.mark.parametrize("samples", [0, 1, 479, 4096, 4 * SAMPLE_RATE - 1])
def test_a_scrap_is_taken_for_music(samples: int) -> None:
    signal = noise()[:samples].astype(np.float32)
    assert not stationary_frames(signal, frames_in(samples)).any()


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_digital_silence_is_no_noise(value: float) -> None:
    assert share(np.full(TIME.size, value)) == 0
