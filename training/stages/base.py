"""The one shape of all stages: what the loop needs to know of the network that it trains."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.build import build_part
from engine.models.configuration import ModelConfiguration
from engine.vocabulary import Vocabulary
from training.clip import Clip
from training.settings import StageSettings
from training.synthesis.soundfonts import Soundfont

Batch = dict[str, Tensor]
Metrics = dict[str, float]


Scene = tuple[Clip, Clip | None]
"""A clip, and where there is one the same music in another arrangement."""


class ClipSource(Protocol):
    """Clips as a pure function of the step: training.stream.ClipStream, or a fake in tests."""

    def scenes(self, step: int, count: int, *, paired: int = 0) -> list[Scene]: ...


class Stage(ABC):
    """One network's training: its batches, its loss and its validation.

    `runs` names the folders of the finished runs that the stage stands on, by stage ("autoencoder",
    "listener"). `companion` is a network that is trained along but shipped to nobody (a discriminator).
    """

    name: ClassVar[str]
    part: ClassVar[str]
    """The part of a bundle that this stage trains."""
    uses: ClassVar[tuple[str, ...]] = ()
    """Stages whose finished runs this one stands on."""
    pairs: ClassVar[float] = 0.0
    """Share of the clips that should be rendered in a second arrangement."""
    window: ClassVar[int | None] = None
    """Clips of tapes that are kept in memory, for stages that remember what they have worked out of a clip."""
    renew: ClassVar[int] = 1
    """How many of them give way to others each time that clips are drawn."""
    renders: ClassVar[bool] = True
    """Whether it learns from clips that are rendered as it goes; else from what was made before."""
    learns_from: ClassVar[str] = ""
    """From what, then, in words."""
    unused: ClassVar[tuple[str, ...]] = ()
    """Options of the command line that mean nothing to it."""
    soundfonts: Sequence[Soundfont] | None = None
    """For a stage that plays notes itself; None is those for training that the machine has."""
    companion: nn.Module | None = None
    step = 0
    """The step that is being trained; the loop sets it."""

    def __init__(
        self,
        configuration: ModelConfiguration,
        settings: StageSettings,
        vocabulary: Vocabulary,
        clips: ClipSource | None,
        validation: ClipSource | None,
        *,
        seed: int = 0,
        runs: dict[str, Path] | None = None,
    ) -> None:
        self.configuration = configuration
        self.settings = settings
        self.vocabulary = vocabulary
        self.clips = clips
        self.validation = validation
        self.seed = seed
        self.runs = runs or {}
        self._validation_batches: list[Batch] | None = None

    def build(self) -> nn.Module:
        """A fresh network; torch's global generator decides its weights."""
        return build_part(self.part, self.configuration, self.vocabulary)

    def begin_from(self, network: Any, weights: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """The weights of an earlier run as a network of another size can take them: as they are, unless it can grow."""
        return weights

    def description(self) -> dict[str, Any]:
        """What its data are, where it does not render them."""
        return {}

    def place(self, device: torch.device) -> None:  # noqa: B027 (most stages have nothing to move)
        """Move the frozen networks on which the stage stands."""

    @property
    def paired(self) -> int:
        """How many of a batch's clips should come with another arrangement."""
        return 0

    def examples(self, scenes: Sequence[Scene], rng: np.random.Generator) -> Batch:
        """`settings.batch` examples made of clips. Runs in the loader's process: no network, no device. A stage that
        does not render overrides `batch` and `validation_batches` instead."""
        raise NotImplementedError

    @abstractmethod
    def loss(self, network: Any, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss and what to log of it. Every chance on the device is drawn from `generator`."""

    @abstractmethod
    def evaluate(self, network: Any, device: torch.device) -> Metrics:
        """Figures on the validation batches, under no_grad and autocast."""

    def finish(self, network: Any, device: torch.device) -> None:  # noqa: B027
        """What the averaged network needs before it is written (the autoencoder's latent scale)."""

    def batch(self, step: int) -> Batch:
        """The batch of a step, a pure function of seed and step: the loop can resume anywhere."""
        assert self.clips is not None
        return self._made(self.clips, step, np.random.default_rng([self.seed, 0, *self.name.encode(), step]))

    def validation_batches(self, device: torch.device) -> list[Batch]:
        """The same few batches of songs kept apart, however often they are asked for."""
        if self._validation_batches is None:
            assert self.validation is not None
            self._validation_batches = [
                self._made(self.validation, step, np.random.default_rng([1, *self.name.encode(), step]))
                for step in range(self.settings.validation_batches)
            ]
        return [{key: value.to(device) for key, value in batch.items()} for batch in self._validation_batches]

    def _made(self, source: ClipSource, step: int, rng: np.random.Generator) -> Batch:
        return self.examples(source.scenes(step, self.settings.clips, paired=self.paired), rng)


def evaluation_generator(device: torch.device, index: int) -> torch.Generator:
    """The chance of a validation batch: the same at every validation, so that figures can be compared."""
    return torch.Generator(device).manual_seed(10_000 + index)


def mean(values: Sequence[float]) -> float:
    """The mean of those that are numbers, or NaN."""
    usable = [value for value in values if value == value]
    return sum(usable) / len(usable) if usable else float("nan")
