from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from training.clip import Clip
from training.stream import ClipStream


class Counted:
    """A corpus whose clips say from which chance they came."""

    name = "counted"
    song_count = 50
    made = 0

    def __len__(self) -> int:
        return 50

    def clip(self, index: int, *, seconds: float, rng: np.random.Generator) -> Clip:
        self.made += 1
        return Clip({"bass": rng.standard_normal(10).astype(np.float32)}, origin=f"{index} {rng.random():.6f}")

    def pair(self, index: int, *, seconds: float, rng: np.random.Generator) -> tuple[Clip, Clip]:
        return self.clip(index, seconds=seconds, rng=rng), self.clip(index, seconds=seconds, rng=rng)


def origins(stream: ClipStream, steps: range, count: int = 4) -> list[list[str]]:
    return [[clip.origin for clip in stream.clips(step, count)] for step in steps]


def stream(**options) -> ClipStream:
    return ClipStream(Counted(), **({"seconds": 1.0, "seed": 3, "lanes": 3, "window": 6, "renew": 2} | options))


def test_any_step_can_be_made_again() -> None:
    whole = origins(stream(), range(20))
    assert origins(stream(), range(13, 20)) == whole[13:]
    assert origins(stream(), range(19, -1, -1)) == whole[::-1]


def test_another_seed_gives_other_clips() -> None:
    assert origins(stream(), range(5)) != origins(stream(seed=4), range(5))


def test_no_clip_comes_twice_in_a_step_while_there_are_enough() -> None:
    for step in origins(stream(), range(10), count=6):
        assert len(set(step)) == 6
    assert len(stream().clips(0, 20)) == 20


def test_each_step_renders_only_what_is_new() -> None:
    made = stream(lanes=1, window=6, renew=2)
    for step in range(10):
        made.clips(step, 6)
    assert made.corpus.made == 6 + 9 * 2  # type: ignore[attr-defined]


def _worker(stream: ClipStream, worker: int, workers: int) -> dict[int, list[str]]:
    return {step: origins(stream, range(step, step + 1))[0] for step in range(worker, 12, workers)}


@pytest.mark.parametrize("workers", [1, 2])
def test_the_number_of_workers_does_not_matter(workers: int) -> None:
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        jobs = [pool.submit(_worker, stream(), worker, workers) for worker in range(workers)]
        done = {step: clips for job in jobs for step, clips in job.result().items()}
    assert [done[step] for step in range(12)] == origins(stream(), range(12))


def test_partners_come_first_when_they_are_asked_for() -> None:
    scenes = stream(pairs=0.5, window=20).scenes(0, 8, paired=4)
    assert all(other is not None for _, other in scenes[:4])
    assert len({id(clip) for clip, _ in scenes}) == 8
    assert all(other is None for _, other in stream(pairs=0.0).scenes(0, 8, paired=4))


def test_what_is_kept_does_not_travel_to_workers() -> None:
    full = stream()
    full.clips(0, 6)
    assert len(pickle.dumps(full)) < 2000


def test_an_impossible_window_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        stream(window=0)
