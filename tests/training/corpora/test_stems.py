"""Recorded songs whose files are of many lengths, rates and channels, or cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from tests.training.songs import VOCABULARY
from training.corpora import files
from training.corpora.files import Files
from training.corpora.stems import Stems


def clicks(path: Path, *, every: float, seconds: float, rate: int = SAMPLE_RATE, channels: int = 1) -> None:
    """A burst of a tone at each multiple of `every` seconds."""
    time = np.arange(round(seconds * rate)) / rate
    sound = 0.5 * np.sin(2 * np.pi * 1000 * time) * (time % every < 0.05)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.stack([sound] * channels, axis=1).astype(np.float32), rate)


def stems(place: Path) -> Stems:
    return Stems(Files(place), "train", VOCABULARY)


def begins(sound: np.ndarray) -> float:
    """Seconds of the first burst that is heard from its beginning."""
    loud = np.abs(sound) > 0.1
    quiet = np.flatnonzero(~loud[:-1] & loud[1:])
    return float(quiet[quiet > 0.1 * SAMPLE_RATE][0]) / SAMPLE_RATE


def test_stems_of_other_lengths_and_rates_stay_together(tmp_path: Path) -> None:
    clicks(tmp_path / "song/vocals.wav", every=1.0, seconds=20.0)
    clicks(tmp_path / "song/bass.wav", every=1.0, seconds=13.5, rate=44_100, channels=2)
    clicks(tmp_path / "song/drums.flac", every=1.0, seconds=16.2, rate=48_000)
    corpus = stems(tmp_path)
    (song,) = corpus.songs
    for at in (0.1, 0.37, 0.6):
        found = [begins(corpus.stem(song, name, at, 4.0)) for name in ("vocals", "bass", "drums")]
        assert max(found) - min(found) < 0.005, at


def test_what_ends_before_the_song_is_silent_from_there_on(tmp_path: Path) -> None:
    clicks(tmp_path / "song/vocals.wav", every=1.0, seconds=20.0)
    clicks(tmp_path / "song/bass.wav", every=1.0, seconds=5.0)
    corpus = stems(tmp_path)
    (song,) = corpus.songs
    assert corpus.stem(song, "bass", 0.0, 4.0).any()
    assert not corpus.stem(song, "bass", 1.0, 4.0).any()


@pytest.mark.parametrize("content", [b"", b"RIFF nothing of the kind"])
def test_a_file_that_cannot_be_read_is_silence_and_is_said(tmp_path: Path, content: bytes) -> None:
    for name in ("vocals", "bass", "drums"):
        clicks(tmp_path / f"song/{name}.wav", every=0.2, seconds=5.0)
    (tmp_path / "song/drums.wav").write_bytes(content)
    with pytest.warns(UserWarning, match="drums.wav cannot be read"):
        clip = stems(tmp_path).clip(0, seconds=2.0, rng=np.random.default_rng(0))
    assert set(clip.stems) == {"vocals", "bass"}


def test_songs_of_silence_give_way_to_those_that_sound_or_are_told(tmp_path: Path) -> None:
    for number in range(8):
        for name in ("vocals", "bass"):
            path = tmp_path / f"silent{number}/{name}.wav"
            path.parent.mkdir(exist_ok=True)
            soundfile.write(path, np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    with pytest.raises(UserError, match="nothing sounds"):
        stems(tmp_path).clip(0, seconds=0.5, rng=np.random.default_rng(0))
    for name in ("vocals", "bass"):
        clicks(tmp_path / f"sung/{name}.wav", every=0.2, seconds=3.0)
    files._listing.cache_clear()
    assert set(stems(tmp_path).clip(0, seconds=0.5, rng=np.random.default_rng(0)).stems) == {"vocals", "bass"}


def test_a_folder_called_test_is_held_out_also_where_it_is_named_itself(tmp_path: Path) -> None:
    for name in ("vocals", "bass"):
        clicks(tmp_path / f"test/song/{name}.wav", every=0.2, seconds=1.0)
    place = Files(tmp_path / "test")
    assert not Stems(place, "train", VOCABULARY).songs
    assert len(Stems(place, "held_out", VOCABULARY).songs) == 1
