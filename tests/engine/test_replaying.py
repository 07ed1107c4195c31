"""A log that the window exported gives the same samples on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio import read
from engine.bundle import Bundle
from engine.cli import MISTAKE, main
from engine.editor import Editor
from engine.errors import UserError
from engine.jobs import edit_file
from engine.replaying import load_log, replay_file
from engine.session import SOURCE, Project, take_region
from tests.conftest import write_tiny_bundle


@pytest.fixture(scope="module")
def made(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(song, project): two branches, a region, a strength, and a region taken from the other branch; all as the
    worker makes them."""
    folder = tmp_path_factory.mktemp("replay")
    song = folder / "song.flac"
    samples = np.random.default_rng(0).standard_normal((22_050, 2)) * 0.1
    soundfile.write(song, samples, 44_100, subtype="PCM_16")
    editor = Editor(tiny_bundle, "cpu")
    with Project.create(folder / "project", song) as project:

        def edit(parent: str, text: str, seed: int, **facts) -> str:
            pending = project.begin_round(parent)
            source = project.audio_path(parent)
            report = edit_file(editor, source, pending.path, (text,), seed=seed, **facts).rounds[-1]
            region, guidance = facts.get("region"), facts.get("guidance")
            return project.finish_round(
                pending, text.lower(), text, seed=report.seed, steps=report.steps, region=region, guidance=guidance,
                model=tiny_bundle.name, model_hash=tiny_bundle.hash,
            ).id  # fmt: skip

        first = edit(SOURCE, "Remove drums", 7)
        strings = edit(first, "Add strings", 123_456, steps=3, guidance=4.5)
        organ = edit(first, "Replace piano with organ", 9, region=(0.1, 0.3))
        pending = project.begin_round(organ)
        take_region(project.audio_path(organ), project.audio_path(strings), pending.path, (0.2, 0.35))
        words = "Region 0:00.2-0:00.35 from 'Add strings'"
        spliced = project.finish_round(pending, words, words, region=(0.2, 0.35), taken_from=strings).id
        edit(spliced, "Extract bass", 5)
        # Where the region came from is gone for good, and can be made again all the same.
        project.delete(strings)
        project.purge()
        (folder / "log.json").write_text(json.dumps(project.export_log()))
    return song, folder / "project"


def replay(bundle: Bundle, song: Path, log: Path, out: Path, *rest: object) -> int:
    model = ["--model", str(bundle.folder), "--device", "cpu"]
    return main(["edit", str(song), "--replay", str(log), "-o", str(out), *model, *map(str, rest)])


@pytest.mark.parametrize("until", ["0001", "0003", "0004", None])
def test_every_round_comes_out_with_the_same_samples(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], until: str | None
) -> None:
    song, project = made
    out = tmp_path / "out.wav"
    assert replay(tiny_bundle, song, project.parent / "log.json", out, *(["--until", until] if until else [])) == 0
    assert capsys.readouterr().err == ""
    wanted = soundfile.read(project / "rounds" / f"{until or '0005'}.wav", dtype="int16")[0]
    found = soundfile.read(out, dtype="int16")[0]
    assert soundfile.info(out).subtype == "PCM_16"
    np.testing.assert_array_equal(found, wanted)
    assert not np.array_equal(found, soundfile.read(song, dtype="int16")[0])


def test_replaying_reports_every_round_on_the_way(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, project = made
    log, kept = project.parent / "log.json", tmp_path / "kept"
    assert replay(tiny_bundle, song, log, tmp_path / "out.wav", "--json", "--keep-rounds", kept) == 0
    report = json.loads(capsys.readouterr().out)
    assert [entry["instruction"] for entry in report["rounds"]] == [
        "remove drums",
        "add strings",
        "replace piano with organ",
        "Region 0:00.2-0:00.35 from 'Add strings'",
        "extract bass",
    ]
    assert [Path(entry["output"]).stem for entry in report["rounds"]] == ["0001", "0002", "0003", "0004", "0005"]
    assert report["rounds"][1]["steps"] == 3
    for id in ("0001", "0003", "0004", "0005"):
        found, wanted = (soundfile.read(folder / f"{id}.wav")[0] for folder in (kept, project / "rounds"))
        np.testing.assert_array_equal(found, wanted)


def test_another_model_or_another_song_is_said_and_replayed(
    made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, project = made
    other = write_tiny_bundle(tmp_path / "other")
    manifest = json.loads((other.folder / "model.json").read_text())
    manifest["configuration"]["diffusion"]["sample_steps"] = 3
    (other.folder / "model.json").write_text(json.dumps(manifest))
    changed = tmp_path / "changed.flac"
    soundfile.write(changed, soundfile.read(song)[0] * 0.5, 44_100, subtype="PCM_16")
    log = project.parent / "log.json"
    assert replay(other, changed, log, tmp_path / "out.wav", "--until", "0001") == 0
    told = capsys.readouterr().err
    assert "not the file that the log was made from" in told
    assert "the log was made with tiny, not with this state of" in told


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--until", "0099"], ["no round '0099'", "0001"]),
        (["--until", SOURCE], ["no edit"]),
        (["--seed", "3"], ["--seed"]),
        (["--steps", "3"], ["--steps"]),
        (["--region", "0", "1"], ["--region"]),
        (["remove drums"], ["instructions"]),
    ],
)
def test_what_does_not_go_with_a_log_is_a_mistake(
    tiny_bundle: Bundle,
    made: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: list[str],
) -> None:
    song, project = made
    assert replay(tiny_bundle, song, project.parent / "log.json", tmp_path / "out.wav", *options) == MISTAKE
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and not (tmp_path / "out.wav").exists()
    for word in words:
        assert word in told


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 99}', "\0", '"' * 9999])
def test_a_file_that_is_no_log_is_a_mistake(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "log.json").write_text(text)
    assert replay(tiny_bundle, made[0], tmp_path / "log.json", tmp_path / "out.wav") == MISTAKE
    assert "log" in capsys.readouterr().err
    assert not (tmp_path / "out.wav").exists()


def test_a_song_that_is_too_short_for_the_log_is_told_before_anything_is_done(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = tmp_path / "short.wav"
    soundfile.write(song, np.zeros((4_410, 2)), 44_100)
    assert replay(tiny_bundle, song, made[1].parent / "log.json", tmp_path / "out.wav") == MISTAKE
    assert "region" in capsys.readouterr().err
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"seed": "abc"}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"steps": "many"}, "steps"),
        ({"steps": 1001}, "steps"),
        ({"guidance": [1]}, "guidance"),
        ({"guidance": float("nan")}, "guidance"),
        ({"strength": "half"}, "strength"),
        ({"strength": 2}, "strength"),
        ({"region": [0.3, 0.1]}, "region"),
        ({"region": "all"}, "log"),
        ({"model": 7}, "odd"),
        ({"model_hash": ["a"]}, "odd"),
        ({"understood": "Remove \ud800"}, "odd"),
        ({"id": "0001\0"}, "odd"),
    ],
    ids=lambda value: str(value).encode("unicode_escape").decode(),
)
def test_a_log_that_somebody_changed_by_hand_is_a_mistake(
    tiny_bundle: Bundle,
    made: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    facts: dict[str, object],
    word: str,
) -> None:
    log = json.loads((made[1].parent / "log.json").read_text())
    log["edits"] = [log["edits"][0] | facts]
    log["current"] = log["edits"][0]["id"]
    (tmp_path / "log.json").write_text(json.dumps(log))
    assert replay(tiny_bundle, made[0], tmp_path / "log.json", tmp_path / "out.wav") == MISTAKE
    told = capsys.readouterr().err
    assert told.startswith("instructme: error: ") and told.count("\n") == 1 and word in told
    assert not (tmp_path / "out.wav").exists()


def test_keeping_the_rounds_of_a_log_replaces_neither_the_song_nor_the_log(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, project = made
    log = project.parent / "log.json"
    samples, rate = soundfile.read(song)
    soundfile.write(tmp_path / "0002.wav", samples, rate, subtype="PCM_16")
    shutil.copy(log, tmp_path / "0003.wav")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    out = tmp_path / "out.wav"
    assert replay(tiny_bundle, tmp_path / "0002.wav", log, out, "--keep-rounds", tmp_path) == MISTAKE
    assert "0002.wav' would overwrite the source" in capsys.readouterr().err
    assert replay(tiny_bundle, song, tmp_path / "0003.wav", out, "--keep-rounds", tmp_path) == MISTAKE
    assert "0003.wav' would overwrite the log" in capsys.readouterr().err
    assert replay(tiny_bundle, song, log, tmp_path / "kept" / ".." / "0001.wav", "--keep-rounds", tmp_path) == MISTAKE
    assert replay(tiny_bundle, song, log, tmp_path / "0001.wav", "--keep-rounds", tmp_path) == MISTAKE
    assert "would be written twice" in capsys.readouterr().err
    with pytest.raises(UserError, match="would overwrite the source"):
        replay_file(
            Editor(tiny_bundle, "cpu"), tmp_path / "0002.wav", out, load_log(log).way_to(), rounds_folder=tmp_path
        )
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_rounds_of_a_project_are_not_replaced_by_those_of_a_log(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, project = made
    rounds = project / "rounds"
    before = {path: path.read_bytes() for path in rounds.iterdir()}
    log = project.parent / "log.json"
    assert replay(tiny_bundle, song, log, tmp_path / "out.wav", "--keep-rounds", rounds) == MISTAKE
    assert "rounds of a project" in capsys.readouterr().err
    assert replay(tiny_bundle, song, log, rounds / "0001.wav") == MISTAKE
    assert {path: path.read_bytes() for path in rounds.iterdir()} == before


def test_until_needs_a_log(made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = shutil.copy(made[0], tmp_path / "song.flac")
    assert main(["edit", str(copy), "remove drums", "--until", "0001", "-o", str(tmp_path / "out.wav")]) == MISTAKE
    assert "--replay" in capsys.readouterr().err


def test_rounds_that_others_stand_on_are_not_cut_off_at_full_scale(tiny_bundle: Bundle, tmp_path: Path) -> None:
    song, editor = tmp_path / "song.wav", Editor(tiny_bundle, "cpu")
    samples = np.random.default_rng(0).uniform(-0.999, 0.999, (22_050, 2))
    soundfile.write(song, samples, 44_100, subtype="PCM_16")
    cut = edit_file(editor, song, tmp_path / "cut.wav", ("add strings",), seed=1)
    whole = edit_file(editor, song, tmp_path / "whole.wav", ("add strings",), seed=1, headroom=True)
    assert cut.clipped > 0 and whole.clipped == 0
    assert cut.peak_db_over == whole.peak_db_over > 0
    loud = read(tmp_path / "whole.wav").samples
    np.testing.assert_allclose(np.clip(loud, -1, 1), read(tmp_path / "cut.wav").samples, atol=2 / 32_768)
    take_region(song, tmp_path / "whole.wav", tmp_path / "taken.wav", (0.1, 0.4))
    inside = slice(round(0.2 * 44_100), round(0.3 * 44_100))
    np.testing.assert_array_equal(read(tmp_path / "taken.wav").samples[:, inside], loud[:, inside])


def test_rounds_that_were_kept_of_a_log_are_not_replaced(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, project = made
    kept, out, log = tmp_path / "kept", tmp_path / "out.wav", project.parent / "log.json"
    assert replay(tiny_bundle, song, log, out, "--until", "0001", "--keep-rounds", kept) == 0
    before = {path: path.read_bytes() for path in kept.iterdir()}
    capsys.readouterr()
    assert replay(tiny_bundle, song, log, out, "--until", "0003", "--keep-rounds", kept) == MISTAKE
    assert "0001.wav' is there already" in capsys.readouterr().err
    with pytest.raises(UserError, match="is there already"):
        replay_file(Editor(tiny_bundle, "cpu"), song, out, load_log(log).way_to("0001"), rounds_folder=kept)
    assert {path: path.read_bytes() for path in kept.iterdir()} == before


def test_every_round_of_a_log_can_have_its_stems(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, project = made
    kept, stems, out = tmp_path / "kept", tmp_path / "stems", tmp_path / "out.wav"
    options = ("--json", "--keep-rounds", kept, "--stems", stems)
    assert replay(tiny_bundle, song, project.parent / "log.json", out, *options) == 0
    rounds = json.loads(capsys.readouterr().out)["rounds"]
    before = {"0001": song, "0002": kept / "0001.wav", "0003": kept / "0001.wav", "0004": kept / "0003.wav"}
    for entry in rounds[:4]:
        after = read(entry["output"]).samples
        went, came = (0 if entry[name] is None else read(entry[name]).samples for name in ("removed", "added"))
        source = read(before[Path(entry["output"]).stem]).samples
        np.testing.assert_allclose(source - went + came, after, atol=4 / 32_768)
    strings, organ, spliced = rounds[1:4]
    assert Path(spliced["added"]) == stems / "0004.added.wav"
    # Strings came where the organ went, and the piano that it had replaced came back.
    inside = slice(round(0.22 * 44_100), round(0.28 * 44_100))
    went, came = (read(spliced[name]).samples[:, inside] for name in ("removed", "added"))
    np.testing.assert_allclose(went, read(organ["added"]).samples[:, inside], atol=1e-6)
    wanted = read(strings["added"]).samples[:, inside] + read(organ["removed"]).samples[:, inside]
    np.testing.assert_allclose(came, wanted, atol=1e-6)


def test_stems_that_were_kept_of_a_log_are_not_replaced(
    tiny_bundle: Bundle, made: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, project = made
    command = (
        song,
        project.parent / "log.json",
        tmp_path / "out.wav",
        "--until",
        "0001",
        "--stems",
        tmp_path / "stems",
    )
    assert replay(tiny_bundle, *command) == 0
    capsys.readouterr()
    assert replay(tiny_bundle, *command) == MISTAKE
    assert "0001.removed.wav' is there already" in capsys.readouterr().err
