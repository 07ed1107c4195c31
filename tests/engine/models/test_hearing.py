"""The source picture of a network that writes notes: every row where its reader expects it."""

from __future__ import annotations

import numpy as np
import torch

from engine.models.hearing import BANDS, heard_picture, heard_rows, rises, source_picture, source_rows
from engine.score import KEYS, TOKEN_FRAMES, write_score

N = 3


def test_slow_rows_are_means_and_fast_rows_keep_every_frame() -> None:
    frames = 2 * TOKEN_FRAMES
    pitches, instruments = torch.zeros(1, KEYS, frames), torch.zeros(1, N, frames)
    pulse, risen = torch.zeros(1, 2, frames), torch.zeros(1, BANDS, frames)
    pitches[0, 40, :2] = 1
    instruments[0, 2] = 0.5
    pulse[0, 0, 5] = 1
    risen[0, BANDS - 1, 7] = 1
    picture = heard_picture(pitches, instruments, pulse, risen)
    assert picture.shape == (1, heard_rows(N), 2)
    assert picture[0, 40].tolist() == [0.5, 0]
    assert picture[0, KEYS + 2].tolist() == [0.5, 0.5]
    fast = picture[0, KEYS + N :].reshape(2 + BANDS, TOKEN_FRAMES, 2)
    assert fast[0, 1].tolist() == [0, 1]
    assert fast[-1, 3].tolist() == [0, 1]


def test_a_started_token_is_filled_up() -> None:
    frames = TOKEN_FRAMES + 1
    picture = heard_picture(*(torch.ones(1, rows, frames) for rows in (KEYS, N, 2, BANDS)))
    assert picture.shape[-1] == 2
    assert picture[0, 0].tolist() == [1, 0.25]


def test_what_is_written_and_asked_stands_after_what_is_heard() -> None:
    written = torch.from_numpy(write_score(np.array([[0.0, 0.1, 60, 80]]), 5))[None]
    drums = torch.from_numpy(write_score(np.array([[0.07, 0.1, 38, 80]]), 5))[None]
    asked = torch.tensor([[0.0, 1.0, 0.0]])
    picture = source_picture(torch.zeros(1, heard_rows(N), 5), written, drums, asked)
    assert picture.shape == (1, source_rows(N), 5)
    assert picture[0, heard_rows(N) + 60 - 21, 0] == 1
    # A snare in the second half of the first token, and no other drum.
    groups = picture[0, heard_rows(N) + 2 * KEYS : -N, 0]
    assert groups.tolist() == [0, 0, 0, 0, 1, 0]
    assert picture[0, -N:].t().tolist() == 5 * [[0, 1, 0]]


def test_a_stroke_rises_where_it_falls_at_any_level() -> None:
    audio = 1e-4 * torch.randn(24_000, generator=torch.Generator().manual_seed(0))
    audio[12_000:12_480] += torch.sin(torch.arange(480) * 0.3)
    for gain in (1.0, 0.01):
        risen = rises(gain * audio[None])[0]
        assert risen.shape == (BANDS, 50)
        assert int(risen.sum(0).argmax()) in (24, 25)
        assert float(risen.max()) > 0.5
    assert float(rises(torch.zeros(1, 4800)).max()) == 0
