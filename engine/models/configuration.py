"""What a model is made of, as plain values: the part of model.json from which networks are built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from engine.grid import SAMPLE_RATE


@dataclass(frozen=True)
class AutoencoderConfiguration:
    """`spectral`: STFT in, ConvNeXt at frame rate, inverse STFT out (what we ship).
    `waveform`: the paper's convolutional VAE (Table 7)."""

    kind: Literal["spectral", "waveform"] = "spectral"
    latent_channels: int = 192
    """Most of them begin as cosines of 25 Hz each. Edits want them: what is taken out of a mix and decoded has 2.8 dB
    more with 160 than with 64, whatever the rate of frames; and in `score` space nothing is sampled in them."""
    samples_per_frame: int = 480
    width: int = 512
    encoder_blocks: int = 4
    decoder_blocks: int = 8
    fft_size: int = 1920
    # Table 7, used by `waveform` only.
    down_channels: tuple[int, ...] = (16, 32, 64, 128)
    up_channels: tuple[int, ...] = (384, 192, 96, 48)
    down_rates: tuple[int, ...] = (4, 4, 3, 2)


@dataclass(frozen=True)
class TextConfiguration:
    """`minilm` comes from its package; `t5` from the folder that the user names; `hash` is for tests."""

    kind: Literal["minilm", "t5", "hash"] = "minilm"
    channels: int = 384
    max_tokens: int = 32


@dataclass(frozen=True)
class UNetConfiguration:
    """Table 9. `state` names what is sampled together, each with the autoencoder's latent channels."""

    space: Literal["audio", "score"] = "audio"
    """What is sampled: latents of sound, as in the paper, or the notes of one new instrument (engine.score)."""
    state: tuple[Literal["target", "added"], ...] = ("target", "added")
    channels: tuple[int, ...] = (192, 256, 256)
    blocks: tuple[int, ...] = (2, 2, 2)
    depth: int = 1
    """Chunk transformers after the ResBlocks of each level, down and up, and in the bottleneck."""
    head_channels: int = 64
    chunk_frames: int = 200
    """K of the chunk transformer, in frames of the level; 0 is full attention."""
    source: Literal["aggregation", "concatenation"] = "aggregation"
    """How z_s enters: multi-scale aggregation (ours) or joined at the input (AUDIT)."""
    chords: bool = True
    keys: bool = True
    """Of a network that writes notes: the head that all keys share, beside the U-Net."""
    learn_sigma: bool = False
    dimensions: Literal[1, 2] = 1
    """1: latents are channels of a sequence. 2: latents are one picture, T by C (paper)."""


@dataclass(frozen=True)
class DiffusionConfiguration:
    """`epsilon`: Eq. 1-3, DDIM. `flow`: straight paths from noise to data, Euler steps. `binary_flow`: the same paths
    to data that is mostly -1 or 1, whose probability the network gives."""

    objective: Literal["epsilon", "flow", "binary_flow"] = "flow"
    shift: float = 1.0
    """Of the flows' times towards noise (Stable Diffusion 3): many weak clues to one decision are read late."""
    sharpness: float = 1.0
    """Of `binary_flow` when it samples: above 1 the likelier notes are preferred, as many of them."""
    train_steps: int = 1000
    sample_steps: int = 8
    guidance_scale: float = 2.0
    """w of Eq. 4; 1 is no guidance."""
    text_dropout: float = 0.1
    """p_CFG: the share of training examples whose text is dropped. The source always stays."""


@dataclass(frozen=True)
class ListenerConfiguration:
    width: int = 192
    blocks: int = 8
    channels: tuple[int, ...] = (32, 64, 96, 128)
    key_blocks: tuple[int, ...] = (1, 1, 2, 2)
    """`width`, `blocks`: of what is heard over time. `channels`, `key_blocks`: of the U-Net over keys."""


@dataclass(frozen=True)
class TaggerConfiguration:
    width: int = 24
    """Channels of the first, widest picture; all others are multiples of it. With 16 new timbres are learnt at the
    price of old ones."""


@dataclass(frozen=True)
class RendererConfiguration:
    fft_size: int = 2048
    hop: int = 480
    bands: int = 160
    channels: tuple[int, ...] = (48, 96, 160, 256)
    blocks: tuple[int, ...] = (1, 1, 2, 4)
    refine_width: int = 256


@dataclass(frozen=True)
class EmbeddingConfiguration:
    """The joint music-text embedding of Eq. 5."""

    width: int = 192
    blocks: int = 4
    channels: int = 128


@dataclass(frozen=True)
class SynthesizerConfiguration:
    """`timbres` counts pitched ones, `kits` drum kits: the network is built before it knows what they are."""

    timbres: int = 216
    kits: int = 10
    embedding: int = 48
    width: int = 320
    blocks: int = 3
    partials: int = 64
    bands: int = 48
    modes: int = 6
    """Most partials of a drum."""


@dataclass(frozen=True)
class ModelConfiguration:
    """Everything needed to build the networks of a bundle; the same code for `paper` and `tiny`."""

    name: str = "default"
    sample_rate: int = SAMPLE_RATE
    autoencoder: AutoencoderConfiguration = field(default_factory=AutoencoderConfiguration)
    text: TextConfiguration = field(default_factory=TextConfiguration)
    unet: UNetConfiguration = field(default_factory=UNetConfiguration)
    diffusion: DiffusionConfiguration = field(default_factory=DiffusionConfiguration)
    listener: ListenerConfiguration = field(default_factory=ListenerConfiguration)
    tagger: TaggerConfiguration = field(default_factory=TaggerConfiguration)
    renderer: RendererConfiguration = field(default_factory=RendererConfiguration)
    embedding: EmbeddingConfiguration = field(default_factory=EmbeddingConfiguration)
    synthesizer: SynthesizerConfiguration = field(default_factory=SynthesizerConfiguration)

    @property
    def parts(self) -> tuple[str, ...]:
        """The networks that such a model has. One that writes notes plays them, and no embedding of sound guides it."""
        last = "synthesizer" if self.unet.space == "score" else "embedding"
        return ("autoencoder", "unet", "listener", "tagger", "renderer", last)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ModelConfiguration:
        """Raises TypeError on an unknown key: a typing mistake must not train for an hour."""
        parts = {
            "autoencoder": AutoencoderConfiguration,
            "text": TextConfiguration,
            "unet": UNetConfiguration,
            "diffusion": DiffusionConfiguration,
            "listener": ListenerConfiguration,
            "tagger": TaggerConfiguration,
            "renderer": RendererConfiguration,
            "embedding": EmbeddingConfiguration,
            "synthesizer": SynthesizerConfiguration,
        }
        values = {key: _build(parts[key], value) if key in parts else value for key, value in data.items()}
        return cls(**values)


def outdated_parts(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts of a configuration, as it was written, whose networks are gone: the renderer from before the U-Net over
    bands, the listener from before that over keys."""
    renderer, listener = data.get("renderer"), data.get("listener")
    gone = {
        "renderer": isinstance(renderer, Mapping) and "width" in renderer,
        "listener": isinstance(listener, Mapping) and "channels" not in listener,
    }
    return tuple(name for name, outdated in gone.items() if outdated)


def without_outdated(data: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration as it was written, without the tables of its outdated parts: they mean nothing to the networks
    of today."""
    outdated = outdated_parts(data)
    return {name: table for name, table in data.items() if name not in outdated}


def _build(part: type, data: dict[str, Any]) -> Any:
    known = {entry.name for entry in fields(part)}
    if unknown := set(data) - known:
        raise TypeError(f"{part.__name__} has no {', '.join(sorted(unknown))}")
    return part(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})
