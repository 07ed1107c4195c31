"""The commands write their pages, keep what was measured, and refuse in one line what they cannot do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.bundle import Bundle
from engine.cli import main
from training.evaluation import benchmark, peers, scaling
from training.evaluation.benchmark import Measurement, Request
from training.evaluation.peers import PeerMeasurement, PeerRequest
from training.evaluation.scaling import AttentionMeasurement, AttentionRequest


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Measurements that take no time; what was asked for, in order."""
    asked: list[str] = []

    def ours(request: Request) -> Measurement:
        asked.append(f"ours {request.seconds:g}")
        work = request.seconds / 10
        return Measurement(request.seconds, request.instruction, "cpu", 8, 1.0, work, 2**30, 0, work, 2)

    def theirs(request: PeerRequest, shorter: PeerMeasurement | None = None) -> PeerMeasurement:
        asked.append(f"{request.peer} {request.seconds:g} after {shorter.seconds if shorter else None}")
        if request.peer == "htdemucs":
            return PeerMeasurement(request.peer, request.seconds, "not installed: pip install demucs")
        return PeerMeasurement(request.peer, request.seconds, "", 9.0, 9.0, 1.0, 2**30, 2, 2, 4.5, "float32", 2)

    def layers(request: AttentionRequest, shorter: AttentionMeasurement | None = None) -> AttentionMeasurement:
        asked.append(f"{request.network} {request.seconds:g}")
        return AttentionMeasurement(request.network, request.chunked, request.seconds, "", 1.0, 1.0, 2**30, 100)

    monkeypatch.setattr(benchmark, "measure", ours)
    monkeypatch.setattr(peers, "measure_peer", theirs)
    monkeypatch.setattr(scaling, "measure_attention", layers)
    return asked


def compare(tiny_bundle: Bundle, folder: Path, *more: str) -> int:
    arguments = ["benchmark", "--model", str(tiny_bundle.folder), "--seconds", "30", "--seconds", "10", *more]
    return main([*arguments, "--run", str(folder / "run"), "--output", str(folder / "peers.md")])


def test_one_run_measures_ours_the_peers_and_attention(
    tiny_bundle: Bundle, tmp_path: Path, measured: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(tiny_bundle, tmp_path, "--peers") == 0
    assert "paper 10 after None" in measured and "paper 30 after 10.0" in measured
    assert [name for name in measured if name.startswith("htdemucs")] == ["htdemucs 10 after None"]
    assert "layer 600" in measured
    page = (tmp_path / "peers.md").read_text(encoding="utf-8")
    assert (
        "not installed: pip install demucs" in page and "Stable Audio Open" in page and page in capsys.readouterr().out
    )
    figures = json.loads((tmp_path / "peers.json").read_text(encoding="utf-8"))
    assert len(figures["ours"]) == 4 and set(figures["model"]) == set(tiny_bundle.manifest["files"])


def test_a_run_that_was_stopped_goes_on_where_it_was(tiny_bundle: Bundle, tmp_path: Path, measured: list[str]) -> None:
    assert compare(tiny_bundle, tmp_path, "--peer", "musicgen", "--no-attention") == 0
    first = list(measured)
    assert compare(tiny_bundle, tmp_path, "--peer", "musicgen", "--peer", "audioldm2", "--no-attention") == 0
    assert [name.split()[0] for name in measured[len(first) :]] == ["audioldm2", "audioldm2"]


def test_another_limit_is_another_run(
    tiny_bundle: Bundle, tmp_path: Path, measured: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(tiny_bundle, tmp_path, "--peer", "musicgen", "--no-attention") == 0
    assert compare(tiny_bundle, tmp_path, "--peer", "musicgen", "--no-attention", "--limit", "5") == 2
    assert "--run" in capsys.readouterr().err


def test_a_peer_that_nobody_knows_is_refused(
    tiny_bundle: Bundle, tmp_path: Path, measured: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(tiny_bundle, tmp_path, "--peer", "suno") == 2
    error = capsys.readouterr().err
    assert "no peer is called suno" in error and "musicgen" in error and not measured


def test_the_card_is_written_beside_the_model_or_where_it_is_asked_for(tiny_bundle: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_bundle.folder, folder)
    assert main(["evaluate", "card", "--model", str(folder)]) == 0
    text = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert text.startswith("# Model card:")
    other = tmp_path / "docs" / "model-card.md"
    assert main(["evaluate", "card", "--model", str(folder), "--output", str(other)]) == 0
    assert other.read_text(encoding="utf-8") == text
    Bundle.load(folder, verify=True)


def test_a_card_of_no_model_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "card", "--model", str(tmp_path / "nothing")]) == 2
    assert "there is no model folder" in capsys.readouterr().err
