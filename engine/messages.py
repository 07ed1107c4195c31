"""What the window and the worker say to each other: frozen messages, one JSON object a line.

The window writes requests to the worker's stdin and reads replies from its stdout:

    Load -> Ready | Failed(id=None)
    EditJob -> (Progress | Preview)* -> Done | Failed | Stopped
    AnalyzeJob -> Progress* -> Analyzed | Failed | Stopped
    Cancel(id) -> (the job ends with Stopped, or with its own result if it had just finished)
    Unload -> Unloaded (the next job takes the networks up again)
    Quit, or the end of stdin -> the process ends

Jobs run one at a time in the order they came; a job that waits can be cancelled too. Audio never
travels through the pipe: jobs name files. Torch-free, for the window imports it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, get_args

PROTOCOL = 2
"""Raised with every change that an older partner would misread; `decode` refuses any other."""

Stage = Literal["reading", "listening", "encoding", "sampling", "decoding", "rendering", "writing"]
"""What a job is doing; `Progress.stage` is one of these, roughly in this order, once per round."""


class ProtocolError(ValueError):
    """A line that is not a message of this protocol."""


# Requests: window -> worker


@dataclass(frozen=True)
class Load:
    """Take up a model; `model` None is the default one. May be sent again to change model, device or precision
    ("auto", "float32", "bfloat16")."""

    model: str | None = None
    device: str = "auto"
    precision: str = "auto"


@dataclass(frozen=True)
class EditJob:
    """Edit the file `source` and write the result, whole or not at all, to `output`.

    `instruction` is what the user typed. Several edits in one text become rounds that are chained;
    with `rounds` (a folder) each round but the last is written there too, as `round-1.wav`, ...
    `region` is (start, end) in seconds of the source. `strength` (0-1) is how much of the change is made.
    `stems` is the begin of file names: the last round writes what it took from the one before it to
    `<stems>.removed.wav` and what it brought to `<stems>.added.wav`, each where there was any, in 32-bit float
    with the source's rate, channels and length, and the notes of that to `<stems>.notes.mid`. Source - removed + added
    is what was rendered, before a file that holds less than float rounds it.
    """

    id: str
    source: str
    output: str
    instruction: str
    seed: int = 0
    steps: int | None = None
    guidance: float | None = None
    region: tuple[float, float] | None = None
    rounds: str | None = None
    strength: float = 1.0
    stems: str | None = None


@dataclass(frozen=True)
class AnalyzeJob:
    """Listen to `source`. `output` (.npz) receives the matrices: `chords` (classes, frames), `pitches`
    (88, frames), `instruments` (N, frames), all probabilities in float16, and `beats` (seconds) with `downbeats`."""

    id: str
    source: str
    output: str | None = None


@dataclass(frozen=True)
class Cancel:
    id: str


@dataclass(frozen=True)
class Unload:
    """Give the memory of the networks back, in turn with the jobs."""


@dataclass(frozen=True)
class Quit:
    pass


# Replies: worker -> window


@dataclass(frozen=True)
class Ready:
    """A model is loaded. `device` is the one really used ("cpu", "cuda", "mps")."""

    model: str
    device: str
    instruments: tuple[str, ...]
    genres: tuple[str, ...]
    sample_rate: int
    version: str = ""
    folder: str = ""
    model_hash: str = ""


@dataclass(frozen=True)
class Progress:
    """`done` of `total` steps of `stage`. `round` counts from 1 to `rounds`."""

    id: str
    stage: Stage
    done: int
    total: int
    round: int = 1
    rounds: int = 1

    @property
    def fraction(self) -> float:
        """Share of this stage that is done, 0-1."""
        return self.done / self.total if self.total else 0.0


@dataclass(frozen=True)
class Preview:
    """The spectrum of the song as it forms while it is sampled, from `start` to `end` seconds.

    `image` is base64 of uint8 (bands, columns), row after row, the lowest band first and 255 the loudest: small
    enough (16 KB) for one line. Nothing depends on it.
    """

    id: str
    image: str
    bands: int
    columns: int
    start: float
    end: float


@dataclass(frozen=True)
class RoundReport:
    """One round as `--json` prints it and the history keeps it.

    `instruction` is what was typed, `understood` its canonical wording (Table 5). `output` is None
    for a round in between that nobody asked to keep. `heard` are the instruments that were
    heard before it. `guidance` is None for the model's own. `removed` and `added` are the stems that were
    written, `notes` what was added as MIDI.
    """

    instruction: str
    understood: str
    seed: int
    steps: int
    seconds: float
    output: str | None = None
    heard: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    guidance: float | None = None
    strength: float = 1.0
    removed: str | None = None
    added: str | None = None
    notes: str | None = None


@dataclass(frozen=True)
class EditReport:
    """`clipped` samples passed full scale in a file that cannot hold more and were limited to it, the loudest by
    `peak_db_over` decibels; float files keep what passes it."""

    rounds: tuple[RoundReport, ...]
    output: str
    seconds: float
    clipped: int = 0
    peak_db_over: float = 0.0


@dataclass(frozen=True)
class Done:
    id: str
    report: EditReport


@dataclass(frozen=True)
class Analyzed:
    """`summary` is the object that `instructme analyze --json` prints: tempo, key, beats, chords with
    times, instruments."""

    id: str
    summary: Mapping[str, Any] = field(default_factory=dict)
    output: str | None = None


@dataclass(frozen=True)
class Unloaded:
    """The networks are gone; `resident` bytes are what the process still holds."""

    resident: int


@dataclass(frozen=True)
class Failed:
    """`id` is None where loading a model failed. `detail` is for the log and bug reports: empty for a
    user's mistake, a traceback for a defect of ours. The worker lives on."""

    id: str | None
    cause: str
    remedy: str
    detail: str = ""


@dataclass(frozen=True)
class Stopped:
    """The job was cancelled; nothing was written."""

    id: str


Request = Load | EditJob | AnalyzeJob | Cancel | Unload | Quit
Reply = Ready | Progress | Preview | Done | Analyzed | Unloaded | Failed | Stopped
Message = Request | Reply

_KINDS: dict[str, type] = {kind.__name__: kind for kind in get_args(Message)}


def encode(message: Message) -> str:
    """One line of ASCII JSON, with its newline."""
    body = {"v": PROTOCOL, "kind": type(message).__name__} | _plain(message)
    return json.dumps(body, separators=(",", ":")) + "\n"


def decode(line: str) -> Message:
    """The message of one line. Raises ProtocolError."""
    try:
        body = json.loads(line)
    except ValueError as error:
        raise ProtocolError(f"not JSON: {line[:80]!r}") from error
    if not isinstance(body, dict) or body.pop("v", None) != PROTOCOL:
        raise ProtocolError(f"not a message of protocol {PROTOCOL}: {line[:80]!r}")
    kind = _KINDS.get(body.pop("kind", ""))
    if kind is None:
        raise ProtocolError(f"unknown kind of message: {line[:80]!r}")
    return _build(kind, body)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


def _build(kind: Any, body: dict[str, Any]) -> Any:
    try:
        # JSON knows no classes: what lies inside these two is built from the inside out.
        if kind is Done:
            body["report"] = _build(EditReport, body["report"])
        if kind is EditReport:
            body["rounds"] = [_build(RoundReport, entry) for entry in body["rounds"]]
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in body.items()
        }
        return kind(**values)
    except (TypeError, KeyError, AttributeError) as error:
        raise ProtocolError(f"{kind.__name__}: {error}") from error
