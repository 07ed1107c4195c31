"""`instructme evaluate tagger`: what the judge of instruments is worth, and how a trained one is stored."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click

from engine.errors import UserError

PLACE = click.Path(path_type=Path)

CHOICE_SEED, MEASURE_SEED = 1, 2
"""Thresholds are measured on other clips than they were chosen on."""
CLIPS_FOR_CHOICE = 2
"""Times as many clips as are measured: rare instruments are in one of ten."""
STEMS_FOR_CHOICE = 1
"""Single stems of each of them: as many as edits extract."""


@click.command()
@click.option("--run", type=PLACE, help="A run of `instructme train tagger` to choose thresholds for, and to store.")
@click.option("--tagger", "folder", type=PLACE, help="Where the tagger is stored [resources/models/judge].")
@click.option("--model", type=PLACE, help="Its tagger and listener are asked, too [the shipped model].")
@click.option("--data", type=PLACE, multiple=True, help="Folder or zip of charts, MIDI or stems; may be repeated.")
@click.option("--held-out", is_flag=True, help="Measure on held-out songs and soundfont instead of validation songs.")
@click.option(
    "--clips", type=click.IntRange(1), default=100, show_default=True, help="To measure on; twice as many to choose."
)
@click.option("--seconds", type=click.FloatRange(2, 60), default=10.0, show_default=True, help="Of each clip.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
def tagger(
    run: Path | None,
    folder: Path | None,
    model: Path | None,
    data: tuple[Path, ...],
    held_out: bool,
    clips: int,
    seconds: float,
    seed: int,
) -> None:
    """Precision, recall and F of the judge's tagger by instrument, beside a model's own and its listener.

    "tagger" is the judge's, "model" the model's. With --run the thresholds of a trained tagger are chosen on validation
    songs first, and it is stored as the judge's.
    """
    from tqdm import tqdm

    from engine.bundle import Bundle, default_bundle
    from engine.models.listener import Listener
    from training.corpora import open_corpora
    from training.evaluation import tagger as judge
    from training.evaluation import tagging

    if run is not None and held_out:
        raise UserError("thresholds are chosen on validation songs", "leave out --run, or leave out --held-out")
    place = folder or judge.FOLDER
    bundle = Bundle.load(model or default_bundle())
    listener = bundle.part("listener")
    assert isinstance(listener, Listener)
    corpus = open_corpora(data, split="held_out" if held_out else "validation")
    with tqdm(
        desc="tagger", unit="clip", total=clips * (1 if run is None else 1 + CLIPS_FOR_CHOICE), dynamic_ncols=True
    ) as bar:

        def asked(scores: Mapping[str, tagging.Scores], clips_seed: int, stems: int | None = None) -> tagging.Asked:
            count = clips if stems is None else CLIPS_FOR_CHOICE * clips
            made = tagging.items(corpus, count, seconds=seconds, seed=seed + clips_seed, stems=stems)
            return tagging.ask(made, scores, bundle.vocabulary.instrument_names, lambda: bar.update(1))

        if run is not None:
            network, names, provenance = _trained(run)
            if names != bundle.vocabulary.instrument_names:
                raise UserError("the tagger knows other instruments than the model", "name another --model")
            heard = asked({"tagger": tagging.tagger_scores(network)}, CHOICE_SEED, STEMS_FOR_CHOICE)
            chosen = tagging.choose_thresholds(heard.truth, heard.scores["tagger"]).round(4).tolist()
            thresholds = dict(zip(heard.instruments, chosen, strict=True))
        else:
            stored = judge.load_tagger(place)
            network, thresholds, provenance = stored.network, dict(stored.thresholds), {}
            if stored.instruments != bundle.vocabulary.instrument_names:
                raise UserError("the tagger knows other instruments than the model", "name another --model")
        spent = 0.0

        def timed(audio: Any) -> Any:
            nonlocal spent
            began = time.perf_counter()
            scores = tagging.tagger_scores(network)(audio)
            spent += time.perf_counter() - began
            return scores

        judges = {"tagger": timed, "listener": tagging.listener_scores(listener)}
        if "tagger" in bundle.parts:
            judges["model"] = tagging.tagger_scores(cast(Any, bundle.part("tagger")))
        measured = asked(judges, MEASURE_SEED)
    limits = {
        **dict.fromkeys(judges, tagging.HEARD_PROBABILITY),
        "tagger": [thresholds[n] for n in measured.instruments],
    }
    results = {
        kind: {
            name: tagging.agreement(measured.truth[rows], measured.scores[name][rows] >= limit, measured.instruments)
            for name, limit in limits.items()
        }
        for kind in tagging.KINDS
        if (rows := [place == kind for place in measured.kinds]) and any(rows)
    }
    about = (
        f"{clips} {'held-out' if held_out else 'validation'} clips of {seconds:g} s, seed {seed}; "
        f"{spent / len(measured.kinds):.3f} s a sound."
    )
    click.echo(_markdown(results, about))
    if run is not None:
        plain = {kind: {name: asdict(row) for name, row in found["tagger"].items()} for kind, found in results.items()}
        metrics = {"clips": clips, "seconds": seconds, "seed": seed, "validation": plain}
        judge.store_tagger(place, network, thresholds, provenance=provenance, metrics=metrics)
        click.echo(f"written to {place}")


def _trained(run: Path) -> tuple[Any, tuple[str, ...], dict[str, Any]]:
    """The averaged network of a run as it will be stored, its instruments, and how it was made."""
    from training import checkpoints
    from training.evaluation.tagger import rounded

    checkpoint = checkpoints.read(run, groups=("ema",))
    if checkpoint.state["part"] != "tagger":
        raise UserError(f"{run} holds a run of the {checkpoint.state['stage']}", "name one of the tagger")
    names = checkpoints.vocabulary_of(checkpoint).instrument_names
    provenance = {key: checkpoint.state.get(key) for key in checkpoints.HISTORY}
    return rounded(cast(Any, checkpoints.load_part(run, "tagger"))), names, provenance


def _markdown(results: Mapping[str, Mapping[str, Mapping[str, Any]]], about: str) -> str:
    from training.evaluation.tagging import KINDS

    lines = [about]
    for kind, found in results.items():
        lines += [
            "",
            f"### {KINDS[kind].capitalize()}",
            "",
            "| instrument | " + " | ".join(f"{name}: precision | recall | F" for name in found) + " | count |",
            "|---|" + "---:|" * (3 * len(found) + 1),
        ]
        for name, first in next(iter(found.values())).items():
            cells = [
                f"{row.precision:.2f} | {row.recall:.2f} | {row.f:.2f}" for row in (f[name] for f in found.values())
            ]
            lines.append(f"| {name} | " + " | ".join(cells) + f" | {first.count} |")
    return "\n".join(lines) + "\n"
