"""What is told of silence, noise and scraps: nothing that nobody can be sure of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.analysis.beats import track_beats
from engine.analysis.chords import CHORD_CLASSES, chord_index
from engine.analysis.listening import Listening
from engine.analysis.telling import silent_frames, told
from engine.audio import Audio

SECONDS = 12
FRAMES = 50 * SECONDS


def heard_everywhere(surely: float = 0.9) -> Listening:
    """C major, drums and two beats a second throughout, as sure as `surely`."""
    chords = np.full((CHORD_CLASSES, FRAMES), 0.1 / (CHORD_CLASSES - 1), np.float32)
    chords[chord_index("C:maj")] = 0.9
    pitches = np.zeros((88, FRAMES), np.float32)
    pitches[[39, 43, 46]] = 0.9
    grid = np.arange(FRAMES)
    pulse = np.stack([surely * np.exp(-0.5 * ((grid + period / 2) % period - period / 2) ** 2) for period in (25, 100)])
    pulse = pulse.astype(np.float32)
    return Listening(
        chords, pitches, np.full((1, FRAMES), 0.9, np.float32), ("drums",), track_beats(*pulse), "C:maj", pulse=pulse,
        onsets=pitches.copy(),
    )  # fmt: skip


def sound(rate: int = 44_100, channels: int = 1) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.1, 0.1, (channels, SECONDS * rate)).astype(np.float32)


def chords_of(heard: Listening) -> list[tuple[float, float, str]]:
    return [(entry["start"], entry["end"], entry["chord"]) for entry in heard.to_json()["chords"]]


def test_of_music_all_is_told() -> None:
    heard = heard_everywhere()
    assert told(heard, Audio(sound(), 44_100)).to_json() == heard.to_json()
    assert heard.tempo == pytest.approx(120, rel=0.01)


@pytest.mark.parametrize("level", [0.0, 0.5, -1.0])
@pytest.mark.parametrize("dither", [0.0, 2**-15])
def test_of_silence_nothing_is_told_whatever_constant_it_stands_at(level: float, dither: float) -> None:
    samples = np.float32(level) + np.float32(dither) * np.sign(sound())
    summary = told(heard_everywhere(), Audio(samples, 44_100)).to_json()
    assert (summary["tempo"], summary["key"], summary["beats"], summary["downbeats"]) == (None, None, [], [])
    assert summary["instruments"] == []
    assert summary["chords"] == [{"start": 0.0, "end": float(SECONDS), "chord": "N"}]


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 192_000])
@pytest.mark.parametrize("channels", [1, 6])
def test_a_silent_stretch_has_no_chord_no_notes_and_no_beats(rate: int, channels: int) -> None:
    samples = sound(rate, channels)
    samples[:, 4 * rate : 8 * rate] = 0
    found = told(heard_everywhere(), Audio(samples, rate))
    assert chords_of(found) == [(0.0, 4.0, "C:maj"), (4.0, 8.0, "N"), (8.0, 12.0, "C:maj")]
    for times in (found.beat_times, found.downbeat_times):
        assert times.size and not ((times >= 4.02) & (times < 7.98)).any()
    assert found.tempo == pytest.approx(120, rel=0.01)
    assert found.onsets is not None and not found.onsets[:, 200:400].any() and not found.pitches[:, 200:400].any()
    assert np.allclose(found.chords.sum(axis=0), 1, atol=1e-5)


def test_of_noise_that_goes_on_as_it_is_nothing_is_told() -> None:
    audio = Audio(sound(24_000), 24_000)
    summary = told(heard_everywhere(), audio, audio.samples[0]).to_json()
    assert (summary["tempo"], summary["key"], summary["beats"], summary["instruments"]) == (None, None, [], [])
    assert summary["chords"] == [{"start": 0.0, "end": float(SECONDS), "chord": "N"}]
    struck = audio.samples[0] * (np.arange(audio.frames) % 12_000 < 3_000)
    assert told(heard_everywhere(), audio, struck).to_json() == heard_everywhere().to_json()


def test_what_one_channel_alone_plays_is_no_silence() -> None:
    samples = np.concatenate([sound(), np.zeros((1, SECONDS * 44_100), np.float32)])
    assert not silent_frames(Audio(samples, 44_100), FRAMES, 50).any()


def test_a_rest_between_two_notes_keeps_its_chord_and_its_beat() -> None:
    samples = sound()
    samples[:, 4 * 44_100 : round(4.9 * 44_100)] = 0
    heard = heard_everywhere()
    assert told(heard, Audio(samples, 44_100)).to_json() == heard.to_json()


def test_where_a_beat_is_hardly_heard_anywhere_there_is_none() -> None:
    found = told(heard_everywhere(0.3), Audio(sound(), 44_100))
    assert (found.tempo, found.beat_times.size, found.key) == (None, 0, "C:maj")


@pytest.mark.parametrize("samples", [1, 100, 441, 883])
def test_a_scrap_of_sound_or_of_silence_is_told_of(samples: int) -> None:
    frames = -(-samples // 882)
    heard = heard_everywhere()
    short = {name: getattr(heard, name)[:, :frames] for name in ("chords", "pitches", "instruments", "pulse", "onsets")}
    heard = replace(heard, **short, beats=track_beats(*short["pulse"]))
    alternating = np.where(np.arange(samples) % 2, 0.1, -0.1).astype(np.float32)[None]
    assert told(heard, Audio(0 * alternating, 44_100)).to_json()["chords"][0]["chord"] == "N"
    told_of = told(heard, Audio(alternating, 44_100)).to_json()
    # One sample moves nowhere.
    assert told_of["chords"][0]["chord"] == ("C:maj" if samples > 1 else "N")
    assert told_of["tempo"] is None and told_of["beats"] == []
