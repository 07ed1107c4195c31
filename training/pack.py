"""From training runs to a bundle: the averaged weights of all stages, with where they come from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from engine.bundle import Bundle
from engine.errors import UserError
from engine.models.configuration import ModelConfiguration
from engine.models.renderer import Renderer
from engine.vocabulary import Vocabulary
from training import checkpoints
from training.calibration import choose_odds
from training.stages import stage_class, stages_of
from training.tapes import Tapes

STANDS_ON: Mapping[str, tuple[str, ...]] = {
    "autoencoder": (),
    "listener": (),
    "tagger": (),
    "synthesizer": (),
    "renderer": ("autoencoder",),
    "embedding": ("autoencoder", "text"),
    "unet": ("autoencoder", "text", "diffusion"),
}
"""Of the configuration: what a part must agree on with the model, besides its own table."""

OF_SOUND = ("autoencoder",)
"""What only a model stands on that samples sound: notes have no latents."""

MAY_LACK = ("tagger",)
"""Parts that models of an older format have not, and that a model does without."""


def pack_runs(
    configuration: ModelConfiguration,
    runs: Path,
    output: Path,
    *,
    metrics: Sequence[Path] = (),
    limits: Mapping[str, str] | None = None,
    version: str = "1",
    partial: bool = False,
    base: Path | None = None,
    tapes: Path | None = None,
    on_clip: Callable[[], object] | None = None,
) -> Bundle:
    """Write the bundle `output` of the runs `runs`/STAGE; what was not trained anew comes from the bundle `base`.

    `metrics` are JSON files of evaluations, each kept under its file's name; `limits` are sentences that users of an
    operation are told, those of `base` where there are none. With `partial`, stages that were not trained are left
    out. The validation songs of `tapes` choose the renderer's odds anew (training.calibration). Raises UserError for a
    missing run, and for runs that do not fit together.
    """
    parts: dict[str, nn.Module] = {}
    provenance: dict[str, Any] = {"stages": {}}
    figures: dict[str, Any] = {}
    vocabulary = None
    for stage in stages_of(configuration):
        run = runs / stage
        part = stage_class(stage, configuration.unet.space).part
        if not checkpoints.exists(run):
            if base is not None:
                run = base
                if part in MAY_LACK and part not in Bundle.load(base, verify=False).parts:
                    continue
            elif partial:
                continue
        found = checkpoints.read_trained(run, stage, part)
        state = found.state
        trained = checkpoints.configuration_of(found)
        notes = configuration.unet.space == "score"
        tables = (part, *(name for name in STANDS_ON[part] if not (notes and name in OF_SOUND)))
        if any(_table(trained, name) != _table(configuration, name) for name in tables):
            raise UserError(
                f"{run} was trained with another configuration than {configuration.name}",
                "train that stage again, or name its configuration with --config",
            )
        learnt = checkpoints.vocabulary_of(found)
        if vocabulary is not None and learnt.instrument_names != vocabulary.instrument_names:
            raise UserError(f"{run} was trained on another vocabulary than the stages before it", "train it again")
        vocabulary = learnt if vocabulary is None or part == "unet" else vocabulary
        parts[part] = checkpoints.load_part(run, part)
        provenance["stages"][stage] = {key: state.get(key) for key in checkpoints.HISTORY}
        figures[stage] = state["metrics"]
    if vocabulary is None:
        raise UserError(f"{runs} holds no training run", "train the stages first")
    spoken = Vocabulary.default()
    if (spoken.instrument_names, spoken.genre_names) == (vocabulary.instrument_names, vocabulary.genre_names):
        # What things are called, and what is meant by it, asks for no training.
        vocabulary = spoken
    if tapes is not None and isinstance(renderer := parts.get("renderer"), Renderer):
        songs = Tapes(tapes / "validation")
        names = vocabulary.instrument_names
        odds = choose_odds(renderer, map(songs.clip, range(len(songs))), names, on_clip=on_clip)
        renderer.asked_odds.copy_(odds.values)
        provenance["asked_odds"] = {
            "clips": len(songs),
            "found": songs.described["found"],
            "stems": dict(zip(names, odds.stems, strict=True)),
        }
    elif base is not None and not checkpoints.exists(runs / "renderer"):
        kept = Bundle.load(base, verify=False).manifest["provenance"].get("asked_odds")
        provenance |= {} if kept is None else {"asked_odds": kept}
    for path in metrics:
        try:
            figures[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(f"{path} is not JSON ({error})", "give what `instructme evaluate` wrote") from error
    if not limits and base is not None:
        limits = Bundle.load(base, verify=False).limits
    return Bundle.write(output, configuration, vocabulary, parts, provenance, figures, limits=limits, version=version)


def _table(configuration: ModelConfiguration, name: str) -> Any:
    """A part's table, without what is chosen after training: how it is sampled."""
    table = getattr(configuration, name)
    return replace(table, sample_steps=0, guidance_scale=0.0, sharpness=0.0) if name == "diffusion" else table
