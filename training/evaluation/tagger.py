"""The judge's tagger: which instruments play, told by a network apart from every model that is judged.

It is an engine.models.tagger like the one that a model has, with weights of its own, and with a probability for each
instrument from which it counts as heard.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.errors import UserError
from engine.models.configuration import TaggerConfiguration
from engine.models.tagger import SEGMENT_SECONDS, Tagger
from engine.resources import MODELS

FOLDER = MODELS / "judge"
WEIGHTS, DESCRIPTION = "tagger.safetensors", "tagger.json"
FORMAT = 1

_REINSTALL = "get the repository's resources again, or train another with `instructme train tagger`"


@dataclass(frozen=True, eq=False)
class TrainedTagger:
    """A tagger with the probabilities from which each instrument counts as heard, and where it comes from."""

    network: Tagger
    thresholds: Mapping[str, float]
    """Instrument -> probability, in the order of the network's answers; chosen on validation songs."""
    description: Mapping[str, Any]

    @property
    def instruments(self) -> tuple[str, ...]:
        return tuple(self.thresholds)

    @property
    def identity(self) -> str:
        """Tells taggers apart that may answer differently."""
        facts = [self.description["files"][WEIGHTS]["sha256"], sorted(self.thresholds.items())]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    def seconds(self, audio: np.ndarray) -> list[dict[str, float]]:
        """(B, T) at 24 kHz -> for each sound, instrument -> seconds for which it is heard."""
        limits = np.array([self.thresholds[name] for name in self.instruments])[:, None]
        heard = (self.network.probabilities(audio) >= limits).sum(axis=2) * SEGMENT_SECONDS
        return [dict(zip(self.instruments, row.tolist(), strict=True)) for row in heard]


def load_tagger(folder: Path = FOLDER, device: torch.device | str = "cpu") -> TrainedTagger:
    """The tagger stored in `folder`. Raises UserError where its files are missing, damaged or newer than this code."""
    path = folder / DESCRIPTION
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        if description["format"] > FORMAT:
            raise UserError(f"{path} was written by a newer InstructME", "update InstructME")
        names = tuple(description["configuration"]["instruments"])
        thresholds = {name: float(description["thresholds"][name]) for name in names}
        weights = folder / WEIGHTS
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != description["files"][WEIGHTS]["sha256"]:
            raise UserError(f"{weights} is not the file that {DESCRIPTION} describes (its hash is wrong)", _REINSTALL)
        tensors = load_file(weights)
        network = Tagger(TaggerConfiguration(int(description["configuration"]["width"])), len(names))
        network.load_state_dict({key: _as_float32(value) for key, value in tensors.items()})
    except FileNotFoundError as error:
        raise UserError(f"{folder} holds no tagger: it lacks {Path(error.filename).name}", _REINSTALL) from error
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise UserError(f"the tagger in {folder} is damaged ({error})", _REINSTALL) from error
    return TrainedTagger(network.to(device).eval().requires_grad_(False), thresholds, description)


def store_tagger(
    folder: Path,
    network: Tagger,
    thresholds: Mapping[str, float],
    *,
    provenance: Mapping[str, Any],
    metrics: Mapping[str, Any],
    licence: str = "MIT",
) -> None:
    """Write weights (float16) and description, the weights first: a folder that was left half written is refused.

    `thresholds` names the instruments in the order of the network's answers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / WEIGHTS
    save_file({key: _as_float16(value) for key, value in network.state_dict().items()}, weights)
    weights.chmod(0o644)
    description = {
        "format": FORMAT,
        "licence": licence,
        "configuration": {"instruments": list(thresholds), "width": network.picture.out_channels},
        "thresholds": dict(thresholds),
        "files": {
            WEIGHTS: {
                "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
                "bytes": weights.stat().st_size,
            }
        },
        "provenance": dict(provenance),
        "metrics": dict(metrics),
    }
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def rounded(network: Tagger) -> Tagger:
    """The network with its weights as `store_tagger` keeps them: what is to be calibrated and measured."""
    network.load_state_dict({key: _as_float32(_as_float16(value)) for key, value in network.state_dict().items()})
    return network


def _as_float16(value: Tensor) -> Tensor:
    value = value.detach().cpu().contiguous()
    return value.half() if value.is_floating_point() else value


def _as_float32(value: Tensor) -> Tensor:
    return value.float() if value.is_floating_point() else value
