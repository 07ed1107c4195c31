"""Conditions: dropping the text never drops the source."""

from __future__ import annotations

import pytest
import torch

from engine.diffusion.condition import Condition
from engine.models.text import TextEmbedding

NULL = TextEmbedding(torch.full((1, 2, 6), 7.0), torch.ones(1, 2, dtype=torch.bool))


def condition(batch: int = 2, words: int = 3, frames: int = 20, chords: int | None = 20) -> Condition:
    generator = torch.Generator().manual_seed(batch)
    return Condition(
        torch.randn(batch, 4, frames, generator=generator),
        torch.randn(batch, words, 6, generator=generator),
        torch.ones(batch, words, dtype=torch.bool),
        None if chords is None else torch.rand(batch, 5, chords, generator=generator),
    )


def test_without_text_the_source_and_its_chords_stay() -> None:
    given = condition()
    without = given.without_text(NULL)
    assert without.source is given.source
    assert without.chords is given.chords
    assert (without.text == 7).all()
    assert without.text_mask.shape == (2, 2)


def test_text_is_dropped_as_often_as_asked_and_the_source_never() -> None:
    given = condition(batch=400)
    dropped = given.with_text_dropped(NULL, 0.25, torch.Generator().manual_seed(0))
    gone = (dropped.text[:, 0] == 7).all(-1)
    assert 70 < gone.sum() < 130
    assert torch.equal(dropped.source, given.source)
    assert torch.equal(dropped.text[~gone], given.text[~gone])
    assert (dropped.text_mask.sum(1) == torch.where(gone, 2, 3)).all()


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_text_is_never_or_always_dropped(probability: float) -> None:
    dropped = condition().with_text_dropped(NULL, probability, torch.Generator().manual_seed(0))
    assert bool((dropped.text[:, :2] == 7).all()) == bool(probability)


def test_texts_of_different_lengths_join_into_one_batch() -> None:
    both = condition(words=3).joined(condition(words=5))
    assert both.batch == 4
    assert both.text.shape == (4, 5, 6)
    assert both.text_mask.sum(1).tolist() == [3, 3, 5, 5]


def test_conditions_with_and_without_chords_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="chords"):
        condition().joined(condition(chords=None))


@pytest.mark.parametrize("rate", [1, 5])
def test_a_window_takes_the_chords_of_its_own_time(rate: int) -> None:
    given = condition(frames=20, chords=20 // rate)
    part = given.window(10, 20)
    assert given.chords is not None
    assert part.chords is not None
    assert torch.equal(part.source, given.source[..., 10:])
    assert torch.equal(part.chords, given.chords[..., 10 // rate :])
