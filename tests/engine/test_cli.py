"""The command: what it writes, what it prints, and one line for every mistake."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from engine.audio import Audio, probe, write
from engine.bundle import MANIFEST, Bundle
from engine.cli import INTERRUPTED, MISTAKE, main

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return make_song(tmp_path / "song.wav", "PCM_16")


def make_song(path: Path, subtype: str, sample_rate: int = 44_100, channels: int = 2, seconds: float = 0.5) -> Path:
    samples = np.random.default_rng(0).standard_normal((round(sample_rate * seconds), channels)) * 0.1
    soundfile.write(path, samples, sample_rate, subtype=subtype)
    return path


@pytest.fixture
def edit(tiny_bundle: Bundle) -> Callable[..., int]:
    def run(source: Path, *rest: object) -> int:
        return main(["edit", "--model", str(tiny_bundle.folder), "--device", "cpu", str(source), *map(str, rest)])

    return run


def assert_mistake(code: int, capsys: pytest.CaptureFixture[str], out: Path, *words: str) -> None:
    printed = capsys.readouterr()
    assert code == MISTAKE
    assert printed.out == ""
    assert printed.err.startswith("instructme: error: ") and "; " in printed.err
    assert printed.err.count("\n") == 1
    for word in words:
        assert word in printed.err, printed.err
    assert not out.exists()
    assert not [path.name for path in out.parent.iterdir() if "part" in path.name]


def test_three_instructions_are_chained(
    edit: Callable[..., int], song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, rounds = tmp_path / "out.wav", tmp_path / "rounds"
    code = edit(
        song, "remove drums", "add strings", "extract bass", "-o", out, "--seed", 5, "--keep-rounds", rounds, "--json"
    )
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, "")
    report = json.loads(printed.out)
    assert [entry["understood"] for entry in report["rounds"]] == ["Remove drums", "Add strings", "Extract bass"]
    assert [entry["instruction"] for entry in report["rounds"]] == ["remove drums", "add strings", "extract bass"]
    assert [entry["steps"] for entry in report["rounds"]] == [0, 2, 0]
    assert {entry["seed"] for entry in report["rounds"]} == {5}
    assert [Path(entry["output"]).name for entry in report["rounds"]] == [f"round-{n}.wav" for n in (1, 2, 3)]
    assert report["output"] == str(out)
    info = probe(out)
    assert (info.sample_rate, info.channels, info.frames, info.subtype) == (44_100, 2, 22_050, "PCM_16")
    assert probe(rounds / "round-3.wav").frames == 22_050


@pytest.mark.parametrize(
    ("name", "subtype", "sample_rate", "channels"),
    [("a.wav", "PCM_16", 44_100, 2), ("a.wav", "PCM_24", 48_000, 1), ("a.flac", "PCM_24", 96_000, 2),
     ("a.wav", "FLOAT", 22_050, 1), ("a.flac", "PCM_16", 8_000, 2), ("a.aiff", "PCM_16", 32_000, 2)],
)  # fmt: skip
def test_outside_the_region_the_file_is_the_same_bit_for_bit(
    edit: Callable[..., int], tmp_path: Path, name: str, subtype: str, sample_rate: int, channels: int
) -> None:
    source = make_song(tmp_path / name, subtype, sample_rate, channels, 0.503)
    out = tmp_path / f"out{source.suffix}"
    assert edit(source, "add strings", "remove bass", "-o", out, "--region", "0:0.1", "0.25") == 0
    kind = "float32" if subtype == "FLOAT" else "int32"
    before, after = (soundfile.read(path, dtype=kind, always_2d=True)[0] for path in (source, out))
    assert soundfile.info(out).subtype == subtype
    assert before.shape == after.shape
    start, end = round(0.1 * sample_rate), round(0.25 * sample_rate)
    assert np.array_equal(before[:start], after[:start])
    assert np.array_equal(before[end:], after[end:])
    assert not np.array_equal(before[start:end], after[start:end])


def test_remove_and_extract_files_sum_to_the_source(edit: Callable[..., int], tmp_path: Path) -> None:
    song = make_song(tmp_path / "song.wav", "PCM_24")
    for verb in ("remove", "extract"):
        assert edit(song, f"{verb} drums", "-o", tmp_path / f"{verb}.wav", "--seed", 1) == 0
    source, removed, extracted = (soundfile.read(tmp_path / f"{n}.wav")[0] for n in ("song", "remove", "extract"))
    error = removed + extracted - source
    assert 10 * np.log10(np.sum(error**2) / np.sum(source**2)) < -60


def test_the_same_seed_writes_the_same_file(edit: Callable[..., int], song: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert edit(song, "replace piano with organ", "-o", tmp_path / f"{name}.wav", "--seed", 9) == 0
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_an_edit_says_in_words_what_was_done(
    edit: Callable[..., int], song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert edit(song, "take out the drums", "-o", tmp_path / "out.wav") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("1. Remove drums (")
    assert f"written to {tmp_path / 'out.wav'}" in printed.out
    assert printed.err == ""


def wave(tmp_path: Path, rate: int = 44_100, channels: int = 1, data: bytes = b"\0\0" * 1000) -> Path:
    """A 16-bit WAV whose header says what it likes."""
    form = struct.pack("<HHIIHH", 1, channels, rate, (rate * channels * 2) % 2**32, channels * 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    path = tmp_path / "bad.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def missing(tmp_path: Path) -> Path:
    return tmp_path / "nothing.wav"


def empty(tmp_path: Path) -> Path:
    (tmp_path / "bad.wav").touch()
    return tmp_path / "bad.wav"


def truncated(tmp_path: Path) -> Path:
    path = make_song(tmp_path / "bad.wav", "PCM_16")
    path.write_bytes(path.read_bytes()[:5000])
    return path


def text(tmp_path: Path) -> Path:
    (tmp_path / "bad.wav").write_text("Dear diary, today I recorded nothing.\n" * 50)
    return tmp_path / "bad.wav"


def not_a_number(tmp_path: Path) -> Path:
    samples = np.zeros((1000, 2), np.float32)
    samples[500, 1] = np.nan
    soundfile.write(tmp_path / "bad.wav", samples, 44_100, subtype="FLOAT")
    return tmp_path / "bad.wav"


def twenty_hours(tmp_path: Path) -> Path:
    path = tmp_path / "bad.wav"
    frames = 20 * 3600 * 8_000
    form = struct.pack("<HHIIHH", 1, 1, 8_000, 8_000, 1, 8)
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + frames) + b"WAVEfmt " + struct.pack("<I", 16) + form)
        file.write(b"data" + struct.pack("<I", frames))
        # A hole: the disk holds a few bytes of it.
        file.truncate(44 + frames)
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (missing, ["no file"]),
        (empty, ["empty"]),
        (truncated, ["truncated"]),
        (text, ["audio"]),
        (not_a_number, ["NaN"]),
        (lambda folder: wave(folder, rate=0), ["sample rate", "0 Hz"]),
        (lambda folder: wave(folder, rate=400_000), ["400000 Hz"]),
        (lambda folder: wave(folder, channels=64, data=b"\0" * 12_800), ["64 channels"]),
        (twenty_hours, ["20.0 hours"]),
        (lambda folder: folder, ["is a folder"]),
    ],
    ids=["missing", "empty", "truncated", "text", "nan", "0Hz", "400kHz", "64channels", "20hours", "folder"],
)
def test_a_file_that_is_no_song_is_a_mistake(
    edit: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    make: Callable[[Path], Path],
    words: list[str],
) -> None:
    out = tmp_path / "out.wav"
    assert_mistake(edit(make(tmp_path), "remove drums", "-o", out), capsys, out, *words)


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("entferne das Schlagzeug", []),
        ("ドラムを消して", []),
        ("remove the theremin", ["theremin", "drums, bass"]),
        ("", []),
        ("   ", []),
        ("remove", []),
        ("remove drums" * 5000, []),
    ],
)
def test_an_instruction_that_is_not_understood_is_a_mistake(
    edit: Callable[..., int],
    song: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    instruction: str,
    words: list[str],
) -> None:
    out = tmp_path / "out.wav"
    assert_mistake(edit(song, "remove drums", instruction, "-o", out), capsys, out, *words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--region", "0.2", "0.1"], ["region"]),
        (["--region", "0.2", "7"], ["region"]),
        (["--region", "0:70", "2"], ["not a time"]),
        (["--region", "nan", "2"], ["not a time"]),
        (["--region", "0.1", "0.2", "add strings from 0:00.3 to 0:00.4"], ["lies outside of the one chosen"]),
        (["--region", "1"], ["--region"]),
        (["--steps", "0"], ["--steps"]),
        (["--steps", "many"], ["--steps"]),
        (["--seed", "-1"], ["--seed"]),
        (["--guidance", "1e9"], ["--guidance"]),
        (["--device", "abacus"], ["abacus"]),
        (["--wings"], ["--wings"]),
    ],
)
def test_an_option_that_makes_no_sense_is_a_mistake(
    edit: Callable[..., int],
    song: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: list[str],
) -> None:
    out = tmp_path / "out.wav"
    assert_mistake(edit(song, "remove drums", "-o", out, *options), capsys, out, *words)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["edit"], "IN"),
        (["edit", "a.wav", "-o", "b.wav"], "INSTRUCTION"),
        (["edit", "a.wav", "remove drums"], "--output"),
        (["dance"], "dance"),
    ],
)
def test_what_is_left_out_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
) -> None:
    assert_mistake(main(arguments), capsys, tmp_path / "out.wav", word, "--help")


@pytest.mark.parametrize("name", ["out.txt", "out", "no/folder/out.wav", "song.wav"])
def test_a_place_that_cannot_be_written_is_a_mistake(
    edit: Callable[..., int], song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    before = song.read_bytes()
    code = edit(song, "remove drums", "-o", tmp_path / name)
    printed = capsys.readouterr()
    assert (code, printed.err.count("\n")) == (MISTAKE, 1)
    assert song.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


def wrong_hash(folder: Path) -> None:
    path = folder / "renderer.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def newer(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | {"format": 99}))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (wrong_hash, ["hash"]),
        (lambda folder: (folder / "unet.safetensors").unlink(), ["unet.safetensors"]),
        (newer, ["newer", "update"]),
        (lambda folder: (folder / MANIFEST).write_text("{"), ["damaged"]),
        (lambda folder: (folder / MANIFEST).unlink(), [MANIFEST]),
        (shutil.rmtree, ["no model folder"]),
    ],
    ids=["hash", "file", "newer", "damaged", "manifest", "folder"],
)
def test_a_model_that_is_not_whole_is_a_mistake(
    tiny_bundle: Bundle,
    song: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], object],
    words: list[str],
) -> None:
    model = Path(shutil.copytree(tiny_bundle.folder, tmp_path / "model"))
    spoil(model)
    out = tmp_path / "out.wav"
    code = main(["edit", str(song), "remove drums", "-o", str(out), "--model", str(model), "--device", "cpu"])
    assert_mistake(code, capsys, out, *words)


def test_a_full_disk_is_one_line(tiny_bundle: Bundle, song: Path, tmp_path: Path) -> None:
    """The limit on the size of a file stands for the disk: the system refuses the write just the same."""
    out = tmp_path / "out.wav"
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", "edit", song, "remove drums", "-o", out, "--model", tiny_bundle.folder],
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == MISTAKE, done.stderr
    assert done.stderr.startswith("instructme: error: no space left") and done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


def test_ctrl_c_leaves_nothing_behind(
    edit: Callable[..., int], song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        code = edit(song, "add strings", "-o", tmp_path / "out.wav", "--steps", 1000)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert code == INTERRUPTED
    assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


def test_a_wrong_instruction_is_answered_before_torch_is_loaded(
    tiny_bundle: Bundle, song: Path, tmp_path: Path
) -> None:
    arguments = [
        "edit",
        str(song),
        "remove the theremin",
        "-o",
        str(tmp_path / "o.wav"),
        "--model",
        str(tiny_bundle.folder),
    ]
    code = f"import sys; from engine.cli import main; main({arguments!r}); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=99, stderr=subprocess.DEVNULL).returncode == 0


def test_listening_prints_what_is_heard(
    tiny_bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = make_song(tmp_path / "song.wav", "PCM_16", seconds=3)
    model = ["--model", str(tiny_bundle.folder), "--device", "cpu"]
    assert main(["analyze", str(song), "--json", *model]) == 0
    assert {"tempo", "beats", "key", "chords", "instruments"} <= set(json.loads(capsys.readouterr().out))
    assert main(["analyze", str(song), *model]) == 0
    assert capsys.readouterr().out.startswith("tempo ")


@pytest.mark.parametrize(
    ("sample_rate", "channels", "frames"),
    [(44_100, 2, 1), (44_100, 1, 441), (8_000, 1, 8_000), (192_000, 1, 19_200), (48_000, 6, 30_000)],
)
@pytest.mark.parametrize("constant", [0.0, 0.5])
def test_of_a_file_in_which_nothing_moves_nothing_is_heard(
    tiny_bundle: Bundle,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    sample_rate: int,
    channels: int,
    frames: int,
    constant: float,
) -> None:
    soundfile.write(tmp_path / "silence.wav", np.full((frames, channels), constant), sample_rate, subtype="PCM_24")
    analyze = ["analyze", str(tmp_path / "silence.wav"), "--model", str(tiny_bundle.folder), "--device", "cpu"]
    assert main([*analyze, "--json", "--midi", str(tmp_path / "notes.mid"), "--matrices", str(tmp_path / "m.npz")]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert [entry["chord"] for entry in summary["chords"]] == ["N"]
    assert (summary["tempo"], summary["key"], summary["beats"], summary["instruments"]) == (None, None, [], [])
    assert not [message for message in mido.MidiFile(tmp_path / "notes.mid") if message.type == "note_on"]
    with np.load(tmp_path / "m.npz") as matrices:
        assert matrices["chords"][0].all() and not matrices["pitches"].any()
    assert main(analyze) == 0
    assert capsys.readouterr().out.count("none heard") == 3


def test_the_notes_that_are_heard_are_written_whole_or_not_at_all(
    tiny_bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = make_song(tmp_path / "song.wav", "PCM_16", seconds=3)
    model = ["--model", str(tiny_bundle.folder), "--device", "cpu"]
    assert main(["analyze", str(song), "--midi", str(tmp_path / "song.mid"), *model]) == 0
    written = mido.MidiFile(tmp_path / "song.mid")
    assert [track.name for track in written.tracks] == ["heard"] and written.length <= 3.1
    capsys.readouterr()
    assert main(["analyze", str(song), "--midi", str(tmp_path / "nowhere" / "song.mid"), *model]) == MISTAKE
    assert "there is no folder" in capsys.readouterr().err
    assert not list(tmp_path.glob(".*.part"))


def test_models_are_listed_with_their_metrics(tiny_bundle: Bundle, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", str(tiny_bundle.folder.parent)]) == 0
    printed = capsys.readouterr().out
    assert "tiny 1" in printed and "remove.si_sdr  1.25" in printed and "files whole" in printed
    assert main(["models", str(tiny_bundle.folder), "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)["models"]
    assert listed["metrics"] == {"remove": {"si_sdr": 1.25}}
    assert "harp" in listed["sounds"]["strings"] and not listed["sounds"]["vocals"]


def test_a_damaged_model_is_listed_and_is_a_mistake(
    tiny_bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong_hash(Path(shutil.copytree(tiny_bundle.folder, tmp_path / "tiny")))
    assert main(["models", str(tmp_path)]) == MISTAKE
    printed = capsys.readouterr()
    assert "damaged" in printed.out
    assert printed.err.startswith("instructme: error: ")


def test_help_is_shown_for_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    for name in ("edit", "analyze", "models"):
        assert name in listed
        assert main([name, "--help"]) == 0
        assert "Usage: instructme" in capsys.readouterr().out


def test_mono_float_audio_is_written_back_as_it_came(edit: Callable[..., int], tmp_path: Path) -> None:
    write(tmp_path / "in.wav", Audio(np.full((1, 4_800), 0.25, np.float32), 48_000))
    assert edit(tmp_path / "in.wav", "extract drums", "-o", tmp_path / "out.wav") == 0
    assert (probe(tmp_path / "out.wav").subtype, probe(tmp_path / "out.wav").frames) == ("FLOAT", 4_800)
