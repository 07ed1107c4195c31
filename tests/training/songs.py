"""Small songs and collections of them, made anew for the tests that need them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pretty_midi
import soundfile

from engine.analysis.chords import chord_index
from engine.grid import FRAME_RATE, SAMPLE_RATE
from engine.vocabulary import Vocabulary
from training.clip import Clip
from training.synthesis.song import Part, Song, chord_track, sorted_notes

VOCABULARY = Vocabulary.default()
_TRIADS = {"C": (60, 64, 67), "F": (60, 65, 69), "G": (59, 62, 67)}
_LOOP = ["C", "C", "F", "G"]


def small_song(bars: int = 8) -> Song:
    """Piano, bass, drums and a melody over C C F G at 120 a minute, two chords a bar."""
    names = [_LOOP[beat // 2 % 4] for beat in range(4 * bars)]
    piano = [(b / 2, b / 2 + 0.45, key, 80) for b, name in enumerate(names) for key in _TRIADS[name]]
    bass = [(b / 2, b / 2 + 0.4, _TRIADS[name][0] - 24, 90) for b, name in enumerate(names)]
    drums = [(b / 2, b / 2 + 0.1, 36 if b % 2 == 0 else 38, 100) for b in range(len(names))]
    lead = [(b / 2, b / 2 + 0.9, _TRIADS[names[b]][2], 95) for b in range(0, len(names), 2)]
    parts = (
        Part(sorted_notes(drums), "drums"),
        Part(sorted_notes(bass), "bass", 33),
        Part(sorted_notes(piano), "piano", 0),
        Part(sorted_notes(lead), "vocals", 0, lead=True),
    )
    beats = np.arange(len(names)) * 0.5
    chords = np.array([chord_index(name) for name in names], np.int16)
    return Song("small", parts, beats, np.arange(len(names)) % 4 == 0, chords, 120.0, "C:maj", "rock")


def write_midi(path: Path, song: Song, *, instruments: tuple[str, ...] | None = None) -> None:
    midi = pretty_midi.PrettyMIDI(initial_tempo=song.bpm or 120.0)
    for part in song.parts:
        if instruments is not None and part.instrument not in instruments:
            continue
        track = pretty_midi.Instrument(part.program, is_drum=part.drums, name=str(part.instrument))
        for start, end, pitch, velocity in part.notes:
            track.notes.append(pretty_midi.Note(int(velocity), int(pitch), start, end))
        midi.instruments.append(track)
    path.parent.mkdir(parents=True, exist_ok=True)
    midi.write(str(path))


def write_arrangements(folder: Path, charts: tuple[int, ...] = (701, 801)) -> Path:
    """Each chart in two genres, as training.corpora.arrangements reads them."""
    song, rows = small_song(), []
    folder.mkdir(parents=True)
    for chart in charts:
        for genre in ("rock", "jazz"):
            name = f"{chart}-{genre}.mid"
            write_midi(folder / name, song, instruments=("drums", "bass", "piano"))
            labels = [f"{_LOOP[beat // 2 % 4]}:maj" for beat in range(32)]
            row = {"file": name, "chart": f"{chart}", "genre": genre, "groove": genre, "bpm": 120.0, "key": "C:maj"}
            rows.append(json.dumps(row | {"beats_per_bar": 4, "chords": labels}))
    (folder / "arrangements.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return folder


def write_pop909(folder: Path, charts: tuple[int, ...] = (701, 801)) -> Path:
    """Songs of a melody, a second voice and a piano, two bars of rest before the chords begin."""
    song = small_song()
    for chart in charts:
        place = folder / f"{chart}"
        place.mkdir(parents=True)
        late = Song(
            song.title,
            tuple(
                Part(part.notes + np.array([4.0, 4.0, 0, 0]), part.instrument, part.program)
                for part in (song.parts[3], song.parts[3], song.parts[2])
            ),
            bpm=120.0,
        )
        write_midi(place / f"{chart}.mid", late)
        beats = [f"{beat / 2} {float(beat % 4 == 0)} 0.0" for beat in range(40)]
        (place / "beat_midi.txt").write_text("\n".join(beats))
        spans = ["0.0\t4.0\tN"] + [f"{4 + b / 2}\t{4.5 + b / 2}\t{_LOOP[b // 2 % 4]}:maj" for b in range(32)]
        (place / "chord_midi.txt").write_text("\n".join(spans))
        (place / "key_audio.txt").write_text("0.0\t20.0\tC:maj\n")
    return folder


def write_stems(folder: Path, songs: tuple[str, ...] = ("lithium", "rubidium"), seconds: float = 8.0) -> Path:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for song in songs:
        for name, hertz in (("vocals", 440.0), ("synth", 220.0), ("drums", 0.0)):
            time = np.arange(round(seconds * 24_000)) / 24_000
            sound = 0.2 * np.sin(2 * np.pi * hertz * time) if hertz else 0.1 * rng.standard_normal(len(time))
            soundfile.write(folder / f"{song}.{name}.ogg", sound.astype(np.float32), 24_000)
    return folder


def write_groove(folder: Path) -> Path:
    rows = [(beat / 2, beat / 2 + 0.1, 22 if beat % 2 else 36, 90) for beat in range(16)]
    song = Song("groove", (Part(sorted_notes(rows), "drums"),), bpm=120.0)
    for drummer in range(1, 13):
        write_midi(folder / f"drummer{drummer}/session1/{drummer}_rock_120_beat_4-4.mid", song)
        write_midi(folder / f"drummer{drummer}/session1/{drummer}_rock_120_fill_4-4.mid", song)
    (folder / "info.csv").write_text("drummer,style\n")
    return folder


class WrittenSongs:
    """A collection without soundfonts: small songs in every key, each note a tone, and with a pair a second band."""

    name = "written"
    song_count = 12

    def __len__(self) -> int:
        return self.song_count

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        song = small_song().transposed(index)
        strings = replace(song.parts[2], notes=song.parts[2].notes + np.array([0, 0, 12, 0]), instrument="strings")
        song = replace(song, parts=(*song.parts, strings))
        return self._recorded(song, seconds, float(rng.uniform(0, song.duration - seconds)))

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip] | None:
        song = small_song().transposed(index)
        drums, bass, piano, lead = song.parts
        other = replace(song, parts=(drums, replace(bass, instrument="organ"), lead), genre="jazz")
        start = float(rng.uniform(0, song.duration - seconds))
        return self._recorded(song, seconds, start), self._recorded(other, seconds, start)

    def _recorded(self, song: Song, seconds: float, start: float) -> Clip:
        stems, notes = {}, {}
        time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        for part in song.parts:
            rows = part.notes - np.array([start, start, 0, 0])
            rows = rows[(rows[:, 0] >= 0) & (rows[:, 0] < seconds)]
            sound = np.zeros(time.size, np.float32)
            for begin, end, pitch, _ in rows:
                within = (time >= begin) & (time < end)
                sound[within] += 0.1 * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time[within])
            stems[str(part.instrument)], notes[str(part.instrument)] = sound, rows
        frames = round(seconds * FRAME_RATE)
        chords = chord_track(song, start, frames)
        return Clip(stems, chords=chords, notes=notes, genre=song.genre, origin=f"{song.title} at {start:.2f} s")
