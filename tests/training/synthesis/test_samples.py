from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from tests.training.songs import VOCABULARY
from training.synthesis.samples import SampledInstrument, Samples, find_samples
from training.synthesis.song import sorted_notes


def tone(hertz: float, seconds: float = 1.0, rate: int = 44_100) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate).astype(np.float32)


def heard(sound: np.ndarray) -> float:
    """The MIDI pitch of a tone."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 17))
    hertz = np.argmax(spectrum) * SAMPLE_RATE / (1 << 17)
    return float(69 + 12 * np.log2(hertz / 440))


@pytest.fixture
def by_note(tmp_path: Path) -> Path:
    """Notes of a violin as an encoder leaves them: with silence before each."""
    folder = tmp_path / "recordings" / "violin"
    folder.mkdir(parents=True)
    for name, hertz in (("A4", 440.0), ("Cs5", 554.365), ("A5", 880.0)):
        sound = np.concatenate([np.zeros(4410, np.float32), tone(hertz)])
        soundfile.write(folder / f"{name}.wav", sound, 44_100)
    return tmp_path / "recordings"


def kit(place: Path, pieces: dict[str, float]) -> Path:
    folder = place / "Kit"
    folder.mkdir(parents=True)
    rows = []
    for name, hertz in pieces.items():
        soundfile.write(folder / f"{name}.flac", tone(hertz, 0.2), 44_100)
        rows.append(f"<instrument><id>0</id><filename>{name}.flac</filename><name>{name}</name></instrument>")
    (folder / "drumkit.xml").write_text(
        f"<drumkit_info><instrumentList>{''.join(rows)}</instrumentList></drumkit_info>"
    )
    return place


def patch(place: Path, name: str, hertz: float) -> Path:
    """A GUS patch of one looped note of 16 bits."""
    folder = place / "Tone_000"
    folder.mkdir(parents=True, exist_ok=True)
    period = round(22_050 / hertz)
    sound = (20_000 * np.sin(2 * np.pi * np.arange(20 * period) / period)).astype("<i2")
    header = bytearray(129 + 63 + 47)
    header[:12] = b"GF1PATCH110\0"
    header[129 + 63 + 6] = 1
    note = bytearray(96)
    loop = (10 * period * 2, 20 * period * 2)
    struct.pack_into("<IIIH", note, 8, 2 * len(sound), *loop, 22_050)
    struct.pack_into("<I", note, 30, round(22_050 / period * 1000))
    note[55] = 0b101  # 16 bits, looped
    (folder / name).write_bytes(bytes(header) + bytes(note) + sound.tobytes())
    return place


def violin(place: Path) -> SampledInstrument:
    """What was found there, whatever else is installed."""
    found = find_samples(VOCABULARY, [place])
    ours = Samples(tuple(one for one in found.instruments if one.files[0].is_relative_to(place)))
    return ours.player("strings", np.random.default_rng(5))


def test_notes_in_between_are_the_nearest_recording_played_faster(by_note: Path) -> None:
    player = violin(by_note)
    for key in (68, 69, 71, 75, 84):
        sound = player.play(sorted_notes([(0, 0.6, key, 100)]), start=0.0, seconds=0.5)
        assert heard(sound) == pytest.approx(key, abs=0.1)


def test_a_note_begins_where_it_is_written_and_ends_when_it_is_let_go(by_note: Path) -> None:
    player = violin(by_note)
    sound = player.play(sorted_notes([(0.5, 0.8, 69, 100)]), start=0.0, seconds=2.0, release=0.02)
    assert not sound[: SAMPLE_RATE // 2].any()
    assert np.abs(sound[SAMPLE_RATE // 2 :][:480]).max() > 0.1
    assert np.abs(sound[int(1.0 * SAMPLE_RATE) :]).max() < 1e-3


def test_a_patch_is_found_by_its_program_and_goes_round(tmp_path: Path) -> None:
    found = find_samples(VOCABULARY, [patch(tmp_path, "073_Flute.pat", 441.0)])
    player = next(one for one in found.instruments if one.name == "073_Flute" and one.files[0].is_relative_to(tmp_path))
    assert player.instrument == "flute"
    sound = player.play(sorted_notes([(0, 3, 69, 100)]), start=0.0, seconds=2.5)
    assert heard(sound[SAMPLE_RATE:]) == pytest.approx(69, abs=0.1)
    assert np.abs(sound[2 * SAMPLE_RATE :]).max() > 0.1, "the recording of 45 ms goes round"


def test_a_kit_plays_what_is_struck_and_what_it_lacks_is_its_nearest_kin(tmp_path: Path) -> None:
    place = kit(tmp_path, {"Kick 1": 60.0, "Snare": 400.0, "Closed HH": 6000.0, "FX": 1000.0})
    found = find_samples(VOCABULARY, [place])
    alone = Samples((), tuple(one for one in found.kits if one[0] == "Kit"))
    machine = alone.kit(np.random.default_rng(5))
    for key, hertz in ((36, 60.0), (38, 400.0), (42, 6000.0), (39, 400.0), (46, 6000.0)):
        sound = machine.play(sorted_notes([(0, 0.1, key, 127)]), start=0.0, seconds=0.15)
        assert 440 * 2 ** ((heard(sound) - 69) / 12) == pytest.approx(hertz, rel=0.1)


def test_a_kit_without_a_snare_is_none(tmp_path: Path) -> None:
    found = find_samples(VOCABULARY, [kit(tmp_path, {"Kick": 60.0, "Closed HH": 6000.0})])
    assert "Kit" not in found.names


def test_a_folder_that_holds_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    for name in ("A4", "beach", "C5"):
        soundfile.write(tmp_path / "holiday" / f"{name}.wav", tone(440.0), 44_100)
    (tmp_path / "Tone_000").mkdir()
    (tmp_path / "Tone_000" / "073_Flute.pat").write_bytes(b"no patch at all")
    found = find_samples(VOCABULARY, [tmp_path])
    assert not any(file.is_relative_to(tmp_path) for one in found.instruments for file in one.files)


def test_a_recording_that_is_broken_is_told(by_note: Path) -> None:
    (by_note / "violin" / "A4.wav").write_bytes(b"nothing")
    found = find_samples(VOCABULARY, [by_note]).instruments
    player = next(one for one in found if one.files[0].is_relative_to(by_note))
    with pytest.raises(UserError, match="cannot be read"):
        player.play(sorted_notes([(0, 1, 69, 100)]), start=0.0, seconds=1.0)


@pytest.mark.parametrize("kept", [199, 250, 300])
def test_a_patch_that_was_cut_off_is_told(kept: int, tmp_path: Path) -> None:
    file = patch(tmp_path, "073_Flute.pat", 441.0) / "Tone_000" / "073_Flute.pat"
    file.write_bytes(file.read_bytes()[:kept])
    found = find_samples(VOCABULARY, [tmp_path]).instruments
    player = next(one for one in found if one.files[0].is_relative_to(tmp_path))
    with pytest.raises(UserError, match="073_Flute"):
        player.play(sorted_notes([(0, 1, 69, 100)]), start=0.0, seconds=1.0)


def test_a_broken_drum_kit_is_told(tmp_path: Path) -> None:
    (tmp_path / "drumkit.xml").write_text("<drumkit_info>")
    with pytest.raises(UserError, match="drum kit"):
        find_samples(VOCABULARY, [tmp_path])
