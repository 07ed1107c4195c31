"""Rounds in memory: mapped where the file allows it, few enough to stay within the limit, and checked."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from engine.audio import Audio, read, write
from engine.errors import UserError
from instructme_app.model import media
from instructme_app.model.difference import Differences
from instructme_app.model.mapping import let_go, map_wav
from instructme_app.model.media import KEPT_LEAST, Media, MediaLibrary, load
from instructme_app.model.pyramid import Pyramid
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


class Slow:
    """Reads rounds of the folder `old` only when told to, as a long song takes a while."""

    def __init__(self, old: Path) -> None:
        self.old, self.go_on, self.begun, self.read = old, threading.Event(), threading.Event(), load
        self.failure: UserError | None = None

    def __call__(self, path: Path) -> Media:
        if self.old in path.parents:
            self.begun.set()
            assert self.go_on.wait(WAIT / 1000)
            if self.failure is not None:
                raise self.failure
        return self.read(path)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Two songs whose rounds have the same ids, in the folders old and new; the old one is half as loud."""
    for name, factor in (("old", 0.5), ("new", 1.0)):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "0000.wav", Audio(NOISE * np.float32(factor), 44_100))
    slow = Slow(tmp_path / "old")
    monkeypatch.setattr(media, "load", slow)
    return slow


def test_a_round_that_was_read_too_late_is_not_taken_for_one_of_the_next_song(
    qtbot: QtBot, tmp_path: Path, slow: Slow
) -> None:
    library, new = MediaLibrary(), tmp_path / "new" / "0000.wav"
    told: list[str] = []
    library.loaded.connect(told.append)
    library.get("0000", tmp_path / "old" / "0000.wav")
    assert slow.begun.wait(WAIT / 1000)
    library.clear()
    assert library.get("0000", new) is None
    slow.go_on.set()
    qtbot.waitUntil(lambda: library.get("0000", new) is not None, timeout=WAIT)
    read_ = library.get("0000", new)
    assert read_ is not None
    np.testing.assert_array_equal(read_.audio.samples, NOISE)
    assert told == ["0000"]
    assert max(library.thumbnails["0000"].rms) == pytest.approx(float(NOISE.std()), rel=0.1)
    library.close()


def test_a_round_of_a_closed_song_that_cannot_be_read_is_no_failure_of_the_next(
    qtbot: QtBot, tmp_path: Path, slow: Slow
) -> None:
    library, new = MediaLibrary(), tmp_path / "new" / "0000.wav"
    slow.failure = UserError("it is broken", "open it again")
    failures: list[str] = []
    library.failed.connect(lambda key, *_: failures.append(key))
    library.get("0000", tmp_path / "old" / "0000.wav")
    assert slow.begun.wait(WAIT / 1000)
    library.clear()
    library.get("0000", new)
    slow.go_on.set()
    qtbot.waitUntil(lambda: library.get("0000", new) is not None, timeout=WAIT)
    assert not failures
    library.close()


def test_who_asks_for_the_next_song_before_the_library_is_cleared_does_not_get_the_one_before(
    qtbot: QtBot, tmp_path: Path, slow: Slow
) -> None:
    library, old, new = MediaLibrary(), tmp_path / "old" / "0000.wav", tmp_path / "new" / "0000.wav"
    slow.go_on.set()
    with qtbot.waitSignal(library.loaded, timeout=WAIT):
        library.get("0000", old)
    assert library.get("0000", new) is None
    qtbot.waitUntil(lambda: library.get("0000", new) is not None, timeout=WAIT)
    assert library.get("0000", old) is None, "one key, one round"
    library.close()


def test_a_difference_of_the_song_before_is_not_taken_for_this_ones(qtbot: QtBot) -> None:
    differences = Differences()
    long, short = (np.full((1, frames), 0.5, np.float32) for frames in (4_000_000, 1_000))
    differences.get("0002", "0001", long, np.zeros_like(long))
    differences.clear()
    found: list[Pyramid] = []

    def look() -> None:
        pyramid = differences.get("0002", "0001", short, np.zeros_like(short))
        if pyramid is not None:
            found.append(pyramid)

    look()
    differences.made.connect(look)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    assert found[0].frames == 1_000
    differences.close()
