"""Recorded stems: folders as real_cc0, Slakh2100, MUSDB18 (as wav) and MoisesDB lay them out."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from engine.grid import SAMPLE_RATE
from engine.vocabulary import Vocabulary
from training.clip import OTHER, Clip
from training.corpora.corpus import Split, Symbolic, belongs
from training.corpora.files import Files
from training.synthesis import effects
from training.synthesis.rendering import GATE_DECIBELS, STEM_GATE, mastered

SOUND = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif")
HELD_OUT_SONGS = frozenset({"rubidium", "potassium"})
NEVER_TRAIN = frozenset({"real"})
"""Folders that are for listening and checking only."""

_TEST_FOLDERS = frozenset({"test", "held_out"})
_VALIDATION_FOLDERS = frozenset({"validation", "valid", "val"})
_MIXES = frozenset({"mix", "mixture", "master", "linear_mixture", "accompaniment"})
_ATTEMPTS = 10

# Names in stem collections that the vocabulary does not list, because no musician would type them.
_FOREIGN = {
    "lead male singer": "vocals", "lead female singer": "vocals", "human choir": "choir", "background vocals": "vocals",
    "electronic drums": "drums", "full acoustic drumkit": "drums", "drum machine": "drums", "kick drum": "drums",
    "snare drum": "drums", "toms": "drums", "cymbals": "drums", "overheads": "drums", "hi hat": "drums",
    "a tonal percussion": "drums", "pitched percussion": "mallets", "chromatic percussion": "mallets",
    "bass guitar": "bass", "bass synthesizer": "bass", "contrabass double bass": "bass", "synth bass": "bass",
    "clean electric guitar": "electric guitar", "distorted electric guitar": "distorted guitar",
    "acoustic guitar": "acoustic guitar", "lap steel guitar or slide guitar": "electric guitar",
    "electric piano": "piano", "organ electric organ": "organ", "synth pad": "synth pad", "synth lead": "synth lead",
    "guitar": "electric guitar", "bowed strings": "strings",
    "violin section": "strings", "string section": "strings", "cello section": "strings", "reed": "clarinet",
    "pipe": "flute", "strings continued": "strings", "flutes": "flute", "wind": "flute", "keyboards": "piano",
}  # fmt: skip

# What is left of a song beside the stems that it names. "Synth" of an electronic song holds its bass lines and kicks.
_OTHERS = frozenset({
    "other", "others", "other sounds", "fx processed sound", "synth", "synths", "synthesizer", "electronics",
})  # fmt: skip


@dataclass(frozen=True)
class StemSong:
    """A recorded song: the files of each instrument, and of OTHER."""

    title: str
    folder: str
    stems: Mapping[str, tuple[str, ...]]


def instrument_of(word: str, vocabulary: Vocabulary) -> str | None:
    """The instrument that a stem's file name means, OTHER where it is whatever is left, and None where the vocabulary
    has none such."""
    word = re.sub(r"[_\-()]+", " ", word.lower())
    word = re.sub(r"\s+", " ", re.sub(r"\d+$", "", word.strip())).strip()
    if word in _OTHERS:
        return OTHER
    for term in vocabulary.instruments:
        if word == term.name or word in term.aliases:
            return term.name
    return _FOREIGN.get(word) or None


def find_stem_songs(files: Files, vocabulary: Vocabulary) -> tuple[StemSong, ...]:
    """`song.instrument.ogg`, `song/instrument.wav`, `song/instrument/any.wav`, and Slakh's `Track/stems/S00.flac`.

    Songs of one title in different folders are different songs: two albums may each have a "Home".
    """
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    slakh = {name.rsplit("/", 1)[0]: name for name in files.names("metadata.yaml")}
    slakh_maps: dict[str, dict[str, str]] = {}
    for name in files.names(*SOUND):
        path = Path(name)
        folders, stem = path.parts[:-1], path.stem
        track = "/".join(folders[:-1]) if folders and folders[-1] == "stems" else None
        if track is not None and track in slakh:
            if track not in slakh_maps:
                slakh_maps[track] = _slakh(files.read(slakh[track]).decode("utf-8"), vocabulary)
            place, song, instrument = track, Path(track).name, slakh_maps[track].get(stem)
        elif "." in stem:
            song, _, word = stem.rpartition(".")
            place, instrument = "/".join(folders), instrument_of(word, vocabulary)
        elif folders and instrument_of(stem, vocabulary):
            place, song, instrument = "/".join(folders), folders[-1], instrument_of(stem, vocabulary)
        elif len(folders) >= 2:
            place, song, instrument = "/".join(folders[:-1]), folders[-2], instrument_of(folders[-1], vocabulary)
        else:
            continue
        if instrument and stem.lower() not in _MIXES:
            found.setdefault((place, song), {}).setdefault(instrument, []).append(name)
    return tuple(
        StemSong(song, next(iter(next(iter(stems.values())))), {key: tuple(names) for key, names in stems.items()})
        for (_, song), stems in sorted(found.items())
        if len(stems) >= 2
    )


def _slakh(text: str, vocabulary: Vocabulary) -> dict[str, str]:
    """Slakh's metadata.yaml: stem -> instrument. Read by lines: it is flat, and YAML would be one more dependency."""
    stems: dict[str, str] = {}
    current, program, drum = None, None, False
    for line in [*text.splitlines(), "  END:"]:
        head = re.match(r"\s+(S\d+|END):\s*$", line)
        if head:
            if current:
                name = "drums" if drum else vocabulary.instrument_of_program(program) if program is not None else None
                if name:
                    stems[current] = name
            current, program, drum = head[1], None, False
        elif match := re.match(r"\s+program_num:\s*(\d+)", line):
            program = min(int(match[1]), 127)
        elif match := re.match(r"\s+is_drum:\s*(\w+)", line):
            drum = match[1].lower() == "true"
    return stems


class Stems:
    """Clips of recorded songs. Their chords, beats and keys are unknown."""

    def __init__(self, files: Files, split: Split, vocabulary: Vocabulary, songs: tuple[StemSong, ...] | None = None):
        self.name = files.name
        self.files = files
        self.split = split
        self.vocabulary = vocabulary
        found = find_stem_songs(files, vocabulary) if songs is None else songs
        self.songs = tuple(song for song in found if _song_belongs(song, split, len(found)))

    @property
    def song_count(self) -> int:
        return len(self.songs)

    def __len__(self) -> int:
        return len(self.songs)

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip] | None:
        return None

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        """Raises RuntimeError where the songs near `index` are silent."""
        for attempt in range(_ATTEMPTS):
            song = self.songs[(index + attempt // 4) % len(self)]
            at, speed = rng.random(), float(rng.uniform(0.94, 1.06))
            stems = {name: self.stem(song, name, at, seconds, speed) for name in song.stems}
            stems = {
                name: effects.produce(stem, rng, 0.4) * np.float32(10 ** (rng.normal(0, 2.5) / 20))
                for name, stem in stems.items()
                if effects.sounding_share(stem, GATE_DECIBELS) >= STEM_GATE
            }
            if len(stems) >= 2:
                return Clip(mastered(stems, rng), origin=f"{self.name} {song.title} at {at:.3f} of it")
        raise RuntimeError(f"nothing sounds in {self.name} near song {index}")

    def stem(self, song: StemSong, instrument: str, at: float, seconds: float, speed: float = 1.0) -> np.ndarray:
        """(samples,) float32 from share `at` (0-1) of the song on; `speed` changes tempo and pitch together."""
        samples = round(seconds * SAMPLE_RATE)
        total = np.zeros(samples, np.float32)
        for name in song.stems[instrument]:
            rate, frames = _info(self.files, name)
            wanted = round(seconds * speed * rate)
            start = int(at * max(frames - wanted, 0))
            sound = _read(self.files, name, start, wanted)
            if len(sound) > 1 and (rate != SAMPLE_RATE or speed != 1.0):
                sound = soxr.resample(sound, rate * speed, SAMPLE_RATE, quality="HQ")
            total[: len(sound)] += sound[:samples]
        return total


class OverBand:
    """One recorded stem over a synthetic band: a real voice has to be taken out of any music, not of its own alone."""

    def __init__(self, stems: Stems, band: Symbolic) -> None:
        self.name = f"{stems.name} over {band.name}"
        self.stems = stems
        self.band = band

    @property
    def song_count(self) -> int:
        return self.stems.song_count

    def __len__(self) -> int:
        return len(self.band)

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip] | None:
        """The same voice over two arrangements."""
        pair = self.band.pair(index, seconds=seconds, rng=rng)
        found = self._recorded(seconds, rng, "vocals") if pair else None
        if pair is None or found is None:
            return None
        return self._over(pair[0], *found, rng), self._over(pair[1], *found, rng)

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        band = self.band.clip(index, seconds=seconds, rng=rng)
        wanted = "vocals" if rng.random() < 0.75 else None
        found = self._recorded(seconds, rng, wanted)
        return band if found is None else self._over(band, *found, rng)

    def _recorded(
        self, seconds: float, rng: np.random.Generator, wanted: str | None
    ) -> tuple[str, np.ndarray, str] | None:
        for _ in range(_ATTEMPTS):
            song = self.stems.songs[rng.integers(len(self.stems))]
            instrument = wanted or str(rng.choice([name for name in song.stems if name != OTHER]))
            if instrument not in song.stems:
                continue
            sound = self.stems.stem(song, instrument, rng.random(), seconds, self._speed(instrument, rng))
            if effects.sounding_share(sound, GATE_DECIBELS) >= 0.25:
                return instrument, sound, song.title
        return None

    def _speed(self, instrument: str, rng: np.random.Generator) -> float:
        """A voice three semitones up or down is another singer, and few are recorded. What judges stays as it sang."""
        if instrument == "vocals" and self.stems.split == "train":
            return float(2 ** (rng.uniform(-3, 3) / 12))
        return float(rng.uniform(0.92, 1.08))

    def _over(self, band: Clip, instrument: str, sound: np.ndarray, title: str, rng: np.random.Generator) -> Clip:
        sound = effects.produce(sound, rng, 0.6)
        sound = sound * np.float32(10 ** ((rng.normal(-17, 3) - effects.level(sound)) / 20))
        stems = {name: stem for name, stem in band.stems.items() if name not in (instrument, "vocals")}
        stems[instrument] = sound
        drums = instrument == "drums"
        return Clip(
            mastered(stems, rng),
            chords=band.chords,
            # Recorded drums keep their own time: nobody knows their beats.
            beats=None if drums else band.beats,
            pitches={name: keys for name, keys in band.pitches.items() if name in stems and name != instrument},
            genre=band.genre,
            key=band.key,
            bpm=None if drums else band.bpm,
            origin=f"{instrument} of {title} over {band.origin}",
        )


def _song_belongs(song: StemSong, split: Split, count: int) -> bool:
    folders = {part.lower() for part in Path(song.folder).parts[:-1]}
    if song.title in HELD_OUT_SONGS or folders & _TEST_FOLDERS:
        return split == "held_out"
    if folders & _VALIDATION_FOLDERS:
        return split == "validation"
    if count < 10:  # too few to give a tenth away
        return split == "train"
    return belongs(song.title, split)


@functools.lru_cache(maxsize=4096)
def _info(files: Files, name: str) -> tuple[int, int]:
    if files.root.suffix == ".zip":
        info = soundfile.info(io.BytesIO(files.read(name)))
    else:
        info = soundfile.info(str(files.root / name))
    return info.samplerate, info.frames


def _read(files: Files, name: str, start: int, frames: int) -> np.ndarray:
    """(frames or fewer,) float32 mono. Finite: what is not, is silence."""
    source = io.BytesIO(files.read(name)) if files.root.suffix == ".zip" else str(files.root / name)
    sound, _ = soundfile.read(source, frames=frames, start=start, dtype="float32", always_2d=True)
    return np.nan_to_num(sound.mean(axis=1), posinf=0.0, neginf=0.0)
