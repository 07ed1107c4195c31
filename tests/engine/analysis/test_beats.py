from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.beats import track_beats


def activations(bpm: float, meter: int = 4, seconds: float = 20, first: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Peaks a few frames wide, of uneven height, over a little noise."""
    rng = np.random.default_rng(0)
    grid = np.arange(int(seconds * 50))
    times = np.arange(first, seconds - 0.2, 60 / bpm)
    beat, downbeat = (0.05 * rng.random(grid.size) for _ in range(2))
    for index, time in enumerate(times):
        bump = rng.uniform(0.4, 1.0) * np.exp(-0.5 * ((grid - time * 50) / 1.0) ** 2)
        beat = np.maximum(beat, bump)
        if index % meter == 2:
            downbeat = np.maximum(downbeat, bump)
    return beat, downbeat


@pytest.mark.parametrize("bpm", [72.0, 100.0, 123.0, 160.0])
def test_a_steady_tempo_and_its_beats_are_found(bpm: float) -> None:
    beats = track_beats(*activations(bpm))
    assert beats.tempo == pytest.approx(bpm, rel=0.015)
    expected = np.arange(0.3, 19.8, 60 / bpm)
    nearest = np.abs(beats.times[:, None] - expected[None, :]).min(axis=1)
    assert np.all(nearest < 0.03)
    assert len(beats.times) >= 0.95 * len(expected)


@pytest.mark.parametrize("meter", [3, 4])
def test_downbeats_follow_the_bar(meter: int) -> None:
    beats = track_beats(*activations(120, meter))
    np.testing.assert_allclose(np.diff(beats.downbeats), meter * 0.5, atol=0.05)
    assert abs(beats.downbeats[0] - 1.3) < 0.05


def test_a_missing_beat_is_bridged() -> None:
    beat, downbeat = activations(120)
    gap = slice(int(5.15 * 50), int(5.45 * 50))
    beat[gap] = 0
    beats = track_beats(beat, downbeat)
    assert np.diff(beats.times).max() < 0.6


@pytest.mark.parametrize("beat", [np.zeros(500), np.full(500, 0.7), np.zeros(0), np.ones(20)])
def test_what_does_not_beat_has_no_tempo(beat: np.ndarray) -> None:
    beats = track_beats(beat, beat)
    assert beats.tempo is None and beats.times.size == 0 and beats.downbeats.size == 0


def test_silence_around_the_music_has_no_beats() -> None:
    beat, downbeat = activations(120, seconds=10)
    silence = np.zeros(200)
    beats = track_beats(np.concatenate([silence, beat, silence]), np.concatenate([silence, downbeat, silence]))
    assert beats.times.min() > 3.9 and beats.times.max() < 14.1
