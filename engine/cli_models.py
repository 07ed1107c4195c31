"""`instructme models`: which models there are, whether their files are whole, how good they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from engine.bundle import Bundle, list_bundles
from engine.errors import UserError
from engine.resources import MODELS


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about every model.")
def models(folder: Path | None, as_json: bool) -> None:
    """List the models in DIR (the shipped ones if not given), check their files and show their metrics.

    The exit code is 2 where one of them is damaged.
    """
    folder = folder or MODELS
    if not folder.is_dir():
        raise UserError(f"there is no folder {folder}", "name a folder of models")
    found = list_bundles(folder)
    if not found:
        raise UserError(f"there is no model in {folder}", "train one with `instructme train`, or name another folder")
    entries, broken = [], None
    for path in found:
        try:
            bundle = Bundle.load(path)
        except UserError as error:
            broken = error
            entries.append({"folder": str(path), "state": str(error)})
            continue
        entries.append(_entry(bundle))
    click.echo(json.dumps({"models": entries}, indent=2) if as_json else "\n\n".join(map(_text, entries)))
    if broken is not None:
        raise broken


def _entry(bundle: Bundle) -> dict[str, Any]:
    manifest = bundle.manifest
    return {
        "name": bundle.name,
        "version": bundle.version,
        "folder": str(bundle.folder),
        "state": "whole",
        "created": manifest.get("created"),
        "licence": manifest.get("licence"),
        "bytes": sum(entry["bytes"] for entry in manifest["files"].values()),
        "parts": list(bundle.parts),
        "instruments": list(bundle.vocabulary.instrument_names),
        "sounds": {term.name: [name for name, _ in term.sounds] for term in bundle.vocabulary.instruments},
        "genres": list(bundle.vocabulary.genre_names),
        "metrics": dict(bundle.metrics),
    }


def _text(entry: Mapping[str, Any]) -> str:
    if "parts" not in entry:
        return f"{entry['folder']}\n  damaged: {entry['state']}"
    lines = [
        f"{entry['name']} {entry['version']}  ({entry['folder']})",
        f"  {entry['bytes'] / 1e6:.1f} MB, made {entry['created']}, licence {entry['licence']}, files whole",
        f"  parts: {', '.join(entry['parts'])}",
        f"  instruments: {', '.join(entry['instruments'])}",
        f"  genres: {', '.join(entry['genres'])}",
    ]
    rows = list(_flat(entry["metrics"]))
    width = max((len(name) for name, _ in rows), default=0)
    lines += [f"  {name:<{width}}  {value}" for name, value in rows]
    return "\n".join(lines)


def _flat(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested metrics as rows: ("remove.si_sdr", "8.91")."""
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", f"{value:.3g}" if isinstance(value, float) else str(value)
