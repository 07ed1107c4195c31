"""VGGish (Hershey et al. 2017), the encoder of the paper's FAD, from weights that the user names.

No package carries its weights. They are read from a .safetensors file only, never from a pickle, under the names of
`torchvggish`, which the paper's FAD package uses too: features.0.weight, ..., embeddings.4.bias. As there, the
128 values are taken before the last ReLU and without PCA. Who has another format converts it once, outside of this
program, with `safetensors.torch.save_file(state_dict, "vggish.safetensors")`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.audio import resample
from engine.errors import UserError
from engine.grid import SAMPLE_RATE

RATE = 16_000
WINDOW, HOP, FFT = 400, 160, 512
BANDS, LOWEST, HIGHEST = 64, 125.0, 7500.0
PATCH = 96
"""Frames of an example: 0.96 s. What is left over at the end is dropped, as in the original."""
_LAYERS = (64, "pool", 128, "pool", 256, 256, "pool", 512, 512, "pool")


class VGGish(nn.Module):
    """(n, 1, 96, 64) log mel spectrograms -> (n, 128)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for layer in _LAYERS:
            if isinstance(layer, int):
                layers += [nn.Conv2d(before, layer, 3, padding=1), nn.ReLU()]
                before = layer
            else:
                layers.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*layers)
        self.embeddings = nn.Sequential(
            nn.Linear(512 * 6 * 4, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 128)
        )

    def forward(self, examples: Tensor) -> Tensor:
        # Channels last before flattening, as TensorFlow had them when the weights were learnt.
        return self.embeddings(self.features(examples).permute(0, 2, 3, 1).flatten(1))


def load_vggish(path: Path) -> VGGish:
    """Raises UserError where the file is missing, is no safetensors file, or holds another network."""
    if not path.is_file():
        raise UserError(f"there is no file {path}", "name the VGGish weights as a .safetensors file")
    if path.suffix != ".safetensors":
        raise UserError(
            f"{path} is no .safetensors file, and pickles are not read",
            "convert it as the top of training/evaluation/vggish.py says",
        )
    with torch.device("meta"):
        network = VGGish()
    try:
        weights = {key: value.float() for key, value in load_file(path).items() if not key.startswith("pproc.")}
        network.load_state_dict(weights, assign=True)
    except (SafetensorError, RuntimeError, OSError) as error:
        raise UserError(f"{path} does not hold VGGish's weights", "name a torchvggish state dict") from error
    return network.eval().requires_grad_(False)


def examples(audio: np.ndarray) -> Tensor:
    """Model-rate audio (T,) -> (n, 1, 96, 64) log mel spectrograms of the original's front end.

    Audio of less than 0.975 s is filled up with silence to one example.
    """
    sound = resample(np.ascontiguousarray(audio[None], dtype=np.float32), SAMPLE_RATE, RATE)[0]
    shortest = WINDOW + (PATCH - 1) * HOP
    wave = torch.from_numpy(np.pad(sound, (0, max(0, shortest - sound.shape[0]))))
    frames = wave.unfold(0, WINDOW, HOP) * torch.hann_window(WINDOW)
    logs = torch.log(torch.fft.rfft(frames, FFT).abs() @ _bank() + 0.01)
    count = logs.shape[0] // PATCH
    return logs[: count * PATCH].reshape(count, 1, PATCH, BANDS)


def _bank() -> Tensor:
    """(bins, 64) triangles of equal width in mel (HTK); the original leaves bin 0 out."""

    def mel(hertz: Tensor) -> Tensor:
        return 1127 * torch.log(1 + hertz / 700)

    bins = mel(torch.linspace(0, RATE / 2, FFT // 2 + 1))[:, None]
    low, high = mel(torch.tensor([LOWEST, HIGHEST])).tolist()
    edges = torch.linspace(low, high, BANDS + 2)
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    bank = torch.minimum(rise, fall).clamp_min(0)
    bank[0] = 0
    return bank
