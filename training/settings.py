"""A training configuration: the model that is built and, per stage, how it is trained.

Each configuration is a small TOML file in training/configs that names the one it `extends` and differs in a few lines:
`[model.*]` tables change ModelConfiguration, `[stages.NAME]` tables change that stage's settings.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any

from engine.errors import UserError
from engine.instruction import Operation
from engine.models.configuration import ModelConfiguration

OPTIMIZERS = ("adamw", "muon")


_COUNTS = frozenset({
    "batch", "clips", "ema_half_life", "validation_batches", "resolutions", "key_step", "held_out_notes",
    "steps_per_clip", "most_stems",
})  # fmt: skip
_ABOVE_ZERO = frozenset({"seconds", "learning_rate", "clip_norm"})


@dataclass(frozen=True)
class StageSettings:
    """What every stage has. Lengths in seconds of audio, rates per step, half-lives in steps."""

    batch: int = 8
    """Examples a step and process."""
    seconds: float = 3.0
    """Length of an example."""
    clips: int = 4
    """Clips of the corpus from which a batch is cut; fewer than `batch` saves rendering."""
    optimizer: str = "adamw"
    """One of OPTIMIZERS, see training.optimizers."""
    learning_rate: float = 1e-3
    warmup: int = 200
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.99)
    clip_norm: float = 1.0
    ema_half_life: int = 300
    """Short on purpose: our runs are minutes long, and a long average would remember the beginning."""
    validation_batches: int = 4

    def __post_init__(self) -> None:
        """Raises UserError for a value that no run can be trained with."""
        for entry in fields(self):
            value, least = getattr(self, entry.name), 1 if entry.name in _COUNTS else 0
            if entry.type in ("int", "float"):
                _check_number(entry.name, value, whole=entry.type == "int", least=least)
                if value == 0 and entry.name in _ABOVE_ZERO:
                    raise UserError(f"{entry.name} = 0 cannot be trained with", "give more than 0")
        if self.optimizer not in OPTIMIZERS:
            raise UserError(f"no optimizer is called {self.optimizer!r}", f"use one of {', '.join(OPTIMIZERS)}")


@dataclass(frozen=True)
class AutoencoderSettings(StageSettings):
    learning_rate: float = 8e-4
    spectral_weight: float = 1.0
    resolutions: int = 5
    """Of the spectral loss, drawn anew each step; fewer are faster, and the sum over steps is the same."""
    waveform_weight: float = 1.0
    """Of minus SI-SDR in dB / 10: phase matters to the renderer, which adds stems to the user's own samples."""
    linear_weight: float = 1.0
    """Of decode(g1 z1 + g2 z2) against g1 x1 + g2 x2 (arXiv 2510.23530), on one half of the batch."""
    latent_noise: float = 0.02
    """Deviation of the noise on raw latents, whose own is about 0.2: what samplers leave behind must not be heard.
    With 0.1 the round trip got worse than before training (SI-SDR 1.6 dB after 100 steps, 3.5 before)."""
    latent_penalty: float = 1e-3
    """Of the latents' mean square, the part of the KL term that is left when the deviation is fixed."""
    discriminator_start: int = 0
    """Step from which the discriminator counts; 0 is never. It costs half of a CPU's time."""
    discriminator_weight: float = 0.1
    feature_weight: float = 1.0


@dataclass(frozen=True)
class ListenerSettings(StageSettings):
    batch: int = 12
    seconds: float = 4.0
    chord_weight: float = 1.0
    pitch_weight: float = 5.0
    """Keys are 0 in 97% of the matrix, so that its mean loss is small."""
    onset_weight: float = 5.0
    instrument_weight: float = 2.0
    beat_weight: float = 1.0
    full_band: float = 0.3
    """Share of examples that keep every stem; the others keep a random part of the band."""
    level_db: float = 4.0
    """Deviation of the faders, one a stem."""
    noisy: float = 0.3
    """Share of examples with noise."""


@dataclass(frozen=True)
class RendererSettings(StageSettings):
    batch: int = 10
    seconds: float = 3.0
    magnitude_weight: float = 0.5
    """Sets the scale, which the ratios leave free."""
    waveform_weight: float = 0.1
    """Of decibels: see `training.losses.selection_loss`."""
    absent: float = 0.12
    """Share of queries for what is not there: the mask must stay shut (SAM-Audio's issue 94)."""
    families: float = 0.2
    """Share of queries for a whole family ("guitar")."""
    vocals: float = 0.2
    """Share of queries for vocals, where there are any: what users ask for most."""
    refine_weight: float = 0.5
    latent_noise: float = 0.3
    """Largest deviation of the noise on the latents that `refine` learns to repair."""
    share_weight: float = 1.0
    """Of the cross-entropy over all instruments at once."""
    colour_db: float = 4.0
    """Deviation of the equaliser that each stem passes, in dB."""
    level_db: float = 3.0
    """Deviation of each stem's level, in dB."""
    varispeed: float = 3.0
    """Semitones by which an example is played faster or slower at most."""
    guests: float = 0.4
    """Share of examples in which a stem of another song plays along."""
    frames: float = 0.35
    """Share of an example's frames that the loss looks at: the network's last layers cost most, and see one frame."""


@dataclass(frozen=True)
class DiffusionSettings(StageSettings):
    batch: int = 8
    seconds: float = 5.0
    learning_rate: float = 4e-4
    operations: Mapping[str, float] = field(
        default_factory=lambda: {"add": 0.3, "remove": 0.15, "extract": 0.15, "replace": 0.25, "remix": 0.15}
    )
    """Shares. More of what needs a generator: the renderer's mask carries remove and extract."""
    absent: float = 0.1
    """Share of remove and extract that name an instrument which is not there: nothing may change."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if unknown := set(self.operations) - set(Operation):
            raise UserError(f"there is no operation {min(unknown)!r} to draw", f"use {', '.join(Operation)}")
        for name, share in self.operations.items():
            _check_number(f"operations.{name}", share, whole=False, least=0)
        if not sum(self.operations.values()):
            raise UserError("no operation has a share", f"give one to {', '.join(Operation)}")


@dataclass(frozen=True)
class EmbeddingSettings(StageSettings):
    batch: int = 32
    seconds: float = 5.0
    clips: int = 16
    learning_rate: float = 5e-4


@dataclass(frozen=True)
class SynthesizerSettings(StageSettings):
    batch: int = 128
    """Notes a step."""
    learning_rate: float = 2.5e-3
    warmup: int = 100
    ema_half_life: int = 100
    key_step: int = 4
    """Semitones from one learnt key to the next."""
    velocities: tuple[int, ...] = (40, 100)
    held_out_notes: int = 3
    """Of each timbre, kept apart for validation."""
    glide_weight: float = 60.0
    """Decibels that an octave off a drum's pitch is worth."""
    release_weight: float = 0.15


@dataclass(frozen=True)
class TaggerSettings(StageSettings):
    batch: int = 24
    seconds: float = 2.5
    """Short: many different bands teach more than long ones."""
    clips: int = 32
    learning_rate: float = 3e-3
    warmup: int = 60
    weight_decay: float = 0.02
    ema_half_life: int = 100
    steps_per_clip: int = 8
    """Steps between one renewal of the stream's clips and the next: rendering one takes longer than a step."""
    most_stems: int = 8
    single_stems: float = 0.3
    """Share of examples with one stem, ..."""
    few_stems: float = 0.4
    """... and with two to four, as edits have them; the others have up to `most_stems`."""
    strangers: float = 0.5
    """Share of examples whose stems come from several songs: what plays must not tell what else does."""
    ghosts: float = 0.25
    """Share of examples in which an instrument is left over that an edit took away."""
    colour_db: float = 8.0
    formants: float = 0.12
    """Largest shift of a stem's spectrum, as a share: players and samples differ by that."""
    level_db: float = 5.0
    """Deviation of each stem's level, in dB."""
    balance: float = 2.0
    """How much more an instrument that plays weighs than one that does not: what is told at even odds is then told at
    one in three, near where the F measure is highest."""
    rarity: float = 0.6
    """Power of an instrument's rarity among the step's clips by which it is preferred."""


STAGE_SETTINGS: dict[str, type[StageSettings]] = {
    "autoencoder": AutoencoderSettings,
    "listener": ListenerSettings,
    "embedding": EmbeddingSettings,
    "diffusion": DiffusionSettings,
    "renderer": RendererSettings,
    "synthesizer": SynthesizerSettings,
    "tagger": TaggerSettings,
}


@dataclass(frozen=True)
class TrainingConfiguration:
    """A model and how its stages are trained."""

    model: ModelConfiguration
    stages: Mapping[str, StageSettings]

    @classmethod
    def load(cls, name: str) -> TrainingConfiguration:
        """`name` is one of the shipped configurations or the path of a TOML file.

        Raises UserError for a name, a key or a file that cannot be used.
        """
        table = _table(name, seen=())
        title = Path(name).stem
        try:
            model = ModelConfiguration.from_json({"name": title, **table.get("model", {})})
            stages = {
                stage: _settings(kind, table.get("stages", {}).get(stage, {})) for stage, kind in STAGE_SETTINGS.items()
            }
        except TypeError as error:
            raise UserError(f"the configuration {name} cannot be used: {error}", "correct that key") from error
        if unknown := set(table.get("stages", {})) - set(STAGE_SETTINGS):
            raise UserError(
                f"the configuration {name} has settings for {', '.join(sorted(unknown))}",
                f"the stages are {', '.join(STAGE_SETTINGS)}",
            )
        return cls(model, stages)


def configuration_names() -> tuple[str, ...]:
    """The configurations that are shipped."""
    folder = resources.files("training.configs")
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def _table(name: str, seen: tuple[str, ...]) -> dict[str, Any]:
    if name in seen:
        raise UserError(f"the configuration {name} extends itself", "remove one `extends`")
    if name in configuration_names():
        text = (resources.files("training.configs") / f"{name}.toml").read_text(encoding="utf-8")
    elif Path(name).is_file():
        text = Path(name).read_text(encoding="utf-8")
    else:
        raise UserError(
            f"there is no configuration {name}", f"use one of {', '.join(configuration_names())}, or a TOML file"
        )
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"the configuration {name} is not TOML: {error}", "correct the file") from error
    base = table.pop("extends", None)
    return _merged(_table(base, (*seen, name)), table) if base else table


def _merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in change.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _check_number(name: str, value: Any, *, whole: bool, least: int) -> None:
    right = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not right or not math.isfinite(value) or value < least:
        wanted = f"{'a whole' if whole else 'a'} number from {least} up"
        raise UserError(f"{name} = {value!r} cannot be trained with", f"give {wanted}")


def _settings(kind: type[StageSettings], table: Mapping[str, Any]) -> StageSettings:
    if unknown := set(table) - {entry.name for entry in fields(kind)}:
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return kind(**values)
