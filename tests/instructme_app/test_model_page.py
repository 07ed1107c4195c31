"""The model page, on real bundles: what is said of them is in them, and changing one goes through the engine's door."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.bundle import Bundle, default_bundle
from engine.messages import Failed, Load, Ready
from instructme_app.model.models import chosen_load, flat, read_facts
from instructme_app.model.settings import Settings
from instructme_app.views.model_card import HashButton
from instructme_app.windows.main_window import MainWindow
from instructme_app.windows.model_page import ModelPage
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.fake_engine import FakeEngine


@pytest.fixture
def model(tiny_bundle: Bundle, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may damage, with what a trained one tells besides."""
    folder = tmp_path / "models" / "mine"
    shutil.copytree(tiny_bundle.folder, folder)
    manifest = json.loads((folder / "model.json").read_text())
    manifest |= {
        "name": "mine",
        "version": "3",
        "limits": {"add": "mostly noise", "remix": "mostly noise", "remove": "drums only"},
        "metrics": {
            "renderer": {"remove": 8.9},
            "results": {
                "settings": {"songs": 50, "seconds": 10.0},
                "results": {
                    "remix": {
                        "unedited": {"si_sdr": {"mean": -17.8, "low": -20.4, "high": -15.3, "count": 50}},
                        "rendered": {"si_sdr": {"mean": -23.5, "low": -25.8, "high": -21.1, "count": 50}},
                    },
                    "remove": {
                        "unedited": {"si_sdr": {"mean": 1.94, "low": 0.2, "high": 3.5, "count": 50}},
                        "rendered": {"si_sdr": {"mean": 3.41, "low": 1.5, "high": 5.1, "count": 50}},
                    },
                },
            },
        },
        "provenance": {
            "stages": {
                "renderer": {
                    "step": 2000,
                    "seconds": 780.0,
                    "machine": {"cpu": "Some CPU"},
                    "data": {"found": ["composed: 600 songs"]},
                }
            }
        },
    }
    (folder / "model.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> ModelPage:
    page = window.modelling.open()
    default = default_bundle()
    if default.is_dir():
        qtbot.waitUntil(lambda: window.modelling.models.facts(default) is not None, timeout=WAIT)
    return page


def add(qtbot: QtBot, page: ModelPage, folder: Path) -> None:
    with qtbot.waitSignal(page._models.checked, timeout=WAIT):
        page.add(folder)


def texts(page: ModelPage) -> str:
    return "\n".join(label.text() for label in page.card.findChildren(QLabel))


def test_a_model_says_what_it_is_what_it_knows_and_where_it_fails(qtbot: QtBot, page: ModelPage, model: Path) -> None:
    add(qtbot, page, model)
    assert page.folder == model and page.card.title.text() == "mine 3"
    words = texts(page)
    bundle = Bundle.load(model)
    for name in (*bundle.vocabulary.instrument_names, *bundle.vocabulary.genre_names, "MIT", str(model)):
        assert name in words
    assert "add, remix\nMostly noise" in words and "remove\nDrums only" in words
    assert "remove\n3.4 dB (1.5 to 5.1)\n1.9 dB (0.2 to 3.5)" in words and "50 × 10 s" in words
    assert "2,000 steps, 13 min, Some CPU" in words and "composed: 600 songs" in words
    hashes = [button.digest for button in page.card.findChildren(HashButton)]
    assert hashes == [bundle.hash, *(entry["sha256"] for entry in bundle.manifest["files"].values())]


def test_a_hash_is_short_and_is_copied_in_full(qtbot: QtBot, page: ModelPage, model: Path) -> None:
    add(qtbot, page, model)
    button = page.card.findChildren(HashButton)[0]
    assert len(button.text()) == 12 and button.digest.startswith(button.text()) and button.digest in button.toolTip()
    button.click()
    assert QGuiApplication.clipboard().text() == button.digest and len(button.digest) == 64


def test_an_added_model_is_checked_first_and_stays_in_the_list(
    qtbot: QtBot, page: ModelPage, model: Path, window: MainWindow
) -> None:
    add(qtbot, page, model.parent)
    assert page.card.state.text() == "All its files are the ones that it names."
    assert Settings().model_folders == (model,)
    page.remove_button.click()
    assert Settings().model_folders == () and model.is_dir()


def test_a_damaged_model_is_refused_in_one_line_and_not_added(qtbot: QtBot, page: ModelPage, model: Path) -> None:
    with (model / "renderer.safetensors").open("r+b") as file:
        file.seek(2000)
        file.write(b"\xff\xff")
    add(qtbot, page, model)
    assert "renderer.safetensors is not the file of this model (its hash is wrong); get" in page.card.state.text()
    assert page.card.state.property("role") == "wrong"
    assert Settings().model_folders == ()


def test_a_folder_without_a_model_is_said(page: ModelPage, tmp_path: Path) -> None:
    page.add(tmp_path)
    assert "holds no model; choose a folder with a model.json in it" in page.card.state.text()


def test_checking_finds_a_file_that_was_changed_since(qtbot: QtBot, page: ModelPage, model: Path) -> None:
    add(qtbot, page, model)
    (model / "unet.safetensors").write_bytes((model / "unet.safetensors").read_bytes()[:-1] + b"?")
    with qtbot.waitSignal(page._models.checked, timeout=WAIT):
        page.check_button.click()
        assert "Checking" in page.card.state.text() and not page.check_button.isEnabled()
    assert "its hash is wrong" in page.card.state.text() and page.folder == model


def test_another_model_is_loaded_through_the_door_and_the_window_says_when_it_is_ready(
    qtbot: QtBot, page: ModelPage, model: Path, window: MainWindow, engine: FakeEngine
) -> None:
    add(qtbot, page, model)
    page.use_button.click()
    load = engine.requests[-1]
    assert load == Load(str(model), "auto", "auto")
    assert "Loading" in page.engine.text() and "mine" in window.statusBar().currentMessage()
    assert not page.use_button.isEnabled() and Settings().model == ""
    engine.replied.emit(Ready("mine", "cpu", ("drums",), ("jazz",), 24_000, version="3", folder=str(model)))
    assert window.statusBar().currentMessage() == "The model mine is ready on CPU"
    assert page.card.state.text() == "In use on CPU" and not page.use_button.isEnabled()
    assert "in use" in page.list.currentItem().text()
    assert Settings().model == str(model)
    assert chosen_load(Settings()).model == str(model), "and it is the one of the next start"
    shutil.rmtree(model)
    assert chosen_load(Settings()).model is None, "a folder that is gone is not asked for"


def test_a_device_that_is_not_there_is_told_and_the_one_before_goes_on(
    qtbot: QtBot, page: ModelPage, window: MainWindow, engine: FakeEngine
) -> None:
    page.device.setCurrentIndex(page.device.findData("cuda"))
    page.device.activated.emit(page.device.currentIndex())
    load = engine.requests[-1]
    assert isinstance(load, Load) and load.device == "cuda"
    engine.replied.emit(Failed(None, "there is no CUDA device", "choose cpu"))
    assert "no CUDA device" in window.banner.cause.text()
    again = engine.requests[-1]
    assert isinstance(again, Load) and again is not load and again.device == "auto"
    assert page.device.currentData() == "auto" and Settings().device == "auto"


def test_the_model_before_is_said_to_load_again_before_it_is_in_use(
    qtbot: QtBot, page: ModelPage, model: Path, window: MainWindow, engine: FakeEngine
) -> None:
    add(qtbot, page, model)
    page.use_button.click()
    engine.replied.emit(Failed(None, "its weights are of another shape", "choose another model"))
    assert page.engine.text() == f"Loading {default_bundle().name} …" and not page.use_button.isEnabled()
    engine.start()
    assert page.engine.text() == "fake computes on CPU now" and page.use_button.isEnabled()
    assert "another shape" in window.banner.cause.text() and Settings().model == ""


def test_where_the_model_before_cannot_be_had_either_none_is_said_to_be_in_use(
    qtbot: QtBot, page: ModelPage, model: Path, window: MainWindow, engine: FakeEngine
) -> None:
    add(qtbot, page, model)
    page.use_button.click()
    asked = len(engine.requests)
    engine.replied.emit(Failed(None, "its weights are of another shape", "choose another model"))
    engine.replied.emit(Failed(None, "there is no model", "choose another one"))
    assert len(engine.requests) == asked + 1, "nobody asks in a circle"
    assert page.engine.text() == "No model is loaded" and "in use" not in page.list.currentItem().text()
    assert page.card.state.text() == "Not in use" and page.use_button.isEnabled()
    assert window.engine_state.text() == "No model is loaded; choose one in Tools > Models"
    page.use_button.click()
    engine.replied.emit(Ready("mine", "cpu", ("drums",), ("jazz",), 24_000, folder=str(model)))
    assert window.engine_state.text() == "Model mine on CPU" and Settings().model == str(model)


def test_a_model_that_takes_the_engine_down_for_good_gives_way_to_the_one_before(
    qtbot: QtBot, page: ModelPage, model: Path, window: MainWindow, engine: FakeEngine
) -> None:
    add(qtbot, page, model)
    page.use_button.click()
    engine.died.emit("Killed", True)  # it starts again, and asks for the same once more
    assert page.engine.text() == "Loading mine …"
    engine.died.emit("Killed", False)
    load = engine.requests[-1]
    assert isinstance(load, Load) and load.model is None
    assert page.engine.text() == f"Loading {default_bundle().name} …"
    engine.died.emit("Killed", False)
    assert engine.requests[-1] is load and page.engine.text() == "No model is loaded"
    assert window.engine_state.text() == "The engine has stopped; the next edit starts it again"


def test_a_precision_is_asked_for_and_kept(qtbot: QtBot, page: ModelPage, engine: FakeEngine) -> None:
    page.precision.setCurrentIndex(page.precision.findData("float32"))
    page.precision.activated.emit(page.precision.currentIndex())
    load = engine.requests[-1]
    assert isinstance(load, Load) and load.precision == "float32"
    engine.replied.emit(Ready("fake", "cpu", ("drums",), ("jazz",), 24_000, folder=str(load.model)))
    assert chosen_load(Settings()).precision == "float32"


def test_another_trouble_of_the_engine_is_not_taken_for_a_failed_load(page: ModelPage, engine: FakeEngine) -> None:
    asked = len(engine.requests)
    engine.replied.emit(Failed(None, "the engine got a message that it does not know", "restart InstructME"))
    assert len(engine.requests) == asked


def test_the_page_fits_a_small_screen(qtbot: QtBot, page: ModelPage, model: Path) -> None:
    add(qtbot, page, model)
    page.resize(page.minimumSizeHint())

    def fits() -> bool:
        shown = [label for label in page.card.findChildren(QLabel) if label.isVisible()]
        return all(label.mapTo(page, label.rect().topRight()).x() <= page.width() - 14 for label in shown)

    qtbot.waitUntil(fits, timeout=WAIT)
    assert page.width() < 900, "the narrowest window that we promise"


@pytest.mark.skipif(not default_bundle().is_dir(), reason="no model is shipped in this checkout")
def test_the_shipped_model_is_read_whole() -> None:
    facts = read_facts(default_bundle())
    assert facts.instruments and facts.genres and facts.measured and facts.made and facts.bytes > 10_000_000


@pytest.mark.parametrize(
    "broken",
    [
        {"metrics": {"results": {"results": {"add": {}}}}},
        {"metrics": {"results": 3}},
        {"provenance": {"stages": {"unet": 7}}},
        {"provenance": "by hand"},
        {"provenance": {"made by": "tests"}, "metrics": None},
        {"limits": None},
    ],
)
def test_a_model_that_tells_less_or_otherwise_is_shown_all_the_same(
    qtbot: QtBot, page: ModelPage, model: Path, broken: dict[str, object]
) -> None:
    manifest = json.loads((model / "model.json").read_text()) | broken
    (model / "model.json").write_text(json.dumps(manifest))
    add(qtbot, page, model)
    assert page.card.title.text() == "mine 3" and "drums" in texts(page)


def test_figures_come_out_as_rows() -> None:
    metrics = {"a": {"b": 1.23456, "c": {"mean": 2.0, "low": 1.0, "high": 3.0, "count": 9}}, "d": "text"}
    assert list(flat(metrics)) == [("a.b", "1.235"), ("a.c", "2 (1 to 3), n = 9"), ("d", "text")]
