"""The judge hears many sounds as it hears one, and long ones as the product's listener does."""

from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.listening import listen
from engine.bundle import Bundle
from engine.errors import UserError
from engine.grid import FRAME_RATE, SAMPLE_RATE
from training.evaluation.judge import OURS, Judge
from training.evaluation.measuring import packed, unpacked


@pytest.fixture(scope="module")
def judge(tiny_bundle: Bundle) -> Judge:
    return Judge(tiny_bundle)


def sound(seed: int, seconds: float = 3.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)


def test_a_batch_is_heard_as_each_sound_alone(judge: Judge) -> None:
    sounds = [sound(1), np.zeros_like(sound(1)), sound(2)]
    for together, alone in zip(judge.hear(sounds), [judge.hear([one])[0] for one in sounds], strict=True):
        assert np.allclose(together.played.pitches, alone.played.pitches, atol=1e-4)
        assert np.allclose(together.embeddings[OURS], alone.embeddings[OURS], atol=1e-3)
        assert together.tags == alone.tags


def test_it_hears_what_the_listener_of_the_product_hears(judge: Judge, tiny_bundle: Bundle) -> None:
    audio = sound(3, seconds=4.0)
    heard, expected = judge.hear([audio])[0], listen(judge.listener, audio, tiny_bundle.vocabulary)
    assert np.allclose(heard.played.pitches, expected.pitches, atol=1e-5)
    seconds = (expected.instruments >= 0.5).sum(axis=1) / FRAME_RATE
    assert list(heard.hearing.seconds.values()) == pytest.approx(seconds.tolist())


def test_long_sounds_are_heard_in_windows(judge: Judge) -> None:
    heard = judge.hear([sound(4, seconds=35.0)])[0]
    assert heard.played.struck.shape == (88, 35 * FRAME_RATE) and heard.embeddings[OURS].shape[0] == 35
    assert np.isfinite(heard.embeddings[OURS]).all()


def test_an_embedding_is_a_second_and_survives_its_packing(judge: Judge) -> None:
    vectors = judge.hear([sound(5)])[0].embeddings[OURS]
    assert vectors.shape == (3, judge.bundle.configuration.listener.width)
    assert np.allclose(unpacked(packed(vectors)), vectors, atol=2e-3 * np.abs(vectors).max())


def test_an_independent_judge_is_asked_where_it_is_named(tiny_bundle: Bundle) -> None:
    def chords(audio: np.ndarray) -> np.ndarray:
        return np.full(audio.shape[0] * FRAME_RATE // SAMPLE_RATE, 7)

    judge = Judge(tiny_bundle, independent=chords)
    heard = judge.hear([sound(1)])[0].independent
    assert heard is not None and (heard == 7).all() and "independent" in judge.identity
    assert "independent" not in Judge(tiny_bundle).identity


def test_a_bundle_without_a_listener_cannot_judge(tiny_bundle: Bundle) -> None:
    files = {name: entry for name, entry in tiny_bundle.manifest["files"].items() if not name.startswith("listener")}
    without = Bundle(
        tiny_bundle.configuration, tiny_bundle.vocabulary, {**tiny_bundle.manifest, "files": files}, tiny_bundle.folder
    )
    with pytest.raises(UserError, match="has no listener"):
        Judge(without)
