"""The held-out set is fixed, and its truths are true."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.vocabulary import Vocabulary
from tests.training.evaluation.songs import ToneSongs
from training.evaluation.cases import OPERATIONS, Case, held_out_cases
from training.evaluation.metrics import is_silent


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return list(held_out_cases(ToneSongs(), Vocabulary.default(), songs=4, seconds=2.0))


def test_each_song_gives_one_case_of_every_operation(cases: list[Case]) -> None:
    assert Counter(case.operation for case in cases) == dict.fromkeys(OPERATIONS, 4)


def test_the_same_seed_gives_the_same_cases_and_another_gives_others(cases: list[Case]) -> None:
    def names(seed: int) -> list[str]:
        found = held_out_cases(ToneSongs(), Vocabulary.default(), songs=4, seconds=2.0, seed=seed)
        return [case.name for case in found]

    assert names(0) == [case.name for case in cases]
    assert set(names(1)).isdisjoint(names(0))


def test_no_two_cases_have_the_same_name(cases: list[Case]) -> None:
    assert len({case.name for case in cases}) == len(cases)


def test_what_comes_and_goes_is_the_difference_of_the_signals(cases: list[Case]) -> None:
    for case in cases:
        changed = not is_silent(case.target - case.source)
        assert changed == bool(case.coming or case.going or case.operation == "extract absent")


def test_removing_what_is_absent_changes_nothing_and_extracting_it_gives_silence(cases: list[Case]) -> None:
    for case in cases:
        if case.operation == "remove absent":
            assert np.array_equal(case.source, case.target)
        if case.operation == "extract absent":
            assert not case.target.any()


def test_the_instructions_can_be_read_back(cases: list[Case]) -> None:
    from engine.instruction import read_instructions

    for case in cases:
        assert read_instructions(case.instruction.text, Vocabulary.default()) == (case.instruction,)
