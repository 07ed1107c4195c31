"""The tagger's stage: labels follow what plays, whatever it was made of, and steps are a function of their number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from engine.grid import SAMPLE_RATE
from engine.models.tagger import BANDS, Tagger, mel_hertz
from engine.vocabulary import Vocabulary
from training.clip import Clip
from training.settings import TaggerSettings, TrainingConfiguration
from training.stages.base import Scene
from training.stages.tagger import REMEMBERED, UNKNOWN, TaggerStage

SETTINGS = TaggerSettings(batch=4, seconds=1.0, clips=3, validation_batches=1)
BAND = {"bass": 80.0, "piano": 440.0, "strings": 900.0, "flute": 1800.0}


class Bands:
    """Tones of which each band lacks one; the last half of every flute is silent."""

    def scenes(self, step: int, count: int, *, paired: int = 0) -> list[Scene]:
        time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
        stems = {name: (0.1 * np.sin(2 * np.pi * hertz * time)).astype(np.float32) for name, hertz in BAND.items()}
        stems["flute"][SAMPLE_RATE:] = 0
        names = list(stems)
        return [
            (Clip({name: stems[name] for name in names if name != names[(step + place) % len(names)]}), None)
            for place in range(count)
        ]


def stage(settings: TaggerSettings = SETTINGS, seed: int = 0) -> TaggerStage:
    configuration = TrainingConfiguration.load("tiny").model
    return TaggerStage(configuration, settings, Vocabulary.default(), Bands(), Bands(), seed=seed)


def test_a_batch_is_powers_and_the_instruments_of_each_half_second() -> None:
    batch = stage().batch(0)
    assert batch["power"].shape == (4, 2, BANDS, 48) and batch["power"].dtype == torch.float32
    assert batch["labels"].shape == (4, len(Vocabulary.default().instruments), 2)
    assert set(batch["labels"].unique().tolist()) <= {UNKNOWN, 0, 1}


def test_steps_can_be_made_again_and_seeds_differ() -> None:
    first, again, other = stage().batch(3), stage().batch(3), stage(seed=1).batch(3)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["power"], other["power"])


def test_clips_stay_for_some_steps() -> None:
    asked: list[int] = []

    class Counting(Bands):
        def scenes(self, step: int, count: int, *, paired: int = 0) -> list[Scene]:
            asked.append(step)
            return super().scenes(step, count)

    made = stage(replace(SETTINGS, steps_per_clip=2))
    made.clips = Counting()
    for step in range(4):
        made.batch(step)
    assert asked == [0, 0, 1, 1]


@pytest.mark.parametrize("strangers", [0.0, 1.0])
def test_labels_name_what_is_in_the_mix(strangers: float) -> None:
    settings = replace(SETTINGS, batch=16, strangers=strangers, ghosts=0.0, formants=0.0, level_db=0.0, colour_db=1.0)
    batch = stage(settings).batch(0)
    names = Vocabulary.default().instrument_names
    long = batch["power"][:, 0].reshape(16, BANDS, 2, 24).mean(3)
    for name, hertz in BAND.items():
        band = int((mel_hertz() - hertz).abs().argmin())
        sounds = long[:, band] > 1e-4
        labels = batch["labels"][:, names.index(name)]
        known = labels != UNKNOWN
        assert torch.equal(sounds[known], labels[known] > 0), name
    others = [place for place, name in enumerate(names) if name not in BAND]
    assert not batch["labels"][:, others].any()


@pytest.mark.parametrize(("single", "most"), [(1.0, 1), (0.0, 4)])
def test_few_stems_are_at_most_four_and_a_ghost_is_not_labelled(single: float, most: int) -> None:
    settings = replace(SETTINGS, batch=32, single_stems=single, few_stems=1.0, ghosts=1.0, strangers=1.0)
    playing = (stage(settings).batch(0)["labels"] > 0).any(2).sum(1)
    assert int(playing.max()) == most


def test_unknown_segments_give_no_gradient() -> None:
    made = stage()
    network = made.build()
    batch = made.batch(0)
    loss, _ = made.loss(network, {**batch, "labels": torch.full_like(batch["labels"], UNKNOWN)}, torch.Generator())
    assert float(loss.detach()) == 0.0
    loss, values = made.loss(network, batch, torch.Generator().manual_seed(0))
    loss.backward()
    assert float(values["error"]) > 0
    gradient = network.get_parameter("instruments.weight").grad
    assert gradient is not None and bool(gradient.isfinite().all()) and float(gradient.abs().sum()) > 0


def test_validation_gives_the_loss_and_two_f_measures() -> None:
    made = stage()
    with torch.no_grad():
        figures = made.evaluate(made.build().eval(), torch.device("cpu"))
    assert set(figures) == {"loss", "micro_f", "macro_f"}
    assert all(np.isfinite(value) for value in figures.values())


def test_it_remembers_more_clips_than_tapes_keep_for_it() -> None:
    assert TaggerStage.window is not None
    assert TaggerSettings().clips <= TaggerStage.window <= REMEMBERED // 2
    assert TaggerStage.renew < TaggerStage.window


def test_a_wider_tagger_goes_on_from_a_narrower_one() -> None:
    narrow = stage().build()
    configuration = TrainingConfiguration.load("tiny").model
    width = configuration.tagger.width
    wide = TaggerStage(
        replace(configuration, tagger=replace(configuration.tagger, width=2 * width)),
        SETTINGS,
        Vocabulary.default(),
        Bands(),
        Bands(),
    )
    network = wide.build()
    network.load_state_dict(dict(wide.begin_from(network, narrow.state_dict())))
    power = stage().batch(0)["power"]
    with torch.inference_mode():
        said, before = (_judged(each, power) for each in (network, narrow))
    assert torch.allclose(said, before, atol=1e-4)
    assert stage().begin_from(stage().build(), narrow.state_dict()).keys() == narrow.state_dict().keys()


def _judged(network: nn.Module, power: torch.Tensor) -> torch.Tensor:
    assert isinstance(network, Tagger)
    return network.eval().judged(network.power.picture(power))
