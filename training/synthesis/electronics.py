"""Synthesizers and drum machines that no soundfont has: random patches, played from notes.

Electronic music is made of sounds that are new in every song, and General MIDI has a dozen of them. So each stem gets
an instrument of its own here: oscillators through a filter that moves (subtractive), one sine that bends another
(frequency modulation), and kits whose drums are swept sines and shaped noise. Nothing aliases: a voice reads tables
that hold the harmonics below half the sample rate, one table for each opening of the filter. A stem of 10 s takes 0.05
to 0.2 s of one core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import fft, signal

from engine.grid import SAMPLE_RATE
from training.synthesis.song import END, PITCH, START, VELOCITY, merged

Role = Literal["lead", "pad", "bass"]
ROLES: dict[str, Role] = {"synth lead": "lead", "synth pad": "pad", "bass": "bass"}
"""What a patch is asked to be, by instrument of the vocabulary."""

_TABLE, _OPENINGS = 2048, 10
_LOWEST_CUTOFF, _HIGHEST_CUTOFF = 80.0, 11_000.0
_LEAD_IN = 1.0
_BLOCK = 64
"""Samples between two values of an envelope or a wobble."""


@dataclass(frozen=True)
class Patch:
    """One synthesizer as it is set for one song. Times in seconds, levels linear, the filter in octaves above 80 Hz."""

    spectrum: np.ndarray
    """(harmonics,) amplitude of each, before the filter."""
    phases: np.ndarray
    """(harmonics,) in turns."""
    voices: tuple[float, ...] = (0.0,)
    """Semitones of each oscillator against the note."""
    modulation: tuple[float, float, float] | None = None
    """(ratio, index, seconds until the index has fallen to a third): frequency modulation in place of the tables."""
    cutoff: float = 5.0
    sweep: float = 0.0
    """Octaves that the filter opens by as a note begins."""
    sweep_seconds: float = 0.2
    tracking: float = 0.5
    """How far the filter follows the note."""
    resonance: float = 0.0
    steepness: float = 2.0
    attack: float = 0.005
    decay: float = 0.2
    sustain: float = 0.7
    release: float = 0.1
    vibrato: float = 0.0
    """Semitones."""
    wobble: float = 0.0
    """Octaves by which a slow oscillator moves the filter."""
    rate: float = 5.0
    """Of vibrato, in Hz; the wobble's is a quarter of it."""
    noise: float = 0.0
    echo: tuple[float, float] | None = None
    """(seconds, what comes back of each repetition)."""

    def play(self, notes: np.ndarray, *, start: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
        """The notes between `start` and `start + seconds`: (samples,) float32, mono 24 kHz. Notes that began earlier
        sound on, when they began within the second before."""
        begin = start - _LEAD_IN
        lead_in, samples = round(_LEAD_IN * SAMPLE_RATE), round(seconds * SAMPLE_RATE)
        sound = np.zeros(lead_in + samples, np.float32)
        tables: dict[float, np.ndarray] = {}
        for note in merged(notes[(notes[:, END] > begin) & (notes[:, START] < start + seconds)]):
            at = max(round((note[START] - begin) * SAMPLE_RATE), 0)
            held = max(note[END] - max(note[START], begin), 0.02)
            voice = self._voice(float(note[PITCH]), held, float(note[VELOCITY]) / 127, tables, rng)[: len(sound) - at]
            sound[at : at + len(voice)] += voice
        if self.echo is not None:
            sound = _echoed(sound, *self.echo)
        return sound[lead_in:]

    def _voice(
        self, pitch: float, held: float, velocity: float, tables: dict[float, np.ndarray], rng: np.random.Generator
    ) -> np.ndarray:
        count = -(-round((held + 6 * self.release) * SAMPLE_RATE) // _BLOCK) * _BLOCK
        coarse = (np.arange(count // _BLOCK + 1) * _BLOCK / SAMPLE_RATE).astype(np.float32)
        fine = np.arange(count) / _BLOCK
        hertz = 440 * 2 ** ((pitch - 69) / 12)
        bend = self.vibrato * np.minimum(coarse, 1) * np.sin(2 * np.pi * (self.rate * coarse + rng.random()))
        slow = np.interp(fine, np.arange(len(coarse)), 2 ** (bend / 12))
        total = np.zeros(count, np.float32)
        opening = (
            self.cutoff
            + self.tracking * (pitch - 60) / 12
            + (0.5 + 0.5 * velocity) * self.sweep * np.exp(-coarse / self.sweep_seconds)
            + self.wobble * np.sin(2 * np.pi * (self.rate / 4 * coarse + rng.random()))
        )
        for detune in self.voices:
            cycles = np.cumsum(slow) * (hertz * 2 ** (detune / 12) / SAMPLE_RATE) + rng.random()
            if self.modulation is not None:
                total += self._modulated(cycles, coarse, fine, hertz, velocity)
            else:
                if pitch not in tables:
                    tables[pitch] = self._tables(hertz)
                total += _read(tables[pitch], cycles, np.interp(fine, np.arange(len(coarse)), opening))
        total /= np.sqrt(len(self.voices))
        if self.noise:
            total += np.float32(self.noise) * rng.standard_normal(count, dtype=np.float32)
        loudness = self._envelope(coarse, held) * (0.3 + 0.7 * velocity)
        return total * np.interp(fine, np.arange(len(coarse)), loudness).astype(np.float32)

    def _modulated(
        self, cycles: np.ndarray, coarse: np.ndarray, fine: np.ndarray, hertz: float, velocity: float
    ) -> np.ndarray:
        assert self.modulation is not None
        ratio, index, fall = self.modulation
        # Carson's rule: sidebands reach (index + 1) times the modulator's frequency.
        most = max((0.4 * SAMPLE_RATE - hertz) / (ratio * hertz) - 1, 0.0)
        depth = np.minimum(index * (0.4 + 0.6 * velocity) * (0.15 + 0.85 * np.exp(-coarse / fall)), most)
        depth = np.interp(fine, np.arange(len(coarse)), depth)
        return np.sin(2 * np.pi * cycles + depth * np.sin(2 * np.pi * ratio * cycles)).astype(np.float32)

    def _tables(self, hertz: float) -> np.ndarray:
        """(openings, table + 1) one period at each opening of the filter."""
        count = min(len(self.spectrum), int(0.47 * SAMPLE_RATE / hertz), _TABLE // 2 - 1)
        harmonic = np.arange(1, count + 1)
        cutoffs = np.geomspace(_LOWEST_CUTOFF, _HIGHEST_CUTOFF, _OPENINGS)[:, None]
        octaves = np.log2(harmonic * hertz / cutoffs)
        filtered = 1 / np.sqrt(1 + 2 ** (2 * self.steepness * octaves))
        filtered = filtered * (1 + self.resonance * np.exp(-((octaves / 0.3) ** 2)))
        spectrum = np.zeros((_OPENINGS, _TABLE // 2 + 1), complex)
        spectrum[:, 1 : count + 1] = filtered * self.spectrum[:count] * np.exp(2j * np.pi * self.phases[:count])
        tables = np.asarray(fft.irfft(spectrum, axis=1)) * (_TABLE / 2)
        return np.concatenate([tables, tables[:, :1]], axis=1).astype(np.float32)

    def _envelope(self, time: np.ndarray, held: float) -> np.ndarray:
        body = np.minimum(time / self.attack, 1) * (
            self.sustain + (1 - self.sustain) * np.exp(-np.maximum(time - self.attack, 0) / self.decay)
        )
        return body * np.exp(-np.maximum(time - held, 0) / self.release)


def random_patch(role: Role, rng: np.random.Generator) -> Patch:
    """A synthesizer as somebody might have set it for a lead (arpeggios and plucks among them), a pad or a bass."""
    short = role != "pad" and rng.random() < 0.5
    count = 400
    spectrum = _spectrum(np.arange(1, count + 1), rng)
    spread = float(np.exp(rng.uniform(np.log(0.03), np.log(0.3))))
    voices = (0.0,)
    if rng.random() < {"lead": 0.6, "pad": 0.85, "bass": 0.35}[role]:
        voices = tuple(float(cents) for cents in spread * rng.uniform(-1, 1, int(rng.integers(2, 5))))
    if rng.random() < 0.2:
        voices = (*voices, float(rng.choice([-12, -12, 12, 7])))
    modulation = None
    if rng.random() < 0.22:
        ratio = float(rng.choice([0.5, 1, 1, 2, 3, 4, 7, 1.41, 3.53]))
        modulation = ratio, float(rng.uniform(0.3, 6)), float(np.exp(rng.uniform(np.log(0.05), np.log(2))))
    sweep = float(rng.uniform(0, 4)) if rng.random() < 0.6 else 0.0
    return Patch(
        spectrum=spectrum,
        phases=rng.random(count) if rng.random() < 0.5 else np.full(count, 0.25),
        voices=voices,
        modulation=modulation,
        cutoff=float(rng.uniform(*{"lead": (2.5, 7), "pad": (2, 6), "bass": (0.8, 4.5)}[role])),
        sweep=sweep,
        sweep_seconds=float(np.exp(rng.uniform(np.log(0.04), np.log(0.3 if short else 1.5)))),
        tracking=float(rng.uniform(0, 1)),
        resonance=float(rng.uniform(0, 5)) if rng.random() < 0.5 else 0.0,
        steepness=float(rng.choice([1, 2, 4])),
        attack=float(np.exp(rng.uniform(*np.log([0.05, 0.8] if role == "pad" else [0.002, 0.03])))),
        decay=float(np.exp(rng.uniform(*np.log([0.04, 0.4] if short else [0.2, 2.0])))),
        sustain=float(rng.uniform(0, 0.2) if short else rng.uniform(0.4, 1)),
        release=float(np.exp(rng.uniform(*np.log([0.2, 0.8] if role == "pad" else [0.02, 0.25])))),
        vibrato=float(rng.uniform(0, 0.35)) if rng.random() < 0.4 else 0.0,
        wobble=float(rng.uniform(0, 1.5)) if rng.random() < 0.35 else 0.0,
        rate=float(rng.uniform(1, 7)),
        noise=float(rng.uniform(0, 0.06)) if rng.random() < 0.3 else 0.0,
        echo=(float(rng.uniform(0.12, 0.5)), float(rng.uniform(0.15, 0.6)))
        if role == "lead" and rng.random() < 0.4
        else None,
    )


def _spectrum(harmonic: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    kind = rng.choice(["saw", "pulse", "triangle", "sine", "drawn"], p=[0.34, 0.26, 0.08, 0.07, 0.25])
    if kind == "pulse":
        width = rng.choice([0.5, rng.uniform(0.08, 0.5)])
        return np.abs(np.sin(np.pi * harmonic * width)) / harmonic
    if kind == "triangle":
        return (harmonic % 2) / harmonic**2
    if kind == "sine":
        return np.where(harmonic == 1, 1.0, 0.0) + np.where(harmonic == rng.integers(2, 6), rng.uniform(0, 0.5), 0.0)
    if kind == "drawn":
        return np.exp(rng.normal(0, 1.2, len(harmonic))) / harmonic ** rng.uniform(0.7, 1.8)
    return 1 / harmonic


def _read(tables: np.ndarray, cycles: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """The tables (openings, table + 1) read at `cycles` (T,), between the two openings nearest to `opening` (T,)."""
    octaves = np.log2(_HIGHEST_CUTOFF / _LOWEST_CUTOFF)
    place = np.clip(opening * ((_OPENINGS - 1) / octaves), 0, _OPENINGS - 1.001).astype(np.float32)
    row = place.astype(np.int32)
    position = ((cycles % 1.0) * _TABLE).astype(np.float32)
    column = np.minimum(position.astype(np.int32), _TABLE - 1)
    within, between = position - column, place - row
    flat, width = tables.ravel(), tables.shape[1]
    first = row * width + column
    low = flat[first] + within * (flat[first + 1] - flat[first])
    high = flat[first + width] + within * (flat[first + width + 1] - flat[first + width])
    return low + between * (high - low)


def _echoed(sound: np.ndarray, seconds: float, back: float) -> np.ndarray:
    shift = max(round(seconds * SAMPLE_RATE), 1)
    out = sound.copy()
    for first in range(shift, len(out), shift):
        stretch = out[first : first + shift]
        stretch += np.float32(back) * out[first - shift : first - shift + len(stretch)]
    return out


# --- Drum machines


@dataclass(frozen=True)
class DrumMachine:
    """A kit of one-shot sounds: (samples,) float32 each, mono 24 kHz, all with about the same peak; `levels` mixes."""

    sounds: dict[str, np.ndarray]
    levels: dict[str, float]

    def play(self, notes: np.ndarray, *, start: float, seconds: float) -> np.ndarray:
        """The strokes between `start` and `start + seconds`: (samples,) float32. A closed hi-hat ends an open one."""
        begin = start - _LEAD_IN
        lead_in, samples = round(_LEAD_IN * SAMPLE_RATE), round(seconds * SAMPLE_RATE)
        out = np.zeros(lead_in + samples, np.float32)
        struck = notes[(notes[:, START] > begin) & (notes[:, START] < start + seconds)]
        hats = sorted(note[START] for note in struck if piece_of(int(note[PITCH])) in ("closed", "open"))
        for note in struck:
            piece = piece_of(int(note[PITCH]))
            at = round((note[START] - begin) * SAMPLE_RATE)
            sound = self.sounds[piece]
            if piece == "open":
                following = next((time for time in hats if time > note[START] + 0.01), None)
                if following is not None:
                    sound = _choked(sound, following - note[START])
            sound = sound[: max(len(out) - at, 0)]
            out[at : at + len(sound)] += sound * np.float32(self.levels[piece] * (note[VELOCITY] / 127) ** 1.5)
        return out[lead_in:]


_PIECES = {
    35: "kick", 36: "kick", 37: "rim", 38: "snare", 39: "clap", 40: "snare", 41: "low tom", 42: "closed",
    43: "low tom", 44: "closed", 45: "tom", 46: "open", 47: "tom", 48: "tom", 49: "crash", 50: "high tom",
    51: "ride", 52: "crash", 53: "ride", 54: "shaker", 55: "crash", 56: "cowbell", 57: "crash", 59: "ride",
    60: "high tom", 61: "tom", 62: "high tom", 63: "high tom", 64: "low tom", 69: "shaker", 70: "shaker",
    65: "high tom", 66: "tom", 67: "cowbell", 68: "cowbell", 75: "rim", 76: "rim", 77: "rim",
}  # fmt: skip


def piece_of(key: int) -> str:
    """What General MIDI strikes with that key."""
    return _PIECES.get(key, "shaker")


def random_drum_machine(rng: np.random.Generator) -> DrumMachine:
    """A kit as drum machines and their samples have it: every sound with its own tuning, decay and noise."""

    def one(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    metal = _Metal(rng)
    drive = one(0.5, 6) if rng.random() < 0.5 else 0.0
    sounds = {
        "kick": _driven(_thump(one(38, 70), one(1.5, 9), one(0.01, 0.06), one(0.08, 0.7), one(0.005, 0.5), rng), drive),
        "snare": _mixed(
            (_thump(one(140, 240), one(1.1, 2.2), one(0.01, 0.04), one(0.04, 0.2), 0.0, rng), one(0.2, 1.0)),
            (_hiss(one(0.06, 0.35), one(300, 2500), 11_000, rng), one(0.4, 1.2)),
        ),
        "clap": _clap(one(600, 1500), one(0.06, 0.3), rng),
        "rim": _mixed(
            (_thump(one(400, 1800), 1.2, 0.005, one(0.01, 0.05), 0.3, rng), 1.0),
            (_hiss(one(0.005, 0.03), 2000, 11_000, rng), one(0.1, 0.6)),
        ),
        "closed": metal.struck(one(0.015, 0.08), one(5000, 9000), rng),
        "open": metal.struck(one(0.12, 0.6), one(4000, 8500), rng),
        "ride": metal.struck(one(0.3, 1.0), one(2500, 6000), rng),
        "crash": metal.struck(one(0.5, 1.4), one(1500, 5000), rng),
        "shaker": _hiss(one(0.02, 0.1), one(3000, 6500), 11_500, rng),
        "cowbell": _mixed(
            (_thump(one(480, 620), 1.0, 0.01, one(0.05, 0.25), 0.1, rng), 1.0),
            (_thump(one(750, 900), 1.0, 0.01, one(0.05, 0.25), 0.1, rng), 0.8),
        ),
    }
    for name, low, high in (("low tom", 65, 110), ("tom", 95, 160), ("high tom", 140, 260)):
        sounds[name] = _thump(one(low, high), one(1.1, 2.5), one(0.02, 0.08), one(0.1, 0.5), one(0.005, 0.1), rng)
    usual = {"kick": 1.0, "snare": 0.8, "clap": 0.7, "closed": 0.35, "open": 0.35, "ride": 0.3, "crash": 0.4}
    levels = {name: usual.get(name, 0.5) * float(10 ** (rng.normal(0, 2.5) / 20)) for name in sounds}
    return DrumMachine(sounds, levels)


def _time(seconds: float) -> np.ndarray:
    return np.arange(max(round(seconds * SAMPLE_RATE), 64)) / SAMPLE_RATE


def _normal(sound: np.ndarray) -> np.ndarray:
    return (sound / max(float(np.abs(sound).max(initial=0.0)), 1e-9)).astype(np.float32)


def _thump(hertz: float, sweep: float, fall: float, decay: float, click: float, rng: np.random.Generator) -> np.ndarray:
    """A sine that falls from `sweep` times its frequency to it."""
    time = _time(min(5 * decay, 2.0))
    cycles = np.cumsum(hertz * (1 + (sweep - 1) * np.exp(-time / fall))) / SAMPLE_RATE
    sound = np.sin(2 * np.pi * cycles) * np.exp(-time / decay)
    return _normal(sound + click * rng.standard_normal(len(time)) * np.exp(-time / 0.002))


def _hiss(decay: float, low: float, high: float, rng: np.random.Generator) -> np.ndarray:
    time = _time(min(6 * decay, 2.0))
    noise = rng.standard_normal(len(time)) * np.exp(-time / decay)
    return _normal(_band(noise, low, high))


def _clap(centre: float, decay: float, rng: np.random.Generator) -> np.ndarray:
    """Some bursts of noise in quick succession, the last of which rings."""
    time = _time(min(0.05 + 6 * decay, 1.5))
    loudness = np.zeros(len(time))
    for turn in range(int(rng.integers(2, 5))):
        after = time - turn * rng.uniform(0.008, 0.014)
        loudness = np.maximum(loudness, np.where(after >= 0, np.exp(-np.maximum(after, 0) / 0.006), 0))
        last = after
    loudness += 0.7 * np.where(last >= 0, np.exp(-np.maximum(last, 0) / decay), 0)
    return _normal(_band(rng.standard_normal(len(time)) * loudness, centre / 1.6, min(centre * 4, 11_000)))


class _Metal:
    """Hi-hats and cymbals of one kit: six squares out of tune with each other, as on the old machines, or noise."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.hertz = rng.uniform(200, 900, 6) * rng.uniform(0.8, 1.6)
        self.share = float(rng.uniform(0, 1)) if rng.random() < 0.6 else 0.0

    def struck(self, decay: float, low: float, rng: np.random.Generator) -> np.ndarray:
        time = _time(min(5 * decay, 2.5))
        sound = (1 - self.share) * rng.standard_normal(len(time))
        if self.share:
            rings = sum(np.sign(np.sin(2 * np.pi * (hertz * time + rng.random()))) for hertz in self.hertz)
            sound = sound + self.share * rings
        return _normal(_band(sound * np.exp(-time / decay), low, 11_800))


def _band(sound: np.ndarray, low: float, high: float) -> np.ndarray:
    sections = signal.butter(2, [low, min(high, 0.49 * SAMPLE_RATE)], "bandpass", fs=SAMPLE_RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, sound))


def _mixed(*parts: tuple[np.ndarray, float]) -> np.ndarray:
    total = np.zeros(max(len(sound) for sound, _ in parts))
    for sound, level in parts:
        total[: len(sound)] += level * sound
    return _normal(total)


def _driven(sound: np.ndarray, drive: float) -> np.ndarray:
    return _normal(np.tanh(sound * drive)) if drive > 0 else sound


def _choked(sound: np.ndarray, seconds: float) -> np.ndarray:
    count = round(seconds * SAMPLE_RATE)
    if count >= len(sound):
        return sound
    fade = np.exp(-np.arange(240) / 48).astype(np.float32)
    tail = sound[count : count + 240]
    return np.concatenate([sound[:count], tail * fade[: len(tail)]])


def pumped(sound: np.ndarray, beats: np.ndarray, depth: float, release: float) -> np.ndarray:
    """Ducked on every beat (seconds), as a compressor does that listens to the kick: `depth` 1 mutes."""
    time = np.arange(len(sound)) / SAMPLE_RATE
    inside = beats[(beats > -2) & (beats < time[-1])] if len(time) else beats
    if len(inside) == 0:
        return sound
    last = np.searchsorted(inside, time, side="right") - 1
    since = np.where(last >= 0, time - inside[np.maximum(last, 0)], 10.0)
    return (sound * (1 - depth * np.exp(-since / release))).astype(np.float32)
