"""The notes from which the synthesizer learns: every timbre over its range, rendered once and measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.grid import SAMPLE_RATE
from engine.models.synthesizer import (
    DRUM_KEYS,
    FIRST_DRUM,
    ONSET_KNOTS,
    RELEASE_KNOTS,
    SynthesizerConfiguration,
)
from engine.vocabulary import Vocabulary
from training.synthesis.note_analysis import (
    Measured,
    explained,
    fading,
    inharmonic_ratios,
    measured,
    measured_drum,
    measured_release,
    tuning,
    vibrato,
)
from training.synthesis.orchestra import PLAYERS, programs_of
from training.synthesis.singer import Voice, sing
from training.synthesis.soundfonts import Soundfont

HELD_SECONDS = ONSET_KNOTS[-1] + 0.35
_LET_GO = 0.5
_RANGE = (24, 108)
_CHORD_DB, _KIT_DB = -25.0, -17.0
_STEADY = 4.0
"""Decibels a second. What fades faster is struck or plucked, and its partials beat as they die."""

_FEWEST_CENTS, _MOST_CENTS, _LEAST_SHARE = 3.0, 30.0, 0.2
_BEATING, _TWO_TONES, _OUT_OF_TUNE = 0.27, 0.6, 12.0
"""Evenness below which a partial is a few tones, and variance of power up to which it is two: accordions, leads and
church organs have 0.1 to 0.25, sections, choirs and pads 0.5 to 1, brass and solo players 0.3 to 0.6. What swings by
more cents is a rotating loudspeaker, and no tones side by side."""

_RECORDED = ("FluidR3Mono_GM", "FluidR3_GM", "GeneralUser-v1.47", "MuseScore_General")
"""Soundfonts that sound most like the instruments, in this order: their solo strings are heard as strings in 8 of 8
phrases, others' in 1 or 2. Those of FM chips come last, and none but these play a program that one has played."""

_BELLS = frozenset({8, 9, 10, 11, 12, 13, 14, 15, 108, 112, 114})
"""Programs whose partials need not be harmonics."""

_KITS = (0, 8, 16, 24, 25, 32, 40)
_VOWELS = (0, 7, 3, 5)
"""Of training.synthesis.singer: as in father, cat, red, bird."""


@dataclass(frozen=True)
class Timbre:
    """One instrument of one soundfont. `sound(note, seconds)`: (1, 4) note -> samples from its onset on."""

    instrument: int
    program: int
    play: Callable[[np.ndarray, float], np.ndarray]
    low: int
    high: int
    vibrato: tuple[float, float] = (0.0, 0.0)

    def sound(self, pitch: float, velocity: float, end: float, seconds: float) -> np.ndarray:
        return self.play(np.array([[0.0, end, pitch, velocity]]), seconds)


@dataclass
class Bank:
    """Notes as the network is to say them. Rows of all arrays belong together; `held_out` are for validation."""

    timbre: list[int] = field(default_factory=list)
    pitch: list[float] = field(default_factory=list)
    velocity: list[float] = field(default_factory=list)
    controls: list[np.ndarray] = field(default_factory=list)
    """Each (outputs,) float32 in the order of the network's last layer, levels in dB, glide in octaves."""
    held_out: list[bool] = field(default_factory=list)
    ratios: dict[int, np.ndarray] = field(default_factory=dict)
    modes: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)
    """(kit, key's row) -> Hertz."""
    vibrato: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Cents and Hz, of timbres that have any."""
    fading: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    """Cents, share and tones (`engine.models.synthesizer_sound.Note`), of timbres that have any."""
    gain: dict[int, float] = field(default_factory=dict)
    """Of each timbre, linear: what makes all equally loud."""

    def add(
        self, timbre: int, pitch: float, velocity: float, note: Measured, release: np.ndarray, held_out: bool
    ) -> None:
        parts = (note.partials.reshape(-1), note.bands.reshape(-1), note.glide, release)
        self.timbre.append(timbre)
        self.pitch.append(pitch)
        self.velocity.append(velocity)
        self.controls.append(np.concatenate(parts).astype(np.float32))
        self.held_out.append(held_out)


def melodic_timbres(vocabulary: Vocabulary, fonts: Sequence[Soundfont], count: int) -> list[Timbre]:
    """Up to `count` timbres, as many of each instrument: each of its programs once, then the usual ones, and then all,
    by other soundfonts that were recorded."""
    fonts = [font for font in sorted(fonts, key=_realism) if font.programs]
    pitched = [name for name in vocabulary.instrument_names if name in PLAYERS]
    share = count // len(pitched)
    found: list[Timbre] = []
    for name in pitched:
        index = vocabulary.instrument_names.index(name)
        player = PLAYERS[name]
        low, high = max(player.low - 3, _RANGE[0]), min(player.high + 3, _RANGE[1])
        if name == "vocals":
            found += [_voice(index, number, low, high) for number in range(share)]
            continue
        usual = vocabulary.programs(name)
        programs = sorted(programs_of(vocabulary, name), key=lambda program: (program not in usual, program))
        good = [font for font in fonts if font.name in _RECORDED]
        pairs = _rounds(programs, fonts)[: len(programs)] + _rounds(usual, good) + _rounds(programs, good)
        for program, font in list(dict.fromkeys(pairs))[:share]:
            found.append(Timbre(index, program, _player(font, program), low, high))
    return found


def kit_timbres(vocabulary: Vocabulary, fonts: Sequence[Soundfont], count: int) -> list[Timbre]:
    """Up to `count` drum kits: each program once, then again by other fonts."""
    index = vocabulary.instrument_names.index("drums")
    fonts = sorted(fonts, key=_realism)
    pairs = _rounds(_KITS, fonts, drums=True)
    return [
        Timbre(index, program, _player(font, program, drums=True), FIRST_DRUM, FIRST_DRUM + DRUM_KEYS - 1)
        for program, font in pairs[:count]
    ]


def measure_timbre(
    bank: Bank,
    index: int,
    timbre: Timbre,
    config: SynthesizerConfiguration,
    pitches: Sequence[int],
    velocities: Sequence[int],
    held_out: Sequence[tuple[int, int]],
) -> None:
    """Add a pitched timbre's notes to the bank: all `pitches` at all `velocities`, and `held_out` pairs."""
    middle = [pitches[int(place)] for place in np.linspace(0.2, 0.8, 5) * (len(pitches) - 1)]
    probes = [(timbre.sound(pitch, 90, 9.0, HELD_SECONDS), _hertz(pitch)) for pitch in middle]
    ratios = bank.ratios[index] = _best_ratios(probes, config.partials, timbre.program in _BELLS)
    if timbre.vibrato == (0.0, 0.0):
        swings = [vibrato(sound, hertz * tuning(sound, hertz, ratios)) for sound, hertz in probes]
        regular = [swing for swing in swings if swing[0] > 0]
        if len(regular) > len(swings) / 2:
            depth, rate = np.median(regular, axis=0)
            bank.vibrato[index] = (float(depth), float(rate))
    else:
        bank.vibrato[index] = timbre.vibrato
    found = _fading(probes, ratios, bank.vibrato.get(index, (0.0, 0.0))[0])
    if found is not None:
        bank.fading[index] = found
    loud = [_loudness(sound) for sound, _ in probes]
    level = float(np.sqrt(np.mean(np.square(loud))))
    gain = bank.gain[index] = 10 ** (_CHORD_DB / 20) / max(level, 1e-6)
    if level < 1e-5:
        return
    for pitch, velocity, apart in [
        *((p, v, False) for p in pitches for v in velocities),
        *((p, v, True) for p, v in held_out),
    ]:
        long = gain * timbre.sound(pitch, velocity, 9.0, HELD_SECONDS)
        short = gain * timbre.sound(pitch, velocity, _LET_GO, _LET_GO + RELEASE_KNOTS[-1] + 0.3)
        if _loudness(long) < 1e-4:  # a key that this soundfont leaves out
            continue
        hertz = _hertz(pitch)
        note = measured(long, hertz * tuning(long, hertz, ratios), ratios, config.bands, fading=found is not None)
        bank.add(index, pitch, velocity, note, measured_release(short, long, _LET_GO), apart)


def measure_kit(
    bank: Bank,
    index: int,
    kit: Timbre,
    config: SynthesizerConfiguration,
    velocities: Sequence[int],
    held_out: Sequence[int],
) -> None:
    """Add a drum kit's strokes to the bank."""
    seconds = HELD_SECONDS
    loud = [_loudness(kit.sound(key, 100, seconds, seconds)) for key in (36, 38)]
    gain = bank.gain[index] = 10 ** (_KIT_DB / 20) / max(float(np.sqrt(np.mean(np.square(loud)))), 1e-6)
    ring = np.zeros(len(RELEASE_KNOTS)) + np.array([-12.0, -30.0, -60.0, -80.0, -90.0])
    for key in range(FIRST_DRUM, FIRST_DRUM + DRUM_KEYS):
        if _loudness(gain * kit.sound(key, 100, seconds, seconds)) < 1e-4:
            continue
        modes: np.ndarray | None = None
        for velocity in (max(velocities), *(v for v in velocities if v != max(velocities)), *held_out):
            sound = gain * kit.sound(key, velocity, seconds, seconds)
            note, hertz = measured_drum(sound, config.modes, config.bands)
            if modes is None:
                modes = bank.modes[index - config.timbres, key - FIRST_DRUM] = hertz
            elif not np.allclose(modes > 0, hertz > 0) or np.abs(modes - hertz).max() > 30:
                continue  # another sample with modes of its own: one stroke has one set
            padded = np.full((len(ONSET_KNOTS), config.partials), -100.0, np.float32)
            padded[:, : config.modes] = note.partials
            whole = Measured(padded, note.bands, note.glide)
            bank.add(index, key, velocity, whole, ring, velocity in held_out)


def _best_ratios(probes: list[tuple[np.ndarray, float]], partials: int, bells: bool) -> np.ndarray:
    """Harmonics, or half harmonics for sub-octaves and fifths, or the modes of bars and `bells`."""
    harmonic = np.arange(1, partials + 1, dtype=np.float64)

    def left(ratios: np.ndarray) -> float:
        return float(np.median([1 - explained(sound, hertz, ratios) for sound, hertz in probes])) + 1e-3

    plain, halves = left(harmonic), left(harmonic / 2)
    if plain < 0.015:
        return harmonic
    if bells and plain > 0.04:
        modes = inharmonic_ratios(probes, partials)
        if left(modes) < 0.5 * plain:
            return modes
    return harmonic / 2 if halves < 0.5 * plain else harmonic


def _fading(
    probes: list[tuple[np.ndarray, float]], ratios: np.ndarray, swing: float
) -> tuple[float, float, float] | None:
    """Cents, share and tones of a timbre's fading, None where its partials are steady. `swing`: cents of vibrato."""
    if not np.allclose(np.diff(ratios), ratios[0]):  # modes of bars and bells
        return None
    seen = np.concatenate([fading(sound, hertz * tuning(sound, hertz, ratios), ratios) for sound, hertz in probes])
    told = seen[np.isfinite(seen[:, 3]), 3]
    if not len(told):
        return None
    variance, cents, lost = np.median(seen[:, :3], axis=0)
    share = 1 - float(np.sqrt(max(1 - variance, 0.0)))
    if lost > _STEADY or share < _LEAST_SHARE:
        return None
    if np.median(told) < _BEATING:
        return (float(cents), 1.0, 2.0 if variance < _TWO_TONES else 3.0) if cents <= _OUT_OF_TUNE else None
    width = float(np.sqrt(max(cents**2 - swing**2 / 2, 0.0) / share))
    return (min(width, _MOST_CENTS), share, 0.0) if width >= _FEWEST_CENTS else None


def _realism(font: Soundfont) -> tuple[int, str]:
    place = _RECORDED.index(font.name) if font.name in _RECORDED else len(_RECORDED)
    return place + ("FM" in font.name), font.name


def _rounds(programs: Sequence[int], fonts: Sequence[Soundfont], *, drums: bool = False) -> list[tuple[int, Soundfont]]:
    """All programs by the first of the soundfonts that have them, then all by the next, and so on."""
    turns: list[list[tuple[int, Soundfont]]] = [[] for _ in fonts]
    for program in programs:
        having = [font for font in fonts if program in (font.kits if drums else font.programs)]
        for turn, font in zip(turns, having, strict=False):
            turn.append((program, font))
    return [pair for turn in turns for pair in turn]


def _loudness(sound: np.ndarray) -> float:
    """The largest RMS of 0.4 s."""
    power = np.cumsum(np.square(sound, dtype=np.float64))
    size = min(round(0.4 * SAMPLE_RATE), len(power) - 1)
    return float(np.sqrt(max(np.max(power[size:] - power[:-size]), 0.0) / size))


def _hertz(pitch: float) -> float:
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def _player(font: Soundfont, program: int, *, drums: bool = False) -> Callable[[np.ndarray, float], np.ndarray]:
    def play(notes: np.ndarray, seconds: float) -> np.ndarray:
        return font.play(notes, program, start=0.0, seconds=seconds, drums=drums)

    return play


class _Steady(np.random.Generator):
    """Chance for the singer that always picks one vowel, no consonant, no scoop, no drift."""

    def __init__(self, vowel: int) -> None:
        super().__init__(np.random.PCG64(vowel))
        self._vowel = vowel

    def integers(self, low, high=None, size=None, **_):  # type: ignore[override]
        return low - 1 if high is None else np.full(size or (), self._vowel)

    def random(self, size=None, **_):  # type: ignore[override]
        return 0.999 if size is None else np.full(size or (), 0.999)


def _voice(index: int, number: int, low: int, high: int) -> Timbre:
    """A wordless singer: women and men, four vowels, from soft to belted."""
    vowel = _VOWELS[number % len(_VOWELS)]
    voice = Voice(
        tract=(1.15, 1.0, 1.2, 0.96)[number % 4],
        breath=0.02 + 0.01 * (number % 3),
        tilt=(900.0, 600.0, 1300.0)[number % 3],
        vibrato=0.0,
        glide=0.02,
    )

    def play(notes: np.ndarray, seconds: float) -> np.ndarray:
        return sing(notes, start=0.0, seconds=seconds, rng=_Steady(vowel), voice=voice)

    return Timbre(index, 0, play, low, high, vibrato=(28.0, 5.4 + 0.1 * number))
