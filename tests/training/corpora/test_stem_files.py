"""Which instrument each file of a recorded song is, in the layouts of published collections and of one's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.training.songs import VOCABULARY, write_stems
from training.clip import OTHER
from training.corpora.files import Files
from training.corpora.stem_files import find_stem_songs, instrument_of


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_stems(tmp_path_factory.mktemp("sound") / "flat", songs=("song",), seconds=0.1) / "song.vocals.ogg"


def lay(sound: Path, place: Path, *names: str) -> None:
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sound, place / name)


def test_the_usual_layouts_of_stems_are_read(tmp_path: Path) -> None:
    flat = write_stems(tmp_path / "flat", songs=("song",))
    for layout in ("musdb/train/Artist - Song", "moises/abc/vocals", "moises/abc/bass", "slakh/Track1/stems"):
        (tmp_path / layout).mkdir(parents=True)
    for name in ("vocals", "drums", "bass", "other", "mixture"):
        shutil.copy(flat / "song.vocals.ogg", tmp_path / f"musdb/train/Artist - Song/{name}.wav")
    for name in ("vocals", "bass"):
        shutil.copy(flat / "song.vocals.ogg", tmp_path / f"moises/abc/{name}/0f3a.wav")
    for name in ("S00", "S01"):
        shutil.copy(flat / "song.vocals.ogg", tmp_path / f"slakh/Track1/stems/{name}.flac")
    (tmp_path / "slakh/Track1/metadata.yaml").write_text(
        "stems:\n  S00:\n    is_drum: true\n    program_num: 0\n  S01:\n    is_drum: false\n    program_num: 33\n"
    )
    expected = {"musdb": {"vocals", "drums", "bass", OTHER}, "moises": {"vocals", "bass"}, "slakh": {"drums", "bass"}}
    for layout, instruments in expected.items():
        songs = find_stem_songs(Files(tmp_path / layout), VOCABULARY)
        assert [set(song.stems) for song in songs] == [instruments], layout


@pytest.mark.parametrize(
    "layout",
    [
        "{album}/Home/{instrument}.ogg",
        "{album}/Home/{instrument}/take.ogg",
        "{album}/Home.{instrument}.ogg",
        "{album}/Home/stems/S0{number}.ogg",
    ],
)
def test_songs_of_one_title_in_different_folders_stay_apart(layout: str, tmp_path: Path) -> None:
    sound = write_stems(tmp_path / "flat", songs=("song",), seconds=0.1) / "song.vocals.ogg"
    place = tmp_path / "albums"
    for album in ("first", "second"):
        for number, instrument in enumerate(("vocals", "bass")):
            path = place / layout.format(album=album, instrument=instrument, number=number)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(sound, path)
        if "stems" in layout:
            described = "stems:\n  S00:\n    program_num: 0\n  S01:\n    program_num: 33\n"
            (place / album / "Home" / "metadata.yaml").write_text(described)
    songs = find_stem_songs(Files(place), VOCABULARY)
    assert [song.title for song in songs] == ["Home", "Home"]
    for song, album in zip(songs, ("first", "second"), strict=True):
        assert len(song.stems) == 2
        assert all(name.startswith(f"{album}/") for names in song.stems.values() for name in names)


@pytest.mark.parametrize(
    ("word", "instrument"),
    [
        ("Vocals", "vocals"),
        ("lead_male_singer", "vocals"),
        ("keyboard", "piano"),
        ("bass_guitar2", "bass"),
        ("synth", OTHER),
        ("synth_pad", "synth pad"),
        ("Other Sounds", OTHER),
        ("zither", None),
    ],
)
def test_foreign_names_of_stems_are_unified(word: str, instrument: str | None) -> None:
    assert instrument_of(word, VOCABULARY) == instrument


def test_songs_that_slakh_redux_has_omitted_are_in_no_split(tmp_path: Path, sound: Path) -> None:
    for split in ("train", "omitted"):
        track = f"slakh/{split}/Track00001"
        lay(sound, tmp_path, f"{track}/stems/S00.flac", f"{track}/stems/S01.flac")
        (tmp_path / track / "metadata.yaml").write_text(
            "stems:\n  S00:\n    program_num: 0\n  S01:\n    program_num: 33\n"
        )
    songs = find_stem_songs(Files(tmp_path / "slakh"), VOCABULARY)
    assert [song.folder.split("/")[0] for song in songs] == ["train"]


def test_moisesdb_tells_more_of_its_tracks_than_their_folders(tmp_path: Path, sound: Path) -> None:
    tracks = {
        "vocals": {"v1": "lead_male_singer", "v2": "other_(vocoder,_beatboxing_etc)"},
        "guitar": {"g1": "acoustic_guitar", "g2": "distorted_electric_guitar"},
        "drums": {"d1": "kick_drum"},
        "percussion": {"p1": "pitched percussion (mallets, glockenspiel, ...)"},
        "other_keys": {"k1": "organ, electric organ", "k2": "other sounds (hapischord, melotron etc)"},
        "wind": {"w1": "brass (trumpet, trombone, french horn, brass etc)", "w2": "something new"},
        "other": {"o1": "fx/processed sound, scratches, gun shots, explosions etc", "o2": "click track"},
    }
    song = tmp_path / "moisesdb_v0.1" / "0b1c"
    for stem, ids in tracks.items():
        lay(sound, song, *(f"{stem}/{name}.wav" for name in ids))
    described = [
        {
            "stemName": stem,
            "tracks": [{"id": name, "trackType": kind} for name, kind in ids.items()],
        }
        for stem, ids in tracks.items()
    ]
    (song / "data.json").write_text(json.dumps({"song": "Home", "artist": "A", "stems": described}))
    (found,) = find_stem_songs(Files(tmp_path), VOCABULARY)
    names = {instrument: {Path(name).stem for name in files} for instrument, files in found.stems.items()}
    assert names == {
        "vocals": {"v1", "v2"},
        "acoustic guitar": {"g1"},
        "distorted guitar": {"g2"},
        "drums": {"d1"},
        "mallets": {"p1"},
        "organ": {"k1"},
        "brass": {"w1"},
        "flute": {"w2"},
        OTHER: {"k2", "o1"},
    }


def test_tables_of_other_programs_leave_the_names_of_files_to_speak(tmp_path: Path, sound: Path) -> None:
    lay(
        sound,
        tmp_path,
        "album/Home/vocals.wav",
        "album/Home/bass.wav",
        "album/Away/stems/vocals.wav",
        "album/Away/stems/bass.wav",
    )
    (tmp_path / "album/Home/data.json").write_text("[1, 2")
    (tmp_path / "album/Away/metadata.yaml").write_text("title: Away\n")
    songs = find_stem_songs(Files(tmp_path), VOCABULARY)
    assert [set(song.stems) for song in songs] == [{"vocals", "bass"}] * 2
