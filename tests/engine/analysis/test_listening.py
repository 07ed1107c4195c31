from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from engine.analysis.beats import NO_BEATS, Beats
from engine.analysis.chords import CHORD_CLASSES, chord_index
from engine.analysis.listening import Listening, _windows, listen
from engine.models.configuration import ListenerConfiguration
from engine.models.listener import Listener
from engine.vocabulary import Vocabulary

VOCABULARY = Vocabulary.default()


@pytest.fixture(scope="module")
def listener() -> Listener:
    torch.manual_seed(0)
    return Listener(
        ListenerConfiguration(width=16, blocks=1, channels=(8, 16), key_blocks=(1, 1)), len(VOCABULARY.instruments)
    )


def made(chords: np.ndarray, instruments: np.ndarray | None = None) -> Listening:
    frames = chords.shape[1]
    instruments = np.zeros((2, frames), np.float32) if instruments is None else instruments
    return Listening(chords, np.zeros((88, frames), np.float32), instruments, ("bass", "drums"), NO_BEATS, None)


def certain(*labels_and_frames: tuple[str, int], certainty: float = 0.9) -> np.ndarray:
    columns = []
    for label, frames in labels_and_frames:
        column = np.full((CHORD_CLASSES, frames), (1 - certainty) / (CHORD_CLASSES - 1), np.float32)
        column[chord_index(label)] = certainty
        columns.append(column)
    return np.concatenate(columns, axis=1)


@pytest.mark.parametrize("samples", [0, 1, 24_000, 35 * 24_000])
def test_matrices_cover_audio_of_any_length(listener: Listener, samples: int) -> None:
    audio = (0.1 * np.random.default_rng(0).standard_normal(samples)).astype(np.float32)
    heard = listen(listener, audio, VOCABULARY)
    frames = -(-samples // 480)
    assert heard.chords.shape == (CHORD_CLASSES, frames)
    assert heard.pitches.shape == (88, frames)
    assert heard.instruments.shape == (len(VOCABULARY.instruments), frames)
    np.testing.assert_allclose(heard.chords.sum(axis=0), 1, atol=1e-4)
    assert json.dumps(heard.to_json())


def test_every_frame_is_answered_once_with_context() -> None:
    for total in (0, 1, 1499, 1500, 1501, 2900, 10_000):
        answered = []
        for start, stop, first, last in _windows(total):
            assert 0 <= start <= first < last <= stop <= total and stop - start <= 1500
            assert first == 0 or first - start >= 50
            assert last == total or stop - last >= 50
            answered.extend(range(first, last))
        assert answered == list(range(total))


def test_listening_leaves_the_network_as_it_was(listener: Listener) -> None:
    listener.train()
    listen(listener, np.zeros(4800, np.float32), VOCABULARY)
    assert listener.training


def test_silence_has_no_beats_and_no_tempo(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    steady = Beats(np.arange(8.0), np.arange(0, 8, 4.0), 60.0)
    monkeypatch.setattr("engine.analysis.listening.track_beats", lambda *_: steady)
    noise = np.random.default_rng(0).uniform(-1, 1, 8 * 24_000).astype(np.float32)
    for silent in (0 * noise, 6e-5 * noise):
        heard = listen(listener, silent, VOCABULARY)
        assert heard.tempo is None and not heard.beat_times.size and not heard.downbeat_times.size
    late = np.concatenate([np.zeros(32 * 24_000, np.float32), 1e-2 * noise])
    assert listen(listener, late, VOCABULARY).tempo == 60.0


def test_stereo_is_refused(listener: Listener) -> None:
    with pytest.raises(ValueError, match="mono"):
        listen(listener, np.zeros((2, 4800), np.float32), VOCABULARY)


def test_chord_segments_have_no_gaps_and_no_flutter() -> None:
    chords = certain(("C:maj", 100), ("G:7", 1), ("C:maj", 50), ("A:min", 100))
    assert made(chords).chord_segments() == [(0.0, 3.02, "C:maj"), (3.02, 5.02, "A:min")]
    assert made(chords[:, :0]).chord_segments() == []


def test_a_chord_that_is_hardly_likely_is_told_as_none() -> None:
    chords = np.concatenate([certain(("C:maj", 100)), certain(("G:7", 60), ("F:maj", 60), certainty=0.15)], axis=1)
    heard = made(np.concatenate([chords, certain(("A:min", 100), certainty=0.3)], axis=1))
    assert [name for _, _, name in heard.chord_segments()] == ["C:maj", "G:7", "F:maj", "A:min"]
    told = [(entry["start"], entry["end"], entry["chord"]) for entry in heard.to_json()["chords"]]
    assert told == [(0.0, 2.0, "C:maj"), (2.0, 4.4, "N"), (4.4, 6.4, "A:min")]


def test_instruments_heard_are_the_most_present_first() -> None:
    instruments = np.zeros((2, 200), np.float32)
    instruments[0, :110] = 0.9
    instruments[1, :150] = 0.7
    heard = made(certain(("N", 200)), instruments)
    assert heard.instruments_heard() == ("drums", "bass")
    assert heard.instruments_heard(threshold=0.8) == ("bass",)
