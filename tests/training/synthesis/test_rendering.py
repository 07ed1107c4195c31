from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.analysis.chords import chord_index
from engine.grid import FRAME_RATE, SAMPLE_RATE
from tests.training.songs import VOCABULARY, small_song
from training.clip import Clip
from training.synthesis import effects
from training.synthesis.orchestra import PLAYERS
from training.synthesis.performers import Ensemble
from training.synthesis.rendering import Studio, Variation, render
from training.synthesis.samples import Samples
from training.synthesis.song import Part, Song, sorted_notes
from training.synthesis.soundfonts import package_soundfont

FONTS = (package_soundfont(),)
ENSEMBLE = Ensemble(FONTS, VOCABULARY)


def rendered(song: Song, seconds: float = 4.0, seed: int = 0) -> Clip:
    clip = render(song, 2.0, seconds, ENSEMBLE, np.random.default_rng(seed))
    assert clip is not None
    return clip


def test_a_clip_has_a_stem_for_each_instrument_and_labels_for_each_frame() -> None:
    clip = rendered(small_song())
    assert set(clip.stems) == {"vocals", "drums", "bass", "piano"}
    for stem in clip.stems.values():
        assert stem.shape == (4 * SAMPLE_RATE,) and stem.dtype == np.float32 and np.isfinite(stem).all()
    assert clip.chords is not None and clip.beats is not None and clip.melody is not None
    assert clip.chords.shape == clip.beats.shape == (4 * FRAME_RATE,)
    assert set(clip.pitches) == {"vocals", "bass", "piano"}
    assert all(keys.shape == (88, 4 * FRAME_RATE) for keys in clip.pitches.values())


def test_labels_agree_with_the_notes() -> None:
    clip = rendered(small_song())
    assert clip.chords is not None and clip.beats is not None
    # The clip starts at beat 4 of C C F G, two beats each: on F.
    assert clip.chords[10] == chord_index("F:maj") and clip.chords[60] == chord_index("G:maj")
    assert np.flatnonzero(clip.beats == 2).tolist() == [0, 100] and np.count_nonzero(clip.beats) == 8
    keys = set(np.flatnonzero(clip.pitches["piano"][:, 10]) + 21)
    assert keys == {60, 65, 69}


def test_stems_sum_to_the_mix_at_a_sane_level() -> None:
    for seed in range(4):
        clip = rendered(small_song(), seed=seed)
        assert np.allclose(clip.mix, sum(clip.stems.values()), atol=1e-6)
        level = 10 * np.log10(np.mean(clip.mix**2))
        assert np.abs(clip.mix).max() < 1 and -26 < level < -13


def test_the_rendered_sound_is_the_written_pitch() -> None:
    notes = sorted_notes([(0, 4, 69, 100)])
    sound = package_soundfont().play(notes, 73, start=0, seconds=3)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    peak = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)[np.argmax(spectrum)]
    assert abs(12 * np.log2(peak / 440) % 12) < 0.3 or abs(12 * np.log2(peak / 440) % 12 - 12) < 0.3


def test_notes_that_began_before_the_clip_are_heard_in_it() -> None:
    notes = sorted_notes([(0, 8, 60, 100)])
    sound = package_soundfont().play(notes, 48, start=4, seconds=2)
    assert effects.level(sound[: SAMPLE_RATE // 2]) > -50


def test_a_stem_does_not_ring_on_into_the_next_one() -> None:
    font = package_soundfont()
    font.play(sorted_notes([(0, 9, 60, 127)]), 48, start=0, seconds=2)
    silent = font.play(sorted_notes([(50, 51, 60, 127)]), 0, start=0, seconds=1)
    assert np.abs(silent).max() < 1e-4


def test_parts_of_one_instrument_become_one_stem_and_sound_effects_none() -> None:
    song = small_song()
    second = Part(song.parts[2].notes, "piano", 4)
    gunshot = Part(song.parts[2].notes, None, 127)
    clip = rendered(replace(song, parts=(*song.parts, second, gunshot)))
    assert sorted(clip.stems) == ["bass", "drums", "piano", "vocals"]


def test_a_stem_that_rests_is_left_out() -> None:
    song = small_song()
    late = Part(song.parts[2].notes + np.array([100, 100, 0, 0]), "flute", 73)
    assert "flute" not in rendered(replace(song, parts=(*song.parts, late))).stems


def test_a_silent_clip_is_rejected() -> None:
    song = small_song()
    assert render(song, 500.0, 4.0, ENSEMBLE, np.random.default_rng(0)) is None
    alone = replace(song, parts=song.parts[:1])
    assert render(alone, 0.0, 4.0, ENSEMBLE, np.random.default_rng(0)) is None


def test_the_same_seed_renders_the_same_clip() -> None:
    one, two = rendered(small_song(), seed=5), rendered(small_song(), seed=5)
    assert all(np.array_equal(one.stems[name], two.stems[name]) for name in one.stems)


def test_every_instrument_of_the_vocabulary_can_be_heard() -> None:
    song = small_song()
    for name in VOCABULARY.instrument_names:
        part = Part(
            song.parts[3].notes, name, (*VOCABULARY.instruments[VOCABULARY.instrument_names.index(name)].programs, 0)[0]
        )
        if name == "drums":
            part = song.parts[0]
        other = song.parts[1] if name != "bass" else song.parts[2]
        assert name in rendered(replace(song, parts=(part, other)), seconds=2.0).stems


def test_every_instrument_but_drums_has_a_player() -> None:
    assert set(PLAYERS) == set(VOCABULARY.instrument_names) - {"drums"}


def test_a_studio_moves_labels_and_sound_together() -> None:
    studio = Studio(FONTS, VOCABULARY, reorchestration=0.0, sing=1.0, humanise=False)
    clip = studio.perform(small_song(), Variation(2, 1.0, 0.0), 4.0, np.random.default_rng(0))
    assert clip is not None and clip.chords is not None
    assert clip.chords[5] == chord_index("D:maj") and clip.key == "D:maj"
    assert set(np.flatnonzero(clip.pitches["piano"][:, 10]) + 21) == {62, 66, 69}


def test_an_electronic_song_goes_to_synthesizers_and_its_labels_stay_with_it() -> None:
    studio = Studio(FONTS, VOCABULARY, reorchestration=0.0, sing=1.0, humanise=False, effects=0.0, electronics=1.0)
    found = [
        studio.perform(small_song(), Variation(0, 1.0, 0.0), 4.0, np.random.default_rng(seed)) for seed in range(8)
    ]
    clips = [clip for clip in found if clip is not None]
    assert len(clips) == 8 and all(set(clip.pitches) == set(clip.stems) - {"drums"} for clip in clips)
    assert sum("electronics" in clip.origin for clip in clips) >= 7
    assert sum(bool({"synth lead", "synth pad"} & set(clip.stems)) for clip in clips) >= 3


def test_without_electronics_nothing_is_drawn_for_them() -> None:
    plain = Studio(FONTS, VOCABULARY).perform(small_song(), Variation(), 3.0, np.random.default_rng(4))
    none = Studio(FONTS, VOCABULARY, electronics=0.0, samples=Samples()).perform(
        small_song(), Variation(), 3.0, np.random.default_rng(4)
    )
    assert plain is not None and none is not None
    assert all(np.array_equal(plain.stems[name], none.stems[name]) for name in plain.stems)
