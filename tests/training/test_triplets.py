from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.grid import FRAME_RATE, SAMPLE_RATE
from engine.instruction import Operation, read_instructions
from engine.vocabulary import Vocabulary
from training.clip import OTHER, Clip
from training.triplets import Triplet, build, cropped, draw
from training.wordings import wording

VOCABULARY = Vocabulary.default()
SECONDS = 2


def tones(names: list[str], seed: int = 0, genre: str = "rock") -> Clip:
    rng = np.random.default_rng(seed)
    time = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    stems = {
        name: (0.1 * np.sin(2 * np.pi * rng.uniform(80, 2000) * time + rng.uniform(0, 6))).astype(np.float32)
        for name in names
    }
    return Clip(stems, chords=np.full(SECONDS * FRAME_RATE, 5, np.int16), genre=genre)


bands = st.lists(st.sampled_from(VOCABULARY.instrument_names), min_size=2, max_size=9, unique=True)


def check(triplet: Triplet) -> None:
    assert np.abs(triplet.source - triplet.removed + triplet.added - triplet.target).max() < 1e-6
    assert max(np.abs(triplet.source).max(), np.abs(triplet.target).max()) <= 1.0
    for sound in (triplet.source, triplet.target, triplet.removed, triplet.added):
        assert sound.dtype == np.float32
    assert triplet.text
    operation, wanted = triplet.instruction.operation, set(triplet.instruction.instruments)
    before, after = set(triplet.source_instruments), set(triplet.target_instruments)
    match operation:
        case Operation.ADD:
            assert wanted and not wanted & before and after == before | wanted and not triplet.removed.any()
        case Operation.REMOVE:
            assert after == before - wanted and not triplet.added.any()
        case Operation.EXTRACT:
            assert after == before & wanted and not triplet.added.any()
        case Operation.REPLACE:
            assert after == (before - wanted) | set(triplet.instruction.replacement)
        case Operation.REMIX:
            assert ("vocals" in before) == ("vocals" in after)
            assert not wanted or after - {"vocals"} == wanted


@settings(max_examples=60, deadline=None)
@given(bands, st.sampled_from(Operation), st.integers(0, 2**32 - 1), st.booleans())
def test_target_is_source_minus_removed_plus_added(
    names: list[str], operation: Operation, seed: int, pair: bool
) -> None:
    other = tones([*names[1:], "mallets"], seed + 1, "jazz") if pair else None
    triplet = build(operation, tones(names, seed), VOCABULARY, np.random.default_rng(seed), other)
    if triplet is not None:
        check(triplet)
        assert triplet.instruction.operation is operation


@pytest.mark.parametrize("operation", [Operation.REMOVE, Operation.EXTRACT])
def test_what_is_not_there_changes_nothing_or_gives_silence(operation: Operation) -> None:
    for seed in range(20):
        clip = tones(["bass", "piano", "drums"])
        triplet = build(operation, clip, VOCABULARY, np.random.default_rng(seed), absent=1.0)
        assert triplet is not None and triplet.negative
        check(triplet)
        if operation is Operation.REMOVE:
            assert np.array_equal(triplet.source, triplet.target) and not triplet.removed.any()
        else:
            assert not triplet.target.any() and np.array_equal(triplet.removed, triplet.source)
        assert triplet.source.any()


def test_asking_for_a_family_takes_all_its_members() -> None:
    clip = tones(["bass", "piano", "acoustic guitar", "distorted guitar"])
    for seed in range(60):
        rng = np.random.default_rng(seed)
        triplet = build(Operation.REMOVE, clip, VOCABULARY, rng, absent=0.0, families=1.0)
        assert triplet is not None
        if "electric guitar" in triplet.instruction.instruments:
            assert not {"acoustic guitar", "distorted guitar"} & set(triplet.target_instruments)
            assert {"acoustic guitar", "distorted guitar"} <= set(triplet.source_instruments)
            break
    else:
        pytest.fail("no guitar family was drawn")


def test_sources_have_every_number_of_tracks_from_one_to_four() -> None:
    clip = tones(["bass", "piano", "drums", "strings", "flute", "choir", "organ"])
    sizes = set()
    for seed in range(80):
        triplet = build(Operation.ADD, clip, VOCABULARY, np.random.default_rng(seed))
        assert triplet is not None
        sizes.add(len(triplet.source_instruments))
    assert sizes == {1, 2, 3, 4}


def test_a_remix_keeps_the_singer_and_changes_the_band() -> None:
    clip, other = tones(["vocals", "bass", "piano"]), tones(["vocals", "organ", "flute"], 1, "jazz")
    texts = set()
    for seed in range(20):
        triplet = build(Operation.REMIX, clip, VOCABULARY, np.random.default_rng(seed), other)
        assert triplet is not None
        check(triplet)
        assert set(triplet.target_instruments) == {"vocals", "organ", "flute"}
        texts.add(triplet.instruction.genre)
    assert texts == {None, "jazz"}


def test_a_clip_with_one_track_cannot_be_added_to() -> None:
    assert build(Operation.ADD, tones(["bass"]), VOCABULARY, np.random.default_rng(0)) is None


def test_silent_stems_take_no_part() -> None:
    clip = tones(["bass", "piano"])
    clip.stems["flute"] = np.zeros(clip.samples, np.float32)
    for seed in range(20):
        triplet = build(Operation.EXTRACT, clip, VOCABULARY, np.random.default_rng(seed), absent=0.0, families=0.0)
        assert triplet is not None and "flute" not in triplet.source_instruments


@pytest.mark.parametrize("operation", Operation)
def test_what_nobody_knows_plays_along_and_is_not_asked_for(operation: Operation) -> None:
    names = ["vocals", "drums", "piano", "organ", "flute", OTHER]
    other = tones(["vocals", "bass", "strings", OTHER], 1, "jazz")
    for seed in range(30):
        clip = tones(names, seed)
        rng = np.random.default_rng(seed)
        triplet = build(operation, clip, VOCABULARY, rng, other if seed % 2 else None, absent=0.0)
        assert triplet is not None
        check(triplet)
        asked = {*triplet.instruction.instruments, *triplet.instruction.replacement}
        assert OTHER not in asked and not triplet.negative
        left = clip.stems[OTHER]
        for sound, holds in (
            (triplet.source, True),
            (triplet.target, operation not in (Operation.EXTRACT, Operation.REMIX)),
            (triplet.added, False),
        ):
            assert float(np.dot(sound, left) / np.dot(left, left)) == pytest.approx(1.0 if holds else 0.0, abs=0.1)


@pytest.mark.parametrize("operation", [Operation.REMOVE, Operation.EXTRACT])
def test_of_what_nobody_knows_only_a_voice_is_known_to_be_missing(operation: Operation) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        voiceless = build(operation, tones(["drums", OTHER], seed), VOCABULARY, rng, absent=1.0)
        assert voiceless is not None and voiceless.instruction.instruments == ("vocals",)
        assert build(operation, tones(["vocals", OTHER], seed), VOCABULARY, rng, absent=1.0) is None


def test_drawn_triplets_are_cut_alike_and_follow_the_weights() -> None:
    pair = tones(["vocals", "bass", "piano"]), tones(["organ", "flute"], 1, "jazz")
    scenes = [(tones(["bass", "piano", "drums", "strings"], seed), None) for seed in range(30)] + [pair] * 10
    weights = {Operation.ADD: 0.75, Operation.REMIX: 0.25}
    triplets = draw(scenes, VOCABULARY, np.random.default_rng(0), seconds=1.0, weights=weights)
    assert len(triplets) == 40
    for triplet in triplets:
        check(triplet)
        assert triplet.source.shape == (SAMPLE_RATE,) and triplet.chords.shape == (FRAME_RATE,)
    remixes = [triplet for triplet in triplets if triplet.instruction.operation is Operation.REMIX]
    assert 5 <= len(remixes) <= 16


def test_a_cut_keeps_sound_and_labels_together() -> None:
    clip = tones(["bass", "piano"])
    assert clip.chords is not None
    clip.chords[:] = np.arange(len(clip.chords))
    clip.stems["bass"][:] = np.repeat(np.arange(len(clip.chords)), 480)
    cut, _ = cropped(clip, None, 0.5, np.random.default_rng(1))
    assert cut.chords is not None and np.array_equal(cut.stems["bass"][::480], cut.chords)


@settings(max_examples=60, deadline=None)
@given(bands, st.sampled_from(Operation), st.integers(0, 2**32 - 1))
def test_every_wording_is_understood_as_the_same_edit(names: list[str], operation: Operation, seed: int) -> None:
    rng = np.random.default_rng(seed)
    triplet = build(operation, tones(names), VOCABULARY, rng, absent=0.1)
    if triplet is None:
        return
    text = wording(triplet.instruction, VOCABULARY, rng)
    (read,) = read_instructions(text, VOCABULARY)
    assert read.operation is triplet.instruction.operation
    assert set(read.instruments) == set(triplet.instruction.instruments)
    assert set(read.replacement) == set(triplet.instruction.replacement)
