"""A listener's way through a blind test, the files that it leaves, and the figures made from them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from scipy import stats

from engine.audio import Audio, write
from engine.errors import UserError
from instructme_app.model.listening_test import (
    SCALES,
    ListeningTest,
    Rating,
    interval,
    load_cases,
    results,
    shuffled,
    write_results,
)
from instructme_app.model.playback import Playback
from instructme_app.windows.listening_scales import wordings
from instructme_app.windows.listening_test import SOURCE, TARGET, ListeningTestWindow
from tests.instructme_app.conftest import WAIT

INSTRUCTIONS = ("remove the drums", "remix to jazz", "remix with bass and piano", "add strings")


def write_sound(path: Path, level: float, rate: int = 16_000) -> None:
    write(path, Audio(np.full((2, rate // 2), level, dtype=np.float32), rate))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "test"
    for at, text in enumerate(INSTRUCTIONS):
        place = root / f"{at + 1:02d}"
        place.mkdir(parents=True)
        (place / "instruction.txt").write_text(text + "\n", encoding="utf-8")
        write_sound(place / "source.wav", 0.1)
        write_sound(place / "ours.wav", 0.2)
        # Another rate than the source's: the playhead must stand at the same second in both.
        write_sound(place / "theirs.flac", 0.3, 8_000)
    write_sound(root / "01" / "target.wav", 0.4)
    return root


def rate_all(test: ListeningTest, rating: Rating) -> None:
    for page in test.pages:
        for system in page.systems:
            test.rate(page, system, rating)


def test_a_folder_of_cases_is_read(folder: Path) -> None:
    cases = load_cases(folder)
    assert [case.instruction for case in cases] == list(INSTRUCTIONS)
    assert [case.kind for case in cases] == ["edit", "genre", "remix", "edit"]
    assert set(cases[0].outputs) == {"ours", "theirs"}
    assert [case.target is not None for case in cases] == [True, False, False, False]


def test_a_manifest_is_read_instead_of_folders(folder: Path) -> None:
    entry = {"name": "x", "instruction": "solo the bass", "source": "01/source.wav", "outputs": {"a": "01/ours.wav"}}
    manifest = {"format": "instructme-listening-test", "version": 1, "cases": [entry]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (case,) = load_cases(folder)
    assert (case.name, case.instruction, set(case.outputs)) == ("x", "solo the bass", {"a"})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda root: (root / "02" / "source.wav").unlink(), "'02' has no source"),
        (lambda root: (root / "02" / "instruction.txt").write_text("\n"), "'02' has no instruction"),
        (lambda root: (root / "02" / "instruction.txt").write_bytes(b"\xff\xfe\xfa"), "'02' has no instruction"),
        (lambda root: [(root / "02" / name).unlink() for name in ("ours.wav", "theirs.flac")], "no output"),
        (lambda root: write_sound(root / "02" / "ours.flac", 0.1), "two files called ours"),
        (lambda root: (root / "manifest.json").write_text("{"), "cannot be read"),
        (lambda root: (root / "manifest.json").write_text("[]"), "is not of the format"),
        (
            lambda root: (root / "manifest.json").write_text(
                '{"format": "instructme-listening-test", "version": 1, "cases": [{"name": "x"}]}'
            ),
            "instruction",
        ),
        (
            lambda root: (root / "manifest.json").write_text(
                '{"format": "instructme-listening-test", "version": 1, "cases": [{"instruction": "x", '
                '"source": "../../secret.wav", "outputs": {"a": "b.wav"}}]}'
            ),
            "outside the test's folder",
        ),
    ],
)
def test_a_bad_folder_is_one_line_that_names_the_place(folder: Path, change: object, says: str) -> None:
    change(folder)  # type: ignore[operator]
    with pytest.raises(UserError, match=says) as caught:
        load_cases(folder)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


def test_no_folder_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a folder"):
        load_cases(tmp_path / "none")
    with pytest.raises(UserError, match="holds no case"):
        load_cases(tmp_path)


def test_the_order_is_drawn_by_the_seed(folder: Path) -> None:
    cases = load_cases(folder)
    assert shuffled(cases, 7) == shuffled(reversed(cases), 7)
    orders = {tuple(page.case.name for page in shuffled(cases, seed)) for seed in range(30)}
    firsts = {shuffled(cases, seed)[0].systems[0] for seed in range(30)}
    assert len(orders) > 5
    assert firsts == {"ours", "theirs"}


def test_a_test_goes_on_where_its_listener_stopped(folder: Path) -> None:
    test = ListeningTest(folder, "Anna B.", seed=3)
    page = test.pages[0]
    test.rate(page, page.systems[0], Rating(1, 2, 3))
    assert test.done == 0
    test.rate(page, page.systems[1], Rating(4, 5, 1))
    again = ListeningTest(folder, "Anna B.", seed=99)
    assert again.seed == 3 and again.pages == test.pages
    assert again.done == 1 and again.first_open == 1
    assert again.rating(page, page.systems[0]) == Rating(1, 2, 3)
    assert ListeningTest(folder, "Ben", seed=99).done == 0


def test_damaged_answers_are_told_and_left_alone(folder: Path) -> None:
    test = ListeningTest(folder, "anna")
    test.rate(test.pages[0], test.pages[0].systems[0], Rating(1, 1, 1))
    test.path.write_text('{"format": "instructme-listening-test", "version": 1, "answers": [{"quality": 9}]}')
    with pytest.raises(UserError, match="cannot be read"):
        ListeningTest(folder, "anna")
    assert '"quality": 9' in test.path.read_text()


def test_points_outside_the_scale_are_refused(folder: Path) -> None:
    test = ListeningTest(folder, "anna")
    with pytest.raises(ValueError):
        test.rate(test.pages[0], test.pages[0].systems[0], Rating(0, 3, 3))


def test_an_answer_that_the_disk_does_not_take_is_not_kept(folder: Path) -> None:
    (folder / "answers").write_text("a file where a folder should be")
    test = ListeningTest(folder, "anna")
    with pytest.raises(UserError, match="cannot be saved"):
        test.rate(test.pages[0], test.pages[0].systems[0], Rating(3, 3, 3))
    assert test.rating(test.pages[0], test.pages[0].systems[0]) is None


@given(st.lists(st.integers(1, 5), min_size=2, max_size=40))
def test_the_interval_is_students(values: list[int]) -> None:
    found = interval([float(value) for value in values])
    assert found is not None
    spread = stats.sem(values)
    if spread == 0:
        assert found == (values[0], values[0])
    else:
        expected = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=spread)
        assert found == pytest.approx(expected)


def test_one_value_gives_no_interval() -> None:
    assert interval([3.0]) is None


def test_the_results_hold_a_mean_for_each_system_and_every_rating(folder: Path, tmp_path: Path) -> None:
    for listener, point in (("anna", 2), ("ben", 4)):
        rate_all(ListeningTest(folder, listener), Rating(point, 3, 5))
    write_results(folder, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["system"], row["scale"]): row for row in csv.DictReader(file)}
    assert set(rows) == {(system, scale) for system in ("ours", "theirs") for scale in SCALES}
    low, high = stats.t.interval(0.95, 7, loc=3, scale=stats.sem([2] * 4 + [4] * 4))
    assert float(rows["ours", "quality"]["mean"]) == 3.0
    assert float(rows["ours", "quality"]["low_95"]) == pytest.approx(low, abs=1e-3)
    assert float(rows["ours", "quality"]["high_95"]) == pytest.approx(high, abs=1e-3)
    with (tmp_path / "out-ratings.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 16


def test_without_answers_there_are_no_results(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no answers yet"):
        results(folder)
    assert not list(tmp_path.glob("*.csv"))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", ["edit", "remix", "genre"])
def test_every_scale_has_five_different_wordings(scale: str, kind: str) -> None:
    assert len(set(wordings(scale, kind))) == 5  # type: ignore[arg-type]


# The window


@pytest.fixture
def listening(qtbot: QtBot, folder: Path) -> ListeningTestWindow:
    window = ListeningTestWindow(Playback(use_device=False))
    qtbot.addWidget(window)
    window.show()
    window.start.folder.setText(str(folder))
    window.start.seed.setValue(1)
    window.start.begin.click()
    qtbot.waitUntil(window.player.play_button.isEnabled, timeout=WAIT)
    return window


def heard_level(window: ListeningTestWindow) -> float:
    assert window.playback.track is not None
    return float(window.playback.track.samples[0, 1000])


def test_no_name_of_a_system_is_seen_while_rating(listening: ListeningTestWindow) -> None:
    from PySide6.QtWidgets import QAbstractButton, QLabel

    assert listening.test is not None
    texts: list[str] = []
    for _ in listening.test.pages:
        for widget in (*listening.findChildren(QLabel), *listening.findChildren(QAbstractButton)):
            if widget.isVisible():
                texts += [widget.text(), widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
    assert any("remove" in text or "remix" in text or "add" in text for text in texts)
    assert not [text for text in texts if "ours" in text or "theirs" in text]


def test_versions_are_switched_at_one_playhead(qtbot: QtBot, listening: ListeningTestWindow) -> None:
    levels = {"ours": 0.2, "theirs": 0.3}
    assert heard_level(listening) == pytest.approx(0.1, abs=1e-3)
    listening.playback.seek(0.25)
    qtbot.keyClick(listening, Qt.Key.Key_B)
    assert heard_level(listening) == pytest.approx(levels[listening.page.systems[1]], abs=1e-2)
    assert listening.playback.position == pytest.approx(0.25, abs=1e-3)
    tracks = listening._tracks.values()
    assert len({track.frames for track in tracks}) == 1
    qtbot.keyClick(listening, Qt.Key.Key_S)
    assert heard_level(listening) == pytest.approx(0.1, abs=1e-3)


def test_the_source_cannot_be_rated(listening: ListeningTestWindow) -> None:
    listening.hear(SOURCE)
    assert not any(card.isEnabled() for card in listening.cards.values())
    assert not listening.next_button.isEnabled()


def test_a_target_is_heard_where_there_is_one(qtbot: QtBot, listening: ListeningTestWindow) -> None:
    assert listening.test is not None
    at = next(at for at, page in enumerate(listening.test.pages) if page.case.target is not None)
    listening.show_page(at)
    qtbot.waitUntil(listening.player.play_button.isEnabled, timeout=WAIT)
    qtbot.keyClick(listening, Qt.Key.Key_T)
    assert heard_level(listening) == pytest.approx(0.4, abs=1e-3)
    assert TARGET not in listening.page.systems


def test_a_whole_test_by_keyboard_ends_in_a_table_and_a_file(
    qtbot: QtBot, listening: ListeningTestWindow, tmp_path: Path
) -> None:
    assert listening.test is not None
    for at in range(len(INSTRUCTIONS)):
        assert listening._at == at
        for key in (Qt.Key.Key_A, Qt.Key.Key_B):
            qtbot.keyClick(listening, key)
            for card in listening.cards.values():
                card.take_focus()
                qtbot.keyClick(card.points[0], Qt.Key.Key_4)
        assert listening.test.done == at + 1
        qtbot.keyClick(listening, Qt.Key.Key_Return)
    assert listening.stack.currentWidget() is listening.end
    assert listening.export_to(tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        assert {row["mean"] for row in csv.DictReader(file)} == {"4.000"}


def test_going_back_shows_what_was_answered_and_lets_it_be_changed(
    qtbot: QtBot, listening: ListeningTestWindow
) -> None:
    assert listening.test is not None
    first = listening.page
    for system in first.systems:
        listening.hear(system)
        for card in listening.cards.values():
            card.choose(2)
    listening.go_on()
    assert listening.page is not first
    listening.back_button.click()
    listening.hear(first.systems[0])
    assert [card.value for card in listening.cards.values()] == [2, 2, 2]
    listening.cards["harmony"].choose(5)
    again = ListeningTest(listening.test.folder, listening.test.listener)
    assert again.rating(first, first.systems[0]) == Rating(2, 2, 5)


def test_a_bad_folder_is_told_in_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    window = ListeningTestWindow(Playback(use_device=False))
    qtbot.addWidget(window)
    window.show()
    window.begin(str(tmp_path / "none"), "anna", 1)
    assert window.banner.isVisible()
    assert "is not a folder" in window.banner.cause.text()
    assert window.stack.currentWidget() is window.start


def test_a_case_whose_sound_is_broken_says_so(qtbot: QtBot, folder: Path) -> None:
    for path in folder.glob("*/ours.wav"):
        path.write_bytes(b"not sound")
    window = ListeningTestWindow(Playback(use_device=False))
    qtbot.addWidget(window)
    window.show()
    window.begin(str(folder), "anna", 1)
    qtbot.waitUntil(window.banner.isVisible, timeout=WAIT)
    assert "ours.wav" in window.banner.cause.text()
