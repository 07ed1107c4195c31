"""The synthesizer: plays notes as the stem of one instrument, after soundfonts that it has learnt.

A network of additive synthesis (after DDSP, Engel et al. 2020), made for notes: it gives for each note the levels of
its partials and noise bands at a few knots after the onset, dense in the attack, and how it fades after its end.
`engine.models.synthesizer_sound` makes sound of that. One evaluation a note instead of one a frame costs a hundredth.

Shapes: N notes, K knots, P partials, B noise bands, D modes of a drum, R knots after a note's end.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from engine.grid import SAMPLE_RATE
from engine.models.configuration import SynthesizerConfiguration
from engine.models.synthesizer_sound import NoiseSource, Note, render_note

ONSET_KNOTS = (
    0.0, 0.003, 0.006, 0.010, 0.015, 0.022, 0.032, 0.046, 0.066, 0.095,
    0.14, 0.2, 0.29, 0.42, 0.6, 0.85, 1.2, 1.7, 2.4,
)  # fmt: skip
"""Seconds after the onset at which levels are given; between them decibels are linear."""

RELEASE_KNOTS = (0.02, 0.06, 0.15, 0.35, 0.8)
"""Seconds after a note's end at which the loss of level is given."""

FIRST_DRUM, DRUM_KEYS = 35, 47
"""General MIDI's drums: keys 35 to 81."""

QUIETEST = -100.0
"""Decibels re full scale that stand for silence."""

NO_MODE = -16.0
"""Octaves re 440 Hz below which a drum's mode does not exist."""

SECTION = (14.0, 0.7, 0.0)
"""Cents, share and tones (of Note) of a section of strings, as sections in soundfonts have them."""

_SCALE = 20.0
_LOWEST, _HIGHEST = 24.0, 108.0
_OPEN_HAT, _HATS = 46, (42, 44, 46)
_SHORTEST = 0.03
_RING = 3.0


@dataclass(frozen=True)
class Controls:
    """What the network says of notes, in decibels re full scale and octaves."""

    partials: Tensor
    """(N, K, P); of a drum the first D are its modes, and the others mean nothing."""
    bands: Tensor
    """(N, K, B): power in each noise band."""
    glide: Tensor
    """(N, K): octaves by which a drum's modes are off their final frequencies."""
    release: Tensor
    """(N, R): decibels lost after the note's end, 0 or less."""


class Synthesizer(nn.Module):
    """Buffers say whom each timbre belongs to; training fills them, and they travel with the weights.

    Timbres from `config.timbres` on are drum kits. `owner` is an instrument's index, -1 for a timbre that was not
    learnt.
    """

    owner: Tensor
    program: Tensor
    ratios: Tensor
    vibrato: Tensor
    fading: Tensor
    drum_modes: Tensor
    drum_known: Tensor
    centre: Tensor
    units: Tensor

    def __init__(self, config: SynthesizerConfiguration, instruments: int) -> None:
        super().__init__()
        self.config, self.instruments = config, instruments
        total, width = config.timbres + config.kits, config.width
        knots = len(ONSET_KNOTS)
        self._sizes = (knots * config.partials, knots * config.bands, knots, len(RELEASE_KNOTS))
        self.timbre = nn.Embedding(config.timbres, config.embedding)
        self.drum = nn.Embedding(config.kits * DRUM_KEYS, config.embedding)
        nn.init.normal_(self.timbre.weight, std=0.5)
        nn.init.normal_(self.drum.weight, std=0.5)
        self.first = nn.Linear(config.embedding + _PITCH_FEATURES + _VELOCITY_FEATURES + 1, width)
        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(config.blocks))
        self.out = nn.Linear(width, sum(self._sizes))
        self.register_buffer("owner", torch.full((total,), -1, dtype=torch.int64))
        self.register_buffer("program", torch.zeros(total, dtype=torch.int64))
        harmonics = torch.arange(1, config.partials + 1, dtype=torch.float32)
        self.register_buffer("ratios", harmonics.repeat(config.timbres, 1))  # frequency of each partial in f0
        self.register_buffer("vibrato", torch.zeros(config.timbres, 2))  # cents, Hz
        self.register_buffer("fading", torch.zeros(config.timbres, 3))  # Note.fading, Note.tones
        # Octaves above 440 Hz; below NO_MODE there is none.
        self.register_buffer("drum_modes", torch.full((config.kits, DRUM_KEYS, config.modes), 2 * NO_MODE))
        self.register_buffer("drum_known", torch.zeros(config.kits, DRUM_KEYS, dtype=torch.bool))
        units = torch.full((sum(self._sizes),), _SCALE)
        units[sum(self._sizes[:2]) : sum(self._sizes[:3])] = 0.25  # octaves
        self.register_buffer("units", units)
        self.register_buffer("centre", torch.zeros(sum(self._sizes)))  # mean of the controls, as the last layer's bias
        self.register_load_state_dict_pre_hook(_with_fading)

    def forward(self, timbre: Tensor, pitch: Tensor, velocity: Tensor) -> Controls:
        """timbre: (N,) int64; pitch: (N,) MIDI, for kits the drum's key; velocity: (N,) 1 to 127."""
        drums = timbre >= self.config.timbres
        row = (timbre - self.config.timbres).clamp(min=0) * DRUM_KEYS + _drum_row(pitch)
        kind = torch.where(drums[:, None], self.drum(row), self.timbre(timbre.clamp(max=self.config.timbres - 1)))
        # A drum's key is a name and no height.
        height = torch.where(drums, torch.full_like(pitch, 60.0), pitch)
        x = torch.cat([kind, _pitch_features(height), _velocity_features(velocity), drums[:, None].float()], dim=1)
        x = nn.functional.silu(self.first(x))
        for block in self.blocks:
            x = x + nn.functional.silu(block(x))
        return self.split(self.centre + self.units * self.out(x).float())

    def split(self, values: Tensor) -> Controls:
        """(N, outputs) in the order of the last layer -> controls."""
        partials, bands, glide, release = values.split(self._sizes, dim=1)
        knots = len(ONSET_KNOTS)
        return Controls(partials.unflatten(1, (knots, -1)), bands.unflatten(1, (knots, -1)), glide, release)

    def existing(self, timbre: Tensor, pitch: Tensor, top: float) -> Tensor:
        """(N, P) bool: which partials sound at all, below `top` Hertz."""
        pitched = timbre < self.config.timbres
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        below = self.ratios[timbre.clamp(max=self.config.timbres - 1)] * hertz[:, None] < top
        modes = self.drum_modes[(timbre - self.config.timbres).clamp(min=0), _drum_row(pitch)] > NO_MODE
        return torch.where(
            pitched[:, None], below, nn.functional.pad(modes, (0, self.config.partials - modes.shape[1]))
        )

    def timbres_of(self, instrument: int) -> np.ndarray:
        """(n,) int64: the timbres of an instrument."""
        return np.flatnonzero(self.owner.cpu().numpy() == instrument)

    @torch.no_grad()
    def play(
        self,
        notes: np.ndarray,
        instrument: int,
        *,
        samples: int,
        seed: int,
        timbre: int | None = None,
        programs: Collection[int] = (),
    ) -> np.ndarray:
        """The notes as a stem: (samples,) float32, mono 24 kHz; a chord sounds at about -20 dBFS RMS.

        notes: (n, 4) float64 of start, end (seconds), MIDI pitch, velocity (1-127), in any order. The seed chooses
        the timbre among those of the instrument where `timbre` is None, and the noise; the same seed gives the same
        samples. `programs` are General MIDI's: only timbres of those are chosen from, where there are any.
        Raises ValueError where the instrument has no timbre.
        """
        rng = np.random.default_rng([seed, instrument])
        own = self.timbres_of(instrument)
        if not len(own):
            raise ValueError(f"the synthesizer has no timbre for instrument {instrument}")
        meant = own[np.isin(self.program.cpu().numpy()[own], list(programs))]
        own = meant if len(meant) else own
        chosen = int(rng.choice(own)) if timbre is None else int(timbre)
        stem = np.zeros(samples, np.float32)
        drums = chosen >= self.config.timbres
        notes = _played(np.asarray(notes, np.float64).reshape(-1, 4), samples / SAMPLE_RATE, drums)
        if drums:
            notes, kits = self._at_hand(notes, chosen - self.config.timbres)
        else:
            kits = np.full(len(notes), chosen)
        source = NoiseSource(rng, self.config.bands)
        for row, note in self._notes(notes, kits, drums):
            sound = render_note(note, rng, source)
            at = round(notes[row, 0] * SAMPLE_RATE)
            begin, end = max(at, 0), min(at + len(sound), samples)
            if end > begin:
                stem[begin:end] += sound[begin - at : end - at]
        return stem

    def _notes(self, notes: np.ndarray, timbres: np.ndarray, drums: bool):
        """Each note with what the renderer needs; equal notes share one evaluation."""
        if not len(notes):
            return
        keys = np.stack([timbres, notes[:, 2], notes[:, 3]], axis=1)
        kinds, which = np.unique(keys, axis=0, return_inverse=True)
        device = self.centre.device
        asked = torch.from_numpy(kinds).to(device)
        said = self(asked[:, 0].long(), asked[:, 1].float(), asked[:, 2].float())
        partials, bands, glide, release = (
            value.float().cpu().numpy() for value in (said.partials, said.bands, said.glide, said.release)
        )
        ratios, vibrato, fading = (value.cpu().numpy() for value in (self.ratios, self.vibrato, self.fading))
        modes = self.drum_modes.cpu().numpy()
        for row, kind in enumerate(which.reshape(-1)):
            timbre, pitch = int(kinds[kind, 0]), kinds[kind, 1]
            if drums:
                octaves = modes[timbre - self.config.timbres, int(pitch) - FIRST_DRUM]
                hertz = np.where(octaves > NO_MODE, 440.0 * 2.0 ** octaves.astype(np.float64), 0.0)
            else:
                hertz = 440.0 * 2.0 ** ((pitch - 69) / 12) * ratios[timbre].astype(np.float64)
            held = notes[row, 1] - notes[row, 0]
            yield (
                row,
                Note(
                    hertz=hertz,
                    partials=partials[kind, :, : len(hertz)],
                    bands=bands[kind],
                    knots=np.array(ONSET_KNOTS),
                    held=held,
                    release=np.minimum(release[kind], 0.0),
                    release_knots=np.array(RELEASE_KNOTS),
                    glide=glide[kind] if drums else None,
                    vibrato=(0.0, 0.0) if drums else (float(vibrato[timbre, 0]), float(vibrato[timbre, 1])),
                    fading=(0.0, 0.0) if drums else (float(fading[timbre, 0]), float(fading[timbre, 1])),
                    tones=0 if drums else int(fading[timbre, 2]),
                ),
            )

    def _at_hand(self, notes: np.ndarray, kit: int) -> tuple[np.ndarray, np.ndarray]:
        """Notes whose drum some kit has, with the timbre that plays each: `kit` itself wherever it can."""
        known = self.drum_known.cpu().numpy()
        keys = notes[:, 2].astype(int) - FIRST_DRUM
        inside = (keys >= 0) & (keys < DRUM_KEYS)
        notes, keys = notes[inside], keys[inside]
        order = [kit, *(other for other in range(len(known)) if other != kit)]
        player = np.array([next((k for k in order if known[k, key]), -1) for key in keys], dtype=int)
        return notes[player >= 0], player[player >= 0] + self.config.timbres


def _with_fading(module: nn.Module, weights: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Older weights know how many voices are in unison, and nothing else of sections."""
    voices = weights.pop(prefix + "voices", None)
    if voices is not None and prefix + "fading" not in weights:
        assert isinstance(module, Synthesizer)
        several = (voices[: module.config.timbres] > 1).float()
        weights[prefix + "fading"] = several[:, None] * torch.tensor(SECTION)


def _played(notes: np.ndarray, seconds: float, drums: bool) -> np.ndarray:
    """Notes in order, each ended by the next one of its key; drums ring out, only hats stop an open hat."""
    notes = notes[(notes[:, 0] < seconds) & np.isfinite(notes).all(axis=1)]
    notes = notes[np.argsort(notes[:, 0], kind="stable")].copy()
    notes[:, 2] = np.clip(np.round(notes[:, 2]), 0, 127)
    notes[:, 3] = np.clip(np.round(notes[:, 3]), 1, 127)
    following: dict[int, float] = {}
    for row in range(len(notes) - 1, -1, -1):
        start, end, key, _ = notes[row]
        if drums:
            nearest = min((following.get(hat, np.inf) for hat in _HATS), default=np.inf) if key == _OPEN_HAT else np.inf
            notes[row, 1] = min(start + _RING, nearest)
        else:
            notes[row, 1] = max(min(end, following.get(int(key), np.inf)), start + _SHORTEST)
        following[int(key)] = start
    return notes


def _drum_row(pitch: Tensor) -> Tensor:
    return (pitch.round().long() - FIRST_DRUM).clamp(0, DRUM_KEYS - 1)


_BUMPS = 29
_PITCH_FEATURES = _BUMPS + 2
_VELOCITY_FEATURES = 3


def _pitch_features(pitch: Tensor) -> Tensor:
    """(N, _PITCH_FEATURES): a bump every three semitones, narrow enough for the zones of sampled instruments."""
    height = (pitch - _LOWEST) / (_HIGHEST - _LOWEST)
    centres = torch.linspace(0, 1, _BUMPS, device=pitch.device)
    bumps = torch.exp(-0.5 * ((height[:, None] - centres) * (_BUMPS - 1)).square())
    return torch.cat([2 * height[:, None] - 1, (2 * height[:, None] - 1).square(), bumps], dim=1)


def _velocity_features(velocity: Tensor) -> Tensor:
    """(N, _VELOCITY_FEATURES): loudness is about the square of velocity, so its logarithm is there too."""
    strong = velocity[:, None] / 127
    return torch.cat([2 * strong - 1, strong.square(), torch.log(strong.clamp(min=1 / 127)) / 2], dim=1)
