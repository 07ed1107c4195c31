"""The process that edits: requests come as lines on stdin, replies go as lines to stdout.

    python -m engine.worker

Jobs run one at a time on the main thread, the only one that imports torch; a second thread reads stdin,
so that a cancellation is seen between two sampling steps. A job that fails gives Failed and the
worker lives on. It ends with Quit, or when stdin ends because the window is gone.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from engine.errors import Cancelled, UserError
from engine.messages import (
    Analyzed,
    AnalyzeJob,
    Cancel,
    Done,
    EditJob,
    Failed,
    Load,
    Preview,
    Progress,
    ProtocolError,
    Quit,
    Ready,
    Reply,
    Stopped,
    Unload,
    Unloaded,
    decode,
    encode,
)
from engine.threads import share_the_cores

if TYPE_CHECKING:
    from engine.editor import Editor
    from engine.preview import Preview as Seen

_log = logging.getLogger(__name__)

_NICENESS = 5
_GRACE_SECONDS = 20.0
_PROGRESS_SECONDS = 0.05
_PREVIEW_SECONDS = 0.25
_PREVIEW_SHARE = 0.05
"""Of the time that goes by, spent on previews at most."""


class Worker:
    """Serves requests from `source` and replies to `sink`, both text files of lines."""

    def __init__(self, source: TextIO, sink: TextIO) -> None:
        self._source = source
        self._sink = sink
        self._jobs: queue.Queue[Load | EditJob | AnalyzeJob | Unload | None] = queue.Queue()
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._cancelled: set[str] = set()
        self._quitting = threading.Event()
        self._editor: Editor | None = None

    def serve(self) -> None:
        """Until Quit or the end of `source`."""
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        while (job := self._jobs.get()) is not None:
            if isinstance(job, Load):
                self._try(None, lambda job=job: self._load(job))
                continue
            if isinstance(job, Unload):
                self._try(None, self._unload)
                continue
            self._try(job.id, lambda job=job: self._edit(job) if isinstance(job, EditJob) else self._analyze(job))
            with self._lock:
                self._waiting.discard(job.id)
                self._cancelled.discard(job.id)

    def _read(self) -> None:
        """On the reading thread: queue jobs, note cancellations."""
        for line in self._source:
            try:
                request = decode(line)
            except ProtocolError as error:
                self._reply(
                    Failed(None, "the engine got a message that it does not know", "restart InstructME", str(error))
                )
                continue
            if isinstance(request, Quit):
                break
            with self._lock:
                if isinstance(request, Cancel):
                    if request.id in self._waiting:
                        self._cancelled.add(request.id)
                elif isinstance(request, (EditJob, AnalyzeJob)):
                    self._waiting.add(request.id)
            if isinstance(request, (Load, EditJob, AnalyzeJob, Unload)):
                self._jobs.put(request)
        self._quitting.set()
        self._jobs.put(None)
        # Whoever owned this process is gone or tired of it: it must not outlive one long step.
        time.sleep(_GRACE_SECONDS)
        os._exit(1)

    def _try(self, id: str | None, act: Callable[[], None]) -> None:
        """Run a job; whatever happens becomes a reply."""
        from engine.jobs import as_user_error

        try:
            if id is not None and self._is_cancelled(id):
                raise Cancelled
            act()
        except Cancelled:
            if id is not None:
                self._reply(Stopped(id))
        except Exception as error:
            known = as_user_error(error)
            if known is not None:
                self._reply(Failed(id, known.cause, known.remedy))
                return
            _log.exception("job %s failed", id)
            self._reply(
                Failed(
                    id,
                    f"the edit failed inside InstructME ({type(error).__name__}: {error})",
                    "try again, and report it if it comes back",
                    traceback.format_exc(),
                )
            )

    def _load(self, request: Load) -> None:
        from engine.editor import Editor

        self._editor = None
        editor = self._editor = Editor.load(request.model, request.device, request.precision)
        bundle = editor.bundle
        self._reply(
            Ready(
                model=bundle.name,
                device=str(editor.device),
                instruments=bundle.vocabulary.instrument_names,
                genres=bundle.vocabulary.genre_names,
                sample_rate=bundle.configuration.sample_rate,
                version=bundle.version,
                folder=str(bundle.folder),
                model_hash=bundle.hash,
            )
        )
        # While the user looks at the song. A part that is missing is told when an edit needs it.
        with contextlib.suppress(UserError):
            editor.networks.preload()

    def _unload(self) -> None:
        if self._editor is not None:
            self._editor.networks.drop()
        gc.collect()
        _give_back_memory()
        import psutil

        self._reply(Unloaded(psutil.Process().memory_info().rss))

    def _edit(self, job: EditJob) -> None:
        from engine.jobs import edit_file

        report = edit_file(
            self._loaded(),
            job.source,
            job.output,
            (job.instruction,),
            seed=job.seed,
            steps=job.steps,
            guidance=job.guidance,
            region=job.region,
            strength=job.strength,
            rounds_folder=job.rounds,
            stems=job.stems,
            headroom=True,
            on_progress=self._progress(job.id),
            is_cancelled=lambda: self._is_cancelled(job.id),
            on_preview=self._preview(job.id),
        )
        self._reply(Done(job.id, report))

    def _analyze(self, job: AnalyzeJob) -> None:
        from engine.jobs import analyze_file

        summary = analyze_file(
            self._loaded(),
            job.source,
            job.output,
            on_progress=self._progress(job.id),
            is_cancelled=lambda: self._is_cancelled(job.id),
        )
        self._reply(Analyzed(job.id, summary, job.output))

    def _loaded(self) -> Editor:
        if self._editor is None:
            raise UserError("no model is loaded", "choose a model first")
        return self._editor

    def _is_cancelled(self, id: str) -> bool:
        with self._lock:
            return id in self._cancelled or self._quitting.is_set()

    def _progress(self, id: str) -> Callable[..., None]:
        """Progress as the editor reports it, thinned to what a window can show."""
        last_stage: tuple[str, int] | None = None
        last_time = 0.0

        def report(stage: str, done: int, total: int, round: int = 1, rounds: int = 1) -> None:
            nonlocal last_stage, last_time
            now = time.monotonic()
            if (stage, round) == last_stage and done < total and now - last_time < _PROGRESS_SECONDS:
                return
            last_stage, last_time = (stage, round), now
            self._reply(Progress(id, stage, done, total, round, rounds))  # type: ignore[arg-type]

        return report

    def _preview(self, id: str) -> Callable[[Callable[[], Seen]], None]:
        """Previews, as often as they are worth it: never more than four a second or a twentieth of the time."""
        begin = time.monotonic()
        last, spent = 0.0, 0.0

        def show(make: Callable[[], Seen]) -> None:
            nonlocal last, spent
            now = time.monotonic()
            if now - last < _PREVIEW_SECONDS or spent > _PREVIEW_SHARE * (now - begin):
                return
            seen = make()
            bands, columns = seen.image.shape
            image = base64.b64encode(seen.image.tobytes()).decode("ascii")
            self._reply(Preview(id, image, bands, columns, round(seen.start, 3), round(seen.end, 3)))
            last = time.monotonic()
            spent += last - now

        return show

    def _reply(self, reply: Reply) -> None:
        with self._lock:
            try:
                self._sink.write(encode(reply))
                self._sink.flush()
            except (BrokenPipeError, ValueError):
                self._quitting.set()


def _give_back_memory() -> None:
    """What was freed goes to the system, and does not stay in the pools of this process."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
    # glibc keeps freed arenas; elsewhere there is no such call, and nothing to do.
    with contextlib.suppress(OSError, AttributeError):
        import ctypes

        ctypes.CDLL("libc.so.6").malloc_trim(0)


def main() -> int:
    """Entry of the process."""
    share_the_cores()
    # Replies keep the real stdout to themselves; what libraries print goes to stderr.
    sink = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    source = os.fdopen(os.dup(0), "r", encoding="utf-8", errors="replace", newline="\n")
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    # Ctrl-C in a terminal reaches the whole group: the window decides, and ends us by closing stdin.
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(_NICENESS)
    Worker(source, sink).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
