"""The tagger hears any length and level alike, is stored whole, and is calibrated on what it says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.bundle import Bundle
from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from engine.models.configuration import TaggerConfiguration
from engine.models.tagger import Tagger
from engine.vocabulary import Vocabulary
from training.clip import Clip
from training.evaluation import tagging
from training.evaluation.judge import Judge
from training.evaluation.tagger import (
    DESCRIPTION,
    FOLDER,
    WEIGHTS,
    TrainedTagger,
    load_tagger,
    rounded,
    store_tagger,
)

NAMES = Vocabulary.default().instrument_names


def tagger(names: tuple[str, ...] = NAMES) -> Tagger:
    torch.manual_seed(0)
    return rounded(Tagger(TaggerConfiguration(width=2), len(names)).eval())


def sound(seed: int = 0, seconds: float = 2.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, (1, round(seconds * SAMPLE_RATE))).astype(np.float32)


def stored(folder: Path, network: Tagger, threshold: float = 0.5, names: tuple[str, ...] = NAMES) -> TrainedTagger:
    thresholds = dict.fromkeys(names, threshold)
    store_tagger(folder, network, thresholds, provenance={"seed": 3}, metrics={})
    return load_tagger(folder)


def test_what_is_stored_answers_as_what_was_trained(tmp_path: Path) -> None:
    network = tagger()
    found = stored(tmp_path, network)
    assert np.allclose(found.network.probabilities(sound()), network.probabilities(sound()), atol=1e-6)
    assert found.description["provenance"] == {"seed": 3} and found.description["licence"] == "MIT"
    assert not (tmp_path / "model.json").exists()


def test_taggers_are_told_apart_by_weights_and_thresholds(tmp_path: Path) -> None:
    found = [stored(tmp_path / f"{limit}", tagger(), limit) for limit in (0.5, 0.5, 0.4)]
    assert found[0].identity == found[1].identity != found[2].identity


def test_seconds_are_those_above_an_instruments_own_threshold(tmp_path: Path) -> None:
    found = stored(tmp_path, tagger())
    seconds = TrainedTagger(found.network, {**found.thresholds, "bass": 0.0, "drums": 1.0}, {}).seconds(sound())
    assert seconds[0]["bass"] == 2.0 and seconds[0]["drums"] == 0.0


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no tagger"):
        load_tagger(tmp_path)
    stored(tmp_path, tagger())
    description = json.loads((tmp_path / DESCRIPTION).read_text())
    (tmp_path / DESCRIPTION).write_text(json.dumps({**description, "thresholds": {}}))
    with pytest.raises(UserError, match="is damaged"):
        load_tagger(tmp_path)
    (tmp_path / DESCRIPTION).write_text(json.dumps({**description, "format": 99}))
    with pytest.raises(UserError, match="newer"):
        load_tagger(tmp_path)
    (tmp_path / DESCRIPTION).write_text(json.dumps(description))
    (tmp_path / WEIGHTS).write_bytes(b"\0" * 64)
    with pytest.raises(UserError, match="hash is wrong"):
        load_tagger(tmp_path)


def test_the_judge_asks_its_tagger_for_instruments(tiny_bundle: Bundle, tmp_path: Path) -> None:
    found = stored(tmp_path, tagger(), threshold=0.0)
    judge = Judge(tiny_bundle, tagger=found)
    assert judge.hear([sound()[0]])[0].tags == set(NAMES)
    assert judge.identity["tagger"] == found.identity and "tagger" not in Judge(tiny_bundle).identity
    with pytest.raises(UserError, match="other instruments"):
        Judge(tiny_bundle, tagger=stored(tmp_path / "other", tagger(("kazoo",)), names=("kazoo",)))


def test_thresholds_are_the_middle_of_what_tells_best() -> None:
    truth = np.array([[1, 0], [1, 0], [0, 0], [0, 0]], bool)
    scores = np.array([[0.9, 0.1], [0.7, 0.2], [0.3, 0.9], [0.1, 0.9]])
    chosen = tagging.choose_thresholds(truth, scores)
    assert chosen == pytest.approx([0.5, 0.5], abs=0.03)


def test_agreement_counts_what_was_found_and_what_is_right() -> None:
    truth = np.array([[1, 0, 0], [1, 1, 0]], bool)
    heard = np.array([[1, 1, 0], [0, 1, 0]], bool)
    found = tagging.agreement(truth, heard, ("bass", "piano", "flute"))
    assert "flute" not in found
    assert (found["bass"].precision, found["bass"].recall) == (1.0, 0.5)
    assert (found["piano"].precision, found["piano"].recall) == (0.5, 1.0)
    assert found["micro"].f == pytest.approx(2 / 3) and found["micro"].count == 3
    assert found["macro"].precision == pytest.approx(0.75)


class Band:
    """A corpus of one clip."""

    name, song_count = "band", 1

    def __len__(self) -> int:
        return 1

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        return Clip({name: rng.normal(0, 0.1, round(seconds * SAMPLE_RATE)) for name in ("bass", "piano", "drums")})

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> None:
        return None


def test_judges_are_asked_about_mixes_parts_and_stems() -> None:
    scores = tagging.tagger_scores(tagger())
    asked = tagging.ask(tagging.items(Band(), 1, seconds=2.0, seed=0, stems=2), {"tagger": scores}, NAMES)
    assert asked.kinds == ("mix", "part", "part", "stem", "stem")
    assert asked.truth.sum(axis=1).tolist() == [3, 2, 2, 1, 1]
    assert asked.scores["tagger"].shape == (5, len(NAMES))


@pytest.mark.skipif(not (FOLDER / DESCRIPTION).is_file(), reason="no tagger is shipped")
def test_the_shipped_tagger_knows_the_vocabulary_and_says_where_it_is_from() -> None:
    shipped = load_tagger()
    assert shipped.instruments == NAMES
    assert shipped.description["provenance"]["data"]["found"]
    heard = shipped.seconds(np.zeros((1, 2 * SAMPLE_RATE), np.float32))[0]
    assert not any(heard.values())
