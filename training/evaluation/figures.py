"""From records to summaries: means, Frechet distances and paired differences, with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from training.evaluation.frechet import Embedded, frechet
from training.evaluation.judge import OURS, VGGISH
from training.evaluation.measuring import TARGET, Record, unpacked
from training.evaluation.metrics import Summary, bootstrap_average

FAD_METRICS = {"fad": OURS, "fad_vggish": VGGISH}
"""Metric of a table -> encoder."""

FEWEST_CASES = 6

Key = tuple[str, str]
"""(system, output); the system of floors and ceilings is ""."""


class Figures:
    """All records of an evaluation, and what can be asked of them. Values that were once computed are kept."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records: dict[tuple[str, str, str], dict[int, Record]] = {}
        for record in records:
            place = (record["system"], record["output"], record["operation"])
            self._records.setdefault(place, {})[record["song"]] = record
        self._kept: dict[tuple[object, ...], Summary | None] = {}

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(system for system, _, _ in self._records if system))

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(operation for _, _, operation in self._records))

    def records(self, key: Key, operation: str) -> list[Record]:
        """In the order of the songs."""
        found = self._records.get((*key, operation), {})
        return [found[song] for song in sorted(found)]

    def all(self) -> list[Record]:
        return [record for found in self._records.values() for record in found.values()]

    def count(self, key: Key, operations: Sequence[str]) -> int:
        return sum(len(self._records.get((*key, operation), {})) for operation in operations)

    def of(self, key: Key, metric: str, operations: Sequence[str], against: Key | None = None) -> Summary | None:
        """The metric over the operations (their mean), of one output of one system; None where nothing is known.

        `against` another output gives the mean difference to it on the same cases.
        """
        place = (key, metric, tuple(operations), against)
        if place not in self._kept:
            make = self._distance if metric in FAD_METRICS else self._mean
            self._kept[place] = make(key, metric, operations, against)
        return self._kept[place]

    def _mean(self, key: Key, metric: str, operations: Sequence[str], against: Key | None) -> Summary | None:
        tasks = []
        for operation in operations:
            mine = self._records.get((*key, operation), {})
            theirs = None if against is None else self._records.get((*against, operation), {})
            tasks.append([(song, _value(record, metric, theirs, song)) for song, record in mine.items()])
        return bootstrap_average(tasks)

    def _distance(self, key: Key, metric: str, operations: Sequence[str], against: Key | None) -> Summary | None:
        encoder = FAD_METRICS[metric]
        sides = []
        for side in (key, against):
            if side is not None:
                tasks = [self._embedded(side, operation, encoder) for operation in operations]
                if not all(tasks):
                    return None
                sides.append(tasks)
        return frechet(sides[0], sides[1] if against is not None else None)

    def _embedded(self, key: Key, operation: str, encoder: str) -> list[Embedded]:
        targets = self._records.get(("", TARGET, operation), {})
        return [
            Embedded(song, unpacked(record["embeddings"][encoder]), unpacked(targets[song]["embeddings"][encoder]))
            for song, record in sorted(self._records.get((*key, operation), {}).items())
            if song in targets and encoder in record["embeddings"] and encoder in targets[song]["embeddings"]
        ]

    def embedding_size(self, encoder: str) -> tuple[int, int] | None:
        """(vectors of the smallest task, dimensions) of the targets, None where nothing was embedded."""
        sizes = []
        for operation in self.operations:
            clips = self._embedded(("", TARGET), operation, encoder)
            if clips:
                sizes.append((sum(len(clip.target) for clip in clips), clips[0].target.shape[1]))
        return min(sizes) if sizes else None

    def known(self, metric: str) -> bool:
        """Whether any record has a value of the metric."""
        if metric in FAD_METRICS:
            return any(FAD_METRICS[metric] in record["embeddings"] for record in self.all())
        return any(record.get(metric) is not None for record in self.all())


def _value(record: Record, metric: str, others: Mapping[int, Record] | None, song: int) -> float | None:
    own = record.get(metric)
    if own is None or others is None:
        return own
    other = others.get(song, {}).get(metric)
    return None if other is None else own - other


def verdict(difference: Summary | None, better: int) -> int:
    """1 where the difference is surely (95%) for the better, -1 where for the worse, 0 where that is not known.

    Intervals of fewer than FEWEST_CASES are too narrow to be believed.
    """
    if difference is None or difference.count < FEWEST_CASES or difference.low <= 0 <= difference.high:
        return 0
    return better if difference.mean > 0 else -better
