"""The held-out set is fixed, and its truths are true."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from engine.vocabulary import Vocabulary
from tests.training.evaluation.songs import ToneSongs
from training.clip import Clip
from training.corpora import Symbolic
from training.evaluation.cases import OPERATIONS, REGION, Case, held_out_cases, held_out_slots
from training.evaluation.metrics import is_silent
from training.synthesis.rendering import Studio
from training.synthesis.song import Song
from training.synthesis.soundfonts import package_soundfont


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
        if case.operation != REGION:
            changed = not is_silent(case.target - case.source)
            assert changed == bool(case.coming or case.going or case.operation == "extract absent")


def test_source_and_target_are_what_stays_and_what_goes_or_comes(cases: list[Case]) -> None:
    for case in cases:
        assert np.allclose(case.kept + case.removed, case.source, atol=1e-6)
        added = 0 if case.added is None else case.added
        assert np.allclose(case.kept + added, case.target, atol=1e-6)
        assert (case.added is not None) == (case.operation in ("add", "replace", "remix"))
        assert not is_silent(case.kept) or case.operation in ("extract absent", "remix")


def test_a_region_changes_within_itself_only(cases: list[Case]) -> None:
    found = [case for case in cases if case.operation == REGION]
    assert found
    for case in found:
        assert case.instruction.region is not None
        start, end = (round(place * SAMPLE_RATE) for place in case.instruction.region)
        assert np.array_equal(case.source[:start], case.target[:start])
        assert np.array_equal(case.source[end:], case.target[end:])
        assert not is_silent(case.source[start:end] - case.target[start:end])


def test_a_slot_has_its_cases_key_and_renders_nothing_before_it_is_asked() -> None:
    class Unrendered(ToneSongs):
        def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
            raise AssertionError("rendered too early")

    keys = [slot.key for slot in held_out_slots(Unrendered(), Vocabulary.default(), songs=2, seconds=2.0)]
    assert keys == [f"{operation} #{song}" for song in range(2) for operation in OPERATIONS]
    slots = held_out_slots(ToneSongs(), Vocabulary.default(), songs=1, seconds=2.0, operations=("add",))
    assert [(slot.key, case.key) for slot in slots if (case := slot.make())] == [("add #0", "add #0")]


def test_removing_what_is_absent_changes_nothing_and_extracting_it_gives_silence(cases: list[Case]) -> None:
    for case in cases:
        if case.operation == "remove absent":
            assert np.array_equal(case.source, case.target)
        if case.operation == "extract absent":
            assert not case.target.any()


def test_songs_in_which_nothing_sounds_are_said() -> None:
    class Silence(Symbolic):
        def __len__(self) -> int:
            return 3

        def song(self, index: int, rng: np.random.Generator) -> Song:
            return Song("silence", ())

    songs = Silence("rests", Studio((package_soundfont(),), Vocabulary.default()))
    with pytest.raises(UserError, match="nothing sounds in rests near song 0; name other --data"):
        next(held_out_cases(songs, Vocabulary.default(), songs=1, seconds=1.0))


def test_the_instructions_can_be_read_back(cases: list[Case]) -> None:
    from engine.instruction import read_instructions

    for case in cases:
        assert read_instructions(case.instruction.sentence, Vocabulary.default()) == (case.instruction,)
