"""Notes on the beat: a score says in which token of 80 ms a note begins, the beats that are heard say when in it.

What a network samples of the time within a token is 18 ms off on average, as much as the token's middle is. The nearest
quarter of a beat, or third where what is heard goes in thirds, is 12 ms off; and notes that keep to places of a beat
groove together with each other and with the song.
"""

from __future__ import annotations

import numpy as np

from engine.analysis.listening import Listening
from engine.score import END, PITCH, SHORTEST, START, TOKEN_RATE

QUARTERS, THIRDS = 4, 3
REACH = 0.05
"""Seconds from the middle of a token to a place that is meant by it: as far as its edges, and a little."""
STRUCK = 0.5
"""Probability from which a key counts as struck in what is heard."""
ENOUGH = 5
"""Onsets that must be heard before they say anything of how beats are parted."""


def places_of(heard: Listening) -> np.ndarray:
    """Ascending seconds at which notes may be struck, all along the music; none where no beat is heard."""
    parted = {parts: _places(heard.beat_times, heard.duration, parts) for parts in (QUARTERS, THIRDS)}
    struck = _struck(heard)
    if parted[QUARTERS].size == 0 or struck.size < ENOUGH:
        return parted[QUARTERS]
    # A finer grid is nearer to anything: distances count by what chance would give, a quarter of a step.
    return min(
        parted.values(),
        key=lambda places: float(np.abs(_nearest(places, struck) - struck).mean() / np.diff(places).mean()),
    )


def bars_of(heard: Listening, tokens: int) -> np.ndarray | None:
    """(tokens,) of each token of a score its place in bars, counted from any; None where no bar is heard.

    Where beats are heard and no downbeats, four beats are a bar.
    """
    begins = heard.downbeat_times
    if begins.size < 2:
        begins = heard.beat_times[::4]
    if begins.size < 2:
        return None
    edges = _places(begins, tokens / TOKEN_RATE, 1)
    return np.interp((np.arange(tokens) + 0.5) / TOKEN_RATE, edges, np.arange(edges.size))


def on_the_beat(notes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Notes (n, 4) of a score, each struck at the place that its token means, as far as there is one.

    What ends as another begins goes on doing so; of notes of one key that come to one place the longest is left.
    """
    if len(notes) == 0 or places.size == 0:
        return notes
    begins, which = np.unique(notes[:, START], return_inverse=True)
    middle = (np.floor(begins * TOKEN_RATE + 1e-6) + 0.5) / TOKEN_RATE
    nearest = _nearest(places, middle)
    moved = np.where(np.abs(nearest - middle) <= REACH, nearest, begins)
    result = notes.copy()
    moved = np.maximum(moved, 0)
    result[:, START] = moved[which]
    meets = np.searchsorted(begins, notes[:, END])
    met = (meets < begins.size) & (begins[np.minimum(meets, begins.size - 1)] == notes[:, END])
    result[met, END] = moved[meets[met]]
    result[:, END] = np.maximum(result[:, END], result[:, START] + SHORTEST)
    order = np.lexsort((-result[:, END], result[:, PITCH], result[:, START]))
    result = result[order]
    again = np.zeros(len(result), bool)
    again[1:] = (np.diff(result[:, START]) == 0) & (np.diff(result[:, PITCH]) == 0)
    return result[~again]


def _places(beats: np.ndarray, duration: float, parts: int) -> np.ndarray:
    """Every beat in so many parts, with more beats as long as the outermost before and after them, beyond both ends."""
    if beats.size < 2:
        return np.zeros(0)
    first, last = beats[1] - beats[0], beats[-1] - beats[-2]
    before = beats[0] - first * np.arange(int(max(beats[0], 0) / first) + 1, 0, -1)
    after = beats[-1] + last * np.arange(1, max(int((duration - beats[-1]) / last), 0) + 2)
    whole = np.concatenate([before, beats, after])
    return np.interp(np.arange((whole.size - 1) * parts + 1) / parts, np.arange(whole.size), whole)


def _struck(heard: Listening) -> np.ndarray:
    """Seconds at which anything is struck in what is heard."""
    if heard.onsets is None or heard.onsets.shape[1] < 3:
        return np.zeros(0)
    most = heard.onsets.max(axis=0)
    peaks = (most[1:-1] >= STRUCK) & (most[1:-1] >= most[:-2]) & (most[1:-1] > most[2:])
    return (np.flatnonzero(peaks) + 1.5) / heard.frame_rate


def _nearest(places: np.ndarray, times: np.ndarray) -> np.ndarray:
    after = np.clip(np.searchsorted(places, times), 1, places.size - 1)
    before = after - 1
    return np.where(times - places[before] < places[after] - times, places[before], places[after])
