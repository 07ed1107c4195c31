"""One file per network that is trained, all of one shape (stages.base.Stage)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.stages.base import Stage

STAGES = ("autoencoder", "listener", "embedding", "diffusion", "renderer")
"""In the order in which they are trained: later ones stand on the autoencoder and the listener."""


def stage_class(name: str) -> type[Stage]:
    """`autoencoder` -> AutoencoderStage. Raises ValueError on another name."""
    if name not in STAGES:
        raise ValueError(f"there is no stage {name!r}")
    module = import_module(f"training.stages.{name}")
    found: type[Stage] = getattr(module, f"{name.capitalize()}Stage")
    return found
