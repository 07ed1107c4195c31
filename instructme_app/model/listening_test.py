"""A blind listening test as in the paper (Figure 6, Table 6): cases in a folder, answers on disk, means with intervals.

The folder holds one folder for each case:

    my test/
        01 remove drums/
            source.wav          what was edited
            instruction.txt     one line: remove the drums
            instructme.wav      one file for each system, named after it
            audit.wav
            target.flac         optional: what is right, to compare with; it is not rated

or a `manifest.json` with paths inside the folder:

    {"format": "instructme-listening-test", "version": 1, "cases": [
        {"name": "01", "instruction": "remove the drums", "source": "a.wav", "target": "t.wav",
         "outputs": {"instructme": "b.wav", "audit": "c.wav"}}]}

Answers go to `answers/<listener>.json` in the same folder, after each case; `results()` reads those of all listeners.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.audio import EXTENSIONS
from engine.errors import UserError
from engine.instruction import Operation, read_instructions
from engine.vocabulary import Vocabulary

FORMAT = "instructme-listening-test"
VERSION = 1
SCALES = ("quality", "relevance", "harmony")
POINTS = (1, 2, 3, 4, 5)
CONFIDENCE = 0.95
SOUNDS = tuple(EXTENSIONS)
MOST_OUTPUTS = 8

Kind = Literal["edit", "remix", "genre"]
"""Which wording of Table 6 fits: an edit of instruments, a remix with instruments, or one to a genre."""


@dataclass(frozen=True)
class Case:
    """`outputs` maps a system's name to its file."""

    name: str
    instruction: str
    source: Path
    outputs: Mapping[str, Path]
    target: Path | None = None

    @property
    def kind(self) -> Kind:
        try:
            read = read_instructions(self.instruction, Vocabulary.default())
        except UserError:
            return "edit"
        remixes = [instruction for instruction in read if instruction.operation == Operation.REMIX]
        if not remixes:
            return "edit"
        return "genre" if any(instruction.genre for instruction in remixes) else "remix"


@dataclass(frozen=True)
class Rating:
    """1-5 on each scale of Table 6."""

    quality: int
    relevance: int
    harmony: int


@dataclass(frozen=True)
class Page:
    """One case as one listener meets it: `systems` in the order of the labels A, B, C ..."""

    case: Case
    systems: tuple[str, ...]


@dataclass(frozen=True)
class Mean:
    """Of one system on one scale; the interval is None where one rating cannot give any."""

    system: str
    scale: str
    ratings: int
    mean: float
    interval: tuple[float, float] | None


def load_cases(folder: Path) -> tuple[Case, ...]:
    """The cases of a folder, sorted by name. Raises UserError that names the first thing that is wrong."""
    if not folder.is_dir():
        raise UserError(f"'{folder}' is not a folder", "choose the folder that holds the cases")
    manifest = folder / "manifest.json"
    cases = _from_manifest(manifest) if manifest.is_file() else _from_folders(folder)
    if not cases:
        raise UserError(
            f"'{folder.name}' holds no case", "make a folder for each case, with source, instruction.txt and outputs"
        )
    return tuple(cases)


def _from_folders(folder: Path) -> list[Case]:
    cases = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir() and path.name != "answers"):
        if place.name.startswith("."):
            continue
        sounds = sorted(path for path in place.iterdir() if path.suffix.lower() in SOUNDS)
        named: dict[str, Path] = {}
        for path in sounds:
            if path.stem in named:
                raise UserError(f"'{place.name}' has two files called {path.stem}", "keep one of them")
            named[path.stem] = path
        source, target = named.pop("source", None), named.pop("target", None)
        if source is None:
            raise UserError(f"'{place.name}' has no source", "put source.wav (or .flac, .mp3 ...) there")
        try:
            instruction = (place / "instruction.txt").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            instruction = ""
        cases.append(_checked(Case(place.name, instruction, source, named, target)))
    return cases


def _from_manifest(path: Path) -> list[Case]:
    remedy = "write it as the guide shows, or remove it and use one folder for each case"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"'{path.name}' cannot be read ({error})", remedy) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UserError(f"'{path.name}' is not of the format {FORMAT}", remedy)
    if content.get("version") != VERSION:
        raise UserError(f"'{path.name}' has version {content.get('version')}", f"this program reads version {VERSION}")
    cases: list[Case] = []
    try:
        for at, entry in enumerate(content["cases"]):
            target = entry.get("target")
            case = Case(
                str(entry.get("name", f"{at + 1:02d}")),
                str(entry["instruction"]).strip(),
                _inside(path.parent, entry["source"]),
                {str(system): _inside(path.parent, name) for system, name in dict(entry["outputs"]).items()},
                None if target is None else _inside(path.parent, target),
            )
            cases.append(_checked(case))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"a case in '{path.name}' lacks {error}", remedy) from error
    names = [case.name for case in cases]
    if len(set(names)) < len(names):
        raise UserError(f"'{path.name}' names two cases alike", "give each case a name of its own")
    return cases


def _inside(folder: Path, name: str) -> Path:
    path = (folder / str(name)).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise UserError(f"'{name}' lies outside the test's folder", "copy the file into the folder")
    return path


def _checked(case: Case) -> Case:
    if not case.instruction:
        raise UserError(f"'{case.name}' has no instruction", "write it into instruction.txt, in one line")
    if not case.outputs:
        raise UserError(f"'{case.name}' has no output to rate", "add one sound file for each system")
    if len(case.outputs) > MOST_OUTPUTS:
        raise UserError(f"'{case.name}' has {len(case.outputs)} outputs", f"ask for {MOST_OUTPUTS} at most")
    for path in (case.source, *case.outputs.values(), *((case.target,) if case.target else ())):
        if not path.is_file():
            raise UserError(f"'{case.name}' names {path.name}, which does not exist", "add the file")
    return case


def shuffled(cases: Iterable[Case], seed: int) -> tuple[Page, ...]:
    """The order of the cases, and of the systems in each: the same for the same seed, blind for the listener."""
    dice = random.Random(seed)
    order = sorted(cases, key=lambda case: case.name)
    dice.shuffle(order)
    pages = []
    for case in order:
        systems = sorted(case.outputs)
        dice.shuffle(systems)
        pages.append(Page(case, tuple(systems)))
    return tuple(pages)


class ListeningTest:
    """One listener's way through the pages. Every change of an answer is on disk before the call returns."""

    def __init__(self, folder: Path, listener: str, seed: int = 0) -> None:
        """Goes on where this listener stopped, in the order of then. Raises UserError."""
        self.folder = folder
        self.listener = listener.strip() or "listener"
        cases = load_cases(folder)
        slug = re.sub(r"[^\w-]+", "-", self.listener).strip("-") or "listener"
        self.path = folder / "answers" / f"{slug}.json"
        self.seed = seed
        self._answers: dict[tuple[str, str], Rating] = {}
        if self.path.exists():
            kept = _read_answers(self.path)
            self.seed = kept.seed
            known = {(case.name, system) for case in cases for system in case.outputs}
            self._answers = {key: rating for key, rating in kept.ratings.items() if key in known}
        self.pages = shuffled(cases, self.seed)

    @property
    def done(self) -> int:
        """Pages that are rated wholly."""
        return sum(self.complete(page) for page in self.pages)

    @property
    def first_open(self) -> int:
        """The page to go on at; the last one where all are rated."""
        return next((at for at, page in enumerate(self.pages) if not self.complete(page)), len(self.pages) - 1)

    def complete(self, page: Page) -> bool:
        return all((page.case.name, system) in self._answers for system in page.systems)

    def rating(self, page: Page, system: str) -> Rating | None:
        return self._answers.get((page.case.name, system))

    def rate(self, page: Page, system: str, rating: Rating) -> None:
        """Raises UserError where the disk does not take it; the answer is not kept then."""
        if any(getattr(rating, scale) not in POINTS for scale in SCALES):
            raise ValueError(f"a rating is 1-5 on each scale, not {rating}")
        before = self._answers.get((page.case.name, system))
        self._answers[page.case.name, system] = rating
        try:
            self._save()
        except OSError as error:
            if before is None:
                del self._answers[page.case.name, system]
            else:
                self._answers[page.case.name, system] = before
            raise UserError(f"the answer cannot be saved ({error.strerror})", "make room, or copy the test") from error

    def _save(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        answers = [
            {"case": case, "system": system, **{scale: getattr(rating, scale) for scale in SCALES}}
            for (case, system), rating in self._answers.items()
        ]
        content = {
            "format": FORMAT,
            "version": VERSION,
            "listener": self.listener,
            "seed": self.seed,
            "answers": answers,
        }
        part = self.path.with_suffix(".json.part")
        with part.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self.path)


@dataclass(frozen=True)
class _Answers:
    listener: str
    seed: int
    ratings: Mapping[tuple[str, str], Rating]


def _read_answers(path: Path) -> _Answers:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT or content["version"] != VERSION:
            raise ValueError("another format or version")
        ratings: dict[tuple[str, str], Rating] = {}
        for entry in content["answers"]:
            points = {scale: int(entry[scale]) for scale in SCALES}
            if any(point not in POINTS for point in points.values()):
                raise ValueError("points are 1-5")
            ratings[str(entry["case"]), str(entry["system"])] = Rating(**points)
        return _Answers(str(content["listener"]), int(content["seed"]), ratings)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"the answers in '{path.name}' cannot be read ({error})", "move the file away, or go on under another name"
        ) from error


def results(folder: Path) -> tuple[list[tuple[str, str, str, Rating]], list[Mean]]:
    """All ratings (listener, case, system, rating) of the folder, and their means by system. Raises UserError."""
    rows: list[tuple[str, str, str, Rating]] = []
    for path in sorted((folder / "answers").glob("*.json")):
        kept = _read_answers(path)
        rows += [(kept.listener, case, system, rating) for (case, system), rating in sorted(kept.ratings.items())]
    if not rows:
        raise UserError(f"'{folder.name}' has no answers yet", "rate at least one case")
    means = []
    for system in sorted({row[2] for row in rows}):
        for scale in SCALES:
            values = [float(getattr(row[3], scale)) for row in rows if row[2] == system]
            means.append(Mean(system, scale, len(values), sum(values) / len(values), interval(values)))
    return rows, means


def interval(values: list[float]) -> tuple[float, float] | None:
    """The 95% interval of the mean by Student's t; None for fewer than two values."""
    from scipy.special import stdtrit  # not at the window's start, which it would lengthen

    count = len(values)
    if count < 2:
        return None
    mean = sum(values) / count
    error = (sum((value - mean) ** 2 for value in values) / (count - 1) / count) ** 0.5
    reach = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * error
    return mean - reach, mean + reach


def write_results(folder: Path, path: Path) -> Path:
    """`path` gets a line for each system and scale, and `<path>-ratings.csv` every rating. Raises UserError."""
    rows, means = results(folder)
    every = path.with_name(f"{path.stem}-ratings{path.suffix or '.csv'}")
    summary = [[mean.system, mean.scale, mean.ratings, f"{mean.mean:.3f}", *_bounds(mean.interval)] for mean in means]
    ratings = [
        [listener, case, system, *(getattr(rating, scale) for scale in SCALES)]
        for listener, case, system, rating in rows
    ]
    try:
        _write_csv(path, ["system", "scale", "ratings", "mean", "low_95", "high_95"], summary)
        _write_csv(every, ["listener", "case", "system", *SCALES], ratings)
    except OSError as error:
        raise UserError(f"'{path.name}' cannot be written ({error.strerror})", "choose another place") from error
    return path


def _bounds(bounds: tuple[float, float] | None) -> tuple[str, str]:
    return ("", "") if bounds is None else (f"{bounds[0]:.3f}", f"{bounds[1]:.3f}")


def _write_csv(path: Path, heading: list[str], rows: list[list[Any]]) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
