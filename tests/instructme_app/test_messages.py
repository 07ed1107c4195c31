"""What the engine says reaches a German window in German, whatever is put into its sentences."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.audio import Audio, probe, read, write
from engine.bundle import Bundle, default_bundle
from engine.errors import UserError
from engine.instruction import read_instructions
from engine.session import Project
from engine.vocabulary import Vocabulary
from instructme_app.messages import line, translated
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import write_song
from tests.instructme_app.fake_engine import FakeEngine

ROOT = Path(__file__).resolve().parent.parent.parent


def said(action: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(UserError) as caught:
        action()
    return caught.value.cause, caught.value.remedy


def empty(folder: Path) -> Path:
    (folder / "nothing.wav").touch()
    return folder / "nothing.wav"


def text(folder: Path) -> Path:
    (folder / "poem.wav").write_text("roses are red " * 40, encoding="utf-8")
    return folder / "poem.wav"


def truncated(folder: Path) -> Path:
    path = write_song(folder / "cut.wav")
    path.write_bytes(path.read_bytes()[:2000])
    return path


@pytest.mark.parametrize(
    "action",
    [
        lambda folder: read(folder / "gone.wav"),
        lambda folder: read(empty(folder)),
        lambda folder: read(text(folder)),
        lambda folder: probe(truncated(folder)),
        lambda folder: write(folder / "song", Audio(np.zeros((1, 100), np.float32), 44_100)),
        lambda folder: Project.open(folder),
        lambda folder: Bundle.load(folder),
        lambda folder: read_instructions("", Vocabulary.default()),
        lambda folder: read_instructions("remove the theremin", Vocabulary.default()),
        lambda folder: read_instructions("remove the pinao", Vocabulary.default()),
        lambda folder: read_instructions("remvoe the piano", Vocabulary.default()),
        lambda folder: read_instructions("remove", Vocabulary.default()),
        lambda folder: read_instructions("replace the piano", Vocabulary.default()),
        lambda folder: read_instructions("do not remove the piano", Vocabulary.default()),
        lambda folder: read_instructions("remove drums from 0:20 to 0:10", Vocabulary.default()),
        lambda folder: read_instructions("remove drums in the chorus", Vocabulary.default()),
        lambda folder: read_instructions("drums", Vocabulary.default()),
    ],
)
def test_errors_of_the_engine_are_said_in_german(
    tmp_path: Path, german: None, action: Callable[[Path], object]
) -> None:
    for part in said(lambda: action(tmp_path)):
        # What is quoted was typed, or is to be: instructions are English.
        german_words = re.sub(r"„[^“]*“|\([^)]*\)", "", translated(part))
        assert german_words != part and not re.search(r"\b(the|is|not|you|it)\b", german_words), german_words


def test_what_is_put_into_a_sentence_stays(german: None) -> None:
    assert translated("there is no file '/music/there is no microphone'") == (
        "es gibt keine Datei „/music/there is no microphone“"
    )
    assert translated("'a {0} b' is empty") == "„a {0} b“ ist leer"


def test_numbers_in_a_sentence_are_written_as_in_the_rest_of_the_window(german: None) -> None:
    assert "(62,50 s)" in translated("the region 1 to 70 s ends after the audio (62.50 s)")


def test_an_unknown_sentence_is_said_as_it_is(german: None) -> None:
    assert line("something quite different", "") == "something quite different"


def test_english_is_said_in_english() -> None:
    assert line("'x' is empty", "check the path") == "'x' is empty; check the path"


def test_the_limits_of_the_shipped_model_are_in_german(german: None) -> None:
    limits = Bundle.load(default_bundle(), verify=False).limits.values()
    assert limits and all(translated(limit) != limit for limit in limits)


def test_a_failed_edit_and_a_warning_reach_the_window_in_german(
    opened: MainWindow, engine: FakeEngine, german: None
) -> None:
    warning = "almost nothing of the drums was found: what was taken lies 42 dB below the song"
    opened.submit("remove drums")
    engine.finish(warnings=(warning, "'loudly' was ignored"))
    shown = opened.statusBar().currentMessage()
    assert "fast nichts gefunden" in shown and "„loudly“ wurde nicht beachtet" in shown


def test_the_banner_says_it_in_german(opened: MainWindow, german: None) -> None:
    opened.banner.show_problem("there is no file '/x.wav'", "check the path")
    assert opened.banner.cause.text() == "Es gibt keine Datei „/x.wav“."
    assert opened.banner.remedy.text() == "Den Pfad prüfen."
    assert "Es gibt" in opened.banner.accessibleDescription() or "es gibt" in opened.banner.accessibleDescription()


def test_every_sentence_of_the_engine_is_known() -> None:
    """A new one is gathered by the script, and then test_translations asks for its German."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "translations", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
