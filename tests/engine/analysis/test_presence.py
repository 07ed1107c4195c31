from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.analysis.presence import instruments_heard, presence
from engine.bundle import Bundle
from engine.editor import Editor
from engine.grid import SAMPLE_RATE
from engine.models.configuration import TaggerConfiguration
from engine.models.tagger import SEGMENT, Tagger

INSTRUMENTS = 3


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    torch.manual_seed(0)
    return Tagger(TaggerConfiguration(width=2), INSTRUMENTS).eval()


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)


@pytest.mark.parametrize("samples", [0, 1, 480, SEGMENT, SEGMENT + 1, 70 * SAMPLE_RATE])
def test_every_frame_of_any_length_has_a_probability(tagger: Tagger, samples: int) -> None:
    found = presence(tagger, noise(samples / SAMPLE_RATE), INSTRUMENTS)
    assert found.shape == (INSTRUMENTS, -(-samples // 480))
    assert ((found >= 0) & (found <= 1)).all()


def test_the_middle_of_a_segment_says_what_the_tagger_said_of_it(tagger: Tagger) -> None:
    audio = noise(3.0)
    told = tagger.probabilities(audio[None])[0]
    found = presence(tagger, audio, INSTRUMENTS)
    np.testing.assert_allclose(found[:, 12::25], told, atol=1e-6)
    between = found[:, 12:38]
    assert (np.diff(np.sign(np.diff(between, axis=1)), axis=1) == 0).all(), "no turn on the way to the next segment"


def test_progress_reaches_the_end_and_may_stop_it(tagger: Tagger) -> None:
    shares: list[float] = []
    presence(tagger, noise(70.0), INSTRUMENTS, shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 1

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        presence(tagger, noise(1.0), INSTRUMENTS, stop)


def test_what_is_heard_for_a_moment_is_not_named_and_less_so_in_a_long_song() -> None:
    probabilities = np.zeros((2, 500), np.float32)
    probabilities[0, :99] = probabilities[1, 200:300] = 0.9
    assert instruments_heard(probabilities, ("bass", "piano")) == ("piano",)
    assert instruments_heard(np.pad(probabilities, ((0, 0), (0, 5000))), ("bass", "piano")) == ()


def test_of_a_short_clip_half_is_enough_and_of_none_nobody_is_heard() -> None:
    probabilities = np.zeros((2, 20), np.float32)
    probabilities[1, :10] = 0.8
    assert instruments_heard(probabilities, ("bass", "piano")) == ("piano",)
    assert instruments_heard(probabilities[:, :0], ("bass", "piano")) == ()


def test_a_model_says_who_plays_by_its_tagger_and_keeps_what_its_notes_were_learnt_to(score_bundle: Bundle) -> None:
    networks = Editor(score_bundle, "cpu", precision="float32").networks
    audio = noise(2.0)
    heard = networks.listen(audio, lambda _: None)
    assert np.array_equal(heard.instruments, networks.presence(audio, lambda _: None))
    listener = networks.part("listener")
    with torch.no_grad():
        own = listener(torch.from_numpy(audio)[None]).instruments.sigmoid()[0].numpy()
    assert heard.frame_instruments is not None
    np.testing.assert_allclose(heard.frame_instruments, own, atol=1e-5)


def test_a_model_without_a_tagger_asks_its_listener(score_bundle: Bundle) -> None:
    files = {name: entry for name, entry in score_bundle.manifest["files"].items() if not name.startswith("tagger")}
    older = replace(score_bundle, manifest={**score_bundle.manifest, "files": files})
    networks = Editor(older, "cpu").networks
    heard = networks.listen(noise(1.0), lambda _: None)
    assert heard.frame_instruments is None
    assert np.array_equal(heard.instruments, networks.presence(noise(1.0), lambda _: None))
