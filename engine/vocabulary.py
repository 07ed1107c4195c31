"""The words the model knows: instruments, families of them, and genres, from one JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.resources import RESOURCES

VOCALS = "vocals"
"""The instrument that a remix keeps, and that nothing else replaces."""


@dataclass(frozen=True)
class Term:
    """One thing with its everyday names. `members` is filled for families ("guitar") only, `band` for genres: who
    plays it, the most usual first. `sounds` says which General MIDI programs of an instrument are meant by a name of
    it: a harp is one of the strings that we can hear, but who adds a harp wants no violin."""

    name: str
    aliases: tuple[str, ...] = ()
    programs: tuple[int, ...] = ()
    members: tuple[str, ...] = ()
    band: tuple[str, ...] = ()
    sounds: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def sound_of(self, name: str) -> tuple[int, ...]:
        """The programs that are meant by `name`, one of its names as they stand here; none where any will do."""
        return dict(self.sounds).get(name, ())


@dataclass(frozen=True)
class Vocabulary:
    """What can be asked of a model. A bundle carries its own copy: it says what that model has learnt."""

    instruments: tuple[Term, ...]
    families: tuple[Term, ...]
    genres: tuple[Term, ...]

    @classmethod
    def default(cls) -> Vocabulary:
        """The repository's vocabulary, on which new models are trained."""
        return cls.read(RESOURCES / "vocabulary.json")

    @classmethod
    def read(cls, path: Path) -> Vocabulary:
        return cls.from_json(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Vocabulary:
        """Raises KeyError or TypeError where the mapping is not a vocabulary."""

        def terms(key: str) -> tuple[Term, ...]:
            return tuple(
                Term(
                    entry["name"],
                    tuple(entry.get("aliases", ())),
                    tuple(entry.get("programs", ())),
                    tuple(entry.get("members", ())),
                    tuple(entry.get("band", ())),
                    tuple((name, tuple(programs)) for name, programs in entry.get("sounds", {}).items()),
                )
                for entry in data[key]
            )

        return cls(terms("instruments"), terms("families"), terms("genres"))

    def to_json(self) -> dict[str, Any]:
        def entries(terms: tuple[Term, ...]) -> list[dict[str, Any]]:
            return [
                {"name": term.name, "aliases": list(term.aliases)}
                | ({"programs": list(term.programs)} if term.programs else {})
                | ({"members": list(term.members)} if term.members else {})
                | ({"band": list(term.band)} if term.band else {})
                | ({"sounds": {name: list(programs) for name, programs in term.sounds}} if term.sounds else {})
                for term in terms
            ]

        return {
            "format": 1,
            "instruments": entries(self.instruments),
            "families": entries(self.families),
            "genres": entries(self.genres),
        }

    @cached_property
    def instrument_names(self) -> tuple[str, ...]:
        """In the order of the listener's instrument channel and of the renderer's query."""
        return tuple(term.name for term in self.instruments)

    @cached_property
    def genre_names(self) -> tuple[str, ...]:
        return tuple(term.name for term in self.genres)

    @cached_property
    def _by_program(self) -> dict[int, str]:
        return {program: term.name for term in self.instruments for program in term.programs}

    def instrument(self, name: str) -> Term:
        """Raises KeyError where there is none."""
        return {term.name: term for term in self.instruments}[name]

    def programs(self, instrument: str, name: str | None = None) -> tuple[int, ...]:
        """General MIDI programs (0-127) that play an instrument of the vocabulary where it is called `name`; none where
        any will do. Raises KeyError for another instrument."""
        term = self.instrument(instrument)
        return (term.sound_of(name) if name else ()) or term.sound_of(instrument)

    def instrument_of_program(self, program: int) -> str | None:
        """The instrument of a General MIDI program (0-127), or None for sound effects."""
        return self._by_program.get(program)
