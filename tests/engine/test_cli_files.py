"""Where the command writes: never over what the user has, and a wrong path is one line before a model is loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
import soundfile

from engine.bundle import Bundle
from engine.cli import INTERRUPTED, MISTAKE, main
from engine.editor import Editor
from engine.errors import UserError
from engine.jobs import analyze_file, as_user_error, edit_file
from engine.session.locking import claimed

ROOT = Path(__file__).resolve().parents[2]
SIGN = "曲"
"""Three bytes in a file's name."""


def make_song(path: Path, sample_rate: int = 44_100, channels: int = 2) -> Path:
    samples = np.random.default_rng(0).standard_normal((sample_rate // 2, channels)) * 0.1
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, samples, sample_rate, subtype="PCM_16")
    return path


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def run(tiny_bundle: Bundle) -> Callable[..., int]:
    def call(command: str, *rest: object) -> int:
        return main([command, "--model", str(tiny_bundle.folder), "--device", "cpu", *map(str, rest)])

    return call


@pytest.fixture
def refused(run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The error line of a command that must change no file and leave no folder."""

    def call(*arguments: object) -> str:
        before, there = files(tmp_path), set(tmp_path.rglob("*"))
        capsys.readouterr()
        code, printed = run(*arguments), capsys.readouterr()
        assert (code, printed.out) == (MISTAKE, "")
        assert printed.err.startswith("instructme: error: ") and "; " in printed.err
        assert printed.err.count("\n") == 1
        assert files(tmp_path) == before and set(tmp_path.rglob("*")) == there
        return printed.err

    return call


@pytest.mark.parametrize("name", ["round-1.removed.wav", "round-1.added.wav", "round-1.notes.mid", "round-2.added.wav"])
def test_stems_never_replace_the_song(refused: Callable[..., str], tmp_path: Path, name: str) -> None:
    song = make_song(tmp_path / "st" / "song.wav").rename(tmp_path / "st" / name)
    told = refused("edit", song, "remove drums, add strings", "-o", tmp_path / "b.wav", "--stems", tmp_path / "st")
    assert f"{name}' would overwrite the source" in told


def test_kept_rounds_never_replace_the_song(refused: Callable[..., str], tmp_path: Path) -> None:
    song = make_song(tmp_path / "K" / "round-2.wav")
    told = refused(
        "edit", song, "remove drums", "add strings", "-o", tmp_path / "b.wav", "--keep-rounds", tmp_path / "K"
    )
    assert "round-2.wav' would overwrite the source" in told


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_the_song_is_known_by_its_other_names(
    refused: Callable[..., str], tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    song = make_song(tmp_path / "song.wav")
    (tmp_path / "K").mkdir()
    link(song, tmp_path / "K" / "round-1.wav")
    out = tmp_path / "b.wav"
    assert "overwrite the source" in refused("edit", song, "remove drums", "-o", out, "--keep-rounds", tmp_path / "K")
    assert "overwrite the source" in refused("edit", song, "remove drums", "-o", tmp_path / "K" / "round-1.wav")


@pytest.mark.parametrize(
    ("option", "name"),
    [("--keep-rounds", "round-1.wav"), ("--stems", "round-2.added.wav"), ("--stems", "a/../round-1.added.wav")],
)
def test_the_edited_file_never_replaces_what_was_kept_on_the_way(
    refused: Callable[..., str], tmp_path: Path, option: str, name: str
) -> None:
    song = make_song(tmp_path / "song.wav")
    (tmp_path / "krr" / "a").mkdir(parents=True)
    out = tmp_path / "krr" / name
    told = refused("edit", song, "remove drums", "add strings", "-o", out, option, tmp_path / "krr")
    assert "would be written twice" in told


@pytest.mark.parametrize("option", ["--midi", "--matrices"])
def test_what_is_heard_never_replaces_the_song(refused: Callable[..., str], tmp_path: Path, option: str) -> None:
    song = make_song(tmp_path / "song.wav")
    assert "overwrite the source" in refused("analyze", song, option, song)
    both = tmp_path / "heard"
    assert "written twice" in refused("analyze", song, "--midi", both, "--matrices", both)


def test_the_python_door_keeps_the_song_as_well(tiny_bundle: Bundle, tmp_path: Path) -> None:
    editor, song = Editor(tiny_bundle, "cpu"), make_song(tmp_path / "round-1.removed.wav")
    before = files(tmp_path)
    for call in (
        lambda: edit_file(editor, song, tmp_path / "b.wav", ("remove drums",), stems_folder=tmp_path),
        lambda: edit_file(editor, song, tmp_path / "b.wav", ("remove drums",), stems=tmp_path / "round-1"),
        lambda: edit_file(editor, song, song, ("remove drums",)),
        lambda: analyze_file(editor, song, song),
        lambda: analyze_file(editor, song, midi=song),
    ):
        with pytest.raises(UserError, match="would overwrite the source"):
            call()
        assert files(tmp_path) == before


def test_a_file_is_no_folder_to_keep_things_in(refused: Callable[..., str], tmp_path: Path) -> None:
    song = make_song(tmp_path / "song.wav")
    (tmp_path / "notes.txt").write_text("mine")
    for option in ("--keep-rounds", "--stems"):
        arguments = ("edit", song, "remove drums", "-o", tmp_path / "b.wav", option)
        assert "notes.txt' is a file" in refused(*arguments, tmp_path / "notes.txt")
        assert "notes.txt/x' cannot be written" in refused(*arguments, tmp_path / "notes.txt" / "x")


def test_an_edit_that_fails_late_leaves_no_folder_that_it_made(refused: Callable[..., str], tmp_path: Path) -> None:
    song, out = tmp_path / "song.wav", tmp_path / "out.wav"
    soundfile.write(song, np.full((22_050, 2), np.nan), 44_100, subtype="FLOAT")
    (tmp_path / "mine").mkdir()
    edit = ("edit", song, "remove drums", "-o", out)
    # What is wrong with its samples is found when all else is ready.
    refused(*edit, "--keep-rounds", tmp_path / "a" / "b" / "K", "--stems", tmp_path / "a" / "S")
    refused(*edit, "--keep-rounds", tmp_path / "mine", "--stems", tmp_path / "mine" / ".." / "S")


def test_a_folder_is_no_file_to_write_to(refused: Callable[..., str], tmp_path: Path) -> None:
    song = make_song(tmp_path / "song.wav")
    (tmp_path / "K" / "round-1.wav").mkdir(parents=True)
    arguments = ("edit", song, "remove drums", "-o", tmp_path / "b.wav", "--keep-rounds", tmp_path / "K")
    assert "round-1.wav' is a folder" in refused(*arguments)
    assert "is a folder" in refused("analyze", song, "--midi", tmp_path / "K")
    assert "there is no folder" in refused("analyze", song, "--matrices", tmp_path / "none" / "x.npz")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder that takes no files, whoever asks")
def test_a_folder_that_takes_no_files_is_a_mistake(refused: Callable[..., str], tmp_path: Path) -> None:
    song = make_song(tmp_path / "song.wav")
    assert "'/proc/x.npz' cannot be written" in refused("analyze", song, "--matrices", "/proc/x.npz")
    assert "'/proc/x.wav' cannot be written" in refused("edit", song, "remove drums", "-o", "/proc/x.wav")
    assert "'/proc/K' cannot be written" in refused(
        "edit", song, "remove drums", "-o", tmp_path / "b.wav", "--keep-rounds", "/proc/K"
    )


def test_a_name_of_eighty_signs_is_written_and_one_too_long_is_a_mistake(
    run: Callable[..., int], refused: Callable[..., str], tmp_path: Path
) -> None:
    song = make_song(tmp_path / "song.wav")
    long = tmp_path / f"{SIGN * 90}.wav"
    assert "too long" in refused("edit", song, "remove drums", "-o", long)
    assert "too long" in refused("analyze", song, "--midi", long.with_suffix(".mid"))
    out, midi = tmp_path / f"{SIGN * 80}.wav", tmp_path / f"{SIGN * 80}.mid"
    assert run("edit", song, "remove drums", "-o", out) == 0
    assert run("analyze", song, "--midi", midi) == 0
    assert set(tmp_path.iterdir()) == {song, out, midi}


def test_a_wrong_place_or_format_is_told_before_torch_is_loaded(tiny_bundle: Bundle, tmp_path: Path) -> None:
    song, wide = make_song(tmp_path / "song.wav"), make_song(tmp_path / "wide.wav", channels=3)
    (tmp_path / "K" / "round-1.wav").mkdir(parents=True)
    edit, out = ["edit", str(song), "remove drums", "-o"], str(tmp_path / "b.wav")
    commands = [
        [*edit, str(tmp_path / "a.opus")],
        ["edit", str(wide), "remove drums", "-o", str(tmp_path / "a.mp3")],
        [*edit, str(tmp_path / "K" / "round-1.removed.wav"), "--stems", str(tmp_path / "K")],
        [*edit, out, "--keep-rounds", str(song)],
        [*edit, out, "--keep-rounds", str(tmp_path / "K")],
        [*edit, out, "--stems", str(song / "x")],
        [*edit, str(tmp_path / f"{SIGN * 90}.wav")],
        ["analyze", str(song), "--midi", str(song)],
        ["analyze", str(song), "--matrices", str(tmp_path)],
    ]
    commands = [[*command, "--model", str(tiny_bundle.folder)] for command in commands]
    code = (
        f"import sys; from engine.cli import main; print([main(command) for command in {commands!r}]);"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=99)
    assert (done.returncode, done.stdout.strip()) == (0, str([MISTAKE] * len(commands))), done.stderr
    told = done.stderr.splitlines()
    assert len(told) == len(commands)
    assert "Opus cannot hold 2 channels at 44100 Hz" in told[0]
    assert "MP3 cannot hold 3 channels" in told[1]


def test_ctrl_c_after_a_kept_round_does_not_say_that_nothing_was_written(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, kept, out = make_song(tmp_path / "song.wav"), tmp_path / "K", tmp_path / "out.wav"

    def interrupt_after_the_first_round(_: int, frame: FrameType | None) -> None:
        # Within torch, which asks Python for shapes, an interrupt can come out as another error.
        ours = frame is not None and "engine" in Path(frame.f_code.co_filename).parts
        if ours and (kept / "round-1.wav").exists():
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt_after_the_first_round)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        code = run("edit", song, "remove drums", "add strings", "-o", out, "--steps", 1000, "--keep-rounds", kept)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    told = capsys.readouterr().err
    assert (code, told.count("\n")) == (INTERRUPTED, 1)
    assert f"'{out}' was not written" in told and str(kept) in told and "nothing" not in told
    assert set(files(tmp_path)) == {song, kept / "round-1.wav"}


def test_ctrl_c_before_the_first_kept_round_leaves_nothing(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song, mine, kept, out = make_song(tmp_path / "song.wav"), tmp_path / "mine", tmp_path / "K", tmp_path / "out.wav"
    mine.mkdir()
    there = set(tmp_path.rglob("*"))

    def interrupt_once_the_folders_are_there(_: int, frame: FrameType | None) -> None:
        ours = frame is not None and "engine" in Path(frame.f_code.co_filename).parts
        if ours and kept.is_dir():
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt_once_the_folders_are_there)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    try:
        folders = ("--keep-rounds", kept, "--stems", mine)
        code = run("edit", song, "add strings", "-o", out, "--steps", 1000, *folders)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    told = capsys.readouterr().err
    assert (code, told.count("\n")) == (INTERRUPTED, 1) and "rounds that were done" not in told
    assert set(tmp_path.rglob("*")) == there


def test_what_the_system_says_of_a_path_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:
        os.replace(tmp_path / ".part", tmp_path / "out.wav")
    known = as_user_error(caught.value)
    assert known is not None and f"{tmp_path / 'out.wav'}' cannot be" in known.cause
    # Without a path nobody can mend it: a defect of ours, told as one.
    assert as_user_error(OSError("odd")) is None


def test_kept_rounds_and_stems_of_an_earlier_edit_are_not_replaced(
    run: Callable[..., int], refused: Callable[..., str], tmp_path: Path
) -> None:
    song, out = make_song(tmp_path / "song.wav"), tmp_path / "out.wav"
    edit = ("edit", song, "remove drums", "-o", out)
    for option, folder, made in (("--keep-rounds", "K", "round-1.wav"), ("--stems", "S", "round-1.removed.wav")):
        assert run(*edit, option, tmp_path / folder) == 0
        told = refused(*edit, "--seed", 2, option, tmp_path / folder)
        assert f"{folder}/{made}' is there already" in told and f"such as '{tmp_path / folder}-2'" in told
        # Of a longer chain the first round is the one in the way; of other stems those of the same round are.
        assert made in refused("edit", song, "add strings", "extract bass", "-o", out, option, tmp_path / folder)
        assert run(*edit, option, tmp_path / f"{folder}-2") == 0
        assert f"such as '{tmp_path / folder}-3'" in refused(*edit, option, tmp_path / folder)


def test_the_output_may_be_written_again(run: Callable[..., int], tmp_path: Path) -> None:
    song, out = make_song(tmp_path / "song.wav"), tmp_path / "out.wav"
    assert run("edit", song, "add strings", "-o", out, "--seed", 1) == 0
    before = out.read_bytes()
    assert run("edit", song, "add strings", "-o", out, "--seed", 2) == 0
    assert out.read_bytes() != before


def test_the_python_door_keeps_earlier_rounds_as_well(tiny_bundle: Bundle, tmp_path: Path) -> None:
    editor, song = Editor(tiny_bundle, "cpu"), make_song(tmp_path / "song.wav")
    rounds, stems = tmp_path / "K", tmp_path / "S"
    edit_file(editor, song, tmp_path / "a.wav", ("remove drums",), rounds_folder=rounds, stems_folder=stems)
    before = files(tmp_path)
    for kept, taken in ((rounds, None), (None, stems)):
        with pytest.raises(UserError, match="is there already"):
            edit_file(editor, song, tmp_path / "b.wav", ("add organ",), rounds_folder=kept, stems_folder=taken)
    assert files(tmp_path) == before


def test_rounds_are_kept_where_the_command_stands(
    run: Callable[..., int], refused: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = make_song(tmp_path / "song.wav")
    (tmp_path / "takes").mkdir()
    monkeypatch.chdir(tmp_path / "takes")
    edit = ("edit", song, "remove drums", "-o", tmp_path / "out.wav", "--keep-rounds", ".")
    assert run(*edit) == 0
    assert f"such as '{tmp_path / 'takes-2'}'" in refused(*edit)


def test_what_is_heard_is_not_written_to_a_name_for_sound(refused: Callable[..., str], tmp_path: Path) -> None:
    song, other = make_song(tmp_path / "song.wav"), make_song(tmp_path / "other.wav")
    assert "is a name for sound" in refused("analyze", song, "--midi", other)
    assert "is a name for sound" in refused("analyze", song, "--matrices", tmp_path / "heard.FLAC")


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names of files are text there")
@pytest.mark.parametrize("name", [b"Caf\xe9.wav", b"new\nline.wav", b"'quoted\".wav", b"%s {0}.wav", b"-song.wav"])
def test_a_song_is_edited_whatever_it_is_called(
    tiny_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: bytes,
) -> None:
    folder = tmp_path / os.fsdecode(b"d\xe9mos")
    folder.mkdir()
    monkeypatch.chdir(folder)
    song, made = os.fsdecode(name), os.fsdecode(b"made " + name)
    make_song(tmp_path / "song.wav").rename(folder / song)
    model = ["--model", str(tiny_bundle.folder), "--device", "cpu"]
    assert main(["edit", *model, "-o", made, "--region", "0.1", "0.3", "--json", "--", song, "remove drums"]) == 0
    assert main(["edit", *model, "-o", str(folder / made), "--stems", ".", "--", song, "add strings"]) == 0
    assert main(["analyze", *model, "--midi", made + ".mid", "--", song]) == 0
    assert {os.fsencode(path.name) for path in folder.iterdir()} == {
        name, b"made " + name, b"made " + name + b".mid", b"round-1.added.wav",
    }  # fmt: skip
    assert "d\\udce9mos" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--keep-rounds", "--stems"])
def test_while_an_edit_keeps_its_rounds_in_a_folder_another_one_does_not(
    run: Callable[..., int], refused: Callable[..., str], tmp_path: Path, option: str
) -> None:
    song, folder = make_song(tmp_path / "song.wav"), tmp_path / "K"
    folder.mkdir()
    edit = ("edit", song, "remove drums", "-o", tmp_path / "out.wav", option, folder)
    with claimed(folder):
        told = refused(*edit)
    assert f"another edit is keeping its rounds in '{folder}'" in told and f"such as '{folder}-2'" in told
    assert run(*edit) == 0


def test_one_folder_may_keep_both_rounds_and_stems(run: Callable[..., int], tmp_path: Path) -> None:
    song, folder = make_song(tmp_path / "song.wav"), tmp_path / "K"
    (tmp_path / "same").symlink_to(folder)
    folders = ("--keep-rounds", folder, "--stems", tmp_path / "same")
    assert run("edit", song, "remove drums", "-o", tmp_path / "out.wav", *folders) == 0
    assert {path.name for path in folder.iterdir()} == {"round-1.wav", "round-1.removed.wav"}


def test_of_two_edits_at_once_one_keeps_all_its_rounds_and_the_other_none(tiny_bundle: Bundle, tmp_path: Path) -> None:
    song, folder = make_song(tmp_path / "song.wav"), tmp_path / "K"
    # As a call from Python would: without the checks of the command before it.
    code = (
        "import sys; from engine.editor import Editor; from engine.errors import UserError\n"
        "from engine.jobs import edit_file\n"
        "editor = Editor.load(sys.argv[1], 'cpu')\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "try: edit_file(editor, *sys.argv[2:4], sys.argv[5:], rounds_folder=sys.argv[4])\n"
        "except UserError as error: print(error); sys.exit(2)\n"
    )
    texts = (("remove drums", "extract bass"), ("extract bass", "remove drums"))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, *map(str, (tiny_bundle.folder, song, tmp_path / f"{n}.wav", folder)), *text],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n, text in enumerate(texts)
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=120)[0] for process in processes]
    codes = [process.returncode for process in processes]
    assert sorted(codes) == [0, MISTAKE]
    winner = codes.index(0)
    assert not (tmp_path / f"{1 - winner}.wav").exists()
    assert not told[winner] and str(folder) in told[1 - winner]
    alone = tmp_path / "alone"
    edit_file(Editor(tiny_bundle, "cpu"), song, tmp_path / "alone.wav", texts[winner], rounds_folder=alone)
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert kept == {path.name: path.read_bytes() for path in alone.iterdir()}
