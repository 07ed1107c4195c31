"""The promises of an edit, kept by a model of random weights as by any other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import Audio, Editor, EditRequest, Instruction, UserError
from engine.bundle import Bundle
from engine.errors import Cancelled
from engine.grid import frames_in
from engine.instruction import Operation
from engine.regions import edit_span, untouched_spans
from tests.conftest import TINY, write_tiny_bundle

EVERY_OPERATION = ("remove drums", "extract bass", "add strings", "replace piano with organ", "remix with bass, piano")


@pytest.fixture(scope="module")
def editor(tiny_bundle: Bundle) -> Editor:
    return Editor.load(tiny_bundle.folder, "cpu")


def song(sample_rate: int = 44_100, seconds: float = 1.0, channels: int = 2, extra: int = 0) -> Audio:
    frames = round(sample_rate * seconds) + extra
    random = np.random.default_rng(3)
    time = np.arange(frames) / sample_rate
    tones = sum(np.sin(2 * np.pi * hertz * time + random.random()) for hertz in (110, 220, 330, 1000))
    noise = random.standard_normal((channels, frames))
    return Audio((0.05 * tones + 0.05 * noise).astype(np.float32), sample_rate)


def decibels(error: np.ndarray, reference: np.ndarray) -> float:
    return 10 * np.log10(np.sum(error.astype(np.float64) ** 2) / np.sum(reference.astype(np.float64) ** 2) + 1e-30)


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
@pytest.mark.parametrize(
    ("sample_rate", "channels", "extra"),
    [(8_000, 1, 3), (22_050, 2, 1), (44_100, 2, 0), (48_000, 1, 479), (96_000, 2, 17)],
)
def test_rate_channels_and_length_are_kept(
    editor: Editor, instruction: str, sample_rate: int, channels: int, extra: int
) -> None:
    audio = song(sample_rate, 0.7, channels, extra)
    edit = editor.edit(audio, instruction)
    assert (edit.audio.sample_rate, edit.audio.samples.shape) == (sample_rate, audio.samples.shape)
    assert np.isfinite(edit.audio.samples).all()
    assert not np.array_equal(edit.audio.samples, audio.samples)


@pytest.mark.parametrize("sample_rate", [8_000, 24_000, 44_100, 96_000])
@pytest.mark.parametrize("name", ["drums", "guitar, bass"])
def test_remove_and_extract_sum_to_the_source(editor: Editor, sample_rate: int, name: str) -> None:
    audio = song(sample_rate, extra=11)
    removed = editor.edit(audio, f"remove {name}", seed=4).audio.samples
    extracted = editor.edit(audio, f"extract {name}", seed=4).audio.samples
    assert decibels(removed + extracted - audio.samples, audio.samples) < -60
    assert decibels(extracted, audio.samples) > -60


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
def test_stereo_that_is_the_same_on_both_sides_is_edited_as_mono(editor: Editor, instruction: str) -> None:
    one = song(44_100, channels=1)
    both = Audio(np.repeat(one.samples, 2, axis=0), one.sample_rate)
    for side in editor.edit(both, instruction).audio.samples:
        np.testing.assert_allclose(side, editor.edit(one, instruction).audio.samples[0], atol=1e-5)


@pytest.mark.parametrize("channels", [3, 6])
def test_more_channels_than_two_are_masked_alike(editor: Editor, channels: int) -> None:
    audio = song(44_100, channels=channels)
    taken = editor.edit(audio, "extract bass").audio.samples
    left = editor.edit(audio, "remove bass").audio.samples
    assert taken.shape == audio.samples.shape
    np.testing.assert_allclose(taken + left, audio.samples, atol=1e-6)


def test_what_sits_on_one_side_is_not_taken_from_the_other(editor: Editor) -> None:
    audio = song()
    audio.samples[1] = 0
    assert np.abs(editor.edit(audio, "extract bass").audio.samples[1]).max() < 1e-3 * np.abs(audio.samples).max()


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
def test_the_same_request_gives_the_same_samples(editor: Editor, instruction: str) -> None:
    request = EditRequest(song(seconds=0.5), instruction, seed=7)
    assert np.array_equal(editor.run(request).audio.samples, editor.run(request).audio.samples)


def test_another_seed_adds_something_else(editor: Editor) -> None:
    audio = song(seconds=0.5)
    first, second = (editor.edit(audio, "add strings", seed=seed).audio.samples for seed in (1, 2))
    assert not np.array_equal(first, second)


def test_removing_needs_no_sampling(editor: Editor) -> None:
    audio = song(seconds=0.5)
    assert editor.edit(audio, "remove drums").rounds[0].steps == 0
    assert editor.edit(audio, "add drums").rounds[0].steps == 2
    assert editor.edit(audio, "add drums", steps=3).rounds[0].steps == 3


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
@pytest.mark.parametrize("region", [(0.0, 0.2), (0.25, 0.5), (0.61, 0.9), (0.3, 0.301)])
def test_outside_the_region_nothing_changes(editor: Editor, instruction: str, region: tuple[float, float]) -> None:
    audio = song(seconds=0.9)
    edit = editor.edit(audio, instruction, region=region)
    start, end = (round(seconds * audio.sample_rate) for seconds in region)
    assert np.array_equal(edit.audio.samples[:, :start], audio.samples[:, :start])
    assert np.array_equal(edit.audio.samples[:, end:], audio.samples[:, end:])
    assert not np.array_equal(edit.audio.samples[:, start:end], audio.samples[:, start:end])
    assert edit.untouched == untouched_spans([(start, end)], audio.frames)


def test_several_instructions_are_rounds_of_one_another(editor: Editor) -> None:
    audio = song(seconds=0.5)
    chain = editor.edit(audio, "remove the drums and add strings, then extract the bass", seed=2)
    texts = [entry.instruction.text for entry in chain.rounds]
    assert texts == ["Remove drums", "Add strings", "Extract bass"]
    by_hand = audio
    for text, entry in zip(texts, chain.rounds, strict=True):
        by_hand = editor.edit(by_hand, text, seed=2).audio
        assert np.array_equal(entry.audio.samples, by_hand.samples)
    assert np.array_equal(chain.audio.samples, by_hand.samples)


def test_an_instruction_may_name_its_own_region(editor: Editor) -> None:
    audio = song(seconds=2)
    edit = editor.run(EditRequest(audio, Instruction(Operation.REMOVE, ("drums",), region=(0.5, 1.0))))
    assert edit.untouched == ((0, 22_050), (44_100, 88_200))


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
@pytest.mark.parametrize("frames", [1, 2, 100, 479, 480, 481])
def test_a_few_samples_are_edited_too(editor: Editor, instruction: str, frames: int) -> None:
    audio = Audio(np.full((1, frames), 0.1, np.float32), 24_000)
    result = editor.edit(audio, instruction).audio.samples
    assert result.shape == (1, frames)
    assert np.isfinite(result).all()


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
def test_silence_is_edited_too(editor: Editor, instruction: str) -> None:
    audio = Audio(np.zeros((2, 30_000), np.float32), 48_000)
    result = editor.edit(audio, instruction).audio.samples
    assert np.isfinite(result).all()
    if instruction.startswith(("remove", "extract")):
        assert not result.any()


def test_windows_of_a_long_song_leave_no_seam(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder sees 2 s at a time here; where its view is long enough that makes no difference."""
    monkeypatch.setattr("engine.networks.WINDOW_SECONDS", 2)
    audio = song(24_000, 6, 1).samples[0]
    networks = Editor(tiny_bundle, "cpu").networks
    latents = networks.encode(audio, lambda share: None)
    decoded = networks.decode(latents, audio.shape[0], lambda share: None)
    monkeypatch.undo()
    whole = networks.encode(audio, lambda share: None)
    assert decibels((latents - whole).numpy(), whole.numpy()) < -30
    assert decibels(decoded - networks.decode(whole, audio.shape[0], lambda share: None), decoded) < -30


def test_the_papers_way_is_given_beside_the_rendered_one(editor: Editor) -> None:
    audio = song(seconds=0.5)
    both = editor.decoded(EditRequest(audio, "remove drums"))
    assert (both.target.sample_rate, both.target.channels, both.target.frames) == (24_000, 1, 12_000)
    assert np.array_equal(both.edit.audio.samples, editor.edit(audio, "remove drums").audio.samples)
    assert both.edit.rounds[0].steps == 2


def test_a_model_that_samples_the_target_alone_edits_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    unet = replace(TINY.unet, state=("target",))
    bundle = write_tiny_bundle(tmp_path_factory.mktemp("models") / "target", replace(TINY, unet=unet))
    audio = song(seconds=0.5)
    editor = Editor(bundle, "cpu")
    for instruction in EVERY_OPERATION:
        assert editor.edit(audio, instruction).audio.samples.shape == audio.samples.shape


def test_embedding_guidance_moves_the_result(editor: Editor) -> None:
    audio = song(seconds=0.5)
    plain = editor.decoded(EditRequest(audio, "remix to jazz genre")).target.samples
    guided = editor.decoded(EditRequest(audio, "remix to jazz genre", embedding_guidance=5.0)).target.samples
    assert not np.array_equal(plain, guided)


@pytest.mark.parametrize("after", [0, 1, 3, 6])
def test_cancelling_stops_within_a_step(editor: Editor, after: int) -> None:
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled):
        editor.run(EditRequest(song(seconds=0.5), "add strings"), is_cancelled=is_cancelled)
    assert asked == after + 1


@pytest.mark.parametrize("at", [1, 5])
def test_no_step_follows_the_one_in_which_it_was_cancelled(
    editor: Editor, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    cancelled, evaluations_after = False, 0
    unet = editor.networks.part("unet")

    def on_progress(stage: str, done: int, total: int, *_: int) -> None:
        nonlocal cancelled
        cancelled = cancelled or (stage == "sampling" and done == at)

    def count(*_: object) -> None:
        nonlocal evaluations_after
        evaluations_after += cancelled

    hook = unet.register_forward_pre_hook(count)
    try:
        with pytest.raises(Cancelled):
            editor.run(EditRequest(song(seconds=0.5), "add strings", steps=20), on_progress, lambda: cancelled)
    finally:
        hook.remove()
    assert evaluations_after == 0


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
def test_strength_lies_on_the_line_from_the_source_to_the_edit(editor: Editor, instruction: str) -> None:
    audio = song(seconds=0.6)
    whole = editor.edit(audio, instruction, seed=3).audio.samples
    at = {share: editor.edit(audio, instruction, seed=3, strength=share).audio.samples for share in (0.0, 0.4, 1.0)}
    assert np.array_equal(at[0.0], audio.samples)
    assert np.array_equal(at[1.0], whole)
    np.testing.assert_allclose(at[0.4], audio.samples + 0.4 * (whole - audio.samples), atol=1e-6)


def test_an_edit_of_no_strength_touches_nothing(editor: Editor) -> None:
    audio = song(seconds=0.5)
    assert editor.edit(audio, "add strings", region=(0.1, 0.2), strength=0.0).untouched == (
        (0, 4_410),
        (4_410, audio.frames),
    )


def test_no_strength_is_no_work_and_is_said(editor: Editor) -> None:
    said: list[object] = []
    edit = editor.run(
        EditRequest(song(seconds=0.5), "add strings", strength=0.0), on_progress=lambda *progress: said.append(progress)
    )
    (done,) = edit.rounds
    assert (done.steps, done.warnings, done.notes) == (0, ("at a strength of 0 nothing was changed",), {})
    assert not said


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
@pytest.mark.parametrize(("region", "strength"), [(None, 1.0), (None, 0.3), ((0.2, 0.5), 1.0), ((0.2, 0.5), 0.7)])
def test_the_stems_sum_to_the_edit(
    editor: Editor, instruction: str, region: tuple[float, float] | None, strength: float
) -> None:
    audio = song(seconds=0.7)
    request = EditRequest(audio, instruction, seed=5, region=region, strength=strength)
    edit = editor.run(request, keep_stems=True)
    stems = edit.rounds[0].stems
    total = audio.samples.astype(np.float64)
    for stem, sign in ((stems.removed, -1), (stems.added, 1)):
        if stem is not None:
            assert (stem.sample_rate, stem.samples.shape) == (audio.sample_rate, audio.samples.shape)
            total += sign * stem.samples
            if region is not None:
                start, end = (round(seconds * audio.sample_rate) for seconds in region)
                assert not stem.samples[:, :start].any() and not stem.samples[:, end:].any()
    np.testing.assert_allclose(edit.audio.samples, total, atol=1e-6)
    brings = instruction.startswith(("add", "replace", "remix"))
    assert (stems.removed is not None, stems.added is not None) == (not instruction.startswith("add"), brings)
    assert np.array_equal(edit.audio.samples, editor.run(request).audio.samples)


def test_stems_are_kept_only_where_they_are_asked_for(editor: Editor) -> None:
    stems = editor.edit(song(seconds=0.5), "replace piano with organ").rounds[0].stems
    assert (stems.removed, stems.added) == (None, None)


def test_the_stems_of_silence_are_absent(editor: Editor) -> None:
    silence = Audio(np.zeros((1, 24_000), np.float32), 24_000)
    assert editor.run(EditRequest(silence, "remove drums"), keep_stems=True).rounds[0].stems.removed is None


def test_a_preview_is_given_for_each_step_and_changes_nothing(editor: Editor) -> None:
    request = EditRequest(song(seconds=12.0), "add strings", steps=4, region=(2.0, 3.0))
    seen = []
    edit = editor.run(request, on_preview=lambda make: seen.append(make()))
    assert len(seen) == 4
    assert all(preview.image.dtype == np.uint8 and preview.image.shape[0] == 48 for preview in seen)
    # With the five seconds around the region that the models hear.
    assert all((preview.start, preview.end) == (0.0, 8.0) for preview in seen)
    assert np.array_equal(edit.audio.samples, editor.run(request).audio.samples)


def test_networks_that_were_dropped_give_the_same_samples_again(tiny_bundle: Bundle) -> None:
    editor, audio = Editor(tiny_bundle, "cpu"), song(seconds=0.5)
    first = editor.edit(audio, "add strings", seed=2).audio.samples
    editor.networks.drop()
    assert np.array_equal(editor.edit(audio, "add strings", seed=2).audio.samples, first)


def test_progress_names_each_stage_in_order(editor: Editor) -> None:
    seen: list[tuple[str, int, int, int, int]] = []
    request = EditRequest(song(seconds=0.5), "replace piano with organ, then remove bass")
    editor.run(request, on_progress=lambda *report: seen.append(report))
    first = [stage for stage, *_, number, _ in seen if number == 1]
    assert list(dict.fromkeys(first)) == ["listening", "rendering", "encoding", "sampling", "decoding"]
    assert {number for *_, number, rounds in seen if rounds == 2} == {1, 2}
    assert all(0 <= done <= total for _, done, total, *_ in seen)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("remove drums", "almost nothing of the drums was found: what was taken lies 40 dB below the song"),
        (
            "solo strings and organ",
            "almost nothing of the strings or organ was found: what was taken lies 40 dB below the song",
        ),
        ("remove the guitars", "almost nothing of the guitar was found: what was taken lies 40 dB below the song"),
    ],
)
def test_who_gets_hardly_anything_is_told_so(
    editor: Editor, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    frames = frames_in(12_000) + 1
    bins = editor.bundle.configuration.renderer.fft_size // 2 + 1
    monkeypatch.setattr(editor.networks, "select", lambda *_: np.full((bins, frames), 0.01, np.float16))
    assert editor.edit(song(24_000, seconds=0.5, channels=1), text).warnings == (words,)
    monkeypatch.setattr(editor.networks, "select", lambda *_: np.full((bins, frames), 0.3, np.float16))
    assert editor.edit(song(24_000, seconds=0.5, channels=1), text).warnings == ()


def test_silence_is_said_to_be_silent(editor: Editor) -> None:
    silence = Audio(np.zeros((1, 24_000), np.float32), 24_000)
    assert editor.edit(silence, "remove drums").warnings == ("there is nothing but silence here",)


def test_a_model_tells_its_users_what_it_cannot_do_well(tiny_bundle: Bundle) -> None:
    limited = replace(tiny_bundle, manifest={**tiny_bundle.manifest, "limits": {"add": "what it adds is rough"}})
    audio = Audio(np.zeros((1, 24_000), np.float32), 24_000)
    assert "what it adds is rough" in Editor(limited).edit(audio, "add strings", steps=1).warnings
    assert "what it adds is rough" not in Editor(limited).edit(audio, "remove drums").warnings


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"region": (0.4, 0.2)}, "empty"),
        ({"region": (0.2, 9.0)}, "ends after"),
        ({"region": (-1.0, 0.2)}, "empty"),
        ({"steps": 0}, "steps"),
        ({"guidance_scale": float("nan")}, "guidance"),
        ({"strength": 1.5}, "strength"),
        ({"strength": float("nan")}, "strength"),
        ({"seed": -1}, "no seed"),
        ({"seed": 2**63}, "no seed"),
        ({"seed": 1.0}, "no seed"),
    ],
)
def test_options_that_make_no_sense_are_refused(editor: Editor, options: dict, message: str) -> None:
    with pytest.raises(UserError, match=message):
        editor.edit(song(seconds=0.5), "remove drums", **options)


def test_no_samples_are_refused(editor: Editor) -> None:
    with pytest.raises(UserError, match="no sound"):
        editor.edit(Audio(np.zeros((1, 0), np.float32), 24_000), "remove drums")


def test_the_largest_seed_is_a_seed(editor: Editor) -> None:
    assert editor.edit(song(seconds=0.5), "add strings", seed=2**63 - 1).rounds[0].seed == 2**63 - 1


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        (Instruction(Operation.REMOVE, ("kazoo",)), "has not learnt 'kazoo'; it knows: vocals, drums"),
        (Instruction(Operation.REPLACE, ("piano",), ("vilion",)), "has not learnt 'vilion'"),
        (Instruction(Operation.REMIX, genre="polka"), "has not learnt the genre 'polka'; it knows: rock"),
        (Instruction(Operation.REMIX, genre="Jazz"), "'Jazz' is not what the vocabulary calls it; write jazz"),
        (Instruction(Operation.REMOVE, ("guitar",)), "write acoustic guitar, electric guitar"),
        (Instruction(Operation.REMOVE), "no instrument is named"),
        (Instruction(Operation.REPLACE, ("piano",)), "no instrument is named"),
        (Instruction("mute", ("drums",)), "no operation 'mute'"),  # pyright: ignore[reportArgumentType]
    ],
)
def test_an_instruction_by_hand_names_what_the_model_knows(
    editor: Editor, instruction: Instruction, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        editor.edit(song(seconds=0.5), instruction)


def test_an_instruction_by_hand_is_edited_as_the_sentence_is(editor: Editor) -> None:
    audio = song(seconds=0.5)
    by_hand = Instruction("add", ("strings",))  # pyright: ignore[reportArgumentType]
    assert np.array_equal(editor.edit(audio, by_hand).audio.samples, editor.edit(audio, "add strings").audio.samples)


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_one_odd_sample_is_refused_in_long_sound_too(editor: Editor, odd: float) -> None:
    samples = np.zeros((1, 5_000_000), np.float32)
    samples[0, 4_999_999] = odd
    audio = Audio(samples, 96_000)
    for ask in (editor.listen, lambda audio: editor.edit(audio, "remove drums")):
        with pytest.raises(UserError, match="NaN or infinite"):
            ask(audio)


def test_a_device_that_is_not_there_is_refused(tiny_bundle: Bundle) -> None:
    with pytest.raises(UserError, match="no device called abacus"):
        Editor(tiny_bundle, "abacus")


def test_a_region_may_end_where_the_shown_length_ends() -> None:
    assert edit_span(44_100, 44_100, (0.5, 1.004), None) == (22_050, 44_100)
    assert untouched_spans([(5, 8), (0, 2), (7, 9)], 10) == ((2, 5), (9, 10))


def upside_down(audio: Audio) -> Audio:
    """Its second channel turned."""
    return Audio(audio.samples * np.array([[1], [-1]], np.float32), audio.sample_rate)


@pytest.mark.parametrize("instruction", EVERY_OPERATION)
@pytest.mark.parametrize("region", [None, (0.2, 0.6)])
def test_a_song_whose_channels_cancel_is_edited_as_one_whose_channels_agree(
    editor: Editor, instruction: str, region: tuple[float, float] | None
) -> None:
    straight = Audio(np.repeat(song(channels=1).samples, 2, axis=0), 44_100)
    straight.samples[1] *= 0.9
    made = [
        editor.run(EditRequest(audio, instruction, seed=2, region=region), keep_stems=True)
        for audio in (straight, upside_down(straight))
    ]
    (one, other), (kept, turned) = ((edit.audio for edit in made), (edit.rounds[0].stems for edit in made))
    assert np.array_equal(upside_down(one).samples, other.samples)
    assert made[0].rounds[0].heard == made[1].rounds[0].heard and made[0].warnings == made[1].warnings
    for before, after in ((kept.removed, turned.removed), (kept.added, turned.added)):
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert np.array_equal(upside_down(before).samples, after.samples)


def test_of_a_song_whose_channels_cancel_remove_and_extract_sum_to_the_source(editor: Editor) -> None:
    audio = upside_down(Audio(np.repeat(song(channels=1).samples, 2, axis=0), 44_100))
    removed, extracted = (editor.edit(audio, f"{verb} drums").audio.samples for verb in ("remove", "extract"))
    np.testing.assert_allclose(removed + extracted, audio.samples, atol=1e-6)
    assert decibels(extracted, audio.samples) > -60
    heard = editor.listen(audio)
    assert np.array_equal(heard.pitches, editor.listen(upside_down(audio)).pitches)


@pytest.mark.parametrize(
    "values",
    [
        {"strength": "half"}, {"strength": None}, {"steps": 2.5}, {"guidance_scale": "much"}, {"region": (0.1, None)},
        {"region": (0.1,)}, {"region": ("0:00", "0:01")}, {"instruction": None}, {"instruction": b"remove drums"},
        {"instruction": ["remove drums", "add strings"]}, {"audio": np.zeros((2, 100), np.float32)},
        {"audio": Audio(np.zeros((2, 100), np.float32), 1)}, {"audio": Audio(np.zeros((2, 100), np.float32), 10**9)},
    ],
)  # fmt: skip
def test_what_no_edit_can_be_done_with_is_said_in_words(editor: Editor, values: dict[str, object]) -> None:
    with pytest.raises(UserError) as caught:
        editor.run(replace(EditRequest(song(seconds=0.1), "remove drums"), **values))  # pyright: ignore[reportArgumentType]
    assert caught.value.cause and caught.value.remedy


@pytest.mark.parametrize("rate", [0, -1, 44_100.5, "44100", None, float("nan"), float("inf")])
def test_a_sample_rate_is_a_whole_number_of_hertz(rate: object) -> None:
    with pytest.raises(UserError, match="is not a sample rate"):
        Audio(np.zeros((1, 10), np.float32), rate)  # pyright: ignore[reportArgumentType]


def test_what_is_replaced_is_taken_out_more_thoroughly_than_what_is_removed(editor: Editor) -> None:
    audio = song(24_000, channels=1)
    removed, replaced = (
        editor.run(EditRequest(audio, text), keep_stems=True).rounds[0].stems.removed
        for text in ("remove piano", "replace piano with organ")
    )
    assert removed is not None and replaced is not None
    assert 1.05 * np.linalg.norm(removed.samples) < np.linalg.norm(replaced.samples) <= np.linalg.norm(audio.samples)
