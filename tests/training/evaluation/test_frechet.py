"""The Frechet distance has the values that theory gives it, and says how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from engine.errors import UserError
from training.evaluation.frechet import Embedded, Moments, distance, frechet


def cloud(seed: int, count: int = 400, size: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, size)) @ rng.normal(size=(size, size))


def clips(seed: int, songs: int = 8, shift: float = 0.0) -> list[Embedded]:
    rng = np.random.default_rng(seed)
    targets = rng.normal(size=(songs, 20, 4))
    return [Embedded(song, targets[song] + shift, targets[song]) for song in range(songs)]


def test_a_set_is_at_no_distance_from_itself() -> None:
    moments = Moments.of(cloud(1))
    assert distance(moments, moments) == pytest.approx(0, abs=1e-6)


def test_a_shifted_set_is_at_the_square_of_its_shift() -> None:
    shift = np.array([1.0, -2.0, 0, 0, 0, 0.5])
    assert distance(Moments.of(cloud(1) + shift), Moments.of(cloud(1))) == pytest.approx(5.25, rel=1e-6)


def test_gaussians_of_other_width_are_at_the_difference_of_their_deviations() -> None:
    # For covariances a^2 I and b^2 I of D dimensions, Eq. 7 is D (a - b)^2.
    vectors = np.random.default_rng(0).normal(size=(400, 5))
    white = np.linalg.qr(vectors - vectors.mean(0))[0] * np.sqrt(399)
    assert distance(Moments.of(3 * white), Moments.of(1 * white)) == pytest.approx(5 * 4, rel=1e-6)


def test_it_is_what_the_matrix_root_of_the_product_gives() -> None:
    one, other = cloud(1), cloud(2)
    (mu1, s1), (mu2, s2) = Moments.of(one).gaussian, Moments.of(other).gaussian
    direct = np.sum((mu1 - mu2) ** 2) + np.trace(s1 + s2 - 2 * np.real(np.asarray(sqrtm(s1 @ s2))))
    assert distance(Moments.of(one), Moments.of(other)) == pytest.approx(direct, rel=1e-6)


@given(st.integers(0, 1000), st.integers(2, 12))
def test_it_is_finite_and_never_negative_even_of_fewer_vectors_than_dimensions(seed: int, count: int) -> None:
    value = distance(Moments.of(cloud(seed, count, 16)), Moments.of(cloud(seed + 1, count, 16)))
    assert np.isfinite(value) and value >= 0


def test_one_vector_has_no_distance() -> None:
    with pytest.raises(UserError, match="two embeddings"):
        distance(Moments.of(cloud(1, 1)), Moments.of(cloud(2)))


def test_the_interval_holds_the_distance_and_tasks_are_averaged() -> None:
    near, far = clips(1), clips(2, shift=1.0)
    both = frechet([near, far])
    assert both is not None
    assert both.mean == pytest.approx(0.5 * 4.0, abs=1e-6)
    assert both.low <= both.mean <= both.high and both.count == 16


def test_a_difference_is_taken_on_the_songs_that_both_have() -> None:
    one, other = clips(1, shift=1.0), clips(1, songs=5)
    found = frechet([one], [other])
    alone = frechet([one[:5]])
    assert found is not None and alone is not None
    assert found.mean == pytest.approx(alone.mean, abs=1e-6) and found.count == 5


def test_what_cannot_be_known_is_none() -> None:
    assert frechet([]) is None
    assert frechet([[]]) is None
    assert frechet([[Embedded(0, cloud(1, 1), cloud(2, 1))]]) is None


def test_one_song_has_a_distance_and_no_width() -> None:
    found = frechet([clips(3, songs=1, shift=1.0)])
    assert found is not None and found.low == found.mean == found.high
