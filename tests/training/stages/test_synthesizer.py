from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.grid import SAMPLE_RATE
from engine.models.configuration import SynthesizerConfiguration
from engine.models.synthesizer import ONSET_KNOTS, RELEASE_KNOTS, Synthesizer
from engine.models.synthesizer_sound import NoiseSource, Note, render_note
from engine.vocabulary import Vocabulary
from training.loop import RunRequest, train
from training.settings import SynthesizerSettings, TrainingConfiguration
from training.stages.synthesizer import SynthesizerStage, log_spectral_distance
from training.synthesis.note_analysis import fading, measured, measured_drum, measured_release, tuning
from training.synthesis.notes_bank import melodic_timbres
from training.synthesis.orchestra import programs_of
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


def section(cents: float, players: int = 16) -> np.ndarray:
    """Players in unison, each a little off and swinging at a rate of its own."""
    rng = np.random.default_rng(3)
    sound = np.zeros(len(TIME))
    for off, rate, start in zip(
        rng.normal(0, cents, players), rng.uniform(4.5, 6.5, players), rng.random(players), strict=True
    ):
        pitch = 440 * 2 ** ((off + 4 * np.sin(2 * np.pi * (rate * TIME + start))) / 1200)
        turns = np.cumsum(pitch) / SAMPLE_RATE + start
        sound += sum(0.6**harmonic * np.cos(2 * np.pi * harmonic * turns) for harmonic in range(1, 7))
    return sound / np.sqrt(players)


def test_analysis_tells_a_section_from_a_single_player() -> None:
    ratios = np.arange(1, 13, dtype=float)
    alone = sum(0.6**harmonic * np.cos(2 * np.pi * 440 * harmonic * TIME) for harmonic in range(1, 7))
    assert isinstance(alone, np.ndarray)
    still = fading(alone, 440.0, ratios)
    assert still[:, 0].max() < 0.01 and np.abs(still[:, 2]).max() < 0.1
    assert np.isnan(still[:, 3]).all()
    for cents in (6.0, 14.0):
        variance, spread, lost, even = np.nanmedian(fading(section(cents), 440.0, ratios), axis=0)
        assert 0.5 < variance < 1.6
        assert spread == pytest.approx(cents, rel=0.5)
        assert abs(lost) < 4
        assert even > 0.4
    *_, beating = np.nanmedian(fading(section(8.0, players=2), 440.0, ratios), axis=0)
    assert beating < 0.3


@pytest.mark.parametrize(("cents", "share"), [(8.0, 0.5), (14.0, 0.75)])
def test_what_is_played_fades_as_it_was_measured(cents: float, share: float) -> None:
    levels = np.full((len(ONSET_KNOTS), 8), -30.0)
    player = Note(
        hertz=523.25 * np.arange(1.0, 9.0),
        partials=levels,
        bands=np.full((len(ONSET_KNOTS), 24), -100.0),
        knots=np.array(ONSET_KNOTS),
        held=2.8,
        release=np.full(5, -60.0),
        release_knots=np.array(RELEASE_KNOTS),
        fading=(cents, share),
    )
    seen = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        seen.append(fading(render_note(player, rng, NoiseSource(rng, 24)), 523.25, np.arange(1, 9, dtype=float)))
    variance, spread, _, _ = np.nanmedian(np.concatenate(seen), axis=0)
    assert 1 - np.sqrt(max(1 - variance, 0)) == pytest.approx(share, abs=0.25)
    assert spread / np.sqrt(share) == pytest.approx(cents, rel=0.35)


def test_levels_of_a_section_are_those_of_the_whole_note() -> None:
    late, ratios = np.array(ONSET_KNOTS) > 0.2, np.arange(1, 13, dtype=float)
    sound = 0.1 * section(14.0)
    chance, steady = (measured(sound, 440.0, ratios, 24, fading=fades).partials[late, :6] for fades in (False, True))
    assert steady.std(axis=0).mean() < 0.6 * chance.std(axis=0).mean()
    assert steady.mean(axis=0) == pytest.approx(20 * np.log10(0.1 * 0.6 ** np.arange(1, 7)), abs=4)


def test_every_program_is_played_and_the_usual_ones_come_first() -> None:
    vocabulary = Vocabulary.default()
    timbres = melodic_timbres(vocabulary, [package_soundfont()], 18 * 12)
    for name in ("strings", "choir", "flute"):
        index = vocabulary.instrument_names.index(name)
        programs = [timbre.program for timbre in timbres if timbre.instrument == index]
        usual = vocabulary.programs(name)
        assert set(programs[: len(usual)]) == set(usual)
        assert sorted(programs) == sorted(programs_of(vocabulary, name)), "one soundfont has one of each"


def test_spectral_distance_is_zero_for_equals_and_grows() -> None:
    rng = np.random.default_rng(0)
    sound = rng.standard_normal(8_000).astype(np.float32)
    assert log_spectral_distance(sound, sound) == 0
    assert log_spectral_distance(0.5 * sound, sound) == pytest.approx(6, abs=0.2)
