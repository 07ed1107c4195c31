from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.grid import SAMPLE_RATE
from engine.models.configuration import SynthesizerConfiguration
from engine.models.synthesizer import ONSET_KNOTS, Synthesizer
from engine.vocabulary import Vocabulary
from training.loop import RunRequest, train
from training.settings import SynthesizerSettings, TrainingConfiguration
from training.stages.synthesizer import SynthesizerStage, log_spectral_distance
from training.synthesis.note_analysis import measured, measured_drum, measured_release, tuning
from training.synthesis.notes_bank import melodic_timbres
from training.synthesis.soundfonts import package_soundfont

SETTINGS = SynthesizerSettings(batch=16, key_step=24, velocities=(90,), held_out_notes=1, validation_batches=1)
SHAPE = SynthesizerConfiguration(timbres=3, kits=1, embedding=8, width=16, blocks=1)
WHOLE = Vocabulary.default()
BAND = Vocabulary(
    tuple(term for term in WHOLE.instruments if term.name in ("vocals", "drums", "organ", "mallets")), (), WHOLE.genres
)
TIME = np.arange(round(2.8 * SAMPLE_RATE)) / SAMPLE_RATE


class SmallStage(SynthesizerStage):
    shape = SHAPE  # type: ignore[assignment]
    soundfonts = (package_soundfont(),)


@pytest.fixture(scope="module")
def stage() -> SynthesizerStage:
    model = TrainingConfiguration.load("tiny").model
    nobody: Any = None
    return SmallStage(model, SETTINGS, BAND, nobody, nobody)


def test_the_network_knows_its_timbres(stage: SynthesizerStage) -> None:
    network = stage.build()
    assert isinstance(network, Synthesizer)
    names = stage.vocabulary.instrument_names
    assert {names[owner] for owner in network.owner.tolist() if owner >= 0} == set(names)
    drums = names.index("drums")
    assert list(network.timbres_of(drums)) == [SHAPE.timbres]
    assert bool(network.drum_known[0, [1, 3, 7]].all())  # kick, snare and closed hat


def test_batches_are_a_function_of_the_step(stage: SynthesizerStage) -> None:
    first, again, other = stage.batch(3), stage.batch(3), stage.batch(4)
    assert torch.equal(first["controls"], again["controls"])
    assert not torch.equal(first["controls"], other["controls"])
    assert len(first["timbre"]) == SETTINGS.batch


def rows(batch: dict[str, torch.Tensor]) -> set[tuple[float, ...]]:
    return set(zip(*(batch[key].tolist() for key in ("timbre", "pitch", "velocity")), strict=True))


def test_notes_kept_apart_are_not_learnt(stage: SynthesizerStage) -> None:
    apart = rows(stage.validation_batches(torch.device("cpu"))[0])
    assert apart
    for step in range(5):
        assert not apart & rows(stage.batch(step))


def test_a_run_learns_and_is_written(tmp_path: Path, stage: SynthesizerStage) -> None:
    options: Any = {"device": "cpu", "workers": 0, "quiet": True}
    torch.manual_seed(0)
    with torch.no_grad():
        before = stage.evaluate(stage.build(), torch.device("cpu"))
    report = train(stage, RunRequest(run=tmp_path / "synthesizer", steps=30, **options))
    assert set(report.metrics) == {"partials", "bands", "release", "spectral"}
    assert report.metrics["partials"] < before["partials"]
    assert (tmp_path / "synthesizer" / "checkpoint.safetensors").is_file()


def test_silence_that_should_sound_is_an_error(stage: SynthesizerStage) -> None:
    network = stage.build()
    assert isinstance(network, Synthesizer)
    batch = stage.batch(0)
    with torch.no_grad():
        loss, values = stage.loss(network, batch, torch.Generator())
        network.centre.sub_(60.0)
        quieter, _ = stage.loss(network, batch, torch.Generator())
    assert float(quieter) > float(loss) > 0
    assert set(values) == {"partials", "bands", "glide", "release"}


def test_timbres_are_shared_out_among_instruments() -> None:
    vocabulary = Vocabulary.default()
    timbres = melodic_timbres(vocabulary, [package_soundfont()], 36)
    counts = np.bincount([timbre.instrument for timbre in timbres], minlength=len(vocabulary.instruments))
    assert counts.max() == 2
    assert counts[vocabulary.instrument_names.index("drums")] == 0


def test_analysis_finds_the_levels_of_partials_and_noise() -> None:
    rng = np.random.default_rng(0)
    decay = np.exp(-TIME * np.log(10) * 20 / 20)  # 20 dB a second
    tone = decay * (0.5 * np.cos(2 * np.pi * 441 * TIME) + 0.05 * np.cos(2 * np.pi * 882 * TIME + 1))
    noise = 0.001 * rng.standard_normal(len(TIME))
    ratios = np.arange(1, 9, dtype=float)
    assert tuning(tone, 440.0, ratios) == pytest.approx(441 / 440, rel=6e-4)
    note = measured(tone + noise, 441.0, ratios, 48)
    knots = np.array(ONSET_KNOTS)
    assert np.allclose(note.partials[:, 0], 20 * np.log10(0.5) - 20 * knots, atol=1.5)
    assert np.allclose(note.partials[:-2, 1], 20 * np.log10(0.05) - 20 * knots[:-2], atol=1.5)
    total = 10 * np.log10((10 ** (note.bands[-1] / 10)).sum())
    assert total == pytest.approx(-60, abs=2)


def test_analysis_keeps_attacks_short() -> None:
    late = round(0.02 * SAMPLE_RATE)
    tone = np.where(np.arange(len(TIME)) >= late, 0.5 * np.cos(2 * np.pi * 110 * TIME), 0.0)
    note = measured(tone, 110.0, np.arange(1, 5, dtype=float), 24)
    knots = np.array(ONSET_KNOTS)
    assert (note.partials[knots < 0.012, 0] < -30).all()
    assert (note.partials[knots > 0.04, 0] > -9).all()


def test_analysis_follows_a_falling_kick() -> None:
    hertz = 60 * 2 ** (2 * np.exp(-TIME / 0.03))
    kick = np.exp(-TIME / 0.15) * np.sin(2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE)
    note, modes = measured_drum(kick, 4, 24)
    assert modes[0] == pytest.approx(60, rel=0.1) and not modes[1:].any()
    assert 1.0 < note.glide[3] < 2.2
    assert abs(note.glide[-6]) < 0.2


def test_analysis_measures_how_a_note_is_let_go() -> None:
    held = np.cos(2 * np.pi * 440 * TIME)
    let_go = held * np.where(TIME > 0.5, 10 ** (-50 * (TIME - 0.5) / 20), 1.0)
    loss = measured_release(let_go, held, 0.5)
    assert loss == pytest.approx(-50 * np.array([0.02, 0.06, 0.15, 0.35, 0.8]), abs=3)


def test_spectral_distance_is_zero_for_equals_and_grows() -> None:
    rng = np.random.default_rng(0)
    sound = rng.standard_normal(8_000).astype(np.float32)
    assert log_spectral_distance(sound, sound) == 0
    assert log_spectral_distance(0.5 * sound, sound) == pytest.approx(6, abs=0.2)
