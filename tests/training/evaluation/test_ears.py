"""What was heard once is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.bundle import Bundle
from training.evaluation.ears import Ears
from training.evaluation.judge import Heard, Judge


class Counting:
    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.heard = 0

    def hear(self, sounds: Sequence[np.ndarray]) -> list[Heard]:
        self.heard += len(sounds)
        return self.judge.hear(sounds)


@pytest.fixture(scope="module")
def judge(tiny_bundle: Bundle) -> Judge:
    return Judge(tiny_bundle)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, 12_000).astype(np.float32)


def test_a_sound_that_comes_again_is_not_heard_again(judge: Judge) -> None:
    counting = Counting(judge)
    ears = Ears(counting)
    first = ears.hear([noise(0), noise(1), noise(0).copy()])
    again = ears.hear([noise(1)])
    assert counting.heard == 2
    assert first[0] is first[2] and again[0] is first[1] and first[0] is not first[1]


def test_what_is_remembered_is_what_the_judge_hears(judge: Judge) -> None:
    (mine,), (judges,) = Ears(judge).hear([noise(2)]), judge.hear([noise(2)])
    assert np.array_equal(mine.played.pitches, judges.played.pitches) and mine.tags == judges.tags
    assert np.array_equal(mine.hearing.chords, judges.hearing.chords)
    assert all(np.array_equal(mine.embeddings[name], judges.embeddings[name]) for name in judges.embeddings)


def test_lengths_are_told_apart_and_the_oldest_is_forgotten(judge: Judge) -> None:
    counting = Counting(judge)
    ears = Ears(counting, remembered=2)
    silence = np.zeros(24_000, np.float32)
    ears.hear([silence[:12_000], silence, silence[:12_000], noise(0)])
    assert counting.heard == 3
    ears.hear([silence[:12_000], silence])
    assert counting.heard == 4


def test_a_sound_of_no_length_is_refused(judge: Judge) -> None:
    with pytest.raises(ValueError, match="of none"):
        Ears(judge).hear([np.zeros(0, np.float32)])
