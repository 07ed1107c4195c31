"""Which instrument each file of a recorded song is: names of files and folders, and what two collections say in tables.

Layouts: real_cc0's, Slakh2100's, MUSDB18's (as wav, "HQ") and MoisesDB's, and folders of stems of one's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.vocabulary import VOCALS, Vocabulary
from training.clip import OTHER
from training.corpora.files import Files

SOUND = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif")

_MIXES = frozenset({"mix", "mixture", "master", "linear_mixture", "accompaniment"})
_OMITTED = "omitted"
"""Slakh2100-redux keeps songs here that are in its test set as well, under other numbers: no split has them."""

# Names in stem collections that the vocabulary does not list, because no musician would type them.
_FOREIGN = {
    "lead male singer": "vocals", "lead female singer": "vocals", "human choir": "choir", "background vocals": "vocals",
    "electronic drums": "drums", "full acoustic drumkit": "drums", "drum machine": "drums", "kick drum": "drums",
    "snare drum": "drums", "toms": "drums", "cymbals": "drums", "overheads": "drums", "hi hat": "drums",
    "a tonal percussion": "drums", "atonal percussion": "drums", "pitched percussion": "mallets",
    "chromatic percussion": "mallets",
    "bass guitar": "bass", "bass synthesizer": "bass", "contrabass double bass": "bass", "synth bass": "bass",
    "clean electric guitar": "electric guitar", "distorted electric guitar": "distorted guitar",
    "acoustic guitar": "acoustic guitar", "lap steel guitar or slide guitar": "electric guitar",
    "electric piano": "piano", "organ electric organ": "organ", "synth pad": "synth pad", "synth lead": "synth lead",
    "guitar": "electric guitar", "bowed strings": "strings",
    "violin section": "strings", "viola section": "strings", "string section": "strings", "cello section": "strings",
    "other strings": "strings", "reed": "clarinet", "pipe": "flute", "strings continued": "strings", "flutes": "flute",
    "wind": "flute", "keyboards": "piano",
}  # fmt: skip

# What is left of a song beside the stems that it names. "Synth" of an electronic song holds its bass lines and kicks.
_OTHERS = frozenset({
    "other", "others", "other sounds", "fx", "fx processed sound", "synth", "synths", "synthesizer", "electronics",
    "other plucked", "other keys", "other wind", "reeds",
})  # fmt: skip

_TABLES = ("metadata.yaml", "data.json")
_CLICK = "click track"
"""Of MoisesDB: no music, and in no mix."""


@dataclass(frozen=True)
class StemSong:
    """A recorded song: the files of each instrument, and of OTHER."""

    title: str
    folder: str
    stems: Mapping[str, tuple[str, ...]]


def instrument_of(word: str, vocabulary: Vocabulary) -> str | None:
    """The instrument that a stem's file name means, OTHER where it is whatever is left, and None where the vocabulary
    has none such."""
    word = _plain(word)
    if word in _OTHERS:
        return OTHER
    for term in vocabulary.instruments:
        if word == term.name or word in term.aliases:
            return term.name
    return _FOREIGN.get(word) or None


def _plain(word: str) -> str:
    word = re.sub(r"[^a-z0-9&']+", " ", word.lower()).strip()
    return re.sub(r"\s*\d+$", "", word)


def find_stem_songs(files: Files, vocabulary: Vocabulary) -> tuple[StemSong, ...]:
    """`song.instrument.ogg`, `song/instrument.wav`, `song/instrument/any.wav`, Slakh's `Track/stems/S00.flac`, and
    MoisesDB's `song/stem/any.wav` with its `data.json`.

    Songs of one title in different folders are different songs: two albums may each have a "Home".
    """
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    tables = {name.rpartition("/")[0]: name for name in files.names(*_TABLES) if name.rpartition("/")[2] in _TABLES}
    read: dict[str, dict[str, str | None]] = {}

    def told(song: str) -> dict[str, str | None]:
        """What the song's table says of its files; nothing where it has none."""
        if song not in read:
            name = tables.get(song, "")
            text = files.read(name).decode("utf-8", "replace") if name else ""
            read[song] = _slakh(text, vocabulary) if name.endswith(".yaml") else _moises(text, vocabulary)
        return read[song]

    for name in files.names(*SOUND):
        path = Path(name)
        folders, stem = path.parts[:-1], path.stem
        if _OMITTED in folders:
            continue
        place, parent = "/".join(folders[:-1]), folders[-1] if folders else ""
        known = told(place) if folders else {}
        if known and (parent == "stems" or f"{parent}/{stem}" in known):
            song = folders[-2] if place else files.name
            instrument = known.get(stem if parent == "stems" else f"{parent}/{stem}")
        elif "." in stem:
            song, _, word = stem.rpartition(".")
            place, instrument = "/".join(folders), instrument_of(word, vocabulary)
        elif folders and instrument_of(stem, vocabulary):
            place, song, instrument = "/".join(folders), folders[-1], instrument_of(stem, vocabulary)
        elif len(folders) >= 2:
            song, instrument = folders[-2], instrument_of(parent, vocabulary)
        else:
            continue
        if instrument and stem.lower() not in _MIXES:
            found.setdefault((place, song), {}).setdefault(instrument, []).append(name)
    return tuple(
        StemSong(song, next(iter(next(iter(stems.values())))), {key: tuple(names) for key, names in stems.items()})
        for (_, song), stems in sorted(found.items())
        if len(stems) >= 2
    )


def _slakh(text: str, vocabulary: Vocabulary) -> dict[str, str | None]:
    """Slakh's metadata.yaml: stem -> instrument. Read by lines: it is flat, and YAML would be one more dependency."""
    stems: dict[str, str | None] = {}
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


def _moises(text: str, vocabulary: Vocabulary) -> dict[str, str | None]:
    """MoisesDB's data.json: "stem/track" -> instrument of the track's type, else of its stem, else OTHER, for the mix
    holds it. "Guitar" alone would call acoustic and distorted ones by one name. None is no music."""
    tracks: dict[str, str | None] = {}
    try:
        for stem in json.loads(text)["stems"]:
            for track in stem["tracks"]:
                # What stands in brackets or after a comma are examples.
                kind = _plain(re.split(r"_?\(|,", track["trackType"])[0])
                found = instrument_of(kind, vocabulary) or instrument_of(stem["stemName"], vocabulary) or OTHER
                if found == OTHER and stem["stemName"] == VOCALS:  # vocoders and the like
                    found = VOCALS
                tracks[f"{stem['stemName']}/{track['id']}"] = None if kind == _CLICK else found
    except (ValueError, KeyError, TypeError):
        return {}  # another data.json: its neighbours go by their names
    return tracks
