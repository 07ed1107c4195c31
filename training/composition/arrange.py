"""A lead sheet, and a band that plays it. The same sheet in another genre makes an aligned remix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.analysis.chords import ROOTS
from training.composition import patterns
from training.composition.genres import GENRES, Chair, Genre
from training.composition.harmony import MAJOR_SCALE, MINOR_SCALE, progression
from training.composition.melody import tune
from training.composition.patterns import Note
from training.synthesis.song import END, START, Part, Song, sorted_notes

_DEFAULT_PROGRAMS = {
    "bass": 33, "piano": 0, "organ": 16, "accordion": 21, "acoustic guitar": 25, "electric guitar": 27,
    "distorted guitar": 30, "strings": 48, "choir": 52, "trumpet": 56, "brass": 61, "saxophone": 66, "flute": 73,
    "clarinet": 71, "synth lead": 81, "synth pad": 89, "mallets": 11,
}  # fmt: skip


@dataclass(frozen=True)
class LeadSheet:
    """A song before anybody plays it: four beats a bar, one chord a beat, a melody."""

    title: str
    tonic: int
    mode: str
    """`maj` or `min`."""
    bpm: float
    chords: np.ndarray
    """(beats,) int16 classes."""
    melody: np.ndarray
    """(notes, 4): start and end in beats, pitch, velocity."""

    @property
    def key(self) -> str:
        return f"{ROOTS[self.tonic]}:{self.mode}"

    @property
    def bars(self) -> int:
        return len(self.chords) // 4


def write_sheet(genre: str, rng: np.random.Generator, *, title: str = "") -> LeadSheet:
    """A new song of 16 to 32 bars in the manner of a genre. KeyError for a genre that is not in GENRES."""
    manner = GENRES[genre]
    mode = "min" if rng.random() < manner.harmony.minor else "maj"
    tonic = int(rng.integers(12))
    bars = int(rng.choice([16, 20, 24, 32]))
    chords, tonics = progression(manner.harmony, tonic, mode, bars, rng)
    scale = MAJOR_SCALE if mode == "maj" else MINOR_SCALE
    melody = tune(chords, tonics, scale, rng, centre=int(rng.integers(60, 71)))
    return LeadSheet(
        title or f"{genre} in {ROOTS[tonic]}", tonic, mode, float(rng.uniform(*manner.bpm)), chords, melody
    )


def arrange(
    sheet: LeadSheet, genre: str, rng: np.random.Generator, *, instruments: Sequence[str] | None = None
) -> Song:
    """The sheet played by a band of the genre, at the sheet's own tempo.

    instruments: who may play; None leaves it to the genre. The melody is a lead part for vocals, which a studio
    may give to another player. KeyError for a genre that is not in GENRES.
    """
    manner = GENRES[genre]
    allowed = None if instruments is None else set(instruments)
    parts: list[Part] = []
    if _may("drums", allowed) and (rng.random() < manner.drummed or allowed is not None):
        parts.append(_part(patterns.drums(str(rng.choice(manner.drums)), sheet.bars, rng), "drums", sheet, manner))
    if _may("bass", allowed):
        parts.append(_part(patterns.bass(str(rng.choice(manner.bass)), sheet.chords, rng), "bass", sheet, manner))
    seats = [chair for chair in manner.chairs if rng.random() < chair.chance] or [manner.chairs[0]]
    taken: set[str] = set()
    for chair in seats:
        players = [name for name in chair.players if name not in taken and _may(name, allowed)]
        if players:
            player = str(rng.choice(players))
            taken.add(player)
            parts.append(_part(_played(chair, sheet.chords, rng), player, sheet, manner))
    if allowed is not None:  # whoever was asked for and found no chair gets one
        for name in sorted(allowed - taken - {"drums", "bass", "vocals"}):
            chair = manner.chairs[rng.integers(len(manner.chairs))]
            parts.append(_part(_played(chair, sheet.chords, rng), name, sheet, manner))
    lead = "vocals" if _may("vocals", allowed) else next((name for name in manner.lead if _may(name, allowed)), None)
    if lead is not None:
        parts.append(_part([tuple(note) for note in sheet.melody], lead, sheet, manner, lead=True))
    beats = np.arange(len(sheet.chords)) * 60 / sheet.bpm
    down = np.arange(len(sheet.chords)) % 4 == 0
    return Song(sheet.title, tuple(parts), beats, down, sheet.chords, sheet.bpm, sheet.key, genre)


def compose(genre: str, rng: np.random.Generator, instruments: Sequence[str] | None = None) -> Song:
    """A new song in the genre. KeyError for a genre that is not in GENRES."""
    return arrange(write_sheet(genre, rng), genre, rng, instruments=instruments)


def accompanied(song: Song, genre: str, rng: np.random.Generator) -> Song:
    """A song that knows its beats and chords, joined by the genre's rhythm section and a player or two.

    What is there already is not doubled. The song itself where its bars are not of four beats. Where no chord is
    known nobody joins but the drums.
    """
    if song.beats is None or song.chords is None or song.downbeats is None or len(song.beats) < 8:
        return song
    first = int(np.argmax(song.downbeats))
    bars = (len(song.beats) - first) // 4
    if bars < 2 or float(np.mean(np.diff(np.flatnonzero(song.downbeats)) == 4)) < 0.8:
        return song
    manner, taken = GENRES[genre], {part.instrument for part in song.parts}
    chords = np.maximum(song.chords[first : first + 4 * bars], 0)
    joining: list[tuple[str, list[Note]]] = []
    if "drums" not in taken and rng.random() < manner.drummed:
        joining.append(("drums", patterns.drums(str(rng.choice(manner.drums)), bars, rng)))
    if "bass" not in taken:
        joining.append(("bass", patterns.bass(str(rng.choice(manner.bass)), chords, rng)))
    for chair in manner.chairs:
        players = [name for name in chair.players if name not in taken]
        if players and rng.random() < 0.5 * chair.chance:
            player = str(rng.choice(players))
            taken.add(player)
            joining.append((player, _played(chair, chords, rng)))
    parts = list(song.parts)
    numbers = np.arange(len(song.beats))
    for instrument, notes in joining:
        rows = np.array(notes, dtype=np.float64).reshape(-1, 4)
        if instrument != "drums":
            rows = rows[chords[np.clip(rows[:, START].astype(int), 0, len(chords) - 1)] > 0]
        rows[:, START] = np.interp(_swung(rows[:, START], manner.swing) + first, numbers, song.beats)
        rows[:, END] = np.interp(_swung(rows[:, END], manner.swing) + first, numbers, song.beats)
        rows[:, END] = np.maximum(rows[:, END], rows[:, START] + 0.03)
        parts.append(Part(sorted_notes(rows), instrument, _DEFAULT_PROGRAMS.get(instrument, 0)))
    return replace(song, parts=tuple(parts), genre=genre)


def _may(name: str, allowed: set[str] | None) -> bool:
    return allowed is None or name in allowed


def _played(chair: Chair, chords: np.ndarray, rng: np.random.Generator) -> list[Note]:
    kind, _, style = chair.role.partition(" ")
    low = int(rng.choice([48, 52, 55, 60]))
    match kind:
        case "comp":
            return patterns.comp(style, chords, rng, low=low, size=int(rng.choice([3, 4])))
        case "arpeggio":
            return patterns.arpeggio(style, chords, rng, low=low)
        case _:
            return patterns.pad(chords, low=low)


def _part(notes: Sequence[Note], instrument: str, sheet: LeadSheet, manner: Genre, *, lead: bool = False) -> Part:
    """Beats -> seconds, with the genre's swing."""
    rows = np.array(notes, dtype=np.float64).reshape(-1, 4)
    rows[:, START] = _swung(rows[:, START], manner.swing) * 60 / sheet.bpm
    rows[:, END] = np.maximum(_swung(rows[:, END], manner.swing) * 60 / sheet.bpm, rows[:, START] + 0.03)
    return Part(sorted_notes(rows), instrument, _DEFAULT_PROGRAMS.get(instrument, 0), lead)


def _swung(beats: np.ndarray, swing: float) -> np.ndarray:
    """The second half of each beat, late by a third of it at most: 0.5 -> 0.667 at full swing."""
    if swing == 0:
        return beats
    whole, part = np.floor(beats), beats % 1.0
    middle = 0.5 + swing / 6
    return whole + np.interp(part, [0, 0.5, 1], [0, middle, 1])
