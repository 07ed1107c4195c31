"""Exporting: what was asked for is in the files, and where something goes wrong nothing is."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from engine.audio import Audio, Encoding, probe, read, write
from engine.bundle import Bundle
from engine.editor import Editor
from engine.errors import Cancelled, UserError
from engine.jobs import edit_file
from engine.messages import Done
from engine.session import read_log
from instructme_app.model import exporting
from instructme_app.model.exporting import ExportRequest, Item, export, forecast, offered, plan
from instructme_app.model.naming import DEFAULT_PATTERN
from instructme_app.windows.exporting import ExportDialog
from instructme_app.windows.main_window import MainWindow
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine

FLAC16 = Encoding("FLAC", "PCM_16")
FLOAT = Encoding("WAV", "FLOAT")


@pytest.fixture
def edited(opened: MainWindow, engine: FakeEngine) -> MainWindow:
    """With two rounds, one on the other."""
    for text in ("remove drums", "add strings"):
        opened.submit(text)
        engine.finish()
    return opened


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def put_stems(window: MainWindow) -> tuple[np.ndarray, np.ndarray]:
    """Beside the current round, as the engine writes them: (removed, added) with source - removed + added = round."""
    project, current = window.session.project, window.session.current
    assert project is not None and current is not None
    before = read(project.audio_path(current.parent)).samples
    after = read(project.audio_path(current.id)).samples
    removed = (before * np.float32(0.25)).astype(np.float32)
    added = after - before + removed
    rate = current.sample_rate
    for kind, samples in (("removed", removed), ("added", added)):
        write(project.folder / "rounds" / f"{current.id}.{kind}.wav", Audio(samples, rate))
    return removed, added


def test_the_round_its_stems_the_tree_and_the_log_are_exported_at_once(edited: MainWindow, target: Path) -> None:
    removed, added = put_stems(edited)
    session = edited.session
    assert offered(session) == ("round", "removed", "added", "tree", "log")
    items = plan(session, offered(session), DEFAULT_PATTERN)
    paths = export(ExportRequest(items, target, FLOAT))
    assert names(target) == sorted(path.name for path in paths) == [
        "my song - Add strings - added.wav",
        "my song - Add strings - removed.wav",
        "my song - Add strings.wav",
        "my song - Remove drums.wav",
        "my song - edits.json",
    ]  # fmt: skip
    assert np.array_equal(read(target / "my song - Add strings - removed.wav").samples, removed)
    assert np.array_equal(read(target / "my song - Add strings - added.wav").samples, added)
    log = read_log(json.loads((target / "my song - edits.json").read_text(encoding="utf-8")))
    assert [edit.understood for edit in log.way_to()] == ["Remove drums", "Add strings"]
    assert log.source_hash is not None and len(log.source_hash) == 64


def test_the_notes_of_what_was_added_are_exported_as_they_are(edited: MainWindow, target: Path) -> None:
    put_stems(edited)
    project, current = edited.session.project, edited.session.current
    assert project is not None and current is not None
    (project.folder / "rounds" / f"{current.id}.notes.mid").write_bytes(b"MThd and so on")
    assert offered(edited.session) == ("round", "removed", "added", "notes", "tree", "log")
    (path,) = export(ExportRequest(plan(edited.session, ("notes",), DEFAULT_PATTERN), target, FLOAT))
    assert path.name == "my song - Add strings - notes.mid"
    assert path.read_bytes() == b"MThd and so on"


def test_exported_stems_sum_to_the_exported_round(edited: MainWindow, target: Path) -> None:
    put_stems(edited)
    session = edited.session
    current = session.current
    assert current is not None and current.parent is not None
    before = read(session.path_of(session.round(current.parent))).samples
    export(ExportRequest(plan(session, ("round", "removed", "added"), "{part}x"), target, FLOAT))
    files = {name: read(target / f"{name}.wav").samples.astype(np.float64) for name in ("x", "removedx", "addedx")}
    difference = before - files["removedx"] + files["addedx"] - files["x"]
    assert np.abs(difference).max() <= 2.0**-23, "within one step of 24 bits"


def test_without_stems_what_changed_is_the_round_before_minus_this_one(edited: MainWindow, target: Path) -> None:
    session = edited.session
    assert session.project is not None
    for kind in ("removed", "added"):
        for path in (session.project.folder / "rounds").glob(f"*.{kind}.wav"):
            path.unlink()
    assert "difference" in offered(session) and "removed" not in offered(session)
    export(ExportRequest(plan(session, ("difference",), DEFAULT_PATTERN, {"difference": "changed"}), target, FLOAT))
    before, after = (read(session.path_of(entry)).samples for entry in (session.rounds[1], session.rounds[2]))
    assert np.array_equal(read(target / "my song - Add strings - changed.wav").samples, before - after)


def test_the_source_exported_in_its_own_format_is_bit_for_bit_itself(
    opened: MainWindow, song: Path, target: Path
) -> None:
    info = opened.session.info
    assert info is not None and offered(opened.session) == ("round",)
    request = ExportRequest(plan(opened.session, ("round",), "x"), target, Encoding(info.format, info.subtype))
    export(request)
    ours, theirs = (soundfile.read(path, dtype="int32")[0] for path in (target / "x.flac", song))
    assert np.array_equal(ours, theirs)


def test_a_rate_that_mp3_does_not_know_is_resampled(tmp_path: Path, target: Path) -> None:
    write(tmp_path / "a.wav", Audio(np.zeros((1, 96_000), np.float32), 96_000))
    export(ExportRequest((Item("round", "x", tmp_path / "a.wav"),), target, Encoding("MP3", "MPEG_LAYER_III")))
    info = probe(target / "x.mp3")
    assert info.sample_rate == 48_000 and info.duration == pytest.approx(1.0, abs=0.06)


def test_nothing_is_replaced_unless_that_was_agreed_and_never_the_users_own_song(
    edited: MainWindow, target: Path, song: Path
) -> None:
    items = plan(edited.session, ("round", "tree"), DEFAULT_PATTERN)
    standing = target / "my song - Remove drums.flac"
    standing.write_bytes(b"mine")
    with pytest.raises(UserError, match="exists already"):
        export(ExportRequest(items, target, FLAC16))
    assert names(target) == [standing.name] and standing.read_bytes() == b"mine"
    assert forecast(ExportRequest(items, target, FLAC16)).standing == (standing,)
    export(ExportRequest(items, target, FLAC16, replace=True))
    assert len(names(target)) == 2 and probe(standing).frames == probe(song).frames
    before = song.read_bytes()
    own = plan(edited.session, ("round",), song.stem)
    with pytest.raises(UserError, match="is the song that you opened"):
        export(ExportRequest(own, song.parent, FLAC16, replace=True, forbidden=song))
    assert song.read_bytes() == before


@pytest.mark.parametrize("stop", [0, 1, 3, 4])
def test_an_export_that_is_taken_back_leaves_every_file_as_it_was(edited: MainWindow, target: Path, stop: int) -> None:
    (target / "my song - Add strings.flac").write_bytes(b"before")
    asked = iter(range(100))
    items = plan(edited.session, ("round", "tree", "log"), DEFAULT_PATTERN)
    with pytest.raises(Cancelled):
        export(ExportRequest(items, target, FLAC16, replace=True), is_cancelled=lambda: next(asked) >= stop)
    assert names(target) == ["my song - Add strings.flac"]
    assert (target / "my song - Add strings.flac").read_bytes() == b"before"


def test_a_disk_that_fills_up_during_the_second_file_leaves_none_of_the_first(edited: MainWindow, target: Path) -> None:
    session = edited.session
    long = np.random.default_rng(1).uniform(-1, 1, (2, 200_000)).astype(np.float32)
    write(target.parent / "long.wav", Audio(long, 44_100))
    (target / "b.wav").write_bytes(b"before")
    items = (*plan(session, ("round",), "a"), Item("added", "b", target.parent / "long.wav"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, hard))
    try:
        with pytest.raises(UserError, match="no space left for '.*b.wav'.*; free some space"):
            export(ExportRequest(items, target, FLOAT, replace=True))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(target) == ["b.wav"] and (target / "b.wav").read_bytes() == b"before"


def test_files_that_cannot_take_their_places_are_all_put_back(
    edited: MainWindow, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = plan(edited.session, ("round", "tree"), DEFAULT_PATTERN)
    for item in items:
        (target / f"{item.name}.flac").write_bytes(item.name.encode())
    real, calls = exporting.os.replace, []

    def third_fails(source: Path, place: Path) -> None:
        calls.append(place)
        # The writer renames each of its two files once: these are the renames of the set.
        if len(calls) == 2 + 4:
            raise OSError(5, "Input/output error")
        real(source, place)

    monkeypatch.setattr(exporting.os, "replace", third_fails)
    with pytest.raises(UserError, match="cannot be written to"):
        export(ExportRequest(items, target, FLAC16, replace=True))
    assert len(calls) > 6, "something was put back"
    assert {path.name: path.read_bytes().decode() for path in target.iterdir()} == {
        f"{item.name}.flac": item.name for item in items
    }


def test_a_folder_that_is_gone_and_nothing_chosen_are_said(edited: MainWindow, tmp_path: Path) -> None:
    items = plan(edited.session, ("round",), DEFAULT_PATTERN)
    with pytest.raises(UserError, match="there is no folder"):
        export(ExportRequest(items, tmp_path / "gone", FLAC16))
    with pytest.raises(UserError, match="nothing to export; choose"):
        export(ExportRequest((), tmp_path, FLAC16))
    edited.session.close_song()
    with pytest.raises(UserError, match="no song is open"):
        plan(edited.session, ("round",), DEFAULT_PATTERN)


# The dialog


@pytest.fixture
def dialog(qtbot: QtBot, edited: MainWindow, target: Path) -> ExportDialog:
    dialog = edited.filing.exporting.open()
    assert dialog is not None
    dialog.form.folder.setText(str(target))
    return dialog


def told(dialog: ExportDialog) -> bool:
    return "free" in dialog.form.total.text()


def test_the_dialog_tells_names_and_sizes_before_it_begins(qtbot: QtBot, dialog: ExportDialog, target: Path) -> None:
    assert dialog.form.names[0].text() == "my song - Add strings.flac"
    qtbot.waitUntil(lambda: told(dialog), timeout=WAIT)
    assert dialog.form.sizes[0].text().endswith("kB")
    with qtbot.waitSignal(dialog.exported, timeout=WAIT) as done:
        dialog.export_button.click()
        assert dialog.running and dialog.progress.isVisible() and not dialog.form.isEnabled()
    assert done.args == [(target / "my song - Add strings.flac",)]
    assert not dialog.isVisible()
    size = dialog.form.sizes[0].text().split()[0]
    assert float(size) == pytest.approx((target / "my song - Add strings.flac").stat().st_size / 1000, rel=0.2)


def test_what_was_chosen_is_there_again_the_next_time(qtbot: QtBot, dialog: ExportDialog, edited: MainWindow) -> None:
    dialog.form.want(["tree", "log"])
    dialog.form.format.setCurrentIndex(dialog.form.format.findData("MP3 MPEG_LAYER_III"))
    dialog.form.quality.setCurrentIndex(dialog.form.quality.findData("small"))
    dialog.form.pattern.setText("{number} {round}")
    folder = dialog.form.folder.text()
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.export_button.click()
    assert len(names(Path(folder))) == 3
    again = edited.filing.exporting.open()
    assert again is not None and again is not dialog
    assert again.wanted == ("tree", "log")
    assert (again.form.format.currentData(), again.form.quality.currentData()) == ("MP3 MPEG_LAYER_III", "small")
    assert (again.form.pattern.text(), again.form.folder.text()) == ("{number} {round}", folder)
    edited.filing.exporting.close()
    edited.settings.export_format = "WAV PCM_24"
    preferred = edited.filing.exporting.open()
    assert preferred is not None and preferred.form.format.currentData() == "WAV PCM_24"


def test_a_file_that_stands_there_is_replaced_only_by_a_button_that_says_so(
    qtbot: QtBot, dialog: ExportDialog, target: Path
) -> None:
    standing = target / "my song - Add strings.flac"
    standing.write_bytes(b"mine")
    # Faster than the look at the folder: refused.
    dialog.start()
    qtbot.waitUntil(lambda: not dialog.running, timeout=WAIT)
    assert "exists already" in dialog.message.text() and standing.read_bytes() == b"mine"
    qtbot.waitUntil(lambda: dialog.export_button.text() == "Replace 1 file", timeout=WAIT)
    with qtbot.waitSignal(dialog.exported, timeout=WAIT):
        dialog.export_button.click()
    assert probe(standing).frames > 0


def test_a_mistake_is_said_in_the_dialog_and_nothing_begins(qtbot: QtBot, dialog: ExportDialog, target: Path) -> None:
    dialog.form.pattern.setText("{sung}")
    assert "{sung}" in dialog.message.text() and not dialog.export_button.isEnabled()
    dialog.form.pattern.setText("{song}")
    assert not dialog.message.isVisible() and dialog.export_button.isEnabled()
    dialog.form.folder.setText(str(target / "gone"))
    qtbot.waitUntil(lambda: "no such folder" in dialog.message.text(), timeout=WAIT)
    assert not dialog.export_button.isEnabled()
    dialog.form.folder.setText(str(target))
    dialog.form.want([])
    assert dialog.form.total.text() == "Nothing is chosen" and not dialog.export_button.isEnabled()


def test_a_disk_too_small_is_said_before_anything_is_written(
    qtbot: QtBot, dialog: ExportDialog, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    dialog.form.format.setCurrentIndex(dialog.form.format.findData("WAV PCM_24"))
    qtbot.waitUntil(lambda: "1.0 kB are free; free some space" in dialog.message.text(), timeout=WAIT)
    assert not dialog.export_button.isEnabled() and names(target) == []


def test_escape_takes_a_running_export_back(
    qtbot: QtBot, dialog: ExportDialog, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = exporting.write_edit

    def slow(*arguments, on_block, **options):
        """Goes round and round in the writing until it is taken back."""

        def turn(done: int, total: int) -> None:
            while True:
                on_block(done, total)

        return real(*arguments, on_block=turn, **options)

    monkeypatch.setattr(exporting, "write_edit", slow)
    dialog.export_button.click()
    qtbot.waitUntil(lambda: dialog.running and bool(names(target)), timeout=WAIT)
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.running, timeout=WAIT)
    assert dialog.isVisible() and "nothing was written" in dialog.message.text()
    assert names(target) == []


def test_the_dialog_follows_the_current_round(qtbot: QtBot, dialog: ExportDialog, edited: MainWindow) -> None:
    edited.session.undo()
    assert dialog.form.names[0].text() == "my song - Remove drums.flac"
    edited.session.jump(edited.session.rounds[0].id)
    assert dialog.form.names[0].text() == "my song - source.flac"
    assert dialog.form.checks["difference"].isHidden() and not dialog.form.checks["tree"].isHidden()


def test_export_all_asks_for_every_round(qtbot: QtBot, edited: MainWindow) -> None:
    edited.filing.exporting.everything.trigger()
    dialog = edited.filing.exporting.dialog
    assert dialog is not None and dialog.wanted == ("tree",)
    assert [label.text() for label in dialog.form.names[:2]] == [
        "my song - Remove drums.flac",
        "my song - Add strings.flac",
    ]


def test_closing_the_window_takes_a_running_export_back(
    qtbot: QtBot, dialog: ExportDialog, edited: MainWindow, target: Path
) -> None:
    dialog.form.want(["tree"])
    dialog.export_button.click()
    edited.close()
    assert names(target) == [] or len(names(target)) == 2, "whole or not at all"


def test_the_stems_of_a_real_edit_sum_to_its_round_in_the_exported_files(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, tiny_bundle: Bundle, tmp_path: Path, target: Path
) -> None:
    """A float song through the real engine: source - removed + added is the round, to one step of 24 bits."""
    rng = np.random.default_rng(2)
    write(tmp_path / "float.wav", Audio(rng.normal(0, 0.1, (2, 44_100)).astype(np.float32), 22_050))
    window.open_path(tmp_path / "float.wav")
    qtbot.waitUntil(lambda: window.session.project is not None, timeout=WAIT)
    window.submit("replace drums with strings")
    job = engine.edits[-1]
    report = edit_file(
        Editor(tiny_bundle, "cpu"), job.source, job.output, (job.instruction,), seed=job.seed, stems=job.stems
    )
    engine.replied.emit(Done(job.id, report))
    session = window.session
    assert offered(session)[:3] == ("round", "removed", "added")
    export(ExportRequest(plan(session, ("round", "removed", "added"), "{part}x"), target, FLOAT))
    exported, removed, added = (read(target / f"{name}.wav").samples for name in ("x", "removedx", "addedx"))
    before = read(tmp_path / "float.wav").samples.astype(np.float64)
    assert np.abs(removed).max() > 0.001 and np.abs(added).max() > 0.001
    assert np.abs(before - removed + added - exported).max() <= 2.0**-23
