"""Who listens when a model is judged: one listener for all systems, apart from the networks that made the sound.

The judge hears every output once and tells chords, pitches, bars, instruments (the tags of Eq. 8) and the embeddings of
Eq. 7. Instruments are told by a tagger, a network that is trained for this alone, and by the listener where there is
none. It computes in float32 whatever the machine is fast at, so that figures do not depend on where they were taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from engine.analysis.beats import track_beats
from engine.analysis.chords import CHORDS
from engine.analysis.listening import OVERLAP_FRAMES, WINDOW_FRAMES, Listening
from engine.bundle import Bundle
from engine.errors import UserError
from engine.grid import FRAME_RATE, SAMPLES_PER_FRAME, frames_in
from engine.models.listener import Listener
from engine.windows import windows
from training.evaluation.harmony import Played
from training.evaluation.metrics import HEARD_PROBABILITY, Hearing
from training.evaluation.tagger import TrainedTagger
from training.evaluation.vggish import VGGish, examples, load_vggish

OURS = "ours"
VGGISH = "vggish"
EMBEDDED_FRAMES = FRAME_RATE
"""The listener's features are averaged over a second for each embedding, about as long as VGGish hears at once."""

IndependentChords = Callable[[np.ndarray], np.ndarray]
"""Model-rate audio (T,) -> (frames,) chord classes, by a recognizer that we did not train."""

_CHORD_INDEX = {name: index for index, name in enumerate(CHORDS)}


@dataclass(frozen=True, eq=False)
class Heard:
    """All that the judge says of one sound."""

    hearing: Hearing
    """Steady chords, and the seconds of each instrument."""
    played: Played
    downbeats: np.ndarray
    """(bars,) frames at which a bar begins, as heard."""
    embeddings: Mapping[str, np.ndarray]
    """Encoder -> (n, D) float32."""
    independent: np.ndarray | None = None
    """(frames,) chord classes of the independent recognizer, where it was asked."""

    @property
    def tags(self) -> frozenset[str]:
        return frozenset(name for name in self.hearing.seconds if self.hearing.hears(name))


class Judge:
    """`bundle` gives the listener; `tagger` tells instruments better than it; `vggish` are weights for the paper's FAD;
    `independent` is a second chord judge."""

    def __init__(
        self,
        bundle: Bundle,
        device: torch.device | str = "cpu",
        *,
        vggish: Path | None = None,
        independent: IndependentChords | None = None,
        tagger: TrainedTagger | None = None,
    ) -> None:
        """Raises UserError where the bundle has no listener, the VGGish file is not there, or the tagger knows other
        instruments than the bundle."""
        self.bundle = bundle
        self.names = bundle.vocabulary.instrument_names
        self.device = torch.device(device)
        listener = bundle.part("listener", self.device)
        assert isinstance(listener, Listener)
        self.listener = listener
        self.independent = independent
        if tagger is not None and tagger.instruments != self.names:
            raise UserError("the tagger knows other instruments than the judge's model", "name another --tagger")
        self.tagger = tagger
        self._vggish: VGGish | None = None
        self._vggish_file = vggish
        if vggish is not None:
            self._vggish = load_vggish(vggish).to(self.device)

    @property
    def encoders(self) -> tuple[str, ...]:
        return (OURS,) if self._vggish is None else (OURS, VGGISH)

    @property
    def identity(self) -> dict[str, str]:
        """Which judge this is, whatever its folder is called."""
        known = {"listener": self.bundle.manifest["files"]["listener.safetensors"]["sha256"]}
        if self._vggish_file is not None:
            known["vggish"] = f"{self._vggish_file.name}, {self._vggish_file.stat().st_size} bytes"
        if self.independent is not None:
            known["independent"] = f"{self.independent.__module__}.{getattr(self.independent, '__name__', 'judge')}"
        if self.tagger is not None:
            known["tagger"] = self.tagger.identity
        return known

    def hear(self, sounds: Sequence[np.ndarray]) -> list[Heard]:
        """Sounds (T,) of one length, heard as one batch."""
        if not sounds:
            return []
        if len({sound.shape for sound in sounds}) != 1 or sounds[0].size == 0:
            raise ValueError("the judge hears sounds of one length, and not of none")
        batch = np.ascontiguousarray(np.stack(sounds), dtype=np.float32)
        chords, pitches, struck, instruments, beats, features = self._listen(torch.from_numpy(batch).to(self.device))
        if self.tagger is not None:
            playing = self.tagger.seconds(batch)
        else:
            sounding = (instruments >= HEARD_PROBABILITY).sum(axis=2) / FRAME_RATE
            playing = [dict(zip(self.names, row.tolist(), strict=True)) for row in sounding]
        heard = []
        for row, sound in enumerate(sounds):
            tracked = track_beats(beats[row, 0], beats[row, 1])
            listening = Listening(chords[row], pitches[row], instruments[row], self.names, tracked, None)
            embeddings = {OURS: _by_the_second(features[row])}
            if self._vggish is not None:
                with torch.inference_mode():
                    embeddings[VGGISH] = self._vggish(examples(sound).to(self.device)).float().cpu().numpy()
            heard.append(
                Heard(
                    Hearing(_steady_chords(listening), playing[row]),
                    Played(pitches[row], struck[row]),
                    np.round(tracked.downbeats * FRAME_RATE).astype(int),
                    embeddings,
                    None if self.independent is None else self._asked(sound),
                )
            )
        return heard

    def _asked(self, sound: np.ndarray) -> np.ndarray:
        assert self.independent is not None
        return np.asarray(self.independent(sound)).astype(np.int64)

    def _listen(self, audio: torch.Tensor) -> tuple[np.ndarray, ...]:
        """(B, T) -> chords (B, 85, F), pitches and onsets (B, 88, F), instruments (B, N, F), beats (B, 2, F) as
        probabilities, and features (B, F, width), in windows as engine.analysis.listening has them."""
        total = frames_in(audio.shape[1])
        joined: list[np.ndarray] = []
        features: list[torch.Tensor] = []

        def keep(_: nn.Module, __: object, output: torch.Tensor) -> None:
            features.append(output)

        hook = self.listener.norm.register_forward_hook(keep)
        try:
            for window in windows(total, WINDOW_FRAMES, OVERLAP_FRAMES):
                piece = audio[:, window.start * SAMPLES_PER_FRAME : window.end * SAMPLES_PER_FRAME]
                with torch.inference_mode():
                    heard = self.listener(piece)
                answers = (
                    heard.chords.softmax(1),
                    heard.pitches.sigmoid(),
                    heard.onsets.sigmoid(),
                    heard.instruments.sigmoid(),
                    heard.beats.sigmoid(),
                    features.pop().transpose(1, 2),
                )
                arrays = [answer.float().cpu().numpy() for answer in answers]
                if not joined:
                    joined = [np.zeros((*array.shape[:2], total), np.float32) for array in arrays]
                for whole, array in zip(joined, arrays, strict=True):
                    whole[..., window.start : window.end] += array * window.weights
        finally:
            hook.remove()
        return (*joined[:-1], joined[-1].transpose(0, 2, 1))


def _by_the_second(features: np.ndarray) -> np.ndarray:
    """(F, D) -> (n, D), the mean of each whole second; of the whole where there is less than one."""
    count = max(1, features.shape[0] // EMBEDDED_FRAMES)
    length = min(EMBEDDED_FRAMES, features.shape[0])
    return features[: count * length].reshape(count, length, -1).mean(axis=1)


def _steady_chords(listening: Listening) -> np.ndarray:
    """(frames,) classes of the chords that the listener would write down."""
    track = np.zeros(listening.chords.shape[1], np.int64)
    for start, end, name in listening.chord_segments():
        track[round(start * FRAME_RATE) : round(end * FRAME_RATE)] = _CHORD_INDEX[name]
    return track
