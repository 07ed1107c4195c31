"""From what the user wants to jobs: one for each edit of a sentence, as often as there are to be variations."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from engine.instruction import Instruction, region_within
from engine.session import Round
from instructme_app.model.jobs import Job

MOST_VARIATIONS = 8
SEEDS = 1_000_000
"""New seeds are drawn below this: six digits can be read out and typed."""


@dataclass(frozen=True)
class Wish:
    """How an instruction is to be carried out. None is the model's own choice, and of `seed` a new one each time."""

    seed: int | None = None
    region: tuple[float, float] | None = None
    steps: int | None = None
    guidance: float | None = None
    strength: float = 1.0
    variations: int = 1


def jobs_for(
    text: str, instructions: Sequence[Instruction], wish: Wish, base: Job | None, current: str, duration: float
) -> tuple[Job, ...]:
    """They stand on the job `base`, or on the round `current`. Variations edit the same and differ in their seeds:
    they count up from the one that is wished for. `duration` is the song's, in seconds."""
    jobs: list[Job] = []
    for variation in range(max(1, min(wish.variations, MOST_VARIATIONS))):
        group, below = uuid.uuid4().hex, base
        for instruction in instructions:
            below = Job(
                id=uuid.uuid4().hex,
                text=instruction.wording,
                typed=text,
                seed=secrets.randbelow(SEEDS) if wish.seed is None else wish.seed + variation,
                parent=current if below is None else None,
                after=below.id if below is not None else None,
                region=region_within(instruction.region, duration) or wish.region,
                steps=wish.steps,
                guidance=wish.guidance,
                strength=wish.strength,
                group=group,
            )
            jobs.append(below)
    return tuple(jobs)


def can_repeat(entry: Round | None) -> bool:
    """Whether a round was made by the model, of a round that is still there, so that it can be made again."""
    return entry is not None and entry.parent is not None and entry.taken_from is None and not entry.detached


def again(entry: Round) -> Job:
    """A round once more, beside it, with another seed."""
    seed = secrets.randbelow(SEEDS)
    return Job(
        id=uuid.uuid4().hex,
        text=entry.understood or entry.instruction,
        typed=entry.instruction,
        seed=(seed + 1) % SEEDS if seed == entry.seed else seed,
        parent=entry.parent,
        region=entry.region,
        # A round that needed no sampling says 0.
        steps=entry.steps or None,
        guidance=entry.guidance,
        strength=1.0 if entry.strength is None else entry.strength,
        group=uuid.uuid4().hex,
        seat=entry.id,
    )
