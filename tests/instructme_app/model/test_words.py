"""What is offered fits what is heard."""

from __future__ import annotations

import itertools

import pytest

from engine.instruction import Operation, read_instructions
from engine.vocabulary import Vocabulary
from instructme_app.model.words import APART, suggest

VOCABULARY = Vocabulary.default()
BANDS = [
    (),
    ("strings",),
    ("vocals", "strings", "bass", "synth pad"),
    ("piano", "bass", "drums", "organ"),
    ("drums", "bass", "vocals"),
    ("strings", "organ", "piano", "bass", "drums"),
]


@pytest.mark.parametrize("heard", BANDS)
def test_every_offer_is_understood_and_about_what_is_heard(heard: tuple[str, ...]) -> None:
    offers = suggest(heard, VOCABULARY)
    assert len(offers) <= 4 and len(set(offers)) == len(offers)
    for instruction in itertools.chain.from_iterable(read_instructions(text, VOCABULARY) for text in offers):
        if instruction.operation is Operation.ADD:
            assert not set(instruction.instruments) & set(heard)
        else:
            assert set(instruction.instruments) <= set(heard)


@pytest.mark.parametrize("heard", BANDS)
def test_neither_drums_nor_bass_nor_singers_are_offered_to_be_replaced(heard: tuple[str, ...]) -> None:
    for text in suggest(heard, VOCABULARY):
        (instruction,) = read_instructions(text, VOCABULARY)
        if instruction.operation is Operation.REPLACE:
            assert not {*instruction.instruments, *instruction.replacement} & set(APART)


def test_a_song_of_several_is_offered_a_replacement() -> None:
    assert suggest(("vocals", "strings", "bass", "synth pad"), VOCABULARY) == (
        "remove the vocals",
        "solo the strings",
        "replace synth pad with piano",
        "add organ",
    )
