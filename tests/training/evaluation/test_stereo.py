"""Stems are placed as in a mix, and both ways of the renderer are measured on the same songs."""

from __future__ import annotations

import numpy as np
import pytest

from engine.bundle import Bundle
from engine.editor import Editor
from engine.grid import SAMPLE_RATE
from tests.training.evaluation.songs import ToneSongs
from training.evaluation.data import HeldOut
from training.evaluation.figures import Figures
from training.evaluation.judge import Judge
from training.evaluation.measuring import RENDERED, UNEDITED
from training.evaluation.stereo import EDITS, MEAN, ONE_MASK, measure_stereo, placed, stereo_table
from training.evaluation.study import Study
from training.evaluation.systems import System
from training.evaluation.tables import markdown

pytest.importorskip("torchmetrics", reason="the extra `evaluation` is not installed")


@pytest.fixture(scope="module")
def figures(tiny_bundle: Bundle) -> Figures:
    systems = [System("ours", Editor(tiny_bundle, "cpu"))]
    return measure_stereo(Study(systems, Judge(tiny_bundle), HeldOut(ToneSongs(), ("tones",)), 3, 1.0))


def test_every_way_is_measured_on_the_same_songs(figures: Figures) -> None:
    songs = [
        [record["song"] for record in figures.records(("ours", output), edit)]
        for output in (UNEDITED, ONE_MASK, RENDERED)
        for edit in EDITS
    ]
    assert songs[0] == [0, 1, 2]
    assert all(other == songs[0] for other in songs)


def test_the_two_ways_are_two_results(figures: Figures) -> None:
    one, other = (figures.records(("ours", output), "extract") for output in (ONE_MASK, RENDERED))
    assert [record[MEAN.metric] for record in one] != [record[MEAN.metric] for record in other]


def test_the_table_has_both_edits_and_what_is_gained(figures: Figures) -> None:
    text = markdown(stereo_table(figures))
    assert all(f"| {edit} |" in text for edit in EDITS)
    assert "one mask for both channels" in text
    assert "nan" not in text.lower()


def test_the_middle_is_as_loud_on_both_sides_and_the_rest_is_not() -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(SAMPLE_RATE).astype(np.float32)
    found = placed({"vocals": noise, "piano": noise}, np.random.default_rng(5))
    left, right = np.square(found["vocals"]).mean(axis=1)
    assert left == pytest.approx(right, rel=0.1)
    left, right = np.square(found["piano"]).mean(axis=1)
    assert max(left, right) > 1.2 * min(left, right)


def test_the_same_seed_places_the_same() -> None:
    stems = {"piano": np.ones(2_000, np.float32), "drums": np.ones(2_000, np.float32)}
    one, other = (placed(stems, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(one[name], other[name]) for name in stems)
