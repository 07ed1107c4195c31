"""Batches for the loop: item n of the data set is the whole batch of step n, so that a run can resume anywhere."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import torch
from torch.utils.data import DataLoader, Dataset

from training.stages.base import Batch, Stage


def loader(stage: Stage, first: int, rank: int, world: int, workers: int, device: torch.device) -> DataLoader[Batch]:
    """Batches of the steps from `first` on, without end. Each of `world` processes has its own share."""
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


class _Steps(Dataset[Batch]):
    """Item n is the whole batch of step n."""

    def __init__(self, stage: Stage, rank: int, world: int) -> None:
        self._stage, self._rank, self._world = stage, rank, world

    def __getitem__(self, step: int) -> Batch:
        return self._stage.batch(step * self._world + self._rank)


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
