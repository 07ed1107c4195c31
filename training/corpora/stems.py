"""Recorded stems, alone and over synthetic bands."""

from __future__ import annotations

import functools
import io
import warnings
from pathlib import Path

import numpy as np
import soundfile
import soxr

from engine.errors import UserError
from engine.grid import SAMPLE_RATE
from engine.vocabulary import Vocabulary
from training.clip import OTHER, Clip
from training.corpora.corpus import Split, Symbolic, belongs
from training.corpora.files import Files
from training.corpora.stem_files import StemSong, find_stem_songs
from training.synthesis import effects
from training.synthesis.rendering import GATE_DECIBELS, STEM_GATE, mastered

HELD_OUT_SONGS = frozenset({"rubidium", "potassium"})
NEVER_TRAIN = frozenset({"real"})
"""Folders that are for listening and checking only."""

_TEST_FOLDERS = frozenset({"test", "held_out"})
_VALIDATION_FOLDERS = frozenset({"validation", "valid", "val"})
_ATTEMPTS, _MOST_ATTEMPTS = 10, 200


class Stems:
    """Clips of recorded songs. Their chords, beats and keys are unknown."""

    def __init__(self, files: Files, split: Split, vocabulary: Vocabulary, songs: tuple[StemSong, ...] | None = None):
        self.name = files.name
        self.files = files
        self.split = split
        self.vocabulary = vocabulary
        found = find_stem_songs(files, vocabulary) if songs is None else songs
        self.songs = tuple(song for song in found if _song_belongs(song, files.name, split, len(found)))

    @property
    def song_count(self) -> int:
        return len(self.songs)

    def __len__(self) -> int:
        return len(self.songs)

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip] | None:
        return None

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        """Raises UserError where the songs near `index` are silent."""
        for attempt in range(max(_ATTEMPTS, min(4 * len(self), _MOST_ATTEMPTS))):
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
        raise UserError(f"nothing sounds in {self.name} near song {index}", "name other --data")

    def stem(self, song: StemSong, instrument: str, at: float, seconds: float, speed: float = 1.0) -> np.ndarray:
        """(samples,) float32 from share `at` (0-1) of the song on; `speed` changes tempo and pitch together. All stems
        of a song begin with it, so that shorter ones end in silence."""
        samples = round(seconds * SAMPLE_RATE)
        total = np.zeros(samples, np.float32)
        length = _length(self.files, tuple(name for names in song.stems.values() for name in names))
        for name in song.stems[instrument]:
            rate, _ = _info(self.files, name)
            wanted = round(seconds * speed * rate)
            start = int(at * max(round(length * rate) - wanted, 0))
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


def _song_belongs(song: StemSong, root: str, split: Split, count: int) -> bool:
    folders = {part.lower() for part in (root, *Path(song.folder).parts[:-1])}
    if song.title in HELD_OUT_SONGS or folders & _TEST_FOLDERS:
        return split == "held_out"
    if folders & _VALIDATION_FOLDERS:
        return split == "validation"
    if count < 10:  # too few to give a tenth away
        return split == "train"
    return belongs(song.title, split)


@functools.lru_cache(maxsize=1024)
def _length(files: Files, names: tuple[str, ...]) -> float:
    """Seconds of the longest of the files."""
    return max(frames / rate for rate, frames in (_info(files, name) for name in names))


@functools.lru_cache(maxsize=65536)
def _info(files: Files, name: str) -> tuple[int, int]:
    """Rate and frames. What cannot be read is said once a process, and is silence: one file must not end a run."""
    try:
        info = soundfile.info(_source(files, name))
    except (soundfile.LibsndfileError, OSError) as error:
        warnings.warn(f"{files.root / name} cannot be read and counts as silence ({error})", stacklevel=2)
        return SAMPLE_RATE, 0
    return info.samplerate, info.frames


def _read(files: Files, name: str, start: int, frames: int) -> np.ndarray:
    """(frames or fewer,) float32 mono. Finite: what is not, is silence."""
    if start >= _info(files, name)[1]:
        return np.zeros(0, np.float32)
    try:
        sound, _ = soundfile.read(_source(files, name), frames=frames, start=start, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:  # the header was whole, what follows is not
        warnings.warn(f"{files.root / name} cannot be read at {start} ({error}): silence", stacklevel=2)
        return np.zeros(0, np.float32)
    return np.nan_to_num(sound.mean(axis=1), posinf=0.0, neginf=0.0)


def _source(files: Files, name: str) -> io.BytesIO | str:
    return io.BytesIO(files.read(name)) if files.root.suffix == ".zip" else str(files.root / name)
