"""The network that writes notes: the U-Net of the paper over tokens of 80 ms, and a head that every key shares.

The U-Net alone would have to learn for each of 88 keys that what is heard at a key matters most to it. So it gives a
little context for every key, and the head joins it to what is known of the key itself, with weights that all keys
share: the harmony there; what is heard and written there, an octave away, and in its pitch class. When notes are struck
is for all keys the same question, which a few convolutions answer from what rises in the source and from its beats.

A key's own noisy value is evidence that needs no learning: for data of -1 or 1 the posterior's logit is the prior's
plus 2 x (1 - t) / t^2. It is added at the end, and the networks are left with the prior given all the rest.

Shapes: B batch, Z tokens, P = 88 keys, N instruments, H channels of a key.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.chords import CHORD_CLASSES, CHORD_TONES, QUALITIES
from engine.models.blocks import ConvNeXt
from engine.models.configuration import UNetConfiguration
from engine.models.hearing import BANDS, heard_rows, source_rows
from engine.models.unet import UNet
from engine.score import CHANNELS, KEYS, LOWEST_KEY, TOKEN_FRAMES

CONTEXT = 8
"""Channels that the U-Net gives each key."""
CHANNELS_OF_A_KEY = 32
RESTS = -3.5
"""Logit of a note that nothing is known of."""
MOST_EVIDENCE = 20.0
_FEATURES = 26
_FAST = (2 + BANDS) * TOKEN_FRAMES
_FRAME_WIDTH = 96
_DILATIONS = (1, 2, 4)
_ROWS = 2 * KEYS


class ScoreNetwork(nn.Module):
    """Called as engine.models.unet.UNet: the source is the picture of engine.models.hearing, the state a score."""

    tones: Tensor
    roots: Tensor

    def __init__(self, config: UNetConfiguration, text_channels: int, instruments: int) -> None:
        super().__init__()
        self.instruments = instruments
        self.state_channels = CHANNELS
        self.out_channels = CHANNELS
        self.unet = UNet(
            config,
            latent_channels=CHANNELS,
            text_channels=text_channels,
            chord_classes=CHORD_CLASSES,
            source_channels=source_rows(instruments),
            out_channels=(CONTEXT * KEYS if config.keys else _ROWS) + CHANNELS - _ROWS,
        )
        self.register_buffer("tones", _at_keys(torch.from_numpy(CHORD_TONES.copy()).float()), persistent=False)
        self.register_buffer("roots", _at_keys(_root_classes()), persistent=False)
        self.keys = config.keys
        if not config.keys:
            assert self.unet.conv_out.bias is not None
            nn.init.constant_(self.unet.conv_out.bias[:_ROWS], RESTS)
            return
        width = CHANNELS_OF_A_KEY
        self.key_in = nn.Linear(CONTEXT + _FEATURES, width)
        self.key_place = nn.Parameter(torch.zeros(KEYS, width))
        self.player = nn.Linear(instruments, width)
        self.key_hidden = nn.Linear(width, width)
        self.key_out = nn.Linear(width, 2)
        drums = source_rows(instruments) - heard_rows(instruments) - _ROWS - instruments
        self.frame_in = nn.Linear(_FAST + instruments + drums + 4, _FRAME_WIDTH)
        self.frames = nn.ModuleList(
            ConvNeXt(_FRAME_WIDTH, dilation=dilation, expansion=2, condition_channels=instruments)
            for dilation in _DILATIONS
        )
        self.frame_norm = nn.LayerNorm(_FRAME_WIDTH)
        self.frame_key = nn.Linear(_FRAME_WIDTH, width)
        self.strike = nn.Linear(_FRAME_WIDTH, 2)
        self.habit = nn.Parameter(torch.zeros(instruments, 2, KEYS))
        nn.init.constant_(self.key_out.bias, RESTS)

    def forward(
        self, state: Tensor, time: Tensor, source: Tensor, text: Tensor, text_mask: Tensor, chords: Tensor | None
    ) -> Tensor:
        """state: (B, CHANNELS, Z); time: (B,), 0 to 1000; source: (B, source_rows, Z); text: (B, L, D) with text_mask
        (B, L); chords: (B, classes, F), any rate, or None -> logits (B, CHANNELS, Z)."""
        level = (time.float() / 1000).clamp_min(1e-3)[:, None, None]
        evidence = (2 * state.float() * (1 - level) / level.square()).clamp(-MOST_EVIDENCE, MOST_EVIDENCE)
        # What the state tells, and not its noise, which at the beginning is all of it.
        told = torch.tanh(evidence / 4)
        out = self.unet(told, time, source, text, text_mask, chords)
        if not self.keys:
            return out.float() + evidence
        context = out[:, : CONTEXT * KEYS].unflatten(1, (KEYS, CONTEXT)).permute(0, 3, 1, 2)

        asked = source[:, -self.instruments :, 0]
        known = torch.cat([context, self._features(told, source, chords).to(context.dtype)], dim=-1)
        moments = self._moments(told, source, asked)
        place = (self.key_place + self.player(asked)[:, None])[:, None]
        x = self.key_in(known) + place.to(context.dtype) + self.frame_key(moments)[:, :, None]
        x = F.gelu(self.key_hidden(F.gelu(x, approximate="tanh")), approximate="tanh")
        prior = self.key_out(x).float().permute(0, 3, 2, 1).flatten(1, 2)
        prior = prior + torch.einsum("bn,ncp->bcp", asked.float(), self.habit.float()).flatten(1)[..., None]
        prior = prior + self.strike(moments).float().transpose(1, 2).repeat_interleave(KEYS, 1)
        return torch.cat([prior, out[:, CONTEXT * KEYS :].float()], dim=1) + evidence

    def _moments(self, told: Tensor, source: Tensor, asked: Tensor) -> Tensor:
        """What is known of each token, whatever the key: (B, Z, _FRAME_WIDTH)."""
        first = heard_rows(self.instruments)
        rows = (
            source[:, KEYS:first],
            source[:, first + _ROWS : -self.instruments],
            source[:, first : first + KEYS].amax(1, keepdim=True),
            told[:, :KEYS].amax(1, keepdim=True),
            told[:, :KEYS].mean(1, keepdim=True),
            told[:, KEYS:_ROWS].mean(1, keepdim=True),
        )
        x = self.frame_in(torch.cat([row.to(told.dtype) for row in rows], dim=1).transpose(1, 2))
        for block in self.frames:
            x = block(x, asked)
        return self.frame_norm(x)

    def _features(self, told: Tensor, source: Tensor, chords: Tensor | None) -> Tensor:
        """What is known at each key: (B, Z, P, _FEATURES)."""
        first = heard_rows(self.instruments)
        onset, sounding = told[:, :KEYS], told[:, KEYS:_ROWS]
        heard = source[:, :KEYS]
        new, old = source[:, first : first + KEYS], source[:, first + KEYS : first + _ROWS]
        tone = root = torch.zeros_like(heard)
        if chords is not None:
            harmony = F.adaptive_avg_pool1d(chords.float(), heard.shape[-1])
            tone = torch.einsum("bcz,cp->bpz", harmony, self.tones)
            root = torch.einsum("bcz,cp->bpz", harmony, self.roots)
        rows = (
            onset, sounding, _moved(sounding, 12), _moved(sounding, -12),
            heard, _moved(heard, 12), _moved(heard, -12), _moved(heard, -19), _folded(heard),
            new, old, _folded(old), _moved(old, 12),
            tone, root,
            # A note is one decision: where it goes on is told by its neighbours in time before its own value is.
            _later(onset, 1), _later(onset, -1), _later(onset, 2), _later(onset, 3),
            _later(sounding, 1), _later(sounding, -1), _later(sounding, 2), _later(sounding, -2), _later(sounding, 4),
            _folded(sounding), _folded(onset),
        )  # fmt: skip
        return torch.stack(rows, dim=-1).transpose(1, 2).to(told.dtype)


def _moved(keys: Tensor, semitones: int) -> Tensor:
    """(B, P, Z): at each key what lies so many semitones below it."""
    moved = F.pad(keys, (0, 0, max(semitones, 0), max(-semitones, 0)))
    return moved[:, :KEYS] if semitones >= 0 else moved[:, -KEYS:]


def _later(keys: Tensor, tokens: int) -> Tensor:
    """(B, P, Z): at each token what lies so many before it."""
    moved = F.pad(keys, (max(tokens, 0), max(-tokens, 0)))
    return moved[..., : keys.shape[-1]] if tokens >= 0 else moved[..., -keys.shape[-1] :]


def _folded(keys: Tensor) -> Tensor:
    """(B, P, Z): at each key the highest value of its pitch class."""
    octaves = -(-KEYS // 12)
    classes = F.pad(keys, (0, 0, 0, 12 * octaves - KEYS)).unflatten(1, (octaves, 12)).amax(1)
    return classes.repeat(1, octaves, 1)[:, :KEYS]


def _at_keys(classes: Tensor) -> Tensor:
    """(chords, 12), C first -> (chords, P), A0 first."""
    return classes[:, (torch.arange(KEYS) + LOWEST_KEY) % 12]


def _root_classes() -> Tensor:
    roots = torch.zeros(CHORD_CLASSES, 12)
    chord = torch.arange(CHORD_CLASSES - 1)
    roots[1 + chord, chord // len(QUALITIES)] = 1
    return roots
