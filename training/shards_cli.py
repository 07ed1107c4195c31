"""`instructme record` and `instructme prepare`: what is made once, shard by shard, for every run to learn from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.errors import UserError

if TYPE_CHECKING:  # torch takes a second, and help should not
    from training.corpora.corpus import Mixture

CLIP_SECONDS = 10.0
"""What is rendered at once (paper: clips of 10 s); stages cut their shorter examples out of it."""

PLACE = click.Path(path_type=Path)
ABOVE_ZERO = click.FloatRange(min=0, min_open=True)


def _in_shards(output: Path, clips: int) -> Callable[[Callable[..., None]], click.Command]:
    """A command that makes a folder of shards from clips. `output`, `clips`: what they are where nothing is said."""

    def decorate(make: Callable[..., None]) -> click.Command:
        for option in reversed(
            (
                click.option("--data", type=PLACE, multiple=True, help="Folder or zip of songs; may be repeated."),
                click.option("--soundfont", type=PLACE, multiple=True, help="Beside those installed; may be repeated."),
                click.option("-o", "--output", type=PLACE, default=output, show_default=True),
                click.option("--clips", type=click.IntRange(min=1), default=clips, show_default=True),
                click.option("--seconds", type=click.FloatRange(min=1), default=CLIP_SECONDS, show_default=True),
                click.option("--minutes", type=ABOVE_ZERO, help="Stop after so long; the same command goes on."),
                click.option("--share", default="1/1", show_default=True, help="n/m: the n-th of m processes at work."),
                click.option("--seed", type=click.IntRange(0), default=0, show_default=True),
            )
        ):
            make = option(make)
        return click.command()(make)

    return decorate


def _make_shards(
    write: Callable[..., None], shard_clips: int, validation: int, options: dict[str, Any], *network: Any, **more: Any
) -> None:
    """`write` the shards of this process's share: of `validation` clips kept apart, then of those to train on. `more`
    is told of them."""
    import time

    from training.corpora.corpus import Split

    first, of = _share(options["share"])
    until = time.monotonic() + 60 * options["minutes"] if options["minutes"] else float("inf")
    output, seed = options["output"], options["seed"]
    parts: tuple[tuple[Split, Path, int], ...] = (
        ("validation", output / "validation", validation),
        ("train", output, options["clips"]),
    )
    # All of it is opened first: what is wrong with the songs must not be said after minutes of rendering.
    opened = [(folder, *_to_shard(split, -(-wanted // shard_clips), options)) for split, folder, wanted in parts]
    for folder, corpus, count, described in opened:
        write(
            corpus,
            *network,
            folder,
            seconds=options["seconds"],
            seed=seed,
            shards=range(first, count, of),
            until=until,
            described={**described, "seed": seed, "seconds": options["seconds"], **more},
            on_shard=lambda shard, count: click.echo(f"shard {shard}: {count} clips"),
        )


def _to_shard(split: Any, wanted: int, options: dict[str, Any]) -> tuple[Any, int, dict[str, Any]]:
    """Songs, or the tapes of them, how many shards to make of them, and what to say of them."""
    from training.corpora import open_corpora
    from training.tapes import Tapes

    data = options["data"]
    if options.get("tapes") is None:
        corpus = open_corpora(data, split=split, soundfonts=options["soundfont"])
        if split == "train":
            tell(corpus, data, quiet=options["share"].partition("/")[0] != "1")
        return corpus, wanted, {"paths": [path.name for path in data], "found": list(corpus.notes)}
    if data:
        raise UserError("--tapes and --data both say what to hear", "give one of them")
    tapes = Tapes(options["tapes"] if split == "train" else options["tapes"] / split)
    return tapes, min(wanted, tapes.shards), {"paths": tapes.described["paths"], "found": tapes.described["found"]}


@_in_shards(Path("runs/default/library"), 4000)
@click.option("--listener", type=PLACE, required=True, help="A run, or a model.")
@click.option("--tapes", type=PLACE, help="Clips that `instructme record` has rendered, instead of --data.")
def prepare(listener: Path, **options: Any) -> None:
    """Render clips, let the listener hear them, and keep its hearing and the notes: a library for `train diffusion`."""
    import torch

    from engine.networks import fast_bfloat16
    from training import library
    from training.checkpoints import load_part

    torch.set_num_threads(1)
    network = load_part(listener, "listener")
    heard_by = {"listener": library.fingerprint(network)}
    with torch.autocast("cpu", torch.bfloat16, enabled=fast_bfloat16(torch.device("cpu"))):
        _make_shards(library.prepare, library.SHARD_CLIPS, 80, options, network, **heard_by)


@_in_shards(Path("runs/tapes"), 6000)
def record(**options: Any) -> None:
    """Render clips once and keep them, 2.4 MB each, with all that is known of them: tapes for `train ... --tapes`."""
    from training import tapes

    _make_shards(tapes.record, tapes.SHARD_CLIPS, 160, options)


def _share(text: str) -> tuple[int, int]:
    """Of "2/3" (1, 3): the first shard, and how far it is from one to the next."""
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise UserError(f"{text!r} is no share of the work", "give for example 1/2 and 2/2")
    return int(number) - 1, int(of)


def tell(corpus: Mixture, data: tuple[Path, ...], *, quiet: bool = False) -> None:
    """Say what was found. Raises UserError where songs were named and none of them is for training."""
    from training.corpora.composed import Composed

    if data and all(isinstance(part, Composed) for part in corpus.parts):
        raise UserError(
            f"no song of {', '.join(str(path) for path in data)} is for training", "name other --data, or none"
        )
    for note in () if quiet else corpus.notes:
        click.echo(f"instructme: {note}", err=True)
