"""The worker as the window meets it: a real process, spoken to in lines."""

from __future__ import annotations

import base64
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio import Audio, probe, read, write
from engine.bundle import Bundle
from engine.messages import (
    Analyzed,
    AnalyzeJob,
    Cancel,
    Done,
    EditJob,
    EditReport,
    Failed,
    Load,
    Message,
    Preview,
    Progress,
    ProtocolError,
    Quit,
    Ready,
    RoundReport,
    Stopped,
    Unload,
    Unloaded,
    decode,
    encode,
)

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0


class Conversation:
    """A worker process; replies are read as they come."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        self._replies: queue.Queue[Message] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._replies.put(decode(line))

    def send(self, message: Message) -> None:
        self.write(encode(message))

    def write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def until(self, *kinds: type) -> list[Message]:
        """Replies up to the first of one of these kinds."""
        seen: list[Message] = []
        while not seen or not isinstance(seen[-1], kinds):
            seen.append(self._replies.get(timeout=PATIENCE))
        return seen

    def close(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture(scope="module")
def worker(tiny_bundle: Bundle) -> Iterator[Conversation]:
    conversation = Conversation()
    conversation.send(Load(str(tiny_bundle.folder), "cpu"))
    ready = conversation.until(Ready, Failed)[-1]
    assert isinstance(ready, Ready), ready
    assert ready.model == "tiny"
    assert ready.device == "cpu"
    assert "drums" in ready.instruments
    assert "jazz" in ready.genres
    yield conversation
    assert conversation.close() == 0


@pytest.fixture
def song(tmp_path: Path) -> Path:
    samples = np.random.default_rng(0).standard_normal((2, 22_050), dtype=np.float32) * 0.1
    path = tmp_path / "song.wav"
    write(path, Audio(samples, 44_100))
    return path


def test_an_edit_is_written_and_reported(worker: Conversation, song: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    worker.send(EditJob("a", str(song), str(out), "remove drums, add strings", seed=3, rounds=str(tmp_path / "rounds")))
    *progress, done = worker.until(Done, Failed)
    assert isinstance(done, Done), done
    assert [entry.understood for entry in done.report.rounds] == ["Remove drums", "Add strings"]
    assert [entry.steps for entry in done.report.rounds] == [0, 2]
    assert (probe(out).sample_rate, probe(out).channels, probe(out).frames) == (44_100, 2, 22_050)
    assert all(isinstance(reply, Progress | Preview) and reply.id == "a" for reply in progress)
    assert {"listening", "sampling", "rendering"} <= {reply.stage for reply in progress if isinstance(reply, Progress)}
    for entry in done.report.rounds:
        assert entry.output is not None and probe(entry.output).frames == 22_050


def test_the_stems_of_an_edit_are_written_beside_it_and_sum(worker: Conversation, song: Path, tmp_path: Path) -> None:
    out, stems = tmp_path / "out.wav", tmp_path / "0001.part"
    worker.send(EditJob("s", str(song), str(out), "replace piano with organ", strength=0.5, stems=str(stems)))
    done = worker.until(Done, Failed)[-1]
    assert isinstance(done, Done), done
    (entry,) = done.report.rounds
    assert (entry.removed, entry.added) == (f"{stems}.removed.wav", f"{stems}.added.wav")
    assert entry.strength == 0.5
    removed, added = read(entry.removed or ""), read(entry.added or "")
    assert probe(entry.removed or "").subtype == "FLOAT"
    rebuilt = read(song).samples - removed.samples + added.samples
    np.testing.assert_allclose(rebuilt, read(out).samples, atol=1e-6)


def test_the_song_is_seen_as_it_forms(worker: Conversation, song: Path, tmp_path: Path) -> None:
    worker.send(EditJob("p", str(song), str(tmp_path / "out.wav"), "add strings", steps=20))
    previews = [reply for reply in worker.until(Done, Failed) if isinstance(reply, Preview)]
    assert previews
    for preview in previews:
        assert len(base64.b64decode(preview.image)) == preview.bands * preview.columns
        assert len(encode(preview)) <= 16_384
        assert (preview.start, preview.end) == (0.0, 0.5)


def test_a_model_that_rests_is_taken_up_by_the_next_edit(worker: Conversation, song: Path, tmp_path: Path) -> None:
    worker.send(Unload())
    unloaded = worker.until(Unloaded, Failed)[-1]
    assert isinstance(unloaded, Unloaded) and unloaded.resident > 0
    worker.send(EditJob("u", str(song), str(tmp_path / "out.wav"), "add strings"))
    assert isinstance(worker.until(Done, Failed)[-1], Done)


def test_a_region_leaves_the_rest_bit_for_bit(worker: Conversation, song: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    worker.send(EditJob("r", str(song), str(out), "add strings", region=(0.1, 0.2)))
    assert isinstance(worker.until(Done, Failed)[-1], Done)
    before, after = read(song).samples, read(out).samples
    assert np.array_equal(before[:, :4_410], after[:, :4_410])
    assert np.array_equal(before[:, 8_820:], after[:, 8_820:])
    assert not np.array_equal(before, after)


def test_listening_gives_a_summary_and_matrices(worker: Conversation, song: Path, tmp_path: Path) -> None:
    out = tmp_path / "heard.npz"
    worker.send(AnalyzeJob("l", str(song), str(out)))
    heard = worker.until(Analyzed, Failed)[-1]
    assert isinstance(heard, Analyzed), heard
    assert {"tempo", "key", "beats", "chords", "instruments"} <= set(heard.summary)
    with np.load(out) as arrays:
        assert arrays["pitches"].shape == (88, 25)


def test_a_job_is_cancelled_while_it_samples(worker: Conversation, song: Path, tmp_path: Path) -> None:
    out = tmp_path / "never.wav"
    worker.send(EditJob("c", str(song), str(out), "add strings", steps=1000))
    while True:
        reply = worker.until(Progress, Failed)[-1]
        assert isinstance(reply, Progress), reply
        if reply.stage == "sampling" and reply.done > 0:
            break
    worker.send(Cancel("c"))
    assert worker.until(Stopped, Done, Failed)[-1] == Stopped("c")
    assert not out.exists()


def test_a_job_is_cancelled_while_it_waits(worker: Conversation, song: Path, tmp_path: Path) -> None:
    worker.send(EditJob("first", str(song), str(tmp_path / "1.wav"), "add strings", steps=1000))
    worker.send(EditJob("second", str(song), str(tmp_path / "2.wav"), "add strings"))
    worker.send(Cancel("second"))
    worker.send(Cancel("first"))
    assert worker.until(Stopped, Done, Failed)[-1] == Stopped("first")
    assert worker.until(Stopped, Done, Failed)[-1] == Stopped("second")
    assert not list(tmp_path.glob("[12].wav"))


def test_a_mistake_fails_in_words_and_the_worker_lives_on(worker: Conversation, song: Path, tmp_path: Path) -> None:
    worker.send(EditJob("b", str(song), str(tmp_path / "out.wav"), "remove the theremin"))
    failed = worker.until(Done, Failed)[-1]
    assert isinstance(failed, Failed)
    assert (failed.id, failed.detail) == ("b", "")
    assert "theremin" in failed.cause
    worker.send(EditJob("b2", str(tmp_path / "no.wav"), str(tmp_path / "out.wav"), "remove drums"))
    assert "no file" in worker.until(Failed)[-1].cause  # type: ignore[union-attr]
    worker.send(EditJob("b3", str(song), str(tmp_path / "out.wav"), "remove drums"))
    assert isinstance(worker.until(Done, Failed)[-1], Done)


def test_a_job_that_would_replace_its_own_source_fails_and_the_source_stays(
    worker: Conversation, song: Path, tmp_path: Path
) -> None:
    source = song.rename(tmp_path / "take.removed.wav")
    before = source.read_bytes()
    for job in (
        EditJob("o1", str(source), str(tmp_path / "out.wav"), "remove drums", stems=str(tmp_path / "take")),
        EditJob("o2", str(source), str(source), "remove drums"),
        AnalyzeJob("o3", str(source), str(source)),
    ):
        worker.send(job)
        failed = worker.until(Done, Analyzed, Failed)[-1]
        assert isinstance(failed, Failed) and "would overwrite the source" in failed.cause
        assert (source.read_bytes(), list(tmp_path.iterdir())) == (before, [source])


def test_a_folder_that_is_a_file_fails_in_words(worker: Conversation, song: Path, tmp_path: Path) -> None:
    worker.send(EditJob("f", str(song), str(tmp_path / "out.wav"), "remove drums", rounds=str(song)))
    failed = worker.until(Done, Failed)[-1]
    assert isinstance(failed, Failed) and (failed.detail, "is a file" in failed.cause) == ("", True)


def test_a_line_that_is_no_message_is_answered(worker: Conversation) -> None:
    worker.write("what?\n")
    failed = worker.until(Failed)[-1]
    assert isinstance(failed, Failed)
    assert failed.id is None


def test_a_model_that_is_not_there_fails_by_name(tmp_path: Path) -> None:
    conversation = Conversation()
    conversation.send(Load(str(tmp_path / "nowhere"), "cpu"))
    failed = conversation.until(Ready, Failed)[-1]
    assert isinstance(failed, Failed)
    assert failed.id is None and "nowhere" in failed.cause
    conversation.send(EditJob("x", "a.wav", "b.wav", "remove drums"))
    assert "no model" in conversation.until(Failed)[-1].cause  # type: ignore[union-attr]
    conversation.send(Quit())
    assert conversation.process.wait(timeout=PATIENCE) == 0


@pytest.mark.parametrize(
    "message",
    [
        Load(None, "auto"),
        EditJob("1", "a", "b", 'remove "drums"\n', 5, None, 1.5, (0.0, 1.25), None, 0.25, "rounds/0001.part"),
        Unload(),
        Unloaded(123_456_789),
        Preview("1", "AAEC", 1, 3, 0.0, 1.5),
        AnalyzeJob("2", "a"),
        Cancel("1"),
        Quit(),
        Ready("m", "cpu", ("drums",), (), 24_000),
        Progress("1", "sampling", 3, 8, 1, 2),
        Done("1", EditReport((RoundReport("x", "Remove drums", 0, 0, 0.5, None, ("bass",), ()),), "out", 1.0)),
        Analyzed("2", {"tempo": 120.5, "chords": [{"start": 0.0, "chord": "C:maj"}]}, None),
        Failed(None, "ä", "b", "c"),
        Stopped("1"),
    ],
)
def test_messages_survive_the_wire(message: Message) -> None:
    line = encode(message)
    assert line.isascii() and line.count("\n") == 1
    assert decode(line) == message


@pytest.mark.parametrize(
    "line",
    ["", "[]", "{}", '{"v":1,"kind":"Quit"}', '{"v":2,"kind":"Dance"}', '{"v":2,"kind":"Cancel"}',
     '{"v":2,"kind":"Cancel","id":"1","why":"x"}', '{"v":2,"kind":"Done","id":"1","report":{"rounds":3}}'],
)  # fmt: skip
def test_what_is_no_message_is_refused(line: str) -> None:
    with pytest.raises(ProtocolError):
        decode(line)
