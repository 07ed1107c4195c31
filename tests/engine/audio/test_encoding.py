"""Formats that the user chose: precision kept where it can be, dithered where not, and a size that is told before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio import ENCODINGS, Audio, Encoding, estimate, probe, read, same_as, write, write_edit
from engine.errors import Cancelled, UserError
from tests.engine.audio.test_writing import native, source_file

RATE = 44_100


def music(seconds: float = 12.0, rate: int = RATE, channels: int = 2) -> Audio:
    """Notes with noise, at a level that changes: as hard to compress as music is, and much the same all along."""
    rng = np.random.default_rng(5)
    time = np.arange(round(seconds * rate)) / rate
    notes = 0.3 * np.sin(2 * np.pi * 220 * time) * np.exp(-(time % 0.5) * 4)
    samples = np.stack([notes + rng.normal(0, 0.02, len(time)) for _ in range(channels)])
    return Audio(samples.astype(np.float32), rate)


@pytest.mark.parametrize("encoding", ENCODINGS, ids=lambda encoding: f"{encoding.container} {encoding.subtype}")
def test_a_file_is_what_was_chosen_and_about_as_large_as_was_told(tmp_path: Path, encoding: Encoding) -> None:
    audio = music()
    write(tmp_path / "round.wav", audio)
    told = estimate(tmp_path / "round.wav", encoding)
    written = write(tmp_path / f"out{encoding.suffix}", audio, encoding=encoding)
    info = probe(written.path)
    assert (info.format, info.subtype) == (encoding.container, encoding.subtype)
    assert written.lossless == encoding.lossless
    assert told == pytest.approx(info.bytes, rel=0.001 if encoding.container == "WAV" else 0.12)


@pytest.mark.parametrize("container", ["OGG", "MP3"])
def test_a_lower_quality_is_a_smaller_file_of_the_same_song(tmp_path: Path, container: str) -> None:
    audio = music(6)
    subtype = "VORBIS" if container == "OGG" else "MPEG_LAYER_III"
    sizes = []
    for quality in ("best", "good", "small"):
        encoding = Encoding(container, subtype, quality)  # type: ignore[arg-type]
        path = tmp_path / f"{quality}{encoding.suffix}"
        write(path, audio, encoding=encoding)
        sizes.append(path.stat().st_size)
        again = read(path).samples
        assert np.corrcoef(again[0], audio.samples[0])[0, 1] > 0.95
    assert sizes[0] > sizes[1] * 1.15 > sizes[2] * 1.3


@pytest.mark.parametrize(("extension", "subtype"), [("wav", "PCM_16"), ("flac", "PCM_24"), ("wav", "FLOAT")])
def test_in_the_sources_own_format_untouched_samples_are_not_dithered(
    tmp_path: Path, extension: str, subtype: str
) -> None:
    path = source_file(tmp_path, extension, subtype, 1, 6000)
    source, audio = probe(path), read(path)
    edited = audio.samples.copy()
    edited[:, 3000:] *= np.float32(0.3)
    encoding = same_as(source)
    assert (encoding.container, encoding.subtype) == (source.format, subtype)
    written = write_edit(tmp_path / f"out.{extension}", Audio(edited, RATE), source, [(0, 3000)], encoding=encoding)
    assert np.array_equal(native(written.path)[:3000], native(path)[:3000])
    assert not np.array_equal(native(written.path)[3000:], native(path)[3000:])


@pytest.mark.parametrize(("bits", "subtype"), [(16, "PCM_16"), (24, "PCM_24")])
def test_rounding_is_dithered_so_that_what_is_below_a_step_is_still_heard(
    tmp_path: Path, bits: int, subtype: str
) -> None:
    """A tone of a quarter of a step is silence when rounded, and a tone in noise when dithered."""
    time = np.arange(RATE * 2) / RATE
    tone = (0.25 * 2.0 ** (1 - bits) * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    write(tmp_path / "out.wav", Audio(tone[None], RATE), encoding=Encoding("WAV", subtype))
    heard = native(tmp_path / "out.wav")[:, 0] / 2.0**31
    amplitude = 2 * abs(np.mean(heard * np.exp(-2j * np.pi * 1000 * time)))
    assert amplitude == pytest.approx(0.25 * 2.0 ** (1 - bits), rel=0.15)
    # Triangular noise of two steps, plus rounding: half a step, root mean square.
    assert np.std(heard) * 2 ** (bits - 1) == pytest.approx(0.5, abs=0.1)


def test_a_finer_source_is_dithered_in_a_coarser_file_even_where_nobody_touched_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    quiet = np.rint(rng.normal(0.3, 0.2, 40_000) * 256).astype(np.int32) << 8  # 24 bits, near 0.3 steps of 16
    soundfile.write(tmp_path / "a.wav", quiet[:, None], RATE, subtype="PCM_24")
    source = probe(tmp_path / "a.wav")
    write_edit(tmp_path / "b.wav", read(source.path), source, [(0, 40_000)], encoding=Encoding("WAV", "PCM_16"))
    result = native(tmp_path / "b.wav")[:, 0] >> 16
    # Rounded without dither, all of it would be 0 or 1 by whether it is above a half, and its mean too low.
    assert result.mean() == pytest.approx(quiet.mean() / 65536, abs=0.02)
    assert set(result) >= {-1, 0, 1, 2}


def test_what_mp3_cannot_hold_is_said_and_a_rate_is_found(tmp_path: Path) -> None:
    mp3 = Encoding("MP3", "MPEG_LAYER_III")
    assert [mp3.rate_for(rate) for rate in (8000, 44_100, 30_000, 96_000)] == [8000, 44_100, 32_000, 48_000]
    assert Encoding("FLAC", "PCM_24").rate_for(96_000) == 96_000
    with pytest.raises(UserError, match="MP3 cannot hold 6 channels; choose"):
        mp3.check(6)
    write(tmp_path / "a.wav", music(4, 96_000))
    told = estimate(tmp_path / "a.wav", mp3)
    assert told == pytest.approx(4 * 320_000 / 8, rel=0.1)


def test_a_write_that_is_taken_back_leaves_nothing(tmp_path: Path) -> None:
    seen: list[float] = []

    def stop(done: int, total: int) -> None:
        seen.append(done / total)
        if len(seen) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        write(tmp_path / "a.flac", music(20), encoding=Encoding("FLAC", "PCM_24"), on_block=stop)
    assert 0 < seen[0] < seen[1] < 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "subtype", "expected"),
    [
        ("a.ogg", "VORBIS", ("OGG", "VORBIS")),
        ("a.mp3", "MPEG_LAYER_III", ("MP3", "MPEG_LAYER_III")),
        ("a.aiff", "PCM_24", ("AIFF", "PCM_24")),
        ("a.wav", "ULAW", ("WAV", "PCM_16")),
        ("a.wav", "DOUBLE", ("WAV", "DOUBLE")),
        ("a.caf", "PCM_24", ("WAV", "PCM_24")),
        ("a.flac", "PCM_S8", ("FLAC", "PCM_S8")),
    ],
)
def test_every_source_has_a_format_of_its_own_to_go_back_to(
    tmp_path: Path, name: str, subtype: str, expected: tuple[str, str]
) -> None:
    path = tmp_path / name
    soundfile.write(path, music(1).samples.T, RATE, subtype=subtype)
    encoding = same_as(probe(path))
    assert (encoding.container, encoding.subtype) == expected
    write(tmp_path / f"out{encoding.suffix}", read(path), encoding=encoding)
