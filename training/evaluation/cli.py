"""`instructme evaluate TABLE` and `instructme benchmark`: every figure that we publish is printed by one of them."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from engine.errors import UserError

DEVICES = ("auto", "cpu", "cuda", "mps")


@click.group(invoke_without_command=False)
def evaluate() -> None:
    """Measure a model. Each table is printed and written as Markdown and JSON."""


@evaluate.command("held-out")
@click.option("--model", type=click.Path(path_type=Path), help="A model folder; the shipped one if not given.")
@click.option("--data", type=click.Path(path_type=Path), multiple=True, help="Folder or zip of charts, MIDI or stems.")
@click.option("--soundfont", type=click.Path(path_type=Path), multiple=True, help="Instead of the held-out one.")
@click.option("--songs", type=click.IntRange(1), default=50, show_default=True)
@click.option("--seconds", type=click.FloatRange(2, 60), default=10.0, show_default=True, help="Of each song.")
@click.option("--quick", is_flag=True, help="Six songs of five seconds: a look, not a result.")
@click.option("--steps", type=click.IntRange(1, 1000), help="Sampling steps; the model's own choice if not given.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, another set of cases."
)
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option("--run", type=click.Path(path_type=Path), help="Folder of the single results [runs/evaluation/NAME].")
@click.option("--output", type=click.Path(path_type=Path), help="Write the table here, and .json beside it.")
def held_out(
    model: Path | None,
    data: tuple[Path, ...],
    soundfont: tuple[Path, ...],
    songs: int,
    seconds: float,
    quick: bool,
    steps: int | None,
    seed: int,
    device: str,
    run: Path | None,
    output: Path | None,
) -> None:
    """SI-SDR, edits that are heard, and chords, per operation, on songs that no training has seen.

    The cases are fixed by --data, --songs, --seconds and --seed. A run that was stopped goes on where it was.
    """
    from tqdm import tqdm

    from engine.editor import Editor
    from training.corpora import open_corpora
    from training.evaluation.cases import OPERATIONS, held_out_cases
    from training.evaluation.held_out import evaluate as measure_all
    from training.evaluation.report import as_json, as_markdown
    from training.synthesis.soundfonts import Soundfont

    if quick:
        songs, seconds = min(songs, 6), min(seconds, 5.0)
    editor = Editor.load(model, device)
    corpus = open_corpora(list(data), split="held_out", soundfonts=[Soundfont(path) for path in soundfont] or None)
    folder = run or Path("runs") / "evaluation" / editor.bundle.name
    setting = f"{songs}-songs-{seconds:g}-s-seed-{seed}"
    cases = held_out_cases(corpus, editor.bundle.vocabulary, songs=songs, seconds=seconds, seed=seed)
    with tqdm(total=songs * len(OPERATIONS), desc="held-out", unit="edit", dynamic_ncols=True) as bar:
        journal = folder / f"held-out-{setting}.jsonl"
        records = measure_all(editor, cases, journal, steps=steps, on_case=lambda case: bar.update(1))
    about = [
        f"Model {editor.bundle.name} {editor.bundle.version}, on {editor.device}, "
        f"{steps or editor.bundle.configuration.diffusion.sample_steps} sampling steps.",
        f"{songs} held-out songs of {seconds:g} s, seed {seed}: "
        f"`instructme evaluate held-out --songs {songs} --seconds {seconds:g} --seed {seed}`.",
        *getattr(corpus, "notes", ()),
    ]
    text = as_markdown(records, title="Held-out songs", about=about)
    click.echo(text)
    table = output or folder / f"held-out-{setting}.md"
    write_whole(table, text)
    settings = {"songs": songs, "seconds": seconds, "seed": seed, "steps": steps}
    write_whole(
        table.with_suffix(".json"), json.dumps({"settings": settings, "results": as_json(records)}, indent=2) + "\n"
    )
    click.echo(f"written to {table} and {table.with_suffix('.json')}")


@click.command()
@click.option("--model", type=click.Path(path_type=Path), help="A model folder; the shipped one if not given.")
@click.option("--seconds", type=click.FloatRange(1), multiple=True, help="Lengths of song [10, 30, 60, 600].")
@click.option("--instruction", "instructions", multiple=True, help='["remove drums", "add organ"]')
@click.option("--steps", type=click.IntRange(1, 1000), help="Sampling steps; the model's own choice if not given.")
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option(
    "--parameters", multiple=True, default=("paper", "default"), help="Configurations whose parameters to count."
)
@click.option("--output", type=click.Path(path_type=Path), help="Write the tables here, and .json beside it.")
def benchmark(
    model: Path | None,
    seconds: tuple[float, ...],
    instructions: tuple[str, ...],
    steps: int | None,
    device: str,
    parameters: tuple[str, ...],
    output: Path | None,
) -> None:
    """Seconds and peak memory of edits on this machine, and parameter counts.

    Every edit runs in a process of its own on the demo song, repeated to the length.
    """
    from training.evaluation.benchmark import INSTRUCTIONS, LENGTHS, Request, machine, measure, parameter_counts
    from training.evaluation.report import benchmark_markdown, parameters_markdown

    named = None if model is None else str(model)
    requests = [
        Request(length, instruction, named, device, steps)
        for length in seconds or LENGTHS
        for instruction in instructions or INSTRUCTIONS
    ]
    rows: list[dict[str, Any]] = []
    for request in requests:
        row = measure(request)
        rows.append(asdict(row))
        click.echo(f"{row.audio_seconds:g} s, {row.instruction}: {row.edit_seconds:.1f} s", err=True)
    where = machine()
    counts = {name: parameter_counts(name) for name in parameters}
    text = f"# Benchmark\n\n{benchmark_markdown(rows, where)}\n{parameters_markdown(counts)}"
    click.echo(text)
    if output is not None:
        write_whole(output, text)
        figures = {"machine": where, "edits": rows, "parameters": counts}
        write_whole(output.with_suffix(".json"), json.dumps(figures, indent=2) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write the file whole or not at all. Raises UserError where the disk does not take it."""
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})", "name another file with --output") from error
