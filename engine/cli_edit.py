"""`instructme edit`: check what is cheap to check, then load the model, then edit."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from click.core import ParameterSource

from engine.audio import EXTENSIONS, FileInfo, probe
from engine.audio.writing import check_format
from engine.bundle import Bundle, default_bundle
from engine.cli_progress import ProgressBars
from engine.errors import Cancelled, UserError
from engine.instruction import read_instructions
from engine.jobs import check_place, edit_file, make_folder
from engine.messages import EditReport
from engine.regions import edit_span
from engine.replaying import doubts, load_log, replay_file, replay_targets
from engine.session import LoggedEdit
from engine.session.manifest import NAME, ROUNDS
from engine.targets import check_fresh, check_targets, edit_targets, folder_targets

DEVICES = ("auto", "cpu", "cuda", "mps")
MODEL_HELP = "A model folder; the shipped one if not given."


class Seconds(click.ParamType):
    """10.5, 1:10.5 or 1:02:03."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            parts = [float(part) for part in str(value).split(":")]
        except ValueError:
            parts = []
        valid = 0 < len(parts) <= 3 and all(0 <= part < float("inf") for part in parts)
        if not valid or any(part >= 60 for part in parts[1:]):
            self.fail(f"{value!r} is not a time such as 10.5 or 1:10.5", param, ctx)
        seconds = 0.0
        for part in parts:
            seconds = seconds * 60 + part
        return seconds


@click.command(context_settings={"max_content_width": 100})
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("instructions", metavar="INSTRUCTION...", nargs=-1)
@click.option("-o", "--output", metavar="OUT", required=True, type=click.Path(path_type=Path), help="The edited file.")
@click.option(
    "--region", type=(Seconds(), Seconds()), metavar="START END", help="Edit only this part, e.g. 0:10 0:20.5."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Another seed, another take."
)
@click.option("--steps", type=click.IntRange(1, 1000), help="Sampling steps; the model's own choice if not given.")
@click.option(
    "--guidance", type=click.FloatRange(0, 50), metavar="W", help="Weight of the instruction (Eq. 4); 1 is none."
)
@click.option(
    "--strength",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="How much of the change is made: 0 gives the source, 0.5 half of it.",
)
@click.option("--model", type=click.Path(path_type=Path), metavar="DIR", help=MODEL_HELP)
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="LOG",
    help="Do again what a log that the window exported tells.",
)
@click.option(
    "--until", metavar="ROUND", help="With --replay: stop at this round, e.g. 0007, and not at the current one."
)
@click.option(
    "--keep-rounds", type=click.Path(path_type=Path), metavar="DIR", help="Write each round here too; none is replaced."
)
@click.option(
    "--stems",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write what each round took away and what it brought here, as 32-bit float WAV, and its notes as MIDI; "
    "none is replaced.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about every round.")
@click.pass_context
def edit(
    ctx: click.Context,
    source: Path,
    instructions: tuple[str, ...],
    output: Path,
    region: tuple[float, float] | None,
    seed: int,
    steps: int | None,
    guidance: float | None,
    strength: float,
    model: Path | None,
    device: str,
    replay: Path | None,
    until: str | None,
    keep_rounds: Path | None,
    stems: Path | None,
    as_json: bool,
) -> None:
    """Edit the song IN by one or more instructions and write OUT.

    OUT has the sample rate, the channels and the length of IN. Several instructions are done one after the other:

        instructme edit song.wav "remove drums" "add strings" -o edited.wav

    A log tells instructions, seeds, steps and regions by itself:

        instructme edit song.wav --replay log.json --until 0007 -o edited.wav
    """
    check_together(ctx, instructions, replay, until)
    # Cheap checks first: a mistake must not wait for torch and a model.
    info = probe(source)
    check_output(info, output)
    bundle = Bundle.load(model or default_bundle(), verify=False)
    if replay is not None:
        log = load_log(replay)
        edits = log.way_to(until)
        check_replay(edits, info, bundle)
        targets = replay_targets(edits, output, keep_rounds, stems)
        kept = targets[1:]
    else:
        read = [entry for text in instructions for entry in read_instructions(text, bundle.vocabulary)]
        for instruction in read:
            edit_span(info.frames, info.sample_rate, region, instruction.region)
        targets = edit_targets(len(read), output, keep_rounds, stems)
        kept = folder_targets(len(read), keep_rounds, stems)
    check_files(targets, {source: "source"} if replay is None else {source: "source", replay: "log"})
    check_fresh(kept)
    bundle.verify()
    folders = [folder for folder in (keep_rounds, stems) if folder is not None]
    with telling_what_is_left(output, kept), taking_back(folders):
        prepare(targets, folders)
        if replay is not None:
            for doubt in doubts(log, edits, source, bundle):
                click.echo(f"instructme: note: {doubt}; the result may differ from the logged one", err=True)

        from engine.editor import Editor

        editor = Editor(bundle, device)
        with ProgressBars(visible=not as_json) as bars:
            if replay is not None:
                report = replay_file(
                    editor, source, output, edits, rounds_folder=keep_rounds, stems_folder=stems, on_progress=bars
                )
            else:
                report = edit_file(
                    editor,
                    source,
                    output,
                    instructions,
                    seed=seed,
                    steps=steps,
                    guidance=guidance,
                    region=region,
                    strength=strength,
                    rounds_folder=keep_rounds,
                    stems_folder=stems,
                    on_progress=bars,
                )
    if as_json:
        about = {"input": str(source), "model": bundle.name, "device": str(editor.device)}
        audio = {"sample_rate": info.sample_rate, "channels": info.channels, "duration": info.duration}
        click.echo(json.dumps(about | audio | asdict(report), indent=2))
    else:
        print_report(report)


def check_together(ctx: click.Context, instructions: Sequence[str], replay: Path | None, until: str | None) -> None:
    """Raises UsageError for arguments that do not belong together."""
    if replay is None:
        if not instructions:
            raise click.UsageError("Missing argument 'INSTRUCTION...'.", ctx)
        if until is not None:
            raise click.UsageError("--until needs --replay", ctx)
        return
    given = [
        name
        for name in ("instructions", "region", "seed", "steps", "guidance", "strength")
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE and (name != "instructions" or instructions)
    ]
    if given:
        named = "instructions" if given[0] == "instructions" else f"--{given[0]}"
        raise click.UsageError(f"--replay takes {named} from the log", ctx)


def check_replay(edits: Sequence[LoggedEdit], info: FileInfo, bundle: Bundle) -> None:
    """Raises UserError where the model does not know what is asked for, or the song is too short for it."""
    for edit in edits:
        named = None
        if edit.taken_from is None:
            (named, *_) = (entry.region for entry in read_instructions(edit.understood, bundle.vocabulary))
        edit_span(info.frames, info.sample_rate, edit.region, named)


def check_output(source: FileInfo, output: Path) -> None:
    """Raises UserError where OUT could not be written, or could not hold the sound."""
    if output.suffix.lower() not in EXTENSIONS:
        found = f"the extension '{output.suffix}'" if output.suffix else "a name without an extension"
        raise UserError(f"'{output}' has {found}, which cannot be written", f"use one of {', '.join(EXTENSIONS)}")
    check_targets([output], {source.path: "source"})
    check_place(output)
    check_format(output, source)


def check_files(targets: Sequence[Path], kept: Mapping[Path | str, str]) -> None:
    """Raises UserError where writing `targets` would cost a file that the user has: one of `kept`, another of them, or
    a round of a project, which only its window may write."""
    check_targets(targets, kept)
    for path in targets:
        folder = Path(os.path.realpath(path)).parent
        if folder.name == ROUNDS and (folder.parent / NAME).is_file():
            raise UserError(f"'{path}' lies among the rounds of a project", "choose another folder")


def prepare(targets: Sequence[Path], folders: Sequence[Path]) -> None:
    """Make `folders` and try whether `targets` can be written. Raises UserError."""
    for folder in folders:
        make_folder(folder)
    for path in targets:
        check_place(path)


@contextlib.contextmanager
def taking_back(folders: Sequence[Path]) -> Iterator[None]:
    """Where it fails, remove those of `folders`, and of the ones above them, that were not there before and in which
    nothing was kept."""
    whole = [Path(os.path.abspath(folder)) for folder in folders]
    missing = {path for folder in whole for path in (folder, *folder.parents) if not os.path.lexists(path)}
    try:
        yield
    except BaseException:
        for path in sorted(missing, key=lambda path: len(path.parts), reverse=True):
            # What is not empty stays, and what was never made is not there.
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


@contextlib.contextmanager
def telling_what_is_left(output: Path, kept: Sequence[Path]) -> Iterator[None]:
    """Ctrl-C between rounds leaves those that were kept: to say that nothing was written would be wrong."""
    try:
        yield
    except (KeyboardInterrupt, Cancelled) as stop:
        left = dict.fromkeys(path.parent for path in kept if path.exists())
        if not left:
            raise
        named = " and ".join(f"'{folder}'" for folder in left)
        raise Cancelled(f"'{output}' was not written; rounds that were done before are in {named}") from stop


def print_report(report: EditReport) -> None:
    for number, entry in enumerate(report.rounds, 1):
        click.echo(f"{number}. {entry.understood} ({entry.seconds:.1f} s, seed {entry.seed})")
        for warning in entry.warnings:
            click.echo(f"   note: {warning}")
    if report.clipped:
        click.echo(
            f"   note: {report.clipped} samples passed full scale (by {report.peak_db_over:.1f} dB) and were limited"
        )
    click.echo(f"written to {report.output}")
