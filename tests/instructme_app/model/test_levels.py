"""Matrices at any zoom, tiles of spectrograms, and differences that are read where one looks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from instructme_app.model.difference import Differences, DifferenceSamples
from instructme_app.model.levels import MatrixLevels
from instructme_app.model.spectrum import Spectra, spectrum
from instructme_app.model.tiles import (
    DB_PER_STEP,
    FLOOR_DB,
    HOPS,
    ROWS,
    TILE,
    Sound,
    TileStore,
    hertz_at,
    hop_for,
    share_of,
    tile_values,
)
from instructme_app.views.spectrogram import MOST_DB, difference_values
from tests.instructme_app.conftest import WAIT


def tone(hertz: float, seconds: float = 2.0, rate: int = 44_100, gain: float = 0.5) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return (gain * np.sin(2 * np.pi * hertz * time)).astype(np.float32)[None]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 6),
    frames=st.integers(1, 20_000),
    width=st.integers(1, 700),
    signed=st.booleans(),
)
def test_the_strongest_entry_is_seen_in_the_farthest_zoom(
    seed: int, rows: int, frames: int, width: int, signed: bool
) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(-0.5 if signed else 0.0, 0.5, (rows, frames)).astype(np.float32)
    matrix[rng.integers(rows), rng.integers(frames)] = -0.9 if signed else 0.9
    columns = MatrixLevels(matrix).columns(0, frames, width)
    assert columns.shape == (rows, width)
    assert np.abs(columns).max() == pytest.approx(0.9)


def test_a_close_zoom_repeats_the_frames_and_outside_is_nothing() -> None:
    matrix = np.array([[0.1, 0.2, 0.3, 0.4]], dtype=np.float32)
    np.testing.assert_allclose(MatrixLevels(matrix).columns(1, 3, 4)[0], [0.2, 0.2, 0.3, 0.3])
    np.testing.assert_allclose(MatrixLevels(matrix).columns(-2, 6, 8)[0], [0, 0, 0.1, 0.2, 0.3, 0.4, 0, 0])
    assert not MatrixLevels(matrix).columns(10, 20, 5).any()
    assert not MatrixLevels(np.zeros((3, 0))).columns(0, 5, 5).any()
    assert np.isfinite(MatrixLevels(np.full((2, 9), np.nan)).columns(0, 9, 3)).all()


@pytest.mark.parametrize("rate", [8000, 44_100, 192_000])
@pytest.mark.parametrize("hop", [256, 4096, 65_536])
def test_a_tone_stands_in_its_row_at_every_zoom(rate: int, hop: int) -> None:
    sound = Sound("tone", tone(1000.0, 4 * hop / rate + 2.0, rate), rate)
    values = tile_values(sound, hop, 0)
    middle = values[:, min(values.shape[1] // 2, TILE // 2)]
    row = int(middle.argmax())
    assert abs(row - share_of(1000.0, rate) * (ROWS - 1)) <= 1.5
    assert FLOOR_DB + middle[row] * DB_PER_STEP == pytest.approx(-6.0, abs=3.0)


def test_columns_of_a_tile_are_where_their_samples_are() -> None:
    samples = np.zeros((1, 44_100), dtype=np.float32)
    samples[0, 20_000:20_020] = 0.9
    values = tile_values(Sound("click", samples, 44_100), 256, 0)
    loudest = values.astype(int).sum(axis=0)
    centre = float((loudest * (np.arange(loudest.size) + 0.5)).sum() / loudest.sum()) * 256
    assert centre == pytest.approx(20_010, abs=128)


@pytest.mark.parametrize("frames", [0, 1, 2, 100])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_a_song_of_hardly_a_sample_has_tiles(frames: int, channels: int) -> None:
    sound = Sound("short", np.full((channels, frames), 0.5, dtype=np.float32), 44_100)
    for hop in (HOPS[0], HOPS[-1]):
        values = tile_values(sound, hop, 0)
        assert values.shape == (ROWS, -(-frames // hop))


def test_what_is_not_a_number_is_drawn_as_silence() -> None:
    samples = np.full((1, 10_000), np.nan, dtype=np.float32)
    assert np.isfinite(tile_values(Sound("nan", samples, 44_100), 256, 0)).all()


@pytest.mark.parametrize("hop", [256, 4096, 65_536])
def test_channels_that_cancel_in_their_mean_are_drawn_as_they_sound(hop: int) -> None:
    """A song in antiphase, and a round of it that is not: a picture of their difference must not show that."""
    left = tone(440.0, 4 * hop / 44_100 + 2.0)
    turned, same = (Sound(str(sign), np.concatenate([left, sign * left]), 44_100) for sign in (-1, 1))
    values = tile_values(turned, hop, 0)
    np.testing.assert_array_equal(values, tile_values(same, hop, 0))
    np.testing.assert_array_equal(values, tile_values(Sound("one", left, 44_100), hop, 0))
    assert values.max() > 200
    np.testing.assert_allclose(spectrum(turned, 0.5, 1.5).decibels, spectrum(same, 0.5, 1.5).decibels, atol=1e-3)


def test_hertz_and_rows_belong_together() -> None:
    for share in (0.0, 0.3, 0.99):
        assert share_of(hertz_at(share, 44_100), 44_100) == pytest.approx(share)
    assert hop_for(1.0) == HOPS[0]
    assert hop_for(1e12) == HOPS[-1]
    assert all(hop_for(pixels) >= pixels / 1.5 for pixels in (300.0, 5000.0, 200_000.0))


def test_the_store_makes_the_latest_wish_first_and_keeps_what_it_made(qtbot: QtBot) -> None:
    store = TileStore()
    sound = Sound("a", tone(440.0, 60.0), 44_100)
    made: list[int] = []
    store.made.connect(lambda key: made.append(key.index))
    for index in range(4):
        assert store.get(sound, 256, index) is None
    qtbot.waitUntil(lambda: store.pending == 0, timeout=WAIT)
    assert made == [0, 3, 2, 1]
    kept = store.get(sound, 256, 2)
    assert kept is not None and kept.shape == (ROWS, TILE)
    assert store.pending == 0
    store.close()
    store.clear()
    assert store.get(sound, 256, 0) is None
    assert store.pending == 0


def test_a_difference_of_spectrograms_says_what_left_and_what_came() -> None:
    silence, loud = np.zeros((4, 3), dtype=np.uint8), np.full((4, 3), 255, dtype=np.uint8)
    assert difference_values(loud, silence).min() == 255
    assert difference_values(silence, loud).max() == 0
    assert set(np.unique(difference_values(loud, loud))) <= {127, 128}
    quieter = loud - np.uint8(round(10 / DB_PER_STEP))
    assert (int(difference_values(quieter, loud)[0, 0]) - 127.5) / 127.5 * MOST_DB == pytest.approx(-10, abs=0.4)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 200), st.integers(0, 200), st.integers(0, 50))
def test_a_difference_is_read_like_the_array_it_stands_for(
    channels: int, others: int, frames: int, fewer: int, start: int
) -> None:
    rng = np.random.default_rng(frames)
    now = rng.normal(size=(channels, frames)).astype(np.float32)
    then = rng.normal(size=(others, fewer)).astype(np.float32)
    lazy = DifferenceSamples(now, then)
    length = min(frames, fewer)
    if channels == others:
        whole = now[:, :length] - then[:, :length]
    else:
        whole = (now[:, :length].mean(axis=0) - then[:, :length].mean(axis=0))[None]
    assert lazy.shape == whole.shape
    np.testing.assert_allclose(lazy[:, start : start + 40], whole[:, start : start + 40], atol=1e-5)


def test_differences_are_made_beside_and_only_the_last_is_kept(qtbot: QtBot) -> None:
    differences = Differences()
    now, then = tone(440.0), tone(440.0, gain=0.2)
    with qtbot.waitSignal(differences.made, timeout=WAIT):
        assert differences.get("now", "then", now, then) is None
    pyramid = differences.get("now", "then", now, then)
    assert pyramid is not None
    assert pyramid.columns(0, pyramid.frames, 10).high.max() == pytest.approx(0.3, abs=0.01)
    assert differences.get("now", "other", now, now) is None
    differences.close()


def test_the_spectrum_at_a_time_shows_what_sounds_there(qtbot: QtBot) -> None:
    samples = np.concatenate([tone(220.0, 2.0), tone(1760.0, 2.0)], axis=1)
    sound = Sound("two", samples, 44_100)
    for span, hertz in (((1.0, 1.0), 220.0), ((2.5, 3.9), 1760.0)):
        made = spectrum(sound, *span)
        assert made.hertz[made.decibels.argmax()] == pytest.approx(hertz, rel=0.02)
        assert made.decibels.max() == pytest.approx(-6.0, abs=3.0)
    for at in (0.0, 4.0, 99.0):
        assert np.isfinite(spectrum(sound, at, at).decibels).all()
    assert np.isfinite(spectrum(Sound("none", np.zeros((2, 0), np.float32), 44_100), 0.0, 0.0).decibels).all()
    spectra = Spectra()
    with qtbot.waitSignal(spectra.made, timeout=WAIT) as told:
        spectra.ask([sound, sound], (1.0, 1.0))
    assert told.args is not None and len(told.args[0]) == 2
    spectra.close()
