"""Models are compared under names, and what a bundle lacks is said and not guessed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from engine.bundle import Bundle
from engine.editor import Editor
from engine.errors import UserError
from engine.instruction import Instruction, Operation
from engine.vocabulary import Vocabulary
from tests.training.evaluation.songs import ToneSongs
from training.evaluation.cases import PAPER_TASKS, held_out_cases
from training.evaluation.figures import Figures
from training.evaluation.held_out import measure_case
from training.evaluation.judge import Judge
from training.evaluation.measuring import DECODED, ROUND_TRIP, TARGET, UNEDITED
from training.evaluation.paper import table_1
from training.evaluation.systems import System, open_systems

REMOVE = Instruction(Operation.REMOVE, ("bass",))


def without(bundle: Bundle, parts: Iterable[str]) -> Bundle:
    gone = {f"{part}.safetensors" for part in parts}
    files = {name: entry for name, entry in bundle.manifest["files"].items() if name not in gone}
    return Bundle(bundle.configuration, bundle.vocabulary, {**bundle.manifest, "files": files}, bundle.folder)


@pytest.fixture(scope="module")
def source() -> np.ndarray:
    return ToneSongs().clip(0, seconds=1.0, rng=np.random.default_rng(0)).mix


def test_the_papers_way_alone_is_the_editors_decoded_target(tiny_bundle: Bundle, source: np.ndarray) -> None:
    system = System("ours", Editor(tiny_bundle, "cpu"))
    both = system.edit(source, REMOVE, seed=3)
    assert np.allclose(system.decode(source, REMOVE, seed=3), both.decoded, atol=1e-5)
    assert both.rendered is not None
    assert np.allclose(system.render(source, REMOVE, seed=3), both.rendered, atol=1e-6)


def test_a_bundle_without_a_renderer_has_no_rendered_output_and_says_so(
    tiny_bundle: Bundle, source: np.ndarray
) -> None:
    pytest.importorskip("torchmetrics", reason="the extra `evaluation` is not installed")
    system = System("bare", Editor(without(tiny_bundle, ["renderer", "listener", "embedding"]), "cpu"))
    assert not system.renders and len(system.lacks) == 2
    assert system.edit(source, REMOVE, seed=0).rendered is None
    cases = held_out_cases(ToneSongs(), Vocabulary.default(), songs=1, seconds=1.0, operations=PAPER_TASKS)
    records = [record for case in cases for record in measure_case(case, [system], Judge(tiny_bundle))]
    assert {record["output"] for record in records} == {UNEDITED, DECODED, ROUND_TRIP, TARGET}
    assert all("rendered" not in row.labels[1] for row in table_1(Figures(records)).rows)


def test_a_model_that_was_trained_on_has_journals_of_its_own(tiny_bundle: Bundle) -> None:
    files = {**tiny_bundle.manifest["files"], "unet.safetensors": {"sha256": "other", "bytes": 1}}
    later = Bundle(
        tiny_bundle.configuration, tiny_bundle.vocabulary, {**tiny_bundle.manifest, "files": files}, tiny_bundle.folder
    )
    names = {System("ours", Editor(bundle, "cpu")).file_name for bundle in (tiny_bundle, later)}
    assert len(names) == 2 and all(name.startswith("ours-") for name in names)


def test_names_are_given_once_and_folders_must_be_models(tiny_bundle: Bundle, tmp_path: Path) -> None:
    named = [("a", tiny_bundle.folder), ("b", tiny_bundle.folder)]
    assert [system.name for system in open_systems(named, "cpu")] == ["a", "b"]
    with pytest.raises(UserError, match="two systems"):
        open_systems([("a", tiny_bundle.folder), ("a", tiny_bundle.folder)], "cpu")
    with pytest.raises(UserError, match="not a model"):
        open_systems([("a", tmp_path)], "cpu")


@pytest.mark.parametrize("operation", [Operation.ADD, Operation.EXTRACT])
def test_of_a_model_of_notes_decoding_alone_is_what_decoding_beside_rendering_is(
    score_bundle: Bundle, operation: Operation
) -> None:
    source = (0.1 * np.sin(np.arange(2 * 24_000) / 20)).astype(np.float32)
    (system,) = open_systems([("notes", score_bundle.folder)], "cpu")
    instruction = Instruction(operation, ("piano",))
    both = system.edit(source, instruction, 3)
    np.testing.assert_array_equal(system.decode(source, instruction, 3), both.decoded)
    assert both.rendered is not None and both.rendered.shape == source.shape
