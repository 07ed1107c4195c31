"""Who can play what: the ranges of instruments, and a song handed to other players.

Songs found in the wild have a guitar and a piano in nearly every bar and a clarinet in one of fifty. `reorchestrate`
gives parts away with about the same chance for every instrument that can play them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from engine.vocabulary import Vocabulary
from training.synthesis.song import END, PITCH, START, VELOCITY, Part, Song, sorted_notes


@dataclass(frozen=True)
class Player:
    """What an instrument can do. `low` and `high` are MIDI pitches that sound like it."""

    low: int
    high: int
    chords: bool = True
    """Whether it plays several notes at once (a section counts)."""


PLAYERS: dict[str, Player] = {
    "vocals": Player(45, 79, chords=False),
    "bass": Player(28, 55, chords=False),
    "piano": Player(28, 100),
    "organ": Player(36, 96),
    "accordion": Player(48, 91),
    "acoustic guitar": Player(40, 83),
    "electric guitar": Player(40, 86),
    "distorted guitar": Player(40, 86),
    "strings": Player(36, 96),
    "choir": Player(43, 84),
    "trumpet": Player(48, 84, chords=False),
    "brass": Player(43, 82),
    "saxophone": Player(46, 84, chords=False),
    "flute": Player(60, 96, chords=False),
    "clarinet": Player(50, 89, chords=False),
    "synth lead": Player(45, 96, chords=False),
    "synth pad": Player(36, 91),
    "mallets": Player(53, 96),
}

_TOP_LINES = 0.3
"""Chance that a part of chords goes as its top line to a player of single notes: leads alone are too few for them."""

_ODD_PROGRAMS = frozenset({31, 55, 120})
"""Harmonics, orchestra hits and fret noise: they belong to an instrument but do not sound the note that is written."""


def programs_of(vocabulary: Vocabulary, instrument: str) -> tuple[int, ...]:
    """General MIDI programs that sound like the instrument and play the written pitch."""
    term = next(term for term in vocabulary.instruments if term.name == instrument)
    return tuple(program for program in term.programs if program not in _ODD_PROGRAMS)


def polyphony(part: Part) -> float:
    """Mean number of notes sounding while any sounds."""
    notes = part.notes
    if len(notes) == 0:
        return 0.0
    events = np.concatenate([notes[:, START], notes[:, END]])
    change = np.concatenate([np.ones(len(notes)), -np.ones(len(notes))])
    order = np.lexsort((change, events))
    sounding = np.cumsum(change[order])[:-1]
    width = np.diff(events[order])
    total = width[sounding > 0].sum()
    return float((sounding * width).sum() / total) if total > 0 else 1.0


def in_range(part: Part, instrument: str) -> Part:
    """The part moved by octaves into the instrument's range; single notes that still stick out are folded back."""
    player = PLAYERS.get(instrument)
    if player is None or len(part.notes) == 0:
        return part
    notes = part.notes.copy()
    pitch = notes[:, PITCH]
    middle = (player.low + player.high) / 2
    pitch = pitch + 12 * np.round((np.clip(np.median(pitch), player.low + 6, player.high - 6) - np.median(pitch)) / 12)
    if abs(np.median(pitch) - middle) > 24:
        pitch = pitch + 12 * np.round((middle - np.median(pitch)) / 12)
    pitch = np.where(pitch > player.high, pitch - 12 * np.ceil((pitch - player.high) / 12), pitch)
    pitch = np.where(pitch < player.low, pitch + 12 * np.ceil((player.low - pitch) / 12), pitch)
    notes[:, PITCH] = pitch
    return replace(part, notes=notes)


def top_line(part: Part) -> Part:
    """Only the highest of notes struck together, each ended by the next: what a wind player makes of chords."""
    kept: list[np.ndarray] = []
    for note in part.notes:
        if kept and note[START] - kept[-1][START] < 0.03:
            if note[PITCH] > kept[-1][PITCH]:
                kept[-1] = note.copy()
        else:
            if kept:
                kept[-1][END] = min(kept[-1][END], note[START])
            kept.append(note.copy())
    return replace(part, notes=sorted_notes(np.array(kept)))


def given_to(part: Part, instrument: str, vocabulary: Vocabulary, rng: np.random.Generator) -> Part:
    """The part for another instrument: in its range, single notes where it has one voice, one of its programs."""
    if instrument == "vocals":
        return replace(in_range(top_line(part), instrument), instrument=instrument, program=0)
    if not PLAYERS[instrument].chords and polyphony(part) > 1.3:
        part = top_line(part)
    program = int(rng.choice(programs_of(vocabulary, instrument)))
    return replace(in_range(part, instrument), instrument=instrument, program=program)


def reorchestrate(
    song: Song,
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    *,
    share: float = 0.6,
    sing: float = 0.5,
    keep: Collection[str] = ("drums", "bass"),
) -> Song:
    """Some `share` of the melodic parts given to other instruments, each possible one with the same chance.

    A lead is sung with probability `sing`, else played. Instruments in `keep` stay with their parts. Nobody gets an
    instrument that another part has already, so that stems stay apart.
    """
    taken = {part.instrument for part in song.parts if part.instrument in keep}
    melodic = [name for name in PLAYERS if name not in keep and name != "vocals"]
    moved: list[Part] = []
    for part in song.parts:
        if part.instrument is None or part.instrument in keep:
            moved.append(part)
            continue
        if part.lead and rng.random() < sing:
            moved.append(given_to(part, "vocals", vocabulary, rng))
            continue
        if part.lead or part.instrument == "vocals" or rng.random() < share:
            chordal = polyphony(part) > 1.3
            choices = [name for name in melodic if name not in taken and (PLAYERS[name].chords or not chordal)]
            if chordal and rng.random() < _TOP_LINES:
                choices = [name for name in melodic if name not in taken and not PLAYERS[name].chords]
            if choices:
                part = given_to(part, str(rng.choice(choices)), vocabulary, rng)
        taken.add(part.instrument)
        moved.append(part)
    return replace(song, parts=tuple(moved))


def electrified(song: Song, vocabulary: Vocabulary, rng: np.random.Generator, *, share: float = 0.75) -> Song:
    """Some `share` of what is neither drums, bass nor sung given to synthesizers, several parts to the same instrument:
    what an electronic song calls its synth is arpeggio, chords and lead at once."""

    def player(part: Part) -> Part:
        if part.instrument in (None, "drums", "bass", "vocals") or rng.random() >= share:
            return part
        name = "synth pad" if rng.random() < 0.35 else "synth lead"
        program = int(rng.choice(programs_of(vocabulary, name)))
        return replace(in_range(part, name), instrument=name, program=program)

    return replace(song, parts=tuple(player(part) for part in song.parts))


def humanised(song: Song, rng: np.random.Generator, *, timing: float = 0.006, velocity: float = 7.0) -> Song:
    """Timing (deviation in seconds) and velocity of every note wander a little; each part leans early or late."""

    def played(part: Part) -> Part:
        if len(part.notes) == 0:
            return part
        notes = part.notes.copy()
        shift = rng.normal(0, timing, len(notes)) + rng.normal(0, timing / 2)
        notes[:, START] = np.maximum(notes[:, START] + shift, 0)
        notes[:, END] = np.maximum(notes[:, END] + shift, notes[:, START] + 0.02)
        notes[:, VELOCITY] = np.clip(
            notes[:, VELOCITY] + rng.normal(0, velocity, len(notes)) + rng.normal(0, velocity), 15, 127
        )
        return replace(part, notes=sorted_notes(notes))

    return replace(song, parts=tuple(played(part) for part in song.parts))
