"""What was measured stays measured: one JSON line a case, under a header that says what by whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.errors import UserError

FORMAT = 3
"""1 was one journal with floors, ceilings and one model's outputs together, without embeddings; 2 knew no log-spectral
distances."""


class Journal:
    """`header` names everything that decides the records: model, judge, data. Only records under an equal one count."""

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        """Reads what is there; a last line that was cut off when a run was stopped is taken off the file.

        Raises UserError for a file under another header, for a damaged one, and where it cannot be written.
        """
        self.path = path
        # As it will be read back: tuples are lists in JSON.
        self.header = json.loads(json.dumps({"format": FORMAT, **header}))
        self._cases: dict[str, dict[str, Any]] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            whole = text[: text.rfind("\n") + 1]
            if whole != text:
                path.write_text(whole, encoding="utf-8")
            if not whole:
                path.write_text(json.dumps(self.header) + "\n", encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path} cannot be written ({error.strerror})", "name another --run folder") from error
        if whole:
            self._read(whole.splitlines())

    def _read(self, lines: Sequence[str]) -> None:
        try:
            if json.loads(lines[0]) != self.header:
                raise UserError(
                    f"{self.path} was measured with another model, judge, data or number of steps",
                    "name another --run folder",
                )
            for line in lines[1:]:
                entry = json.loads(line)
                if not isinstance(entry["records"], list):
                    raise TypeError("records")
                self._cases[entry["case"]] = entry
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{self.path} is damaged", "delete it, or name another --run folder") from error

    def __contains__(self, key: str) -> bool:
        return key in self._cases

    def name_of(self, key: str) -> str | None:
        """The full name of the case that was measured as `key`, None where none was."""
        return self._cases[key]["name"] if key in self._cases else None

    def records(self, key: str) -> list[dict[str, Any]]:
        return self._cases[key]["records"] if key in self._cases else []

    def add(self, key: str, name: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Appends the records of a case, whole before this returns."""
        entry = {"case": key, "name": name, "records": [dict(record) for record in records]}
        with self.path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(entry, allow_nan=False) + "\n")
            lines.flush()
        self._cases[key] = entry
