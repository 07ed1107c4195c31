from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.analysis.spectrogram import FLOOR_DB, spectrogram


@pytest.mark.parametrize("sample_rate", [24_000, 44_100])
@pytest.mark.parametrize("hertz", [220.0, 3000.0])
def test_a_full_scale_tone_is_near_zero_decibels_at_its_row(sample_rate: int, hertz: float) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(sample_rate) / sample_rate).astype(np.float32)
    picture = spectrogram(tone, sample_rate, rows=128)
    column = picture.decibels[:, picture.decibels.shape[1] // 2]
    assert picture.frequencies[column.argmax()] == pytest.approx(hertz, rel=0.08)
    assert -4 < column.max() < 3


def test_columns_follow_time() -> None:
    clip = np.zeros(24_000, dtype=np.float32)
    clip[12_000] = 1
    picture = spectrogram(clip, 24_000, rows=64)
    assert picture.decibels.shape == (64, 50)
    assert picture.decibels.sum(axis=0).argmax() * picture.seconds_per_column == pytest.approx(0.5, abs=0.02)


def test_silence_lies_on_the_floor_and_nothing_has_no_columns() -> None:
    assert np.allclose(spectrogram(np.zeros(24_000), 24_000).decibels, FLOOR_DB, atol=0.1)
    assert spectrogram(np.zeros(0), 24_000).decibels.shape == (256, 0)


@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (1, 0), (1, -1, 1)])
def test_a_tone_is_seen_however_its_channels_stand_to_each_other(signs: tuple[int, ...]) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000).astype(np.float32)
    alone = spectrogram(tone, 24_000, rows=64).decibels[:, 25].max()
    several = spectrogram(np.outer(signs, tone), 24_000, rows=64).decibels[:, 25].max()
    share = sum(map(abs, signs)) / len(signs)
    assert several == pytest.approx(alone + 10 * np.log10(share), abs=0.01)


def test_long_music_is_computed_in_pieces_that_fit_together() -> None:
    rng = np.random.default_rng(0)
    stereo = rng.standard_normal((2, 20 * 24_000)).astype(np.float32) * 0.1
    whole = spectrogram(stereo, 24_000, rows=32)
    assert whole.decibels.shape == (32, 1000)
    # Columns 500 to 520 lie across the border between two pieces.
    part = spectrogram(stereo[:, 480 * 450 : 480 * 570], 24_000, rows=32)
    np.testing.assert_allclose(whole.decibels[:, 500:520], part.decibels[:, 50:70], atol=1e-3)


def test_the_views_rooms_import_without_torch() -> None:
    code = (
        "import sys; import engine.analysis.spectrogram, engine.analysis.beats, engine.analysis.key, "
        "engine.analysis.chords, engine.analysis.listening; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
