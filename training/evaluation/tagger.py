"""The tagger: which instruments play, told by a network apart from every model that is judged.

Timbre is shared along frequency, so it looks at a spectrogram as a picture: small convolutions, and which band a
sound lies in only by a learned offset at the beginning and by weights per band at the end.

Shapes: B batch, T samples at 24 kHz, N instruments, S segments of half a second.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from engine.models.spectral import stft, triangles
from engine.resources import MODELS

FOLDER = MODELS / "judge"
WEIGHTS, DESCRIPTION = "tagger.safetensors", "tagger.json"
FORMAT = 1

SEGMENT_SECONDS = 0.5
SEGMENT = round(SEGMENT_SECONDS * SAMPLE_RATE)
HOP = SEGMENT // 24
"""48 frames a second: a segment is 24 of them, which the strides divide evenly."""
LONG_WINDOW, SHORT_WINDOW = 2048, 512
"""One tells partials apart, the other the noise and the time of an attack."""
BANDS = 128
LOWEST_HERTZ, HIGHEST_HERTZ = 40.0, 11_700.0
QUIETEST = 1e-9
"""Mean power in a band of what counts as silence, noise at -60 dBFS: a residue below it is not turned up."""
FLOOR = 1e-5
"""Power against the clip's mean below which nothing is told apart."""

_REINSTALL = "get the repository's resources again, or train another with `instructme train tagger`"


@dataclass(frozen=True)
class TaggerConfiguration:
    """`instruments`: names in the order of the answers. `width`: channels of the first, widest picture."""

    instruments: tuple[str, ...]
    width: int = 16

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TaggerConfiguration:
        return cls(tuple(data["instruments"]), int(data["width"]))


class BandPower(nn.Module):
    """What the tagger looks at: power in bands of mel by two windows, and pictures of it.

    Powers of stems add up to the power of their mix, but for what their phases do to each other. So training can mix
    here, where equalisers and levels cost next to nothing.
    """

    long_window: Tensor
    short_window: Tensor
    long_bank: Tensor
    short_bank: Tensor

    def __init__(self) -> None:
        super().__init__()
        for name, size in (("long", LONG_WINDOW), ("short", SHORT_WINDOW)):
            bank = triangles(mel_hertz(), size // 2 + 1, SAMPLE_RATE / size)
            # Equal sums: wide bands are not louder than narrow ones.
            self.register_buffer(f"{name}_bank", bank / bank.sum(0).clamp_min(1e-6), persistent=False)
            self.register_buffer(f"{name}_window", torch.hann_window(size), persistent=False)

    @torch.no_grad()
    def forward(self, audio: Tensor) -> Tensor:
        """(B, T) -> (B, 2, BANDS, 24 S), S = ceil(T / SEGMENT)."""
        with torch.autocast(audio.device.type, enabled=False):
            audio = F.pad(audio.float(), (0, -audio.shape[-1] % SEGMENT))
            frames = audio.shape[-1] // HOP
            powers = []
            for size, window, bank in (
                (LONG_WINDOW, self.long_window, self.long_bank),
                (SHORT_WINDOW, self.short_window, self.short_bank),
            ):
                spectrum = stft(audio, size, HOP, window)[..., :frames] * (2 / size)
                powers.append(
                    ((spectrum.real.square() + spectrum.imag.square()).transpose(1, 2) @ bank).transpose(1, 2)
                )
            return torch.stack(powers, 1)

    @staticmethod
    def picture(power: Tensor) -> Tensor:
        """Of `forward`'s powers: logarithms relative to the clip's own level, about zero mean and unit spread."""
        level = power[:, :1].mean((2, 3), keepdim=True).clamp_min(QUIETEST)
        return (torch.log(power / level + FLOOR) + 5) / 3


class Tagger(nn.Module):
    """Hears 24 kHz mono of any length: `forward` gives logits, `probabilities` numbers."""

    def __init__(self, config: TaggerConfiguration) -> None:
        super().__init__()
        self.config = config
        width, mixed = config.width, 8 * config.width
        self.power = BandPower()
        self.picture = nn.Conv2d(2, width, 5, stride=2, padding=2)
        self.band = nn.Parameter(torch.zeros(width, BANDS // 2, 1))
        self.blocks = nn.ModuleList(
            (
                Block(width, width),
                Block(width, 2 * width, (2, 2)),
                Block(2 * width, 2 * width),
                Block(2 * width, 4 * width, (2, 2)),
                Block(4 * width, 4 * width),
                Block(4 * width, 6 * width, (2, 1)),
            )
        )
        self.collapse = nn.Conv2d(6 * width, mixed, (BANDS // 16, 1))
        self.norm = nn.BatchNorm1d(mixed)
        self.context = nn.ModuleList(nn.Conv1d(mixed, mixed, 3, padding=step, dilation=step) for step in (1, 3))
        self.dropout = nn.Dropout(0.2)
        self.instruments = nn.Linear(mixed, len(config.instruments))
        nn.init.constant_(self.instruments.bias, -1.5)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, audio: Tensor) -> Tensor:
        """audio: (B, T), T >= 1 -> logits (B, N, ceil(T / SEGMENT))."""
        return self.judged(self.power.picture(self.power(audio)))

    def judged(self, picture: Tensor) -> Tensor:
        """The picture (B, 2, BANDS, 24 S) of `BandPower` -> logits (B, N, S)."""
        x = self.picture(picture.contiguous(memory_format=torch.channels_last))
        x = F.relu(x + self.band.to(x.dtype))
        for block in self.blocks:
            x = block(x)
        x = self.collapse(x).squeeze(2)
        x = F.relu(self.norm(F.avg_pool1d(x, 3)))
        for layer in self.context:
            x = x + F.relu(layer(x))
        return self.instruments(self.dropout(x).transpose(1, 2)).float().transpose(1, 2)

    @torch.inference_mode()
    def probabilities(self, audio: np.ndarray) -> np.ndarray:
        """(B, T) at 24 kHz -> (B, N, S), in float32 whatever the machine is fast at."""
        device = self.instruments.weight.device
        found = self(torch.from_numpy(np.ascontiguousarray(audio, np.float32)).to(device))
        return found.sigmoid().cpu().numpy()


class Block(nn.Module):
    """Two convolutions around a shortcut; `stride` by (bands, frames)."""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.stride = stride
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else None

    def forward(self, x: Tensor) -> Tensor:
        h = F.relu(self.first_norm(self.first(x)))
        h = self.second_norm(self.second(h))
        if self.shortcut is not None:
            x = self.shortcut(F.avg_pool2d(x, self.stride))
        return F.relu(x + h)


def mel_hertz() -> Tensor:
    """(BANDS,) centres: even steps of mel (O'Shaughnessy), between a bass's lowest tone and the highest overtones."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HERTZ, HIGHEST_HERTZ))
    return 700 * (10 ** (torch.linspace(float(low), float(high), BANDS) / 2595) - 1)


@dataclass(frozen=True, eq=False)
class TrainedTagger:
    """A tagger with the probabilities from which each instrument counts as heard, and where it comes from."""

    network: Tagger
    thresholds: Mapping[str, float]
    """Instrument -> probability; chosen on validation songs."""
    description: Mapping[str, Any]

    @property
    def instruments(self) -> tuple[str, ...]:
        return self.network.config.instruments

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
        config = TaggerConfiguration.from_json(description["configuration"])
        thresholds = {name: float(description["thresholds"][name]) for name in config.instruments}
        weights = folder / WEIGHTS
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != description["files"][WEIGHTS]["sha256"]:
            raise UserError(f"{weights} is not the file that {DESCRIPTION} describes (its hash is wrong)", _REINSTALL)
        tensors = load_file(weights)
        network = Tagger(config)
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
    """Write weights (float16) and description, the weights first: a folder that was left half written is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / WEIGHTS
    save_file({key: _as_float16(value) for key, value in network.state_dict().items()}, weights)
    weights.chmod(0o644)
    description = {
        "format": FORMAT,
        "licence": licence,
        "configuration": asdict(network.config),
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
