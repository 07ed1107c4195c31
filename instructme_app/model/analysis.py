"""What the listener heard in one round, as the views need it, kept beside the project."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.grid import FRAME_RATE

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChordSpan:
    """A chord that holds from `start` to `end` seconds."""

    start: float
    end: float
    name: str


@dataclass(frozen=True)
class Heard:
    """`chords` (classes, frames), `instruments` (N, frames) and `pitches` (88, frames; from A0) are probabilities,
    `frame_rate` frames a second. `beats` and `downbeats` are seconds."""

    chords: np.ndarray
    instruments: np.ndarray
    spans: tuple[ChordSpan, ...]
    names: tuple[str, ...]
    tempo: float | None
    key: str
    frame_rate: float = FRAME_RATE
    pitches: np.ndarray = field(default_factory=lambda: np.zeros((88, 0), np.float32))
    beats: np.ndarray = field(default_factory=lambda: np.zeros(0))
    downbeats: np.ndarray = field(default_factory=lambda: np.zeros(0))


class AnalysisStore:
    """`<id>.npz` and `<id>.json` in a folder. What cannot be read counts as not there and is heard again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def matrices(self, round_id: str) -> Path:
        """Where the worker is to write; the folder exists after this."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{round_id}.npz"

    def keep_only(self, round_ids: Collection[str]) -> None:
        """Drop what was heard in rounds that a repair gave up: a new one may come under the same id."""
        for path in self.folder.glob("*.*"):
            if path.name.split(".")[0] not in round_ids:
                # What cannot be dropped is heard anew, and written over, when the id comes back.
                with contextlib.suppress(OSError):
                    path.unlink()

    def save(self, round_id: str, summary: Mapping[str, Any]) -> None:
        target = self.folder / f"{round_id}.json"
        part = target.with_suffix(".json.part")
        part.write_text(json.dumps(dict(summary)), encoding="utf-8")
        os.replace(part, target)

    def load(self, round_id: str) -> Heard | None:
        try:
            summary = json.loads((self.folder / f"{round_id}.json").read_text(encoding="utf-8"))
            with np.load(self.folder / f"{round_id}.npz", allow_pickle=False) as arrays:
                chords = np.asarray(arrays["chords"], dtype=np.float32)
                instruments = np.asarray(arrays["instruments"], dtype=np.float32)
                # The analyses of early versions had no more than these two.
                pitches = np.asarray(arrays.get("pitches", np.zeros((88, 0))), dtype=np.float32)
                beats, downbeats = (
                    np.asarray(arrays.get(name, ()), dtype=np.float64) for name in ("beats", "downbeats")
                )
            spans = tuple(
                ChordSpan(float(entry["start"]), float(entry["end"]), str(entry["chord"]))
                for entry in summary.get("chords", ())
            )
            tempo = summary.get("tempo")
            return Heard(
                chords,
                instruments,
                spans,
                tuple(map(str, summary.get("instruments", ()))),
                float(tempo) if tempo else None,
                str(summary.get("key") or ""),
                pitches=pitches,
                beats=beats,
                downbeats=downbeats,
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            log.warning("the analysis of round %s cannot be read: %s", round_id, error)
            return None
