"""What the model wrote, as a MIDI file that any music program opens.

One track an instrument, named and with its General MIDI program; drums on channel 10. The file has 120 beats a minute
whatever the song has, and a thousandth of a second at most is lost to rounding: laid at the beginning of the song, its
notes stand where they sound.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import mido
import numpy as np

from engine.score import END, PITCH, START, VELOCITY
from engine.vocabulary import Vocabulary

TICKS_PER_BEAT = 960
_TICKS_PER_SECOND = 2 * TICKS_PER_BEAT
_DRUM_CHANNEL = 9
_USUAL = {"vocals": 53, "bass": 33, "strings": 48, "flute": 73, "synth lead": 81, "synth pad": 89, "mallets": 11}
"""General MIDI programs for instruments whose first one is not what the word makes one expect: a solo violin."""
_CHANNELS = tuple(channel for channel in range(16) if channel != _DRUM_CHANNEL)


def write_midi(
    path: Path, notes: Mapping[str, np.ndarray], vocabulary: Vocabulary, called: Mapping[str, str] | None = None
) -> None:
    """Write `notes` (instrument -> (n, 4) of engine.score, in seconds of the song) to `path`, and wait for the disk.
    `called`: what an instrument was asked for as, where that name has a sound of its own ("harp", of the strings)."""
    song = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT)
    programs = {term.name: term.programs[0] for term in vocabulary.instruments if term.programs} | _USUAL
    programs |= {instrument: vocabulary.programs(instrument, name)[0] for instrument, name in (called or {}).items()}
    for number, (instrument, rows) in enumerate(notes.items()):
        drums = instrument == "drums"
        channel = _DRUM_CHANNEL if drums else _CHANNELS[number % len(_CHANNELS)]
        track = song.add_track(instrument)
        if instrument in programs:
            track.append(mido.Message("program_change", channel=channel, program=programs[instrument]))
        now = 0
        for tick, kind, key, velocity in _events(rows):
            track.append(mido.Message(kind, channel=channel, note=key, velocity=velocity, time=tick - now))
            now = tick
    with path.open("wb") as file:
        song.save(file=file)
        file.flush()
        os.fsync(file.fileno())


def _events(rows: np.ndarray) -> list[tuple[int, str, int, int]]:
    """(tick, message, key, velocity) in their order: at one instant, ends come before beginnings."""
    events: list[tuple[int, str, int, int]] = []
    for row in rows:
        first = max(round(float(row[START]) * _TICKS_PER_SECOND), 0)
        last = max(round(float(row[END]) * _TICKS_PER_SECOND), first + 1)
        key, velocity = int(np.clip(row[PITCH], 0, 127)), int(np.clip(round(row[VELOCITY]), 1, 127))
        events += [(first, "note_on", key, velocity), (last, "note_off", key, 0)]
    return sorted(events, key=lambda event: (event[0], event[1] == "note_on"))
