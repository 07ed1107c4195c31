from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from training.clip import Clip
from training.stages.base import Scene, Stage

MakeStage = Callable[..., Stage]


class Unlabelled:
    """Recordings of which nothing is known but what the stems are called."""

    def scenes(self, step: int, count: int, *, paired: int = 0) -> Sequence[Scene]:
        noise = np.random.default_rng(step).standard_normal(48_000).astype(np.float32)
        return [(Clip({"vocals": 0.1 * noise}), None)] * count


def test_labels_follow_the_part_of_the_band_that_plays(toy_stage: MakeStage) -> None:
    stage = toy_stage("listener")
    batch = stage.batch(0)
    assert batch["audio"].shape == (2, 24_000)
    assert batch["pitches"].shape == batch["onsets"].shape == (2, 88, 50)
    assert batch["instruments"].shape == (2, len(stage.vocabulary.instruments), 50)
    names = stage.vocabulary.instrument_names
    playing = batch["instruments"].float().mean(dim=2) > 0.5
    pitched = playing.clone()
    pitched[:, names.index("drums")] = False
    sounding_keys = (batch["pitches"] > 0).any(dim=2).sum(dim=1)
    assert torch.equal((sounding_keys > 0), pitched.any(dim=1))


def test_what_nobody_knows_gives_no_gradient(toy_stage: MakeStage) -> None:
    stage = toy_stage("listener")
    stage.clips = Unlabelled()  # type: ignore[assignment]
    batch = stage.batch(0)
    assert bool((batch["chords"] == -1).all())
    assert bool((batch["beats"] == -1).all())
    assert bool((batch["pitches"] == -1).all())
    assert bool((batch["onsets"] == -1).all())
    network = stage.build()
    loss, values = stage.loss(network, batch, torch.Generator())
    figures = {name: float(value.detach()) for name, value in values.items()}
    assert figures["chords"] == figures["pitches"] == figures["onsets"] == figures["beats"] == 0
    assert figures["instruments"] > 0
    loss.backward()
    gradient = network.get_parameter("chords.weight").grad
    assert gradient is None or float(gradient.abs().sum()) == 0


def test_validation_names_what_is_heard(toy_stage: MakeStage) -> None:
    stage = toy_stage("listener")
    with torch.no_grad():
        figures = stage.evaluate(stage.build(), torch.device("cpu"))
    assert set(figures) == {"chords", "pitches_f", "onsets_f", "instruments_f", "beats_f"}
