"""The training loop: one for all stages, on a CPU, a GPU, or several through `accelerate launch`.

A run is decided by its seed: the batch and the chance of step n are functions of (seed, n) alone, so a run that
was stopped and resumed has the weights of one that was not (to the bit on a CPU with `--steps`; with
`--minutes` the learning rate follows the clock).
"""

from __future__ import annotations

import copy
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast
from torch import Tensor, nn

from engine.errors import UserError
from engine.session.locking import claimed
from training import checkpoints
from training.checkpoints import Checkpoint
from training.feeding import batches
from training.journal import Journal, Stopwatch
from training.machine import accelerator_for, describe, stop_signals
from training.optimizers import kept_of, optimizer_for
from training.stages.base import Batch, Metrics, Stage

MAX_SKIPPED_IN_A_ROW = 50


@dataclass(frozen=True)
class RunRequest:
    """How long, where and on what a stage is trained. Exactly one of `minutes` and `steps` is given."""

    run: Path
    minutes: float | None = None
    """Of the whole run, over all its resumptions: the learning rate is down to zero when they are over."""
    steps: int | None = None
    pause_minutes: float | None = None
    """Stop after so long in this call, to be resumed: for machines that are lent by the hour."""
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    """What training.machine.precision_for takes."""
    workers: int = 1
    threads: int | None = None
    init_from: Path | None = None
    """A run or a bundle whose weights to begin with."""
    checkpoint_minutes: float = 5.0
    validate_minutes: float = 3.0
    log_steps: int = 10
    data: dict[str, Any] = field(default_factory=dict)
    """What the clips are made of, for the provenance."""
    quiet: bool = False


@dataclass(frozen=True)
class RunReport:
    """`interrupted` is the signal that stopped the run early; `finished` says that its time or steps are over."""

    step: int
    seconds: float
    skipped: int
    finished: bool
    metrics: Metrics
    interrupted: int | None = None


class Objective(nn.Module):
    """The stage's loss as one forward pass, so that autocast and gradient hooks see all of it."""

    def __init__(self, stage: Stage, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.companion = stage.companion
        self._stage = stage

    def forward(self, batch: Batch, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        return self._stage.loss(self.network, batch, generator)


def train(stage: Stage, request: RunRequest) -> RunReport:
    """Train, resuming where the run's folder holds a checkpoint. Raises UserError for what a user can mend."""
    if (request.minutes is None) == (request.steps is None):
        raise UserError("a run needs an end", "give either --minutes or --steps")
    if request.threads:
        torch.set_num_threads(request.threads)
    accelerator = accelerator_for(request.device, request.precision)
    # Of several processes of one training the first writes.
    with _alone(request.run) if accelerator.is_main_process else nullcontext():
        run = _Run(stage, request, accelerator)
        # Gradients of what hardly matters fall below the smallest normal number, on which a CPU is fifty times slower.
        torch.set_flush_denormal(True)
        try:
            with stop_signals(run.stop):
                return run.go()
        finally:
            torch.set_flush_denormal(False)
            run.journal.close()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else trains in the folder meanwhile: two runs would write over each other's checkpoints."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made ({error.strerror})", "choose another --run") from error
    with ExitStack() as held:
        held.callback(_drop_if_empty, folder)
        try:
            held.enter_context(claimed(folder))
        except BlockingIOError as error:
            raise UserError(f"another training writes to {folder}", "wait for it, or choose another --run") from error
        yield


def _drop_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


class _Run:
    def __init__(self, stage: Stage, request: RunRequest, accelerator: Accelerator) -> None:
        self.begun = time.monotonic()
        self.stage, self.request, self.accelerator = stage, request, accelerator
        self.device = accelerator.device
        self.settings = stage.settings
        self.signal: int | None = None
        self.step = self.skipped = self.examples = 0
        self.earlier = 0.0  # seconds of the calls before this one
        self.reserve = min(20.0, 0.02 * 60 * (request.minutes or 0.0))  # for the last validation and checkpoint
        self.metrics: Metrics = {}

        torch.manual_seed(request.seed)
        self.network = stage.build()
        self._restore_or_begin()
        stage.place(self.device)
        objective = Objective(stage, self.network).to(self.device)
        self.average = copy.deepcopy(self.network).requires_grad_(False).eval()
        if self.restored and "ema" in self.restored.groups:
            self.average.load_state_dict(dict(self.restored.groups["ema"]))
        self.named = {name: value for name, value in objective.named_parameters() if value.requires_grad}
        self.optimizer = optimizer_for(objective, self.settings)
        self._restore_optimizer()
        self.objective = accelerator.prepare(objective) if accelerator.num_processes > 1 else objective
        main = accelerator.is_main_process
        self.journal = Journal(
            request.run if main else None, stage.name, first_step=self.step, quiet=request.quiet or not main
        )

    # -- the run -------------------------------------------------------------------------------------------------

    def go(self) -> RunReport:
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        coming = batches(self.stage, self.step, rank, world, self.request.workers, self.device)
        self._validate()  # the figures to beat, while the loaders render; and how long a validation takes
        last_checkpoint = last_validation = time.monotonic()
        in_a_row = 0
        clock = Stopwatch()
        while True:
            fraction, stopping = self._agreed()
            if stopping or fraction >= 1.0:
                break
            with clock("data"):
                batch = {key: value.to(self.device, non_blocking=True) for key, value in next(coming).items()}
            loss, values, sound = self._step(batch, fraction, clock)
            in_a_row = 0 if sound else in_a_row + 1
            if in_a_row >= MAX_SKIPPED_IN_A_ROW:
                raise UserError(
                    f"the loss of {in_a_row} steps in a row was not finite (step {self.step})",
                    "start again from an earlier run with a lower --lr",
                )
            if self.step % self.request.log_steps == 0:
                self._log(loss, values, fraction, clock)
            now = time.monotonic()
            if now - last_validation > 60 * self.request.validate_minutes:
                self._validate()
                last_validation = time.monotonic()
            if now - last_checkpoint > 60 * self.request.checkpoint_minutes:
                self._checkpoint()
                last_checkpoint = time.monotonic()
        if self.signal is None:
            self._validate()
        self._checkpoint()
        finished = fraction >= 1.0
        return RunReport(self.step, self.seconds, self.skipped, finished, self.metrics, self.signal)

    def stop(self, number: int) -> None:
        """Finish the step, write the checkpoint, and leave. Called by the signal handler."""
        self.signal = number

    def say(self, text: str) -> None:
        if self.accelerator.is_main_process and not self.request.quiet:
            print(f"instructme: {text}", file=sys.stderr)

    @property
    def seconds(self) -> float:
        """Of training so far, in this and all earlier calls."""
        return self.earlier + time.monotonic() - self.begun

    def _step(self, batch: Batch, fraction: float, clock: Stopwatch) -> tuple[Tensor, dict[str, Tensor], bool]:
        rank, world = self.accelerator.process_index, self.accelerator.num_processes
        chance = _mixed(self.request.seed, self.step * world + rank)
        torch.manual_seed(chance)
        generator = torch.Generator(self.device).manual_seed(chance)
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * self._warmth() * _decay(fraction)
        self.stage.step = self.step
        self.objective.train()
        with clock("forward"), self.accelerator.autocast():
            loss, values = self.objective(batch, generator)
        with clock("backward"):
            self.accelerator.backward(loss.float())
            norm = nn.utils.clip_grad_norm_(self.named.values(), self.settings.clip_norm)
        with clock("optimizer"):
            sound = math.isfinite(float(norm))  # NaN in the loss is NaN in the gradient, and the same on every rank
            if sound:
                self.optimizer.step()
                self._update_average()
            else:
                self.skipped += 1
            self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.examples += next(iter(batch.values())).shape[0] * world
        return loss.detach(), {"gradient_norm": norm, **values}, sound

    @torch.no_grad()
    def _update_average(self) -> None:
        # The half-life grows with the run, so that the first weights are soon forgotten.
        half_life = min(float(self.settings.ema_half_life), 1.0 + 0.1 * self.step)
        rate = 1.0 - 0.5 ** (1.0 / half_life)
        mean: list[Tensor] = list(self.average.parameters())
        now: list[Tensor] = list(self.network.parameters())
        torch._foreach_lerp_(mean, now, rate)  # pyright: ignore[reportPrivateImportUsage]
        for mine, theirs in zip(self.average.buffers(), self.network.buffers(), strict=True):
            mine.copy_(theirs)

    def _agreed(self) -> tuple[float, bool]:
        """The share of the run that is over, and whether to stop: the same on all processes."""
        request = self.request
        if request.steps is not None:
            fraction = self.step / request.steps
        else:
            limit = max(1e-6, 60 * (request.minutes or 0.0) - self.reserve)
            fraction = self.seconds / limit
        pause = request.pause_minutes
        paused = pause is not None and time.monotonic() - self.begun > 60 * pause - self.reserve
        stopping = self.signal is not None or paused
        if self.accelerator.num_processes > 1:
            told = torch.tensor([fraction, float(stopping)], dtype=torch.float64, device=self.device)
            told = broadcast(told, from_process=0)
            fraction, stopping = float(told[0]), bool(told[1])
        return min(fraction, 1.0), stopping

    def _warmth(self) -> float:
        return min(1.0, (self.step + 1) / max(1, self.settings.warmup))

    # -- what is written -----------------------------------------------------------------------------------------

    def _log(self, loss: Tensor, values: dict[str, Tensor], fraction: float, clock: Stopwatch) -> None:
        if not self.accelerator.is_main_process:
            return
        seconds = clock.lap(self.request.log_steps)
        rate = 1.0 / max(1e-9, seconds["step"])
        left = self.seconds * (1 - fraction) / max(fraction, 1e-6)
        figures = {"loss": loss, **values}
        figures = {name: float(value.detach()) for name, value in figures.items()}
        figures["learning_rate"] = self.optimizer.param_groups[0]["lr"]
        figures["skipped"] = float(self.skipped)
        self.journal.progress(fraction, self.step, figures["loss"], rate, left)
        self.journal.record("train", self.step, figures)
        self.journal.record("seconds", self.step, {**seconds, "elapsed": self.seconds})

    def _validate(self) -> None:
        begun = time.monotonic()
        if self.accelerator.is_main_process:
            with torch.no_grad(), self.accelerator.autocast():
                self.metrics = self.stage.evaluate(self.average, self.device)
            self.journal.record("validation", self.step, self.metrics)
            figures = "  ".join(f"{name} {value:.3f}" for name, value in self.metrics.items())
            self.journal.say(f"{self.stage.name} step {self.step}: {figures}")
        self.accelerator.wait_for_everyone()
        self._keep_time_for(time.monotonic() - begun)

    def _checkpoint(self) -> None:
        if self.accelerator.is_main_process:
            with torch.no_grad():
                self.stage.finish(self.average, self.device)
            checkpoints.write(self.request.run, self._snapshot())
        self.accelerator.wait_for_everyone()

    def _keep_time_for(self, validation: float) -> None:
        """The last validation and checkpoint belong to the run's time, but never take more than a quarter of it."""
        ends = [end for end in (self.request.minutes, self.request.pause_minutes) if end is not None]
        if ends:
            self.reserve = min(max(self.reserve, 1.2 * validation + 2.0), 0.25 * 60 * min(ends))

    def _snapshot(self) -> Checkpoint:
        optimizer = {
            f"{name}/{key}": value
            for name, parameter in self.named.items()
            for key, value in self.optimizer.state.get(parameter, {}).items()
        }
        groups = {
            "weights": self.network.state_dict(),
            "ema": self.average.state_dict(),
            "companion": self.stage.companion.state_dict() if self.stage.companion else {},
            "optimizer": optimizer,
        }
        state = {
            "stage": self.stage.name,
            "part": self.stage.part,
            "step": self.step,
            "seconds": round(self.seconds, 3),
            "examples": self.examples,
            "skipped": self.skipped,
            "seed": self.request.seed,
            "schedule": {"minutes": self.request.minutes, "steps": self.request.steps},
            "settings": asdict(self.settings),
            "configuration": self.stage.configuration.to_json(),
            "vocabulary": self.stage.vocabulary.to_json(),
            "data": self.request.data,
            "began_with": self.began_with,
            "machine": describe(self.device, self.accelerator.num_processes),
            "metrics": {name: value for name, value in self.metrics.items() if math.isfinite(value)},
            "changes": self.changes,
        }
        return Checkpoint(groups, state)

    # -- what is read --------------------------------------------------------------------------------------------

    def _restore_or_begin(self) -> None:
        self.restored: Checkpoint | None = None
        self.began_with: dict[str, Any] | None = None
        self.changes: list[dict[str, Any]] = []
        if checkpoints.exists(self.request.run):
            self.restored = checkpoints.read(self.request.run)
            state = self.restored.state
            same_model = checkpoints.configuration_of(self.restored) == self.stage.configuration
            if state["stage"] != self.stage.name or not same_model:
                raise UserError(
                    f"{self.request.run} holds a run of another stage or configuration",
                    "name another --run, or delete that folder",
                )
            if self.request.init_from is not None and state.get("began_with") is None:
                raise UserError(
                    f"{self.request.run} holds a run that began from nothing, not from {self.request.init_from}",
                    "name another --run, or delete that folder",
                )
            self.step, self.skipped, self.examples = state["step"], state["skipped"], state["examples"]
            self.earlier, self.metrics = state["seconds"], dict(state["metrics"])
            self.began_with = state.get("began_with")
            self._note_changes(state)
            self.network.load_state_dict(dict(self.restored.groups["weights"]))
            if self.stage.companion and "companion" in self.restored.groups:
                self.stage.companion.load_state_dict(dict(self.restored.groups["companion"]))
        elif self.request.init_from is not None:
            source = checkpoints.read_trained(self.request.init_from, self.stage.name, self.stage.part)
            weights = self.stage.begin_from(self.network, source.groups["ema"])
            _load_what_fits(self.network, weights, self.request.init_from, self.say)
            self.began_with = {key: source.state.get(key) for key in checkpoints.HISTORY}
            if self.stage.companion and "companion" in source.groups:
                self.stage.companion.load_state_dict(dict(source.groups["companion"]))

    def _note_changes(self, state: Mapping[str, Any]) -> None:
        """What this call does differently from those before it: the weights are of both, and must tell."""
        self.changes = list(state.get("changes", ()))
        before, now = state["settings"], json.loads(json.dumps(asdict(self.stage.settings)))
        changed = {key: [before.get(key), value] for key, value in now.items() if before.get(key) != value}
        for key, value in (("seed", self.request.seed), ("data", self.request.data)):
            was = state[key]
            if was != json.loads(json.dumps(value)):
                changed[key] = [was, value]
        if changed:
            self.changes.append({"step": self.step, **changed})
            told = (f"{key} {old} -> {new}" if key != "data" else "other data" for key, (old, new) in changed.items())
            self.say(f"{self.request.run} goes on from step {self.step} with {', '.join(told)}")

    def _restore_optimizer(self) -> None:
        saved = dict(self.restored.groups.get("optimizer", {})) if self.restored else {}
        if not saved:
            return
        names = {parameter: name for name, parameter in self.named.items()}
        kept: dict[int, dict[str, Tensor]] = {}
        order = [(parameter, group) for group in self.optimizer.param_groups for parameter in group["params"]]
        for index, (parameter, group) in enumerate(order):
            keys = {key: f"{names[parameter]}/{key}" for key in kept_of(group)}
            # What another optimizer has kept means nothing to this one, which then begins here.
            if all(key in saved for key in keys.values()):
                kept[index] = {key: saved[name] for key, name in keys.items()}
        shape = self.optimizer.state_dict()
        self.optimizer.load_state_dict({"state": kept, "param_groups": shape["param_groups"]})


def _decay(fraction: float) -> float:
    """Cosine from 1 to 0 over the run."""
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, max(0.0, fraction))))


def _mixed(seed: int, step: int) -> int:
    """A seed per step; neighbours must not share bits, for torch's generators are seeded by them directly."""
    return (seed * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9 + 1) % (1 << 63)


def _load_what_fits(network: nn.Module, weights: Any, run: Path, say: Callable[[str], None]) -> None:
    mine = network.state_dict()
    fitting = {name: value for name, value in weights.items() if name in mine and mine[name].shape == value.shape}
    if not fitting:
        raise UserError(f"{run} holds nothing that this network can begin from", "leave out --init-from")
    if fresh := len(mine) - len(fitting):
        say(f"{fresh} of {len(mine)} tensors have other shapes than in {run} and begin afresh")
    network.load_state_dict({**mine, **fitting})
