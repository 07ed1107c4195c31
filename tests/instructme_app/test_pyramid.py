"""A waveform drawn from the pyramid shows every peak, at every zoom."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from instructme_app.model.pyramid import Pyramid
from instructme_app.views.waveform import polygon


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    channels=st.integers(1, 3),
    frames=st.integers(1, 70_000),
    width=st.integers(1, 900),
    cut=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_peak_in_sight_is_missed(
    seed: int, channels: int, frames: int, width: int, cut: tuple[float, float]
) -> None:
    samples = np.random.default_rng(seed).normal(size=(channels, frames)).astype(np.float32)
    start, end = sorted(cut)
    first, last = start * frames, max(end * frames, start * frames + 1e-3)
    columns = Pyramid.build(samples).columns(first, last, width)
    seen = samples[:, int(first) : max(int(np.ceil(min(last, frames))), int(first) + 1)]
    assert columns.low.shape == columns.high.shape == columns.rms.shape == (width,)
    if seen.size:
        assert columns.high.max() >= seen.max()
        assert columns.low.min() <= seen.min()
    assert (columns.low <= columns.high).all()
    assert np.isfinite(columns.rms).all()


def test_the_whole_song_has_its_own_extremes_and_loudness() -> None:
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 1_300_000)).astype(np.float32)
    samples[1, 777_777] = 0.99
    columns = Pyramid.build(samples).columns(0, samples.shape[1], 1000)
    assert columns.high.max() == np.float32(0.99)
    # A block on the edge of two columns shows in both.
    assert abs(int(columns.high.argmax()) - 777_777 * 1000 // 1_300_000) <= 1
    np.testing.assert_allclose(columns.rms, np.sqrt(1 / 12), rtol=0.05)


def test_the_closest_zoom_shows_the_samples_themselves() -> None:
    samples = np.linspace(-1, 1, 5000, dtype=np.float32)[None]
    columns = Pyramid.build(samples).columns(100, 110, 10)
    np.testing.assert_array_equal(columns.high, samples[0, 100:110])


def test_a_polygon_from_arrays_has_their_points() -> None:
    made = polygon(np.array([0.5, 1.5, 2.5]), np.array([-1.0, 7.25, 0.0]))
    assert [(point.x(), point.y()) for point in made.toList()] == [(0.5, -1.0), (1.5, 7.25), (2.5, 0.0)]
    assert polygon(np.zeros(0), np.zeros(0)).size() == 0
