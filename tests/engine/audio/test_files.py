"""Reading: what is good is read exactly, what is bad is refused with a cause and a remedy before it is loaded."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import Audio, probe, read, scratch
from engine.errors import UserError

RATE = 44_100


@pytest.fixture
def tone() -> np.ndarray:
    """(frames, 2) float32."""
    time = np.arange(RATE // 2) / RATE
    return np.stack([0.5 * np.sin(440 * 2 * np.pi * time), 0.25 * np.sin(660 * 2 * np.pi * time)], 1).astype(np.float32)


def wav(path: Path, *, rate: int = RATE, channels: int = 2, data: bytes = b"", size: int | None = None) -> Path:
    """A 16-bit WAV file, written by hand so that it may lie."""
    size = len(data) if size is None else size
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 & 0xFFFFFFFF, channels * 2 & 0xFFFF, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + size & 0xFFFFFFFF) + body + data)
    return path


def refused(path: Path) -> str:
    """The error line of a file that must be refused by `probe`, or by `read` at the latest."""
    with pytest.raises(UserError) as caught:
        read(path)
    line = str(caught.value)
    assert ";" in line and "\n" not in line and caught.value.remedy
    return line


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        ("a.wav", "PCM_U8"),
        ("a.wav", "PCM_16"),
        ("a.wav", "PCM_24"),
        ("a.wav", "FLOAT"),
        ("a.flac", "PCM_16"),
        ("a.flac", "PCM_24"),
        ("a.aiff", "PCM_16"),
        ("a.ogg", "VORBIS"),
        ("a.mp3", "MPEG_LAYER_III"),
    ],
)
def test_every_format_is_read_with_its_rate_channels_and_length(
    tmp_path: Path, tone: np.ndarray, name: str, subtype: str
) -> None:
    soundfile.write(tmp_path / name, tone, RATE, subtype=subtype)
    info, audio = probe(tmp_path / name), read(tmp_path / name)
    assert (info.sample_rate, info.channels, info.frames, info.subtype) == (RATE, 2, len(tone), subtype)
    assert audio.samples.shape == (2, len(tone)) and audio.sample_rate == RATE
    assert audio.samples.dtype == np.float32
    assert np.abs(audio.samples.T - tone).max() < (0.1 if subtype in ("VORBIS", "MPEG_LAYER_III") else 0.01)
    assert info.duration == pytest.approx(0.5)


def test_a_long_file_is_mapped_from_disk_and_reads_the_same(tmp_path: Path, tone: np.ndarray, monkeypatch) -> None:
    long = np.tile(tone, (20, 1))
    soundfile.write(tmp_path / "a.wav", long, RATE, subtype="FLOAT")
    monkeypatch.setattr("engine.audio.storage.IN_MEMORY", 1 << 16)
    samples = read(tmp_path / "a.wav").samples
    assert isinstance(samples, np.memmap)
    assert np.array_equal(samples.T, long)


def test_scratch_says_when_the_disk_is_full() -> None:
    with pytest.raises(UserError, match="no space left"):
        scratch((2, 2**50))


def test_missing_folder_empty_and_special_files_are_refused(tmp_path: Path) -> None:
    assert "no file" in refused(tmp_path / "none.wav")
    assert "is a folder" in refused(tmp_path)
    (tmp_path / "empty.wav").touch()
    assert "is empty" in refused(tmp_path / "empty.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert "not a regular file" in refused(tmp_path / "pipe.wav")
    assert "no sound" in refused(wav(tmp_path / "silent.wav"))


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.ogg", "a.raw", "a.txt", "a"])
def test_what_is_not_audio_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is a letter and not a song. " * 100)
    assert "audio" in refused(tmp_path / name)


@pytest.mark.parametrize(("rate", "shown"), [(0, "0 Hz"), (400_000, "400000 Hz"), (4_000, "4000 Hz"), (2**31, "Hz")])
def test_absurd_sample_rates_are_refused(tmp_path: Path, rate: int, shown: str) -> None:
    line = refused(wav(tmp_path / "a.wav", rate=rate, data=bytes(4000)))
    assert shown in line and "convert" in line


def test_sixty_four_channels_are_refused(tmp_path: Path) -> None:
    assert "64 channels" in refused(wav(tmp_path / "a.wav", channels=64, data=bytes(12800)))


def test_twenty_hours_are_refused_without_reading_them(tmp_path: Path) -> None:
    size = 20 * 3600 * 8000 * 2
    path = wav(tmp_path / "a.wav", rate=8000, channels=1, size=size)
    os.truncate(path, path.stat().st_size + size)
    assert "20.0 hours" in refused(path)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "a.aiff"])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.01])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, tone: np.ndarray, name: str, share: float) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (RATE * 3, 2)).astype(np.float32)
    soundfile.write(tmp_path / name, noise, RATE)
    os.truncate(tmp_path / name, int((tmp_path / name).stat().st_size * share))
    assert ("truncated" in refused(tmp_path / name)) or share < 0.1


def test_a_recorder_that_never_wrote_its_length_is_forgiven(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", data=bytes(range(200)) * 40, size=0xFFFFFFFF)
    assert read(path).frames == 2000


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinite_samples_are_refused_with_their_place(tmp_path: Path, tone: np.ndarray, value: float) -> None:
    tone[RATE // 4, 1] = value
    soundfile.write(tmp_path / "a.wav", tone, RATE, subtype="FLOAT")
    assert "NaN or infinite samples at 0.25 s" in refused(tmp_path / "a.wav")


def test_a_double_that_float32_cannot_hold_is_refused(tmp_path: Path, tone: np.ndarray) -> None:
    huge = tone.astype(np.float64)
    huge[3] = 1e300
    soundfile.write(tmp_path / "a.wav", huge, RATE, subtype="DOUBLE")
    assert "samples" in refused(tmp_path / "a.wav")
    huge[3] = 30_000
    soundfile.write(tmp_path / "a.wav", huge, RATE, subtype="DOUBLE")
    assert "normalise" in refused(tmp_path / "a.wav")


def test_a_name_that_lies_about_its_container_is_read_all_the_same(tmp_path: Path, tone: np.ndarray) -> None:
    soundfile.write(tmp_path / "a.flac", tone, RATE)
    (tmp_path / "a.flac").rename(tmp_path / "a.mp3")
    assert probe(tmp_path / "a.mp3").format == "FLAC"


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path_factory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    name = data.draw(st.sampled_from(["a.wav", "b.wav", "a.flac", "a.ogg", "a.aiff"]))
    good = folder / ("good-" + name)
    if not good.exists():
        noise = np.random.default_rng(2).uniform(-0.5, 0.5, (3000, 2)).astype(np.float32)
        soundfile.write(good, noise, RATE, subtype="FLOAT" if name == "b.wav" else None)
    content = bytearray(good.read_bytes())
    for place in data.draw(st.lists(st.integers(0, 120) | st.integers(0, len(content) - 1), max_size=6)):
        content[min(place, len(content) - 1)] = data.draw(st.integers(0, 255))
    (folder / name).write_bytes(content[: data.draw(st.integers(1, len(content)) | st.just(len(content)))])
    try:
        audio = read(folder / name)
    except UserError as error:
        assert error.cause and error.remedy
    else:
        assert np.isfinite(audio.samples).all() and audio.frames > 0 and audio.channels <= 8


def test_audio_says_what_is_wrong_with_samples_made_by_hand() -> None:
    good = np.zeros((2, 100), np.float32)
    assert Audio(good, 48_000).duration == pytest.approx(100 / 48_000)
    for samples, rate, words in [
        (good.astype(np.float64), 44_100, "float64"),
        (good[0], 44_100, "shape"),
        (np.zeros((1000, 2), np.float32), 44_100, "transposed"),
        (good, 0, "sample rate"),
        (good * np.nan, 44_100, "NaN"),
        (good[:0], 44_100, "no channels"),
    ]:
        with pytest.raises(UserError, match=words):
            Audio(samples, rate)


def test_slices_are_clamped_views_and_mono_is_the_mean() -> None:
    samples = np.arange(20, dtype=np.float32).reshape(2, 10)
    audio = Audio(samples, 8000)
    assert np.shares_memory(audio.slice(2, 5).samples, samples)
    assert audio.slice(-3, 4).frames == 4 and audio.slice(8, 99).frames == 2 and audio.slice(9, 3).frames == 0
    assert np.array_equal(audio.mono().samples, samples.mean(0, keepdims=True))
