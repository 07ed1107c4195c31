"""Checkpoints of training runs: one safetensors file that is written whole or not at all.

The file's header carries the run's state as JSON, so that weights and step cannot disagree; `state.json`
beside it is a copy for readers. Nothing is pickled.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.bundle import MANIFEST, Bundle
from engine.errors import UserError
from engine.models.configuration import ModelConfiguration, without_outdated
from engine.vocabulary import Vocabulary
from training.evaluation.tagger import DESCRIPTION as TAGGER
from training.evaluation.tagger import load_tagger

FORMAT = 1

HISTORY = (
    "step", "seconds", "examples", "skipped", "seed", "schedule", "settings", "data", "machine", "began_with",
    "changes",
)  # fmt: skip
"""Of a run's state: how its weights were made. `began_with` is that of the run it took them over from, `changes` what
a resume did differently, and from which step on."""
FILE = "checkpoint.safetensors"
STATE = "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """Named tensors by group ("ema", "weights", "companion", "optimizer") and the run's state as JSON values."""

    groups: Mapping[str, Mapping[str, Tensor]]
    state: Mapping[str, Any] = field(default_factory=dict)


def exists(run: Path) -> bool:
    """Whether a run was started in this folder."""
    return (run / FILE).is_file()


def is_bundle(place: Path) -> bool:
    """Whether a model, and no run, lies in this folder."""
    return (place / MANIFEST).is_file()


def write(run: Path, checkpoint: Checkpoint) -> None:
    """Replace the run's checkpoint; until the new one is safely on disk the old one stays.

    Raises UserError where the disk does not take it.
    """
    tensors = {
        f"{group}/{name}": tensor.detach().to("cpu").contiguous()
        for group, named in checkpoint.groups.items()
        for name, tensor in named.items()
    }
    state = json.dumps({"format": FORMAT, **checkpoint.state})
    try:
        run.mkdir(parents=True, exist_ok=True)
        replace(run / FILE, lambda path: save_file(tensors, path, metadata={"state": state}))
        readable = json.dumps(json.loads(state), indent=2) + "\n"
        replace(run / STATE, lambda path: path.write_text(readable, encoding="utf-8"))
    except (OSError, SafetensorError) as error:
        raise UserError(
            f"the checkpoint in {run} cannot be written ({error})", "make room or choose another --run"
        ) from error


def read(run: Path, groups: Iterable[str] | None = None) -> Checkpoint:
    """The run's checkpoint with the named groups, all when None. Raises UserError where there is none that fits."""
    path = run / FILE
    if not path.is_file():
        raise UserError(f"{run} holds no training run", "give the folder that `instructme train` named as its run")
    wanted = None if groups is None else set(groups)
    found: dict[str, dict[str, Tensor]] = {}
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            state = json.loads((file.metadata() or {})["state"])
            if state["format"] != FORMAT:
                raise UserError(f"{path} has format {state['format']}", "use the InstructME that wrote it")
            for key in file.keys():  # noqa: SIM118 (not a mapping)
                group, name = key.split("/", 1)
                if wanted is None or group in wanted:
                    found.setdefault(group, {})[name] = file.get_tensor(key)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UserError(f"{path} is not a checkpoint ({error})", "delete it or choose another --run") from error
    return Checkpoint(found, state)


def configuration_of(checkpoint: Checkpoint) -> ModelConfiguration:
    return ModelConfiguration.from_json(without_outdated(checkpoint.state["configuration"]))


def vocabulary_of(checkpoint: Checkpoint) -> Vocabulary:
    return Vocabulary.from_json(checkpoint.state["vocabulary"])


def read_trained(place: Path, stage: str, part: str) -> Checkpoint:
    """What a stage has made, for others to stand on or go on from: of a training run, a bundle's `part`, or the judge's
    tagger as it is stored.

    Its group "ema" holds the averaged weights (stored ones are float16, here float32 again); a run may have a
    "companion" beside it. Raises UserError where `place` holds none of them.
    """
    if part == "tagger" and (place / TAGGER).is_file():
        tagger = load_tagger(place)
        described = {key: tagger.description[key] for key in ("configuration", "metrics")}
        state = {**tagger.description["provenance"], "stage": stage, "part": part, **described}
        return Checkpoint({"ema": dict(tagger.network.state_dict())}, state)
    if not is_bundle(place):
        found = read(place, groups=("ema", "companion"))
        if found.state["part"] != part:
            raise UserError(f"{place} holds a run of the {found.state['stage']}", f"name one of the {stage}")
        return found
    bundle = Bundle.load(place)
    state = bundle.manifest.get("provenance", {}).get("stages", {}).get(stage, {})
    described = {
        "stage": stage,
        "part": part,
        "configuration": bundle.configuration.to_json(),
        "vocabulary": bundle.vocabulary.to_json(),
        "metrics": bundle.metrics.get(stage, {}),
    }
    return Checkpoint({"ema": bundle.weights(part)}, {**state, **described})


def load_part(place: Path, part: str) -> nn.Module:
    """The network `part` of a run or a bundle, with its averaged (EMA) weights, in eval mode on the CPU.

    Raises UserError where there is no such network.
    """
    from engine.models.build import build_part

    if is_bundle(place):
        return Bundle.load(place).part(part)
    checkpoint = read(place, groups=("ema",))
    if checkpoint.state["part"] != part:
        raise UserError(f"{place} holds a run of the {checkpoint.state['stage']}", f"name one that trained the {part}")
    network = build_part(part, configuration_of(checkpoint), vocabulary_of(checkpoint))
    try:
        network.load_state_dict(dict(checkpoint.groups["ema"]))
    except RuntimeError as error:
        raise UserError(f"the {part} in {place} is of another InstructME", "train it again") from error
    return network.requires_grad_(False).eval()


def replace(path: Path, save: Callable[[Path], object]) -> None:
    """Put what `save` writes in place of `path`, whole or not at all."""
    draft = path.with_name(path.name + ".part")
    try:
        save(draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    with contextlib.suppress(OSError):  # not every system lets a folder be synchronised
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
