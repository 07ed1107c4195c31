"""How people say the five edits: words for the text encoder beyond Table 5."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.instruction import Instruction, Operation
from engine.vocabulary import Vocabulary

CANONICAL = 0.5
"""Share of texts in Table 5's own wording, which is what the engine gives the text encoder."""

_PHRASES: dict[Operation, tuple[str, ...]] = {
    Operation.ADD: (
        "add {x}", "add some {x}", "put in {x}", "put {x} on top", "bring in the {x}",
        "give it {x}", "I want to hear {x} as well", "add {x} to the mix", "include {x}",
        "layer {x} over it", "throw in some {x}",
    ),
    Operation.REMOVE: (
        "remove {x}", "remove the {x}", "take out the {x}", "take {x} away", "delete the {x}", "get rid of the {x}",
        "drop the {x}", "mute the {x}", "without {x}", "no {x} please", "strip the {x}", "cut the {x}",
        "lose the {x}", "silence the {x}", "leave out the {x}",
    ),
    Operation.EXTRACT: (
        "extract {x}", "extract the {x}", "isolate the {x}", "solo the {x}", "only the {x}", "keep only {x}",
        "just the {x}", "give me the {x} alone", "separate the {x}", "pull out the {x}", "let me hear only the {x}",
    ),
    Operation.REPLACE: (
        "replace {x} with {y}", "replace the {x} with {y}", "swap the {x} for {y}", "change the {x} to {y}",
        "turn the {x} into {y}", "exchange {x} for {y}", "use {y} instead of {x}", "substitute {y} for the {x}",
        "switch {x} to {y}", "make the {x} a {y}",
    ),
    Operation.REMIX: (
        "remix with {x}", "remix it with {x}", "rearrange for {x}",
        "arrange it for {x}",
    ),
}  # fmt: skip

_GENRE_PHRASES = (
    "remix to {g} genre", "remix to {g}", "make it {g}", "turn it into {g}", "play it as {g}", "a {g} version",
    "remix in {g} style", "give it a {g} feel", "rearrange it as {g}",
)  # fmt: skip


def wording(instruction: Instruction, vocabulary: Vocabulary, rng: np.random.Generator) -> str:
    """One way to say the instruction: Table 5's half of the time, else an everyday one with everyday names."""
    if rng.random() < CANONICAL:
        return instruction.text
    # "Remove the guitars" means them all, "add guitar" means one of them.
    whole = instruction.operation in (Operation.REMOVE, Operation.EXTRACT)
    names = _listed(instruction.instruments, vocabulary, rng, families=whole)
    if instruction.genre is not None:
        term = next((term for term in vocabulary.genres if term.name == instruction.genre), None)
        spoken = [instruction.genre, *(term.aliases if term else ())]
        text = str(rng.choice(_GENRE_PHRASES)).format(g=rng.choice(spoken))
        text += f" with {names}" if names else ""
    else:
        text = str(rng.choice(_PHRASES[instruction.operation])).format(
            x=names, y=_listed(instruction.replacement, vocabulary, rng)
        )
    return text.capitalize() if rng.random() < 0.5 else text


def _listed(names: Sequence[str], vocabulary: Vocabulary, rng: np.random.Generator, *, families: bool = False) -> str:
    """`drums, bass and piano`, a family by its own name, each now and then by an alias."""
    complete = [term for term in vocabulary.families if families and set(term.members) <= set(names)]
    # Families go by their names: "synthesizers" also is the plural of one of the members' aliases.
    spoken = [term.name for term in complete]
    covered = {member for term in complete for member in term.members}
    aliases = {term.name: term.aliases for term in vocabulary.instruments}
    spoken += [_spoken((name, *aliases.get(name, ())), rng) for name in names if name not in covered]
    if len(spoken) > 1 and rng.random() < 0.6:
        return f"{', '.join(spoken[:-1])} and {spoken[-1]}"
    return ", ".join(spoken)


def _spoken(choices: Sequence[str], rng: np.random.Generator) -> str:
    # The vocabulary's own name most often: an alias such as "cello" is narrower than the stem it stands for here.
    return choices[0] if rng.random() < 0.7 else str(rng.choice(choices))
