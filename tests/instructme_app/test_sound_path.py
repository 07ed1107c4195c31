"""The real path of sound: playback, PortAudio, a sound server, and what arrives there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.audio import read
from instructme_app.model import output
from instructme_app.model.devices import PORT, Devices
from instructme_app.model.mixer import Track
from instructme_app.model.playback import Playback
from instructme_app.model.recording import Recorder, Take
from tests.instructme_app.conftest import WAIT
from tests.instructme_app.sound_server import RATE, SoundServer, sound_server

ARRIVAL = 10_000
"""Milliseconds from the end of playing to the last sample at the sink."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    # What arrives is the question here, not how soon: that is measured on a machine with nothing else to do.
    monkeypatch.setattr(output, "LATENCIES", (0.2,))
    with sound_server(tmp_path) as running:
        yield running


@pytest.fixture
def playback(qtbot: QtBot, server: SoundServer) -> Iterator[Playback]:
    playback = Playback()
    yield playback
    playback.close()


def song(seconds: float, seed: int = 0) -> Track:
    """Noise that is found again anywhere, between stretches of silence."""
    rng = np.random.default_rng(seed)
    noise = rng.uniform(-0.5, 0.5, (2, round(seconds * RATE))).astype(np.float32)
    quiet = np.zeros((2, RATE // 2), np.float32)
    return Track(np.concatenate([quiet, noise, quiet], axis=1))


def heard(qtbot: QtBot, playback: Playback, track: Track) -> None:
    playback.set_track(track)
    playback.play()
    qtbot.waitUntil(lambda: not playback.playing, timeout=WAIT)


def find(piece: np.ndarray, whole: np.ndarray) -> int:
    """Where (frames, 2) `piece` begins in `whole`, sample for sample; -1 where it does not."""
    first = piece[0]
    for place in np.flatnonzero((whole[: len(whole) - len(piece) + 1] == first).all(axis=1)):
        if np.array_equal(whole[place : place + len(piece)], piece):
            return int(place)
    return -1


def test_what_arrives_at_the_sink_is_what_was_sent(qtbot: QtBot, server: SoundServer, playback: Playback) -> None:
    track = song(3.0)
    playback.open(RATE, 2)
    # Past the fade in: from the first sample of the noise to its last, not one is missing or another.
    sent = track.samples[:, RATE // 2 : -RATE // 2].T
    # A machine that is busy elsewhere stops the sound server as well, for longer than its 0.2 s; hardly three times.
    for _ in range(3):
        before = playback.health.underruns
        heard(qtbot, playback, track)
        assert playback.device_problem == ""
        with contextlib.suppress(qtbot.TimeoutError):
            qtbot.waitUntil(lambda: find(sent, server.arrived) >= 0, timeout=ARRIVAL)
            break
    assert find(sent, server.arrived) >= 0
    assert playback.health.underruns == before


def test_a_switch_arrives_as_one_cross_fade_at_the_same_playhead(
    qtbot: QtBot, server: SoundServer, playback: Playback
) -> None:
    one, other = song(2.0, 1), song(2.0, 2)
    playback.open(RATE, 2)
    playback.set_track(one)
    playback.play()
    qtbot.waitUntil(lambda: playback.position > 1.2, timeout=WAIT)
    playback.set_track(other)
    qtbot.waitUntil(lambda: not playback.playing, timeout=WAIT)
    last = other.samples[:, -RATE:].T
    qtbot.waitUntil(lambda: find(last, server.arrived) >= 0, timeout=WAIT)
    arrived = server.arrived
    begin, end = find(one.samples[:, RATE // 2 : RATE].T, arrived), find(last, arrived)
    assert end - begin == other.frames - RATE - RATE // 2
    first, second = (track.samples.T[RATE // 2 : -RATE] for track in (one, other))
    sound = arrived[begin:end]
    mixed = np.flatnonzero(~((sound == first).all(axis=1) | (sound == second).all(axis=1)))
    assert 0 < len(mixed) <= 441
    assert mixed[-1] - mixed[0] < 441


def test_a_rate_that_the_device_refuses_is_resampled() -> None:
    time = np.arange(RATE * 2) / RATE
    sine = np.repeat(np.sin(2 * np.pi * 440 * time).astype(np.float32)[:, None], 2, axis=1)
    place = 0

    def render(frames: int) -> np.ndarray:
        nonlocal place
        place += frames
        return sine[place - frames : place]

    pull = output.resampled(render, RATE, 48_000, 2)
    sound = np.concatenate([pull(size) for size in (300, 1, 777, 480, 2048) * 12])
    steps = np.abs(np.diff(sound[2000:], axis=0)).max()
    assert steps == pytest.approx(2 * np.pi * 440 / 48_000, rel=0.02)
    # As many seconds go in as come out, but for what the filter holds back.
    assert place / RATE == pytest.approx(len(sound) / 48_000, abs=0.05)


def test_a_device_that_goes_away_leaves_the_cursor_running(
    qtbot: QtBot, server: SoundServer, playback: Playback
) -> None:
    playback.open(RATE, 2)
    playback.set_track(song(20.0))
    playback.play()
    qtbot.waitUntil(lambda: playback.position > 0.2, timeout=WAIT)
    assert playback.device_problem == ""
    with qtbot.waitSignal(playback.noted, timeout=WAIT):
        server.die()
    qtbot.waitUntil(lambda: playback.device_problem != "", timeout=WAIT)
    place = playback.position
    qtbot.waitUntil(lambda: playback.position > place + 0.2, timeout=WAIT)
    assert playback.playing


def test_a_device_that_is_not_there_gives_way_to_the_default(qtbot: QtBot, playback: Playback) -> None:
    playback.open(RATE, 2)
    playback.set_device("Headphones of somebody else")
    playback.set_track(song(5.0))
    with qtbot.waitSignal(playback.noted, timeout=WAIT) as said:
        playback.play()
    assert "Headphones of somebody else" in str(said.args)
    qtbot.waitUntil(lambda: playback.position > 0.2, timeout=WAIT)
    assert playback.device_problem == ""


def test_devices_are_listed(qtbot: QtBot, server: SoundServer) -> None:
    devices = Devices()
    with qtbot.waitSignal(devices.changed, timeout=WAIT):
        devices.refresh()
    assert "pulse" in [device.name for device in devices.outputs]
    assert "pulse" in [device.name for device in devices.inputs]


def test_a_recording_holds_what_the_microphone_heard(
    qtbot: QtBot, server: SoundServer, playback: Playback, tmp_path: Path
) -> None:
    """The sink's own monitor is the only microphone here."""
    recorder, track = Recorder(), song(1.5)
    takes: list[Take] = []
    recorder.finished.connect(takes.append)
    with qtbot.waitSignal(recorder.started, timeout=WAIT):
        recorder.start(tmp_path / "projects")
    playback.open(RATE, 2)
    heard(qtbot, playback, track)
    with qtbot.waitSignal(recorder.ticked, timeout=WAIT):
        pass
    with qtbot.waitSignal(recorder.finished, timeout=WAIT):
        recorder.stop()
    (take,) = takes
    audio = read(take.path)
    assert audio.duration == pytest.approx(take.seconds)
    assert audio.sample_rate == RATE
    assert find(track.samples[:, RATE // 2 : -RATE // 2].T, audio.samples.T) >= 0
    assert PORT.wait(5)
