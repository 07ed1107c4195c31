"""The commands of training: `instructme prepare`, `record`, `train`, `pack` and `parameters`."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.errors import UserError
from engine.vocabulary import Vocabulary
from training.settings import OPTIMIZERS, TrainingConfiguration
from training.shards_cli import ABOVE_ZERO, CLIP_SECONDS, PLACE, prepare, record, tell
from training.stages import STAGES

if TYPE_CHECKING:  # torch takes a second, and help should not
    from training.stages.base import Stage

INTERRUPTED = 130


@click.command()
@click.argument("stage", type=click.Choice(STAGES))
@click.option("--config", default="default", show_default=True, help="A configuration's name, or a TOML file.")
@click.option("--data", type=PLACE, multiple=True, help="Folder or zip of charts, MIDI or stems; may be repeated.")
@click.option("--tapes", type=PLACE, help="Clips that `instructme record` has rendered, instead of --data.")
@click.option("--soundfont", type=PLACE, multiple=True, help="Beside those that are installed; may be repeated.")
@click.option("--run", type=PLACE, help="Folder of the run, resumed if it is there [runs/CONFIG/STAGE].")
@click.option("--minutes", type=ABOVE_ZERO, help="The run's length: the learning rate decays to zero by then.")
@click.option("--steps", type=click.IntRange(min=1), help="The run's length in steps, instead of --minutes.")
@click.option("--pause-minutes", type=ABOVE_ZERO, help="Stop this call after so long, to be resumed.")
@click.option("--batch", type=click.IntRange(min=1), help="Examples a step and device.")
@click.option("--clips", type=click.IntRange(min=1), help="Clips of which a batch is made.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="Length of an example.")
@click.option("--lr", type=ABOVE_ZERO, help="Highest learning rate.")
@click.option("--optimizer", type=click.Choice(OPTIMIZERS), help="What turns gradients into steps.")
@click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Any other number of the settings.")
@click.option("--autoencoder", type=PLACE, help="Its run, or a model [beside this run].")
@click.option("--listener", type=PLACE, help="Its run, or a model [beside this run].")
@click.option("--library", type=PLACE, help="Of heard clips, for a diffusion that writes notes [beside this run].")
@click.option("--text-encoder", type=PLACE, help="Folder of a T5, for configurations that read with it.")
@click.option("--init-from", type=PLACE, help="Begin with the weights of this run or model.")
@click.option("--seed", type=click.IntRange(0), help="Of all chance [0; the run's own where it is resumed].")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), default="auto", show_default=True)
@click.option("--precision", type=click.Choice(["auto", "bf16", "no"]), default="auto", show_default=True)
@click.option("--workers", type=click.IntRange(0), default=1, show_default=True, help="Processes that render clips.")
@click.option("--threads", type=click.IntRange(1), help="Threads of torch.")
@click.option("--window", type=click.IntRange(1), help="Clips that are kept in memory [the stage's].")
@click.option("--renew", type=click.IntRange(1), help="Clips replaced each step [the stage's].")
@click.option("--checkpoint-minutes", type=click.FloatRange(min=0), default=5.0, show_default=True)
@click.option("--validate-minutes", type=click.FloatRange(min=0), default=3.0, show_default=True)
@click.option("--quiet", is_flag=True, help="No progress bar, and no notes.")
def train(stage: str, config: str, data: tuple[Path, ...], soundfont: tuple[Path, ...], **options: Any) -> None:
    """Train one STAGE. The same command resumes it; under `accelerate launch` it uses several GPUs."""
    from training import checkpoints
    from training.loop import RunRequest
    from training.loop import train as run_training
    from training.stages import stage_class, stages_of
    from training.synthesis.soundfonts import find_soundfonts

    configuration = TrainingConfiguration.load(config)
    if stage not in (stages := stages_of(configuration.model)):
        raise UserError(f"{configuration.model.name} has no {stage} to train", f"its stages are {', '.join(stages)}")
    settings = _changed(configuration.stages[stage], options)
    run = options["run"] or Path("runs") / configuration.model.name / stage
    kind = stage_class(stage, configuration.model.unet.space)
    _check_use(kind, data, soundfont, options)
    state = checkpoints.read(run, groups=()).state if checkpoints.exists(run) else None
    if options["seed"] is None:
        options["seed"] = 0 if state is None else state["seed"]
    runs = _neighbours(run, kind.uses, options)
    if options["text_encoder"] is not None:
        runs["text"] = options["text_encoder"]
    clips = validation = None
    described: dict[str, Any] = {}
    if kind.renders:
        clips, validation, described = _sources(data, soundfont, settings, kind, options)
    if "library" in kind.uses:
        runs["library"] = options["library"] or run.parent / "library"
    built = kind(
        configuration.model,
        settings,
        Vocabulary.default(),
        clips,
        validation,
        seed=options["seed"],
        runs=runs,
    )
    if not kind.renders and "soundfont" not in kind.unused:
        built.soundfonts = find_soundfonts("train", soundfont)
    described = described or built.description()
    if options["minutes"] is None and options["steps"] is None and state is not None:
        options |= state["schedule"]
    request = RunRequest(
        run=run,
        data=described,
        **{
            key: options[key]
            for key in (
                "minutes", "steps", "pause_minutes", "seed", "device", "precision", "workers", "threads", "init_from",
                "checkpoint_minutes", "validate_minutes", "quiet",
            )
        },
    )  # fmt: skip
    report = run_training(built, request)
    figures = "  ".join(f"{name} {value:.3f}" for name, value in report.metrics.items())
    state = "finished" if report.finished else "to be resumed"
    spent = f"{report.step} steps, {report.seconds / 60:.1f} min, {report.skipped} skipped"
    click.echo(f"{run}: {spent}, {state}. {figures}")
    if report.interrupted is not None:
        raise SystemExit(INTERRUPTED)


@click.command()
@click.option("--config", default="default", show_default=True)
@click.option("--run", type=PLACE, help="Folder with one run per stage [runs/CONFIG].")
@click.option("-o", "--output", type=PLACE, help="The bundle [resources/models/CONFIG].")
@click.option("--metrics", type=click.Path(path_type=Path, exists=True), multiple=True, help="JSON of an evaluation.")
@click.option(
    "--limit", "limits", multiple=True, metavar="OPERATION=SENTENCE", help="A warning that its users get [the base's]."
)
@click.option("--version", default="1", show_default=True)
@click.option("--partial", is_flag=True, help="Pack the stages that there are.")
@click.option("--base", type=PLACE, help="A model that gives the stages which were not trained anew.")
@click.option("--tapes", type=PLACE, help="Their validation songs choose how much likelier what is asked for is.")
def pack(
    config: str,
    run: Path | None,
    output: Path | None,
    metrics: tuple[Path, ...],
    limits: tuple[str, ...],
    version: str,
    partial: bool,
    base: Path | None,
    tapes: Path | None,
) -> None:
    """Put the trained stages of a configuration into one bundle that `--model` can name."""
    from tqdm import tqdm

    from engine.instruction import Operation
    from engine.resources import MODELS
    from training.pack import pack_runs

    configuration = TrainingConfiguration.load(config).model
    folder = run or Path("runs") / configuration.name
    warnings = {operation: sentence for operation, _, sentence in (limit.partition("=") for limit in limits)}
    if unknown := set(warnings) - set(Operation):
        raise UserError(f"there is no operation {min(unknown)!r}", f"use one of {', '.join(Operation)}")
    with tqdm(desc="odds", unit="clip", dynamic_ncols=True, disable=tapes is None) as bar:
        bundle = pack_runs(
            configuration,
            folder,
            output or MODELS / configuration.name,
            metrics=metrics,
            limits=warnings,
            version=version,
            partial=partial,
            base=base,
            tapes=tapes,
            on_clip=lambda: bar.update(1),
        )
    size = sum(path.stat().st_size for path in bundle.folder.iterdir()) / 1e6
    click.echo(f"{bundle.folder}: {', '.join(bundle.parts)}, {size:.0f} MB")


@click.command()
@click.argument("config", default="default")
def parameters(config: str) -> None:
    """Print how many parameters each part of CONFIG has. Nothing is allocated."""
    import torch

    from engine.models.build import build_part

    configuration = TrainingConfiguration.load(config).model
    vocabulary = Vocabulary.default()
    for part in configuration.parts:
        with torch.device("meta"):
            network = build_part(part, configuration, vocabulary)
        count = sum(parameter.numel() for parameter in network.parameters())
        click.echo(f"{part:12s} {count / 1e6:8.2f} M")


def _changed(settings: Any, options: dict[str, Any]) -> Any:
    """The stage's settings with what the command line says."""
    changes = {key: options[key] for key in ("batch", "clips", "seconds") if options[key] is not None}
    if options["lr"] is not None:
        changes["learning_rate"] = options["lr"]
    if options["optimizer"] is not None:
        changes["optimizer"] = options["optimizer"]
    kinds = {entry.name: type(getattr(settings, entry.name)) for entry in fields(settings)}
    for assignment in options["assignments"]:
        key, _, text = assignment.partition("=")
        if kinds.get(key) not in (int, float):
            numbers = ", ".join(name for name, kind in kinds.items() if kind in (int, float))
            raise UserError(f"there is no setting {key!r} to set", f"use one of {numbers}")
        try:
            changes[key] = kinds[key](text)
        except ValueError as error:
            raise UserError(f"{text!r} is no value for {key}", f"give a {kinds[key].__name__}") from error
    return replace(settings, **changes)


def _check_use(
    kind: type[Stage], data: tuple[Path, ...], soundfonts: tuple[Path, ...], options: dict[str, Any]
) -> None:
    """Raises UserError for songs that the stage would not hear; says for which other options it has no use."""
    given = {"--data": bool(data), "--tapes": options["tapes"] is not None, "--soundfont": bool(soundfonts)}
    if not kind.renders and (said := [name for name in ("--data", "--tapes") if given[name]]):
        raise UserError(f"this {kind.name} takes no {said[0]}: {kind.learns_from}", "leave it out")
    if given["--tapes"] and (said := [name for name in ("--data", "--soundfont") if given[name]]):
        raise UserError(f"--tapes and {said[0]} both say what to learn from", "give one of them")
    unused = {name for name in kind.unused if options.get(name) is not None}
    unused |= {name for name in ("autoencoder", "listener", "library") if name not in kind.uses and options[name]}
    if soundfonts and "soundfont" in kind.unused:
        unused.add("soundfont")
    if unused and not options["quiet"]:
        click.echo(f"instructme: this {kind.name} has no use for --{', --'.join(sorted(unused))}", err=True)


def _neighbours(run: Path, uses: tuple[str, ...], options: dict[str, Any]) -> dict[str, Path]:
    """What the stage stands on: the runs or models named, else runs beside its own, else the model it begins with."""
    from training import checkpoints

    found = {}
    for name in uses:
        if name == "library":
            continue
        given: Path | None = options.get(name)
        if given is not None:
            checkpoints.read_trained(given, name, name)
            found[name] = given
        elif checkpoints.exists(run.parent / name):
            found[name] = run.parent / name
        elif options["init_from"] is not None and checkpoints.is_bundle(options["init_from"]):
            found[name] = options["init_from"]
    return found


def _sources(
    data: tuple[Path, ...], soundfonts: tuple[Path, ...], settings: Any, kind: type[Stage], options: dict[str, Any]
) -> tuple[Any, Any, dict[str, Any]]:
    """Clips to train on, clips to validate on, and what to say of them."""
    from training.corpora import open_corpora
    from training.stream import ClipStream
    from training.synthesis.soundfonts import find_soundfonts, preload
    from training.tapes import Tapes

    if options["tapes"] is not None:
        window, renew = options["window"] or kind.window, options["renew"] or kind.renew
        tapes = Tapes(options["tapes"], seed=options["seed"], window=window, renew=renew)
        return tapes, Tapes(options["tapes"] / "validation"), dict(tapes.described)
    kept_songs = {key: options[key] for key in ("window", "renew") if options[key] is not None}
    # A lane for each loader process, so that none renders what another has.
    lanes = max(1, options["workers"]) * int(os.environ.get("WORLD_SIZE", "1"))
    corpus = open_corpora(data, split="train", soundfonts=soundfonts)
    kept_apart = open_corpora(data, split="validation", soundfonts=soundfonts)
    preload(find_soundfonts("train", soundfonts))  # before the loaders are forked, so that they share it
    tell(corpus, data, quiet=options["quiet"])
    seconds = max(settings.seconds, CLIP_SECONDS)
    kept_songs["window"] = max(settings.clips, kept_songs.get("window", 32))
    clips = ClipStream(corpus, seconds=seconds, seed=options["seed"], lanes=lanes, pairs=kind.pairs, **kept_songs)
    window, renew = settings.clips, max(1, settings.clips // 2)
    validation = ClipStream(kept_apart, seconds=seconds, lanes=1, window=window, renew=renew, pairs=kind.pairs)
    described = {"paths": [path.name for path in data], "found": list(corpus.notes), "lanes": lanes, **kept_songs}
    return clips, validation, described


@click.group()
def main() -> None:
    """Training commands, for a checkout that is not installed."""


main.add_command(train)
main.add_command(prepare)
main.add_command(record)
main.add_command(pack)
main.add_command(parameters)


if __name__ == "__main__":
    try:
        main(standalone_mode=True)
    except UserError as error:
        click.echo(f"instructme: error: {error}", err=True)
        raise SystemExit(2) from None
