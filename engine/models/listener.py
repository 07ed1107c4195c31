"""The listener: what a musician would write down of any audio. The paper uses Jointist here.

Shapes: B batch, T samples at 24 kHz, F frames at 50/s, P = 88 keys, N instruments.

    audio -> log-frequency spectrum, 3 bins a semitone -> harmonics gathered at each key -> weights shared by all keys
          -> (B, F, P, channels) --+--------------------------------------------> pitches
    audio -> short windows --------+-> ConvNeXt over time, seconds of context -+-> chords, instruments, beats
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.chords import CHORD_CLASSES
from engine.grid import SAMPLE_RATE, SAMPLES_PER_FRAME, frames_in
from engine.models.blocks import ConvNeXt
from engine.models.configuration import ListenerConfiguration
from engine.models.spectral import stft, triangles

KEYS = 88
LOWEST_KEY_HERTZ = 27.5
BINS_PER_SEMITONE = 3
SEMITONES = 106
"""From A0 to 12 kHz: the keys, and a band and a half above for their harmonics and for cymbals."""
LONG_WINDOW = 4096
SHORT_WINDOW = 1024
SHORT_BANDS = 48
KEY_CHANNELS = 32


@dataclass(frozen=True)
class Heard:
    """Logits on the grid. chords: (B, CHORD_CLASSES, F); pitches: (B, 88, F), A0 first; instruments: (B, N, F)
    in the order of the vocabulary; beats: (B, 2, F), beat and downbeat."""

    chords: Tensor
    pitches: Tensor
    instruments: Tensor
    beats: Tensor


class Listener(nn.Module):
    """Hears chords, pitches, instruments and beats in 24 kHz mono of any length and level."""

    long_window: Tensor
    short_window: Tensor
    pitch_bank: Tensor
    short_bank: Tensor
    harmonics: Tensor

    def __init__(self, config: ListenerConfiguration, instruments: int) -> None:
        super().__init__()
        width = config.width
        bins = SEMITONES * BINS_PER_SEMITONE
        self.register_buffer("long_window", torch.hann_window(LONG_WINDOW), persistent=False)
        self.register_buffer("short_window", torch.hann_window(SHORT_WINDOW), persistent=False)
        # The first bin of a key lies a third of a semitone below it.
        steps = torch.arange(bins) / BINS_PER_SEMITONE - 1 / BINS_PER_SEMITONE
        pitch_hertz = LOWEST_KEY_HERTZ * 2 ** (steps / 12)
        bank = triangles(pitch_hertz, LONG_WINDOW // 2 + 1, SAMPLE_RATE / LONG_WINDOW)
        self.register_buffer("pitch_bank", bank, persistent=False)
        short_hertz = 40.0 * (11_500 / 40) ** (torch.arange(SHORT_BANDS) / (SHORT_BANDS - 1))
        bank = triangles(short_hertz, SHORT_WINDOW // 2 + 1, SAMPLE_RATE / SHORT_WINDOW)
        self.register_buffer("short_bank", bank, persistent=False)
        harmonics, count = _harmonic_bins(bins)
        self.register_buffer("harmonics", harmonics, persistent=False)

        self.key_in = nn.Linear(count, KEY_CHANNELS)
        self.key_position = nn.Parameter(torch.zeros(KEYS, KEY_CHANNELS))
        self.key_time = nn.Conv1d(KEY_CHANNELS, KEY_CHANNELS, 5, padding=2, groups=KEY_CHANNELS)
        self.key_mix = nn.Linear(KEY_CHANNELS, KEY_CHANNELS)
        self.trunk_in = nn.Linear(KEYS * KEY_CHANNELS + bins + 2 * SHORT_BANDS, width)
        self.trunk = nn.ModuleList(
            ConvNeXt(width, dilation=2 ** (index % 5), expansion=4) for index in range(config.blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.chords = nn.Linear(width, CHORD_CLASSES)
        self.instruments = nn.Linear(width, instruments)
        self.beats = nn.Linear(width, 2)
        self.key_context = nn.Linear(width, KEYS * 8)
        self.key_hidden = nn.Linear(KEY_CHANNELS + 8, KEY_CHANNELS)
        self.pitches = nn.Linear(KEY_CHANNELS, 1)
        # Most keys are silent and most frames no beat: starting from the prior saves the first hundred steps.
        nn.init.constant_(self.pitches.bias, -3.0)
        nn.init.constant_(self.beats.bias, -3.0)
        nn.init.constant_(self.instruments.bias, -1.0)

    def forward(self, audio: Tensor) -> Heard:
        """audio: (B, T), T >= 1 -> logits over ceil(T / 480) frames."""
        pitch, short = self.features(audio)
        batch, frames, _ = pitch.shape
        # Gathered at each key: its fundamental, neighbours and harmonics. (B, F, P, count)
        keys = F.pad(pitch, (0, 1))[..., self.harmonics]
        keys = F.gelu(self.key_in(keys))
        keys = keys + self.key_position.to(keys.dtype)
        rows = keys.transpose(1, 2).reshape(batch * KEYS, frames, KEY_CHANNELS)
        rows = self.key_time(rows.transpose(1, 2)).transpose(1, 2)
        mixed = rows.reshape(batch, KEYS, frames, KEY_CHANNELS).transpose(1, 2)
        keys = keys + F.gelu(self.key_mix(mixed))

        x = self.trunk_in(torch.cat([keys.flatten(-2), pitch.to(keys.dtype), short.to(keys.dtype)], dim=-1))
        for block in self.trunk:
            x = block(x)
        x = self.norm(x)

        context = self.key_context(x).unflatten(-1, (KEYS, 8))
        hidden = F.gelu(self.key_hidden(torch.cat([keys, context.to(keys.dtype)], dim=-1)))
        return Heard(
            chords=self.chords(x).float().transpose(1, 2),
            pitches=self.pitches(hidden).squeeze(-1).float().transpose(1, 2),
            instruments=self.instruments(x).float().transpose(1, 2),
            beats=self.beats(x).float().transpose(1, 2),
        )

    def features(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """audio: (B, T) -> log spectrum (B, F, 318) and short-window bands with their rise (B, F, 96).

        Both are relative to the clip's own level, so that a quiet song is heard as a loud one.
        """
        frames = frames_in(audio.shape[-1])
        with torch.autocast(audio.device.type, enabled=False), torch.no_grad():
            audio = audio.float()
            pitch = self._bands(audio, LONG_WINDOW, self.long_window, self.pitch_bank, frames)
            short = self._bands(audio, SHORT_WINDOW, self.short_window, self.short_bank, frames)
            rise = (short - F.pad(short, (0, 0, 1, 0))[:, :-1]).clamp_min(0)
            rise[:, 0] = 0
            return pitch, torch.cat([short, rise], dim=-1)

    def _bands(self, audio: Tensor, size: int, window: Tensor, bank: Tensor, frames: int) -> Tensor:
        """Log amplitude relative to the clip, about zero mean and unit spread: (B, F, bands)."""
        spectrum = stft(audio, size, SAMPLES_PER_FRAME, window)[..., :frames]
        bands = spectrum.abs().transpose(1, 2) @ bank
        # A loud moment, not the loudest: one click must not turn the song down.
        level = torch.quantile(bands.mean(-1), 0.9, dim=-1)[:, None, None]
        return (torch.log(bands / (level + 1e-6) + 1e-3) + 3) / 3


def _harmonic_bins(bins: int) -> tuple[Tensor, int]:
    """Index (KEYS, count) of the bins that each key looks at; `bins` itself stands for "outside"."""
    octave = 12 * BINS_PER_SEMITONE
    ratios = torch.tensor([0.5, 1, 2, 3, 4, 5, 6, 8]).log2()
    offsets = (ratios * octave).round().long()
    near = torch.arange(-2, 4)
    index = torch.arange(KEYS)[:, None, None] * BINS_PER_SEMITONE + offsets[None, :, None] + near[None, None, :]
    index = index.flatten(1)
    return torch.where((index < 0) | (index >= bins), bins, index), index.shape[1]
