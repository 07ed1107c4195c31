"""The log of a project: what was done, in an order and with the seeds in which it can be done again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import UserError
from engine.session.history import History
from engine.session.round import Round

LOG_FORMAT = 2
"""1 knew neither guidance nor regions taken from another round."""


@dataclass(frozen=True)
class LoggedEdit:
    """One edit to be done again: on the result of `parent`, giving `id`.

    `instruction` is what was typed, `understood` what the model was asked for. With `taken_from` no model is asked:
    the region is that of the round it names. Where it is `detached`, its audio was not made from `parent`, and what it
    was made from is lost.
    """

    id: str
    parent: str
    instruction: str
    understood: str
    seed: int | None
    steps: int | None
    guidance: float | None
    strength: float | None
    region: tuple[float, float] | None
    taken_from: str | None
    model: str | None
    model_hash: str | None
    detached: bool = False


@dataclass(frozen=True)
class Log:
    """A log that was read. `edits`: parents before children; `current`: the round one stood at when it was exported;
    `source_hash`: SHA-256 of the file that the edits began with, where the log says."""

    source: str
    source_hash: str | None
    edits: tuple[LoggedEdit, ...]
    current: str

    def way_to(self, id: str | None = None) -> tuple[LoggedEdit, ...]:
        """What has to be done to get the round `id` (the current one), in order: the edits on the way from the source,
        and those that led to the rounds from which regions were taken.

        Raises UserError where the log has no such round, or not all of the way.
        """
        wanted = [id or self.current]
        by_id = {edit.id: edit for edit in self.edits}
        if wanted[0] != self.source and wanted[0] not in by_id:
            names = ", ".join(by_id) or "none"
            raise UserError(f"the log has no round '{wanted[0]}'", f"choose one that it has: {names}")
        needed: set[str] = set()
        while wanted:
            edit = by_id.get(wanted.pop())
            if edit is None or edit.id in needed:
                continue
            if edit.detached:
                raise UserError(
                    f"the round that '{edit.instruction}' was made from is lost, so it cannot be made again",
                    "replay another round",
                )
            needed.add(edit.id)
            wanted.append(edit.parent)
            if edit.taken_from is not None:
                if edit.taken_from != self.source and edit.taken_from not in by_id:
                    raise UserError(
                        f"the log lacks round '{edit.taken_from}', which '{edit.instruction}' needs",
                        "replay another round",
                    )
                wanted.append(edit.taken_from)
        return tuple(edit for edit in self.edits if edit.id in needed)


def export_log(history: History, source_hash: str | None = None) -> dict[str, Any]:
    """Plain JSON; what a round was made from stands before it.

    Rounds from which a region was taken are in it even where they have been deleted since.
    """
    source = history.root
    trashed = {round.id: round for deleted in history.trash for round in deleted.rounds}
    others = trashed | {round.id: round for round in history.recipes}
    rounds = {round.id: round for round in history.rounds if round.parent is not None}
    wanted = [round.taken_from for round in rounds.values()]
    while wanted:
        id = wanted.pop()
        if id in others and id not in rounds:
            rounds[id] = others[id]
            wanted += [others[id].parent, others[id].taken_from]
    return {
        "format": "instructme log",
        "version": LOG_FORMAT,
        "source": {
            "id": source.id,
            "file": source.audio,
            "sha256": source_hash,
            "frames": source.frames,
            "sample_rate": source.sample_rate,
            "channels": source.channels,
        },
        "edits": [round.to_json() for round in _in_order(rounds.values())],
        "current": history.current.id,
    }


def read_log(data: Mapping[str, Any]) -> Log:
    """Raises UserError for what is no log, and for one of a later release."""
    try:
        version = data["version"]
        if not isinstance(version, int) or data.get("format", "instructme log") != "instructme log":
            raise ValueError("another format")
        if version > LOG_FORMAT:
            raise UserError("this log was made by a newer InstructME", "update InstructME to replay it")
        source = data["source"]
        known = {str(source["id"])}
        rounds = [Round.from_json(entry) for entry in data["edits"]]
        current, digest = str(data["current"]), source.get("sha256")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError("this is not a log of InstructME", "export it again") from error
    edits = []
    all_ids = {round.id for round in rounds}
    for round in rounds:
        # Each stands once and after its parent: no circle can hide in a file that came from elsewhere.
        if round.parent is None or round.id in known:
            raise UserError(f"the log tells of round '{round.id}' twice", "export it again")
        if round.parent not in known:
            raise UserError(f"the log lacks the round that '{round.instruction}' began from", "export it again")
        if round.taken_from is not None and round.region is None:
            raise UserError(f"the log does not say which region '{round.instruction}' took", "export it again")
        if round.taken_from in all_ids and round.taken_from not in known:
            raise UserError(f"in the log '{round.instruction}' stands before what it was made from", "export it again")
        known.add(round.id)
        edits.append(
            LoggedEdit(
                round.id,
                round.parent,
                round.instruction,
                round.understood or round.instruction,
                round.seed,
                round.steps,
                round.guidance,
                round.strength,
                round.region,
                round.taken_from,
                round.model,
                round.model_hash,
                round.detached,
            )  # fmt: skip
        )
    return Log(str(source["id"]), digest if isinstance(digest, str) else None, tuple(edits), current)


def _in_order(rounds: Iterable[Round]) -> list[Round]:
    """Ids count up, and what a round was made from is older."""
    return sorted(rounds, key=lambda round: (len(round.id), round.id))
