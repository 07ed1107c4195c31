"""The queue: whatever is done to it, every job stands on something that is there or comes before it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from instructme_app.model.failure import Failure
from instructme_app.model.jobs import Job, Queue

TROUBLE = Failure("the disk is full", "free some space")


def job(name: str, after: str | None = None, group: str = "", parent: str | None = "0000") -> Job:
    return Job(name, name.upper(), name, 1, None if after else parent, after, group=group or name)


def chain(*names: str, running: str | None = None) -> Queue:
    """Each on the one before it."""
    below, jobs = running, []
    for name in names:
        jobs.append(job(name, below))
        below = name
    return Queue(job(running) if running else None, tuple(jobs))


def stands_on(queue: Queue) -> dict[str, str | None]:
    return {entry.id: entry.after or entry.parent for entry in queue.waiting}


def test_a_job_that_passes_the_one_it_stood_on_is_stood_on_by_it() -> None:
    queue = chain("a", "b", "c", running="r").move("c", -1)
    assert [entry.id for entry in queue.waiting] == ["a", "c", "b"]
    assert stands_on(queue) == {"a": "r", "c": "a", "b": "c"}
    assert stands_on(chain("a", "b", "c").move("a", 2)) == {"b": "0000", "c": "b", "a": "c"}


def test_variations_change_places_and_nothing_else() -> None:
    queue = Queue(waiting=(job("a"), job("b"), job("c")))
    assert stands_on(queue.move("c", -2)) == {"c": "0000", "a": "0000", "b": "0000"}
    assert [entry.id for entry in queue.move("c", -2).waiting] == ["c", "a", "b"]


def test_past_either_end_nothing_moves() -> None:
    queue = chain("a", "b")
    assert queue.move("a", -1) == queue.move("b", 5) == queue.move("nobody", 1) == queue


def test_what_stood_on_a_cancelled_job_stands_on_what_lay_below_it() -> None:
    queue, dropped = chain("a", "b", "c", running="r").drop("b")
    assert [entry.id for entry in dropped] == ["b"]
    assert stands_on(queue) == {"a": "r", "c": "a"}
    queue, _ = queue.drop("r")
    assert queue.running is None and stands_on(queue) == {"a": "0000", "c": "a"}


def test_what_was_asked_for_in_one_sentence_is_cancelled_together() -> None:
    first = job("a", group="g")
    queue = Queue(first, (job("b", "a", "g"), job("c", "b", "g"), job("d", "c", "h")))
    queue, dropped = queue.drop("a")
    assert [entry.id for entry in dropped] == ["a", "b", "c"]
    assert stands_on(queue) == {"d": "0000"}


def test_a_chain_goes_on_from_where_it_begins_and_from_the_seats_on_the_way() -> None:
    first = replace(job("a", parent="0000"), seat="0007")
    queue = Queue(first, (job("b", "a"), job("c", "b"), job("d", parent="0003")))
    assert queue.goes_on_from(queue.waiting[1]) == {"0000", "0007"}
    assert queue.goes_on_from(queue.waiting[2]) == {"0003"}
    assert queue.finish("0008").goes_on_from(queue.waiting[1]) == {"0008"}


def test_a_retry_brings_back_what_was_chained_to_the_failed_job() -> None:
    queue = chain("a", "b", running="r").fail("r", TROUBLE)
    assert queue.jobs == () and [entry.id for entry in queue.failed[0].chained] == ["a", "b"]
    again = queue.retry("r")
    assert again.failed == ()
    assert [entry.text for entry in again.waiting] == ["R", "A", "B"]
    assert not {"r", "a", "b"} & {entry.id for entry in again.waiting}
    first, second, third = again.waiting
    assert (first.parent, second.after, third.after) == ("0000", first.id, second.id)


def test_a_dismissed_failure_takes_what_was_chained_to_it_along() -> None:
    assert chain("a", running="r").fail("r", TROUBLE).dismiss("r") == Queue()


class AnyQueue(RuleBasedStateMachine):
    """Everything a user and an engine can do to a queue, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue()
        self.made = 0

    def _fresh(self, count: int, base: Job | None) -> list[Job]:
        jobs: list[Job] = []
        for _ in range(count):
            self.made += 1
            below = jobs[-1] if jobs else base
            jobs.append(job(f"{self.made}", below.id if below else None, f"g{self.made - len(jobs)}"))
        return jobs

    @rule(count=st.integers(1, 3))
    def append(self, count: int) -> None:
        self.queue = self.queue.append(*self._fresh(count, self.queue.tail))

    @rule(count=st.integers(1, 3))
    def variations(self, count: int) -> None:
        tail = self.queue.tail
        self.queue = self.queue.append(*(self._fresh(1, tail)[0] for _ in range(count)))

    @rule(count=st.integers(1, 3))
    def insert_next(self, count: int) -> None:
        self.queue = self.queue.insert_next(*self._fresh(count, self.queue.running))

    @rule(first=st.booleans())
    def elsewhere(self, first: bool) -> None:
        """On a round that the queue knows nothing of."""
        fresh = self._fresh(1, None)
        self.queue = self.queue.insert_next(*fresh) if first else self.queue.append(*fresh)

    @precondition(lambda self: self.queue.running is None and self.queue.waiting)
    @rule()
    def start(self) -> None:
        self.queue = self.queue.start_next()

    @precondition(lambda self: self.queue.running is not None)
    @rule()
    def finish(self) -> None:
        assert self.queue.running is not None
        self.queue = self.queue.finish(f"round {self.queue.running.id}")

    @precondition(lambda self: self.queue.running is not None)
    @rule()
    def fail(self) -> None:
        assert self.queue.running is not None
        before = len(self.queue.jobs) + sum(1 + len(entry.chained) for entry in self.queue.failed)
        self.queue = self.queue.fail(self.queue.running.id, TROUBLE)
        # Nothing that was asked for is forgotten by a failure.
        assert before == len(self.queue.jobs) + sum(1 + len(entry.chained) for entry in self.queue.failed)

    @precondition(lambda self: self.queue.jobs)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        self.queue, _ = self.queue.drop(data.draw(st.sampled_from(self.queue.jobs)).id)

    @precondition(lambda self: self.queue.waiting)
    @rule(data=st.data(), places=st.integers(-4, 4))
    def move(self, data: st.DataObject, places: int) -> None:
        before = {entry.id for entry in self.queue.waiting}
        self.queue = self.queue.move(data.draw(st.sampled_from(self.queue.waiting)).id, places)
        assert {entry.id for entry in self.queue.waiting} == before

    @precondition(lambda self: self.queue.failed)
    @rule(data=st.data(), again=st.booleans())
    def retry_or_dismiss(self, data: st.DataObject, again: bool) -> None:
        chosen = data.draw(st.sampled_from(self.queue.failed)).job.id
        self.queue = self.queue.retry(chosen) if again else self.queue.dismiss(chosen)

    @invariant()
    def each_stands_on_what_is_there(self) -> None:
        before: set[str] = set()
        for entry in self.queue.jobs:
            assert (entry.parent is None) != (entry.after is None)
            assert entry.after is None or entry.after in before
            before.add(entry.id)
        assert len(before) == len(self.queue.jobs)

    @invariant()
    def the_first_can_start_once_nothing_runs(self) -> None:
        if self.queue.running is None and self.queue.waiting:
            assert self.queue.waiting[0].parent is not None


TestAnyQueue = AnyQueue.TestCase


def test_progress_is_no_part_of_what_a_queue_is() -> None:
    queue = chain("a", running="r")
    assert replace(queue, progress=None) == queue
