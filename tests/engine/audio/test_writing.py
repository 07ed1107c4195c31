"""Writing: the quality of the source, untouched samples bit for bit, and never half a file."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import Audio, probe, read, with_headroom, write, write_edit
from engine.audio.samples import native_type
from engine.audio.writing import EXTENSIONS, check_format
from engine.errors import UserError

RATE = 44_100
EXACT = [
    ("wav", "PCM_U8"),
    ("wav", "PCM_16"),
    ("wav", "PCM_24"),
    ("wav", "PCM_32"),
    ("wav", "FLOAT"),
    ("wav", "DOUBLE"),
    ("flac", "PCM_16"),
    ("flac", "PCM_24"),
    ("aiff", "PCM_24"),
]


def native(path: Path) -> np.ndarray:
    """The file's own numbers, (frames, channels)."""
    return soundfile.read(path, dtype=native_type(soundfile.info(path).subtype), always_2d=True)[0]


def source_file(folder: Path, extension: str, subtype: str, seed: int, frames: int, channels: int = 2) -> Path:
    """Noise that fills the whole range of the subtype, full scale included."""
    rng = np.random.default_rng(seed)
    path = folder / f"source.{extension}"
    if native_type(subtype) == "int32":
        samples = rng.integers(-(2**31), 2**31, (frames, channels)).astype(np.int32)
        samples[: min(2, frames)] = np.array([[2**31 - 1], [-(2**31)]], np.int32)[:frames]
    else:
        samples = rng.uniform(-1, 1, (frames, channels)).astype(native_type(subtype))
    soundfile.write(path, samples, RATE, subtype=subtype)
    return path


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_untouched_spans_equal_the_source_bit_for_bit(tmp_path_factory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp() / "exact"
    folder.mkdir(exist_ok=True)
    extension, subtype = data.draw(st.sampled_from(EXACT))
    frames = data.draw(st.integers(1, 400))
    path = source_file(folder, extension, subtype, data.draw(st.integers(0, 99)), frames)
    source, audio = probe(path), read(path)
    places = st.integers(-5, frames + 5)
    keep = data.draw(st.lists(st.tuples(places, places), max_size=4))
    kept = np.zeros(frames, bool)
    for first, last in keep:
        kept[max(first, 0) : max(last, 0)] = True
    edited = audio.samples.copy()
    edited[:, ~kept] *= 0.5
    before = path.read_bytes()
    written = write_edit(folder / f"out.{extension}", Audio(edited, RATE), source, keep)
    assert (written.subtype, written.lossless, written.clipped) == (subtype, True, 0)
    result = native(written.path)
    assert result.shape == (frames, 2)
    assert np.array_equal(result[kept], native(path)[kept])
    assert np.abs(read(written.path).samples - edited)[:, ~kept].max(initial=0) <= 3 / 2**7 / 2 ** (
        0 if subtype == "PCM_U8" else 8
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize(("extension", "subtype"), [pair for pair in EXACT if pair[1] not in ("PCM_32", "DOUBLE")])
def test_where_float32_is_exact_so_is_the_ordinary_way(tmp_path: Path, extension: str, subtype: str) -> None:
    path = source_file(tmp_path, extension, subtype, 1, 5000)
    written = write(tmp_path / f"out.{extension}", read(path), like=probe(path))
    assert written.subtype == subtype and written.peak_db_over == 0
    assert np.array_equal(native(written.path), native(path))


@pytest.mark.parametrize(("extension", "subtype"), [("ogg", "VORBIS"), ("mp3", "MPEG_LAYER_III")])
def test_a_coded_source_decodes_into_a_wav_exactly(tmp_path: Path, extension: str, subtype: str) -> None:
    path = source_file(tmp_path, extension, subtype, 1, 300_000)
    audio = read(path)
    quiet = Audio(audio.samples * np.float32(0.5), RATE)
    written = write_edit(tmp_path / "out.wav", quiet, probe(path), [(0, 140_000), (299_000, 300_000)])
    result = read(written.path).samples
    assert written.subtype == "FLOAT"
    assert np.array_equal(result[:, :140_000], audio.samples[:, :140_000])
    assert np.array_equal(result[:, 140_000:299_000], quiet.samples[:, 140_000:299_000])
    assert np.array_equal(result[:, 299_000:], audio.samples[:, 299_000:])


def test_spans_cross_blocks_of_a_long_file(tmp_path: Path) -> None:
    path = source_file(tmp_path, "wav", "PCM_32", 1, 300_000, channels=1)
    audio = read(path)
    silent = Audio(np.zeros_like(audio.samples), RATE)
    write_edit(tmp_path / "out.wav", silent, probe(path), [(0, 1), (100_000, 270_000), (299_999, 300_000)])
    result = native(tmp_path / "out.wav")
    expected = native(path)
    expected[1:100_000] = 0
    expected[270_000:299_999] = 0
    assert np.array_equal(result, expected)


def test_a_lossless_source_keeps_its_numbers_in_another_container(tmp_path: Path) -> None:
    flac = source_file(tmp_path, "flac", "PCM_24", 1, 1000)
    write_edit(tmp_path / "out.wav", read(flac), probe(flac), [(0, 1000)])
    assert probe(tmp_path / "out.wav").subtype == "PCM_24"
    assert np.array_equal(native(tmp_path / "out.wav"), native(flac))
    double = source_file(tmp_path, "wav", "DOUBLE", 1, 1000)
    written = write_edit(tmp_path / "out.flac", read(double), probe(double), [(0, 1000)])
    assert written.subtype == "PCM_24"
    assert np.abs(native(written.path) / 2.0**31 - native(double)).max() <= 0.51 / 2**23
    (tmp_path / "a").mkdir()
    law = source_file(tmp_path / "a", "wav", "ULAW", 1, 1000)
    assert write_edit(tmp_path / "b.wav", read(law), probe(law), [(0, 1000)]).subtype == "PCM_16"
    assert np.array_equal(native(tmp_path / "b.wav"), native(law))


@pytest.mark.parametrize("extension", ["mp3", "ogg", "opus", "aiff", "flac", "wav", "oga", "aif"])
def test_every_extension_can_be_written_at_the_same_length(tmp_path: Path, extension: str) -> None:
    time = np.arange(48_000) / 48_000
    audio = Audio(np.stack([np.sin(440 * 2 * np.pi * time)] * 2).astype(np.float32) / 2, 48_000)
    written = write(tmp_path / f"out.{extension}", audio)
    again = read(written.path)
    assert (again.sample_rate, again.channels, again.frames) == (48_000, 2, 48_000)
    assert np.abs(again.samples - audio.samples).max() < 0.05
    assert written.lossless == (extension in ("aiff", "aif", "flac", "wav"))


def test_clipping_is_told(tmp_path: Path) -> None:
    samples = np.full((1, 100), 0.25, np.float32)
    samples[0, 7:9] = 2.0
    loud = Audio(samples, RATE)
    flac = write(tmp_path / "out.flac", loud)
    assert flac.clipped == 2 and flac.peak_db_over == pytest.approx(6.02, abs=0.01)
    assert read(flac.path).samples.max() < 1.0
    wav = write(tmp_path / "out.wav", loud)
    assert wav.clipped == 0 and wav.peak_db_over == pytest.approx(6.02, abs=0.01)
    assert np.array_equal(read(wav.path).samples, samples)


def test_only_changed_samples_are_dithered(tmp_path: Path) -> None:
    path = source_file(tmp_path, "wav", "PCM_16", 1, 4000, channels=1)
    audio = read(path)
    edited = audio.samples.copy()
    edited[0, 2000:] = 1e-5
    write(tmp_path / "a.wav", Audio(edited, RATE), like=probe(path))
    result = native(tmp_path / "a.wav")[:, 0] >> 16
    assert np.array_equal(result[:2000], native(path)[:2000, 0] >> 16)
    tail = result[2000:]
    assert {-1, 0, 1} <= set(tail.tolist()) and abs(tail.mean() - 1e-5 * 2**15) < 0.1
    write(tmp_path / "b.wav", Audio(edited, RATE), like=probe(path))
    assert np.array_equal(native(tmp_path / "b.wav"), native(tmp_path / "a.wav"))


def test_tags_travel_along(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "a.flac", "w", RATE, 1) as file:
        file.title, file.artist = "A song", "A singer"
        file.write(np.zeros(100))
    write_edit(tmp_path / "b.flac", read(tmp_path / "a.flac"), probe(tmp_path / "a.flac"))
    with soundfile.SoundFile(tmp_path / "b.flac") as file:
        assert (file.title, file.artist) == ("A song", "A singer")


def refused(folder: Path, call) -> str:
    """The error line of a call that must fail and leave the folder as it was."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(UserError) as caught:
        call()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    return str(caught.value)


def test_targets_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    audio = Audio(np.zeros((2, 100), np.float32), 96_000)
    wide = Audio(np.zeros((8, 100), np.float32), RATE)
    assert "extension '.xyz'" in refused(tmp_path, lambda: write(tmp_path / "a.xyz", audio))
    assert "without an extension" in refused(tmp_path, lambda: write(tmp_path / "a", audio))
    assert "no folder" in refused(tmp_path, lambda: write(tmp_path / "none" / "a.wav", audio))
    (tmp_path / "b.wav").mkdir()
    assert "is a folder" in refused(tmp_path, lambda: write(tmp_path / "b.wav", audio))
    assert "MP3 cannot hold 2 channels at 96000 Hz" in refused(tmp_path, lambda: write(tmp_path / "a.mp3", audio))
    assert "MP3 cannot hold 8 channels" in refused(tmp_path, lambda: write(tmp_path / "a.mp3", wide))
    assert "no sound" in refused(tmp_path, lambda: write(tmp_path / "a.wav", audio.slice(0, 0)))


def test_a_name_that_just_fits_is_written_and_one_that_does_not_is_refused(tmp_path: Path) -> None:
    audio = Audio(np.zeros((2, 100), np.float32), RATE)
    sign = "\u66f2"
    fits = tmp_path / f"{sign * 83}.wav"
    assert len(fits.name.encode()) == 253
    write(fits, audio)
    assert [path.name for path in tmp_path.iterdir()] == [fits.name]
    assert "too long" in refused(tmp_path, lambda: write(tmp_path / f"{sign * 84}.wav", audio))


def test_what_a_format_cannot_hold_is_known_from_the_source_alone(tmp_path: Path) -> None:
    stereo = probe(source_file(tmp_path, "wav", "PCM_16", 1, 100))
    wide = probe(source_file(tmp_path, "flac", "PCM_16", 1, 100, channels=6))
    assert "Opus cannot hold 2 channels at 44100 Hz" in refused(tmp_path, lambda: check_format("a.opus", stereo))
    assert "MP3 cannot hold 6 channels" in refused(tmp_path, lambda: check_format("a.mp3", wide))
    for extension in EXTENSIONS:
        if extension != ".opus":
            check_format(f"a{extension}", stereo)


def test_the_source_is_never_overwritten(tmp_path: Path) -> None:
    path = source_file(tmp_path, "wav", "PCM_16", 1, 100)
    (tmp_path / "link.wav").symlink_to(path)
    source, audio = probe(path), read(path)
    for target in (path, tmp_path / "link.wav", tmp_path / "." / "source.wav"):
        assert "overwrite the source" in refused(tmp_path, lambda target=target: write_edit(target, audio, source))


def test_a_source_that_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    path = source_file(tmp_path, "wav", "PCM_16", 1, 100)
    source, audio = probe(path), read(path)
    path.write_bytes(path.read_bytes() + bytes(10))
    assert "no longer" in refused(tmp_path, lambda: write_edit(tmp_path / "out.wav", audio, source, [(0, 50)]))
    path.unlink()
    assert "no longer" in refused(tmp_path, lambda: write_edit(tmp_path / "out.wav", audio, source, [(0, 50)]))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    audio = Audio(np.zeros((2, 100), np.float32), RATE)
    assert "cannot be written" in refused(tmp_path, lambda: write(tmp_path / "closed" / "a.wav", audio))


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3"])
def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path, extension: str) -> None:
    target = tmp_path / f"out.{extension}"
    target.write_bytes(b"what was here before")
    noise = np.random.default_rng(1).uniform(-1, 1, (2, 400_000)).astype(np.float32)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        line = refused(tmp_path, lambda: write(target, Audio(noise, RATE)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "no space left" in line
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_full_disk_is_seen_before_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10))
    audio = Audio(np.zeros((2, 1000), np.float32), RATE)
    assert "no space left" in refused(tmp_path, lambda: write(tmp_path / "a.wav", audio))


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    class Interrupting(Audio):
        def blocks(self, frames: int = 1000):
            yield 0, self.samples[:, :1000]
            raise KeyboardInterrupt

    audio = Interrupting(np.zeros((2, 5000), np.float32), RATE)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "a.wav", audio)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("peak", "source", "kept"),
    [(0.9, "PCM_16", None), (1.5, "PCM_16", "FLOAT"), (1.5, "PCM_32", "DOUBLE"), (1.5, "FLOAT", None)],
)
def test_what_is_edited_further_keeps_what_is_over_full_scale(
    tmp_path: Path, peak: float, source: str, kept: str | None
) -> None:
    quiet = np.random.default_rng(0).uniform(-0.3, 0.3, (1, 400)).astype(np.float32)
    soundfile.write(tmp_path / "song.wav", quiet.T, RATE, subtype=source)
    info = probe(tmp_path / "song.wav")
    loud = read(tmp_path / "song.wav").samples.copy()
    loud[0, 100:200] = peak
    encoding = with_headroom(tmp_path / "round.wav", Audio(loud, RATE), info)
    assert (encoding.subtype if encoding else None) == kept
    write_edit(tmp_path / "round.wav", Audio(loud, RATE), info, [(0, 100), (200, 400)], encoding=encoding)
    after, before = (soundfile.read(tmp_path / name, dtype="float64")[0] for name in ("round.wav", "song.wav"))
    assert after[100:200] == pytest.approx(peak, abs=1e-4)
    np.testing.assert_array_equal(np.delete(after, slice(100, 200)), np.delete(before, slice(100, 200)))
