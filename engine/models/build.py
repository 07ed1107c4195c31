"""Networks from plain values: each part of a model, built from its configuration and vocabulary.

The same code builds `paper` (on the meta device, to count its parameters), `default` and `tiny`.
"""

from __future__ import annotations

from typing import cast

from torch import nn

from engine.analysis.chords import CHORD_CLASSES
from engine.models.configuration import ModelConfiguration
from engine.vocabulary import Vocabulary


def build_part(name: str, configuration: ModelConfiguration, vocabulary: Vocabulary) -> nn.Module:
    """The network of one part of engine.bundle.PARTS, with fresh weights.

    Build it under `torch.device("meta")` to count parameters only. Raises ValueError on another name.
    """
    instruments = len(vocabulary.instruments)
    latent_channels = configuration.autoencoder.latent_channels
    # Each part is imported when asked for: listening does not wait for what sampling needs.
    match name:
        case "autoencoder":
            from engine.models.autoencoder import build_autoencoder

            return cast(nn.Module, build_autoencoder(configuration.autoencoder))
        case "unet":
            if configuration.unet.space == "score":
                from engine.models.score_network import ScoreNetwork

                return ScoreNetwork(configuration.unet, configuration.text.channels, instruments)
            from engine.models.unet import UNet

            return UNet(
                configuration.unet,
                latent_channels=latent_channels,
                text_channels=configuration.text.channels,
                chord_classes=CHORD_CLASSES,
            )
        case "listener":
            from engine.models.listener import Listener

            return Listener(configuration.listener, instruments=instruments)
        case "tagger":
            from engine.models.tagger import Tagger

            return Tagger(configuration.tagger, instruments=instruments)
        case "renderer":
            from engine.models.renderer import Renderer

            # What adds notes decodes no latents, and has none to clean.
            cleans = latent_channels if configuration.unet.space == "audio" else 0
            return Renderer(configuration.renderer, instruments=instruments, latent_channels=cleans)
        case "embedding":
            from engine.models.embedding import MusicTextEmbedding

            return MusicTextEmbedding(
                configuration.embedding, latent_channels=latent_channels, text_channels=configuration.text.channels
            )
        case "synthesizer":
            from engine.models.synthesizer import Synthesizer

            return Synthesizer(configuration.synthesizer, instruments=instruments)
    raise ValueError(f"a model has no part {name!r}")
