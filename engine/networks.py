"""The networks of a bundle, run over signals of any length.

Signals are numpy, 24 kHz mono; each method cuts them into overlapping windows, runs a network on one
window at a time and joins the results, so that memory does not grow with the song. Between two
windows `step` is called with the share done; it may raise (engine.errors.Cancelled) to stop.

Shapes: T samples, F frames (50/s), C latent channels, Z latent frames, N instruments, K = 1025 bins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any, cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.analysis.listening import OVERLAP_FRAMES, WINDOW_FRAMES, Listening, listen
from engine.analysis.presence import presence
from engine.audio import scratch
from engine.bundle import Bundle
from engine.diffusion.condition import Condition
from engine.diffusion.guidance import ClassifierGuidance
from engine.drafting import STRENGTH
from engine.errors import UserError
from engine.grid import FRAME_RATE, SAMPLE_RATE, SAMPLES_PER_FRAME, frames_in
from engine.groove import Groove
from engine.models.autoencoder import Autoencoder
from engine.models.text import TextEmbedding, TextEncoder
from engine.score import KEYS, TOKEN_RATE, held, read_score, write_score
from engine.windows import windows

Step = Callable[[float], None]

SCORE_WINDOW, SCORE_OVERLAP = round(30 * TOKEN_RATE), round(5 * TOKEN_RATE)
"""Tokens that a network which writes notes is given at once."""

PRECISIONS = ("auto", "float32", "bfloat16")
WINDOW_SECONDS = 20
OVERLAP_SECONDS = 1
LISTENING_SECONDS = (WINDOW_FRAMES - OVERLAP_FRAMES) / FRAME_RATE
SHORTEST = SAMPLES_PER_FRAME * 50
"""Samples that a network is given at least: what is shorter is filled up with silence."""


class Networks:
    """The parts of `bundle` on a device, each loaded when it is first needed.

    `precision`: float32, bfloat16, or auto, which is bfloat16 where the machine multiplies it faster.
    """

    def __init__(self, bundle: Bundle, device: torch.device, precision: str = "auto") -> None:
        if precision not in PRECISIONS:
            raise UserError(f"there is no precision '{precision}'", f"choose one of {', '.join(PRECISIONS)}")
        self.bundle = bundle
        self.device = device
        self.precision = precision
        self._parts: dict[str, nn.Module] = {}
        self._text: TextEncoder | None = None

    def part(self, name: str) -> Any:
        if name not in self._parts:
            self._parts[name] = self.bundle.part(name, self.device)
        return self._parts[name]

    def preload(self) -> None:
        """Load everything now, so that the first edit need not."""
        import engine.diffusion.sampling  # noqa: F401

        for name in self.bundle.parts:
            self.part(name)
        self.text.encode([""])

    def drop(self) -> None:
        """Give their memory back; they are loaded again when they are needed."""
        self._parts.clear()
        self._text = None

    @property
    def text(self) -> TextEncoder:
        if self._text is None:
            self._text = self.bundle.text_encoder()
        return self._text

    def listen(self, audio: np.ndarray, step: Step) -> Listening:
        """What the listener hears in audio (T,)."""
        listener = self.part("listener")
        seconds = audio.shape[0] / SAMPLE_RATE
        heard = 0

        def window(*_: object) -> None:
            nonlocal heard
            step(min(heard * LISTENING_SECONDS / seconds, 1.0))
            heard += 1

        hook = listener.register_forward_pre_hook(window)
        try:
            with self._precision():
                found = listen(listener, audio, self.bundle.vocabulary)
        finally:
            hook.remove()
        if "tagger" not in self.bundle.parts:
            return found
        told = self.presence(audio, lambda _: step(1.0))
        return replace(found, instruments=told, frame_instruments=found.instruments)

    def presence(self, audio: np.ndarray, step: Step) -> np.ndarray:
        """Which instruments play in audio (T,): probabilities (N, F). Of a model that has no tagger its listener says
        it, which takes longer and is wrong more often."""
        if "tagger" not in self.bundle.parts:
            return self.listen(audio, step).instruments
        return presence(self.part("tagger"), audio, len(self.bundle.vocabulary.instruments), step)

    @torch.no_grad()
    def select(self, channels: np.ndarray, query: Iterable[str], step: Step, extra_odds: float = 0.0) -> np.ndarray:
        """What takes the queried instruments out of sound (channels, T): float16, a mask (K, F + 1) of one channel, and
        of two filters (2, 2, K, F + 1), see engine.models.wiener. `extra_odds`: see Renderer.select."""
        renderer = self.part("renderer")
        asked = self._query(query)
        total = frames_in(channels.shape[1])
        mask: np.ndarray | None = None
        for window in windows(total, WINDOW_SECONDS * FRAME_RATE, OVERLAP_SECONDS * FRAME_RATE):
            piece = torch.stack([self._cut(channel, window.start, window.end) for channel in channels])
            with self._precision():
                if len(piece) == 1:
                    found = renderer.select(piece, asked, extra_odds)[0]
                else:
                    found = renderer.select_stereo(piece, asked[0], extra_odds)
            part = found.float().cpu().numpy()
            if mask is None:
                mask = scratch((*part.shape[:-1], total + 1), np.float16)
            frames = window.end - window.start
            mask[..., window.start : window.end] += (part[..., :frames] * window.weights).astype(np.float16)
            if window.end == total:
                # The frame on the last sample: only the last window has it.
                mask[..., total] = part[..., frames]
            step(window.end / total)
        assert mask is not None
        return mask

    @torch.no_grad()
    def encode(self, audio: np.ndarray, step: Step) -> Tensor:
        """z_s of audio (T,): (C, Z), on the CPU."""
        autoencoder = self._autoencoder
        hop = autoencoder.samples_per_frame
        total = -(-audio.shape[0] // hop)
        latents = torch.zeros(autoencoder.latent_channels, total)
        for window in self._latent_windows(total):
            piece = self._cut(audio, window.start, window.end, hop)
            with self._precision():
                part = autoencoder.encode(piece[None, None])[0].float().cpu()
            part = part[:, : window.end - window.start] * torch.from_numpy(window.weights)
            latents[:, window.start : window.end] += part
            step(window.end / total)
        return latents

    @torch.no_grad()
    def decode(self, latents: Tensor, samples: int, step: Step) -> np.ndarray:
        """Latents (C, Z) -> audio (samples,)."""
        return self._decode(latents, samples, step, None)

    @torch.no_grad()
    def decode_added(self, latents: Tensor, source: np.ndarray, step: Step) -> np.ndarray:
        """Latents (C, Z) of a new stem -> the stem (T,), decoded and cleaned beside the source (T,)."""
        return self._decode(latents, source.shape[0], step, source)

    def sample(
        self,
        source: Tensor,
        chords: np.ndarray,
        text: str,
        *,
        seed: int,
        steps: int,
        guidance_scale: float,
        step: Step,
        description: str | None = None,
        embedding_guidance: float = 0.0,
        on_estimate: Callable[[Tensor], None] | None = None,
    ) -> dict[str, Tensor]:
        """Sample the state for an instruction.

        source: z_s (C, Z); chords: probabilities (classes, F); guidance_scale: w of Eq. 4; embedding_guidance: s of
        Eq. 6, towards `description` -> {"target": (C, Z), "added": (C, Z)}, as far as the model's state
        names them. The same arguments give the same latents. `on_estimate` gets the state (S * C, Z) that each step
        expects to end at.
        """
        configuration = self.bundle.configuration
        classifier = None
        if embedding_guidance and description:
            wished = self.text.encode([description]).to(self.device)
            classifier = ClassifierGuidance(self.part("embedding"), wished, embedding_guidance, source.shape[0])
        state = self._sampled(
            source[None],
            torch.from_numpy(chords)[None],
            text,
            seed=seed,
            steps=steps,
            guidance_scale=guidance_scale,
            step=step,
            classifier=classifier,
            on_estimate=on_estimate,
        )
        names = configuration.unet.state
        return {name: latents for name, latents in zip(names, state[0].cpu().chunk(len(names)), strict=True)}

    def _sampled(
        self,
        source: Tensor,
        chords: Tensor,
        text: str,
        *,
        seed: int,
        steps: int,
        guidance_scale: float,
        step: Step,
        classifier: ClassifierGuidance | None,
        on_estimate: Callable[[Tensor], None] | None,
        **how: Any,
    ) -> Tensor:
        """The state (1, channels, Z) under a source (1, rows, Z) and chords (1, classes, F). `how`: more of what
        engine.diffusion.sampling.sample takes."""
        # diffusers takes seconds to import, and removing and extracting never sample.
        from engine.diffusion.sampling import sample

        unet, configuration = self.part("unet"), self.bundle.configuration
        texts = self.text.encode([text, ""]).to(self.device)
        instruction, null_text = (TextEmbedding(texts.states[i : i + 1], texts.mask[i : i + 1]) for i in (0, 1))
        condition = Condition(
            source.to(self.device),
            instruction.states,
            instruction.mask,
            chords.to(self.device) if configuration.unet.chords else None,
        )
        done = 0

        def advance(index: int, _: int) -> None:
            nonlocal done
            done = index
            step(done / steps)

        def look() -> bool:
            step(done / steps)
            return False

        with self._precision():
            return sample(
                unet,
                configuration.diffusion,
                condition,
                null_text,
                channels=unet.state_channels,
                seed=seed,
                steps=steps,
                guidance_scale=guidance_scale,
                classifier=classifier,
                on_step=advance,
                on_estimate=on_estimate and (lambda clean: on_estimate(clean[0])),
                is_cancelled=look,
                **how,
            )

    def write_notes(
        self,
        heard: Tensor,
        chords: Tensor,
        text: str,
        *,
        asked: str,
        written: Tensor,
        drums: Tensor,
        seed: int,
        steps: int,
        guidance_scale: float,
        step: Step,
        groove: Groove | None = None,
        draft: np.ndarray | None = None,
        on_estimate: Callable[[Tensor], None] | None = None,
    ) -> np.ndarray:
        """Sample what the instrument `asked` plays: notes (n, 4), see engine.score.

        heard: (heard_rows, Z) of engine.models.hearing; chords: probabilities (classes, F); written, drums:
        scores (CHANNELS, Z) of what is written already. draft: notes to begin with, see engine.drafting.
        """
        from engine.models.hearing import source_picture

        source = source_picture(heard[None], written[None], drums[None], self._query((asked,)).cpu())
        expected: list[float] = []

        def look(clean: Tensor) -> None:
            if not expected:
                expected.append(float((clean[KEYS : 2 * KEYS] + 1).sum()) / 2 / TOKEN_RATE)
            if on_estimate is not None:
                on_estimate(clean)

        state = self._sampled(
            source,
            chords[None],
            text,
            seed=seed,
            steps=steps,
            guidance_scale=guidance_scale,
            step=step,
            classifier=None,
            on_estimate=look,
            window=SCORE_WINDOW,
            overlap=SCORE_OVERLAP,
            order=groove and groove.order,
            draft=None if draft is None else torch.from_numpy(write_score(draft, heard.shape[1]))[None],
            strength=STRENGTH,
            shaped=groove,
        )
        return held(read_score(state[0].cpu().numpy()), expected[0])

    def play(
        self, notes: np.ndarray, instrument: str, samples: int, seed: int, programs: Collection[int] = ()
    ) -> np.ndarray:
        """Notes (n, 4) of engine.score -> the stem (samples,) float32 at 24 kHz, at a level of its own, by one of the
        General MIDI `programs` where there are any."""
        number = self.bundle.vocabulary.instrument_names.index(instrument)
        return self.part("synthesizer").play(notes, number, samples=samples, seed=seed, programs=programs)

    def _decode(self, latents: Tensor, samples: int, step: Step, source: np.ndarray | None) -> np.ndarray:
        autoencoder = self._autoencoder
        hop = autoencoder.samples_per_frame
        total = latents.shape[1]
        audio = scratch((total * hop,))
        for window in self._latent_windows(total):
            part = latents[None, :, window.start : window.end].to(self.device)
            with self._precision():
                decoded = autoencoder.decode(part)[:, 0]
                if source is not None:
                    beside = self._cut(source, window.start, window.end, hop)[None, : decoded.shape[1]]
                    frames = frames_in(decoded.shape[1])
                    if part.shape[-1] != frames:
                        part = F.interpolate(part, size=frames, mode="linear")
                    decoded = self.part("renderer").refine(beside, decoded, part)
            weights = np.repeat(window.weights, hop)
            audio[window.start * hop : window.end * hop] += decoded[0].float().cpu().numpy() * weights
            step(window.end / total)
        return audio[:samples]

    def _latent_windows(self, total: int) -> Any:
        rate = self.bundle.configuration.sample_rate / self._autoencoder.samples_per_frame
        return windows(total, round(WINDOW_SECONDS * rate), round(OVERLAP_SECONDS * rate))

    @property
    def _autoencoder(self) -> Autoencoder:
        return cast(Autoencoder, self.part("autoencoder"))

    def _cut(self, audio: np.ndarray, start: int, end: int, hop: int = SAMPLES_PER_FRAME) -> Tensor:
        """Frames [start, end) of audio as samples on the device: whole frames, and never fewer than SHORTEST."""
        piece = torch.from_numpy(np.array(audio[start * hop : end * hop]))
        return F.pad(piece, (0, max((end - start) * hop, SHORTEST) - piece.shape[0])).to(self.device)

    def _query(self, instruments: Iterable[str]) -> Tensor:
        """(1, N) multi-hot."""
        names = self.bundle.vocabulary.instrument_names
        query = torch.zeros(1, len(names), device=self.device)
        for instrument in instruments:
            query[0, names.index(instrument)] = 1
        return query

    def _precision(self) -> AbstractContextManager[Any]:
        """Autocast to bfloat16, or nothing."""
        if self.precision == "bfloat16" or (self.precision == "auto" and fast_bfloat16(self.device)):
            return torch.autocast(self.device.type, dtype=torch.bfloat16)
        return nullcontext()


def choose_device(name: str) -> torch.device:
    """ "auto" takes the best there is. Raises UserError where the named one is not there."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if there[kind]))
    if name not in there:
        raise UserError(f"there is no device called {name}", f"use one of auto, {', '.join(there)}")
    if not there[name]:
        raise UserError(f"this machine, or its torch, has no {name}", "use --device auto")
    return torch.device(name)


def fast_bfloat16(device: torch.device) -> bool:
    """Whether matrix products in bfloat16 are worth it here: GPUs that have it, CPUs with AMX, AMD's with AVX512-BF16.

    Intel's have AVX512-BF16, too, at half the rate of float32 (86 against 156 GFLOP/s a core, measured on a Xeon whose
    AMX the hypervisor hides).
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    if device.type == "cpu":
        # An older torch cannot tell: float32 is right everywhere.
        can = getattr(torch.cpu, "get_capabilities", dict)()
        return bool(can.get("amx_bf16") or (can.get("avx512_bf16") and "Intel" not in can["cpu_name"]))
    return False
