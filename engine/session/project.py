"""A project folder: the source, the rounds, and the tree of them. Whatever happens, every finished round is kept.

    manifest.json           the tree, the current round, the trash        (manifest.previous.json: the one before)
    source.<ext>            the user's file, byte for byte
    rounds/0007.wav         a round's audio, never changed once it has this name
    rounds/0007.removed.wav what that round took from the one before it, and rounds/0007.added.wav what it brought,
                            which rounds/0007.notes.mid has as notes, where a model wrote them
    rounds/0007.json        what that round is, so that the manifest can be rebuilt
    rounds/0008.part.wav    a round that a worker is writing
    analysis/, thumbnails/  what can be worked out again

A round is finished in this order: its audio is on the disk as .part (whoever wrote it waited for that, off the window's
thread), its sidecar says what it is, the audio takes its name, the manifest knows it. Stopped before the sidecar it
never was; stopped after, `open` completes it. Nobody waits for the manifest: it can be rebuilt.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal, Self

from engine.audio import Written, loudness, probe, read
from engine.errors import UserError
from engine.instruction import region_within
from engine.session import manifest
from engine.session.files import failure, sync
from engine.session.history import Deleted, History
from engine.session.locking import locked
from engine.session.log import export_log
from engine.session.round import SOURCE, Round, untouched
from engine.session.splicing import take_region, way_between

Stem = Literal["removed", "added", "notes"]
STEMS: Mapping[Stem, str] = {"removed": "removed.wav", "added": "added.wav", "notes": "notes.mid"}
"""What is kept of a round beside its audio -> how its file name ends."""

DERIVED = ("analysis", "thumbnails")
"""Folders with what can be worked out of a round's audio again: <id>.<anything>. They go with the round."""


@dataclass(frozen=True)
class Pending:
    """A round that is being made: the worker writes its audio to `path`, as WAV, and what it took and brought, where
    there was any, to `stems` with a dot and the endings of STEMS after it. It waits until the disk has all of them, as
    engine.audio.write does: `Project.finish_round` does not wait for them again, which takes long on a busy disk."""

    id: str
    parent: str
    path: Path

    @property
    def stems(self) -> Path:
        return self.path.with_suffix("")


class Project:
    """An open project. One process has it open at a time; `close` gives it back and nothing else, for all is saved.

    The tree is read through `history`; it is changed through the methods here, which also save it.
    """

    def __init__(self, folder: Path, history: History, lock: IO[str] | None, problems: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.history = history
        self.problems = problems
        """What `open` found damaged and repaired, one line each, for people."""
        self._lock = lock
        self._settled = False
        """Whether the manifest in the folder waited for the disk."""
        self._naming = threading.Lock()
        # Where a manifest is lost, files tell of rounds that were: a new one must not come by their stems.
        self._next = 1 + max(history.last, *_numbers(folder / manifest.ROUNDS))

    # Begin and end

    @classmethod
    def create(cls, folder: str | os.PathLike[str], source: str | os.PathLike[str]) -> Project:
        """A new project in `folder`, which must be new or empty. The source is copied into it.

        Raises UserError for a source that cannot be read, a folder that is in use, no space or no permission.
        """
        folder, source = Path(folder), Path(source)
        info = probe(source)
        level = loudness(read(source))
        taken = UserError(f"'{folder}' is not empty", "choose a new folder for the project")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise taken
        try:
            # Whoever makes this folder owns the place: before that, nothing in it is ours to tidy up.
            (folder / manifest.ROUNDS).mkdir(parents=True)
        except FileExistsError:
            raise taken from None
        except OSError as error:
            raise failure(folder, error) from error
        lock = None
        try:
            lock = locked(folder)
            name = f"source{source.suffix.lower()}"
            part = folder / f"source.part{source.suffix.lower()}"
            shutil.copyfile(source, part)
            sync(part)
            os.replace(part, folder / name)
            root = Round(
                SOURCE, None, "", "", _now(), name, info.frames, info.sample_rate, info.channels, loudness=level,
                label=source.stem,
            )  # fmt: skip
            manifest.write_sidecar(folder, root)
            project = cls(folder, History(root), lock)
            project._save()
            return project
        except BaseException as error:
            if lock:
                lock.close()
            # Nothing was in it before, and half a project would stand in the way of the next attempt.
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise failure(folder, error) from error
            raise

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Project:
        """Open a project and repair what a crash, or a disk, did to it; `problems` tells what that was.

        Raises UserError: no project, open elsewhere, made by a newer InstructME, or its source is lost.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise UserError(f"there is no project folder '{folder}'", "check the path")
        if not (folder / manifest.ROUNDS).is_dir():
            raise UserError(f"'{folder}' is not a project of InstructME", "choose a folder that was made by it")
        lock = locked(folder)
        try:
            history, problems = manifest.load(folder)
            said, damaged = manifest.read_sidecars(folder)
            problems += damaged
            if history is None:
                root = next((round for round in said if round.parent is None), None)
                if root is None:
                    raise UserError(f"'{folder}' is not a project of InstructME", "choose a folder that was made by it")
                history = History(root)
            if not (folder / history.root.audio).exists():
                raise UserError(f"the source '{history.root.audio}' of this project is missing", "put it back")
            problems += _complete(folder, said)
            adopted = history.adopt([round for round in said if (folder / round.audio).exists()])
            problems += [f"round {round.id} ('{round.instruction}') was recovered" for round in adopted]
            project = cls(folder, history, lock, ())
            problems += project._drop_lost()
            _sweep(folder, project.history.root.audio)
            whole = {round.id for round in said}
            for round in project.history.rounds:
                if round.id not in whole:
                    manifest.write_sidecar(folder, round)
            project.problems = tuple(problems)
            if problems:
                project._save()
            with contextlib.suppress(UserError):
                # Now it may stand beside the next one, for which nobody waits.
                project._settle()
            return project
        except BaseException:
            if lock:
                lock.close()
            raise

    def close(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Rounds

    def audio_path(self, id: str | None = None) -> Path:
        """Where the audio of a round (the current one) lies."""
        round = self.history[id] if id else self.history.current
        return self.folder / round.audio

    def stem_path(self, id: str, stem: Stem) -> Path | None:
        """Where lies what a round took from its parent, or brought to it, as sound or as notes; None where there was
        nothing, or where it was not kept."""
        path = self._stem(self.history[id].id, stem)
        return path if path.is_file() else None

    def _stem(self, id: str, stem: Stem) -> Path:
        return self.folder / manifest.ROUNDS / f"{id}.{STEMS[stem]}"

    def begin_round(self, parent: str | None = None) -> Pending:
        """A place for the audio of an edit of `parent` (the current round). Several may be under way."""
        parent = (self.history[parent] if parent else self.history.current).id
        id = f"{self._next:04d}"
        self._next += 1
        return Pending(id, parent, self.folder / manifest.ROUNDS / f"{id}.part.wav")

    def splice(self, pending: Pending, other: str, region: tuple[float, float]) -> Callable[[], Written]:
        """How `pending` becomes the round that it began from with `region` (seconds) of the round `other` in it, and
        with stems where those of the rounds between the two tell them: to be called on any thread, see `take_region`.

        Raises UserError for a round that is not in the tree.
        """
        paths = self.audio_path(pending.parent), self.audio_path(other), pending.path
        up, down = ([round.id for round in self.history.path_to_root(id)] for id in (pending.parent, other))
        way = way_between(up, down, self.stem_path)
        return lambda: take_region(*paths, region, way=way, stems=pending.stems)

    def finish_round(
        self,
        pending: Pending,
        instruction: str,
        understood: str,
        *,
        seed: int | None = None,
        steps: int | None = None,
        region: tuple[float, float] | None = None,
        model: str | None = None,
        model_hash: str | None = None,
        seconds: float | None = None,
        loudness: float | None = None,
        guidance: float | None = None,
        strength: float | None = None,
        taken_from: str | None = None,
    ) -> Round:
        """Make what the worker wrote a round of the history, and current. From here on no power cut takes it away.

        `region` may be open or count from the end, as in an Instruction; it is kept in plain seconds.

        Raises UserError where the audio is missing or broken, its parent was deleted meanwhile, or the disk is full.
        """
        if pending.parent not in self.history:
            raise UserError(f"the round that '{instruction}' began from is deleted", "restore it, or edit another one")
        info = probe(pending.path)
        name = f"{manifest.ROUNDS}/{pending.id}.wav"
        round = Round(
            pending.id, pending.parent, instruction, understood, _now(), name, info.frames, info.sample_rate,
            info.channels, seed, steps, region_within(region, info.duration), loudness, model, model_hash, seconds,
            guidance=guidance, strength=strength, taken_from=taken_from,
        )  # fmt: skip
        try:
            manifest.write_sidecar(self.folder, round)
            # Stems before the audio: while that has no name yet, `open` knows that there is something to complete.
            for part, stem in _stem_parts(self.folder, pending.id):
                os.replace(part, stem)
            os.replace(pending.path, self.folder / name)
            sync(self.folder / manifest.ROUNDS)
        except OSError as error:
            raise failure(self.folder / name, error) from error
        self.history.add(round)
        # What the sidecar and the audio's name say is on the disk, and `open` finds a round by them.
        self._save(durable=False)
        return round

    def cancel_round(self, pending: Pending) -> None:
        """Forget a round that was begun."""
        pending.path.unlink(missing_ok=True)
        for part, _ in _stem_parts(self.folder, pending.id):
            part.unlink(missing_ok=True)

    # The tree

    def undo(self) -> Round:
        return self._moved(self.history.undo)

    def redo(self) -> Round:
        return self._moved(self.history.redo)

    def jump(self, id: str) -> Round:
        return self._moved(lambda: self.history.jump(id))

    def annotate(self, id: str, **changes: Any) -> Round:
        """Change `label`, `starred` or `note` of a round."""
        keep = self.annotated(id, **changes)
        keep()
        return self.history[id]

    def annotated(self, id: str, **changes: Any) -> Callable[[], None]:
        """`annotate` without waiting for the disk: whatever becomes of this process, the folder knows it. What is
        returned sees to it that a power cut does not take it back; it may wait, and raises UserError.

        It may be called on another thread while the tree changes further; several, in the order of their return.
        """
        round = self.history.annotate(id, **changes)
        self._save(durable=False)

        def keep() -> None:
            manifest.write_sidecar(self.folder, round)
            self._settle()

        return keep

    def measured(self, loudness: Mapping[str, float]) -> None:
        """Note how loud some rounds are, in LUFS. Measured again if it is lost, so nothing waits for the disk."""
        known = {id: level for id, level in loudness.items() if id in self.history}
        for id, level in known.items():
            self.history.annotate(id, loudness=level)
        if known:
            self._save(durable=False)

    def delete(self, id: str) -> Deleted:
        """Move a round and what grew on it to the trash. The audio stays until `purge`."""
        deleted = self.history.delete(id)
        self._save()
        return deleted

    def restore(self, id: str | None = None) -> Round:
        """Take a branch (the last deleted one) out of the trash."""
        round = self.history.restore(id)
        self._save()
        return round

    @property
    def trash_bytes(self) -> int:
        """What `purge` would free by now; a mark that is still on its way to the disk changes it by some bytes."""
        return sum(
            _size(path)
            for deleted in self.history.trash
            for round in deleted.rounds
            for path in self._files(round)
        )

    def purge(self) -> int:
        """Remove what lies in the trash for good; returns the bytes that this freed."""
        freed = 0
        try:
            for round in self.history.purge():
                # The sidecar first: without it, nothing brings the round back half.
                for path in self._files(round):
                    freed += _size(path)
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise failure(self.folder, error) from error
        finally:
            self._save()
        return freed

    def _files(self, round: Round) -> list[Path]:
        """All that lies in the folder for a round: its sidecar first, its audio, then what was worked out of it."""
        own = [manifest.sidecar(self.folder, round.id), self.folder / round.audio]
        own += [self._stem(round.id, name) for name in STEMS]
        derived = [path for name in DERIVED for path in sorted((self.folder / name).glob(f"{round.id}.*"))]
        return [path for path in (*own, *derived) if path.is_file()]

    def untouched(self, id: str | None = None) -> list[tuple[int, int]]:
        """The spans of the source that no round on the way to `id` (the current one) changed, in frames; none where
        part of that way is lost."""
        root, path = self.history.root, self.history.path_to_root(id)
        if any(round.detached for round in path):
            return []
        regions = [round.region for round in path if round.parent is not None and round.strength != 0]
        return untouched(regions, root.frames, root.sample_rate)

    def export_log(self) -> dict[str, Any]:
        """Everything that was done, for `engine.session.read_log`."""
        with self.audio_path(self.history.root.id).open("rb") as source:
            return export_log(self.history, hashlib.file_digest(source, "sha256").hexdigest())

    def _moved(self, move: Callable[[], Round]) -> Round:
        before = self.history.current
        after = move()
        if after != before:
            # Where one stands is no work to be lost, and undo must not wait for the disk.
            self._save(durable=False)
        return after

    def _save(self, *, durable: bool = True) -> None:
        try:
            with self._naming:
                manifest.save(self.folder, self.history, durable=durable, settled=self._settled)
                self._settled = durable
        except OSError as error:
            raise failure(self.folder / manifest.NAME, error) from error

    def _settle(self) -> None:
        """Wait until the manifest in the folder, whichever that is, is on the disk; nobody else waits for that."""
        path = self.folder / manifest.NAME
        try:
            while not self._settled:
                with self._naming:
                    handle = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(handle)
                    sync(self.folder)
                    with self._naming:
                        self._settled = os.path.samestat(os.fstat(handle), path.stat())
                finally:
                    os.close(handle)
        except OSError as error:
            raise failure(path, error) from error

    def _all_rounds(self) -> list[Round]:
        trashed = [round for deleted in self.history.trash for round in deleted.rounds]
        return [*self.history.rounds, *trashed]

    def _drop_lost(self) -> list[str]:
        """Rounds whose audio is gone cannot be played: those leave the tree, and what grew on them moves up."""
        lost = [round for round in self._all_rounds() if not (self.folder / round.audio).exists()]
        if not lost:
            return []
        gone = {round.id: str(round.parent) for round in lost}
        data = self.history.to_json()

        def above(id: str) -> str:
            while id in gone:
                id = gone[id]
            return id

        def moved(round: Round) -> dict[str, Any]:
            if round.parent not in gone:
                return round.to_json()
            return round.to_json() | {"parent": above(round.parent), "detached": True}

        data["rounds"] = [moved(round) for round in self.history.rounds if round.id not in gone]
        data["trash"] = [
            [moved(round) for round in branch.rounds if round.id not in gone] for branch in self.history.trash
        ]
        data["recipes"] = [moved(round) for round in self.history.recipes]
        data["current"] = above(data["current"])
        self.history = History.from_json(data)
        return [f"the audio of round {round.id} ('{round.instruction}') is lost" for round in lost]


def _complete(folder: Path, said: list[Round]) -> list[str]:
    """Give audio its name where only that was left to do when the power went."""
    finished = []
    for round in said:
        part = folder / manifest.ROUNDS / f"{round.id}.part.wav"
        if part.exists() and not (folder / round.audio).exists():
            with contextlib.suppress(UserError):
                if probe(part).frames == round.frames:
                    for piece, stem in _stem_parts(folder, round.id):
                        os.replace(piece, stem)
                    os.replace(part, folder / round.audio)
                    finished.append(f"round {round.id} ('{round.instruction}') was finished")
    return finished


def _stem_parts(folder: Path, id: str) -> list[tuple[Path, Path]]:
    """The stems of a round that is being made, as they are called now and when it is finished."""
    place = folder / manifest.ROUNDS
    pairs = [(place / f"{id}.part.{ending}", place / f"{id}.{ending}") for ending in STEMS.values()]
    return [(part, stem) for part, stem in pairs if part.exists()]


def _size(path: Path) -> int:
    """In bytes; none where it is gone: what is worked out of a round is renamed when it is whole, on other threads."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _numbers(folder: Path) -> Iterator[int]:
    """With which the names of files begin, and 0."""
    yield 0
    for path in folder.glob("*.*"):
        begin = path.name.split(".")[0]
        if begin.isascii() and begin.isdecimal() and len(begin) <= 9:
            yield int(begin)


def _sweep(folder: Path, source: str) -> None:
    """Remove what nobody will finish. (The lock says that no worker of ours is writing.)"""
    for place in (folder, folder / manifest.ROUNDS):
        for path in [*place.glob("*.part"), *place.glob("*.part.*")]:
            if path != folder / source:
                path.unlink(missing_ok=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
