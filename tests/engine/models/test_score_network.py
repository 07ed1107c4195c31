"""The network that writes notes: its head hears every key alike, and trusts what the state tells."""

from __future__ import annotations

import pytest
import torch

from engine.analysis.chords import CHORD_CLASSES, chord_index
from engine.models.configuration import UNetConfiguration
from engine.models.hearing import source_rows
from engine.models.score_network import ScoreNetwork
from engine.score import CHANNELS, KEYS, LOWEST_KEY

N, TOKENS = 4, 12
CONFIG = UNetConfiguration(space="score", state=("added",), channels=(16, 16), blocks=(1, 1), head_channels=8)


@pytest.fixture(scope="module")
def network() -> ScoreNetwork:
    torch.manual_seed(0)
    return ScoreNetwork(CONFIG, text_channels=8, instruments=N).eval()


def ask(network: ScoreNetwork, state: torch.Tensor, source: torch.Tensor, time: float = 1000, chord: str = "N"):
    chords = torch.zeros(1, CHORD_CLASSES, TOKENS)
    chords[:, chord_index(chord)] = 1
    with torch.no_grad():
        return network(
            state, torch.full((1,), time), source, torch.zeros(1, 2, 8), torch.ones(1, 2, dtype=torch.bool), chords
        )


def test_shapes_and_a_prior_of_few_notes(network: ScoreNetwork) -> None:
    logits = ask(network, torch.randn(1, CHANNELS, TOKENS), torch.zeros(1, source_rows(N), TOKENS))
    assert logits.shape == (1, CHANNELS, TOKENS)
    assert float(logits[:, : 2 * KEYS].sigmoid().mean()) < 0.1


def test_late_in_sampling_the_state_is_believed(network: ScoreNetwork) -> None:
    notes = torch.where(torch.rand(1, CHANNELS, TOKENS, generator=torch.Generator().manual_seed(0)) < 0.1, 1.0, -1.0)
    logits = ask(network, notes, torch.zeros(1, source_rows(N), TOKENS), time=100)
    assert ((logits > 0) == (notes > 0)).all()


def test_what_is_heard_at_a_key_moves_that_key_alike_wherever_it_is(network: ScoreNetwork) -> None:
    """With a U-Net that says nothing yet, the head is the same function of each key."""
    silence = torch.zeros(1, source_rows(N), TOKENS)
    nothing = ask(network, torch.zeros(1, CHANNELS, TOKENS), silence)
    moves = []
    for key in (40, 45):
        heard = silence.clone()
        heard[:, key] = 1
        moves.append((ask(network, torch.zeros(1, CHANNELS, TOKENS), heard) - nothing)[0, key])
    assert float(moves[0].abs().max()) > 0
    torch.testing.assert_close(moves[0], moves[1])


def test_harmony_is_seen_at_its_keys(network: ScoreNetwork) -> None:
    silence, state = torch.zeros(1, source_rows(N), TOKENS), torch.zeros(1, CHANNELS, TOKENS)
    change = (ask(network, state, silence, chord="C:maj") - ask(network, state, silence))[0, :KEYS, 0].abs()
    tones = {key for key in range(KEYS) if (key + LOWEST_KEY) % 12 in (0, 4, 7)}
    assert {int(key) for key in torch.nonzero(change > 1e-6)} == tones
