"""The tagger: which instruments play, each half second.

Timbre is shared along frequency, so it looks at a spectrogram as a picture: small convolutions, and which band a
sound lies in only by a learned offset at the beginning and by weights per band at the end. It is trained on bands that
never were (training.stages.tagger); the model has one, and the judge of evaluation another, trained apart from it.

Shapes: B batch, T samples at 24 kHz, N instruments, S segments of half a second.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.grid import SAMPLE_RATE
from engine.models.configuration import TaggerConfiguration
from engine.models.spectral import stft, triangles

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

    def __init__(self, config: TaggerConfiguration, instruments: int) -> None:
        super().__init__()
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
        self.instruments = nn.Linear(mixed, instruments)
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
