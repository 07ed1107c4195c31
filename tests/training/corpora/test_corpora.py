from __future__ import annotations

import copy
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.errors import UserError
from tests.training.songs import (
    VOCABULARY,
    small_song,
    write_arrangements,
    write_groove,
    write_midi,
    write_pop909,
    write_stems,
)
from training.clip import OTHER, Clip
from training.corpora import open_corpora
from training.corpora.arrangements import Arrangements
from training.corpora.composed import Composed
from training.corpora.corpus import HELD_OUT_CHARTS, Mixture, Split, Symbolic, chart_belongs
from training.corpora.files import Files
from training.corpora.grooves import Grooves
from training.corpora.pop909 import Pop909
from training.corpora.stems import OverBand, Stems, find_stem_songs, instrument_of
from training.synthesis.rendering import Studio
from training.synthesis.soundfonts import package_soundfont

FONTS = [package_soundfont()]
STUDIO = Studio(tuple(FONTS), VOCABULARY)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as people have it: some collections, some zips, some things that are neither."""
    tmp_path = tmp_path_factory.mktemp("corpora")
    place = tmp_path / "data"
    write_arrangements(place / "arrangements")
    shutil.make_archive(str(place / "pop909"), "zip", write_pop909(tmp_path / "pop909"))
    write_stems(place / "real_cc0")
    write_stems(place / "real", songs=("secret", "hidden"))
    write_groove(place / "groove")
    for number in range(40):
        write_midi(place / "songs" / f"song{number}.mid", small_song())
    (place / "holiday").mkdir()
    (place / "README.md").write_text("about")
    return place


def test_all_that_is_in_a_folder_is_recognised_and_the_rest_is_told(data: Path) -> None:
    corpus = open_corpora([data], soundfonts=FONTS)
    found = {part.name for part in corpus.parts}
    assert found == {"composed", "pop909", "arrangements", "songs", "real_cc0", "real_cc0 over arrangements"}
    assert any("holiday: not recognised" in note for note in corpus.notes)
    assert any("real: left alone" in note for note in corpus.notes)
    assert not any("README" in note for note in corpus.notes)


def test_held_out_charts_never_appear_in_training(data: Path) -> None:
    for split in ("train", "validation", "held_out"):
        corpus = open_corpora([data], split=split, soundfonts=FONTS)
        charts = set()
        for part in corpus.parts:
            if isinstance(part, Arrangements):
                charts |= {row.chart for row in part.rows}
            if isinstance(part, Pop909):
                charts |= set(part.charts)
        assert all((chart in HELD_OUT_CHARTS) == (split == "held_out") for chart in charts)


def test_every_chart_belongs_to_one_split() -> None:
    for chart in range(1, 910):
        homes = [split for split in ("train", "validation", "held_out") if chart_belongs(chart, split)]
        assert len(homes) == 1 and (homes[0] == "held_out") == (chart >= 800)


def test_a_song_is_never_in_two_splits(data: Path) -> None:
    songs = [set(), set(), set()]
    for place, split in zip(songs, ("train", "validation", "held_out"), strict=True):
        for part in open_corpora([data], split=split, soundfonts=FONTS).parts:
            place |= {name for name in getattr(part, "songs", ()) if isinstance(name, str)}
    assert len(songs[0]) > 20 and songs[2]
    assert not (songs[0] & songs[1] or songs[0] & songs[2] or songs[1] & songs[2])


def test_held_out_recorded_songs_stay_out_of_training(data: Path) -> None:
    train = Stems(Files(data / "real_cc0"), "train", VOCABULARY)
    held_out = Stems(Files(data / "real_cc0"), "held_out", VOCABULARY)
    assert [song.title for song in train.songs] == ["lithium"]
    assert [song.title for song in held_out.songs] == ["rubidium"]


def test_what_is_left_of_a_recorded_song_plays_along_and_is_never_sung_over_a_band(data: Path) -> None:
    stems = Stems(Files(data / "real_cc0"), "train", VOCABULARY)
    clip = stems.clip(0, seconds=2.0, rng=np.random.default_rng(0))
    assert set(clip.stems) == {"vocals", "drums", OTHER}
    over = OverBand(stems, Composed("train", STUDIO))
    for seed in range(12):
        assert OTHER not in over.clip(0, seconds=2.0, rng=np.random.default_rng(seed)).stems


def test_every_part_gives_clips_and_the_same_seed_the_same(data: Path) -> None:
    for part in open_corpora([data], soundfonts=FONTS).parts:
        one, two = (part.clip(1, seconds=2.0, rng=np.random.default_rng(4)) for _ in range(2))
        assert one.origin == two.origin and len(one.stems) >= 2
        assert set(one.stems) <= {*VOCABULARY.instrument_names, OTHER}
        assert all(np.array_equal(one.stems[name], two.stems[name]) for name in one.stems)
        assert np.abs(one.mix).max() < 1


def test_pairs_are_aligned_and_differ(data: Path) -> None:
    corpus = Arrangements(Files(data / "arrangements"), "train", STUDIO)
    pair = corpus.pair(0, seconds=3.0, rng=np.random.default_rng(0))
    assert pair is not None
    assert {clip.genre for clip in pair} == {"rock", "jazz"}
    for one, two in ((pair[0].chords, pair[1].chords), (pair[0].beats, pair[1].beats)):
        assert one is not None and two is not None and np.array_equal(one, two)
    assert pair[0].key == pair[1].key and pair[0].bpm == pair[1].bpm


def test_the_melody_of_a_chart_finds_its_place_in_an_arrangement(data: Path) -> None:
    pop909 = Pop909(Files(data / "pop909.zip"), "train", STUDIO)
    corpus = Arrangements(Files(data / "arrangements"), "train", STUDIO, pop909)
    song = next(song for seed in range(9) if (song := corpus.song(0, np.random.default_rng(seed))).lead)
    assert song.lead is not None
    # The melody's fifths over C C F G, as written, though it starts two bars later in its own song.
    assert song.lead.notes[0, 0] == pytest.approx(0, abs=0.02)
    assert song.lead.notes[:4, 2].tolist() == [67, 67, 69, 67]
    assert song.lead.notes[1, 0] == pytest.approx(1.0, abs=0.02)


def test_a_human_drummer_keeps_the_time_of_the_song(data: Path) -> None:
    grooves = Grooves(Files(data / "groove"), "train")
    assert grooves.takes and all("fill" not in take.file for take in grooves.takes)
    song = small_song().faster(1.1)
    drummed = grooves.drummed(song, np.random.default_rng(0))
    drums = [part for part in drummed.parts if part.drums]
    assert len(drums) == 1 and song.beats is not None
    assert np.abs(drums[0].notes[:, 0][:, None] - song.beats[None]).min(axis=1).max() < 0.02
    assert set(drums[0].notes[:, 2]) == {36, 42}


def test_only_training_hears_electronics_and_samples(data: Path) -> None:
    def studios(split: Split) -> set[tuple[float, bool]]:
        corpus = open_corpora([data], split=split)
        return {(part.studio.electronics, bool(part.studio.samples and part.studio.samples.names))
                for part in corpus.parts if isinstance(part, Composed)}  # fmt: skip

    assert studios("validation") == studios("held_out") == {(0.0, False)}
    assert all(electronics > 0 for electronics, _ in studios("train"))


def test_without_paths_there_are_the_composed_songs() -> None:
    corpus = open_corpora(soundfonts=FONTS)
    assert [part.name for part in corpus.parts] == ["composed"]
    composed = corpus.parts[0]
    assert isinstance(composed, Symbolic)
    assert len({composed.song(index, np.random.default_rng(index)).genre for index in range(12)}) >= 8
    clip = corpus.clip(0, seconds=2.0, rng=np.random.default_rng(0))
    assert clip.chords is not None and clip.beats is not None and clip.genre is not None


def test_a_corpus_travels_to_worker_processes(data: Path) -> None:
    corpus = open_corpora([data], soundfonts=FONTS)
    travelled = copy.deepcopy(corpus)  # what crosses a process is what __reduce_ex__ gives, here as there
    one, two = (each.clip(3, seconds=2.0, rng=np.random.default_rng(1)) for each in (corpus, travelled))
    assert np.array_equal(one.mix, two.mix)


@pytest.mark.parametrize("content", ["nothing", "missing", "text"])
def test_a_path_without_songs_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / content
    if content == "nothing":
        path.mkdir()
    elif content == "text":
        path.write_text("not music")
    with pytest.raises(UserError):
        open_corpora([path], soundfonts=FONTS)


def test_a_broken_zip_and_a_broken_midi_file_are_survived_or_told(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK but not really")
    with pytest.raises(UserError, match="zip"):
        open_corpora([tmp_path / "broken.zip"], soundfonts=FONTS)
    folder = tmp_path / "songs"
    for number in range(30):
        write_midi(folder / f"{number}.mid", small_song())
        (folder / f"{number}x.mid").write_bytes(b"MThd" + bytes(1000))
    corpus = open_corpora([folder], soundfonts=FONTS).parts[1]
    assert corpus.clip(1, seconds=2.0, rng=np.random.default_rng(0)).stems


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


def test_a_mixture_gives_each_part_its_share() -> None:
    class Named(Symbolic):
        def __len__(self) -> int:
            return 10

        def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
            return Clip({}, origin=self.name)

    mixture = Mixture((Named("a", STUDIO), Named("b", STUDIO)), (1.0, 3.0))
    rng = np.random.default_rng(0)
    seen = [mixture.clip(int(rng.integers(len(mixture))), seconds=1.0, rng=rng).origin for _ in range(800)]
    assert 0.2 < seen.count("a") / 800 < 0.3
