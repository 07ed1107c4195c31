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
from training.corpora import files, open_corpora
from training.corpora.arrangements import Arrangements
from training.corpora.composed import Composed
from training.corpora.corpus import HELD_OUT_CHARTS, Mixture, Split, Symbolic, chart_belongs
from training.corpora.files import Files
from training.corpora.folders import MidiFolder
from training.corpora.grooves import Grooves
from training.corpora.pop909 import Pop909
from training.corpora.stems import OverBand, Stems
from training.synthesis.rendering import Studio
from training.synthesis.soundfonts import package_soundfont

FONTS = [package_soundfont()]
STUDIO = Studio(tuple(FONTS), VOCABULARY)
SPLITS: tuple[Split, ...] = ("train", "validation", "held_out")


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
    for split in SPLITS:
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
        homes = [split for split in SPLITS if chart_belongs(chart, split)]
        assert len(homes) == 1 and (homes[0] == "held_out") == (chart >= 800)


def test_a_song_is_never_in_two_splits(data: Path) -> None:
    songs = [set(), set(), set()]
    for place, split in zip(songs, SPLITS, strict=True):
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


def test_a_song_is_found_among_many_broken_files_and_none_among_broken_ones_alone(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"broken{number:02d}.mid").write_bytes(b"MThd" + bytes(1000))
    corpus = open_corpora([tmp_path], soundfonts=FONTS).parts[1]
    with pytest.raises(UserError, match="nothing sounds"):
        corpus.clip(0, seconds=2.0, rng=np.random.default_rng(0))
    for number in range(4):
        write_midi(tmp_path / f"whole{number}.mid", small_song())
    files._listing.cache_clear()
    corpus = open_corpora([tmp_path], soundfonts=FONTS).parts[1]
    assert corpus.clip(0, seconds=2.0, rng=np.random.default_rng(0)).stems


def test_a_broken_drum_performance_leaves_the_song_its_own_drums(tmp_path: Path) -> None:
    place = write_groove(tmp_path / "groove")
    for path in place.rglob("*.mid"):
        path.write_bytes(b"MThd" + bytes(1000))
    song = small_song()
    assert Grooves(Files(place), "train").drummed(song, np.random.default_rng(0)) is song


def test_a_damaged_index_of_arrangements_is_told(tmp_path: Path) -> None:
    place = write_arrangements(tmp_path / "arrangements")
    index = place / "arrangements.jsonl"
    index.write_text(index.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(UserError, match="damaged arrangements.jsonl"):
        open_corpora([place], soundfonts=FONTS)


def test_collections_of_several_kinds_in_one_folder_are_all_found(tmp_path: Path) -> None:
    write_pop909(tmp_path / "datasets" / "POP909")
    write_stems(tmp_path / "datasets" / "album")
    for number in range(9):
        write_midi(tmp_path / "datasets" / "midi" / f"song{number}.mid", small_song())
    found = {part.name for part in open_corpora([tmp_path / "datasets"], soundfonts=FONTS).parts}
    assert {"pop909", "album", "midi"} <= found


def test_a_second_collection_of_which_one_is_lent_is_told(tmp_path: Path) -> None:
    places = [write_pop909(tmp_path / name) for name in ("first", "second")]
    assert "second: left alone, it is another pop909" in open_corpora(places, soundfonts=FONTS).notes


@pytest.mark.parametrize("name", ["801.mid", "801/801.mid", "801/versions/801-v2.mid", "801-Foxtrot.mid"])
def test_a_held_out_chart_is_held_out_without_its_tables_too(name: str, tmp_path: Path) -> None:
    write_midi(tmp_path / name, small_song())
    write_midi(tmp_path / name.replace("801", "799"), small_song())
    homes = {split: MidiFolder(Files(tmp_path), split, STUDIO).songs for split in SPLITS}
    assert name in homes["held_out"] and name not in homes["train"] + homes["validation"]
    assert sum(name.replace("801", "799") in songs for songs in homes.values()) == 1


def test_what_systems_lay_beside_files_is_no_file(tmp_path: Path) -> None:
    place = write_stems(tmp_path / "album", songs=("lithium",))
    (place / "__MACOSX").mkdir()
    for name in ("._lithium.vocals.ogg", "__MACOSX/._lithium.drums.ogg", ".lithium.bass.ogg"):
        (place / name).write_bytes(b"attributes")
    whole = shutil.make_archive(str(tmp_path / "zipped"), "zip", place)
    for root in (place, Path(whole)):
        assert len(Files(root).names()) == 3, root


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
