"""Rounds in memory: mapped where the file allows it, few enough to stay within the limit, and checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from engine.audio import Audio, read, write
from engine.errors import UserError
from instructme_app.model.mapping import let_go, map_wav
from instructme_app.model.media import KEPT_LEAST, MediaLibrary, load
from tests.instructme_app.conftest import WAIT

NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 30_000)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_float_files_are_mapped_and_equal_what_reading_gives(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "round.wav"
    samples = np.repeat(NOISE[:1], channels, axis=0) * np.arange(1, channels + 1, dtype=np.float32)[:, None] / 8
    write(path, Audio(samples, 48_000))
    mapped = map_wav(path)
    assert mapped is not None
    assert isinstance(mapped.samples.base, np.memmap)
    assert mapped.sample_rate == 48_000
    np.testing.assert_array_equal(mapped.samples, read(path).samples)


def test_a_file_is_mapped_once_for_as_long_as_somebody_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "round.wav"
    write(path, Audio(NOISE, 48_000))
    first, second = map_wav(path), map_wav(path)
    assert first is not None and second is not None
    assert first.samples is second.samples
    write(path, Audio(NOISE / 2, 48_000))
    third = map_wav(path)
    assert third is not None
    np.testing.assert_array_equal(third.samples, NOISE / 2)


def test_what_was_read_counts_as_memory_no_longer_and_is_still_there(tmp_path: Path) -> None:
    path = tmp_path / "round.wav"
    samples = np.tile(NOISE, (1, 200))
    write(path, Audio(samples, 48_000))
    process = psutil.Process()
    media = load(path)
    measured = process.memory_info().rss
    assert float(np.abs(media.audio.samples).max()) > 0.4
    assert process.memory_info().rss - measured > 0.8 * samples.nbytes, "measuring it left it in memory"
    let_go(media.audio.samples)
    assert process.memory_info().rss - measured < 0.2 * samples.nbytes
    np.testing.assert_array_equal(media.audio.samples, samples)


def test_samples_that_are_no_round_are_not_let_go(tmp_path: Path) -> None:
    own = np.memmap(tmp_path / "scratch", dtype="<f4", mode="w+", shape=(2, 4096))
    own[:] = 0.5
    let_go(own)
    let_go(NOISE)
    assert float(own.min()) == 0.5


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "DOUBLE"])
def test_other_files_are_read(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "round.wav"
    soundfile.write(path, NOISE.T, 44_100, subtype=subtype)
    assert map_wav(path) is None
    np.testing.assert_array_equal(load(path).audio.samples, read(path).samples)


def test_a_file_cut_short_is_not_mapped(tmp_path: Path) -> None:
    path = tmp_path / "round.wav"
    write(path, Audio(NOISE, 44_100))
    whole = path.read_bytes()
    for size in (0, 10, 44, 60, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert map_wav(path) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e6])
def test_what_is_not_sound_is_refused_in_a_line(tmp_path: Path, bad: float) -> None:
    samples = NOISE.copy()
    samples[1, 12_345] = bad
    path = tmp_path / "round.wav"
    soundfile.write(path, samples.T, 44_100, subtype="FLOAT")
    with pytest.raises(UserError):
        load(path)


def test_the_peak_is_the_largest_sample(tmp_path: Path) -> None:
    samples = NOISE.copy()
    samples[0, 777] = -0.875
    write(tmp_path / "round.wav", Audio(samples, 44_100))
    assert load(tmp_path / "round.wav").peak == pytest.approx(0.875)


def test_what_was_not_wanted_for_longest_is_closed_first(qtbot: QtBot, tmp_path: Path) -> None:
    library = MediaLibrary()
    paths = {f"{number:04d}": tmp_path / f"{number}.wav" for number in range(10)}
    for path in paths.values():
        write(path, Audio(NOISE, 44_100))
    one = load(paths["0000"]).bytes
    library.limit = 6 * one + one // 2
    for key, path in paths.items():
        with qtbot.waitSignal(library.loaded, timeout=WAIT):
            library.get(key, path)
        assert library.get("0000", paths["0000"]) is not None
        assert library.bytes <= library.limit
    assert library.bytes == 6 * one
    assert len(library.thumbnails) == 10
    # However small the limit: what is compared, and its source, must not chase each other out.
    library.limit = 0
    assert library.bytes == KEPT_LEAST * one
    library.close()
