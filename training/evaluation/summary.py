"""What an evaluation says in short: which numbers were reached, where a model beats doing nothing and where not.

Every sentence here is made of figures; nothing is claimed by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.evaluation.cases import ABSENT, PAPER_TASKS
from training.evaluation.figures import FEWEST_CASES, Figures, Key, verdict
from training.evaluation.measuring import DECODED, OUTPUTS, RENDERED, ROUND_TRIP, UNEDITED
from training.evaluation.metrics import Summary
from training.evaluation.paper import CRA, FAD, IA, IOI, LOG_SPECTRAL, OUTPUT_TITLES, PCH, SI_SDR, SI_SDRI, SSIM
from training.evaluation.tables import Column

COMPARED = (SI_SDR, SSIM, FAD, IA, CRA, PCH, IOI)
WRONG = Column("residual_db", "wrong, dB", better=-1)
LEVEL = Column("level_db", "level, dBFS", better=-1)
MIXES = ("remove", "add", "replace", "remix")
"""Edits whose true targets are mixes, most of them of several instruments."""
PROTOTYPE_DISTANCE = 1.19
"""Loss of an autoencoder of 4 dB, convergence and logarithms in one; half of it is asked of our logarithms."""


@dataclass(frozen=True)
class Goal:
    """A number that the shipped model is to reach: the mean of `column` over `operations`, of one of its outputs."""

    title: str
    column: Column
    operations: tuple[str, ...]
    value: float
    output: str = RENDERED

    def reached(self, found: Summary) -> bool:
        return (found.mean - self.value) * self.column.better >= 0


GOALS = (
    Goal("mixes through the autoencoder", SI_SDR, MIXES, 8.0, ROUND_TRIP),
    Goal("mixes through the autoencoder", LOG_SPECTRAL, MIXES, PROTOTYPE_DISTANCE / 2, ROUND_TRIP),
    Goal("remove", SI_SDR, ("remove",), 11.3),
    Goal("remove, over the unedited source", SI_SDRI, ("remove",), 4.0),
    Goal("extract", SI_SDR, ("extract",), 7.0),
    Goal("extract, over the unedited source", SI_SDRI, ("extract",), 9.0),
    Goal("average of Table 1", IA, PAPER_TASKS, 0.80),
    Goal("average of Table 1", CRA, PAPER_TASKS, 0.70),
    Goal("average of Table 1", PCH, PAPER_TASKS, 0.74),
    Goal("average of Table 1", IOI, PAPER_TASKS, 0.70),
    Goal("remix", IA, ("remix",), 0.73),
    Goal("remix", CRA, ("remix",), 0.70),
    Goal("remix", PCH, ("remix",), 0.72),
    Goal("remix", IOI, ("remix",), 0.64),
    # An error this far below the source changes its level by half a decibel at most.
    Goal("removing what is not there", WRONG, ABSENT[:1], -24.5),
    Goal("extracting what is not there", LEVEL, ABSENT[1:], -40.0),
)


def in_short(figures: Figures) -> str:
    """Markdown: the goals, then wins and losses of the first system, then the other systems against it."""
    first = figures.systems[0]
    lines = ["## In short", ""]
    lines += [f"### Numbers to reach: {first}, rendered where nothing else is said", "", *_goals(figures, first), ""]
    lines += ["### Against doing nothing", ""]
    lines += [
        "Mean paired difference of each output to the unedited source. **better** and worse are said only where the "
        f"95% interval of {FEWEST_CASES} cases or more leaves out 0; everything else is open.",
        "",
        *_against(figures, [(first, RENDERED), (first, DECODED)], ("", UNEDITED)),
        "",
    ]
    lines += ["### Where we lose", "", *_losses(figures, first), ""]
    for other in figures.systems[1:]:
        lines += [f"### {other} against {first}", ""]
        for output in (DECODED, RENDERED):
            if any(figures.count((other, output), (name,)) for name in PAPER_TASKS):
                lines += [f"{OUTPUT_TITLES[output].capitalize()}:", ""]
                lines += [*_against(figures, [(other, output)], (first, output)), ""]
    return "\n".join(lines)


def _goals(figures: Figures, system: str) -> list[str]:
    lines = ["| what | figure | to reach | measured | |", "|---|---|---:|---:|---|"]
    for goal in GOALS:
        found = figures.of((system, goal.output), goal.column.metric, goal.operations)
        column = goal.column
        sign = "≥" if column.better > 0 else "≤"
        if found is None:
            measured, state = "–", "not measured"
        else:
            measured = f"{column.written(found.mean)} ({column.written(found.low)} to {column.written(found.high)})"
            state = "reached" if goal.reached(found) else "**not reached**"
        lines.append(f"| {goal.title} | {column.title} | {sign} {column.written(goal.value)} | {measured} | {state} |")
    return lines


def _against(figures: Figures, keys: Sequence[Key], floor: Key) -> list[str]:
    columns = [column for column in COMPARED if figures.known(column.metric)]
    lines = ["| edit | output | " + " | ".join(column.title for column in columns) + " |"]
    lines += ["|---|---|" + "---:|" * len(columns)]
    for operation in (*PAPER_TASKS, "remix"):
        for key in keys:
            if not figures.count(key, (operation,)):
                continue
            cells = [_compared(figures.of(key, column.metric, (operation,), floor), column) for column in columns]
            lines.append(f"| {operation} | {OUTPUT_TITLES[key[1]]} | " + " | ".join(cells) + " |")
    return lines


def _compared(difference: Summary | None, column: Column) -> str:
    if difference is None:
        return "–"
    state = {1: "**better**", -1: "worse", 0: "open"}[verdict(difference, column.better)]
    return f"{state} {column.written(difference.mean, signed=True)}"


def _losses(figures: Figures, system: str) -> list[str]:
    """A sentence an edit and output that is surely worse than the unedited source, and each goal that was missed."""
    found = []
    for operation in (*PAPER_TASKS, "remix"):
        for output in (name for name in OUTPUTS if name in (RENDERED, DECODED)):
            worse = []
            for column in COMPARED:
                difference = figures.of((system, output), column.metric, (operation,), ("", UNEDITED))
                if difference is not None and verdict(difference, column.better) < 0:
                    worse.append(f"{column.title} ({column.written(difference.mean, signed=True)})")
            if worse:
                found.append(f"- {operation}, {OUTPUT_TITLES[output]}: worse than doing nothing in {', '.join(worse)}.")
    measured = [(goal, figures.of((system, goal.output), goal.column.metric, goal.operations)) for goal in GOALS]
    missed = [goal for goal, value in measured if value is not None and not goal.reached(value)]
    known = sum(value is not None for _, value in measured)
    found.append(f"- {len(missed)} of {known} numbers to reach are not reached.")
    return found
