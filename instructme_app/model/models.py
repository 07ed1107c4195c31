"""The models on this computer: what each is, whether its files are whole, and which is to be loaded."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal

from engine.bundle import Bundle, default_bundle, list_bundles
from engine.errors import UserError
from engine.messages import Load
from instructme_app.messages import line
from instructme_app.model.failure import Failure
from instructme_app.model.numbers import number
from instructme_app.model.settings import Settings

log = logging.getLogger(__name__)

Row = tuple[str, str]


def tr(text: str) -> str:
    return QCoreApplication.translate("models", text)


@dataclass(frozen=True)
class ModelFile:
    name: str
    bytes: int
    hash: str
    """SHA-256."""


@dataclass(frozen=True)
class ModelFacts:
    """What the model page shows. `folder` says which it is; `problem` is a line where it cannot be used."""

    folder: Path
    name: str
    version: str = ""
    hash: str = ""
    created: str = ""
    licence: str = ""
    files: tuple[ModelFile, ...] = ()
    instruments: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    limits: tuple[Row, ...] = ()
    """Operations and what to know before trusting the model with them; those with the same words together."""
    measured: tuple[tuple[str, str, str], ...] = ()
    """Operation, the edit, the song left as it was: SI-SDR in dB with its 95 % interval."""
    measured_on: str = ""
    figures: tuple[Row, ...] = ()
    """Every figure in the bundle."""
    made: tuple[Row, ...] = ()
    """Stage of the training, and how long on what."""
    data: tuple[str, ...] = ()
    """What it learnt from."""
    problem: str = ""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}".strip()


def read_facts(folder: Path) -> ModelFacts:
    """The facts of a model, without looking at its weights. Raises UserError where it is none, or is damaged."""
    bundle = Bundle.load(folder, verify=False)
    manifest = bundle.manifest
    provenance = manifest.get("provenance")
    made, data = _made(provenance if isinstance(provenance, Mapping) else {})
    measured, measured_on = _measured(bundle.metrics)
    return ModelFacts(
        folder=folder,
        name=bundle.name,
        version=bundle.version,
        hash=str(getattr(bundle, "hash", "")),
        created=str(manifest.get("created") or "")[:10],
        licence=str(manifest.get("licence") or ""),
        files=tuple(
            ModelFile(name, int(entry["bytes"]), str(entry["sha256"])) for name, entry in manifest["files"].items()
        ),
        instruments=tuple(bundle.vocabulary.instrument_names),
        genres=tuple(bundle.vocabulary.genre_names),
        limits=_limits(bundle.limits),
        measured=measured,
        measured_on=measured_on,
        figures=tuple(flat(bundle.metrics)),
        made=made,
        data=data,
    )


def flat(metrics: Mapping[str, Any], prefix: str = "") -> Iterator[Row]:
    """Nested figures as rows; a mean with its interval is one row: ("remove.si_sdr", "8.91 (8.1 to 9.6), 50 songs")."""
    for name, value in metrics.items():
        if isinstance(value, Mapping) and "mean" in value:
            yield f"{prefix}{name}", _interval(value)
        elif isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", number(value, ".4g") if isinstance(value, float) else str(value)


def _interval(value: Mapping[str, Any]) -> str:
    try:
        text = number(float(value["mean"]), ".3g")
        if value.get("low") is not None and value.get("high") is not None:
            low, high = (number(float(value[end]), ".3g") for end in ("low", "high"))
            text = tr("{0} ({1} to {2})").format(text, low, high)
        return text + (f", n = {value['count']}" if value.get("count") is not None else "")
    except (TypeError, ValueError):
        return str(value.get("mean"))


def _limits(limits: Mapping[str, str]) -> tuple[Row, ...]:
    together: dict[str, list[str]] = {}
    for operation, words in limits.items():
        together.setdefault(str(words), []).append(str(operation))
    return tuple((", ".join(operations), words) for words, operations in together.items())


def _measured(metrics: Mapping[str, Any]) -> tuple[tuple[tuple[str, str, str], ...], str]:
    """The table of the evaluation, where the bundle has one."""
    found = metrics.get("results")
    if not isinstance(found, Mapping) or not isinstance(found.get("results"), Mapping):
        return (), ""
    rows = []
    for operation, systems in found["results"].items():
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            edited, left = systems["rendered"]["si_sdr"], systems["unedited"]["si_sdr"]
            rows.append((str(operation), _decibels(edited), _decibels(left)))
    settings = found.get("settings")
    on = ""
    if isinstance(settings, Mapping) and settings.get("songs") and settings.get("seconds"):
        on = f"{settings['songs']} × {number(settings['seconds'])} s"
    return tuple(rows), on


def _decibels(value: Mapping[str, Any]) -> str:
    mean, low, high = (number(float(value[name]), ".1f") for name in ("mean", "low", "high"))
    return tr("{0} ({1} to {2})").format(f"{mean} dB", low, high)


def _made(provenance: Mapping[str, Any]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """How long each stage was trained, and the union of what they were trained on."""
    stages = provenance.get("stages")
    rows: list[Row] = []
    data: dict[str, None] = {}
    for name, value in (stages if isinstance(stages, Mapping) else {}).items():
        parts = []
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            parts.append(tr("{0} steps").format(number(int(value["step"]), ",d")))
            parts.append(f"{number(float(value['seconds']) / 60, '.0f')} min")
            machine = value.get("machine") or {}
            parts.append(str(machine.get("gpu") or machine.get("cpu") or ""))
        rows.append((str(name), ", ".join(part for part in parts if part)))
        with contextlib.suppress(KeyError, TypeError, AttributeError):
            data.update(dict.fromkeys(map(str, value["data"]["found"])))
    rows += [(str(name), str(value)) for name, value in provenance.items() if name != "stages"]
    return tuple(rows), tuple(data)


def installed(settings: Settings) -> tuple[Path, ...]:
    """The models that came with the program, then those that the user added."""
    found = [*list_bundles(), *settings.model_folders]
    return tuple(dict.fromkeys(path.resolve() for path in found))


def chosen_folder(settings: Settings) -> Path:
    """The model that is to be loaded."""
    return Path(settings.model) if settings.model else default_bundle()


def chosen_load(settings: Settings) -> Load:
    """What the engine is asked to load. A folder that is gone is not asked for: the shipped model is there."""
    folder = settings.model if settings.model and Path(settings.model).is_dir() else None
    return Load(folder, settings.device, settings.precision)


class _ReadTask(QRunnable):
    """Reads, and with `verify` hashes, one model: a gigabyte takes a second or two."""

    def __init__(self, folder: Path, verify: bool, signals: Models) -> None:
        super().__init__()
        self._folder, self._verify, self._signals = folder, verify, signals

    def run(self) -> None:
        # The window may close, and the signals go, while this runs.
        with contextlib.suppress(RuntimeError):
            facts: ModelFacts | None = None
            try:
                facts = read_facts(self._folder)
                if self._verify:
                    Bundle.load(self._folder, verify=True)
                failure = None
            except UserError as error:
                failure = Failure(error.cause, error.remedy)
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.exception("reading the model %s", self._folder)
                failure = Failure(f"the model '{self._folder}' cannot be read ({error})", "get the model again")
            self._signals.done.emit(str(self._folder), self._verify, facts, failure)


class Models(QObject):
    """The installed models and their facts, read and checked off the window's thread."""

    changed = Signal()
    """A model came, or more is known of one."""
    checked = Signal(object, object)
    """Folder, and a Failure, or None where every file is the one that the model names."""
    done = Signal(str, bool, object, object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._facts: dict[Path, ModelFacts] = {}
        self._adding: set[Path] = set()
        self.checking: set[Path] = set()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self.done.connect(self._done)

    @property
    def folders(self) -> tuple[Path, ...]:
        return installed(self._settings)

    def facts(self, folder: Path) -> ModelFacts | None:
        """What is known of a model; None until it has been read."""
        return self._facts.get(folder.resolve())

    def refresh(self) -> None:
        """Read all of them anew."""
        for folder in self.folders:
            self._pool.start(_ReadTask(folder, False, self))

    def check(self, folder: Path) -> None:
        """Hash every file of a model; `checked` tells."""
        folder = folder.resolve()
        if folder not in self.checking:
            self.checking.add(folder)
            self.changed.emit()
            self._pool.start(_ReadTask(folder, True, self))

    def add(self, folder: Path) -> None:
        """Take a folder, or the models in it, into the list, once they are found whole; `checked` tells of each.

        Raises UserError where there is no model in it.
        """
        found = list_bundles(folder)
        if not found:
            raise UserError(f"'{folder}' holds no model", "choose a folder with a model.json in it")
        for path in found:
            self._adding.add(path.resolve())
            self.check(path)

    def remove(self, folder: Path) -> None:
        """Take a model that was added out of the list; its files stay."""
        kept = tuple(path for path in self._settings.model_folders if path.resolve() != folder.resolve())
        self._settings.model_folders = kept
        self.changed.emit()

    def close(self) -> None:
        self._pool.clear()
        self._pool.waitForDone(5000)

    def _done(self, name: str, verified: bool, facts: ModelFacts | None, failure: Failure | None) -> None:
        folder = Path(name)
        known = facts or ModelFacts(folder, folder.name)
        if failure is not None:
            known = ModelFacts(folder, known.name, known.version, problem=line(failure.cause, failure.remedy))
        wanted = folder in self._adding
        if failure is None or not wanted:
            self._facts[folder] = known
        if verified:
            self.checking.discard(folder)
            self._adding.discard(folder)
            if wanted and failure is None and folder not in self.folders:
                self._settings.model_folders = (*self._settings.model_folders, folder)
        self.changed.emit()
        if verified:
            # Last: who hears it finds the list as it is now.
            self.checked.emit(folder, failure)
