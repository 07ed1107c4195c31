"""The demo song: written here note by note, so that it is ours to give away. `python -m training.demo` renders it.

Twelve bars in G at 104 beats a minute: drums, bass, piano, strings and a voice. It is rendered in stereo at
44.1 kHz, as a user's file would be, mixed, and mastered to -14 LUFS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click
import numpy as np
import pyloudnorm
import soundfile
import soxr
import tinysoundfont
from scipy import signal
from scipy.ndimage import minimum_filter1d

from engine.grid import SAMPLE_RATE
from engine.resources import DEMO
from training.synthesis.singer import Voice, sing
from training.synthesis.song import END, PITCH, START, VELOCITY, Part, sorted_notes
from training.synthesis.soundfonts import SOUNDFONT_FOLDERS, package_soundfont

RATE = 44_100
TEMPO = 104
BEAT = 60 / TEMPO
BARS = 12
SECONDS = BARS * 4 * BEAT + 2.0
"""The last chord rings for two seconds."""
SAMPLES = round(SECONDS * RATE)

LOUDNESS = -14.0
CEILING = 10 ** (-1 / 20)

MIT_SOUNDFONTS = ("FluidR3Mono_GM.sf3", "MuseScore_General.sf3")
"""In this order: tinysoundfont plays MuseScore's piano muffled at some velocities (-60 dB at 96, -36 at 120)."""

# Root and chord tones as MIDI pitches, one chord a bar.
_EM7 = (40, (52, 59, 62, 67))
_C = (36, (52, 55, 60, 64))
_G = (43, (50, 55, 59, 62))
_D = (38, (50, 54, 57, 62))
_AM7 = (45, (52, 55, 60, 67))
CHORDS = (_EM7, _C, _EM7, _C, _G, _D, _C, _D, _EM7, _AM7, _C, _D)

# (bar, beat, beats, pitch): two phrases of a verse, a higher chorus, and the way home.
MELODY = (
    (2, 0.5, 0.5, 67), (2, 1, 0.5, 69), (2, 1.5, 1.5, 71), (2, 3, 1, 69),
    (3, 0, 1, 67), (3, 1, 0.5, 64), (3, 1.5, 2, 67),
    (4, 0.5, 0.5, 67), (4, 1, 0.5, 69), (4, 1.5, 1, 71), (4, 2.5, 1, 74), (4, 3.5, 0.5, 71),
    (5, 0, 2.5, 69), (5, 3, 0.5, 69), (5, 3.5, 0.5, 71),
    (6, 0, 1.5, 72), (6, 1.5, 0.5, 71), (6, 2, 1, 72), (6, 3, 1, 74),
    (7, 0, 2, 74), (7, 2.5, 0.5, 74), (7, 3, 0.5, 76), (7, 3.5, 0.5, 74),
    (8, 0, 1.5, 71), (8, 1.5, 0.5, 69), (8, 2, 1.5, 67), (8, 3.5, 0.5, 69),
    (9, 0, 1, 71), (9, 1, 1, 69), (9, 2, 1.5, 67),
    (10, 0, 1, 64), (10, 1, 1, 67), (10, 2, 1, 69), (10, 3, 1, 71),
    (11, 0, 1.5, 69), (11, 1.5, 0.5, 67), (11, 2, 2, 66), (12, 0, 3, 67),
)  # fmt: skip

Row = tuple[float, float, float, float]
Note = Callable[..., Row]
"""(bar, beat, beats, pitch, velocity) -> a note in seconds."""


def parts(seed: int = 7) -> tuple[Part, ...]:
    """Who plays what. Times and velocities vary a little, as players do."""
    random = np.random.default_rng(seed)

    def note(bar: float, beat: float, beats: float, pitch: int, velocity: float, looseness: float = 0.006) -> Row:
        start = max(0.0, (bar * 4 + beat) * BEAT + random.normal(0, looseness))
        return start, start + beats * BEAT, pitch, float(np.clip(velocity + random.normal(0, 5), 1, 127))

    def part(rows: Iterable[Row], instrument: str, program: int, lead: bool = False) -> Part:
        return Part(sorted_notes(list(rows)), instrument, program, lead)

    return (
        part(_drums(note), "drums", 0),
        part(_bass(note), "bass", 33),
        part(_piano(note), "piano", 0),
        part(_strings(note), "strings", 48),
        part((note(*row, 92, 0.012) for row in MELODY), "vocals", 0, True),
    )


def _drums(note: Note) -> Iterable[Row]:
    kick, snare, closed, opened, crash, ride, tom, floor_tom = 36, 38, 42, 46, 49, 51, 48, 43
    for bar in range(BARS):
        chorus = bar >= 6
        if bar == 0:
            continue
        if bar == 1:
            yield from (note(bar, beat, 0.2, closed, 62) for beat in (0, 1, 2))
            fill = ((3, snare), (3.5, tom), (3.75, floor_tom))
            yield from (note(bar, beat, 0.2, pitch, 80 + 6 * beat) for beat, pitch in fill)
            continue
        if bar in (2, 6, 10):
            yield note(bar, 0, 2, crash, 104)
        for eighth in range(8):
            off = eighth % 2
            cymbal = (ride if chorus else closed) if eighth != 7 or bar % 4 != 1 else opened
            yield note(bar, eighth / 2, 0.3, cymbal, 58 if off else 78)
        yield from (note(bar, beat, 0.3, kick, 104) for beat in ((0, 1.5, 2.5) if chorus else (0, 2.5)))
        yield from (note(bar, beat, 0.3, snare, 100) for beat in (1, 3))
        if bar in (5, 9, 11):
            fill = ((3.25, snare), (3.5, tom), (3.75, floor_tom))
            yield from (note(bar, beat, 0.2, pitch, 96) for beat, pitch in fill)
    yield from (note(BARS, 0, 3, pitch, 108) for pitch in (kick, crash))


def _bass(note: Note) -> Iterable[Row]:
    for bar, (root, _) in enumerate(CHORDS):
        if bar < 2:
            continue
        following = CHORDS[bar + 1][0] if bar + 1 < BARS else 43
        approach = following - 2 if following > root else following + 2
        steps = (0, 0.5, 1.5, 2, 2.5, 3) if bar >= 6 else (0, 1.5, 2.5)
        for beat, until in zip(steps, (*steps[1:], 3.5), strict=True):
            yield note(bar, beat, (until - beat) * 0.92, root if beat != 3 else root + 12, 100 if beat == 0 else 86)
        yield note(bar, 3.5, 0.45, approach, 84)
    yield note(BARS, 0, 3, 31, 100)


def _piano(note: Note) -> Iterable[Row]:
    for bar, (root, tones) in enumerate(CHORDS):
        if bar < 6:
            loud = 96 if bar < 2 else 74  # alone at first
            yield note(bar, 0, 3.9, root + 12 if root < 40 else root, loud)
            for eighth, tone in enumerate((0, 1, 2, 3, 2, 1, 3, 2)):
                yield note(bar, eighth / 2, 0.9, tones[tone] + 12, loud - 6 * (eighth % 2))
            continue
        for beat, beats in ((0, 1.4), (1.5, 0.9), (2.5, 1.3)):
            yield from (note(bar, beat, beats, tone, 76, 0.004) for tone in (*tones, tones[1] + 12))
    yield from (note(BARS, 0, 3.2, tone, 80) for tone in (43, 55, 59, 62, 67))


def _strings(note: Note) -> Iterable[Row]:
    for bar, (_, tones) in enumerate(CHORDS):
        if bar >= 4:
            swell = 58 if bar < 6 else 82
            yield from (note(bar, 0, 4.05, tone + 12, swell, 0.015) for tone in tones[1:])
    yield from (note(BARS, 0, 3, tone, 80) for tone in (62, 67, 71))


def soundfont(named: Path | None = None) -> Path:
    """The one named, else the first MIT soundfont that the system has, else the training package's own."""
    if named is not None:
        return named
    for name in MIT_SOUNDFONTS:
        for folder in SOUNDFONT_FOLDERS:
            if (folder / name).exists():
                return folder / name
    return package_soundfont().path


def render(part: Part, font: Path) -> np.ndarray:
    """One part alone: (2, samples) float32 at 44.1 kHz. Vocals are sung, everything else comes from the soundfont."""
    if part.instrument == "vocals":
        voice = Voice(tract=1.16, breath=0.05, tilt=900, vibrato=0.25, double=True)
        sung = sing(part.notes, start=0.0, seconds=SECONDS, rng=np.random.default_rng(3), voice=voice)
        sung = soxr.resample(sung, SAMPLE_RATE, RATE, "VHQ")[:SAMPLES]
        sung = np.pad(sung, (0, SAMPLES - len(sung)))
        return np.stack([sung, sung])
    synth = tinysoundfont.Synth(gain=-6.0, samplerate=RATE)
    bank = synth.sfload(str(font), max_voices=256)
    synth.program_select(0, bank, 128 if part.drums else 0, part.program, part.drums)
    events = sorted(
        [(row[START], 1, int(row[PITCH]), int(row[VELOCITY])) for row in part.notes]
        + [(row[END], 0, int(row[PITCH]), 0) for row in part.notes]
    )
    sound = np.zeros((SAMPLES, 2), dtype=np.float32)
    memory, at = sound.data.cast("B"), 0
    for seconds, starts, key, velocity in [*events, (SECONDS, 0, 0, 0)]:
        now = min(round(seconds * RATE), len(sound))
        if now > at:
            synth.generate_simple(now - at, memory[at * 8 : now * 8])
            at = now
        if starts:
            synth.noteon(0, key, velocity)
        else:
            synth.noteoff(0, key)
    return np.ascontiguousarray(sound.T)


# Instrument -> gain in dB against an equal loudness, pan (-1 left, 1 right), share of reverb, high-pass in hertz.
MIX = {
    "drums": (0.0, 0.0, 0.06, 30),
    "bass": (-2.0, 0.0, 0.0, 35),
    "piano": (-3.5, -0.35, 0.14, 120),
    "strings": (-7.0, 0.4, 0.3, 180),
    "vocals": (-0.5, 0.0, 0.2, 110),
}


def mix(stems: dict[str, np.ndarray], seed: int = 7) -> np.ndarray:
    """(2, samples) float32: stems at like loudness, panned, in one room, mastered."""
    meter = pyloudnorm.Meter(RATE)
    dry = np.zeros((2, SAMPLES))
    sent = np.zeros_like(dry)
    for name, stem in stems.items():
        gain, pan, reverb, high_pass = MIX[name]
        stem = np.asarray(signal.sosfilt(signal.butter(2, high_pass, "highpass", fs=RATE, output="sos"), stem, axis=1))
        stem = stem * 10 ** ((-20 - meter.integrated_loudness(stem.T) + gain) / 20)
        angle = (pan + 1) * np.pi / 4
        stem = stem * np.array([[np.cos(angle)], [np.sin(angle)]]) * np.sqrt(2)
        dry += stem
        sent += stem * reverb
    whole = dry + _room(sent, seed)
    return master(whole)


def _room(audio: np.ndarray, seed: int) -> np.ndarray:
    """Decaying noise, darker as it fades, different on both sides: a plain room of 1.4 s."""
    random = np.random.default_rng(seed)
    time = np.arange(int(1.4 * RATE)) / RATE
    response = random.normal(size=(2, len(time))) * np.exp(-time * 6.9 / 1.4)
    band = signal.butter(1, [250, 5500], "bandpass", fs=RATE, output="sos")
    response = np.asarray(signal.sosfilt(band, response, axis=1))
    response = np.pad(response / np.sqrt(np.sum(response**2, axis=1, keepdims=True)), ((0, 0), (int(0.02 * RATE), 0)))
    return signal.fftconvolve(audio, response, axes=1)[:, : audio.shape[1]]


def master(audio: np.ndarray) -> np.ndarray:
    """Brings `audio` (2, samples) to LOUDNESS under CEILING by a look-ahead limiter; the end fades out."""
    fade = round(1.2 * RATE)
    audio = audio.copy()
    audio[:, -fade:] *= np.cos(np.linspace(0, np.pi / 2, fade)) ** 2
    meter, gain = pyloudnorm.Meter(RATE), 1.0
    limited = audio
    for _ in range(4):  # limiting takes loudness away, so the gain is found step by step
        gain *= 10 ** ((LOUDNESS - meter.integrated_loudness(limited.T)) / 20)
        limited = _limited(audio * gain)
    return limited.astype(np.float32)


def _limited(audio: np.ndarray) -> np.ndarray:
    window = round(0.005 * RATE) | 1
    peaks = np.abs(audio).max(axis=0)
    needed = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))
    # The least gain needed within 5 ms on either side, then smoothed over as long: never too late, never abrupt.
    held = minimum_filter1d(needed, 2 * window - 1)
    shape = np.hanning(window)
    smooth = signal.fftconvolve(np.pad(held, window // 2, mode="edge"), shape / shape.sum(), "valid")
    return np.clip(audio * np.minimum(smooth, 1.0), -CEILING, CEILING)


ABOUT = """# The demo song

`demo.flac`: {seconds:.1f} s, 44.1 kHz stereo, {loudness:.1f} LUFS, made by `python -m training.demo`.

Composed for InstructME, note by note, in `training/demo.py`; MIT licence like the code. Drums, bass, piano
and strings are played by the soundfont {soundfont}{licence}; the voice is `training/synthesis/singer.py`.
Things to try: *remove the drums*, *extract the vocals*, *replace piano with organ*, *add choir*.
"""


@click.command()
@click.option(
    "--soundfont", "named", type=click.Path(exists=True, path_type=Path), help="Another one than the first found."
)
@click.option("--output", type=click.Path(path_type=Path), default=DEMO, show_default=True, help="Folder of demo.flac.")
@click.option("--stems", type=click.Path(path_type=Path), help="Write the single stems into this folder too.")
def main(named: Path | None, output: Path, stems: Path | None) -> None:
    """Render the demo song."""
    font = soundfont(named)
    rendered = {str(part.instrument): render(part, font) for part in parts()}
    song = mix(rendered)
    output.mkdir(parents=True, exist_ok=True)
    soundfile.write(output / "demo.flac", song.T, RATE, subtype="PCM_16")
    about = ABOUT.format(
        seconds=SECONDS,
        loudness=pyloudnorm.Meter(RATE).integrated_loudness(song.T),
        soundfont=font.stem,
        licence=" (MIT)" if font.name in MIT_SOUNDFONTS else "",
    )
    (output / "README.md").write_text(about, encoding="utf-8")
    if stems is not None:
        stems.mkdir(parents=True, exist_ok=True)
        for name, stem in rendered.items():
            soundfile.write(stems / f"{name}.flac", 0.9 * stem.T / np.abs(stem).max(), RATE, subtype="PCM_16")
    click.echo(f"{output / 'demo.flac'}: {SECONDS:.1f} s with {font.name}")


if __name__ == "__main__":
    main()
