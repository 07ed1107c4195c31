"""The words of the loaded model, and instructions that fit what is heard."""

from __future__ import annotations

from collections.abc import Sequence

from engine.messages import Ready
from engine.vocabulary import Term, Vocabulary

ADDED_FIRST = ("strings", "organ", "drums", "piano")
"""What is offered to be added, where it is not there already."""

APART = ("drums", "bass", "vocals")
"""Whose part nobody else plays well, and who play nobody else's."""


def learnt(ready: Ready) -> Vocabulary:
    """Only what the loaded model has learnt can be asked for, by all the names that we know for it."""

    def known(terms: tuple[Term, ...], names: tuple[str, ...]) -> tuple[Term, ...]:
        found = {term.name: term for term in terms}
        return tuple(found.get(name, Term(name)) for name in names)

    everything = Vocabulary.default()
    families = tuple(term for term in everything.families if set(term.members) <= set(ready.instruments))
    return Vocabulary(
        known(everything.instruments, ready.instruments), families, known(everything.genres, ready.genres)
    )


def suggest(heard: Sequence[str], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Up to four instructions; nothing is offered for removal that is not heard."""
    absent = [name for name in ADDED_FIRST if name not in heard and name in vocabulary.instrument_names]
    lines = [f"remove the {name}" for name in heard[:1]] + [f"solo the {name}" for name in heard[1:2]]
    leaving = [name for name in heard[2:] if name not in APART]
    coming = [name for name in absent[1:] if name not in APART]
    if leaving and coming:
        lines.append(f"replace {leaving[0]} with {coming[0]}")
    return (*lines, *(f"add {name}" for name in absent[:1]))
