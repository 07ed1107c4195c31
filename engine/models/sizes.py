"""The paper's configurations, and what they weigh: Tables 7-9 as code.

`python -m engine.models.sizes` prints the parameter counts beside the paper's. Networks are built on the
meta device: no memory is taken.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from engine.models.configuration import (
    AutoencoderConfiguration,
    DiffusionConfiguration,
    ModelConfiguration,
    TextConfiguration,
    UNetConfiguration,
)

PAPER = ModelConfiguration(
    name="paper",
    autoencoder=AutoencoderConfiguration(
        kind="waveform",
        latent_channels=4,
        samples_per_frame=96,
        # Not in Table 7: twice the first up block's channels, and as many residual units as 69.8 M takes.
        width=768,
        encoder_blocks=6,
        decoder_blocks=6,
    ),
    text=TextConfiguration(kind="t5", channels=1024),
    unet=UNetConfiguration(
        state=("target",),
        channels=(512, 1024, 1024),
        blocks=(4, 4, 4),
        # Not in Table 9: one chunk transformer a level brings the count to within 2%; two overshoot by 14%.
        depth=1,
        head_channels=64,
        chunk_frames=200,
        learn_sigma=True,
        dimensions=2,
    ),
    # w and p_CFG are not in the paper; these are the values of AUDIT-like systems.
    diffusion=DiffusionConfiguration(
        objective="epsilon", train_steps=1000, sample_steps=200, guidance_scale=3.0, text_dropout=0.1
    ),
)
"""Tables 7-9."""

PAPER_PARAMETERS = {"autoencoder": 69.8e6, "unet": 898.9e6}
"""What Tables 7 and 9 state."""


def baseline(configuration: ModelConfiguration) -> ModelConfiguration:
    """AUDIT on the same latents and of the same widths: z_s joined at the input instead of aggregated, no
    chords, and attention over everything at once."""
    unet = replace(configuration.unet, source="concatenation", chords=False, chunk_frames=0)
    return replace(configuration, name="audit", unet=unet)


AUDIT = baseline(PAPER)
"""The paper's baseline (AUDIT, trained "in the same VAE latent space")."""


def parameters(module: nn.Module) -> int:
    """Trainable values of a network."""
    return sum(parameter.numel() for parameter in module.parameters())


def part_sizes(configuration: ModelConfiguration) -> dict[str, int]:
    """Parameters of the autoencoder and the U-Net of a configuration."""
    from engine.analysis.chords import CHORD_CLASSES
    from engine.models.autoencoder import build_autoencoder
    from engine.models.unet import UNet

    with torch.device("meta"):
        autoencoder = build_autoencoder(configuration.autoencoder)
        unet = UNet(
            configuration.unet, configuration.autoencoder.latent_channels, configuration.text.channels, CHORD_CLASSES
        )
    if not isinstance(autoencoder, nn.Module):
        raise TypeError("an autoencoder is a network")
    return {"autoencoder": parameters(autoencoder), "unet": parameters(unet)}


def main() -> None:
    """Prints one line per configuration and part."""
    for configuration in (PAPER, AUDIT, ModelConfiguration()):
        for part, count in part_sizes(configuration).items():
            line = f"{configuration.name:8} {part:12} {count / 1e6:7.1f} M"
            if configuration.name == "paper":
                stated = PAPER_PARAMETERS[part]
                line += f"  (stated: {stated / 1e6:.1f} M, {count / stated - 1:+.1%})"
            print(line)


if __name__ == "__main__":
    main()
