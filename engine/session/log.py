"""The log of a project: what was done, in an order and with the seeds in which it can be done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import UserError
from engine.session.history import History
from engine.session.round import Round

LOG_FORMAT = 1


@dataclass(frozen=True)
class LoggedEdit:
    """One edit to be done again: on the result of `parent`, giving `id`."""

    id: str
    parent: str
    instruction: str
    seed: int | None
    steps: int | None
    region: tuple[float, float] | None
    model: str | None
    model_hash: str | None


def export_log(history: History) -> dict[str, Any]:
    """Plain JSON; parents stand before children."""
    source = history.root
    return {
        "format": "instructme log",
        "version": LOG_FORMAT,
        "source": {
            "id": source.id,
            "file": source.audio,
            "frames": source.frames,
            "sample_rate": source.sample_rate,
            "channels": source.channels,
        },
        "edits": [round.to_json() for round in history.rounds if round.parent is not None],
        "current": history.current.id,
    }


def read_log(data: Mapping[str, Any], until: str | None = None) -> tuple[LoggedEdit, ...]:
    """The edits of a log in order; with `until`, only those on the way from the source to that round.

    Raises UserError for what is no such log.
    """
    try:
        if data["version"] > LOG_FORMAT:
            raise UserError("this log was made by a newer InstructME", "update InstructME to replay it")
        rounds = [Round.from_json(entry) for entry in data["edits"]]
        known = {data["source"]["id"]}
    except (KeyError, TypeError, ValueError) as error:
        raise UserError("this is not a log of InstructME", "export it again") from error
    for round in rounds:
        if round.parent not in known:
            raise UserError(f"the log lacks the round that '{round.instruction}' began from", "export it again")
        known.add(round.id)
    if until is not None and until not in known:
        raise UserError(f"the log has no round '{until}'", "choose one that it has")
    by_id = {round.id: round for round in rounds}
    wanted = set(by_id)
    if until is not None:
        wanted = set()
        while until in by_id:
            wanted.add(until)
            until = by_id[until].parent
    return tuple(
        LoggedEdit(r.id, str(r.parent), r.instruction, r.seed, r.steps, r.region, r.model, r.model_hash)
        for r in rounds
        if r.id in wanted
    )
