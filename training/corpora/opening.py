"""From the paths of `--data` to one corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.errors import UserError
from engine.vocabulary import Vocabulary
from training.corpora.arrangements import INDEX, Arrangements
from training.corpora.composed import Composed
from training.corpora.corpus import Corpus, Mixture, Split
from training.corpora.files import Files
from training.corpora.folders import MidiFolder
from training.corpora.grooves import Grooves, is_groove
from training.corpora.pop909 import Pop909, is_pop909
from training.corpora.stem_files import find_stem_songs
from training.corpora.stems import NEVER_TRAIN, OverBand, Stems
from training.synthesis.rendering import Studio
from training.synthesis.samples import Samples, find_samples
from training.synthesis.soundfonts import Soundfont, find_soundfonts

# Shares of the mixture: exact chords and many instruments weigh most; a handful of recorded songs must not be
# learnt by heart.
_WEIGHTS = {"composed": 2.5, "arrangements": 4.0, "pop909": 2.0, "midi": 1.0, "stems": 0.7, "over band": 1.8}
ELECTRONICS = 0.3
"""Share of the training songs that synthesizers and drum machines play. Those that judge have none: their figures
stay comparable, and recorded electronic songs are what judges these."""

_PROSE = (".md", ".txt", ".csv", ".json", ".jsonl", ".yaml", "license", "readme")


def open_corpora(
    paths: Sequence[Path] = (),
    *,
    split: Split = "train",
    soundfonts: Sequence[Path | Soundfont] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Mixture:
    """All that is recognised in the folders and zips, and songs composed on the fly, as one weighted corpus.

    Recognised: chart arrangements, POP909, Groove MIDI (lends its drummers to the others), any MIDI files, and
    recorded stems. `notes` of the result says, a line each, what was found and what was not recognised.
    soundfonts: files or folders beside those that the system has; `held_out` ignores them. Without paths the
    songs are composed ones alone. Raises UserError for a path that does not exist or holds nothing of use.
    """
    vocabulary = vocabulary or Vocabulary.default()
    given = tuple(font for font in soundfonts or () if isinstance(font, Soundfont))
    named = tuple(font for font in soundfonts or () if isinstance(font, Path))
    fonts = given or find_soundfonts("held_out" if split == "held_out" else "train", named)
    notes = [f"soundfonts: {', '.join(font.name for font in fonts)}"]
    found = _recognised(paths, notes, vocabulary)

    for kind in ("groove", "pop909"):
        notes += [f"{files.name}: left alone, it is another {kind}" for one, files in found if one == kind][1:]
    grooves = next((Grooves(files, split) for kind, files in found if kind == "groove"), None)
    electronics = ELECTRONICS if split == "train" else 0.0
    samples = find_samples(vocabulary, named) if split == "train" and not given else Samples()
    if samples.names:
        notes.append(f"samples: {len(samples.instruments)} instruments, {len(samples.kits)} kits")
    studio = Studio(fonts, vocabulary, drummers=grooves, electronics=electronics, samples=samples)
    parts: list[tuple[Corpus, float]] = [(Composed(split, studio), _WEIGHTS["composed"])]
    pop909 = next((Pop909(files, split, studio) for kind, files in found if kind == "pop909"), None)
    if pop909 is not None and len(pop909):
        parts.append((pop909, _WEIGHTS["pop909"]))
    for files in (files for kind, files in found if kind == "arrangements"):
        parts.append((Arrangements(files, split, studio, pop909), _WEIGHTS["arrangements"]))
    midi = [MidiFolder(files, split, studio) for kind, files in found if kind == "midi"]
    songs = sum(len(folder) for folder in midi)
    parts += [(folder, _WEIGHTS["midi"] * max(len(folder) / songs, 0.2)) for folder in midi if len(folder)]
    bands = [part for part, _ in parts if isinstance(part, (Arrangements, Composed)) and len(part)]
    for files in (files for kind, files in found if kind == "stems"):
        stems = Stems(files, split, vocabulary)
        if len(stems) == 0:
            continue
        # A thousand recorded songs may weigh as much as all that is synthesized, five may not.
        weight = min(len(stems) / 5, 10.0) if len(stems) > 5 else 1.0
        parts.append((stems, _WEIGHTS["stems"] * weight))
        if any("vocals" in song.stems for song in stems.songs):
            parts.append((OverBand(stems, bands[-1]), _WEIGHTS["over band"]))
    parts = [(part, weight) for part, weight in parts if len(part)]
    if grooves is not None:
        notes.append(f"{grooves.files.name}: {len(grooves.takes)} drum performances, lent to the songs")
    notes += [f"{part.name}: {part.song_count} songs" for part, _ in parts]
    return Mixture(tuple(part for part, _ in parts), tuple(weight for _, weight in parts), tuple(notes))


def _recognised(paths: Sequence[Path], notes: list[str], vocabulary: Vocabulary) -> list[tuple[str, Files]]:
    found: list[tuple[str, Files]] = []
    for path in paths:
        if not path.exists():
            raise UserError(f"{path} does not exist", "name a folder or a zip of songs")
        if path.is_file() and path.suffix != ".zip":
            raise UserError(f"{path} is neither a folder nor a zip", "name a folder or a zip of songs")
        before = len(found)
        for place in _places(path, vocabulary):
            kind = _kind(Files(place), vocabulary)
            if place.name in NEVER_TRAIN:
                notes.append(f"{place.name}: left alone, it is for listening only")
            elif kind is not None:
                found.append((kind, Files(place)))
            elif not place.name.lower().endswith(_PROSE):
                notes.append(f"{place.name}: not recognised, left alone")
        if len(found) == before:
            raise UserError(f"{path} holds no songs that can be recognised", "name a folder of MIDI files or of stems")
    return found


def _places(path: Path, vocabulary: Vocabulary) -> Iterator[Path]:
    """The path itself where it is one collection, else what lies in it."""
    whole = path.suffix == ".zip" or _kind(Files(path), vocabulary, shallow=True) is not None
    if whole and not _holds_several(path, vocabulary):
        yield path
        return
    for child in sorted(path.iterdir()):
        if _holds_several(child, vocabulary):
            yield from _places(child, vocabulary)
        else:
            yield child


def _holds_several(path: Path, vocabulary: Vocabulary) -> bool:
    """Whether its folders are collections of different kinds, such as POP909 beside Slakh2100."""
    if not path.is_dir():
        return False
    kinds = {_kind(Files(child), vocabulary) for child in path.iterdir() if child.is_dir()}
    return len(kinds - {None}) > 1


def _kind(files: Files, vocabulary: Vocabulary, *, shallow: bool = False) -> str | None:
    if files.root.is_file() and files.root.suffix != ".zip":
        return None
    if shallow and any(child.suffix == ".zip" for child in files.root.iterdir()):
        return None
    names = files.names()
    if INDEX in names:
        return "arrangements"
    if shallow and any(name.endswith("/" + INDEX) for name in names):
        return None
    if is_pop909(files):
        return "pop909"
    if is_groove(files):
        return "groove"
    if find_stem_songs(files, vocabulary):
        return "stems"
    if files.names(".mid", ".midi"):
        return "midi"
    return None
