"""The demo song in the repository is what its script makes: ours, short, and as loud as records are."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
import soundfile

from engine.resources import DEMO
from training import demo


def test_the_demo_song_is_a_short_stereo_file_at_the_loudness_of_records() -> None:
    samples, rate = soundfile.read(DEMO / "demo.flac")
    assert rate == 44_100 and samples.shape[1] == 2
    assert 20 < len(samples) / rate <= 30
    assert pyloudnorm.Meter(rate).integrated_loudness(samples) == pytest.approx(-14.0, abs=0.5)
    assert np.abs(samples).max() < 0.95


def test_its_band_is_the_one_that_its_page_names() -> None:
    band = {part.instrument: part for part in demo.parts()}
    assert set(band) == set(demo.MIX) == {"drums", "bass", "piano", "strings", "vocals"}
    assert all(part.notes[:, 1].max() < demo.SECONDS for part in band.values())


def test_the_voice_sings_one_note_at_a_time() -> None:
    notes = next(part.notes for part in demo.parts() if part.lead)
    assert (notes[1:, 0] - notes[:-1, 1] > -0.05).all()


def test_mastering_reaches_the_loudness_under_the_ceiling() -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, (2, 3 * demo.RATE))
    noise[:, ::5000] = 0.8
    mastered = demo.master(noise)
    assert np.abs(mastered).max() <= demo.CEILING + 1e-6
    assert pyloudnorm.Meter(demo.RATE).integrated_loudness(mastered.T) == pytest.approx(demo.LOUDNESS, abs=1.0)
