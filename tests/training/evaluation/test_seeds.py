"""Other seeds are other results of the same edit, and the table says how far apart and how good."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundle import Bundle
from engine.editor import Editor
from tests.training.evaluation.songs import ToneSongs
from training.evaluation.data import HeldOut
from training.evaluation.figures import Figures
from training.evaluation.judge import Judge
from training.evaluation.measuring import RENDERED
from training.evaluation.seeds import ALL, BETWEEN, EACH, FROM_SOURCE, SAMPLED, measure_seeds, seeds_table
from training.evaluation.study import Study
from training.evaluation.systems import System
from training.evaluation.tables import markdown

pytest.importorskip("torchmetrics", reason="the extra `evaluation` is not installed")


@pytest.fixture(scope="module")
def figures(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    systems = [System("ours", Editor(tiny_bundle, "cpu"))]
    folder: Path = tmp_path_factory.mktemp("seeds")
    return measure_seeds(Study(systems, Judge(tiny_bundle), HeldOut(ToneSongs(), ("tones",)), 2, 1.0, run=folder))


def test_two_seeds_are_two_results_that_differ_less_than_black_from_white(figures: Figures) -> None:
    for operation in SAMPLED:
        between = figures.of(("ours", RENDERED), BETWEEN.metric, (operation,))
        source = figures.of(("ours", RENDERED), FROM_SOURCE.metric, (operation,))
        assert between is not None and 0 < between.mean < 80
        assert source is not None and 0 < source.mean < 80


def test_all_are_as_asked_only_where_each_is(figures: Figures) -> None:
    for record in figures.all():
        each, every = record[EACH.metric], record[ALL.metric]
        assert (each is None) == (every is None)
        if each is not None:
            assert (every == 1.0) == (each == 1.0)


def test_the_table_has_a_row_for_every_edit_that_samples(figures: Figures) -> None:
    text = markdown(seeds_table(figures))
    assert all(f"| {operation} |" in text for operation in SAMPLED)
    assert "nan" not in text.lower()
