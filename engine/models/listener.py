"""The listener: what a musician would write down of any audio. The paper uses Jointist here.

Shapes: B batch, T samples at 24 kHz, F frames at 50/s, P = 88 keys, C channels of a key, N instruments.

    audio -> log-frequency pictures by long and short windows -> gathered at each key: its own bins, octaves, harmonics
          -> a U-Net over keys and frames, which knows a chord wherever it lies -> (B, F, P, C) --+--> pitches, onsets
    bands of short windows ---------------> ConvNeXt over time, seconds of context <--------------+
                                                    |
                                                    +--> chords, instruments, beats
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.chords import CHORD_CLASSES
from engine.grid import SAMPLE_RATE, SAMPLES_PER_FRAME, frames_in
from engine.models.band_unet import BandUNet
from engine.models.blocks import ConvNeXt
from engine.models.configuration import ListenerConfiguration
from engine.models.spectral import stft, triangles

KEYS = 88
LOWEST_KEY_HERTZ = 27.5
BINS_PER_SEMITONE = 3
SEMITONES = 106
"""From A0 to 12 kHz: the keys, and a band and a half above for their harmonics and for cymbals."""
BASS_WINDOW = 8192
BASS_BINS = 40 * BINS_PER_SEMITONE
"""Below 270 Hz a semitone is narrower than what LONG_WINDOW tells apart."""
BASS_SPECTRUM = 128
"""Bins of BASS_WINDOW that reach above those: the others need not be looked at."""
LONG_WINDOW = 4096
SHORT_WINDOW = 1024
SHORT_LOWEST_HERTZ = 55.0
SHORT_BANDS = 96
KEY_CHANNELS = 32
CONTEXT = 8
"""Channels that the trunk gives each key."""
_HARMONICS = (0.5, 1, 2, 3, 4, 5, 6, 8)


@dataclass(frozen=True)
class Heard:
    """Logits on the grid. chords: (B, CHORD_CLASSES, F); pitches: (B, 88, F), A0 first, keys that sound; onsets: the
    same, keys that are struck in this frame; instruments: (B, N, F) in the order of the vocabulary; beats: (B, 2, F),
    beat and downbeat."""

    chords: Tensor
    pitches: Tensor
    onsets: Tensor
    instruments: Tensor
    beats: Tensor


class Listener(nn.Module):
    """Hears chords, pitches, onsets, instruments and beats in 24 kHz mono of any length and level."""

    bass_window: Tensor
    long_window: Tensor
    short_window: Tensor
    bass_bank: Tensor
    long_bank: Tensor
    short_bank: Tensor
    long_bins: Tensor
    short_bins: Tensor

    def __init__(self, config: ListenerConfiguration, instruments: int) -> None:
        super().__init__()
        width = config.width
        bins = SEMITONES * BINS_PER_SEMITONE
        # The first bin of a key lies a third of a semitone below it.
        hertz = LOWEST_KEY_HERTZ * 2 ** ((torch.arange(bins) / BINS_PER_SEMITONE - 1 / BINS_PER_SEMITONE) / 12)
        short = SHORT_LOWEST_HERTZ * (11_500 / SHORT_LOWEST_HERTZ) ** (torch.arange(SHORT_BANDS) / (SHORT_BANDS - 1))
        for name, size, centres in (
            ("bass", BASS_WINDOW, hertz[: BASS_BINS + 1]),
            ("long", LONG_WINDOW, hertz[BASS_BINS - 1 :]),
            ("short", SHORT_WINDOW, short),
        ):
            self.register_buffer(f"{name}_window", torch.hann_window(size), persistent=False)
            count = BASS_SPECTRUM if name == "bass" else size // 2 + 1
            bank = triangles(centres, count, SAMPLE_RATE / size)
            self.register_buffer(f"{name}_bank", bank, persistent=False)
        self.register_buffer("long_bins", _bins_of_keys(hertz, torch.arange(-2, 4)), persistent=False)
        self.register_buffer("short_bins", _bins_of_keys(short, torch.zeros(1, dtype=torch.long)), persistent=False)

        gathered = self.long_bins.shape[1] + 2 * self.short_bins.shape[1]
        self.key_in = nn.Linear(gathered, KEY_CHANNELS)
        self.keys = BandUNet(KEY_CHANNELS, KEY_CHANNELS, KEYS, config.channels, config.key_blocks)
        self.trunk_in = nn.Linear((KEYS + 2) * KEY_CHANNELS + 2 * SHORT_BANDS, width)
        self.trunk = nn.ModuleList(
            ConvNeXt(width, dilation=2 ** (index % 5), expansion=4) for index in range(config.blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.chords = nn.Linear(width, CHORD_CLASSES)
        self.instruments = nn.Linear(width, instruments)
        self.beats = nn.Linear(width, 2)
        self.key_context = nn.Linear(width, KEYS * CONTEXT)
        self.key_hidden = nn.Linear(KEY_CHANNELS + CONTEXT, KEY_CHANNELS)
        self.notes = nn.Linear(KEY_CHANNELS, 2)
        # Most keys are silent and most frames no beat: starting from the prior saves the first hundred steps.
        nn.init.constant_(self.notes.bias, -3.0)
        nn.init.constant_(self.beats.bias, -3.0)
        nn.init.constant_(self.instruments.bias, -1.0)

    def forward(self, audio: Tensor) -> Heard:
        """audio: (B, T), T >= 1 -> logits over ceil(T / 480) frames."""
        long, short = self.features(audio)
        keys = F.gelu(self.key_in(torch.cat([_gathered(long, self.long_bins), *(
            _gathered(half, self.short_bins) for half in short.chunk(2, dim=-1)
        )], dim=-1)))  # fmt: skip
        # (B, F, P, C) to the U-Net's (B, C, F, P) and back.
        keys = keys + self.keys(keys.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)

        # Timbre is the same on every key.
        known = [keys.flatten(-2), keys.mean(dim=2), keys.amax(dim=2), short.to(keys.dtype)]
        x = self.trunk_in(torch.cat(known, dim=-1))
        for block in self.trunk:
            x = block(x)
        x = self.norm(x)

        context = self.key_context(x).unflatten(-1, (KEYS, CONTEXT))
        notes = self.notes(F.gelu(self.key_hidden(torch.cat([keys, context.to(keys.dtype)], dim=-1))))
        pitches, onsets = notes.float().transpose(1, 2).unbind(-1)
        return Heard(
            chords=self.chords(x).float().transpose(1, 2),
            pitches=pitches,
            onsets=onsets,
            instruments=self.instruments(x).float().transpose(1, 2),
            beats=self.beats(x).float().transpose(1, 2),
        )

    def features(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """audio: (B, T) -> log spectrum (B, F, 318) and bands of the short windows with their rise (B, F, 192).

        Both are relative to the clip's own level, so that a quiet song is heard as a loud one.
        """
        frames = frames_in(audio.shape[-1])
        with torch.autocast(audio.device.type, enabled=False), torch.no_grad():
            audio = audio.float()
            bass = _bands(audio, BASS_WINDOW, self.bass_window, self.bass_bank, frames)[..., :-1]
            # The same tone in a window of half the length is half as high.
            high = 2 * _bands(audio, LONG_WINDOW, self.long_window, self.long_bank, frames)[..., 1:]
            short = _relative(_bands(audio, SHORT_WINDOW, self.short_window, self.short_bank, frames))
            rise = (short - F.pad(short, (0, 0, 1, 0))[:, :-1]).clamp_min(0)
            rise[:, 0] = 0
            return _relative(torch.cat([bass, high], dim=-1)), torch.cat([short, rise], dim=-1)


def _bands(audio: Tensor, size: int, window: Tensor, bank: Tensor, frames: int) -> Tensor:
    """(B, T) -> amplitudes (B, F, bands)."""
    spectrum = torch.view_as_real(stft(audio, size, SAMPLES_PER_FRAME, window)[:, : bank.shape[0], :frames])
    return spectrum.square().sum(-1).sqrt().transpose(1, 2) @ bank


def _relative(bands: Tensor) -> Tensor:
    """Log amplitude relative to the clip, about zero mean and unit spread."""
    # A loud moment, not the loudest: one click must not turn the song down.
    level = torch.quantile(bands.mean(-1), 0.9, dim=-1)[:, None, None]
    return (torch.log(bands / (level + 1e-6) + 1e-3) + 3) / 3


def _gathered(picture: Tensor, bins: Tensor) -> Tensor:
    """(B, F, bins) -> (B, F, P, count); what lies outside is 0."""
    return F.pad(picture, (0, 1))[..., bins]


def _bins_of_keys(hertz: Tensor, near: Tensor) -> Tensor:
    """Index (KEYS, count) of the bins, of rising centres `hertz`, that each key looks at: those that lie `near`, in
    bins, its fundamental and harmonics. The number of bins stands for "outside"."""
    keys = LOWEST_KEY_HERTZ * 2 ** (torch.arange(KEYS) / 12)
    wanted = (keys[:, None] * torch.tensor(_HARMONICS)).log2()
    centres = hertz.log2()
    step = centres[1] - centres[0]
    index = ((wanted - centres[0]) / step).round().long()[..., None] + near
    index = index.flatten(1)
    return torch.where((index < 0) | (index >= hertz.numel()), hertz.numel(), index)
