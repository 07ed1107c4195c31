from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.grid import SAMPLE_RATE
from engine.models.configuration import SynthesizerConfiguration
from engine.models.synthesizer import DRUM_KEYS, FIRST_DRUM, SECTION, Synthesizer
from engine.models.synthesizer_sound import NoiseSource, band_centres

ORGAN, DRUMS, FLUTE = 0, 1, 2
KICK, SNARE, CLOSED_HAT, OPEN_HAT = 36, 38, 42, 46
CONFIG = SynthesizerConfiguration(timbres=2, kits=1, embedding=4, width=8, blocks=1, partials=12, bands=24, modes=2)


@pytest.fixture
def synthesizer() -> Synthesizer:
    """An organ of two timbres with four partials, and a kit whose kick is a tone and whose other drums are noise."""
    torch.manual_seed(0)
    made = Synthesizer(CONFIG, instruments=3).eval()
    made.owner.copy_(torch.tensor([ORGAN, ORGAN, DRUMS]))
    torch.nn.init.zeros_(made.out.weight)
    torch.nn.init.zeros_(made.out.bias)
    said = made.split(made.centre[None])
    said.partials.fill_(-100.0)
    said.partials[:, :, :4] = torch.tensor([-20.0, -26.0, -32.0, -38.0])
    said.bands.fill_(-100.0)
    said.bands[:, :, 16:] = -50.0
    said.release.copy_(torch.tensor([-20.0, -60.0, -80.0, -90.0, -90.0]))
    made.drum_known[0, : DRUM_KEYS - 5] = True
    made.drum_modes[0, KICK - FIRST_DRUM, 0] = float(np.log2(60 / 440))
    return made


def note(start: float, end: float, pitch: float, velocity: float = 90) -> list[float]:
    return [start, end, pitch, velocity]


def rms_db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-12))


def test_a_note_sounds_at_its_pitch_from_its_onset_to_its_release(synthesizer: Synthesizer) -> None:
    stem = synthesizer.play(np.array([note(0.5, 1.5, 69)]), ORGAN, samples=2 * SAMPLE_RATE, seed=1)
    assert stem.dtype == np.float32 and stem.shape == (2 * SAMPLE_RATE,)
    assert not stem[: SAMPLE_RATE // 2].any()
    spectrum = np.abs(np.fft.rfft(stem[SAMPLE_RATE // 2 : 3 * SAMPLE_RATE // 2] * np.hanning(SAMPLE_RATE)))
    loudest = np.argsort(spectrum)[-1]
    assert abs(int(loudest) - 440) <= 1
    # Partials at the levels that the network gives.
    heard = 20 * np.log10(spectrum[[440, 880, 1320, 1760]] * 4 / SAMPLE_RATE)
    assert np.allclose(heard, [-20, -26, -32, -38], atol=1.0)
    assert rms_db(stem[round(1.58 * SAMPLE_RATE) :]) < rms_db(stem[SAMPLE_RATE : SAMPLE_RATE + 4800]) - 40


def test_onsets_are_exact_to_the_sample(synthesizer: Synthesizer) -> None:
    shifts = [0.1, 0.1 + 7 / SAMPLE_RATE]
    stems = [
        synthesizer.play(np.array([note(at, at + 0.3, 60)]), ORGAN, samples=12_000, seed=3, timbre=0) for at in shifts
    ]
    assert np.array_equal(stems[0][:-7], stems[1][7:])


def test_nothing_clicks(synthesizer: Synthesizer) -> None:
    stem = synthesizer.play(np.array([note(0.1, 0.4, 45)]), ORGAN, samples=SAMPLE_RATE, seed=1, timbre=1)
    steady = np.abs(np.diff(stem[round(0.15 * SAMPLE_RATE) : round(0.38 * SAMPLE_RATE)])).max()
    assert np.abs(np.diff(stem)).max() <= 1.3 * steady


def test_the_same_seed_gives_the_same_samples(synthesizer: Synthesizer) -> None:
    notes = np.array([note(0, 0.2, 60), note(0.1, 0.3, 64)])
    first, again, other = (synthesizer.play(notes, ORGAN, samples=9_000, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_seeds_reach_every_timbre_of_the_instrument(synthesizer: Synthesizer) -> None:
    assert list(synthesizer.timbres_of(ORGAN)) == [0, 1]
    synthesizer.owner[0] = FLUTE
    only = synthesizer.play(np.array([note(0, 0.2, 60)]), ORGAN, samples=4_800, seed=5)
    named = synthesizer.play(np.array([note(0, 0.2, 60)]), ORGAN, samples=4_800, seed=5, timbre=1)
    assert rms_db(only) == pytest.approx(rms_db(named), abs=0.5)


def test_an_instrument_without_a_timbre_is_refused(synthesizer: Synthesizer) -> None:
    with pytest.raises(ValueError, match="no timbre"):
        synthesizer.play(np.zeros((0, 4)), FLUTE, samples=10, seed=0)


def test_partials_above_hearing_are_silent(synthesizer: Synthesizer) -> None:
    said = synthesizer.split(synthesizer.centre[None])
    said.bands.fill_(-120.0)
    stem = synthesizer.play(np.array([note(0, 1, 100)]), ORGAN, samples=SAMPLE_RATE, seed=1)
    hertz = 440 * 2 ** (31 / 12)
    spectrum = np.abs(np.fft.rfft(stem[2400:21_600] * np.hanning(19_200)))
    places = np.fft.rfftfreq(19_200, 1 / SAMPLE_RATE)
    folded = (np.abs(places - (SAMPLE_RATE - 5 * hertz)) < 50) | (np.abs(places - (SAMPLE_RATE - 6 * hertz)) < 50)
    assert spectrum[folded].max() < 1e-3 * spectrum.max()


def test_drums_ring_whatever_their_notes_end(synthesizer: Synthesizer) -> None:
    short = synthesizer.play(np.array([note(0, 0.01, SNARE)]), DRUMS, samples=9_600, seed=1)
    long = synthesizer.play(np.array([note(0, 0.39, SNARE)]), DRUMS, samples=9_600, seed=1)
    assert np.array_equal(short, long)
    assert rms_db(short[-2_400:]) > -60


def test_a_closed_hat_stops_an_open_one(synthesizer: Synthesizer) -> None:
    ringing = synthesizer.play(np.array([note(0, 0.1, OPEN_HAT)]), DRUMS, samples=24_000, seed=1)
    said = np.array([note(0, 0.1, OPEN_HAT), note(0.5, 0.6, CLOSED_HAT, 1)])
    stopped = synthesizer.play(said, DRUMS, samples=24_000, seed=1) - synthesizer.play(
        said[1:], DRUMS, samples=24_000, seed=1
    )
    assert rms_db(ringing[19_200:]) > -50
    assert rms_db(stopped[11_000:12_000]) > -50


def test_a_drum_that_no_kit_has_is_left_out(synthesizer: Synthesizer) -> None:
    missing = FIRST_DRUM + DRUM_KEYS - 1
    assert not synthesizer.play(np.array([note(0, 1, missing), note(0, 1, 20)]), DRUMS, samples=2_400, seed=1).any()


def test_a_kick_falls_in_pitch(synthesizer: Synthesizer) -> None:
    said = synthesizer.split(synthesizer.centre[None])
    said.bands.fill_(-120.0)
    said.glide.copy_(torch.linspace(1.0, 0.0, said.glide.shape[1]))
    stem = synthesizer.play(np.array([note(0, 0.1, KICK)]), DRUMS, samples=SAMPLE_RATE, seed=1)
    crossings = np.flatnonzero((stem[:-1] < 0) & (stem[1:] >= 0))
    periods = np.diff(crossings)
    assert periods[0] < 0.7 * periods[-1]


def test_equal_keys_end_one_another_and_notes_may_begin_before_the_stem(synthesizer: Synthesizer) -> None:
    notes = np.array([note(0.2, 0.9, 60), note(-0.3, 0.9, 60), note(5, 6, 60)])
    stem = synthesizer.play(notes, ORGAN, samples=SAMPLE_RATE, seed=1)
    assert np.isfinite(stem).all()
    assert stem[:100].any()


def test_no_notes_are_silence(synthesizer: Synthesizer) -> None:
    assert not synthesizer.play(np.zeros((0, 4)), ORGAN, samples=100, seed=0).any()


def test_noise_has_the_power_of_its_bands() -> None:
    bands = 48
    source = NoiseSource(np.random.default_rng(0), bands)
    powers = np.full((1_500, bands), 1e-12, np.float32)
    powers[:, 36] = 1e-4
    sound = source.noise(powers, 90_000, 0)
    assert rms_db(sound[1_000:-1_000]) == pytest.approx(-40, abs=0.5)
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    assert (spectrum @ hertz) / spectrum.sum() == pytest.approx(band_centres(bands)[36], rel=0.1)


def partial_power(sound: np.ndarray, hertz: float) -> np.ndarray:
    """Of one partial, every 40 ms."""
    turning = sound * np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / SAMPLE_RATE)
    kernel = np.hanning(1_920) / np.hanning(1_920).sum()
    return np.square(2 * np.abs(np.convolve(turning, kernel, mode="valid")[::960]))


def test_partials_of_a_section_come_and_go_each_by_itself(synthesizer: Synthesizer) -> None:
    synthesizer.fading[1] = torch.tensor([14.0, 0.8, 0.0])
    notes, length = np.array([note(0, 6, 69)]), 6 * SAMPLE_RATE
    pipe, section = (synthesizer.play(notes, ORGAN, samples=length, seed=1, timbre=timbre) for timbre in (0, 1))
    for sound, varies in ((pipe, False), (section, True)):
        first, third = (partial_power(sound, hertz)[10:-10] for hertz in (440.0, 1_320.0))
        assert (first.std() / first.mean() > 0.3) == (third.std() / third.mean() > 0.3) == varies
        if varies:
            assert abs(np.corrcoef(first, third)[0, 1]) < 0.5
    assert rms_db(section) == pytest.approx(rms_db(pipe), abs=2.0)
    steps = np.abs(np.diff(section)).max()
    assert steps < 2 * np.abs(np.diff(pipe)).max(), "fading clicks"


def test_a_few_tones_beat_at_the_pace_of_their_distance(synthesizer: Synthesizer) -> None:
    synthesizer.fading[0] = torch.tensor([6.0, 1.0, 2.0])
    stem = synthesizer.play(np.array([note(0, 8, 81)]), ORGAN, samples=8 * SAMPLE_RATE, seed=1, timbre=0)
    power = partial_power(stem, 880.0)[10:-10]
    beat = np.abs(np.fft.rfft((power - power.mean()) * np.hanning(len(power)), 4096)).argmax() * 25 / 4096
    assert beat == pytest.approx(880 * 2 * (2 ** (6 / 1200) - 1), rel=0.05)
    assert power.var() / power.mean() ** 2 == pytest.approx(0.5, abs=0.1)


def test_sections_differ_by_seed_and_not_by_chance(synthesizer: Synthesizer) -> None:
    synthesizer.fading[0] = torch.tensor([14.0, 0.8, 0.0])
    notes = np.array([note(0, 1, 60)])
    first, again, other = (
        synthesizer.play(notes, ORGAN, samples=SAMPLE_RATE, seed=seed, timbre=0) for seed in (5, 5, 6)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=0.01)


def test_weights_from_before_there_was_fading_have_sections_where_they_had_voices(synthesizer: Synthesizer) -> None:
    older = dict(synthesizer.state_dict())
    del older["fading"]
    older["voices"] = torch.tensor([1, 3, 1])
    synthesizer.load_state_dict(older)
    assert not synthesizer.fading[0].any()
    assert tuple(synthesizer.fading[1].tolist()) == pytest.approx(SECTION)


def test_shipped_size_stays_small() -> None:
    network = Synthesizer(SynthesizerConfiguration(), instruments=19)
    assert sum(value.numel() for value in network.state_dict().values()) * 2 < 4e6


def test_only_timbres_of_the_programs_that_are_meant_are_chosen_from(synthesizer: Synthesizer) -> None:
    synthesizer.program.copy_(torch.tensor([16, 19, 0]))
    synthesizer.ratios[1] *= 1.5  # the second timbre is told by its pitch

    def is_the_second(seed: int, *programs: int) -> bool:
        sound = synthesizer.play(np.array([note(0, 0.9, 69)]), ORGAN, samples=24_000, seed=seed, programs=programs)
        return bool(np.abs(np.fft.rfft(sound)).argmax() * SAMPLE_RATE / 24_000 > 550)

    seeds = range(8)
    assert [is_the_second(seed, 19) for seed in seeds] == [True] * 8
    assert [is_the_second(seed, 16, 3) for seed in seeds] == [False] * 8
    for programs in ((), (16, 19), (99,)):  # of nobody's program any of the instrument
        assert {is_the_second(seed, *programs) for seed in seeds} == {True, False}
