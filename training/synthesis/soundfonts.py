"""Soundfonts: which there are, and one instrument's notes played through one of them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import tinysoundfont

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from training.synthesis.song import END, PITCH, START, VELOCITY, merged

SOUNDFONT_FOLDERS = tuple(
    Path(folder)
    for folder in (
        "/usr/share/sounds/sf2",
        "/usr/share/sounds/sf3",
        "/usr/share/soundfonts",
        "/usr/share/fluidr3mono-gm-soundfont",
        "/usr/share/minuet/soundfonts",
    )
)
"""Where Linux distributions put soundfonts. Debian: fluidr3mono-gm-soundfont, musescore-general-soundfont,
opl3-soundfont (the sounds of an FM chip), minuet-data (GeneralUser GS), denemo-data (A320U), csound-soundfont,
fluid-soundfont-gm."""

HELD_OUT_SOUNDFONTS = frozenset({"sf_GMbank.sf2", "Red_Zeppelin_4_LV2.sf2"})
"""Never heard in training, so that evaluation hears timbres and a drum kit that are new to
the model.

Known kinship, measured on the raw samples: csound's sf_GMbank has 38% of its bytes from TimGM6mb (among them the bass,
electric guitars and drums; pianos, organs, strings, saxophones and woodwinds are its own). MuseScore_General shares
much with FluidR3. GeneralUser GS and A320U have 6% of sf_GMbank's samples each, sonivox (of alphaTab) has none. So the
figures on sf_GMbank are a little kinder than a wholly foreign synthesizer would be."""

KIN_OF_HELD_OUT = frozenset({"Merlin.sf2"})
"""No split plays these. Half of sf_GMbank's samples are in Merlin (which travels with SCAMP)."""

_CONTENTS = {
    (4_191_916, "9f39fc53bd3a1a69f13cb486838944eded358b3b6e8afbd6c1c2c33675b2034b"): "sf_GMbank.sf2",
    (26_571_984, "e8710b899ece8f83b109d0e2f6a89b007b864c8c088ca3ad3cd6e47bd8e629cc"): "Red_Zeppelin_4_LV2.sf2",
    (11_583_258, "a3ebced39a1264849616f160bd135d77efd19ddb2be129aa9b9d964ba391f979"): "Merlin.sf2",
}
"""(bytes, SHA-256) of these files -> their names, which copies under other names have as well."""

_PRE_ROLL = 1.0
_DRUM_SECONDS = 1.5


@dataclass(frozen=True)
class Soundfont:
    """A soundfont file. Its samples are loaded once per process, on first use."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def kits(self) -> tuple[int, ...]:
        """Programs of the drum kits that it has. The effects kit (56) is no kit."""
        return _loaded(self.path).kits

    @property
    def programs(self) -> frozenset[int]:
        """Programs of General MIDI that it has; of a font that is drum kits alone, none. Some have holes."""
        return _loaded(self.path).programs

    def play(
        self,
        notes: np.ndarray,
        program: int,
        *,
        start: float,
        seconds: float,
        drums: bool = False,
        cents: float = 0.0,
    ) -> np.ndarray:
        """The notes of one instrument between `start` and `start + seconds`: (samples,) float32, mono 24 kHz.

        Notes that began within the last second before `start` sound as they would in the song, and those which
        began earlier still are struck one second before it. `cents` detunes the whole instrument.
        """
        return _loaded(self.path).play(notes, program, start, seconds, drums, cents)


class _Synthesizer:
    """One loaded soundfont. tinysoundfont renders 100 to 700 times faster than real time on one core."""

    def __init__(self, path: Path) -> None:
        self._synth = tinysoundfont.Synth(gain=0.0, samplerate=SAMPLE_RATE)
        try:
            self._font = self._synth.sfload(str(path), max_voices=128)
        except Exception as error:  # tinysoundfont raises its own type for all that it cannot read
            raise UserError(f"soundfont {path} cannot be read ({error})", "name another .sf2 or .sf3 file") from error

        def has(bank: int, program: int) -> bool:
            return self._synth.sfpreset_name(self._font, bank, program) is not None

        kits = tuple(program for program in range(128) if program != 56 and has(128, program))
        melodic = all(has(0, program) for program in (0, 32, 48, 73))
        self.programs = frozenset(program for program in range(128) if melodic and has(0, program))
        # Kits sold as soundfonts put their drums where pianos lie.
        self.kits = kits or (0,)
        self._kit_bank = 128 if kits else 0

    def play(
        self, notes: np.ndarray, program: int, start: float, seconds: float, drums: bool, cents: float
    ) -> np.ndarray:
        synth, samples = self._synth, round(seconds * SAMPLE_RATE)
        begin = start - _PRE_ROLL
        inside = (notes[:, END] > begin) & (notes[:, START] < start + seconds)
        if drums:  # one-shot sounds: MIDI drum notes often end at once and would cut kits that obey note-offs
            inside = (notes[:, START] > begin) & (notes[:, START] < start + seconds)
        notes = notes[inside].copy()
        if drums:
            notes[:, END] = np.maximum(notes[:, END], notes[:, START] + _DRUM_SECONDS)
        notes = merged(notes)
        lead_in = round(_PRE_ROLL * SAMPLE_RATE)
        total = lead_in + samples
        on = np.clip(np.round((notes[:, START] - begin) * SAMPLE_RATE).astype(int), 0, total)
        off = np.clip(np.round((notes[:, END] - begin) * SAMPLE_RATE).astype(int), on, total)
        # At one instant, ends come before starts.
        events = sorted(
            [
                (int(at), 1, int(key), int(vel))
                for at, key, vel in zip(on, notes[:, PITCH], notes[:, VELOCITY], strict=True)
            ]
            + [(int(at), 0, int(key), 0) for at, key in zip(off, notes[:, PITCH], strict=True)]
        )
        synth.sounds_off(0)
        synth.generate_simple(2048)  # what the last stem left fades here
        if drums:
            synth.program_select(0, self._font, self._kit_bank, program if program in self.kits else self.kits[0], True)
        else:
            synth.program_select(0, self._font, 0, program)
        synth.set_tuning(0, cents / 100)
        sound = np.zeros((total, 2), dtype=np.float32)
        memory, at = sound.data.cast("B"), 0
        for when, kind, key, velocity in events:
            if when > at:
                synth.generate_simple(when - at, memory[at * 8 : when * 8])
                at = when
            if kind:
                synth.noteon(0, key, min(max(velocity, 1), 127))
            else:
                synth.noteoff(0, key)
        if total > at:
            synth.generate_simple(total - at, memory[at * 8 :])
        return sound[lead_in:].mean(axis=1)


@functools.cache
def _loaded(path: Path) -> _Synthesizer:
    return _Synthesizer(path)


def preload(soundfonts: Sequence[Soundfont]) -> None:
    """Loads them now, so that worker processes forked afterwards share the memory (an .sf3 of 80 MB takes 7 s)."""
    for soundfont in soundfonts:
        _loaded(soundfont.path)


def package_soundfont() -> Soundfont:
    """TimGM6mb, which travels inside the pretty_midi package. UserError where the package is missing."""
    spec = find_spec("pretty_midi")
    path = Path(spec.origin).parent / "TimGM6mb.sf2" if spec and spec.origin else None
    if path is None or not path.exists():
        raise UserError(
            "pretty_midi with its soundfont is not installed", "install the training set-up: docs/training.md"
        )
    return Soundfont(path)


def find_soundfonts(split: Literal["train", "held_out"] = "train", named: Sequence[Path] = ()) -> tuple[Soundfont, ...]:
    """The soundfonts of a split: those named (files or folders), the package's own, and what the system has installed.

    `held_out` gives only held-out files where there are any, else the package's own. Links to the same file
    count once. Raises UserError where a named path does not exist.
    """
    files: dict[Path, Path] = {}
    for path in named:
        if not path.exists():
            raise UserError(f"soundfont {path} does not exist", "name an .sf2 or .sf3 file")
    for place in (*named, package_soundfont().path, *SOUNDFONT_FOLDERS):
        found = sorted(place.glob("*.sf[23]")) if place.is_dir() else [place]
        for path in found:
            if path.exists() and path.suffix in (".sf2", ".sf3"):
                files.setdefault(path.resolve(), path)
    held_out = {file: path for file, path in files.items() if _true_name(file) in HELD_OUT_SOUNDFONTS}
    if split == "held_out":
        return tuple(Soundfont(path) for path in held_out.values()) or (package_soundfont(),)
    never = HELD_OUT_SOUNDFONTS | KIN_OF_HELD_OUT
    return tuple(Soundfont(path) for file, path in files.items() if _true_name(file) not in never)


def _true_name(file: Path) -> str:
    """What the file is called, or, of a copy of one that training must not hear, what that is called."""
    # A link such as default-GM.sf2 may lead to any of them: `file` is what it leads to.
    return _CONTENTS.get((size := file.stat().st_size, _digest(file, size)), file.name)


@functools.cache
def _digest(file: Path, size: int) -> str:
    """SHA-256 of a file that is as large as one of _CONTENTS; of others nothing has to be read."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if size in {size for size, _ in _CONTENTS} else ""
