"""Recorded single notes: instruments and drum kits that are folders of sound files, as they come without a soundfont.

Three layouts are known: a folder of files named by note (`violin/A4.mp3`, `guitar-nylon/Cs3.wav`), a folder of GUS
patches numbered as General MIDI has them (`Tone_000/040_Violin.pat`, `Drum_000/038_Snare_1.pat`), and Hydrogen's drum
kits (`drumkit.xml` beside its sounds). A note is the nearest recorded one, played faster or slower.
"""

from __future__ import annotations

import functools
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import soundfile
import soxr

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from engine.vocabulary import Vocabulary
from training.synthesis.electronics import DrumMachine, piece_of
from training.synthesis.song import END, PITCH, START, VELOCITY, merged

SAMPLE_FOLDERS = (Path("/usr/share/hydrogen/data/drumkits"), Path("/usr/share/midi/freepats"))
"""Where Debian's packages hydrogen-drumkits and freepats put theirs. Measured on the raw samples: 1% of the bytes of
the held-out sf_GMbank are in freepats, too."""

_GUS = b"GF1PATCH"
_LEAD_IN = 1.0
_LONGEST = 8.0
_RELEASE = 0.08
_REMEDY = "delete it, or name another folder"
_SOUNDS = frozenset({".mp3", ".ogg", ".flac", ".wav"})
_NOTE = re.compile(r"([A-G])(s|#|b)?(-?\d)$")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_DECAYS = {"piano": 2.5, "acoustic guitar": 1.5, "electric guitar": 2.5, "bass": 2.5, "mallets": 1.2}
"""Seconds until a string or bar has died to a third, for recordings that go round and round."""

# Words of file and folder names that the vocabulary does not have in this order.
_WORDS = {"bass electric": "bass", "guitar acoustic": "acoustic guitar", "guitar electric": "electric guitar",
          "guitar nylon": "acoustic guitar", "contrabass": "bass", "harmonium": "organ", "harp": "strings"}  # fmt: skip

_PIECES = (
    ("", r"roll|fx|zap|whistle|glass|redo|choke"),
    ("kick", r"kick|bass ?drum|thump|djembe.*bass|dununba.*hit"),
    ("rim", r"rim|stick|click|clave|woodblock"),
    ("snare", r"snare|slap"),
    ("clap", r"clap|snap"),
    ("open", r"(hat|hh|side o).*(op|ohh|swish|free)|open hh|ohh"),
    ("closed", r"hat|hh"),
    ("crash", r"crash|china|splash|cymbal"),
    ("ride", r"ride|paiste|bell (hit|mute)"),
    ("low tom", r"tom.*(low|floor)|(low|floor) ?tom|bongo lo|conga 2"),
    ("high tom", r"tom ?-?hi|high tom|tom 1|bongo hi"),
    ("tom", r"tom|conga|drum \d|djembe.*tone|head"),
    ("cowbell", r"cowbell|agogo"),
    ("shaker", r"tambourine|marac|shak|cabasa"),
)
_INSTEAD = {"rim": "snare", "clap": "snare", "open": "closed", "ride": "closed", "crash": "open", "cowbell": "rim",
            "shaker": "closed", "tom": "kick", "low tom": "tom", "high tom": "tom"}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """One recorded note: mono at 24 kHz, `pitch` in MIDI with fractions, `loop` in samples where it goes round."""

    pitch: float
    sound: np.ndarray
    loop: tuple[float, float] | None = None


@dataclass(frozen=True)
class SampledInstrument:
    """An instrument of the vocabulary, recorded note by note. The files are read on first use, once a process."""

    name: str
    instrument: str
    files: tuple[Path, ...]

    def play(
        self, notes: np.ndarray, *, start: float, seconds: float, cents: float = 0.0, release: float = _RELEASE
    ) -> np.ndarray:
        """The notes between `start` and `start + seconds`: (samples,) float32, mono 24 kHz."""
        begin = start - _LEAD_IN
        lead_in, samples = round(_LEAD_IN * SAMPLE_RATE), round(seconds * SAMPLE_RATE)
        out = np.zeros(lead_in + samples, np.float32)
        recorded = _read_all(self.files)
        pitches = np.array([sample.pitch for sample in recorded])
        for note in merged(notes[(notes[:, END] > begin) & (notes[:, START] < start + seconds)]):
            at = max(round((note[START] - begin) * SAMPLE_RATE), 0)
            held = max(note[END] - max(note[START], begin), 0.03)
            pitch = note[PITCH] + cents / 100
            sample = recorded[int(np.abs(pitches - pitch).argmin())]
            count = min(round((held + 6 * release) * SAMPLE_RATE), len(out) - at)
            voice = _stretched(sample, 2 ** ((pitch - sample.pitch) / 12), count)
            time = np.arange(len(voice)) / SAMPLE_RATE
            loudness = (note[VELOCITY] / 127) ** 1.3 * np.exp(-np.maximum(time - held, 0) / release)
            if sample.loop is not None and self.instrument in _DECAYS:
                loudness = loudness * np.exp(-time / _DECAYS[self.instrument])
            out[at : at + len(voice)] += (voice * loudness).astype(np.float32)
        return out[lead_in:]


@dataclass(frozen=True)
class Samples:
    """All that was found: instruments by name of the vocabulary, and kits as files of each piece."""

    instruments: tuple[SampledInstrument, ...] = ()
    kits: tuple[tuple[str, dict[str, tuple[Path, ...]]], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*(one.name for one in self.instruments), *(name for name, _ in self.kits))

    def plays(self, instrument: str) -> bool:
        return (
            bool(self.kits) if instrument == "drums" else any(one.instrument == instrument for one in self.instruments)
        )

    def player(self, instrument: str, rng: np.random.Generator) -> SampledInstrument:
        """One that plays the instrument. Raises IndexError where `plays` says no."""
        able = [one for one in self.instruments if one.instrument == instrument]
        return able[int(rng.integers(len(able)))]

    def kit(self, rng: np.random.Generator) -> DrumMachine:
        """A kit, with one of the sounds that it has for each piece."""
        _, pieces = self.kits[int(rng.integers(len(self.kits)))]
        drawn = {piece: files[int(rng.integers(len(files)))] for piece, files in pieces.items()}
        return DrumMachine(
            {piece: _read_all((file,))[0].sound for piece, file in drawn.items()},
            {piece: _LEVELS.get(piece, 0.6) * float(10 ** (rng.normal(0, 2) / 20)) for piece in drawn},
        )


_LEVELS = {"kick": 1.0, "snare": 0.8, "closed": 0.35, "open": 0.4, "ride": 0.4, "crash": 0.5, "shaker": 0.4}


def find_samples(vocabulary: Vocabulary, named: Sequence[Path] = ()) -> Samples:
    """What is installed, and what lies in the named folders and below them. Raises UserError for a damaged drum kit."""
    instruments: list[SampledInstrument] = []
    kits: list[tuple[str, dict[str, tuple[Path, ...]]]] = []
    for place in (*named, *SAMPLE_FOLDERS):
        for folder in [place, *sorted(path for path in place.rglob("*") if path.is_dir())] if place.is_dir() else []:
            if (folder / "drumkit.xml").exists():
                kits += _kit(folder.name, _hydrogen(folder))
            elif patches := [path for path in sorted(folder.glob("[0-9][0-9][0-9]_*.pat")) if _is_patch(path)]:
                if folder.name.startswith("Drum"):
                    kits += _kit("freepats", ((piece_of(int(file.name[:3])), file) for file in patches))
                else:
                    instruments += _patches(patches, vocabulary)
            else:
                instruments += _by_note(folder, vocabulary)
    return Samples(tuple(instruments), tuple(kits))


def _patches(files: Iterable[Path], vocabulary: Vocabulary) -> Iterator[SampledInstrument]:
    for file in files:
        instrument = vocabulary.instrument_of_program(int(file.name[:3]))
        if instrument is not None and not re.search(r"Noise|Pizzicato|Timpani|Orchestra_Hit", file.name):
            yield SampledInstrument(file.stem, instrument, (file,))


def _by_note(folder: Path, vocabulary: Vocabulary) -> Iterator[SampledInstrument]:
    files = tuple(sorted(path for path in folder.iterdir() if path.suffix in _SOUNDS and _NOTE.match(path.stem)))
    place = folder.parent if folder.name == "package" else folder
    word = re.sub(r"[-_]+", " ", place.name.lower()).strip()
    instrument = _WORDS.get(word) or next(
        (term.name for term in vocabulary.instruments if word == term.name or word in term.aliases), None
    )
    if len(files) >= 3 and instrument is not None:
        yield SampledInstrument(place.name, instrument, files)


def _hydrogen(folder: Path) -> Iterator[tuple[str, Path]]:
    try:
        kit = ElementTree.parse(folder / "drumkit.xml")
    except ElementTree.ParseError as error:
        raise UserError(f"the drum kit {folder} cannot be read ({error})", _REMEDY) from error
    for entry in kit.iter():
        if entry.tag.rpartition("}")[2] != "instrument":
            continue
        fields = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in entry}
        layers = [child for child in entry.iter() if child.tag.rpartition("}")[2] == "filename"]
        name = fields.get("name", "").lower()
        piece = next((piece for piece, words in _PIECES if re.search(words, name)), "")
        files = [folder / (layer.text or "").strip() for layer in layers]
        found = [file for file in files if file.is_file() and file.suffix.lower() in _SOUNDS]
        if piece and found:
            yield piece, found[-1]  # layers rise in velocity


def _kit(name: str, found: Iterable[tuple[str, Path]]) -> list[tuple[str, dict[str, tuple[Path, ...]]]]:
    """One kit, or none where kick, snare or hi-hat is missing; what else is missing, its nearest kin stands for."""
    pieces: dict[str, tuple[Path, ...]] = {}
    for piece, file in found:
        pieces[piece] = (*pieces.get(piece, ()), file)
    if not {"kick", "snare", "closed"} <= pieces.keys():
        return []
    for piece, other in _INSTEAD.items():
        if piece not in pieces:
            pieces[piece] = pieces.get(other, pieces["kick"])
    return [(name, pieces)]


@functools.lru_cache(maxsize=512)
def _read_all(files: tuple[Path, ...]) -> tuple[Sample, ...]:
    """Raises UserError for a file that is damaged, or has no sound in it."""
    samples: list[Sample] = []
    for file in files:
        try:
            found = list(_gus(file.read_bytes())) if file.suffix == ".pat" else [_note(file)]
        except (soundfile.LibsndfileError, struct.error, IndexError, ValueError) as error:
            raise UserError(f"the sample {file} cannot be read ({error})", _REMEDY) from error
        if not found:
            raise UserError(f"the sample {file} holds no sound", _REMEDY)
        samples += found
    return tuple(samples)


def _note(file: Path) -> Sample:
    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    if len(sound) < 32:
        raise ValueError(f"{len(sound)} samples")
    note = _NOTE.match(file.stem)
    return Sample(_pitch(note) if note else 60.0, _begun(_resampled(sound.mean(axis=1), rate)))


def _pitch(note: re.Match[str]) -> float:
    step, sign, octave = note.groups()
    return 12.0 * (int(octave) + 1) + _STEPS[step] + {"s": 1, "#": 1, "b": -1}.get(sign, 0)


def _resampled(sound: np.ndarray, rate: float) -> np.ndarray:
    sound = sound[: int(_LONGEST * rate)]
    return sound if rate == SAMPLE_RATE else soxr.resample(sound, rate, SAMPLE_RATE, "HQ")


def _begun(sound: np.ndarray) -> np.ndarray:
    """From where the note begins, and about as loud as others: the encoders' silence before it would make it late."""
    peak = float(np.abs(sound).max(initial=0.0))
    if peak <= 0:
        return sound
    first = max(int(np.argmax(np.abs(sound) > 0.02 * peak)) - 48, 0)
    sound = sound[first:] * np.float32(0.5 / peak)
    sound[:24] *= np.linspace(0, 1, min(24, len(sound)), dtype=np.float32)[: len(sound[:24])]
    return sound


def _is_patch(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_GUS)) == _GUS


def _gus(data: bytes) -> Iterator[Sample]:
    """The recorded notes of a Gravis Ultrasound patch."""
    at = 129 + 63 + 47
    for _ in range(data[129 + 63 + 6]):
        size, loop_start, loop_end, rate = struct.unpack_from("<IIIH", data, at + 8)
        root = struct.unpack_from("<I", data, at + 30)[0] / 1000
        mode = data[at + 55]
        raw = data[at + 96 : at + 96 + size]
        at += 96 + size
        kind = ("<u2" if mode & 2 else "<i2") if mode & 1 else ("u1" if mode & 2 else "i1")
        values = np.frombuffer(raw[: len(raw) // 2 * 2], kind).astype(np.float32)
        scale = 32768.0 if mode & 1 else 128.0
        sound = values / scale - (1.0 if mode & 2 else 0.0)
        width = 2 if mode & 1 else 1
        if len(sound) < 32 or rate < 4000 or root < 8:
            continue
        ratio = SAMPLE_RATE / rate
        goes_round = mode & 4 and loop_end > loop_start + 64
        loop = (loop_start / width * ratio, loop_end / width * ratio) if goes_round else None
        resampled = soxr.resample(sound, rate, SAMPLE_RATE, "HQ")
        if loop is not None and loop[1] > len(resampled) - 2:
            loop = (loop[0], float(len(resampled) - 2)) if loop[0] < len(resampled) - 64 else None
        peak = float(np.abs(resampled).max(initial=1e-6))
        yield Sample(69 + 12 * float(np.log2(root / 440)), resampled * np.float32(0.5 / peak), loop)


def _stretched(sample: Sample, ratio: float, count: int) -> np.ndarray:
    """`count` samples at most of the recording, `ratio` times as fast."""
    position = np.arange(max(count, 0)) * ratio
    if sample.loop is not None:
        first, end = sample.loop
        position = np.where(position < end, position, first + (position - first) % (end - first))
    else:
        position = position[position < len(sample.sound) - 1]
    before = np.minimum(position.astype(np.int64), len(sample.sound) - 2)
    first, second = sample.sound[before], sample.sound[before + 1]
    return first + (position - before).astype(np.float32) * (second - first)
