"""The tree of rounds as a list of rows: which line runs where, and what is folded away. No Qt here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from instructme_app.model.media import Thumbnail


@dataclass(frozen=True)
class HistoryRow:
    """One round as the panel shows it. Parents stand above their children."""

    id: str
    parent: str | None
    title: str
    detail: str
    state: str = "done"
    """done, running or waiting."""
    thumbnail: Thumbnail | None = None
    label: str = ""
    """The user's own name for it."""
    understood: str = ""
    """What was done, in the words of the engine: who types those, looks for them."""
    note: str = ""
    starred: bool = False
    warning: str = ""
    """What is not as it seems about it, to be read where the row is pointed at."""
    level: str = ""
    """How loud it is, in words."""
    compared: bool = False
    """It is what the current round is compared with, by choice."""
    rail: int = 0
    """How far to the right its branch stands."""
    join: str = ""
    """How its line comes in: "" for none, "on" from above on its own rail, "off" from the rail on the left."""
    goes_on: bool = False
    """Its line runs on to a round below it."""
    below: int = 0
    """Rounds that grew on it, near and far."""
    folded: bool = False
    led_in: bool = False
    """The way to the current round comes in here, or ends here."""
    led_on: bool = False
    """It goes on below."""
    led_past: int = -1
    """The rail on which it passes on the left; -1 for none."""


def lay_out(rows: Sequence[HistoryRow], folded: Collection[str] = (), current: str = "") -> list[HistoryRow]:
    """Rows in the order they were made become rows in the order of the tree, each with its rail.

    Of several children the one with the newest work goes on below its parent, after the others, which stand as branches
    one rail to the right: what was made last is the last row, what was tried on the way is indented above it. What grew
    on a `folded` row is left out.
    """
    place = {row.id: index for index, row in enumerate(rows)}
    children: dict[str, list[HistoryRow]] = {}
    roots: list[HistoryRow] = []
    for row in rows:
        if row.parent is not None and place.get(row.parent, len(rows)) < place[row.id]:
            children.setdefault(row.parent, []).append(row)
        else:
            roots.append(row)
    newest = dict(place)
    below = dict.fromkeys(place, 0)
    for row in reversed(rows):
        if row.parent is not None and place.get(row.parent, len(rows)) < place[row.id]:
            newest[row.parent] = max(newest[row.parent], newest[row.id])
            below[row.parent] += 1 + below[row.id]

    placed: list[HistoryRow] = []
    # A stack and not recursion: chains of a thousand rounds are allowed.
    stack = [(row, 0, "") for row in reversed(roots)]
    while stack:
        row, rail, join = stack.pop()
        grown = children.get(row.id, [])
        shut = row.id in folded and bool(grown)
        placed.append(
            replace(row, rail=rail, join=join, goes_on=bool(grown) and not shut, below=below[row.id], folded=shut)
        )
        if grown and not shut:
            main = max(grown, key=lambda child: newest[child.id])
            stack.append((main, rail, "on"))
            stack.extend((child, rail + 1, "off") for child in reversed(grown) if child is not main)
    return _led(placed, current)


def _led(rows: Sequence[HistoryRow], current: str) -> list[HistoryRow]:
    """Mark the way from the source to the current round."""
    parents = {row.id: row.parent for row in rows}
    way: dict[str, str] = {}
    at: str | None = current
    while at in parents:
        parent = parents[at]
        if parent is None or parent not in parents:
            break
        way[parent], at = at, parent
    led = []
    target, rail = "", -1
    for row in rows:
        here = row.id == target
        if here:
            target, rail = "", -1
        led.append(replace(row, led_in=here, led_on=row.id in way, led_past=rail))
        if row.id in way:
            target, rail = way[row.id], row.rail
    return led


def matching(rows: Sequence[HistoryRow], text: str, starred: bool) -> list[HistoryRow]:
    """The rows that have every word of `text` in their title, name, note, detail or what was understood, and a star
    where that is asked."""
    words = text.casefold().split()
    return [
        row
        for row in rows
        if (row.starred or not starred)
        and all(word in _said(row) for word in words)
    ]


def _said(row: HistoryRow) -> str:
    return " ".join((row.title, row.label, row.note, row.detail, row.understood)).casefold()


def unfolded_for(rows: Sequence[HistoryRow], folded: Collection[str], shown: str) -> set[str]:
    """`folded` without those that would hide the row `shown`."""
    parents = {row.id: row.parent for row in rows}
    open_: set[str] = set()
    at = parents.get(shown)
    while at is not None and at not in open_:
        open_.add(at)
        at = parents.get(at)
    return set(folded) - open_
