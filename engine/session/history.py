"""The tree of rounds in memory: undo, then edit, and a branch grows. Nothing here touches the disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import UserError
from engine.session.round import Round


@dataclass(frozen=True)
class Deleted:
    """A branch in the trash: its rounds, the first being the one that was deleted, the rest below it."""

    rounds: tuple[Round, ...]

    @property
    def top(self) -> Round:
        return self.rounds[0]


class History:
    """A tree that always has its root (the source), and a current round in it."""

    def __init__(self, source: Round) -> None:
        if source.parent is not None:
            raise ValueError("the source has no parent")
        self._rounds: dict[str, Round] = {source.id: source}
        self._root = source.id
        self._current = source.id
        self._visited: dict[str, str] = {}
        self._trash: list[Deleted] = []
        self._recipes: dict[str, Round] = {}
        self._last = 0

    # What there is

    @property
    def root(self) -> Round:
        return self._rounds[self._root]

    @property
    def current(self) -> Round:
        return self._rounds[self._current]

    @property
    def rounds(self) -> tuple[Round, ...]:
        """In the order in which they were made; parents before children."""
        return tuple(self._rounds.values())

    @property
    def trash(self) -> tuple[Deleted, ...]:
        """Deleted branches, oldest first."""
        return tuple(self._trash)

    @property
    def recipes(self) -> tuple[Round, ...]:
        """Rounds that are gone for good, from which a region of some other round was taken: how they were made is
        kept, so that the log can still be replayed."""
        return tuple(self._recipes.values())

    @property
    def last(self) -> int:
        """The highest number that a round ever had as its id. None is given twice, even after a purge."""
        trashed = [round for deleted in self._trash for round in deleted.rounds]
        rounds = (*self._rounds.values(), *trashed, *self._recipes.values())
        self._last = max(self._last, *(int(round.id) for round in rounds if round.id.isdecimal()), 0)
        return self._last

    def __len__(self) -> int:
        return len(self._rounds)

    def __contains__(self, id: object) -> bool:
        return id in self._rounds

    def __getitem__(self, id: str) -> Round:
        """Raises UserError for an id that is not in the tree."""
        try:
            return self._rounds[id]
        except KeyError:
            raise UserError(f"there is no round '{id}' in this project", "choose one of its history") from None

    def children(self, id: str) -> tuple[Round, ...]:
        """Oldest first."""
        return tuple(round for round in self._rounds.values() if round.parent == self[id].id)

    def below(self, id: str) -> tuple[Round, ...]:
        """All that grew on a round, near and far; parents before children."""
        gone, found = {self[id].id}, []
        for round in self._rounds.values():
            if round.parent in gone:
                gone.add(round.id)
                found.append(round)
        return tuple(found)

    def path_to_root(self, id: str | None = None) -> tuple[Round, ...]:
        """From the round `id` (the current one) to the source, both included."""
        path = [self[id or self._current]]
        while path[-1].parent is not None:
            path.append(self._rounds[path[-1].parent])
        return tuple(path)

    @property
    def undone_to(self) -> Round | None:
        """Where undo would go; None at the source."""
        parent = self.current.parent
        return None if parent is None else self._rounds[parent]

    @property
    def redone_to(self) -> Round | None:
        """Where redo would go: the child that was visited last, else the newest; None at a leaf."""
        visited = self._visited.get(self._current)
        if visited in self._rounds:
            return self._rounds[visited]
        children = self.children(self._current)
        return children[-1] if children else None

    # What changes it. Every method returns the round that is current afterwards, unless it says otherwise.

    def add(self, round: Round) -> Round:
        """A finished round, under its parent, which need not be the current one; it becomes current."""
        if round.id in self._rounds or any(round.id == gone.id for deleted in self._trash for gone in deleted.rounds):
            raise ValueError(f"round {round.id} exists already")
        if round.parent is None or round.parent not in self._rounds:
            raise UserError(f"the round that '{round.instruction}' began from is gone", "edit from another round")
        self._rounds[round.id] = round
        return self.jump(round.id)

    def undo(self) -> Round:
        """To the parent; at the source nothing happens."""
        parent = self.undone_to
        return self.jump(parent.id) if parent else self.current

    def redo(self) -> Round:
        """To the child that was visited last; at a leaf nothing happens."""
        child = self.redone_to
        return self.jump(child.id) if child else self.current

    def jump(self, id: str) -> Round:
        """To any round; redo then follows the way that led to it."""
        path = self.path_to_root(id)
        for child in path[:-1]:
            if child.parent is not None:
                self._visited[child.parent] = child.id
        self._current = path[0].id
        return self.current

    def annotate(self, id: str, **changes: Any) -> Round:
        """Change `label`, `starred` or `note`, or tell the `loudness`; returns the new state of that round."""
        if not changes.keys() <= {"label", "starred", "note", "loudness"}:
            raise ValueError("only label, starred, note and loudness of a round change")
        self._rounds[id] = replace(self[id], **changes)
        return self._rounds[id]

    def delete(self, id: str) -> Deleted:
        """Move a round and everything below it to the trash; returns the branch. Raises UserError for the source."""
        if self[id].parent is None:
            raise UserError("the source cannot be deleted", "delete the whole project folder instead")
        deleted = Deleted((self[id], *self.below(id)))
        gone = {round.id for round in deleted.rounds}
        if self._current in gone:
            self._current = str(deleted.top.parent)
        for round_id in gone:
            del self._rounds[round_id]
        self._visited = {p: c for p, c in self._visited.items() if p not in gone and c not in gone}
        self._trash.append(deleted)
        return deleted

    def restore(self, id: str | None = None) -> Round:
        """Take a branch (by its top round; the last deleted one) out of the trash and make its top current.

        Raises UserError where there is no such branch, or what it grew on is itself in the trash.
        """
        branch = next((d for d in reversed(self._trash) if id in (None, d.top.id)), None)
        if branch is None:
            raise UserError("there is nothing to restore", "delete something first")
        if branch.top.parent not in self._rounds:
            raise UserError(
                f"the round that '{branch.top.instruction}' began from is deleted too", "restore that one first"
            )
        self._trash.remove(branch)
        merged = [*self._rounds.values(), *branch.rounds]
        # Ids count up, and a child is younger than its parent.
        self._rounds = {round.id: round for round in sorted(merged, key=lambda round: (len(round.id), round.id))}
        return self.jump(branch.top.id)

    def purge(self) -> tuple[Round, ...]:
        """Empty the trash for good; returns the rounds whose files are to be removed."""
        self._last = self.last
        gone = tuple(round for deleted in self._trash for round in deleted.rounds)
        self._trash.clear()
        known = self._recipes | {round.id: round for round in gone}
        wanted = [round.taken_from for round in self._rounds.values()]
        self._recipes = {}
        while wanted:
            id = wanted.pop()
            if id in known and id not in self._recipes:
                self._recipes[id] = known[id]
                wanted += [known[id].parent, known[id].taken_from]
        return gone

    # On disk

    def to_json(self) -> dict[str, Any]:
        return {
            "current": self._current,
            "last": self.last,
            "visited": self._visited,
            "rounds": [round.to_json() for round in self._rounds.values()],
            "trash": [[round.to_json() for round in deleted.rounds] for deleted in self._trash],
            "recipes": [round.to_json() for round in self._recipes.values()],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> History:
        """Raises ValueError where `data` is not a history."""
        try:
            rounds = [Round.from_project(entry) for entry in data["rounds"]]
            history = cls(rounds[0])
            for round in rounds[1:]:
                if round.parent not in history._rounds or round.id in history._rounds:
                    raise ValueError(f"round {round.id} does not belong to the tree")
                history._rounds[round.id] = round
            history._trash = [
                Deleted(tuple(Round.from_project(entry) for entry in branch)) for branch in data["trash"] if branch
            ]
            history._last = int(data.get("last", 0))
            history._recipes = {entry["id"]: Round.from_project(entry) for entry in data.get("recipes", ())}
            if data["current"] in history._rounds:
                history._current = data["current"]
            known = history._rounds
            history._visited = {
                parent: child
                for parent, child in data["visited"].items()
                if parent in known and child in known and known[child].parent == parent
            }
        except (KeyError, TypeError, AttributeError, IndexError, OverflowError, UserError) as error:
            raise ValueError(f"not a history: {error}") from error
        return history

    def adopt(self, rounds: Iterable[Round]) -> tuple[Round, ...]:
        """Put rounds that were found on disk back where they belong; what they grew on being lost, under the source
        and detached.

        The current round stays. Returns those that were not known before, as they are now in the tree.
        """
        known = set(self._rounds) | {round.id for deleted in self._trash for round in deleted.rounds}
        adopted = []
        for round in sorted(rounds, key=lambda round: (len(round.id), round.id)):
            if round.id in known or round.parent is None:
                continue
            if round.parent not in self._rounds:
                round = replace(round, parent=self._root, detached=True)
            self._rounds[round.id] = round
            known.add(round.id)
            adopted.append(round)
        return tuple(adopted)
