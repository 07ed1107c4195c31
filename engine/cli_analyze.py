"""`instructme analyze`: what the listener hears in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from engine.analysis.chords import CHORDS
from engine.audio import EXTENSIONS, probe
from engine.bundle import Bundle, default_bundle
from engine.cli_edit import DEVICES, MODEL_HELP, check_files, prepare
from engine.cli_progress import ProgressBars
from engine.errors import UserError
from engine.jobs import analyze_file

NO_CHORD = CHORDS[0]


@click.command(context_settings={"max_content_width": 100})
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.option("--matrices", type=click.Path(path_type=Path), metavar="FILE.npz", help="Write the probabilities here.")
@click.option("--midi", type=click.Path(path_type=Path), metavar="FILE.mid", help="Write the notes heard here.")
@click.option("--model", type=click.Path(path_type=Path), metavar="DIR", help=MODEL_HELP)
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every beat and chord.")
def analyze(
    source: Path, matrices: Path | None, midi: Path | None, model: Path | None, device: str, as_json: bool
) -> None:
    """Listen to IN: tempo, beats, key, chords with times, instruments heard."""
    probe(source)
    targets = [path for path in (matrices, midi) if path is not None]
    check_files(targets, {source: "source"})
    for path in targets:
        if path.suffix.lower() in EXTENSIONS:
            # Where a mistyped name could cost another song.
            raise UserError(f"'{path}' is a name for sound", "name a file such as heard.mid or heard.npz")
    prepare(targets, [])
    bundle = Bundle.load(model or default_bundle())

    from engine.editor import Editor

    with ProgressBars(visible=not as_json) as bars:
        summary = analyze_file(Editor(bundle, device), source, matrices, midi=midi, on_progress=bars)
    click.echo(json.dumps(summary, indent=2) if as_json else _text(summary))


def _text(summary: dict[str, Any]) -> str:
    tempo = f"{summary['tempo']:.1f} beats a minute" if summary["tempo"] else "no beat heard"
    lines = [
        f"tempo        {tempo}",
        f"key          {summary['key'] or 'none heard'}",
        f"instruments  {', '.join(summary['instruments']) or 'none heard'}",
        "chords",
    ]
    named = (
        (entry["start"], "none heard" if entry["chord"] == NO_CHORD else entry["chord"]) for entry in summary["chords"]
    )
    lines += [f"  {start:8.2f}  {chord}" for start, chord in named]
    return "\n".join(lines)
