"""Rounds stand on one another, and their truth is known at each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.bundle import Bundle
from engine.editor import Editor
from engine.errors import UserError
from engine.instruction import Operation
from engine.vocabulary import Vocabulary
from tests.training.evaluation.songs import ToneSongs
from training.clip import Clip
from training.evaluation.figures import Figures
from training.evaluation.judge import Judge
from training.evaluation.measuring import DECODED, RENDERED, ROUND_TRIP, TARGET, UNEDITED
from training.evaluation.rounds import Chain, make_chain, measure_rounds, rounds_table
from training.evaluation.systems import System
from training.evaluation.tables import markdown

pytest.importorskip("torchmetrics", reason="the extra `evaluation` is not installed")


@pytest.fixture(scope="module")
def chain() -> Chain:
    found = make_chain(ToneSongs(), Vocabulary.default(), 1, rounds=10, seconds=1.0, seed=0)
    assert found is not None
    return found


def test_each_round_begins_with_the_truth_that_the_last_one_ended_with(chain: Chain) -> None:
    assert len(chain.cases) == 10 and np.array_equal(chain.start, chain.cases[0].source)
    for one, following in zip(chain.cases, chain.cases[1:], strict=False):
        assert np.array_equal(one.target, following.source) and one.after == following.before


def test_a_round_adds_or_removes_one_stem_and_never_the_last(chain: Chain) -> None:
    for case in chain.cases:
        changed = set(case.before) ^ set(case.after)
        assert changed == set(case.instruction.instruments) and len(changed) == 1 and case.after
        assert (case.instruction.operation is Operation.ADD) == (len(case.after) > len(case.before))
        assert np.allclose(case.kept + (0 if case.added is None else case.added), case.target, atol=1e-6)
    assert {case.instruction.operation for case in chain.cases} == {Operation.ADD, Operation.REMOVE}


def test_what_is_absent_is_in_no_round(chain: Chain) -> None:
    assert all(chain.absent not in case.before + case.after for case in chain.cases)


def test_every_round_of_every_way_is_measured_once(tiny_bundle: Bundle, tmp_path: Path) -> None:
    systems, judge = [System("ours", Editor(tiny_bundle, "cpu"))], Judge(tiny_bundle)

    def measured() -> list[dict[str, object]]:
        return measure_rounds(
            systems, judge, ToneSongs(), tmp_path, {"data": "tones"}, songs=2, seconds=1.0, seed=0, rounds=2
        )

    records = measured()
    kinds = {(record["operation"], record["output"]) for record in records}
    edited = {UNEDITED, RENDERED, DECODED, TARGET}
    untouched = {RENDERED, ROUND_TRIP, TARGET}
    assert kinds == {(f"round {n}", output) for n in (1, 2) for output in edited} | {
        (f"untouched {n}", output) for n in (1, 2) for output in untouched
    }
    before = {path: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert measured() == records
    assert {path: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == before
    text = markdown(rounds_table(Figures(records)))
    assert "encoded and decoded" in text and "true target (ceiling)" in text


def test_songs_of_too_few_stems_are_said(tiny_bundle: Bundle, tmp_path: Path) -> None:
    class Duets(ToneSongs):
        def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
            return self._clip(index, ("bass", "piano"), "rock", seconds, rng)

    assert make_chain(Duets(), Vocabulary.default(), 0, rounds=2, seconds=1.0, seed=0) is None
    with pytest.raises(UserError, match="four stems"):
        measure_rounds(
            [System("ours", Editor(tiny_bundle, "cpu"))], Judge(tiny_bundle), Duets(), tmp_path, {},
            songs=1, seconds=1.0, seed=0, rounds=2,
        )  # fmt: skip
