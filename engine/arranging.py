"""What comes new into a song, written as notes and then played (`space = "score"` of the U-Net's configuration).

For each new instrument the diffusion samples a score under what the listener hears of the source and what is already
written for this edit, from what is heard of the music whose place it takes; the synthesizer plays it, as loud as such
an instrument is in a mix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.analysis.listening import Listening
from engine.analysis.notes import heard_notes
from engine.audio import Audio, loudness
from engine.drafting import BASS, DRUMS, draft
from engine.grid import SAMPLE_RATE
from engine.harmony import in_harmony
from engine.instruction import Instruction, Operation
from engine.score import tokens_in, write_score
from engine.timing import bars_of, on_the_beat, places_of
from engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from torch import Tensor

    from engine.networks import Networks, Step

BAND_SIZE = (3, 5)
"""Instruments of a band that a genre is played by, fewest and most."""
FIRST = (DRUMS, BASS)
"""The order in which a band is written: who gives time and root comes first."""

PROMINENCE = {"vocals": 4.0, DRUMS: 3.0, BASS: 3.0, "synth pad": -3.0, "choir": -2.0}
"""Decibels by which an instrument stands out of an even mix, as the training mixes have it."""

_RISE_SECONDS = 60
"""Of the song at a time, where rises of loudness are measured."""


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The new stem, (samples,) float32 at 24 kHz at its level in the mix, and the notes of each instrument in it."""

    stem: np.ndarray
    notes: dict[str, np.ndarray] = field(default_factory=dict)


def newcomers(instruction: Instruction, vocabulary: Vocabulary, seed: int) -> tuple[str, ...]:
    """The instruments that an instruction brings, in the order in which they are written."""
    match instruction.operation:
        case Operation.ADD:
            asked = instruction.instruments
        case Operation.REPLACE:
            asked = instruction.replacement
        case Operation.REMIX if instruction.instruments:
            asked = instruction.instruments
        case Operation.REMIX:
            asked = _band(instruction.genre, vocabulary, seed)
        case _:
            asked = ()
    return tuple(sorted(asked, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)))


def arrange(
    networks: Networks,
    source: np.ndarray,
    heard: Listening,
    instruction: Instruction,
    *,
    seed: int,
    steps: int,
    guidance_scale: float,
    level: float,
    leaving: Listening | None,
    sampling: Step,
    playing: Step,
    on_estimate: Callable[[Tensor], None] | None = None,
) -> Arrangement:
    """Write and play what `instruction` brings to the source (T,) at 24 kHz.

    level: LUFS of the stem. leaving: what is heard of the music whose place the new one takes. `on_estimate` gets the
    score (CHANNELS, Z) of what is written so far, as it forms.
    The same arguments give the same samples.
    """
    import torch

    from engine.groove import Groove

    vocabulary = networks.bundle.vocabulary
    names = newcomers(instruction, vocabulary, seed)
    tokens = tokens_in(source.shape[0])
    picture, chords = _heard_picture(source, heard)
    places, bars = places_of(heard), bars_of(heard, tokens)
    given = np.zeros((0, 4))
    if leaving is not None and leaving.onsets is not None:
        given = heard_notes(leaving.pitches, leaving.onsets)
    written = {name: write_score(np.zeros((0, 4)), tokens) for name in ("melodic", DRUMS)}
    notes: dict[str, np.ndarray] = {}
    for number, name in enumerate(names):

        def step(share: float, number: int = number) -> None:
            sampling((number + share) / len(names))

        def look(state: Tensor) -> None:
            if on_estimate is not None:
                on_estimate(torch.maximum(state.float().cpu(), torch.from_numpy(written["melodic"])))

        sampled = networks.write_notes(
            picture,
            chords,
            instruction.text,
            asked=name,
            written=torch.from_numpy(written["melodic"]),
            drums=torch.from_numpy(written[DRUMS]),
            # Each instrument its own chance, whoever else plays.
            seed=seed + 7919 * vocabulary.instrument_names.index(name),
            steps=steps,
            guidance_scale=guidance_scale,
            step=step,
            groove=None if bars is None or name != DRUMS else Groove(bars),
            draft=draft(given, name, names),
            on_estimate=look if on_estimate is not None else None,
        )
        notes[name] = on_the_beat(sampled if name == DRUMS else in_harmony(sampled, heard), places)
        part = DRUMS if name == DRUMS else "melodic"
        written[part] = np.maximum(written[part], write_score(notes[name], tokens))
    stem, called = np.zeros(source.shape[0], np.float32), dict(instruction.names)
    for number, name in enumerate(names):
        playing(number / max(len(names), 1))
        programs = vocabulary.programs(name, called.get(name))
        played = networks.play(notes[name], name, source.shape[0], seed, programs)
        _add_at(stem, played, PROMINENCE.get(name, 0.0))
    _to_level(stem, level)
    playing(1.0)
    return Arrangement(stem, notes)


def even_level(source: np.ndarray, heard: Listening) -> float | None:
    """LUFS of an instrument that is as loud as the average one of the source; None for a silent source."""
    whole = loudness(Audio(source[None], SAMPLE_RATE))
    players = max(len(heard.instruments_heard()), 2)
    return None if whole is None else whole - 10 * np.log10(players)


def prominence(names: tuple[str, ...]) -> float:
    """Decibels of several instruments above one that is as loud as the average one."""
    return float(10 * np.log10(sum(10 ** (PROMINENCE.get(name, 0.0) / 10) for name in names))) if names else 0.0


def _band(genre: str | None, vocabulary: Vocabulary, seed: int) -> tuple[str, ...]:
    """Who plays a genre: the first of its band always, of the others some by the seed."""
    term = next((term for term in vocabulary.genres if term.name == genre), None)
    band = term.band if term and term.band else (DRUMS, BASS, "piano", "electric guitar", "strings")
    rng = np.random.default_rng([seed, len(band)])
    size = int(rng.integers(BAND_SIZE[0], BAND_SIZE[1] + 1))
    kept = [name for name in band if name in FIRST]
    others = [name for name in band if name not in FIRST]
    # Those named first are the more usual ones.
    shares = 0.7 ** np.arange(len(others))
    count = min(max(size - len(kept), 1), len(others))
    chosen = rng.choice(len(others), size=count, replace=False, p=shares / shares.sum())
    return (*kept, *(others[index] for index in sorted(chosen)))


def _heard_picture(source: np.ndarray, heard: Listening) -> tuple[Tensor, Tensor]:
    """(heard_rows, Z) and chord probabilities (classes, F)."""
    import torch

    from engine.models.hearing import heard_picture, rises

    assert heard.pulse is not None
    frames = heard.pitches.shape[1]
    block = _RISE_SECONDS * SAMPLE_RATE
    level = float(np.sqrt(np.mean(np.square(source), dtype=np.float64)))
    pieces = [source[start : start + block] for start in range(0, max(source.shape[0], 1), block)]
    risen = torch.cat([rises(torch.from_numpy(piece.copy())[None], level) for piece in pieces], dim=-1)[..., :frames]
    told = heard.instruments if heard.frame_instruments is None else heard.frame_instruments
    pitches, instruments, pulse = (torch.from_numpy(matrix)[None] for matrix in (heard.pitches, told, heard.pulse))
    return heard_picture(pitches, instruments, pulse, risen)[0], torch.from_numpy(heard.chords)


def _add_at(stem: np.ndarray, played: np.ndarray, decibels: float) -> None:
    """Mix in `played`, brought to so many dB over an even level."""
    measured = loudness(Audio(played[None], SAMPLE_RATE))
    if measured is not None:
        stem += played * np.float32(10 ** ((decibels - measured - 23.0) / 20))


def _to_level(stem: np.ndarray, level: float) -> None:
    measured = loudness(Audio(stem[None], SAMPLE_RATE))
    if measured is not None:
        stem *= np.float32(10 ** ((level - measured) / 20))
