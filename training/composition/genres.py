"""What makes a genre: tempo, swing, harmony, groove, bass, and who plays what around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.composition.harmony import HarmonicStyle


@dataclass(frozen=True)
class Chair:
    """One player's place in the band."""

    role: str
    """`comp <style>`, `arpeggio <style>` or `pad`, as in patterns."""
    players: tuple[str, ...]
    """Instruments of the vocabulary that may sit here."""
    chance: float = 0.8


@dataclass(frozen=True)
class Genre:
    bpm: tuple[float, float]
    harmony: HarmonicStyle
    drums: tuple[str, ...]
    bass: tuple[str, ...]
    chairs: tuple[Chair, ...]
    lead: tuple[str, ...]
    """Who plays the melody where nobody sings."""
    swing: float = 0.0
    """0 straight, 1 triplets: how late the second eighth of a beat comes."""
    drummed: float = 0.95
    """Chance that there are drums."""


_PADS = ("strings", "synth pad", "choir", "organ")

GENRES: Mapping[str, Genre] = {
    "rock": Genre(
        (100, 165),
        HarmonicStyle(0.4, 0.05, 0.6, 0.1),
        ("rock",),
        ("eighths", "roots", "syncopated"),
        (
            Chair("comp eighths", ("distorted guitar", "electric guitar"), 0.9),
            Chair("comp strum", ("electric guitar", "acoustic guitar", "piano"), 0.7),
            Chair("pad", _PADS, 0.3),
            Chair("comp whole", ("organ", "distorted guitar"), 0.4),
        ),
        ("distorted guitar", "electric guitar", "synth lead", "saxophone"),
    ),
    "jazz": Genre(
        (95, 190),
        HarmonicStyle(0.4, 0.95, 0.05, 0.55),
        ("swing", "brushes"),
        ("walking", "two"),
        (
            Chair("comp charleston", ("piano", "electric guitar", "mallets", "organ"), 0.95),
            Chair("comp quarters", ("acoustic guitar", "electric guitar"), 0.4),
            Chair("comp stabs", ("brass",), 0.35),
            Chair("pad", ("strings", "clarinet"), 0.2),
        ),
        ("saxophone", "trumpet", "clarinet", "flute", "mallets", "piano"),
        swing=0.9,
    ),
    "latin": Genre(
        (90, 150),
        HarmonicStyle(0.5, 0.6, 0.2, 0.3),
        ("bossa",),
        ("tumbao", "two"),
        (
            Chair("comp bossa", ("acoustic guitar", "electric guitar", "piano"), 0.9),
            Chair("comp montuno", ("piano", "mallets", "accordion"), 0.6),
            Chair("comp stabs", ("brass", "trumpet"), 0.35),
            Chair("pad", ("strings", "choir"), 0.25),
        ),
        ("flute", "trumpet", "saxophone", "acoustic guitar", "clarinet"),
    ),
    "blues": Genre(
        (70, 130),
        HarmonicStyle(0.25, 0.6, 0.2, 0.1, blues=0.8),
        ("shuffle",),
        ("boogie", "walking", "roots"),
        (
            Chair("comp charleston", ("electric guitar", "piano"), 0.8),
            Chair("comp whole", ("organ",), 0.5),
            Chair("comp stabs", ("brass", "saxophone"), 0.4),
            Chair("comp quarters", ("distorted guitar", "piano"), 0.4),
        ),
        ("electric guitar", "accordion", "saxophone", "distorted guitar"),
        swing=1.0,
    ),
    "country": Genre(
        (85, 150),
        HarmonicStyle(0.15, 0.05, 0.4, 0.15),
        ("train",),
        ("two", "roots"),
        (
            Chair("comp strum", ("acoustic guitar",), 0.95),
            Chair("comp oom-pah", ("piano", "acoustic guitar"), 0.5),
            Chair("arpeggio eighths", ("acoustic guitar", "electric guitar"), 0.5),
            Chair("pad", ("strings", "accordion"), 0.35),
        ),
        ("electric guitar", "strings", "accordion", "acoustic guitar"),
    ),
    "soul": Genre(
        (70, 115),
        HarmonicStyle(0.45, 0.7, 0.3, 0.3),
        ("funk", "ballad"),
        ("syncopated", "roots"),
        (
            Chair("comp scratch", ("electric guitar",), 0.7),
            Chair("comp halves", ("piano", "organ"), 0.8),
            Chair("comp stabs", ("brass", "saxophone", "trumpet"), 0.55),
            Chair("pad", ("choir", "strings", "synth pad"), 0.4),
        ),
        ("saxophone", "organ", "trumpet", "flute"),
    ),
    "pop ballad": Genre(
        (60, 92),
        HarmonicStyle(0.3, 0.25, 0.5, 0.25),
        ("ballad",),
        ("roots",),
        (
            Chair("arpeggio eighths", ("piano", "acoustic guitar", "electric guitar"), 0.9),
            Chair("pad", _PADS, 0.75),
            Chair("comp halves", ("piano", "acoustic guitar"), 0.4),
            Chair("arpeggio eighths", ("mallets", "flute"), 0.2),
        ),
        ("flute", "clarinet", "saxophone", "strings", "piano"),
        drummed=0.8,
    ),
    "electronic": Genre(
        (110, 140),
        HarmonicStyle(0.7, 0.15, 0.8, 0.05),
        ("four on the floor",),
        ("octaves", "off", "syncopated"),
        (
            Chair("arpeggio sixteenths", ("synth lead", "mallets", "piano"), 0.7),
            Chair("pad", ("synth pad", "strings", "choir"), 0.8),
            Chair("comp off beats", ("synth lead", "piano", "brass"), 0.5),
            Chair("comp stabs", ("synth lead", "piano"), 0.3),
        ),
        ("synth lead", "flute", "mallets"),
    ),
    "ska": Genre(
        (75, 160),
        HarmonicStyle(0.4, 0.1, 0.4, 0.15),
        ("one drop",),
        ("off", "eighths", "walking"),
        (
            Chair("comp off beats", ("electric guitar", "organ", "piano"), 0.95),
            Chair("comp off beats", ("organ", "acoustic guitar"), 0.4),
            Chair("comp stabs", ("brass", "trumpet", "saxophone"), 0.6),
        ),
        ("trumpet", "saxophone", "brass", "accordion"),
    ),
    "folk": Genre(
        (75, 130),
        HarmonicStyle(0.4, 0.05, 0.25, 0.2),
        ("brushes", "train"),
        ("roots", "two"),
        (
            Chair("arpeggio eighths", ("acoustic guitar",), 0.9),
            Chair("comp strum", ("acoustic guitar", "accordion"), 0.5),
            Chair("pad", ("accordion", "strings", "choir"), 0.4),
            Chair("comp quarters", ("piano", "mallets"), 0.25),
        ),
        ("flute", "clarinet", "accordion", "strings"),
        drummed=0.5,
    ),
    "march": Genre(
        (95, 125),
        HarmonicStyle(0.15, 0.1, 0.1, 0.35),
        ("march",),
        ("two", "roots"),
        (
            Chair("comp oom-pah", ("brass", "accordion", "clarinet"), 0.95),
            Chair("comp quarters", ("trumpet", "brass", "strings"), 0.5),
            Chair("arpeggio eighths", ("clarinet", "flute"), 0.5),
            Chair("pad", ("strings", "brass"), 0.3),
        ),
        ("trumpet", "flute", "clarinet", "brass"),
    ),
    "broadway": Genre(
        (90, 160),
        HarmonicStyle(0.25, 0.6, 0.1, 0.45),
        ("swing", "brushes"),
        ("two", "walking"),
        (
            Chair("comp quarters", ("piano", "acoustic guitar"), 0.8),
            Chair("pad", ("strings",), 0.7),
            Chair("comp stabs", ("brass", "trumpet"), 0.6),
            Chair("arpeggio eighths", ("mallets", "flute", "clarinet"), 0.4),
        ),
        ("clarinet", "trumpet", "strings", "flute"),
        swing=0.6,
    ),
}
