"""What was done is said in the language of the window, and kept as it was understood."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QLabel

from engine.instruction import Instruction, Operation
from engine.vocabulary import Vocabulary
from instructme_app.titles import SENTENCES, name_of, spoken, title_of
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.fake_engine import FakeEngine

VOCABULARY = Vocabulary.default()
NAMES = st.lists(st.sampled_from(VOCABULARY.instrument_names), min_size=1, max_size=3, unique=True).map(tuple)
REGIONS = st.sampled_from([None, (10.0, 20.5), (0.0, float("inf")), (-10.0, float("inf"))])
INSTRUCTIONS = st.builds(
    Instruction,
    st.sampled_from(Operation),
    NAMES,
    NAMES,
    st.sampled_from([None, *VOCABULARY.genre_names]),
    REGIONS,
    ignored=st.sampled_from([(), ("soft",), ("soft", "loud")]),
)


@given(INSTRUCTIONS)
def test_english_is_said_as_it_stands(instruction: Instruction) -> None:
    assert spoken(instruction.describe()) == instruction.describe()


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Remove drums", "Schlagzeug entfernen"),
        ("Add harp", "Harfe hinzufügen"),
        ("Extract distorted guitar, bass", "Verzerrte Gitarre, Bass herauslösen"),
        ("Replace piano with organ, strings", "Klavier durch Orgel, Streicher ersetzen"),
        ("Remix to Pop Ballad genre", "Remix als Popballade"),
        ("Remix to Jazz genre with piano, double bass", "Remix als Jazz: Klavier, Kontrabass"),
        ("Remix with choir", "Remix: Chor"),
        ("Remove drums from 0:10 to 0:20.5", "Schlagzeug entfernen von 0:10 bis 0:20,5"),
        ("Add flute from 1:00:00 to the end", "Flöte hinzufügen von 1:00:00 bis zum Ende"),
        ("Replace piano with organ in the last 0:10", "Klavier durch Orgel ersetzen in den letzten 0:10"),
        ("Remove drums (ignored: soft)", "Schlagzeug entfernen (nicht beachtet: soft)"),
        ("Region 0:10-0:20.5 from 'Remove drums'", "Bereich 0:10–0:20,5 aus „Schlagzeug entfernen“"),
        ("Region 0:10-0:20 from 'My quiet one'", "Bereich 0:10–0:20 aus „My quiet one“"),
        ("Region 0:10-0:20 from the source", "Bereich 0:10–0:20 aus dem Original"),
        # Of a model that knows more than ours, and what is no edit.
        ("Add theremin", "Theremin hinzufügen"),
        ("Remix to Polka genre", "Remix als Polka"),
        ("take the drums out", "take the drums out"),
        ("", ""),
    ],
)
def test_an_edit_is_said_in_german(german: None, sentence: str, said: str) -> None:
    assert spoken(sentence) == said


@pytest.mark.usefixtures("german")
def test_every_edit_that_can_be_understood_is_said_in_german() -> None:
    regions = (None, (10.0, 20.5), (5.0, float("inf")), (-10.0, float("inf")))
    for operation, region, genre in itertools.product(Operation, regions, (None, "jazz")):
        text = Instruction(operation, ("drums",), ("organ",), genre, region).describe()
        said = spoken(text)
        assert "Schlagzeug" in said and "drums" not in said, text
        assert not {"from", "to", "the", "with", operation.capitalize()} - {"Remix"} & set(said.split()), text


@pytest.mark.usefixtures("german")
def test_no_two_instruments_are_called_the_same() -> None:
    names = [name_of(name) for name in VOCABULARY.instrument_names]
    assert len(set(names)) == len(names)


def test_a_sentence_is_filled_whatever_stands_in_it() -> None:
    assert spoken("Add {names}") == "Add {names}" and len(set(SENTENCES)) == len(SENTENCES)


def test_the_window_says_it_in_german_and_the_project_keeps_it(
    german: None, opened: MainWindow, engine: FakeEngine
) -> None:
    opened.bar.edit.setText("remove drums")
    assert opened.bar.understood.text() == "Schlagzeug entfernen"
    opened.submit("remove drums")
    assert opened.bar.running.isVisibleTo(opened)
    engine.finish()
    made = opened.session.current
    assert made is not None and (made.understood, title_of(made)) == ("Remove drums", "Schlagzeug entfernen")
    model = opened.history.list.model()
    assert model.index(1, 0).data() == "Schlagzeug entfernen"
    for text in ("drums", "schlagzeug"):
        opened.history.search.setText(text)
        assert "Schlagzeug entfernen" in [model.index(at, 0).data() for at in range(model.rowCount())]
    opened.history.search.clear()
    opened.rounds.rename(made.id, "Schlagzeug entfernen")
    assert opened.session.round(made.id).label == ""
    opened.rounds.rename(made.id, "Ruhig")
    assert title_of(opened.session.round(made.id)) == "Ruhig"
    opened.rounds.rename(made.id, "")
    opened.rounds.delete(made.id)
    assert any("„Schlagzeug entfernen“" in label.text() for label in opened.history.findChildren(QLabel))
