"""An evaluation runs the real editor, survives being stopped, and ends in a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.bundle import Bundle
from engine.editor import Editor
from engine.errors import UserError
from engine.vocabulary import Vocabulary
from tests.training.evaluation.songs import ToneSongs
from training.evaluation.cases import OPERATIONS, Case, held_out_cases
from training.evaluation.held_out import Records, evaluate
from training.evaluation.report import SYSTEMS, as_json, as_markdown


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return list(held_out_cases(ToneSongs(), Vocabulary.default(), songs=1, seconds=1.0))


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluation") / "held-out.jsonl"


@pytest.fixture(scope="module")
def records(tiny_bundle: Bundle, cases: list[Case], journal: Path) -> Records:
    return evaluate(Editor(tiny_bundle, "cpu"), cases, journal)


def test_every_case_has_floor_ceiling_and_both_of_ours(records: Records) -> None:
    assert {(record["operation"], record["system"]) for record in records} == {
        (operation, system) for operation in OPERATIONS for system in SYSTEMS
    }


def test_the_target_is_the_ceiling_and_the_source_the_floor(records: Records) -> None:
    for record in records:
        if record["system"] == "target":
            assert record["si_sdr"] in (60.0, None) and record["chords_target"] == 1.0
            assert record["followed"] in (1.0, None)
        if record["system"] == "unedited":
            assert record["si_sdri"] in (0.0, None) and record["followed"] in (0.0, None)


def test_what_was_measured_is_not_measured_again(
    tiny_bundle: Bundle, cases: list[Case], journal: Path, records: Records
) -> None:
    whole = journal.read_text(encoding="utf-8")
    lines = whole.splitlines(keepends=True)
    # As after a cable that was pulled: the last line is torn.
    journal.write_text("".join(lines[:-1]) + lines[-1][:40], encoding="utf-8")
    again = evaluate(Editor(tiny_bundle, "cpu"), cases, journal)
    assert [{**row, "seconds": 0} for row in again] == [{**row, "seconds": 0} for row in records]
    kept = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    assert kept[:-1] == lines[:-1] and len(kept) == len(lines)


def test_a_journal_of_another_model_is_refused(tiny_bundle: Bundle, cases: list[Case], tmp_path: Path) -> None:
    journal = tmp_path / "held-out.jsonl"
    journal.write_text(json.dumps({"format": 1, "model": {}, "steps": None}) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="another model"):
        evaluate(Editor(tiny_bundle, "cpu"), cases, journal)


def test_the_table_has_a_row_for_every_output(records: Records) -> None:
    text = as_markdown(records, title="Held-out songs", about=["A test."])
    for title in SYSTEMS.values():
        assert text.count(f"| {title} |") == len(OPERATIONS)
    assert "## Improvement by instrument" in text
    assert "nan" not in text and json.loads(json.dumps(as_json(records), allow_nan=False))
