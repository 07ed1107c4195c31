"""The paper's encoder from weights that the user names, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from training.evaluation.vggish import BANDS, PATCH, VGGish, examples, load_vggish

SHAPES = {
    "features.0.weight": (64, 1, 3, 3),
    "features.3.weight": (128, 64, 3, 3),
    "features.6.weight": (256, 128, 3, 3),
    "features.8.weight": (256, 256, 3, 3),
    "features.11.weight": (512, 256, 3, 3),
    "features.13.weight": (512, 512, 3, 3),
    "embeddings.0.weight": (4096, 12288),
    "embeddings.2.weight": (4096, 4096),
    "embeddings.4.weight": (128, 4096),
}


def test_its_layers_have_the_names_and_shapes_of_the_published_state_dict() -> None:
    with torch.device("meta"):
        weights = VGGish().state_dict()
    found = {name: tuple(value.shape) for name, value in weights.items() if name.endswith(".weight")}
    assert found == SHAPES


def test_every_96_hundredths_of_a_second_are_an_example_and_the_rest_is_dropped() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 5 * SAMPLE_RATE).astype(np.float32)
    found = examples(sound)
    assert found.shape == (5, 1, PATCH, BANDS)
    assert examples(sound[:1000]).shape[0] == 1


def test_silence_is_the_floor_of_its_logarithm_and_a_tone_stands_out_at_its_pitch() -> None:
    assert torch.allclose(examples(np.zeros(SAMPLE_RATE, np.float32)), torch.log(torch.tensor(0.01)))
    tone = np.sin(2 * np.pi * 1000 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    mel = 1127 * np.log(1 + np.array([125.0, 1000.0, 7500.0]) / 700)
    expected = (mel[1] - mel[0]) / (mel[2] - mel[0]) * (BANDS + 1) - 1
    assert abs(int(examples(tone)[0, 0].mean(0).argmax()) - expected) <= 1


def test_what_is_not_there_or_something_else_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file"):
        load_vggish(tmp_path / "vggish.safetensors")
    pickled = tmp_path / "vggish.pth"
    pickled.write_bytes(b"\x80\x04")
    with pytest.raises(UserError, match="pickles are not read"):
        load_vggish(pickled)
    other = tmp_path / "other.safetensors"
    save_file({"weight": torch.zeros(2)}, other)
    with pytest.raises(UserError, match="does not hold VGGish"):
        load_vggish(other)
