"""One file per network that is trained, all of one shape (stages.base.Stage)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from engine.models.configuration import ModelConfiguration

if TYPE_CHECKING:
    from training.stages.base import Stage

STAGES = ("autoencoder", "listener", "embedding", "diffusion", "renderer", "synthesizer", "tagger")
"""In the order in which they are trained: later ones stand on the autoencoder and the listener."""


def stages_of(configuration: ModelConfiguration) -> tuple[str, ...]:
    """Those that train the parts of such a model."""
    space = configuration.unet.space
    return tuple(name for name in STAGES if stage_class(name, space).part in configuration.parts)


def stage_class(name: str, space: str = "audio") -> type[Stage]:
    """`autoencoder` -> AutoencoderStage; a diffusion that samples scores has a stage of its own. Raises ValueError on
    another name."""
    if name not in STAGES:
        raise ValueError(f"there is no stage {name!r}")
    if (name, space) == ("diffusion", "score"):
        name = "arranging"
    module = import_module(f"training.stages.{name}")
    found: type[Stage] = getattr(module, f"{name.capitalize()}Stage")
    return found
