"""Tables say what is known and of how many cases, and never NaN."""

from __future__ import annotations

import csv
import io

import pytest

from training.evaluation.metrics import Summary
from training.evaluation.tables import Column, Row, Table, as_csv, markdown

COLUMNS = (Column("si_sdr", "SI-SDR, dB"), Column("fad", "FAD (ours)", "distance", -1))


def table(*rows: Row) -> Table:
    return Table("example", "Example", ("edit", "output"), COLUMNS, rows, ("A note.",))


def test_a_cell_has_its_interval_and_the_number_that_it_is_known_of() -> None:
    row = Row(("add", "ours"), {"si_sdr": Summary(3.14, 2.0, 4.0, 8), "fad": None}, 10)
    text = markdown(table(row))
    assert "| add | ours | 10 | 3.1 of 8 (2.0 to 4.0) | – |" in text and "A note." in text


def test_differences_have_signs_and_one_case_has_no_interval() -> None:
    difference = Row(("add", "b less a"), {"si_sdr": Summary(1.0, -0.5, 2.5, 9)}, 9, difference=True)
    single = Row(("add", "ours"), {"fad": Summary(0.5, 0.5, 0.5, 1)}, 1)
    text = markdown(table(difference, single))
    assert "+1.0 (-0.5 to +2.5)" in text and "| 0.50 |" in text and "nan" not in text


def test_what_repeats_above_is_left_out() -> None:
    rows = [Row(("add", name), {}, 1) for name in ("a", "b")]
    assert "| add | a |" in markdown(table(*rows)) and "|  | b |" in markdown(table(*rows))


def test_what_is_not_finite_never_gets_into_a_table() -> None:
    with pytest.raises(ValueError, match="not finite"):
        table(Row(("add", "ours"), {"fad": Summary(float("nan"), 0, 0, 1)}, 1))


def test_a_program_reads_the_same_figures() -> None:
    row = Row(("add", "**ours**"), {"si_sdr": Summary(3.14, 2.0, 4.0, 8)}, 10)
    lines = list(csv.DictReader(io.StringIO(as_csv([table(row)]))))
    assert lines[0]["row"] == "add / ours" and float(lines[0]["mean"]) == 3.14 and lines[0]["count"] == "8"
    assert lines[1]["metric"] == "fad" and lines[1]["mean"] == "" and lines[1]["count"] == "0"
