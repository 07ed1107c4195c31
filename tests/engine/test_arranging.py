"""A model that writes notes: what is new is played, fits in level, and depends on nothing but the request."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import Audio, Editor, UserError
from engine.analysis.listening import Listening
from engine.arranging import arrange, even_level, newcomers, prominence
from engine.audio import loudness, to_model
from engine.bundle import Bundle
from engine.editor import EditRequest
from engine.instruction import Instruction, Operation
from engine.score import END, PITCH, START
from engine.vocabulary import Vocabulary

VOCABULARY = Vocabulary.default()
RATE = 24_000


@pytest.fixture(scope="module")
def editor(score_bundle: Bundle) -> Editor:
    return Editor(score_bundle, device="cpu", precision="float32")


@pytest.fixture(scope="module")
def song() -> Audio:
    rng = np.random.default_rng(0)
    time = np.arange(3 * 44_100) / 44_100
    tone = 0.1 * np.sin(2 * np.pi * 220 * time) + 0.01 * rng.standard_normal(time.size)
    return Audio(np.stack([tone, 0.5 * tone]).astype(np.float32), 44_100)


def test_add_keeps_the_source_and_puts_a_stem_on_it(editor: Editor, song: Audio) -> None:
    edit = editor.run(EditRequest(song, "add piano", seed=3), keep_stems=True)
    stems = edit.rounds[0].stems
    assert stems.removed is None and stems.added is not None
    np.testing.assert_allclose(edit.audio.samples - stems.added.samples, song.samples, atol=1e-6)
    assert edit.rounds[0].steps == 2
    assert set(edit.rounds[0].notes) == {"piano"}
    assert len(edit.rounds[0].notes["piano"])


def test_what_comes_in_place_of_another_is_as_loud_as_if_it_were_added(editor: Editor, song: Audio) -> None:
    added, replaced = (
        editor.run(EditRequest(song, text, seed=3), keep_stems=True).rounds[0].stems.added
        for text in ("add organ", "replace strings with organ")
    )
    assert added is not None and replaced is not None
    levels = loudness(added), loudness(replaced)
    assert levels[0] is not None and levels[1] == pytest.approx(levels[0], abs=0.5)


def test_the_same_request_gives_the_same_samples_and_another_seed_others(editor: Editor, song: Audio) -> None:
    first, again, other = (editor.edit(song, "add piano", seed=seed).audio.samples for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-4


def test_two_instruments_are_written_one_after_the_other(editor: Editor, song: Audio) -> None:
    notes = editor.edit(song, "add drums and strings", seed=1).rounds[0].notes
    assert list(notes) == ["drums", "strings"]
    alone = editor.edit(song, "add strings", seed=1).rounds[0].notes
    assert notes["strings"].shape != alone["strings"].shape or not np.array_equal(notes["strings"], alone["strings"])


def test_notes_are_counted_from_the_beginning_of_the_song(editor: Editor) -> None:
    long = Audio(np.tile(np.sin(np.arange(24_000) / 20).astype(np.float32) * 0.1, 15)[None], RATE)
    notes = editor.edit(long, "add piano", seed=0, region=(9.0, 10.0)).rounds[0].notes["piano"]
    assert notes[:, START].min() >= 4.0
    assert notes[:, END].max() <= 15.2


def test_a_remix_brings_a_band_and_leaves_nothing_else(editor: Editor, song: Audio) -> None:
    edit = editor.edit(song, "remix to jazz genre", seed=5)
    band = next(term for term in VOCABULARY.genres if term.name == "jazz").band
    assert 3 <= len(edit.rounds[0].notes) <= 5
    assert set(edit.rounds[0].notes) <= set(band)


def test_decoded_gives_both_ways_for_every_operation(editor: Editor, song: Audio) -> None:
    decoded = editor.decoded(EditRequest(song, "add piano", seed=1))
    assert decoded.target.sample_rate == RATE
    assert decoded.target.frames == 3 * RATE
    assert editor.decoded(EditRequest(song, "remove drums")).target.frames == 3 * RATE


def test_what_takes_the_place_of_a_part_begins_with_its_notes(
    editor: Editor, song: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A network that has learnt nothing rewrites nearly all of a draft, unless it is left one step.
    monkeypatch.setattr("engine.networks.STRENGTH", 0.125)
    heard = editor.listen(song)
    pitches, onsets = (np.zeros_like(heard.pitches) for _ in range(2))
    for number, key in enumerate((39, 43, 39, 43, 43, 39)):
        first = 20 * number
        onsets[key, first], pitches[key, first : first + 18] = 0.9, 0.9
    source = to_model(song)

    def written(leaving: Listening | None, seed: int = 1) -> np.ndarray:
        return arrange(
            editor.networks, source, heard, Instruction(Operation.REPLACE, ("piano",), ("organ",)),
            seed=seed, steps=8, guidance_scale=1.0, level=-20.0, leaving=leaving,
            sampling=lambda share: None, playing=lambda share: None,
        ).notes["organ"]  # fmt: skip

    # No chord, into which notes of the draft would be moved.
    heard.chords[:] = 0
    heard.chords[0] = 1
    melody = replace(heard, pitches=pitches, onsets=onsets)
    drafted = written(melody)
    begins = [drafted[drafted[:, PITCH] == key, START] for key in (60, 64)]
    for found, given in zip(begins, ((0.0, 0.8, 2.0), (0.4, 1.2, 1.6)), strict=True):
        # It may add one of its own.
        assert all(np.abs(found - start).min() < 0.1 for start in given) and len(found) <= 4
    assert len(drafted) < len(written(None))
    np.testing.assert_array_equal(drafted, written(melody))
    assert not np.array_equal(drafted, written(melody, seed=2))


def test_silence_gets_a_quiet_new_stem(editor: Editor) -> None:
    edit = editor.edit(Audio(np.zeros((1, 2 * RATE), np.float32), RATE), "add piano", seed=1)
    level = loudness(edit.audio)
    assert level is not None and -26 < level < -18


def test_previews_show_the_notes_as_they_form(editor: Editor, song: Audio) -> None:
    seen = []
    editor.run(EditRequest(song, "add piano", seed=1), on_preview=lambda make: seen.append(make()))
    assert len(seen) == 2
    assert seen[0].image.dtype == np.uint8 and seen[0].image.ndim == 2
    assert seen[0].end == pytest.approx(3.0, abs=0.01)


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("add piano", ["listening", "sampling", "decoding", "rendering"]),
        ("replace strings with piano", ["listening", "rendering", "listening", "sampling", "decoding", "rendering"]),
    ],
)
def test_stages_are_told_in_the_order_in_which_they_happen(
    editor: Editor, song: Audio, text: str, stages: list[str]
) -> None:
    told: list[str] = []
    editor.run(EditRequest(song, text, seed=1), on_progress=lambda stage, *rest: told.append(stage))
    assert [stage for stage, before in zip(told, ["", *told], strict=False) if stage != before] == stages


def test_an_embedding_of_sound_cannot_guide_notes(editor: Editor, song: Audio) -> None:
    with pytest.raises(UserError, match="writes notes"):
        editor.edit(song, "add piano", embedding_guidance=1.0)


@pytest.mark.parametrize(
    ("instruction", "names"),
    [
        (Instruction(Operation.ADD, ("piano", "bass", "drums")), ("drums", "bass", "piano")),
        (Instruction(Operation.REPLACE, ("piano",), ("organ",)), ("organ",)),
        (Instruction(Operation.REMIX, ("strings", "bass")), ("bass", "strings")),
        (Instruction(Operation.REMOVE, ("piano",)), ()),
    ],
)
def test_who_gives_the_time_is_written_first(instruction: Instruction, names: tuple[str, ...]) -> None:
    assert newcomers(instruction, VOCABULARY, seed=0) == names


def test_a_genre_has_its_rhythm_section_and_some_of_its_band_by_the_seed() -> None:
    jazz = Instruction(Operation.REMIX, genre="jazz")
    bands = {newcomers(jazz, VOCABULARY, seed) for seed in range(20)}
    assert len(bands) > 3
    assert all(band[:2] == ("drums", "bass") for band in bands)
    bare = replace(VOCABULARY, genres=tuple(replace(term, band=()) for term in VOCABULARY.genres))
    assert newcomers(jazz, bare, 0)[:2] == ("drums", "bass")


def test_several_instruments_are_louder_than_one() -> None:
    assert prominence(("piano", "organ")) == pytest.approx(10 * np.log10(2), abs=1e-6)
    assert prominence(()) == 0.0


def test_an_even_level_lies_under_the_mix(editor: Editor, song: Audio) -> None:
    source = song.samples.mean(axis=0)[::2].copy()
    level = even_level(source, editor.listen(song))
    whole = loudness(Audio(source[None], RATE))
    assert level is not None and whole is not None and level < whole
