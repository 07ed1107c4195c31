"""Peers are measured whole where that fits into the limit, and reckoned from as many units as do where it does not."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
import torch

from training.evaluation import peers
from training.evaluation.benchmark import Apart
from training.evaluation.peers import PeerMeasurement, PeerRequest, known_peers, measure_built, measure_peer
from training.evaluation.published import PUBLISHED, OnUnit, Published


class Clock:
    """Time that passes only where the model says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Sampler:
    """`total` units of `unit` seconds, and `around` seconds before and after them together; runs are counted."""

    def __init__(self, clock: Clock, unit: float, around: float, total: int, output: float = 0.0) -> None:
        self.clock, self.unit, self.around, self.total, self.output = clock, unit, around, total, output
        self.parameters = {"network": 1}
        self.runs: list[int] = []

    def units(self, seconds: float) -> int:
        return self.total

    def run(self, seconds: float, units: int, on_unit: OnUnit) -> np.ndarray:
        self.runs.append(units)
        self.clock.now += self.around / 2
        for _ in range(units):
            self.clock.now += self.unit
            on_unit()
        self.clock.now += self.around / 2
        return np.full((1, 4), self.output)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Wall time and work are the same: one core that is always busy."""
    clock = Clock()
    monkeypatch.setattr(peers.time, "perf_counter", clock)
    monkeypatch.setattr(peers, "cpu_seconds", clock)
    return clock


SAMPLES = PUBLISHED["stable-audio"]
SEGMENTS = PUBLISHED["htdemucs"]


def test_what_fits_into_the_limit_is_run_whole(clock: Clock) -> None:
    model = Sampler(clock, unit=1.0, around=4.0, total=100)
    found = measure_built(model, SAMPLES, 10.0, limit=200.0)
    assert model.runs == [2, 100]
    assert found["edit_seconds"] == found["cpu_seconds"] == pytest.approx(104.0)
    assert found["units"] == found["total_units"] == 100


def test_what_does_not_fit_is_reckoned_from_the_units_that_do(clock: Clock) -> None:
    model = Sampler(clock, unit=1.0, around=4.0, total=1000)
    found = measure_built(model, SAMPLES, 10.0, limit=54.0)
    assert model.runs == [2, 50]
    assert (found["units"], found["total_units"]) == (50, 1000)
    assert found["edit_seconds"] == pytest.approx(1004.0), "what surrounds the loop is paid once, not scaled"


def test_two_units_are_the_least_and_are_not_done_twice_beyond_the_limit(clock: Clock) -> None:
    model = Sampler(clock, unit=30.0, around=0.0, total=200)
    found = measure_built(model, SAMPLES, 10.0, limit=10.0)
    assert model.runs == [2]
    assert found["units"] == 2 and found["edit_seconds"] == pytest.approx(6000.0)


def test_tokens_are_reckoned_from_a_second_of_music_at_least(clock: Clock) -> None:
    model = Sampler(clock, unit=1.0, around=0.0, total=503)
    found = measure_built(model, PUBLISHED["musicgen"], 10.0, limit=5.0)
    assert model.runs == [50] and found["edit_seconds"] == pytest.approx(503.0)


def test_segments_of_a_song_scale_as_a_whole(clock: Clock) -> None:
    model = Sampler(clock, unit=5.0, around=1.0, total=40)
    found = measure_built(model, SEGMENTS, 300.0, limit=51.0)
    assert found["units"] == 10 and found["edit_seconds"] == pytest.approx(51.0 * 4)


def test_an_output_that_is_not_finite_is_told(clock: Clock) -> None:
    assert not measure_built(Sampler(clock, 1.0, 0.0, 4, output=np.nan), SAMPLES, 10.0, limit=99.0)["finite"]


def test_nothing_is_started_for_a_song_beyond_the_models_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "run_apart", lambda *_: pytest.fail("a process was started"))
    found = measure_peer(PeerRequest("stable-audio", 60.0, 10.0))
    assert found.edit_seconds is None and found.reason == "the model ends at 47.5 s"


def test_nothing_is_started_where_two_units_would_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "run_apart", lambda *_: pytest.fail("a process was started"))
    shorter = PeerMeasurement("paper", 10.0, edit_seconds=4000.0, units=2, total_units=200, unit_seconds=20.0)
    found = measure_peer(PeerRequest("paper", 60.0, 100.0), shorter)
    assert found.reason == "not run: 2 steps alone would take about 240 s"


def test_after_a_failure_nothing_longer_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "run_apart", lambda *_: Apart(failure="ended by signal 9, for want of memory?"))
    failed = measure_peer(PeerRequest("audioldm2", 10.0, 10.0))
    assert failed.reason == "not run: ended by signal 9, for want of memory?"
    monkeypatch.setattr(peers, "run_apart", lambda *_: pytest.fail("a process was started"))
    assert measure_peer(PeerRequest("audioldm2", 30.0, 10.0), failed).reason == "not run: 10 s did not work"


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    found = measure_peer(PeerRequest("htdemucs", 10.0, 10.0))
    assert found.reason == "not installed: pip install demucs"


def test_a_measurement_comes_back_from_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = PeerMeasurement(
        "musicgen", 10.0, edit_seconds=50.0, units=503, total_units=503, parameters={"decoder": 5}
    )
    asked: list[Any] = []

    def apart(command: list[str], timeout: float) -> Apart:
        asked.append((json.loads(command[-1]), timeout))
        return Apart(output=json.dumps(asdict(measured)))

    monkeypatch.setattr(peers, "run_apart", apart)
    request = PeerRequest("musicgen", 10.0, 60.0)
    assert measure_peer(request) == measured and measured.whole
    assert asked[0][0] == asdict(request) and asked[0][1] > 60.0
    assert not replace(measured, units=16).whole


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_the_published_architecture_has_the_published_parameters(name: str) -> None:
    peer: Published = PUBLISHED[name]
    for module in peer.packages:
        pytest.importorskip(module, reason="the extra `peers` is not installed")
    if name != "htdemucs":
        # Counting takes no memory on the meta device; HTDemucs computes with its weights as it is built, and is small.
        with torch.device("meta"):
            built = peer.build()
    else:
        built = peer.build()
    assert built.parameters[peer.counted] == pytest.approx(peer.stated, rel=0.01)
    assert built.units(10.0) >= 2 and built.units(600.0) >= built.units(10.0)


def test_our_paper_configuration_comes_first_and_each_peer_names_our_edit() -> None:
    known = known_peers()
    assert next(iter(known)) == "paper"
    assert {peer.against for peer in known.values()} <= {"remove drums", "add organ"}
    assert all(name == peer.name for name, peer in known.items())
