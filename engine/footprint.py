"""How much memory an edit will take, before it is begun. Torch-free, for the window asks.

Measured on the shipped model with tests/benchmarks/test_asking.py; docs/benchmark.md holds whole processes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.audio.storage import IN_MEMORY
from engine.grid import SAMPLE_RATE
from engine.instruction import Instruction, Operation

MIB = 2**20

STORED = 2
"""Weights are stored as float16 and used as float32."""
NETWORKS = {True: 460 * MIB, False: 130 * MIB}
"""What the networks take beside their weights while they see their windows of the song, in float32, where something is
taken out of it and where nothing is: of all of them the renderer takes most."""
EXCHANGING = 130 * MIB
"""More, where something is taken out and something new comes in: what both leave behind lies side by side."""
BETWEEN = 80 * MIB
"""More, where something is taken out of stereo: filters of four rows in place of one mask."""
COPIES = {True: 4, False: 3}
"""Arrays as long as the user's sound: source, result, and what is between."""
MODEL_COPIES = {True: 4, False: 2}
"""Arrays as long as the sound at the model's rate: samples, mask, what leaves, the new stem."""
HEARD = 120_000
"""Bytes a second of what is heard: probabilities of chords, pitches and instruments. What leaves for something new is
heard by itself, beside the whole."""


def samples_new(instruction: Instruction) -> bool:
    """Whether an instruction brings something that has to be sampled."""
    return instruction.operation in (Operation.ADD, Operation.REPLACE, Operation.REMIX)


def weights(folder: Path) -> int:
    """Bytes of a model's networks once they are loaded."""
    return STORED * sum(path.stat().st_size for path in folder.glob("*.safetensors"))


def needed(
    seconds: float, sample_rate: int, channels: int, instructions: Iterable[Instruction], on_cpu: bool = True
) -> int:
    """Bytes of main memory that editing so much sound takes at its height, beside the networks' own weights.

    Where the networks are elsewhere (a GPU) only the sound is counted. Of each array of sound no more than
    IN_MEMORY counts: what is larger lies in a temporary file, whose pages the system takes back when it needs them.
    """
    user = min(seconds * sample_rate * channels * 4, IN_MEMORY)
    model = min(seconds * SAMPLE_RATE * 4, IN_MEMORY)
    largest = 0
    for instruction in instructions:
        sampled = samples_new(instruction)
        separates = instruction.operation is not Operation.ADD
        both = sampled and separates
        sound = COPIES[sampled] * user + MODEL_COPIES[sampled] * model + HEARD * seconds * (2 if both else 1)
        networks = NETWORKS[separates] + (EXCHANGING if both else 0) + (BETWEEN if separates and channels == 2 else 0)
        largest = max(largest, round(sound) + (networks if on_cpu else 0))
    return largest
