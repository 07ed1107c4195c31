"""`instructme edit --stems` and `--strength`."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import numpy as np
import pytest

from engine.audio import Audio, probe, read, write
from engine.bundle import Bundle
from engine.cli import MISTAKE, main


@pytest.fixture
def song(tmp_path: Path) -> Path:
    samples = np.random.default_rng(0).standard_normal((2, 22_050)).astype(np.float32) * 0.1
    write(tmp_path / "song.wav", Audio(samples, 44_100))
    return tmp_path / "song.wav"


def edit(bundle: Bundle, *rest: object) -> int:
    return main(["edit", "--model", str(bundle.folder), "--device", "cpu", *map(str, rest)])


def test_the_stems_of_every_round_are_written_and_sum_to_its_change(
    tiny_bundle: Bundle, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, rounds, stems = tmp_path / "out.wav", tmp_path / "rounds", tmp_path / "stems"
    code = edit(
        tiny_bundle, song, "remove drums", "add strings", "-o", out, "--keep-rounds", rounds, "--stems", stems, "--json"
    )
    assert code == 0
    assert {path.name for path in stems.iterdir()} == {"round-1.removed.wav", "round-2.added.wav"}
    first, second = json.loads(capsys.readouterr().out)["rounds"]
    assert (first["added"], second["removed"]) == (None, None)
    removed, added = read(first["removed"]), read(second["added"])
    assert probe(first["removed"]).subtype == "FLOAT"
    middle = read(rounds / "round-1.wav").samples
    np.testing.assert_allclose(read(song).samples - removed.samples, middle, atol=1e-6)
    np.testing.assert_allclose(middle + added.samples, read(out).samples, atol=1e-6)


def test_what_is_written_as_notes_is_kept_as_midi(
    score_bundle: Bundle, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stems = tmp_path / "stems"
    assert edit(score_bundle, song, "add piano", "-o", tmp_path / "out.wav", "--stems", stems, "--json") == 0
    (entry,) = json.loads(capsys.readouterr().out)["rounds"]
    # A model that learnt nothing may write nothing; what it brought and its notes come together.
    assert (entry["added"] is None) == (entry["notes"] is None)
    if entry["notes"] is not None:
        assert [track.name for track in mido.MidiFile(entry["notes"]).tracks] == ["piano"]


def test_half_the_strength_is_half_the_change(
    tiny_bundle: Bundle, song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {}
    for strength in ("0", "0.5", "1"):
        path = tmp_path / f"{strength}.wav"
        assert edit(tiny_bundle, song, "remove drums", "-o", path, "--strength", strength, "--json") == 0
        assert json.loads(capsys.readouterr().out)["rounds"][0]["strength"] == float(strength)
        made[strength] = read(path).samples
    source = read(song).samples
    assert np.array_equal(made["0"], source)
    np.testing.assert_allclose(made["0.5"], (source + made["1"]) / 2, atol=1e-6)


@pytest.mark.parametrize("strength", ["-0.1", "1.5", "much"])
def test_a_strength_that_makes_no_sense_is_refused(
    tiny_bundle: Bundle, song: Path, tmp_path: Path, strength: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.wav"
    assert edit(tiny_bundle, song, "remove drums", "-o", out, "--strength", strength) == MISTAKE
    assert not out.exists() and capsys.readouterr().err.startswith("instructme: error: ")
