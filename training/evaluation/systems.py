"""The models that are compared: each a bundle under a name, asked for its outputs in both ways.

"rendered" is what the user gets, the change applied to the source's own samples. "decoded" is the paper's way, the
sampled latents of the target through the decoder. A bundle without a renderer has the second only.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.analysis.chords import CHORD_CLASSES
from engine.audio import Audio
from engine.editor import Editor, EditRequest
from engine.errors import UserError
from engine.grid import SAMPLE_RATE, frames_in
from engine.instruction import Instruction

NEEDED = ("autoencoder", "unet")
"""Without these nothing can be edited by the paper's way."""


@dataclass(frozen=True, eq=False)
class Outputs:
    """Of one edit, (samples,) at the models' rate. `seconds`: what it took to make them both."""

    rendered: np.ndarray | None
    decoded: np.ndarray
    seconds: float


@dataclass(frozen=True, eq=False)
class System:
    """A model and the name that tables give it. `steps` None is the model's own choice."""

    name: str
    editor: Editor
    steps: int | None = None

    @property
    def renders(self) -> bool:
        return "renderer" in self.editor.bundle.parts

    @property
    def identity(self) -> dict[str, str]:
        """Which weights these are, whatever the folder is called; the listener is here as a part of the model."""
        return {name: entry["sha256"] for name, entry in sorted(self.editor.bundle.manifest["files"].items())}

    @property
    def file_name(self) -> str:
        """Of its journals: a model that was trained on gets others under the same name."""
        safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in self.name)
        return f"{safe}-{hashlib.sha256(json.dumps(self.identity).encode()).hexdigest()[:8]}"

    @property
    def autoencoder(self) -> str:
        return self.identity["autoencoder.safetensors"]

    @property
    def sample_steps(self) -> int:
        return self.steps or self.editor.bundle.configuration.diffusion.sample_steps

    @property
    def lacks(self) -> tuple[str, ...]:
        """Sentences about parts that are missing, for the notes of tables."""
        parts, found = self.editor.bundle.parts, []
        if not self.renders:
            found.append(f"{self.name} has no renderer: its rendered rows are empty.")
        if self.editor.bundle.configuration.unet.chords and "listener" not in parts:
            found.append(f"{self.name} has no listener: its chord condition says that any chord is as likely.")
        return tuple(found)

    def edit(self, source: np.ndarray, instruction: Instruction, seed: int) -> Outputs:
        """Both ways of one edit of model-rate mono audio (samples,). A region is edited as the editor does it."""
        self._prepare()
        began = time.perf_counter()
        if not self.renders:
            decoded = self.decode(source, instruction, seed)
            return Outputs(None, decoded, time.perf_counter() - began)
        both = self.editor.decoded(self._request(source, instruction, seed))
        seconds = time.perf_counter() - began
        return Outputs(both.edit.audio.samples[0], both.target.samples[0][: source.shape[0]], seconds)

    def render(self, source: np.ndarray, instruction: Instruction, seed: int) -> np.ndarray:
        """What the user gets. Raises UserError without a renderer."""
        return self.editor.run(self._request(source, instruction, seed)).audio.samples[0]

    def decode(self, source: np.ndarray, instruction: Instruction, seed: int) -> np.ndarray:
        """The paper's way alone: encode, sample, decode. Of a model of notes: the edit, encoded and decoded."""
        if self.editor.writes_notes:
            return self.editor.decoded(self._request(source, instruction, seed)).target.samples[0][: source.shape[0]]
        networks, bundle = self.editor.networks, self.editor.bundle
        if "listener" in bundle.parts:
            chords = networks.listen(source, _unwatched).chords
        else:
            chords = np.full((CHORD_CLASSES, frames_in(source.shape[0])), 1 / CHORD_CLASSES, np.float32)
        sampled = networks.sample(
            networks.encode(source, _unwatched),
            chords,
            instruction.text,
            seed=seed,
            steps=self.sample_steps,
            guidance_scale=bundle.configuration.diffusion.guidance_scale,
            step=_unwatched,
        )
        return networks.decode(sampled["target"], source.shape[0], _unwatched)

    def round_trip(self, audio: np.ndarray) -> np.ndarray:
        """Encoded and decoded: what this model's latents can hold at all."""
        networks = self.editor.networks
        return networks.decode(networks.encode(audio, _unwatched), audio.shape[0], _unwatched)

    def _prepare(self) -> None:
        """Loads all that is missing, so that the first edit takes no longer than any other."""
        # The empty text's states depend in their last bits on how far it is filled up: an edit asks for it beside an
        # instruction, and `preload` by itself.
        self.editor.networks.text.encode(["add piano", ""])
        self.editor.networks.preload()

    def _request(self, source: np.ndarray, instruction: Instruction, seed: int) -> EditRequest:
        audio = Audio(np.ascontiguousarray(source[None]), SAMPLE_RATE)
        return EditRequest(audio, instruction, seed=seed, steps=self.steps)


def open_systems(named: Sequence[tuple[str, Path | None]], device: str, steps: int | None = None) -> list[System]:
    """The bundles under their names; the others are compared with the first. A folder None is the shipped one.

    Raises UserError for a name that is given twice, for a bundle that lacks what editing needs, and for one that
    knows other instruments than the first.
    """
    systems: list[System] = []
    for name, folder in named:
        if name in {system.name for system in systems}:
            raise UserError(f"two systems are called {name!r}", "give each --system a name of its own")
        editor = Editor.load(folder, device)
        missing = [part for part in NEEDED if part not in editor.bundle.parts]
        if missing:
            raise UserError(f"{editor.bundle.folder} has no {' and no '.join(missing)}", "train and pack those stages")
        names = editor.bundle.vocabulary.instrument_names
        if systems and names != systems[0].editor.bundle.vocabulary.instrument_names:
            raise UserError(
                f"{name} knows other instruments than {systems[0].name}", "compare models of one vocabulary only"
            )
        systems.append(System(name, editor, steps))
    return systems


def _unwatched(share: float) -> None:
    """Progress that nobody looks at."""
