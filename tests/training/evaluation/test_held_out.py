"""One pass runs the real editor and judge, survives being stopped, and ends in tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.bundle import Bundle
from engine.editor import Editor
from engine.errors import UserError
from engine.vocabulary import Vocabulary
from tests.training.evaluation.songs import ToneSongs
from training.evaluation.cases import ABSENT, OPERATIONS, PAPER_TASKS, REGION, Case, Slot, case_key, held_out_slots
from training.evaluation.ears import Ears
from training.evaluation.figures import Figures, verdict
from training.evaluation.held_out import Measured, Wanted, evaluate, measure_slot
from training.evaluation.held_out_tables import (
    absent_table,
    as_json,
    held_out_table,
    instrument_table,
    judges_table,
    region_table,
)
from training.evaluation.judge import Judge
from training.evaluation.measuring import DECODED, RENDERED, ROUND_TRIP, TARGET, UNEDITED, Record
from training.evaluation.metrics import Summary
from training.evaluation.paper import differences, table_1, table_2, table_4
from training.evaluation.summary import in_short
from training.evaluation.systems import System
from training.evaluation.tables import Table, markdown

pytest.importorskip("torchmetrics", reason="the extra `evaluation` is not installed")

SETTINGS = {"data": ["tones"], "seconds": 2.0, "seed": 0}
SONGS = 2


def slots(songs: int = SONGS) -> list[Slot]:
    return list(held_out_slots(ToneSongs(), Vocabulary.default(), songs=songs, seconds=2.0))


@pytest.fixture(scope="module")
def judge(tiny_bundle: Bundle) -> Judge:
    return Judge(tiny_bundle)


@pytest.fixture(scope="module")
def systems(tiny_bundle: Bundle) -> list[System]:
    return [System("ours", Editor(tiny_bundle, "cpu")), System("more steps", Editor(tiny_bundle, "cpu"), steps=3)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluation")


@pytest.fixture(scope="module")
def records(systems: list[System], judge: Judge, folder: Path) -> list[Record]:
    return evaluate(systems, judge, slots(), folder, SETTINGS)


@pytest.fixture(scope="module")
def figures(records: list[Record]) -> Figures:
    return Figures(records)


def journals(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jsonl"))}


def test_every_case_has_floor_ceiling_and_all_outputs_of_every_system(records: list[Record]) -> None:
    made = {(name, output) for name in ("ours", "more steps") for output in (RENDERED, DECODED, ROUND_TRIP)}
    ends = {("", UNEDITED), ("", TARGET)}
    for operation in OPERATIONS:
        found = [(r["system"], r["output"]) for r in records if r["operation"] == operation]
        rendered = {(name, output) for name, output in made if output == RENDERED}
        assert set(found) == ends | (rendered if operation == REGION else made)
        assert len(found) == SONGS * len(set(found))


def test_the_target_is_the_ceiling_and_the_source_the_floor(records: list[Record]) -> None:
    for record in records:
        if record["output"] == TARGET:
            assert record["si_sdr"] in (60.0, None) and record["cra"] == 1.0
            assert {record["ia"], record["followed"]} <= {1.0, None}
            assert record["pch"] is None or record["pch"] == pytest.approx(1.0, abs=1e-3)
            assert record["ssim"] is None or record["ssim"] == pytest.approx(1.0, abs=1e-3)
        if record["output"] == UNEDITED:
            assert record["si_sdri"] in (0.0, None) and record["followed"] in (0.0, None)
            assert record["cra_source"] == 1.0


def test_nothing_outside_a_region_changes(records: list[Record]) -> None:
    found = [r for r in records if r["operation"] == REGION and r["output"] == RENDERED]
    assert found and all(record["outside_db"] <= -90 for record in found)


def test_what_was_measured_is_not_measured_again(
    systems: list[System], judge: Judge, folder: Path, records: list[Record]
) -> None:
    before = journals(folder)
    rendered: list[str] = []

    def counting(slot: Slot) -> Slot:
        return Slot(slot.operation, slot.song, lambda: rendered.append(slot.key) or slot.make())

    # As after a cable that was pulled: the last line of one journal is torn.
    name = f"{systems[0].file_name}.jsonl"
    lines = before[name].splitlines(keepends=True)
    (folder / name).write_text("".join(lines[:-1]) + lines[-1][:40], encoding="utf-8")
    again = evaluate(systems, judge, [counting(slot) for slot in slots()], folder, SETTINGS)
    assert rendered == [slots()[-1].key]
    assert [{**row, "seconds": 0} for row in again] == [{**row, "seconds": 0} for row in records]
    after = journals(folder)
    assert {n: text for n, text in after.items() if n != name} == {n: t for n, t in before.items() if n != name}


def test_more_songs_go_on_in_the_same_journals(
    systems: list[System], judge: Judge, tmp_path: Path, records: list[Record]
) -> None:
    first = evaluate(systems[:1], judge, slots(1), tmp_path, SETTINGS)
    more = evaluate(systems[:1], judge, slots(2), tmp_path, SETTINGS)
    assert [row["case"] for row in more][: len(first)] == [row["case"] for row in first]
    assert {row["song"] for row in more} == {0, 1}


def test_journals_of_another_judge_model_or_data_are_refused(
    systems: list[System], judge: Judge, tmp_path: Path
) -> None:
    evaluate(systems[:1], judge, slots(1)[:1], tmp_path, SETTINGS)
    with pytest.raises(UserError, match="another model, judge, data"):
        evaluate(systems[:1], judge, slots(1)[:1], tmp_path, {**SETTINGS, "data": ["others"]})
    path = next(path for path in tmp_path.glob("ours-*.jsonl"))
    header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(json.dumps({**json.loads(header), "model": {}}) + "\n" + "".join(lines), encoding="utf-8")
    with pytest.raises(UserError, match="another model"):
        evaluate(systems[:1], judge, slots(1)[:1], tmp_path, SETTINGS)


def test_journals_of_other_songs_are_not_mixed(systems: list[System], judge: Judge, tmp_path: Path) -> None:
    evaluate(systems[:1], judge, slots(1)[:1], tmp_path, SETTINGS)
    path = tmp_path / "reference.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"name": "add', '"name": "another'), encoding="utf-8")
    with pytest.raises(UserError, match="different songs"):
        evaluate(systems[:1], judge, slots(1)[:1], tmp_path, SETTINGS)


def test_no_cases_are_said(systems: list[System], judge: Judge, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no case"):
        evaluate(systems, judge, [], tmp_path, SETTINGS)


def tables(figures: Figures) -> list[Table]:
    found = (
        table_1(figures), table_2(figures), table_4(figures), differences(figures), held_out_table(figures),
        absent_table(figures), region_table(figures), instrument_table(figures), judges_table(figures),
    )  # fmt: skip
    assert all(found)
    return [table for table in found if table is not None]


def test_every_table_has_floor_and_ceiling_and_is_never_nan(figures: Figures) -> None:
    for table in tables(figures):
        text = markdown(table)
        assert not re.search(r"\bnan\b", text)
        if table.name in ("table-1", "table-2", "held-out", "absent", "region"):
            assert "unedited (floor)" in text and "true target (ceiling)" in text


def test_table_1_has_the_papers_tasks_their_average_and_the_papers_own_figures(figures: Figures) -> None:
    rows = table_1(figures).rows
    assert list(dict.fromkeys(row.labels[0] for row in rows)) == [*PAPER_TASKS, "average", "paper, average"]
    assert [c.metric for c in table_1(figures).columns if c.metric in ("fad", "ia", "cra", "pch", "ioi")][0] == "fad"
    target = next(row for row in rows if row.labels == ("average", "true target (ceiling)"))
    distance = target.cells["fad"]
    assert distance is not None and distance.mean == pytest.approx(0, abs=1e-3)


def test_the_average_is_the_mean_of_the_tasks(figures: Figures) -> None:
    means = [figures.of(("ours", RENDERED), "si_sdr", (task,)) for task in PAPER_TASKS]
    average = figures.of(("ours", RENDERED), "si_sdr", PAPER_TASKS)
    assert average is not None
    assert average.mean == pytest.approx(sum(mean.mean for mean in means if mean is not None) / 4)


def test_a_system_has_no_difference_to_itself(figures: Figures) -> None:
    for metric in ("si_sdr", "fad"):
        found = figures.of(("ours", DECODED), metric, PAPER_TASKS, ("ours", DECODED))
        assert found is not None and found.mean == found.low == found.high == 0


def test_a_verdict_needs_an_interval_without_zero() -> None:
    assert verdict(Summary(1, 0.5, 2, 9), 1) == 1 and verdict(Summary(1, 0.5, 2, 9), -1) == -1
    assert verdict(Summary(1, -0.5, 2, 9), 1) == 0 and verdict(None, 1) == 0


def test_the_summary_tells_losses_and_goals_from_the_figures(figures: Figures) -> None:
    text = in_short(figures)
    assert "### Where we lose" in text and "numbers to reach are not reached" in text
    assert "### more steps against ours" in text
    # Two songs prove nothing, whatever the intervals say.
    assert "**better**" not in text.split("### Where we lose")[0].split("leaves out 0")[1] and "worse than" not in text


def test_a_loss_is_said_where_there_are_cases_enough(records: list[Record]) -> None:
    # Random networks decode noise, on as many songs as it takes.
    more = [{**record, "song": 2 * copy + record["song"]} for copy in range(4) for record in records]
    text = in_short(Figures(more))
    assert re.search(r"- remove, decoded: worse than doing nothing in .*SI-SDR", text)


def test_one_song_has_figures_without_intervals(records: list[Record]) -> None:
    alone = Figures([record for record in records if record["song"] == 0])
    for table in tables(alone):
        assert not re.search(r"\bnan\b", markdown(table))
    summary = alone.of(("ours", RENDERED), "si_sdr", ("remove",))
    assert summary is not None and summary.low == summary.high == summary.mean


def test_what_has_no_meaning_is_a_dash(records: list[Record]) -> None:
    # The target of an extract of what is not there is silence: nothing of it can be explained, or be alike.
    silent = [record for record in records if record["operation"] == ABSENT[1]]
    assert silent and all(record["si_sdr"] is None and record["ssim"] is None for record in silent)
    figures = Figures([{**record, "operation": "extract"} for record in silent])
    text = markdown(held_out_table(Figures([*records, *figures.all()])))
    row = next(line for line in text.splitlines() if "**ours, rendered**" in line and "–" in line)
    assert "nan" not in row and "None" not in row
    json.dumps(as_json(figures), allow_nan=False)


def test_cases_that_are_measured_elsewhere_are_the_same(
    systems: list[System], judge: Judge, tmp_path: Path, records: list[Record]
) -> None:
    asked: list[Wanted] = []

    def elsewhere(wanted: Sequence[Wanted]) -> Iterator[Measured | None]:
        asked.extend(wanted)
        places = {slot.key: slot for slot in slots()}
        return (measure_slot(places[case_key(w.operation, w.song)], w, systems, Ears(judge)) for w in wanted)

    def here() -> Case:
        raise AssertionError("this process renders nothing")

    idle = [Slot(slot.operation, slot.song, here) for slot in slots()]
    evaluate(systems[:1], judge, slots(1), tmp_path, SETTINGS)
    found = evaluate(systems, judge, idle, tmp_path, SETTINGS, elsewhere=elsewhere)
    assert [{**row, "seconds": 0} for row in found] == [{**row, "seconds": 0} for row in records]
    assert {(want.systems, want.references) for want in asked if want.song == 0} == {(("more steps",), False)}
    assert {(want.systems, want.references) for want in asked if want.song == 1} == {(("ours", "more steps"), True)}


def test_programs_read_the_first_systems_figures(figures: Figures) -> None:
    found: dict[str, Any] = json.loads(json.dumps(as_json(figures), allow_nan=False))
    assert set(found) == set(OPERATIONS)
    assert set(found["remove"]) == {UNEDITED, RENDERED, DECODED, ROUND_TRIP, TARGET}
    assert found["remove"]["unedited"]["si_sdri"]["mean"] == 0 and "residual_db" in found[ABSENT[0]]["rendered"]
