"""What somebody calls an instrument is what plays: a harp is no violin, though a mask takes both for strings."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Audio, Editor, Instruction, UserError
from engine.bundle import Bundle
from engine.instruction import Operation, read_instructions
from engine.networks import Networks
from engine.vocabulary import Vocabulary

VOCABULARY = Vocabulary.default()


def read(text: str) -> Instruction:
    (instruction,) = read_instructions(text, VOCABULARY)
    return instruction


def test_a_sound_is_a_name_of_its_instrument_and_one_of_its_programs() -> None:
    for term in VOCABULARY.instruments:
        for name, programs in term.sounds:
            assert name in (term.name, *term.aliases)
            # Drum kits have programs of their own, which no instrument's part is written for.
            assert programs and (term.name == "drums" or set(programs) <= set(term.programs))
        assert not term.programs or term.sound_of(term.name), f"'{term.name}' means no programs"


def test_a_bundle_keeps_what_names_mean() -> None:
    assert Vocabulary.from_json(VOCABULARY.to_json()) == VOCABULARY
    harp, strings = VOCABULARY.programs("strings", "harp"), VOCABULARY.programs("strings")
    assert harp == (46,) and strings and not set(harp) & set(strings)
    assert VOCABULARY.programs("strings", "violins") == strings, "a name without a sound of its own means the usual one"
    assert VOCABULARY.programs("vocals") == ()
    assert not set(VOCABULARY.programs("drums")) & set(VOCABULARY.programs("drums", "drum machine"))


@pytest.mark.parametrize(
    ("text", "names", "wording", "table_5"),
    [
        ("add a harp", {"strings": "harp"}, "Add harp", "Add strings"),
        ("add harps", {"strings": "harp"}, "Add harp", "Add strings"),
        ("put in some violins", {}, "Add strings", "Add strings"),
        (
            "replace the banjo with a cello",
            {"strings": "cello"},
            "Replace acoustic guitar with cello",
            "Replace acoustic guitar with strings",
        ),
        (
            "remix with tuba, drums and honky-tonk piano",
            {"trumpet": "tuba", "piano": "honky tonk piano"},
            "Remix with tuba, drums, honky tonk piano",
            "Remix with trumpet, drums, piano",
        ),
        (
            "remix to jazz with vibraphone",
            {"mallets": "vibraphone"},
            "Remix to Jazz genre with vibraphone",
            "Remix to Jazz genre with mallets",
        ),
    ],
)
def test_what_is_new_keeps_its_name_and_the_text_encoder_reads_the_vocabulary(
    text: str, names: dict[str, str], wording: str, table_5: str
) -> None:
    instruction = read(text)
    assert (dict(instruction.names), instruction.wording, instruction.text) == (names, wording, table_5)
    assert read(instruction.sentence) == instruction


@pytest.mark.parametrize("text", ["remove the harp", "solo the harp", "replace the harp with drums"])
def test_what_leaves_is_all_that_a_mask_can_tell_apart(text: str) -> None:
    assert read(text).names == () and "strings" in read(text).wording


def test_of_two_names_of_one_instrument_the_first_plays_and_the_other_is_told() -> None:
    instruction = read("add a trombone, a tuba and a harp")
    assert dict(instruction.names) == {"trumpet": "trombone", "strings": "harp"}
    assert instruction.ignored == ("tuba",)
    assert read("add piano and grand piano").ignored == ("grand piano",)
    assert read("add a harp and a harp").ignored == ()


def test_the_synthesizer_plays_what_was_named(score_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, tuple[int, ...]]] = []
    play = Networks.play

    def listening(self: Networks, notes: np.ndarray, instrument: str, samples: int, seed: int, programs=()) -> object:
        asked.append((instrument, tuple(programs)))
        return play(self, notes, instrument, samples, seed, programs)

    monkeypatch.setattr(Networks, "play", listening)
    editor = Editor.load(score_bundle.folder, "cpu")
    noise = np.random.default_rng(0).standard_normal((1, 24_000)).astype(np.float32) * 0.1
    editor.edit(Audio(noise, 24_000), "remix with harp, bass and drums")
    usual = [(name, VOCABULARY.programs(name)) for name in ("drums", "bass")]
    assert asked == [*usual, ("strings", (46,))]


def test_names_put_together_by_hand_are_held_to_the_vocabulary(tiny_bundle: Bundle) -> None:
    editor = Editor.load(tiny_bundle.folder, "cpu")
    add = Instruction(Operation.ADD, ("strings",), names=(("strings", "harp"),))
    assert editor.read(add) == (add,)
    with pytest.raises(UserError, match="has not learnt 'theremin'"):
        editor.read(Instruction(Operation.ADD, ("strings",), names=(("strings", "theremin"),)))
    with pytest.raises(UserError, match="not among what is new"):
        editor.read(Instruction(Operation.REMOVE, ("strings",), names=(("piano", "rhodes"),)))
