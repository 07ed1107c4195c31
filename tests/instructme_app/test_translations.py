"""The German that is shipped is whole, says the same, and reaches the window."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from instructme_app import language
from instructme_app.model.playback import Playback
from instructme_app.model.settings import Settings
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.fake_engine import FakeEngine

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = sorted(language.FOLDER.glob("*.ts"))


def entries(path: Path) -> list[tuple[str, str, str]]:
    """(context, English, translation); the translation is empty where it is unfinished."""
    found = []
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            done = message.find("translation")
            assert done is not None
            text = "" if done.get("type") == "unfinished" else done.text or ""
            found.append((context.findtext("name") or "", message.findtext("source") or "", text))
    return found


def test_german_is_shipped() -> None:
    assert [path.stem for path in FILES] == ["instructme_de"]
    assert len(entries(FILES[0])) > 300


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestTranslation:
    def test_nothing_is_unfinished(self, path: Path) -> None:
        assert not [(context, text) for context, text, done in entries(path) if not done.strip()]

    def test_every_string_has_a_context(self, path: Path) -> None:
        """Without one the running program does not find it."""
        assert not [text for context, text, _ in entries(path) if not context]

    def test_placeholders_are_those_of_the_english(self, path: Path) -> None:
        def held(text: str) -> list[str]:
            return sorted(re.findall(r"\{[^}]*\}", text))

        assert not [(text, done) for _, text, done in entries(path) if held(text) != held(done)]

    def test_space_around_the_words_is_kept(self, path: Path) -> None:
        """Parts of a line that are put together must not grow into one another; a suffix may hang on by a hyphen."""

        def edges(text: str) -> tuple[bool, bool]:
            return text[:1] in (" ", "-"), text.endswith(" ")

        assert not [(text, done) for _, text, done in entries(path) if edges(text) != edges(done)]

    def test_an_ellipsis_that_promises_a_dialog_stays(self, path: Path) -> None:
        assert not [text for _, text, done in entries(path) if text.endswith("…") != done.endswith("…")]

    def test_the_compiled_file_is_in_step(self, qapp: QApplication, path: Path) -> None:
        translator = QTranslator()
        assert translator.load(str(path.with_suffix(".qm")))
        stale = [text for context, text, done in entries(path) if done and translator.translate(context, text) != done]
        assert not stale, "run .venv/bin/python scripts/translations"


def test_the_script_gathers_a_modules_own_tr(tmp_path: Path) -> None:
    """Its contexts are those that the running program asks for."""
    contexts = {context for context, _, _ in entries(FILES[0])}
    assert {"scales", "describing", "MainWindow", "Tour"} <= contexts


def test_the_script_says_what_it_does() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "translations", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "--check" in done.stdout


def test_a_german_window_speaks_german(qtbot: QtBot, home: Path, german: None) -> None:
    window = MainWindow(FakeEngine(), Settings(), Playback(use_device=False))
    qtbot.addWidget(window)
    titles = [title for title, _ in window.actions_.sections()]
    assert titles[0] == "Datei" and "Ansicht" in titles
    assert window.header.open_button.text() == "Öffnen"
    english = {text for context, text, done in entries(FILES[0]) if context == "Commands" and text != done}
    shown = {entry.action.text() for _, registered in window.actions_.sections() for entry in registered}
    assert not shown & english
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    window.close()
