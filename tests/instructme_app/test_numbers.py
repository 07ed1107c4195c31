"""Decimals look as they do in the language of the window, and may be typed with a comma or a point."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from instructme_app import language
from instructme_app.model.formats import describe_bytes
from instructme_app.model.numbers import number, with_points
from instructme_app.views.form_controls import Decimal
from instructme_app.views.time_axis import clock
from instructme_app.windows.describing import time_left
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture(params=["en", "de"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


def test_numbers_have_the_locales_point_and_grouping(spoken: str) -> None:
    shown = [number(-1234.56, "+,.1f"), number(0.5, ".0%"), number(44.1), clock(62.5), describe_bytes(1_500)]
    if spoken == "en":
        assert shown == ["−1,234.6", "50%", "44.1", "1:02.5", "1.5 kB"]
    else:
        assert shown == ["−1.234,6", "50%", "44,1", "1:02,5", "1,5 kB"]


def test_a_tidy_clock_leaves_out_what_is_nothing(spoken: str) -> None:
    assert clock(60.0, tidy=True) == "1:00" and len(clock(60.5, tidy=True)) == 6


@pytest.mark.parametrize("typed", ["1.5", "1,5"])
def test_a_comma_and_a_point_are_both_taken(qtbot: QtBot, spoken: str, typed: str) -> None:
    field = Decimal()
    qtbot.addWidget(field)
    field.setDecimals(1)
    field.selectAll()
    QTest.keyClicks(field, typed)
    assert field.value() == 1.5 and field.text() == number(1.5)


def test_a_time_with_a_comma_is_what_it_says_where_decimals_have_commas(spoken: str) -> None:
    text = "remove drums from 0:01,5 to 0:02,25"
    read = "remove drums from 0:01.5 to 0:02.25"
    assert with_points(text) == (read if spoken == "de" else text)
    lists = "remove drums, bass at 0:10,0:20"
    assert with_points(lists) == lists


def test_a_german_says_where_with_a_comma(opened: MainWindow, engine: FakeEngine, german: None) -> None:
    opened.submit("remove drums from 0:01,5 to 0:02,5")
    (job,) = engine.edits
    assert job.region == (1.5, 2.5)
    engine.finish()
    current = opened.session.current
    assert current is not None and current.instruction == "remove drums from 0:01.5 to 0:02.5"


def test_the_german_window_shows_commas(opened: MainWindow, german: None) -> None:
    opened.transport.set_position(1.25)
    opened._show_song()
    assert "0:01,2" in opened.transport.position.text() and "22,05 kHz" in opened.about.text()
    assert time_left(150.0) == "noch etwa 2,5 min"


def test_english_words_have_english_numbers_on_a_german_system(
    qapp: QApplication, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = QLocale()
    monkeypatch.setattr(QLocale, "system", staticmethod(lambda: QLocale("de_AT")))
    language.speak(qapp, "en")
    assert number(0.5) == "0.5"
    monkeypatch.setattr(QLocale, "system", staticmethod(lambda: QLocale("en_GB")))
    language.speak(qapp, "en")
    assert QLocale().name() == "en_GB"
    QLocale.setDefault(before)
