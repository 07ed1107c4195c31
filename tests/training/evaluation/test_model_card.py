"""The card says what model.json and the results say, and what they leave out it calls unknown."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.bundle import Bundle
from engine.errors import UserError
from training.evaluation.model_card import CARD, card_markdown, identity, measured_with, read_results

RUN = {
    "step": 1200,
    "seconds": 600.0,
    "examples": 9600,
    "data": {"found": ["groove: 409 drum performances", "shoebox: 3 songs"]},
    "machine": {"cpu": "a processor", "cores": 8, "threads": 4},
    "began_with": {"step": 50, "seconds": 300.0, "examples": 400, "data": {"found": ["groove: 409 drum performances"]}},
}


def summary(mean: float, count: int = 10) -> dict[str, Any]:
    return {"mean": mean, "low": mean - 1, "high": mean + 1, "count": count}


RESULT = {
    "settings": {"songs": 10, "seconds": 5.0, "steps": None},
    "results": {
        "remove": {
            "target": {"si_sdr": summary(60.0)},
            "unedited": {"si_sdr": summary(2.0), "cra": summary(0.5, 7)},
            "rendered": {"si_sdr": summary(9.0), "cra": None},
        },
        "remove absent": {"rendered": {"residual_db": summary(-40.0)}},
    },
}


def with_manifest(bundle: Bundle, **changes: Any) -> Bundle:
    return replace(bundle, manifest={**bundle.manifest, **changes})


@pytest.fixture
def trained(tiny_bundle: Bundle) -> Bundle:
    return with_manifest(
        tiny_bundle,
        provenance={"stages": {"diffusion": RUN}},
        metrics={"diffusion": {"loss": 0.25}},
        limits={"add": "mostly noise"},
        licence="MIT",
    )


def test_the_card_has_the_usual_headings_and_every_hash(trained: Bundle) -> None:
    text = card_markdown(trained)
    headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "Intended use",
        "What it is",
        "Training data",
        "Evaluation",
        "Limitations",
        "Ethical notes",
        "Licence",
        "Files",
    ]
    assert all(digest in text for digest in identity(trained).values())
    assert all(name in text for name in trained.vocabulary.instrument_names)


def test_training_is_told_with_what_it_began_with_and_its_data_once(trained: Bundle) -> None:
    text = card_markdown(trained)
    assert "| diffusion | 1,200 | 9,600 | 10 | 4 of 8 cores of a processor |" in text
    assert "| diffusion, before that | 50 | 400 | 5 | unknown |" in text
    assert "Compute: 15 minutes" in text
    assert text.count("409 drum performances") == 1 and "CC-BY 4.0" in text
    assert "- **shoebox**: 3 songs\n" in text, "nothing is made up about unknown data"
    assert "- add: mostly noise." in text


def test_results_stand_from_floor_to_ceiling_with_their_intervals(trained: Bundle) -> None:
    text = card_markdown(trained, {"results": RESULT})
    rows = [line for line in text.splitlines() if "| 10 |" in line and " to " in line]
    assert rows[0] == "| remove | unedited (floor) | 10 | 2.0 (1.0 to 3.0) | 50.0% of 7 (-50.0 to 150.0) |"
    assert rows[1].startswith("|  | **rendered: what users get** | 10 | 9.0 (8.0 to 10.0) | – |")
    assert rows[2].startswith("|  | true target (ceiling) | 10 | 60.0")
    assert "-40.0 (-41.0 to -39.0)" in rows[3]
    assert "songs 10, seconds 5.0" in text and "steps" not in text.split("### Held-out songs")[1].split("|")[0]


def test_a_model_of_which_nothing_is_recorded_says_so(tiny_bundle: Bundle) -> None:
    bare = with_manifest(tiny_bundle, provenance={}, metrics={}, limits={}, licence=None, created=None)
    text = card_markdown(bare)
    assert "How it was trained is not recorded." in text
    assert "Not evaluated" in text and "| licence | unknown |" in text and "| made | unknown |" in text
    assert "None" not in text and "nan" not in text.split()


def test_results_that_the_bundle_carries_are_shown(trained: Bundle) -> None:
    carrying = with_manifest(trained, metrics={"diffusion": {"loss": 0.25}, "results": RESULT})
    assert "9.0 (8.0 to 10.0)" in card_markdown(carrying)
    assert "loss 0.25" in card_markdown(carrying)


def test_results_of_another_model_are_refused(tiny_bundle: Bundle, tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine.json", tmp_path / "theirs.json"
    mine.write_text(json.dumps({"model": identity(tiny_bundle), **RESULT}))
    theirs.write_text(json.dumps({"model": {"unet.safetensors": "0" * 64}, **RESULT}))
    assert set(read_results(tiny_bundle, [mine])) == {"mine"}
    with pytest.raises(UserError, match="another model"):
        read_results(tiny_bundle, [theirs])


def test_unnamed_results_count_only_where_they_say_whose_they_are(
    tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "results.json").write_text(json.dumps(RESULT))
    (tmp_path / "docs" / "chords.json").write_text(json.dumps({"model": identity(tiny_bundle), "results": {}}))
    assert set(read_results(tiny_bundle)) == {"chords"}
    assert set(read_results(tiny_bundle, [Path("docs/results.json")])) == {"results"}


def test_of_several_models_the_first_counts(tiny_bundle: Bundle) -> None:
    ours, other = {"files": identity(tiny_bundle)}, {"files": {"unet.safetensors": "0" * 64}}
    assert measured_with(tiny_bundle, {"models": [ours, other]}) is True
    assert measured_with(tiny_bundle, {"models": [other, ours]}) is False
    assert measured_with(tiny_bundle, {}) is None


@pytest.mark.parametrize("content", [None, "no json", "[1]"])
def test_a_named_file_that_holds_no_result_gives_one_line(
    tiny_bundle: Bundle, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "results.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError, match="results.json"):
        read_results(tiny_bundle, [path])


def test_a_card_in_the_folder_leaves_the_bundle_whole(tiny_bundle: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_bundle.folder, folder)
    (folder / CARD).write_text(card_markdown(tiny_bundle), encoding="utf-8")
    assert identity(Bundle.load(folder, verify=True)) == identity(tiny_bundle)
