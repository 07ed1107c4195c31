"""Batches for the loop: item n of the data set is the whole batch of step n, so that a run can resume anywhere."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.utils.data import DataLoader, Dataset

from engine.errors import UserError
from training.stages.base import Batch, Stage


@dataclass(frozen=True)
class _Failure:
    """A UserError on its way out of a worker: torch would make a traceback of it."""

    cause: str
    remedy: str


def batches(stage: Stage, first: int, rank: int, world: int, workers: int, device: torch.device) -> Iterator[Batch]:
    """Those of the steps from `first` on, without end. Each of `world` processes has its own share.

    Raises UserError where the stage does, whichever process makes the batch.
    """
    for item in _loader(stage, first, rank, world, workers, device):
        if isinstance(item, _Failure):
            raise UserError(item.cause, item.remedy)
        yield item


def _loader(
    stage: Stage, first: int, rank: int, world: int, workers: int, device: torch.device
) -> DataLoader[Batch | _Failure]:
    return DataLoader(
        _Steps(stage, rank, world),
        batch_size=None,
        sampler=_From(first),
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        persistent_workers=bool(workers),
        pin_memory=device.type == "cuda",
        worker_init_fn=_quiet_worker,
    )


class _Steps(Dataset[Batch | _Failure]):
    """Item n is the whole batch of step n."""

    def __init__(self, stage: Stage, rank: int, world: int) -> None:
        self._stage, self._rank, self._world = stage, rank, world

    def __getitem__(self, step: int) -> Batch | _Failure:
        try:
            return self._stage.batch(step * self._world + self._rank)
        except UserError as error:
            return _Failure(error.cause, error.remedy)


class _From:
    """The endless sampler n, n + 1, ..."""

    def __init__(self, first: int) -> None:
        self._first = first

    def __iter__(self) -> Iterator[int]:
        step = self._first
        while True:
            yield step
            step += 1


def _quiet_worker(_: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; only the loop answers it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
