"""The commands write pages, figures for programs and pictures, and refuse bad input in one line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import soundfile

from engine.bundle import Bundle
from engine.cli import MISTAKE, main
from engine.grid import SAMPLE_RATE
from engine.models.tagger import Tagger
from training.evaluation.crew import Crew
from training.evaluation.data import Recorded, open_held_out
from training.evaluation.tagger import store_tagger

pytest.importorskip("torchmetrics", reason="the extra `evaluation` is not installed")
pytest.importorskip("matplotlib", reason="the extra `evaluation` is not installed")

BAND = {"bass": 110.0, "piano": 440.0, "drums": 0.0, "strings": 660.0, "flute": 880.0}


@pytest.fixture(scope="module")
def stems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recorded songs of five stems, one of them held out."""
    folder = tmp_path_factory.mktemp("stems")
    rng = np.random.default_rng(0)
    time = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
    for split in ("train", "test"):
        for name, hertz in BAND.items():
            sound = 0.1 * (np.sin(2 * np.pi * hertz * time) if hertz else rng.standard_normal(time.size))
            path = folder / split / f"song for {split}" / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, sound, SAMPLE_RATE)
    return folder


def arguments(table: str, bundle: Bundle, stems: Path, folder: Path, *more: str) -> list[str]:
    return [
        "evaluate", table, "--system", f"ours={bundle.folder}", "--data", str(stems), "--songs", "2", "--seconds", "2",
        "--device", "cpu", "--jobs", "1", "--run", str(folder / "run"), "--output", str(folder / "page.md"), *more,
    ]  # fmt: skip


def test_one_command_makes_every_table_and_picture(tiny_bundle: Bundle, stems: Path, tmp_path: Path) -> None:
    other = f"other={tiny_bundle.folder}"
    assert main(arguments("all", tiny_bundle, stems, tmp_path, "--system", other, "--quick")) == 0
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    for heading in ("In short", "Where we lose", "Table 1", "Table 2", "Table 4", "Table 3", "Figure 5", "Figure 4",
                    "Instruments that are not there", "The judges' own accuracy"):  # fmt: skip
        assert heading in text
    assert "recorded songs (held-out)" in text and "nan" not in text.replace("inan", "")
    pictures = sorted(path.name for path in (tmp_path / "page").glob("*.png"))
    assert all(f"(page/{name})" in text for name in pictures)
    assert {"table-1.png", "table-4.png", "figure-5-untouched.png", "figure-4-ours-rendered.png"} <= set(pictures)
    assert (tmp_path / "page" / "tables.csv").read_text(encoding="utf-8").startswith("table,row,")
    figures = json.loads((tmp_path / "page.json").read_text(encoding="utf-8"))
    assert figures["results"]["remove"]["rendered"]["si_sdr"]["count"] == 2


def test_the_judges_tagger_is_measured_beside_the_models_own(
    tiny_bundle: Bundle, stems: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store_tagger(
        tmp_path,
        cast(Tagger, tiny_bundle.part("tagger")),
        dict.fromkeys(tiny_bundle.vocabulary.instrument_names, 0.5),
        provenance={},
        metrics={},
    )
    words = ["evaluate", "tagger", "--tagger", str(tmp_path), "--model", str(tiny_bundle.folder), "--data", str(stems)]
    assert main([*words, "--clips", "2", "--seconds", "2", "--held-out"]) == 0
    table = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("| instrument"))
    assert [name for name in ("tagger", "listener", "model") if f"{name}: precision" in table] == [
        "tagger",
        "listener",
        "model",
    ]


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        ("table-4", [], "compares two models"),
        ("table-1", ["--vggish", "/nowhere/vggish.safetensors"], "there is no file"),
        ("table-1", ["--songs", "1"], "1 is not in the range"),
        ("table-1", ["--system", "nameless"], "is not understood"),
        ("table-1", ["--judge", "/nowhere"], "there is no model folder"),
    ],
)
def test_bad_input_is_one_line(
    table: str,
    more: list[str],
    words: str,
    tiny_bundle: Bundle,
    stems: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(arguments(table, tiny_bundle, stems, tmp_path, *more)) == MISTAKE
    error = [line for line in capsys.readouterr().err.splitlines() if line.startswith("instructme: error:")]
    assert len(error) == 1 and words in error[0]
    assert not (tmp_path / "page.md").exists()


@pytest.mark.parametrize(
    ("level", "names", "words"),
    [
        (None, (), "holds no songs that can be recognised"),
        (0.1, ("bass",), "holds no songs that can be recognised"),
        (0.0, ("bass", "piano"), "are silent, or one stem alone sounds"),
    ],
)
def test_a_set_without_music_is_one_line(
    level: float | None,
    names: tuple[str, ...],
    words: str,
    tiny_bundle: Bundle,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    songs = tmp_path / "songs"
    (songs / "test" / "song").mkdir(parents=True)
    for name in names:
        soundfile.write(songs / "test" / "song" / f"{name}.wav", np.full(3 * SAMPLE_RATE, level), SAMPLE_RATE)
    for table in ("table-2", "figure-5"):
        assert main(arguments(table, tiny_bundle, songs, tmp_path)) == MISTAKE
        error = [line for line in capsys.readouterr().err.splitlines() if line.startswith("instructme: error:")]
        assert len(error) == 1 and words in error[0]
    assert not (tmp_path / "page.md").exists()


def test_songs_that_are_measured_elsewhere_have_the_same_figures(
    tiny_bundle: Bundle, stems: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_line(crew: Crew, work: Callable[[Any, Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
        desk = crew.open_desk()
        return (work(desk, task) for task in tasks)

    monkeypatch.setattr(Crew, "map", in_line)
    records = []
    for jobs in ("1", "2"):
        (tmp_path / jobs).mkdir()
        for table in ("table-2", "figure-5"):
            assert main(arguments(table, tiny_bundle, stems, tmp_path / jobs, "--quick", "--jobs", jobs)) == 0
        lines = [
            json.loads(line)
            for path in sorted((tmp_path / jobs / "run").rglob("*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()[1:]
        ]
        records.append([{**record, "seconds": None} for line in lines for record in line["records"]])
    assert records[0] == records[1] and records[0]


def test_recorded_stems_are_taken_as_they_are(stems: Path) -> None:
    held = open_held_out([stems])
    assert isinstance(held.corpus, Recorded) and held.corpus.song_count == 1
    assert open_held_out([stems], all_songs=True).corpus.song_count == 2
    clip = held.corpus.clip(0, seconds=2.0, rng=np.random.default_rng(0))
    assert set(clip.stems) == set(BAND)
    assert np.sqrt(np.mean(clip.stems["bass"] ** 2)) == pytest.approx(0.1 / np.sqrt(2), rel=0.02)
